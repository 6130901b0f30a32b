//! A source that fails or expires: every page that depends on it says which, since when, and how old the snapshot in
//! force is.

use crate::harness::html::{between, links, text_of};
use crate::harness::report::Report;
use crate::harness::yum::Repository;
use crate::harness::{DAY, NOW, PASSWORD, TestServer};
use pakiti_store::account::Role;
use pakiti_store::source;

/// The sentence, in words.
fn notice(page: &str) -> String {
    text_of(between(page, "<p class=\"notice", "</p>"))
        .split_once('!')
        .map_or(String::new(), |(_, words)| words.trim().to_owned())
}

#[tokio::test]
async fn every_page_that_depends_on_a_failing_source_says_so_to_viewers_too() {
    let server = TestServer::start().await;
    server.set_clock(NOW - 2 * DAY);
    let rhel = Repository::rhel9("base").package("bash", "5-1").put(&server).await;
    server.set_clock(NOW - 3 * 3600);
    source::note_attempt(&server.db, rhel, None, NOW + 9, NOW - 3 * 3600).await.unwrap();
    server.set_clock(NOW);
    let host = server.report(&Report::rhel("r1").with("site", "A").rpm("bash", "0:5-1", "V")).await;
    let debian = server.report(&Report::debian("d1").with("site", "B").package("bash", "1")).await;
    let root = server.with_user("root", Role::Administrator).await;
    let (anna, bert) = (server.with_viewer_of("anna", "A").await, server.with_viewer_of("bert", "B").await);
    let pages = ["/hosts".to_owned(), format!("/hosts/{host}"), format!("/hosts/{host}?tab=packages")];
    for path in &pages {
        assert_eq!(notice(&anna.page(path).await), "", "{path}: all is well");
    }
    let error = Some("cdn.example.org: 404 Not Found");
    source::note_attempt(&server.db, rhel, error, NOW + 900, NOW).await.unwrap();
    let told = "has failed since its last success 3 h ago ; hosts of rhel-9 are judged by its snapshot of 2 days ago";
    for client in [&root, &anna] {
        for path in &pages {
            let page = client.page(path).await;
            assert!(notice(&page).replace("  ", " ").starts_with("Source base"), "{path}: {}", notice(&page));
            assert!(notice(&page).contains(told), "{path}: {}", notice(&page));
            assert!(links(&page).iter().any(|link| link.href == format!("/sources/{rhel}")), "{path}");
        }
        let list = text_of(&client.page("/sources").await);
        assert!(list.contains("404 Not Found") && list.contains(told), "{list}");
        let page = client.page(&format!("/sources/{rhel}")).await;
        assert!(
            notice(&page).starts_with("cdn.example.org: 404 Not Found. It has failed since"),
            "{}",
            notice(&page)
        );
        assert!(notice(&page).contains(told));
    }
    assert_eq!(notice(&root.page(&format!("/hosts/{debian}")).await), "", "it does not speak for this host");
    assert_eq!(notice(&bert.page("/hosts").await), "", "nor for any host of this viewer");
}

#[tokio::test]
async fn an_expired_source_and_one_never_fetched_are_told_a_disabled_one_is_not() {
    let server = TestServer::start().await;
    server.add_user("root", Role::Administrator).await;
    let old = Repository::rhel9("old").package("bash", "5-1").put(&server).await;
    server.set_clock(NOW + 5 * DAY);
    server.report(&Report::rhel("r1").rpm("bash", "0:5-1", "V")).await;
    let mut root = server.nobody();
    root.sign_in("root", PASSWORD).await;
    let words = notice(&root.page("/hosts").await);
    assert_eq!(
        words,
        "Source old expired 2 days ago ; hosts of rhel-9 are judged by its snapshot of 5 days ago ."
    );
    let fresh = server.add_source("fresh", "bookworm").await;
    assert_eq!(notice(&root.page("/hosts").await), words, "a new source is no trouble yet");
    server.sync(fresh).await.unwrap_err();
    assert!(
        notice(&root.page(&format!("/sources/{fresh}")).await)
            .ends_with("It was never fetched successfully; nothing of it is in force.")
    );
    source::set_enabled(&server.db, old, false, server.now()).await.unwrap();
    assert_eq!(notice(&root.page("/hosts").await), "");
}
