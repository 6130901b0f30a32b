//! The source list and the page of a source, well and ill.

use super::house;
use crate::harness::html::{all_rows, between, heading, lines_of, rows, text_of};
use crate::harness::suite::Suite;
use crate::harness::{DAY, NOW, PASSWORD, TestServer};
use pakiti_engine::source::options::SourceOptions;
use pakiti_store::account::Role;
use pakiti_store::source;

/// The page of a source in words.
fn words(page: &str) -> String {
    let verdict = text_of(between(page, "<div class=\"verdict", "</div>"));
    let notice = text_of(between(page, "<p class=\"notice", "</p>"));
    format!("{verdict}\n{notice}")
}

#[tokio::test]
async fn the_list_names_every_source_with_its_state() {
    let (server, _, client) = house().await;
    let page = client.page("/sources").await;
    assert_eq!(heading(&page), "All 2 sources are fresh");
    let lines: Vec<String> = rows(&page).iter().map(|row| row[..6].join(" | ")).collect();
    let folder = server.folder().display().to_string();
    insta::assert_snapshot!(lines.join("\n").replace(&folder, "/srv"), @"
    ✓ fresh | debian-12 apt /srv/dists/bookworm | debian-12 | no | 13 | 1 skipped items
    ✓ fresh | debian-12-security apt /srv/dists/bookworm-security | debian-12 | yes | 3 | 0
    ");
}

#[tokio::test]
async fn the_page_of_a_source_tells_files_skipped_items_signature_and_snapshots() {
    let (server, fleet, client) = house().await;
    let page = client.page(&format!("/sources/{}", fleet.main)).await;
    let text =
        lines_of(between(&page, "<main", "</main>")).replace(&server.folder().display().to_string(), "/srv");
    insta::assert_snapshot!(text, @"
    Sources ›
    debian-12
    apt
    /srv/dists/bookworm
    speaks for debian-12
    Sync now
    Disable
    Edit
    Remove…
    ✓ fresh
    last success 1 h ago
    next fetch in 7 min
    13 packages
    1 skipped
    This synchronisation changed 1 verdict on 5 hosts
    Files
    Files of the snapshot in force
    File Size Packages Skipped
    main/binary-amd64/Packages 846 B 13 1
    Signature
    ? not checked trusted by configuration: hashes checked, signature not
    As it is configured
    Kind apt suite
    Vendor Debian
    Security as the feed says
    Suite bookworm
    Proxy none
    Client certificate not set
    Signature not checked
    Fetched every 1 h
    Skipped
    One item that cannot be read never stops the others; these are not in force.
    What could not be read
    File Line Reason Times
    main/binary-amd64/Packages 53 no Version 1
    Snapshots
    Snapshots, newest first
    Fetched Generation Size Packages Changed names Changed verdicts In force
    1 h ago 2 846 B 13 first 1 on 5 hosts yes
    ");
}

#[tokio::test]
async fn a_failing_sync_tells_why_and_leaves_the_old_snapshot_in_force() {
    let (server, fleet, client) = house().await;
    let before = all_rows(&client, "/hosts?sort=name").await;
    let packages = server.folder().join("dists/bookworm-security/main/binary-amd64/Packages");
    let path = format!("/sources/{}", fleet.security);
    // The Release changes, the file it vouches for does not follow: a broken mirror.
    Suite::debian("bookworm-security").package("openssl", "9").write(server.folder());
    std::fs::write(&packages, "tampered").unwrap();
    let answer = client.post_form(&format!("{path}/sync"), &[]).await;
    assert_eq!((answer.status, answer.header("location")), (303, Some(format!("{path}?done=due").as_str())));
    server.background().await;
    let page = client.page(&path).await;
    insta::assert_snapshot!(words(&page), @"
    ! error last success 1 h ago next fetch in 13 min 3 packages nothing skipped
    ! refused: no Packages file could be read (main/binary-amd64/Packages: its hash or size is not the one that Release names). It has failed since its last success 1 h ago ; hosts of debian-12 are judged by its snapshot of 1 h ago .
    ");
    let snapshots = rows(&page);
    assert_eq!((snapshots.len(), snapshots[0].last().map(String::as_str)), (1, Some("yes")));
    assert_eq!(heading(&client.page("/sources").await), "1 of 2 sources could not be fetched");
    let after = all_rows(&client, "/hosts?sort=name").await;
    let judged = |rows: &[Vec<String>]| rows.iter().map(|row| row[..8].to_vec()).collect::<Vec<_>>();
    assert_eq!(judged(&before), judged(&after));
}

#[tokio::test]
async fn sync_now_brings_what_is_new_and_judges_all_hosts_again() {
    let (server, fleet, client) = house().await;
    let path = format!("/sources/{}", fleet.security);
    let good = all_rows(&client, "/hosts?state=good").await.len();
    assert!(good > 0);
    server.set_clock(NOW + 60);
    Suite::debian("bookworm-security").package("bash", "5.2.15-2+b8").write(server.folder());
    client.post_form(&format!("{path}/sync"), &[]).await;
    server.background().await;
    assert_eq!(all_rows(&client, "/hosts?state=good").await.len(), 0, "bash is missing everywhere");
    let page = client.page(&path).await;
    let snapshots: Vec<String> = rows(&page).iter().map(|row| row.join(" | ")).collect();
    insta::assert_snapshot!(snapshots.join("\n"), @"
    now | 4 | 55 B | 1 | 4 | 5 on 51 hosts | yes
    1 h ago | 3 | 197 B | 3 | first | 1 on 5 hosts | no
    ");
    server.set_clock(NOW + 120);
    client.post_form(&format!("{path}/sync"), &[]).await;
    server.background().await;
    assert!(words(&client.page(&path).await).contains("= not modified"));
}

#[tokio::test]
async fn only_administrators_are_offered_to_synchronise() {
    let (server, fleet, client) = house().await;
    let viewer = server.with_user("anna", Role::Viewer).await;
    let path = format!("/sources/{}", fleet.main);
    assert!(client.page(&path).await.contains("Sync now"));
    assert!(!viewer.page(&path).await.contains("Sync now"));
    assert_eq!(viewer.post_form(&format!("{path}/sync"), &[]).await.status, 403);
    for id in ["0", "99", "x", "-1", "9223372036854775808"] {
        assert_eq!(client.post_form(&format!("/sources/{id}/sync"), &[]).await.status, 404, "{id}");
    }
}

#[tokio::test]
async fn every_state_of_a_source_has_its_word() {
    let (server, fleet, client) = house().await;
    server.add_source("new", "trixie").await;
    assert!(words(&client.page(&format!("/sources/{}", fleet.main)).await).contains("✓ fresh"));
    let new = source::all(&server.db).await.unwrap().iter().find(|s| s.name == "new").unwrap().id;
    assert!(words(&client.page(&format!("/sources/{new}")).await).contains("? never fetched"));
    server.sync(new).await.unwrap_err();
    assert!(words(&client.page(&format!("/sources/{new}")).await).contains("! error"));
    source::set_enabled(&server.db, new, false, NOW).await.unwrap();
    assert!(words(&client.page(&format!("/sources/{new}")).await).contains("– disabled"));
    server.set_clock(NOW + 3 * DAY - 3600);
    let mut client = server.nobody();
    client.sign_in("root", PASSWORD).await;
    assert!(words(&client.page(&format!("/sources/{}", fleet.main)).await).contains("✓ fresh"));
    server.set_clock(NOW + 3 * DAY - 3599);
    assert!(words(&client.page(&format!("/sources/{}", fleet.main)).await).contains("⊘ expired"));
}

#[tokio::test]
async fn a_source_past_its_valid_until_is_expired_and_covers_nothing() {
    let server = TestServer::start().await;
    let client = server.with_user("root", Role::Administrator).await;
    Suite::debian("bookworm-security")
        .package("bash", "1")
        .valid_until("Sat, 21 Nov 2026 12:00:00 UTC")
        .write(server.folder());
    let id = server.add_source("old", "bookworm-security").await;
    server.sync(id).await.unwrap();
    let page = client.page(&format!("/sources/{id}")).await;
    assert!(words(&page).contains("⊘ expired"), "{}", words(&page));
    let host = server.report(&crate::harness::report::Report::debian("n1").package("bash", "1")).await;
    let page = client.page(&format!("/hosts/{host}")).await;
    assert!(page.contains("the security sources of debian-12 expired 12 h ago"), "{page}");
}

#[tokio::test]
async fn nobody_reads_the_password_in_an_address() {
    let server = TestServer::start().await;
    let client = server.with_user("root", Role::Administrator).await;
    let url = "http://user:hunter2@127.0.0.1:1/debian";
    let options = SourceOptions { suite: "bookworm".to_owned(), trusted: true, ..SourceOptions::default() };
    let id = server.add_source_at("private", url, options.clone()).await;
    let odd = server.add_source_at("odd", "ftp://user:hunter2@127.0.0.1/debian", options).await;
    server.sync(id).await.unwrap_err();
    server.sync(odd).await.unwrap_err();
    for path in ["/sources".to_owned(), format!("/sources/{id}"), format!("/sources/{odd}")] {
        let page = client.page(&path).await;
        assert!(page.contains("127.0.0.1") && !page.contains("hunter2"), "{path}: {page}");
    }
}
