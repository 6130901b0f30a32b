//! The pages: what they say, that they are whole, and that nothing in them can hurt.

mod contrast;
mod hostile;
mod markup;
mod sample;

use askama::Template;
use pakiti_core::present::HostState;
use pakiti_web::view::error::ErrorPage;
use pakiti_web::view::host::HostTab;
use pakiti_web::view::host::packages::{PackagesFilter, PackagesTab, StatusFilter};
use pakiti_web::view::host::todo::{Step, TodoFacts, TodoTab};
use pakiti_web::view::host::updates::{KindFilter, UpdateRow, UpdatesTab};
use pakiti_web::view::hosts::{HostsPage, StateCount};
use pakiti_web::view::hosts_filter::HostsFilter;
use pakiti_web::view::layout::{Layout, Section};
use pakiti_web::view::sign_in::{SignInError, SignInPage};
use pakiti_web::view::state::SourceState;
use sample::{DAY, NOW, layout};

fn counted(counts: &[(HostState, u64)]) -> HostsPage {
    let summary = counts.iter().map(|&(state, count)| StateCount { state, count });
    HostsPage {
        total_visible: counts.iter().map(|c| c.1).sum(),
        summary: summary.collect(),
        ..sample::hosts()
    }
}

/// The text between two marks of a page, both marks included.
fn part<'a>(html: &'a str, from: &str, to: &str) -> &'a str {
    let start = html.find(from).unwrap_or_else(|| panic!("{from:?} is not on the page"));
    let end = html[start..].find(to).unwrap_or_else(|| panic!("{to:?} does not follow {from:?}"));
    &html[start..start + end + to.len()]
}

#[test]
fn the_first_line_of_the_host_list_is_a_sentence() {
    use HostState::{Good, Security, Unknown};
    let sentences = [
        counted(&[]),
        counted(&[(Good, 1)]),
        counted(&[(Good, 1200)]),
        counted(&[(Security, 3), (Good, 9)]),
        counted(&[(Good, 9), (Unknown, 1)]),
        counted(&[(Unknown, 2), (Security, 1), (Good, 0)]),
    ]
    .map(|page| page.sentence());
    insta::assert_snapshot!(sentences.join("\n"), @r"
    No host has reported yet
    The one host is good
    All 1,200 hosts are good
    3 of 12 hosts have security updates pending
    1 of 10 hosts is not fully known
    1 of 3 hosts has security updates pending, 2 more are not fully known
    ");
}

#[test]
fn every_number_of_a_host_row_leads_to_its_proof() {
    let html = sample::hosts().render().unwrap();
    insta::assert_snapshot!(part(&html, "<td class=\"c-security num\"", "<td class=\"c-last num\""), @r#"
    <td class="c-security num" data-label="Security"><a class="hot security" href="/hosts/42?tab=updates&#38;kind=security">3<span class="hidden"> security updates</span></a></td>
    <td class="c-other num" data-label="Other"><a href="/hosts/42?tab=updates&#38;kind=other">9<span class="hidden"> other updates</span></a></td>
    <td class="c-unknown num" data-label="Unknown"><a href="/hosts/42?tab=packages&#38;status=unknown">7<span class="hidden"> unknown packages</span></a></td>
    <td class="c-last num"
    "#);
}

#[test]
fn a_number_nobody_knows_is_no_zero() {
    let mut page = sample::hosts();
    page.rows.retain(|row| row.state == HostState::Unknown);
    let html = page.render().unwrap();
    let cell = part(&html, "<td class=\"c-security", "</td>");
    assert!(cell.contains("not known") && !cell.contains('0'), "{cell}");
}

#[test]
fn the_bar_of_the_fleet_is_full_and_shows_the_smallest_state() {
    let page = counted(&[(HostState::Exposed, 1), (HostState::Good, 999_999)]);
    let parts = page.bar();
    assert_eq!(parts.iter().map(|p| p.width).sum::<u64>(), 1000);
    assert!(parts[0].width >= 8 && parts[1].x == parts[0].width);
    assert!(counted(&[]).bar().is_empty());
}

#[test]
fn the_sorted_column_says_so_and_a_state_in_force_drops_on_click() {
    let mut page = sample::hosts();
    page.filter = HostsFilter::from_pairs([("sort", "last"), ("state", "stale"), ("q", "a&b")]);
    let html = page.render().unwrap();
    assert_eq!(html.matches("aria-sort=").count(), 1);
    insta::assert_snapshot!(part(&html, "aria-sort", "Last report"), @r#"aria-sort="descending"><a href="/hosts?q=a%26b&#38;state=stale&#38;sort=last&#38;dir=asc">Last report"#);
    insta::assert_snapshot!(part(&html, "<a class=\"fact stale\"", ">"), @r#"<a class="fact stale" href="/hosts?q=a%26b&#38;sort=last" aria-current="true">"#);
}

#[test]
fn empty_pages_say_what_to_do_next() {
    let first = sample::no_hosts().render().unwrap();
    assert!(first.contains("pakiti-client --url https://pakiti.example.org/feed</pre>"));
    let none = sample::no_sources().render().unwrap();
    assert!(none.contains("No source is configured yet") && none.contains("pakiti source add apt"));
    let mut page = sample::hosts();
    page.rows.clear();
    page.filter = HostsFilter::from_pairs([("q", "nothing"), ("sort", "name")]);
    let html = page.render().unwrap();
    assert!(
        part(&html, "<p class=\"empty\">", "</p>").contains("href=\"/hosts?sort=name\">Clear the filters")
    );
}

/// A host with which nothing is wrong.
fn well(updates: &[UpdateRow]) -> TodoFacts<'_> {
    TodoFacts { reboot: None, unknown: 0, ..sample::todo_facts(updates) }
}

fn steps(facts: &TodoFacts<'_>) -> Vec<Step> {
    TodoTab::new(facts).steps
}

fn titles(steps: &[Step]) -> String {
    steps.iter().map(|s| s.title.as_str()).collect::<Vec<_>>().join("; ")
}

#[test]
fn what_to_do_comes_in_the_order_to_do_it() {
    assert!(steps(&well(&[])).is_empty(), "a good host has nothing to do");
    let all = steps(&TodoFacts {
        reboot: Some(""),
        last_report: NOW - 4 * DAY,
        unknown: 1,
        fresh_security: false,
        ..well(&sample::updates())
    });
    insta::assert_snapshot!(titles(&all), @"Find out why it stopped reporting; Install 3 security updates; Install 4 other updates; Reboot; Get a fresh security source for debian-12; Look at 1 package of no source");
    let unmapped = steps(&TodoFacts { os_group: None, unknown: 9, ..well(&[]) });
    insta::assert_snapshot!(titles(&unmapped), @"Map its OS to an OS group");
    let kernel = steps(&well(&sample::updates()[2..3]));
    assert_eq!(kernel[1].notes, ["The updates above ask for one: linux-image-amd64."]);
}

#[test]
fn commands_leave_held_phased_and_hostile_packages_out() {
    let mut updates = sample::updates();
    updates[3].package = "x; rm -rf /".into();
    let all = steps(&well(&updates));
    let other = all.iter().find(|s| s.title.contains("other")).unwrap();
    insta::assert_snapshot!(other.command.as_deref().unwrap(), @r"
    apt-get install --only-upgrade \
        libc6=2.36-9+deb12u14 \
        firmware-amd-graphics=20230210-5+deb12u1
    ");
    assert_eq!(other.notes.len(), 3, "{:?}", other.notes);
}

#[test]
fn updates_filter_by_kind_and_text_and_keep_their_counts() {
    let tab = UpdatesTab::new(sample::updates(), KindFilter::Other, " RHBA ");
    assert_eq!(tab.rows.len(), 1);
    assert_eq!(tab.counts, [8, 3, 5]);
    assert_eq!(tab.kinds()[1].query, "?tab=updates&kind=security&q=RHBA");
    let html = sample::host(HostTab::Updates(UpdatesTab::new(sample::updates(), KindFilter::All, "zzz")));
    assert!(html.render().unwrap().contains("No update matches."));
}

#[test]
fn pages_of_packages_show_every_package_once() {
    let mut filter = PackagesFilter::default();
    let mut seen = Vec::new();
    for _ in 0..10 {
        let tab = PackagesTab::new(sample::packages(), filter.clone(), 9);
        assert!(tab.rows.len() <= 9);
        seen.extend(tab.rows.iter().map(|row| row.key()));
        let Some(last) = tab.next.as_ref().and(tab.rows.last()) else { break };
        filter.after = Some(last.key());
    }
    let mut all: Vec<String> = sample::packages().iter().map(|row| row.key()).collect();
    all.sort();
    assert_eq!(seen, all);
    let unknown = PackagesFilter { status: StatusFilter::Unknown, ..PackagesFilter::default() };
    let tab = PackagesTab::new(sample::packages(), unknown, 9);
    assert_eq!((tab.rows.len(), tab.matching, tab.counts), (1, 1, [28, 2, 1, 25]));
}

#[test]
fn only_administrators_may_sync() {
    let mut page = sample::source();
    let form = part(&page.render().unwrap(), "<form action=\"/sources/3/sync\"", "</form>").to_owned();
    assert!(form.contains("method=\"post\"") && form.contains("name=\"csrf\" value=\"csrf-token\""));
    if let Some(viewer) = &mut page.layout.viewer {
        viewer.administrator = false;
    }
    assert!(!page.render().unwrap().contains("/sync"));
}

#[test]
fn the_sources_sentence_names_the_worst() {
    let of = |states: &[SourceState]| {
        let mut page = sample::sources();
        page.rows = states.iter().map(|s| sample::listed(sample::source_row(1, "s", *s))).collect();
        page.sentence()
    };
    use SourceState::{Disabled, Error, Expired, Fresh, NeverFetched, NotModified};
    let sentences = [
        of(&[]),
        of(&[Fresh]),
        of(&[Fresh, NotModified]),
        of(&[Fresh, Disabled]),
        of(&[Disabled]),
        of(&[Fresh, NeverFetched]),
        of(&[Expired, NeverFetched]),
        of(&[Error, Error, Fresh]),
        of(&[Error, Expired]),
    ];
    insta::assert_snapshot!(sentences.join("\n"), @r"
    No source is configured yet
    The one source is fresh
    All 2 sources are fresh
    2 sources, all fresh but 1 disabled
    1 source, all disabled
    1 of 2 sources was never fetched
    1 of 2 sources is expired
    2 of 3 sources could not be fetched
    1 of 2 sources could not be fetched, 1 more is expired
    ");
}

#[test]
fn signing_in_tells_nothing_and_leads_nowhere_else() {
    let mut page = SignInPage {
        layout: Layout::new(NOW, Section::Elsewhere, "t"),
        next: "//evil.example".into(),
        name: "maria".into(),
        error: Some(SignInError::TooManyAttempts { retry_after: 90 }),
    };
    let html = page.render().unwrap();
    assert!(html.contains("Too many attempts. Try again in 1 min."));
    assert!(html.contains("name=\"next\" value=\"/hosts\""));
    assert!(!html.contains("action=\"/sign-out\"") && !html.contains("id=\"search\""));
    page.error = None;
    assert!(!page.render().unwrap().contains("role=\"alert\""));
}

#[test]
fn error_pages_are_plain_and_name_the_request() {
    for status in [400, 403, 404, 429, 500, 503] {
        let page = ErrorPage::new(layout(Section::Elsewhere), status, "req-7");
        let html = page.render().unwrap();
        assert!(html.contains("<code>req-7</code>") && html.contains(&format!("Error {status}")));
        assert!(html.contains(&page.sentence) && page.sentence.ends_with('.'));
    }
}

#[test]
fn the_todo_tab_of_a_good_host_says_so() {
    let mut page = sample::host(HostTab::Todo(TodoTab::default()));
    page.head.state = HostState::Good;
    assert!(page.render().unwrap().contains("Nothing to do."));
}
