//! The tabs of one host that has something of everything.

use super::house;
use crate::harness::fleet;
use crate::harness::html::{all_rows, between, heading, lines_of, rows, text_of};
use crate::harness::report::Report;
use crate::harness::{DAY, NOW, TestServer};
use pakiti_store::account::Role;

#[tokio::test]
async fn the_head_says_who_the_host_is_and_why_it_has_its_state() {
    let (_server, fleet, client) = house().await;
    let page = client.page(&format!("/hosts/{}", fleet.web1)).await;
    assert_eq!(heading(&page), "web1.example.org");
    let facts = text_of(between(&page, "<ul class=\"facts\">", "</ul>"));
    assert!(
        facts.starts_with("Groups: frontend Debian GNU/Linux 12 (bookworm) ( debian-12 , supported until"),
        "{facts}"
    );
    assert!(facts.contains("x86_64") && facts.contains("kernel 6.1.0-28-amd64"), "{facts}");
    let verdict = lines_of(between(&page, "<div class=\"verdict", "</div>"));
    insta::assert_snapshot!(verdict, @"
    ▲ security
    1 security update pending
    1 package of no source
    2 other updates
    ");
}

#[tokio::test]
async fn to_do_gives_the_command_that_installs_the_security_update_but_not_the_held_one() {
    let (_server, fleet, client) = house().await;
    let page = client.page(&format!("/hosts/{}", fleet.web1)).await;
    let steps = lines_of(between(&page, "<ol class=\"steps\">", "</ol>"));
    insta::assert_snapshot!(steps, @"
    Install 1 security update Why these
    apt-get install --only-upgrade openssl=3.0.15-1~deb12u1
    Versions
    openssl 3.0.11-1~deb12u2 → to 3.0.15-1~deb12u1 bookworm-security/main
    Install 2 other updates Why these
    apt-get install --only-upgrade tzdata=2024b-0+deb12u1
    1 package is on hold and not in the command; release the hold first.
    Versions
    nano 7.2-1 → to 7.2-1+deb12u1 bookworm/main » held
    tzdata 2024a-0+deb12u1 → to 2024b-0+deb12u1 bookworm/main
    Look at 1 package of no source Show them
    No source knows them: nobody tells when they need an update. Add their repository as a source, or remove them.
    ");
}

#[tokio::test]
async fn updates_name_versions_repository_and_why() {
    let (_server, fleet, client) = house().await;
    let rows = all_rows(&client, &format!("/hosts/{}?tab=updates", fleet.web1)).await;
    let lines: Vec<String> = rows.iter().map(|row| row.join(" | ")).collect();
    insta::assert_snapshot!(lines.join("\n"), @"
    ▲ security | openssl | amd64 | 3.0.11-1~deb12u2 → 3.0.15-1~deb12u1 | bookworm-security/main | why openssl bookworm-security/main offers 3.0.15-1~deb12u1 (security suite) 3.0.11-1~deb12u2 < 3.0.15-1~deb12u1 OS group debian-12 architecture amd64 priority 500
    • bugfix | nano » held | amd64 | 7.2-1 → 7.2-1+deb12u1 | bookworm/main | why nano bookworm/main offers 7.2-1+deb12u1 (not a security suite) 7.2-1 < 7.2-1+deb12u1 OS group debian-12 architecture amd64 priority 500
    • bugfix | tzdata | amd64 | 2024a-0+deb12u1 → 2024b-0+deb12u1 | bookworm/main | why tzdata bookworm/main offers 2024b-0+deb12u1 (not a security suite) 2024a-0+deb12u1 < 2024b-0+deb12u1 OS group debian-12 architecture amd64 priority 500
    ");
    let found = all_rows(&client, &format!("/hosts/{}?tab=updates&kind=other&q=TZ", fleet.web1)).await;
    assert_eq!(found.iter().map(|row| row[1].as_str()).collect::<Vec<_>>(), ["tzdata"]);
}

#[tokio::test]
async fn packages_tell_what_is_up_to_date_outdated_and_unknown() {
    let (_server, fleet, client) = house().await;
    let rows = all_rows(&client, &format!("/hosts/{}?tab=packages", fleet.web1)).await;
    let lines: Vec<String> = rows.iter().map(|row| row.join(" | ")).collect();
    insta::assert_snapshot!(lines.join("\n"), @"
    acme-agent | 4.2.0 | amd64 | acme-agent | ? no source knows it
    base-files | 12.4+deb12u8 | amd64 | base-files | ✓ up to date
    bash | 5.2.15-2+b7 | amd64 | bash | ✓ up to date
    coreutils | 9.1-1 | amd64 | coreutils | ✓ up to date
    curl | 7.88.1-10+deb12u8 | amd64 | curl | ✓ up to date
    libc6 | 2.36-9+deb12u9 | amd64 | libc6 | ✓ up to date
    linux-image-6.1.0-28-amd64 | 6.1.119-1 | amd64 | linux-image-6.1.0-28-amd64 | ✓ up to date
    nano | 7.2-1 | amd64 | nano | • bugfix candidate → 7.2-1+deb12u1
    nginx | 1.22.1-9+deb12u1 | amd64 | nginx | ✓ up to date
    openssh-server | 1:9.2p1-2+deb12u4 | amd64 | openssh-server | ✓ up to date
    openssl | 3.0.11-1~deb12u2 | amd64 | openssl | ▲ security candidate → 3.0.15-1~deb12u1
    perl-base | 5.36.0-7+deb12u1 | amd64 | perl-base | ✓ up to date
    tzdata | 2024a-0+deb12u1 | amd64 | tzdata | • bugfix candidate → 2024b-0+deb12u1
    zlib1g | 1:1.2.13.dfsg-1 | amd64 | zlib1g | ✓ up to date
    ");
    let unknown = all_rows(&client, &format!("/hosts/{}?tab=packages&status=unknown", fleet.web1)).await;
    assert_eq!(unknown.iter().map(|row| row[0].as_str()).collect::<Vec<_>>(), ["acme-agent"]);
}

#[tokio::test]
async fn packages_are_paged_and_every_one_is_listed_once() {
    let server = TestServer::start().await;
    let client = server.with_user("root", Role::Administrator).await;
    let report = (0..450).fold(Report::debian("n1"), |report, i| report.package(&format!("p{i:03}"), "1"));
    let id = server.report(&report).await;
    let names: Vec<String> = all_rows(&client, &format!("/hosts/{id}?tab=packages"))
        .await
        .into_iter()
        .map(|row| row[0].clone())
        .collect();
    assert_eq!(names, (0..450).map(|i| format!("p{i:03}")).collect::<Vec<_>>());
}

#[tokio::test]
async fn coverage_tells_what_the_verdict_was_made_with() {
    let (_server, fleet, client) = house().await;
    let page = client.page(&format!("/hosts/{}?tab=coverage", fleet.web1)).await;
    let cards = lines_of(between(&page, "<div class=\"cols\">", "<section class=\"card list\">"));
    insta::assert_snapshot!(cards, @"
    How much is known
    92 % in a repository 13 of 14 packages
    92 % judged by a security source 13 of 14 packages
    1 of no source
    acme-agent
    Show them with their versions
    Judged with
    OS group debian-12
    architecture x86_64
    protocol 6
    held packages nano:amd64
    running kernel 6.1.0-28-amd64
    kernel build #1 SMP PREEMPT_DYNAMIC Debian 6.1.119-1 (2024-11-22)
    Assumed
    The host uses every configured repository of its OS group.
    Not reported
    its repositories, machine-id, boot time
    ");
    let sources: Vec<Vec<String>> = rows(&page).into_iter().map(|row| row[..4].to_vec()).collect();
    assert_eq!(
        sources,
        [["✓ fresh", "debian-12", "apt", "no"], ["✓ fresh", "debian-12-security", "apt", "yes"]]
    );
}

#[tokio::test]
async fn reports_tell_the_last_one_and_every_change() {
    let server = TestServer::start().await;
    let client = server.with_user("root", Role::Administrator).await;
    let id = server.report(&fleet::web1()).await;
    server.set_clock(NOW + DAY / 4);
    server.report(&fleet::web1().line("broken")).await;
    server.report(&fleet::web1().package("extra", "1").with("kernel", "6.1.0-30-amd64")).await;
    let page = client.page(&format!("/hosts/{id}?tab=reports")).await;
    let last = lines_of(between(&page, "<h2>Last report</h2>", "</section>"));
    insta::assert_snapshot!(last, @"
    Received now
    Protocol 6
    Address not known
    Tag nightly
    Reports received 3
    ");
    let lines: Vec<String> = rows(&page).iter().map(|row| row.join(" | ")).collect();
    insta::assert_snapshot!(lines.join("\n"), @"
    2026-11-22 06:00 | still so | 15 | +1 | 0 | 6.1.0-30-amd64 | debian-12
    2026-11-22 00:00 | 2026-11-22 06:00 | 14 | – | – | 6.1.0-28-amd64 | debian-12
    ");
}

#[tokio::test]
async fn skipped_lines_of_the_last_report_are_told() {
    let server = TestServer::start().await;
    let client = server.with_user("root", Role::Administrator).await;
    let id = server.report(&Report::debian("n1").line("nonsense").package("bash", "1")).await;
    let page = client.page(&format!("/hosts/{id}?tab=reports")).await;
    assert!(page.contains("1 (line 11: not `name version arch`)"), "{page}");
}

#[tokio::test]
async fn an_unmapped_host_says_so_on_every_tab() {
    let server = TestServer::start().await;
    let client = server.with_user("root", Role::Administrator).await;
    fleet::sources(&server).await;
    let report = Report::debian("h1").with("system", "Haiku R1").with("os-id", "haiku").package("haiku", "1");
    let id = server.report(&report).await;
    for tab in ["", "?tab=updates", "?tab=packages", "?tab=coverage", "?tab=reports", "?tab=nonsense"] {
        let page = client.page(&format!("/hosts/{id}{tab}")).await;
        let verdict = text_of(between(&page, "<div class=\"verdict", "</div>"));
        assert!(verdict.contains("unknown: Haiku R1 is mapped to no OS group"), "{tab}: {verdict}");
    }
    let page = client.page(&format!("/hosts/{id}?tab=coverage")).await;
    assert!(page.contains("The OS is mapped to no OS group"), "no source may speak for it");
}

#[tokio::test]
async fn what_is_not_there_is_404_for_people_and_the_sign_in_page_for_others() {
    let (server, fleet, client) = house().await;
    for path in ["/hosts/0", "/hosts/999999", "/sources/0", "/nowhere"] {
        let answer = client.get(path).await;
        assert_eq!((answer.status, heading(&answer.text()).as_str()), (404, "Not found"), "{path}");
        assert_eq!(server.nobody().get(path).await.status, 303, "{path}");
    }
    for path in
        ["/hosts", "/sources", "/health", "/sign-in", "/assets/pakiti.css", &format!("/hosts/{}", fleet.web1)]
    {
        let (head, get) = (client.head(path).await, client.get(path).await);
        assert_eq!((head.status, head.body.len()), (200, 0), "HEAD {path}");
        assert_eq!(head.header("content-type"), get.header("content-type"), "HEAD {path}");
    }
    assert_eq!(server.nobody().head("/hosts").await.status, 303);
}
