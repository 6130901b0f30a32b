//! Hosts with rpm packages: advisories, severity, CVEs, the right command, replaced packages, other vendors; and what
//! the page of a yum source tells.

use crate::harness::html::{all_rows, between, lines_of, text_of};
use crate::harness::report::Report;
use crate::harness::yum::{Repository, security};
use crate::harness::{DAY, NOW, TestServer};
use pakiti_core::advisory::Advisory;
use pakiti_core::judgement::UpdateKind;
use pakiti_engine::source::options::SourceOptions;
use pakiti_store::account::Role;

const RED_HAT: &str = "Red Hat, Inc.";

/// The repository: openssl with two advisories between, of which the later is a bugfix; bash with a bugfix; a
/// package that another one obsoletes.
fn base() -> Repository {
    let bugfix = Advisory { kind: UpdateKind::Bugfix, ..security("RHBA-2026:7", "", &[]) };
    let kernel = Advisory { reboot: true, ..security("RHSA-2026:3", "critical", &["CVE-2026-3"]) };
    Repository::rhel9("base")
        .package("openssl", "1:3.0.7-27.el9")
        .advisory(
            security("RHSA-2026:1", "important", &["CVE-2026-1", "CVE-2026-2"]),
            "openssl",
            "1:3.0.7-25.el9",
        )
        .advisory(bugfix.clone(), "openssl", "1:3.0.7-27.el9")
        .package("bash", "5.1.8-9.el9")
        .advisory(Advisory { id: "RHBA-2026:8".into(), ..bugfix }, "bash", "5.1.8-9.el9")
        .package("zlib", "1.2.11-41.el9")
        .advisory(kernel, "zlib", "1.2.11-41.el9")
        .package("newtool", "2.0-1.el9")
        .obsoleting("oldtool")
        .package("oldtool", "1.0-1.el9")
}

fn host(name: &str) -> Report {
    Report::rhel(name)
        .rpm("openssl", "1:3.0.7-24.el9", RED_HAT)
        .rpm("bash", "0:5.1.8-6.el9", RED_HAT)
        .rpm("zlib", "0:1.2.11-40.el9", RED_HAT)
        .rpm("oldtool", "0:1.0-1.el9", RED_HAT)
        .rpm("htop", "0:3.3-1.el9", "Fedora <b>Project</b>")
        .rpm("nameless", "0:1-1", "-")
}

#[tokio::test]
async fn updates_name_advisories_severity_cves_date_and_reboot() {
    let server = TestServer::start().await;
    let client = server.with_user("root", Role::Administrator).await;
    base().put(&server).await;
    let id = server.report(&host("r1")).await;
    let page = client.page(&format!("/hosts/{id}?tab=updates")).await;
    let details: Vec<String> = page
        .split("<details class=\"advisories\">")
        .skip(1)
        .map(|part| lines_of(part.split_once("</details>").unwrap().0))
        .collect();
    insta::assert_snapshot!(details.join("\n--\n"), @"
    RHSA-2026:1, RHBA-2026:7 important
    RHSA-2026:1 ▲ security important issued 2026-10-01 RHSA-2026:1 fixes things CVE-2026-1, CVE-2026-2
    RHBA-2026:7 • bugfix issued 2026-10-01 RHBA-2026:7 fixes things
    --
    RHSA-2026:3 critical
    RHSA-2026:3 ▲ security critical issued 2026-10-01 ↻ reboot suggested RHSA-2026:3 fixes things CVE-2026-3
    --
    RHBA-2026:8
    RHBA-2026:8 • bugfix issued 2026-10-01 RHBA-2026:7 fixes things
    ");
    assert!(!page.contains("href=\"CVE") && !page.contains(">CVE-2026-1</a>"), "no link leads nowhere");
    let replaced = text_of(between(&page, "id=\"replaced-heading\"", "</section>"));
    assert!(replaced.ends_with("oldtool x86_64 1.0-1.el9 newtool 2.0-1.el9"), "{replaced}");
    let found = client.page(&format!("/hosts/{id}?tab=updates&q=cve-2026-3")).await;
    assert!(found.contains("1.2.11-41.el9") && !found.contains("3.0.7-27.el9"), "CVEs are searched");
}

#[tokio::test]
async fn to_do_installs_security_first_and_by_advisory() {
    let server = TestServer::start().await;
    let client = server.with_user("root", Role::Administrator).await;
    base().put(&server).await;
    let id = server.report(&host("r1")).await;
    let page = client.page(&format!("/hosts/{id}")).await;
    insta::assert_snapshot!(lines_of(between(&page, "<ol class=\"steps\">", "</ol>")), @r"
    Install 2 security updates Why these
    dnf upgrade \
    --advisory=RHSA-2026:1 \
    --advisory=RHSA-2026:3
    Severity: 1 critical, 1 important.
    It closes 3 findings, 1 of them critical.
    Versions
    openssl 1:3.0.7-24.el9 → to 1:3.0.7-27.el9 base RHSA-2026:1, RHBA-2026:7 (important)
    zlib 1.2.11-40.el9 → to 1.2.11-41.el9 base RHSA-2026:3 (critical)
    Install 1 other update Why these
    dnf upgrade bash-5.1.8-9.el9.x86_64
    Versions
    bash 5.1.8-6.el9 → to 5.1.8-9.el9 base RHBA-2026:8
    Reboot
    systemctl reboot
    The updates above ask for one: zlib.
    Look at 2 packages of no source Show them
    No source knows them: nobody tells when they need an update. Add their repository as a source, or remove them.
    ");
}

#[tokio::test]
async fn packages_of_another_vendor_are_marked() {
    let server = TestServer::start().await;
    let client = server.with_user("root", Role::Administrator).await;
    base().put(&server).await;
    let id = server.report(&host("r1")).await;
    let path = format!("/hosts/{id}?tab=packages");
    let names: Vec<String> = all_rows(&client, &path).await.into_iter().map(|row| row[0].clone()).collect();
    let expected =
        ["bash", "htop ≠ other vendor: Fedora <b>Project</b>", "nameless", "oldtool", "openssl", "zlib"];
    assert_eq!(names, expected);
    assert_eq!(all_rows(&client, &format!("{path}&q=fedora")).await.len(), 1);
    let debian = server
        .report(
            &Report::debian("d1")
                .line("a\t1\tamd64\ta\t1\tV1\t-\t-\t-\t-")
                .line("b\t1\tamd64\tb\t1\tV2\t-\t-\t-\t-"),
        )
        .await;
    let page = client.page(&format!("/hosts/{debian}?tab=packages")).await;
    assert!(!page.contains("other vendor:"), "only rpm tells vendors");
}

#[tokio::test]
async fn an_advisory_whose_source_is_gone_is_still_named() {
    let server = TestServer::start().await;
    let client = server.with_user("root", Role::Administrator).await;
    base().put(&server).await;
    let id = server.report(&host("r1")).await;
    // Not yet judged again, but the rules of this process are the new ones already.
    let source = pakiti_store::source::all(&server.db).await.unwrap().remove(0);
    pakiti_store::source::set_enabled(&server.db, source.id, false, NOW).await.unwrap();
    server.app.engine.rules.reload(&server.db).await.unwrap();
    let page = client.page(&format!("/hosts/{id}?tab=updates")).await;
    assert!(page.contains("RHSA-2026:1") && page.contains("no source in force tells more"), "{page}");
    let todo = client.page(&format!("/hosts/{id}")).await;
    assert!(todo.contains("openssl-1:3.0.7-27.el9.x86_64"), "packages are named instead: {todo}");
}

#[tokio::test]
async fn hostile_advisories_stay_text_and_out_of_commands() {
    const EVIL: &str = "RHSA-1<script>alert(1)</script>;reboot";
    let server = TestServer::start().await;
    let client = server.with_user("root", Role::Administrator).await;
    let advisory = Advisory { title: EVIL.into(), ..security(EVIL, EVIL, &[EVIL, "<b>evil</b>"]) };
    Repository::rhel9("base")
        .package("openssl", "2:2-1")
        .obsoleting("bash")
        .advisory(advisory, "openssl", "2:2-1")
        .put(&server)
        .await;
    let id = server.report(&host("r1")).await;
    for tab in ["", "?tab=updates", "?tab=packages"] {
        let page = client.page(&format!("/hosts/{id}{tab}")).await;
        assert_eq!(page.matches("<script").count(), 1, "{tab}");
        assert!(!page.contains("<b>evil") && !page.contains("<b>Project"), "{tab}");
        for command in page.split("<pre").skip(1) {
            assert!(!command.split_once("</pre>").unwrap().0.contains("alert"), "{tab}: {command}");
        }
    }
    let todo = client.page(&format!("/hosts/{id}")).await;
    assert!(todo.contains("dnf upgrade openssl-2:2-1.x86_64"), "{todo}");
}

#[tokio::test]
async fn the_page_of_a_yum_source_tells_mapping_configuration_and_what_it_changed() {
    let server = TestServer::start().await;
    let client = server.with_user("root", Role::Administrator).await;
    let options = SourceOptions {
        excludes: vec!["kernel*".into()],
        further_groups: vec!["rocky-9".into()],
        mirrorlist: true,
        proxy: Some("http://user:hunter2@proxy.example.org:3128".into()),
        client_certificate: Some("/etc/pki/secret.pem".into()),
        ..SourceOptions::default()
    };
    server.set_clock(NOW - DAY);
    Repository::rhel9("base")
        .with_options(options.clone())
        .package("zlib", "1.2.11-40.el9")
        .put(&server)
        .await;
    let r1 = server.report(&host("r1").with("site", "A")).await;
    server.report(&host("r2").with("site", "B")).await;
    server.set_clock(NOW);
    let id = base().with_options(options).put(&server).await;
    let mut client = {
        drop(client);
        server.nobody()
    };
    client.sign_in("root", crate::harness::PASSWORD).await;
    let page = client.page(&format!("/sources/{id}")).await;
    let facts = text_of(between(&page, "<ul class=\"facts\">", "</ul>"));
    assert!(
        facts.contains("speaks for rhel-9, rocky-9, as an administrator mapped it, not its feed"),
        "{facts}"
    );
    insta::assert_snapshot!(lines_of(between(&page, "<dl>", "</dl>")), @"
    Kind yum repository
    Vendor Red Hat, Inc.
    Errata yes
    Security as its errata say
    Excludes kernel*
    List of mirrors yes
    Proxy http://proxy.example.org:3128/
    Client certificate set
    Signature no key is configured
    Fetched every 1 h
    ");
    assert!(!page.contains("hunter2") && !page.contains("secret.pem"), "no credentials");
    insta::assert_snapshot!(lines_of(between(&page, "aria-labelledby=\"effect-heading\">", "</section>")), @"
    This synchronisation changed 1 verdict on 2 hosts
    The hosts that changed most, at most 20
    Host Security updates Other updates
    r1 +2 +1
    r2 +2 +1
    ");
    assert!(page.contains(&format!("<a href=\"/hosts/{r1}\">r1</a>")));
    let snapshots = all_rows(&client, &format!("/sources/{id}")).await;
    let effects: Vec<&str> = snapshots.iter().map(|row| row[5].as_str()).collect();
    assert_eq!(effects, ["1 on 2 hosts", "0"]);
    // A viewer is told of their own hosts, and no number of all.
    let anna = server.with_viewer_of("anna", "A").await;
    let page = anna.page(&format!("/sources/{id}")).await;
    assert!(
        page.contains("This synchronisation changed these of your hosts most") && page.contains(">r1</a>"),
        "{page}"
    );
    assert!(
        !page.contains(">r2<") && !page.contains("2 hosts") && !page.contains("Changed verdicts"),
        "{page}"
    );
    let listed = all_rows(&anna, "/sources").await;
    assert_eq!((listed[0][2].as_str(), listed[0][3].as_str()), ("rhel-9 , rocky-9 mapped", "yes"));
}
