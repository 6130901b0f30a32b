//! The CVE list and the page of one CVE: numbers of hosts are proved, filters live in the URL.

use super::findings::{host, sources};
use crate::harness::client::Client;
use crate::harness::html::{Link, all_rows, between, heading, lines_of, links, rows};
use crate::harness::report::Report;
use crate::harness::{DAY, NOW, TestServer};
use pakiti_store::account::Role;

/// Two hosts with everything, one with the fixed openssl and a patched kernel that runs.
async fn house() -> (TestServer, Client) {
    let server = TestServer::start().await;
    server.set_clock(NOW - DAY);
    sources(&server).await;
    server.report(&host("r1")).await;
    server.set_clock(NOW);
    server.report(&host("r2").with("site", "B")).await;
    let newer = Report::rhel("r3")
        .with("kernel", "5.14.0-570.el9.x86_64")
        .rpm("openssl", "1:3.0.7-25.el9", "Red Hat, Inc.")
        .rpm("kernel-core", "0:5.14.0-570.el9", "Red Hat, Inc.");
    server.report(&newer).await;
    let client = server.with_user("root", Role::Administrator).await;
    (server, client)
}

#[tokio::test]
async fn the_list_names_the_worst_first_with_hosts_by_state() {
    let (_server, client) = house().await;
    let page = client.page("/cves").await;
    assert_eq!(heading(&page), "4 CVEs on your hosts can be closed by an upgrade, 1 of them critical");
    let told: Vec<String> = rows(&page).into_iter().map(|row| row.join(" | ")).collect();
    insta::assert_snapshot!(told.join("\n"), @"
    ! critical | CVE-2026-1001 | 9.8 | openssl | 2 hosts fixable | 0 | 0 | 0 | 24 h ago
    ▲ important | CVE-2026-1002 | 7.5 | openssl | 3 hosts fixable | 0 | 0 | 0 | 24 h ago
    ▲ important | CVE-2026-2001 | 7.8 | kernel-core | 0 | 2 hosts pending reboot | 0 | 0 | 24 h ago
    ◆ moderate | CVE-2026-3002 | – | bash | 0 | 0 | 2 hosts unfixed | 0 | 24 h ago
    ◆ moderate | CVE-2026-1003 | 5.0 | zlib | 2 hosts fixable | 0 | 0 | 0 | 24 h ago
    ▽ low | CVE-2026-2002 | 3.1 | kernel-core | 3 hosts fixable | 0 | 0 | 0 | 24 h ago
    ▽ low | CVE-2026-3001 | – | bash | 0 | 0 | 2 hosts unfixed | 0 | 24 h ago
    ");
    let navigation = links(between(&page, "<nav class=\"nav\"", "</nav>"));
    assert_eq!(navigation[1].href, "/cves");
}

#[tokio::test]
async fn every_number_of_the_cve_list_is_proved() {
    let (_server, client) = house().await;
    let page = client.page("/cves").await;
    let mut proved = 0;
    for link in links(between(&page, "<tbody>", "</tbody>")) {
        if link.number().is_some() && link.href.contains("state=") {
            assert_eq!(link.number(), Some(all_rows(&client, &link.href).await.len()), "{link:?}");
            proved += 1;
        }
    }
    assert_eq!(proved, 7);
    for filter in [
        "",
        "?state=unfixed",
        "?severity=low",
        "?q=openssl",
        "?q=cve-2026-2&state=leftover",
        "?severity=none",
    ] {
        let page = client.page(&format!("/cves{filter}")).await;
        for switch in ["State", "Severity"] {
            for link in links(between(&page, &format!("aria-label=\"{switch}\""), "</nav>")) {
                assert_eq!(
                    link.number(),
                    Some(all_rows(&client, &link.href).await.len()),
                    "{filter} {link:?}"
                );
            }
        }
    }
    let cve = client.page("/cves/CVE-2026-2001").await;
    let states: Vec<Link> = links(between(&cve, "aria-label=\"State\"", "</nav>"));
    assert!(states.len() > 1);
    for link in states {
        assert_eq!(link.number(), Some(all_rows(&client, &link.href).await.len()), "{link:?}");
    }
}

#[tokio::test]
async fn a_cve_tells_what_sources_say_and_who_has_it() {
    let (_server, client) = house().await;
    let page = client.page("/cves/CVE-2026-1001").await;
    insta::assert_snapshot!(lines_of(between(&page, "<div class=\"head\">", "</main>")), @"
    CVE-2026-1001
    ! critical by RHSA-2026:1
    CVSS 9.8
    known here since 24 h ago
    record at cve.org
    2 hosts that you can see have it: 2 fixable.
    What the sources say
    What each source says for each OS group and package
    OS group Source Package Fixed in Advisory Severity CVSS
    rhel-9
    base
    openssl
    1:3.0.7-25.el9
    RHSA-2026:1
    ! critical by RHSA-2026:1
    –
    rhel-9
    rhel-9-oval
    openssl
    1:3.0.7-25.el9
    RHSA-2026:1
    ! critical by vendor, of CVE-2026-1001
    9.8
    Hosts
    all states 2
    fixable 2
    Hosts that have CVE-2026-1001, the fixable ones first
    State Host OS group Package, installed → and fixed in Since
    ▲ fixable
    r1
    rhel-9
    openssl x86_64 1:3.0.7-24.el9 → to 1:3.0.7-25.el9
    24 h ago
    ▲ fixable
    r2
    rhel-9
    openssl x86_64 1:3.0.7-24.el9 → to 1:3.0.7-25.el9
    24 h ago
    ");
    let page = client.page("/cves/CVE-2026-3001").await;
    insta::assert_snapshot!(lines_of(between(&page, "<tbody>", "</tbody>")), @"
    rhel-9
    rhel-9-oval
    bash
    Will not fix
    –
    ▽ low by vendor, of CVE-2026-3001
    –
    ");
    // Each host leads to its findings of this CVE.
    let hosts = page.rsplit_once("<tbody>").unwrap().1;
    for link in links(hosts) {
        let findings = client.page(&link.href).await;
        assert!(findings.matches("<tr class=\"finding\">").count() > 0, "{link:?}");
    }
    let uncounted = client.page("/cves/CVE-2026-3003").await;
    let link = links(uncounted.rsplit_once("<tbody>").unwrap().1).remove(0);
    assert_eq!(client.page(&link.href).await.matches("<tr class=\"finding\">").count(), 1, "{link:?}");
}

#[tokio::test]
async fn a_report_counts_at_once() {
    let (server, client) = house().await;
    let fixable = async || all_rows(&client, "/cves?q=CVE-2026-1001").await[0][4].clone();
    assert_eq!(fixable().await, "2 hosts fixable");
    server.report(&host("r4")).await;
    assert_eq!(fixable().await, "3 hosts fixable");
    assert_eq!(all_rows(&client, "/cves/CVE-2026-1001?state=fixable").await.len(), 3);
    assert!(!client.page("/cves").await.contains("as of"), "a small fleet is shown as it is");
}
