//! What a viewer may see: the hosts of their groups, and no trace of any other.

use super::{House, house};
use crate::harness::TestServer;
use crate::harness::client::Client;
use crate::harness::html::{all_rows, between, links};
use crate::harness::oval::Definitions;
use crate::harness::report::Report;
use pakiti_store::account::{self, Role};
use pakiti_store::grant;
use std::collections::{BTreeSet, VecDeque};

const TABS: [&str; 7] =
    ["", "?tab=todo", "?tab=findings", "?tab=updates", "?tab=packages", "?tab=coverage", "?tab=reports"];

/// Every page that can be reached by links, and every path somebody might try.
async fn pages(house: &House, client: &Client) -> Vec<(String, String)> {
    let mut queue: VecDeque<String> = VecDeque::from(["/hosts".to_owned()]);
    for query in [
        "?q=zep",
        "?state=unknown",
        "?os=unmapped",
        "?updates=any",
        "?updates=none",
        "?sort=name",
        "?sort=kernel&dir=desc",
        "?after=i1.0",
        "?sort=name&after=ta.0",
        "?sort=os&after=t.0",
    ] {
        queue.push_back(format!("/hosts{query}"));
    }
    queue.extend(TABS.map(|tab| format!("/hosts/{}{tab}", house.b)));
    let mut seen = BTreeSet::new();
    let mut out = Vec::new();
    while let Some(path) = queue.pop_front() {
        if !path.starts_with('/')
            || path.starts_with("/assets")
            || !seen.insert(path.clone())
            || out.len() > 400
        {
            continue;
        }
        let html = client.get(&path).await.text();
        queue.extend(links(&html).into_iter().map(|link| link.href.split('#').next().unwrap().to_owned()));
        out.push((path, html));
    }
    out
}

#[tokio::test]
async fn a_viewer_of_one_group_finds_no_trace_of_another() {
    let house = house(TestServer::start().await).await;
    house.server.sync(house.source).await.unwrap();
    let anna = house.server.with_viewer_of("anna", "A").await;
    let pages_of_anna = pages(&house, &anna).await;
    assert!(pages_of_anna.len() > 20, "only {} pages", pages_of_anna.len());
    for (path, html) in &pages_of_anna {
        assert!(!html.to_lowercase().contains("zeppelin"), "{path}: {html}");
    }
    assert!(pages_of_anna.iter().any(|(_, html)| html.contains("alpha.example.org")));
    let root = house.administrator().await;
    let seen_by_root = pages(&house, &root).await;
    let traces = seen_by_root.iter().filter(|(_, html)| html.to_lowercase().contains("zeppelin")).count();
    assert!(traces > 10, "the search finds what there is to find: {traces}");
}

#[tokio::test]
async fn a_host_out_of_scope_looks_like_no_host_at_all() {
    let house = house(TestServer::start().await).await;
    let anna = house.server.with_viewer_of("anna", "A").await;
    for tab in TABS {
        let theirs = anna.get(&format!("/hosts/{}{tab}", house.b)).await;
        let nothing = anna.get(&format!("/hosts/{}{tab}", house.b + 1000)).await;
        assert_eq!((theirs.status, nothing.status), (404, 404), "{tab}");
        let (theirs, nothing) = (theirs.text(), nothing.text());
        let (a, b) = (between(&theirs, "<code>", "</code>"), between(&nothing, "<code>", "</code>"));
        assert_ne!(a, b, "every request has an id of its own");
        assert_eq!(theirs.replace(a, b), nothing, "{tab}");
        assert_eq!(anna.get(&format!("/hosts/{}{tab}", house.a)).await.status, 200, "{tab}");
    }
}

#[tokio::test]
async fn a_viewer_without_grants_sees_no_host_and_no_number_of_hosts() {
    let house = house(TestServer::start().await).await;
    let new = house.server.with_user("new", Role::Viewer).await;
    let page = new.page("/hosts").await;
    assert!(
        page.contains("No host has reported yet") && page.contains("Hosts <span class=\"count\">0</span>")
    );
    for name in ["alpha", "zeppelin", "Zeppelin-B"] {
        assert!(!page.contains(name), "{name}");
    }
}

#[tokio::test]
async fn a_grant_for_a_group_or_a_host_opens_just_that() {
    let house = house(TestServer::start().await).await;
    let db = &house.server.db;
    let client = house.server.with_user("new", Role::Viewer).await;
    let (account, _) = account::by_name(db, "new").await.unwrap().unwrap();
    let can = async |id| client.get(&format!("/hosts/{id}")).await.status == 200;
    grant::grant_host(db, account.id, house.b).await.unwrap();
    assert!(can(house.b).await && !can(house.a).await);
    grant::revoke_host(db, account.id, house.b).await.unwrap();
    grant::grant_group(db, account.id, "A").await.unwrap();
    assert!(can(house.a).await && !can(house.b).await);
    grant::revoke_group(db, account.id, "A").await.unwrap();
    assert!(!can(house.a).await && !can(house.b).await);
}

/// Definitions of a CVE that both hosts have, and of one that the host of the other group has alone.
async fn with_cves(house: &House) {
    Definitions::debian12("debian-12-oval")
        .fixed(("CVE-2026-1000", "critical", "9.8"), "DSA-1", ("bash", "5.3"))
        .fixed(("CVE-2026-2000", "important", "7.5"), "DSA-ZEPPELIN", ("zeppelin-tool", "1.1"))
        .put(&house.server)
        .await;
    // The house's own host of that group has an unknown system.
    let other = Report::debian("zeppelin2.example.org").with("site", "Zeppelin-B");
    house.server.report(&other.package("bash", "5.2").package("zeppelin-tool", "1.0")).await;
}

#[tokio::test]
async fn a_cve_is_there_for_those_who_see_a_host_with_it() {
    let house = house(TestServer::start().await).await;
    with_cves(&house).await;
    let server = &house.server;
    let root = house.administrator().await;
    let (anna, new) = (server.with_viewer_of("anna", "A").await, server.with_user("new", Role::Viewer).await);
    let everybody = [&root, &anna, &new, &server.nobody()];
    for (path, expected) in [
        ("/cves/CVE-2026-1000", [200, 200, 404, 303]),
        ("/cves/CVE-2026-2000", [200, 404, 404, 303]),
        ("/cves/CVE-2026-3000", [404, 404, 404, 303]),
        ("/cves/%00", [404, 404, 404, 303]),
    ] {
        for (client, status) in everybody.into_iter().zip(expected) {
            assert_eq!(client.get(path).await.status, status, "{path}");
        }
    }
    // What others have looks like what nobody has.
    let (theirs, nothing) =
        (anna.get("/cves/CVE-2026-2000").await.text(), anna.get("/cves/CVE-2026-3000").await.text());
    assert!(theirs.contains("No host that you can see has it."), "{theirs}");
    let (a, b) = (between(&theirs, "<code>", "</code>"), between(&nothing, "<code>", "</code>"));
    assert_eq!(theirs.replace(a, b), nothing);
    let page = anna.page("/cves/CVE-2026-1000").await;
    assert!(page.contains("1 host that you can see has it") && !page.to_lowercase().contains("zeppelin"));
    assert!(root.page("/cves/CVE-2026-1000").await.contains("2 hosts that you can see have it"));
}

#[tokio::test]
async fn a_kept_list_of_cves_is_never_shown_to_another_scope() {
    let house = house(TestServer::start().await).await;
    with_cves(&house).await;
    let root = house.administrator().await;
    let anna = house.server.with_viewer_of("anna", "A").await;
    let new = house.server.with_user("new", Role::Viewer).await;
    for _ in 0..2 {
        // The clock stands still: the second round comes from what is kept.
        assert_eq!(all_rows(&root, "/cves").await.len(), 2);
        let rows = all_rows(&anna, "/cves").await;
        assert_eq!(
            rows.iter().map(|row| (&*row[1], &*row[4])).collect::<Vec<_>>(),
            [("CVE-2026-1000", "1 hosts fixable")]
        );
        assert!(!anna.page("/cves").await.to_lowercase().contains("zeppelin"));
        assert_eq!(all_rows(&new, "/cves").await.len(), 0);
    }
    // A grant that ends counts at once, whatever is kept.
    let (account, _) = account::by_name(&house.server.db, "anna").await.unwrap().unwrap();
    grant::revoke_group(&house.server.db, account.id, "A").await.unwrap();
    assert_eq!(all_rows(&anna, "/cves").await.len(), 0);
}

#[tokio::test]
async fn a_viewer_of_one_group_finds_no_trace_of_the_findings_of_another() {
    let house = house(TestServer::start().await).await;
    with_cves(&house).await;
    let anna = house.server.with_viewer_of("anna", "A").await;
    let mut pages = pages(&house, &anna).await;
    pages.push(("text".into(), anna.page("/cves?q=zep").await));
    assert!(pages.iter().any(|(path, _)| path.starts_with("/cves/CVE-2026-1000")), "they are walked");
    for (path, html) in &pages {
        let told = html.to_lowercase();
        let typed = path == "text";
        assert!(typed || !told.contains("zeppelin"), "{path}: {html}");
        assert!(!told.contains("cve-2026-2000"), "{path}: {html}");
    }
}
