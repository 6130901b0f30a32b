//! Reporters and feeds write what they like: no text of theirs becomes markup, script or a link.

use super::sample::{self, DAY, NOW, layout};
use askama::Template;
use pakiti_core::finding::FindingState;
use pakiti_core::judgement::UpdateKind;
use pakiti_core::severity::Severity;
use pakiti_web::view::cve::{CvePage, Holders};
use pakiti_web::view::cves::CvesPage;
use pakiti_web::view::error::ErrorPage;
use pakiti_web::view::finding_filter::FindingFilter;
use pakiti_web::view::host::advisory::AdvisoryRow;
use pakiti_web::view::host::coverage::CoverageTab;
use pakiti_web::view::host::findings::{FindingsTab, NextKernel};
use pakiti_web::view::host::packages::{PackageRow, PackageStatus, PackagesFilter, PackagesTab};
use pakiti_web::view::host::reports::{IntervalRow, LastReport, ReportsTab};
use pakiti_web::view::host::todo::{TodoFacts, TodoTab};
use pakiti_web::view::host::updates::{KindFilter, ReplacedRow, UpdateRow, UpdatesTab};
use pakiti_web::view::host::{HostPage, HostTab};
use pakiti_web::view::hosts::{Choice, HostsPage};
use pakiti_web::view::hosts_filter::HostsFilter;
use pakiti_web::view::layout::{Layout, Notice, Section};
use pakiti_web::view::sign_in::{SignInError, SignInPage};
use pakiti_web::view::source::{HostDelta, Signature, SourcePage};
use pakiti_web::view::source_edit::{EditedSource, Field, SourceFormPage, SourceRemovePage};
use pakiti_web::view::sources::SourcesPage;
use pakiti_web::view::stale::{StaleNotice, StaleSource, Trouble};

const EVIL: &str = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>&amp;{{7*7}}\u{202e}\0";
const EVIL_URL: &str = "javascript:alert(1)//\"><script>alert(1)</script>";

fn evil() -> String {
    EVIL.to_owned()
}

fn frame() -> Layout {
    let mut frame = layout(Section::Hosts);
    frame.csrf = evil();
    frame.notice = Some(Notice { good: false, text: evil() });
    if let Some(viewer) = &mut frame.viewer {
        viewer.name = evil();
    }
    frame
}

fn hosts() -> HostsPage {
    let mut page = sample::hosts();
    page.layout = frame();
    for row in &mut page.rows {
        row.name = evil();
        row.groups = vec![evil(), evil()];
        row.os = evil();
        row.os_group = row.os_group.as_ref().map(|_| evil());
        row.kernel = Some(evil());
        row.last_report = i64::MAX;
    }
    page.filter = HostsFilter {
        q: evil(),
        os: Some(evil()),
        group: Some(evil()),
        after: Some(evil()),
        ..HostsFilter::default()
    };
    page.stale = StaleNotice::new(vec![stale()]);
    page.os_options = vec![Choice::new(EVIL, EVIL)];
    page.group_options = vec![Choice::new("other", EVIL)];
    page.next = Some(evil());
    page.first = false;
    page
}

fn stale() -> StaleSource {
    StaleSource::new((i64::MIN, EVIL), &[evil()], Trouble::Expired(i64::MIN), Some(i64::MAX), NOW)
}

fn update() -> UpdateRow {
    let mut row = sample::update(EVIL, EVIL, EVIL, UpdateKind::Security);
    row.arch = evil();
    row.held = true;
    row.update.candidate_arch = Some(evil());
    row.update.repositories = vec![evil(), evil()];
    row.update.advisories = vec![evil()];
    row.update.why.gates = vec![evil()];
    row.update.phased = Some(255);
    row.update.reboot = true;
    let cves = vec![evil(), evil()];
    let (title, severity) = (evil(), evil());
    row.advisories = vec![AdvisoryRow { title, severity, cves, ..sample::advisory(EVIL) }];
    row.advisories.extend([AdvisoryRow::new(EVIL, None), AdvisoryRow::new(EVIL, None)]);
    row
}

fn host(tab: HostTab) -> HostPage {
    let mut page = sample::host(tab);
    page.layout = frame();
    page.head.name = evil();
    page.stale = StaleNotice::new(vec![stale(), stale()]);
    page.head.groups = vec![evil()];
    page.head.os = evil();
    page.head.os_group = Some(evil());
    page.head.arch = evil();
    page.head.kernel = Some(evil());
    page.head.reboot_reason = Some(evil());
    page.head.next_report = Some(i64::MIN);
    page.head.facts.support_end = Some(i64::MIN);
    page.head.facts.counters.packages = -1;
    page
}

fn todo() -> HostTab {
    let updates = [update()];
    let facts = TodoFacts {
        native_arch: EVIL,
        reboot: Some(EVIL),
        last_report: NOW - 9 * DAY,
        os_group: Some(EVIL),
        fresh_security: false,
        ..sample::todo_facts(&updates)
    };
    HostTab::Todo(TodoTab::new(&facts))
}

fn findings() -> HostTab {
    let (evil_package, fixed) = ((EVIL, EVIL), Some(EVIL));
    let states =
        [FindingState::Fixable, FindingState::PendingReboot, FindingState::Unfixed, FindingState::Leftover];
    let rows = states.map(|state| {
        let mut row = sample::finding(evil_package, EVIL, state, Severity::Low, fixed);
        row.vendor_state = Some(evil());
        row.severity.1 = Some(evil());
        row.since = i64::MIN;
        row.package.source_name = evil();
        for proof in &mut row.proofs {
            proof.source_name = evil();
            proof.advisory = Some(format!("{EVIL}x"));
            proof.severity.1 = Some(evil());
            proof.vendor_state = Some(evil());
            proof.why.rule = evil();
            proof.why.gates = vec![evil()];
        }
        row
    });
    let next = NextKernel { release: evil(), other_boots: true };
    let filter = FindingFilter { after: Some("0".into()), ..FindingFilter::default() };
    let mut tab = FindingsTab::new(rows.to_vec(), Some(&next), filter, 9);
    tab.filter.q = evil();
    tab.next = Some(evil());
    HostTab::Findings(tab)
}

fn cves() -> CvesPage {
    let mut line = sample::cve_line(EVIL, Severity::Critical, [u64::MAX / 8; 4]);
    line.packages = vec![evil(), evil()];
    let filter = FindingFilter::default();
    let mut page = CvesPage::new(frame(), (vec![line], Some(i64::MIN), true), filter, 9);
    page.filter.q = evil();
    page.next = Some(evil());
    page
}

fn cve() -> CvePage {
    let mut host = sample::host_line(i64::MIN, EVIL, FindingState::Unfixed);
    host.os_group = evil();
    for line in &mut host.packages {
        (line.name, line.arch, line.installed) = (evil(), evil(), evil());
        (line.fixed, line.vendor_state) = (Some(evil()), Some(evil()));
    }
    let mut said = sample::statement(EVIL, EVIL);
    said.source.0 = evil();
    (said.fixed, said.vendor_state, said.advisory) = (Some(evil()), Some(evil()), Some(evil()));
    said.severity.1 = Some(evil());
    let held = Holders {
        counts: [u64::MAX; 4],
        since: i64::MIN,
        statements: vec![said],
        hosts: vec![host],
        more: true,
    };
    let mut page = CvePage::new(frame(), EVIL, held, None, false);
    page.next = Some(evil());
    page.as_of = Some(i64::MAX);
    page
}

fn packages() -> HostTab {
    let status = [
        PackageStatus::Unknown,
        PackageStatus::UpToDate,
        PackageStatus::Update { candidate: evil(), kind: UpdateKind::Unknown },
    ];
    let rows = status.map(|status| PackageRow {
        name: evil(),
        version: evil(),
        arch: evil(),
        source: evil(),
        status,
        other_vendor: Some(evil()),
    });
    let filter = PackagesFilter { q: evil(), after: Some(String::new()), ..PackagesFilter::default() };
    HostTab::Packages(PackagesTab::new(rows.to_vec(), filter, 2))
}

fn coverage() -> HostTab {
    let HostTab::Coverage(tab) = sample::host_coverage().tab else { unreachable!() };
    let mut sources = tab.sources;
    for source in &mut sources {
        source.name = evil();
        source.kind = evil();
    }
    HostTab::Coverage(CoverageTab {
        packages: 0,
        unknown: vec![evil()],
        sources,
        facts: vec![(evil(), evil())],
        assumed: vec![evil()],
        not_reported: vec![evil()],
        ..tab
    })
}

fn reports() -> HostTab {
    let row = IntervalRow {
        from: i64::MIN,
        to: Some(i64::MAX),
        packages: u64::MAX,
        added: Some(0),
        removed: None,
        kernel: Some(evil()),
        os: evil(),
    };
    let last = LastReport {
        received: i64::MIN,
        protocol: evil(),
        client: Some(evil()),
        ip: evil(),
        tag: Some(evil()),
        more: vec![(evil(), evil())],
    };
    HostTab::Reports(ReportsTab { last: Some(last), rows: vec![row], first: false, next: Some(evil()) })
}

fn sources() -> SourcesPage {
    let mut page = sample::sources();
    page.layout = frame();
    page.add_command = evil();
    for listed in &mut page.rows {
        listed.stale = Some(stale());
        let row = &mut listed.row;
        row.further_groups = vec![evil()];
        row.name = evil();
        row.kind = evil();
        row.url = EVIL_URL.to_owned();
        row.os_group = Some(evil());
        row.error = Some(evil());
    }
    page
}

fn source(signature: Signature) -> SourcePage {
    let mut page = sample::source();
    page.layout = frame();
    page.source = sources().rows.remove(0).row;
    page.stale = Some(stale());
    page.facts = vec![("Excludes", evil())];
    if let Some(effect) = &mut page.effect {
        effect.numbers = Some((u64::MAX, 1));
        effect.most[0] = HostDelta { id: i64::MIN, name: evil(), security: i64::MIN, other: i64::MAX };
    }
    page.signature = signature;
    for file in &mut page.files {
        file.path = evil();
        file.bytes = u64::MAX;
    }
    for item in &mut page.skipped {
        item.file = evil();
        item.reason = evil();
    }
    page
}

fn source_new() -> SourceFormPage {
    let mut page = SourceFormPage { layout: frame(), folders: vec![evil()], ..sample::source_new() };
    for field in page.groups.iter_mut().flat_map(|group| &mut group.fields) {
        match field {
            Field::Text(field) => (field.value, field.error) = (evil(), Some(evil())),
            Field::Choice(field) => (field.value, field.error) = (evil(), Some(evil())),
            Field::Tick(field) => field.error = Some(evil()),
        }
    }
    page
}

fn source_edit() -> SourceFormPage {
    SourceFormPage { edited: Some(EditedSource { id: i64::MIN, name: evil() }), ..source_new() }
}

fn source_remove() -> SourceRemovePage {
    SourceRemovePage { layout: frame(), id: i64::MIN, name: evil(), groups: evil() }
}

fn sign_in() -> SignInPage {
    let layout = Layout::new(NOW, Section::Elsewhere, EVIL);
    SignInPage { layout, next: format!("/{EVIL}"), name: evil(), error: Some(SignInError::WrongCredentials) }
}

/// Every page with hostile text in every field.
pub(super) fn pages() -> Vec<(&'static str, String)> {
    let by = vec![(evil(), evil())];
    let replaced = vec![ReplacedRow { package: evil(), arch: evil(), installed: evil(), by }];
    let updates =
        UpdatesTab { q: evil(), replaced, ..UpdatesTab::new(vec![update()], KindFilter::Security, "") };
    let error = ErrorPage { sentence: evil(), ..ErrorPage::new(frame(), 400, EVIL) };
    [
        ("hostile hosts", hosts().render()),
        ("hostile first host", HostsPage { total_visible: 0, feeder_url: evil(), ..hosts() }.render()),
        ("hostile todo", host(todo()).render()),
        ("hostile findings", host(findings()).render()),
        ("hostile cves", cves().render()),
        ("hostile cve", cve().render()),
        ("hostile updates", host(HostTab::Updates(updates)).render()),
        ("hostile packages", host(packages()).render()),
        ("hostile coverage", host(coverage()).render()),
        ("hostile reports", host(reports()).render()),
        ("hostile sources", sources().render()),
        ("hostile first source", SourcesPage { rows: vec![], ..sources() }.render()),
        ("hostile source", source(Signature::Good { keys: vec![evil()] }).render()),
        ("hostile source, bad", source(Signature::Bad { reason: evil() }).render()),
        ("hostile source, unchecked", source(Signature::NotChecked { reason: evil() }).render()),
        ("hostile new source", source_new().render()),
        ("hostile edited source", source_edit().render()),
        ("hostile removal", source_remove().render()),
        ("hostile sign in", sign_in().render()),
        ("hostile error", error.render()),
    ]
    .into_iter()
    .map(|(name, html)| (name, html.unwrap()))
    .collect()
}

#[test]
fn no_foreign_text_becomes_markup() {
    for (page, html) in pages() {
        assert_eq!(html.matches("<script").count(), 1, "{page}: only our own script");
        assert_eq!(html.matches("<img").count(), 1, "{page}: only our own image");
        assert!(!html.contains("onerror=alert(1)>"), "{page}");
        assert!(html.contains("&#60;script&#62;alert(1)"), "{page}: the text itself is shown");
    }
}

#[test]
fn no_foreign_address_becomes_a_link() {
    for (page, html) in pages() {
        assert!(!html.contains("=\"javascript:"), "{page}");
    }
    assert!(sources().render().unwrap().contains(">javascript:alert(1)//"), "it is shown as text");
}

#[test]
fn no_foreign_text_gets_into_a_command() {
    let html = host(todo()).render().unwrap();
    for (start, _) in html.match_indices("<pre") {
        let command = html[start..].split_once("</pre>").unwrap().0;
        assert!(!command.contains("alert"), "{command}");
    }
}
