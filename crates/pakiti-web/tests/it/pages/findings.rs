//! The findings of a host: grouped by the action that closes them, each with its proof; every number is proved.

use crate::harness::client::Client;
use crate::harness::html::{Link, all_rows, between, lines_of, links, text_of};
use crate::harness::oval::Definitions;
use crate::harness::report::Report;
use crate::harness::yum::{Repository, security};
use crate::harness::{DAY, NOW, TestServer};
use pakiti_store::account::Role;

const RED_HAT: &str = "Red Hat, Inc.";

/// Definitions with something of every state, and a repository that says some of it too.
pub(crate) async fn sources(server: &TestServer) -> (i64, i64) {
    let oval = Definitions::rhel9("rhel-9-oval")
        .fixed(("CVE-2026-1001", "critical", "9.8"), "RHSA-2026:1", ("openssl", "1:3.0.7-25.el9"))
        .fixed(("CVE-2026-1002", "important", "7.5"), "RHSA-2026:2", ("openssl", "1:3.0.7-27.el9"))
        .fixed(("CVE-2026-1003", "moderate", "5.0"), "RHSA-2026:3", ("zlib", "1.2.11-41.el9"))
        .fixed(("CVE-2026-2001", "important", "7.8"), "RHSA-2026:4", ("kernel-core", "5.14.0-570.el9"))
        .fixed(("CVE-2026-2002", "low", "3.1"), "RHSA-2026:5", ("kernel-core", "5.14.0-611.el9"))
        .unfixed("CVE-2026-3001", "low", "bash", "Will not fix")
        .unfixed("CVE-2026-3002", "moderate", "bash", "Affected")
        .unfixed("CVE-2026-3003", "none", "bash", "Will not fix")
        .put(server)
        .await;
    let base = Repository::rhel9("base")
        .package("openssl", "1:3.0.7-27.el9")
        .advisory(security("RHSA-2026:1", "critical", &["CVE-2026-1001"]), "openssl", "1:3.0.7-25.el9")
        .put(server)
        .await;
    (oval, base)
}

/// A host that runs the middle one of three kernels.
pub(crate) fn host(name: &str) -> Report {
    Report::rhel(name)
        .with("kernel", "5.14.0-503.el9.x86_64")
        .rpm("bash", "0:5.1.8-6.el9", RED_HAT)
        .rpm("kernel-core", "0:5.14.0-427.el9", RED_HAT)
        .rpm("kernel-core", "0:5.14.0-503.el9", RED_HAT)
        .rpm("kernel-core", "0:5.14.0-570.el9", RED_HAT)
        .rpm("openssl", "1:3.0.7-24.el9", RED_HAT)
        .rpm("zlib", "0:1.2.11-40.el9", RED_HAT)
}

/// How many findings a list holds, page after page.
pub(super) async fn number_of_findings(client: &Client, path: &str) -> usize {
    let mut number = 0;
    let mut next = Some(path.to_owned());
    while let Some(path) = next {
        let html = client.page(&path).await;
        number += html.matches("<tr class=\"finding\">").count();
        let pages = between(&html, "<nav class=\"pages\"", "</nav>").to_owned();
        next = links(&pages).into_iter().find(|link| link.text == "Next page").map(|link| link.href);
        assert!(number < 10_000, "{path} never ends");
    }
    number
}

async fn prove(client: &Client, link: &Link) {
    assert_eq!(link.number(), Some(number_of_findings(client, &link.href).await), "{link:?}");
}

async fn house() -> (TestServer, Client, i64) {
    let server = TestServer::start().await;
    server.set_clock(NOW - 2 * DAY);
    sources(&server).await;
    let id = server.report(&host("r1")).await;
    server.set_clock(NOW);
    server.report(&host("r1")).await;
    let client = server.with_user("root", Role::Administrator).await;
    (server, client, id)
}

#[tokio::test]
async fn findings_are_grouped_by_the_action_that_closes_them() {
    let (_server, client, id) = house().await;
    let page = client.page(&format!("/hosts/{id}?tab=findings")).await;
    let groups: Vec<String> = (page.split("<section class=\"card list action").skip(1))
        .map(|group| {
            let rows = group.split("<tr class=\"finding\">").skip(1);
            let head = lines_of(&format!("<{}", group.split("<div class=\"scroll\"").next().unwrap()));
            let rows: Vec<String> =
                rows.map(|row| text_of(row.split("<td class=\"why\">").next().unwrap())).collect();
            format!("{head}\n  {}", rows.join("\n  "))
        })
        .collect();
    insta::assert_snapshot!(groups.join("\n\n"), @"
    ! Upgrade openssl to 1:3.0.7-27.el9 2 findings
    Installed: 1:3.0.7-24.el9 (x86_64).
      CVE-2026-1001 ! critical 9.8 1:3.0.7-25.el9 RHSA-2026:1 2 days ago
      CVE-2026-1002 ▲ important 7.5 1:3.0.7-27.el9 RHSA-2026:2 2 days ago

    ◆ Upgrade zlib to 1.2.11-41.el9 1 finding
    Installed: 1.2.11-40.el9 (x86_64).
      CVE-2026-1003 ◆ moderate 5.0 1.2.11-41.el9 RHSA-2026:3 2 days ago

    ▽ Upgrade kernel-core to 5.14.0-611.el9 2 findings
    Installed: 5.14.0-503.el9, 5.14.0-570.el9 (x86_64).
      CVE-2026-2002 ▽ low 3.1 5.14.0-611.el9 of 5.14.0-503.el9 RHSA-2026:5 2 days ago
      CVE-2026-2002 ▽ low 3.1 5.14.0-611.el9 of 5.14.0-570.el9 RHSA-2026:5 2 days ago

    ↻ Reboot into kernel 5.14.0-570.el9.x86_64 1 finding
    The fix is installed; the old kernel still runs.
      CVE-2026-2001 ▲ important 7.8 kernel-core 5.14.0-503.el9 x86_64 RHSA-2026:4 2 days ago

    × No fix: Affected 1 finding
    In the vendor's word. Nothing can be installed; see whether the package is needed.
      CVE-2026-3002 ◆ moderate – bash 5.1.8-6.el9 x86_64 – 2 days ago

    × No fix: Will not fix 1 finding
    In the vendor's word. Nothing can be installed; see whether the package is needed.
      CVE-2026-3001 ▽ low – bash 5.1.8-6.el9 x86_64 – 2 days ago

    ◦ Remove old kernel image kernel-core 5.14.0-427.el9 2 findings
    It neither runs nor boots next (x86_64); it exposes nothing until somebody boots it.
      CVE-2026-2001 ▲ important 7.8 5.14.0-570.el9 RHSA-2026:4 2 days ago
      CVE-2026-2002 ▽ low 3.1 5.14.0-611.el9 RHSA-2026:5 2 days ago
    ");
}

#[tokio::test]
async fn every_finding_has_its_proof_with_gates_and_sources_that_agree_are_one() {
    let (_server, client, id) = house().await;
    let page = client.page(&format!("/hosts/{id}?tab=findings&q=CVE-2026-1001")).await;
    assert_eq!(page.matches("<tr class=\"finding\">").count(), 1, "one finding, two sources");
    let proof = |page: &str| lines_of(between(page, "<td class=\"why\">", "</td>"));
    insta::assert_snapshot!(proof(&page), @"
    why CVE-2026-1001 in openssl
    rhel-9-oval oval:t:def:1 ( rhel-9-oval , critical by vendor, of CVE-2026-1001, since 2 days ago )
    openssl is earlier than 1:3.0.7-25.el9
    1:3.0.7-24.el9 < 1:3.0.7-25.el9
    OS group rhel-9
    vendor Red Hat, Inc.
    base RHSA-2026:1 ( base , critical by RHSA-2026:1, since 2 days ago )
    openssl is earlier than 1:3.0.7-25.el9
    1:3.0.7-24.el9 < 1:3.0.7-25.el9
    OS group rhel-9
    architecture x86_64
    vendor Red Hat, Inc.
    ");
    let page = client.page(&format!("/hosts/{id}?tab=findings&state=pending-reboot")).await;
    insta::assert_snapshot!(proof(&page), @"
    why CVE-2026-2001 in kernel-core
    rhel-9-oval oval:t:def:4 ( rhel-9-oval , important by vendor, of CVE-2026-2001, since 2 days ago )
    kernel-core is earlier than 5.14.0-570.el9
    5.14.0-503.el9 < 5.14.0-570.el9
    OS group rhel-9
    vendor Red Hat, Inc.
    runs: kernel 5.14.0-503.el9.x86_64
    ");
}

#[tokio::test]
async fn every_number_of_findings_is_proved() {
    let (_server, client, id) = house().await;
    let path = format!("/hosts/{id}?tab=findings");
    let page = client.page(&path).await;
    let mut proved = Vec::new();
    for piece in [
        between(&page, "<ul class=\"tallies\"", "</ul>"),
        between(&page, "aria-label=\"State of findings\"", "</nav>"),
        between(&page, "aria-label=\"Severity of findings\"", "</nav>"),
        between(&page, "<nav class=\"tabs\"", "</nav>"),
        between(&page, "<div class=\"verdict", "</div>"),
    ] {
        for link in links(piece).into_iter().filter(|link| link.href.contains("tab=findings")) {
            prove(&client, &link).await;
            proved.push(link.text);
        }
    }
    insta::assert_snapshot!(proved.join("\n"), @"
    ! 1 critical finding
    ▲ 1 important finding
    ◆ 1 moderate finding
    ▽ 2 low findings
    ↻ 1 pending reboot finding
    × 2 unfixed findings
    ◦ 2 leftover findings
    All states 10
    Fixable 5
    Pending reboot 1
    Unfixed 2
    Leftover 2
    All severities 10
    Critical 1
    Important 3
    Moderate 2
    Low 4
    None (not counted) 1
    Findings 10
    1 fixable critical finding
    5 fixable findings in all
    1 finding waits for a reboot
    2 findings without a fix
    ");
    // With one filter in force the numbers of the other are of what is left.
    for filter in [
        "&state=fixable",
        "&severity=important",
        "&severity=low&q=kernel",
        "&state=leftover",
        "&severity=none",
    ] {
        let page = client.page(&format!("{path}{filter}")).await;
        for switch in ["State of findings", "Severity of findings"] {
            for link in links(between(&page, &format!("aria-label=\"{switch}\""), "</nav>")) {
                prove(&client, &link).await;
            }
        }
    }
}

#[tokio::test]
async fn the_host_list_counts_critical_and_important_and_sorts_by_them() {
    let (server, client, id) = house().await;
    server.report(&Report::rhel("clean").rpm("bash", "0:9-1", RED_HAT)).await;
    server.report(&Report::rhel("one").rpm("openssl", "1:3.0.7-25.el9", RED_HAT)).await;
    server.report(&Report::debian("d1").package("bash", "1")).await;
    let rows = all_rows(&client, "/hosts?sort=findings").await;
    let told: Vec<(&str, &str)> = rows.iter().map(|row| (&*row[1], &*row[5])).collect();
    assert_eq!(
        told[..2],
        [("r1", "1 critical findings , 1 important findings"), ("one", "0 critical , 1 important findings")]
    );
    assert!(told[2..].contains(&("clean", "0 critical , 0 important")), "{told:?}");
    assert!(told[2..].contains(&("d1", "? not known")), "nobody looked: {told:?}");
    let page = client.page("/hosts?state=exposed").await;
    let mut cells = links(between(&page, "<td class=\"c-findings num\"", "</td>"));
    assert_eq!(cells.len(), 2);
    for link in cells.drain(..) {
        assert!(link.href.starts_with(&format!("/hosts/{id}?tab=findings&state=fixable&severity=")));
        prove(&client, &link).await;
    }
    assert_eq!(all_rows(&client, "/hosts?state=exposed").await.len(), 1);
}

#[tokio::test]
async fn the_state_of_a_host_speaks_of_findings() {
    let (server, client, id) = house().await;
    let verdict = async |id: i64| {
        let page = client.page(&format!("/hosts/{id}")).await;
        lines_of(between(&page, "<div class=\"verdict", "</ul>"))
            .lines()
            .skip(1)
            .collect::<Vec<_>>()
            .join("; ")
    };
    insta::assert_snapshot!(verdict(id).await, @"1 fixable critical finding; 1 security update pending; 5 fixable findings in all; 1 finding waits for a reboot; unknown: only 16 % of 6 packages are in a repository; 2 findings without a fix");
    let steps = client.page(&format!("/hosts/{id}")).await;
    insta::assert_snapshot!(lines_of(between(&steps, "<ol class=\"steps\">", "</ol>")), @"
    Install 1 security update Why these
    dnf upgrade --advisory=RHSA-2026:1
    Severity: 1 critical.
    It closes 2 findings, 1 of them critical.
    Versions
    openssl 1:3.0.7-24.el9 → to 1:3.0.7-27.el9 base RHSA-2026:1 (critical)
    Get the fixes of 3 more findings All fixable findings by action
    The vendor has fixed versions that no repository of this server offers: see which, and whether the host gets them.
    Reboot Which
    systemctl reboot
    It closes 1 finding: the fix is installed, the old kernel still runs.
    ");
    let waits = Report::rhel("waits").rpm("kernel-core", "0:5.14.0-503.el9", RED_HAT).rpm(
        "kernel-core",
        "0:5.14.0-611.el9",
        RED_HAT,
    );
    let waits = server.report(&waits).await;
    insta::assert_snapshot!(verdict(waits).await, @"2 findings wait for a reboot; unknown: only 0 % of 2 packages are in a repository");
    let page = client.page(&format!("/hosts/{waits}?tab=findings")).await;
    assert!(page.contains("Reboot into kernel 5.14.0-611.el9.x86_64"), "{page}");
}

#[tokio::test]
async fn empty_lists_say_what_to_do() {
    let server = TestServer::start().await;
    let client = server.with_user("root", Role::Administrator).await;
    let id = server.report(&Report::rhel("r1").rpm("bash", "0:9-1", RED_HAT)).await;
    let path = format!("/hosts/{id}?tab=findings");
    let empty = async |path: &str| text_of(between(&client.page(path).await, "<p class=\"empty\">", "</p>"));
    assert!(
        empty(&path)
            .await
            .starts_with("Nobody has looked: no source that names vulnerabilities speaks for rhel-9")
    );
    assert!(
        !text_of(between(&client.page(&path).await, "<nav class=\"tabs\"", "</nav>")).contains("Findings 0")
    );
    assert!(empty("/cves").await.starts_with("No source in force names vulnerabilities."));
    sources(&server).await;
    assert!(empty(&format!("{path}&state=fixable")).await.starts_with("No finding matches."));
    server.report(&Report::rhel("r1").rpm("nano", "0:9-1", RED_HAT)).await;
    assert!(empty(&path).await.starts_with("The sources know no vulnerability in what is installed."));
    assert!(empty("/cves").await.starts_with("The sources know no vulnerability"));
    assert!(empty(&format!("{path}&after=x")).await.starts_with("No more findings."));
    assert!(empty("/cves?after=0.9.x").await.starts_with("No more CVEs."));
}

#[tokio::test]
async fn many_findings_are_paged_without_gap_or_double() {
    let server = TestServer::start().await;
    let client = server.with_user("root", Role::Administrator).await;
    let cves: Vec<String> = (0..450).map(|n| format!("CVE-2026-{:05}", 10_000 + n)).collect();
    let oval = cves.iter().enumerate().fold(Definitions::rhel9("o"), |oval, (n, cve)| {
        if n % 3 == 0 {
            return oval.unfixed(cve, "low", "bash", "Affected");
        }
        oval.fixed((cve, "low", "3.0"), "RHSA-1", (if n % 2 == 0 { "openssl" } else { "zlib" }, "9:9-1"))
    });
    oval.put(&server).await;
    let id = server.report(&host("r1")).await;
    let path = format!("/hosts/{id}?tab=findings");
    let mut seen = Vec::new();
    let mut next = Some(path.clone());
    while let Some(path) = next {
        let page = client.page(&path).await;
        let rows = page.split("<tr class=\"finding\">").skip(1);
        seen.extend(rows.map(|row| text_of(between(row, "<th scope=\"row\">", "</th>"))));
        next = links(between(&page, "<nav class=\"pages\"", "</nav>"))
            .into_iter()
            .find(|link| link.text == "Next page")
            .map(|link| link.href);
    }
    seen.sort();
    assert_eq!(seen, cves);
    let second = client
        .page(&links(&client.page(&path).await).into_iter().find(|l| l.text == "Next page").unwrap().href)
        .await;
    assert!(second.contains(", continued</span>"), "a group that began before says so");
    let cves_listed = all_rows(&client, "/cves").await;
    assert_eq!(cves_listed.len(), 450);
}
