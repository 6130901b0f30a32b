//! Administrators add, enable, disable, synchronise and remove sources; nobody else does.

use super::house;
use crate::harness::client::{Answer, Client};
use crate::harness::html::{all_rows, between, field, heading, text_of};
use crate::harness::suite::Suite;
use crate::harness::{NOW, TestServer};
use pakiti_engine::source::options::SourceOptions;
use pakiti_store::account::Role;
use pakiti_store::source::{self, Source};

/// What is wrong with a form, as the page lists it: fields and words.
fn troubles(page: &str) -> String {
    let list = between(page, "<ul class=\"plain\">", "</ul>");
    list.split("</li>").map(text_of).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

/// Sends the form as a browser does: with what the empty form holds already.
async fn submit(client: &Client, fields: &[(&str, &str)]) -> Answer {
    let mut all = vec![("kind", "apt"), ("security", "auto"), ("interval", "6h")];
    all.retain(|(name, _)| fields.iter().all(|(given, _)| given != name));
    all.extend(fields);
    client.post_form("/sources/new", &all).await
}

async fn named(server: &TestServer, name: &str) -> Option<Source> {
    source::all(&server.db).await.unwrap().into_iter().find(|source| source.name == name)
}

/// The notice of the page that an answer leads to.
async fn told(client: &Client, answer: &Answer) -> String {
    assert_eq!(answer.status, 303, "{}", answer.text());
    let page = client.page(answer.header("location").unwrap()).await;
    text_of(between(&page, "role=\"status\">", "</p>"))
}

#[tokio::test]
async fn an_apt_source_is_added_and_fetched_by_the_server() {
    let server = TestServer::start().await;
    let client = server.with_user("root", Role::Administrator).await;
    Suite::debian("bookworm").package("bash", "1").write(server.folder());
    let folder = server.folder().display().to_string();
    assert!(client.page("/sources").await.contains("href=\"/sources/new\""));
    let form = client.page("/sources/new").await;
    assert_eq!((heading(&form).as_str(), field(&form, "interval").as_deref()), ("Add a source", Some("6h")));
    assert!(form.contains(&folder), "it says which folders the server reads");
    let fields = [
        ("name", " debian-12 "),
        ("url", &folder),
        ("suite", "bookworm"),
        ("trusted", "yes"),
        ("priority", "-1"),
    ];
    let answer = submit(&client, &fields).await;
    assert_eq!(
        told(&client, &answer).await,
        "✓ The source was added; the server fetches it within a minute."
    );
    server.background().await;
    let found = named(&server, "debian-12").await.unwrap();
    assert_eq!((found.interval_seconds, found.snapshot.map(|s| s.packages)), (21_600, Some(1)));
    assert_eq!(SourceOptions::read(&found.options).unwrap().priority, Some(-1));
}

#[tokio::test]
async fn a_yum_source_keeps_all_that_was_entered() {
    let server = TestServer::start().await;
    let client = server.with_user("root", Role::Administrator).await;
    let fields = [
        ("name", "base"),
        ("kind", "yum"),
        ("url", "https://mirrors.example.org/list?repo=base&arch=x86_64"),
        ("mirrorlist", "yes"),
        ("architectures", "x86_64, noarch"),
        ("os_group", "rhel-9"),
        ("further_groups", "rocky-9 almalinux-9"),
        ("excludes", "kernel* java-1.8.0-*"),
        ("security", "yes"),
        ("interval", "90m"),
    ];
    assert_eq!(submit(&client, &fields).await.status, 303);
    let found = named(&server, "base").await.unwrap();
    assert_eq!(
        (found.kind.as_str(), found.os_group.as_str(), found.interval_seconds),
        ("yum", "rhel-9", 5400)
    );
    let expected = SourceOptions {
        mirrorlist: true,
        architectures: vec!["x86_64".into(), "noarch".into()],
        further_groups: vec!["rocky-9".into(), "almalinux-9".into()],
        excludes: vec!["kernel*".into(), "java-1.8.0-*".into()],
        security: "yes".into(),
        ..SourceOptions::default()
    };
    assert_eq!(SourceOptions::read(&found.options).unwrap(), expected);
    let again = submit(&client, &fields).await;
    assert_eq!(
        (again.status, troubles(&again.text()).as_str()),
        (422, "Name : another source has this name")
    );
}

#[tokio::test]
async fn what_is_wrong_is_said_at_the_field_and_nothing_is_lost() {
    let server = TestServer::start().await;
    let client = server.with_user("root", Role::Administrator).await;
    let apt = [
        ("name", "a b"),
        ("url", "ftp://user:hunter2@example.org/debian"),
        ("suite", "book worm"),
        ("os_group", "rhel-9"),
        ("further_groups", "ubuntu-22.04 debian"),
        ("security", "perhaps"),
        ("priority", "high"),
        ("interval", "5s"),
        ("excludes", "x"),
        ("mirrorlist", "yes"),
        ("components", "<b>evil</b>"),
    ];
    let answer = submit(&client, &apt).await;
    assert_eq!(answer.status, 422);
    let page = answer.text();
    insta::assert_snapshot!(troubles(&page), @"
    Name : a name holds no blanks
    Address : `ftp://example.org/debian` is not allowed: only http and https URLs, and files below the folders the server was given
    Suite (apt) : a suite holds no blanks, no `?` and no `#`
    The address gives a list of mirrors (yum: mirrorlist, metalink) : only yum repositories have lists of mirrors
    OS group : hosts of rhel-9 have rpm packages: that takes a yum source
    Further OS groups : `debian` is no OS group; they look like debian-12, ubuntu-22.04, rhel-9
    Security : choose one of the three
    Priority : not a whole number
    Excludes (yum) : only yum repositories have excludes
    Interval : an interval is between one minute and thirty days
    ");
    for (name, value) in apt.iter().filter(|(name, _)| !["mirrorlist", "security"].contains(name)) {
        assert_eq!(field(&page, name).as_deref(), Some(*value), "{name} is kept");
    }
    assert!(!page.contains("<b>evil") && page.contains("aria-invalid=\"true\""));
    let yum = [
        ("name", "x"),
        ("kind", "yum"),
        ("url", "/etc"),
        ("suite", "s"),
        ("components", "main"),
        ("mirrorlist", "yes"),
        ("security", "no"),
    ];
    insta::assert_snapshot!(troubles(&submit(&client, &yum).await.text()), @"
    Suite (apt) : a yum repository has no suites
    Components (apt) : a yum repository has no components
    The address gives a list of mirrors (yum: mirrorlist, metalink) : a list of mirrors is fetched by http or https
    OS group : a yum repository does not say whom it is for: enter its OS group
    Security : a yum repository tells it by its errata
    ");
    for (url, why) in [
        ("", "an address is needed"),
        ("/etc", "is not below a folder the server may read (pakiti serve --source-folder)"),
        ("file:///etc", "is not below a folder the server may read"),
        ("srv/mirror", "is neither an http(s) URL nor an absolute path"),
        ("http://example.org/?x", "the URL of a source has no `?` and no `#`"),
        ("javascript:alert(1)", "only http and https URLs"),
    ] {
        let answer = submit(&client, &[("name", "x"), ("url", url)]).await;
        assert_eq!(answer.status, 422, "{url}");
        assert!(troubles(&answer.text()).contains(why), "{url}: {}", troubles(&answer.text()));
    }
    let nul = submit(&client, &[("name", "x"), ("url", "http://example.org/"), ("components", "a\0b")]).await;
    assert!(troubles(&nul.text()).contains("holds a control character"));
    let kind = submit(&client, &[("kind", "csaf"), ("name", "x"), ("url", "http://example.org/")]).await;
    assert_eq!(troubles(&kind.text()), "Kind : choose apt, yum or OVAL");
    assert!(source::all(&server.db).await.unwrap().is_empty(), "nothing was added");
}

#[tokio::test]
async fn a_source_is_disabled_and_enabled_and_its_hosts_follow() {
    let (server, fleet, client) = house().await;
    let path = format!("/sources/{}", fleet.security);
    let pending = all_rows(&client, "/hosts?state=security").await.len();
    assert!(pending > 0);
    let answer = client.post_form(&format!("{path}/disable"), &[]).await;
    assert_eq!(
        told(&client, &answer).await,
        "✓ The source is disabled; its hosts are judged again without it within a minute."
    );
    server.background().await;
    assert_eq!(all_rows(&client, "/hosts?state=security").await.len(), 0);
    let page = client.page(&path).await;
    assert!(page.contains(&format!("action=\"{path}/enable\"")) && !page.contains("Sync now"));
    let answer = client.post_form(&format!("{path}/sync"), &[]).await;
    assert_eq!(told(&client, &answer).await, "! The source is disabled: enable it, then it is fetched.");
    let answer = client.post_form(&format!("{path}/enable"), &[]).await;
    assert!(told(&client, &answer).await.starts_with("✓ The source is enabled"));
    server.background().await;
    assert_eq!(all_rows(&client, "/hosts?state=security").await.len(), pending);
    let found = named(&server, "debian-12-security").await.unwrap();
    assert_eq!((found.enabled, found.last_attempt), (true, Some(NOW)));
}

#[tokio::test]
async fn removing_asks_first_and_needs_no_script() {
    let (server, fleet, client) = house().await;
    let path = format!("/sources/{}/remove", fleet.security);
    let page = client.page(&path).await;
    assert_eq!(heading(&page), "Remove debian-12-security?");
    assert!(page.contains("Hosts of debian-12 are judged again without it"));
    assert!(named(&server, "debian-12-security").await.is_some(), "asking removes nothing");
    let answer = client.post_form(&path, &[]).await;
    assert_eq!(
        told(&client, &answer).await,
        "✓ The source was removed; its hosts are judged again without it within a minute."
    );
    server.background().await;
    assert!(named(&server, "debian-12-security").await.is_none());
    assert_eq!(all_rows(&client, "/hosts?state=security").await.len(), 0);
    for action in ["remove", "enable", "disable", "sync"] {
        let answer = client.post_form(&format!("/sources/{}/{action}", fleet.security), &[]).await;
        assert_eq!(answer.status, 404, "{action} of what is gone");
    }
}

#[tokio::test]
async fn viewers_are_offered_nothing_and_refused_everything() {
    let (server, fleet, _) = house().await;
    let anna = server.with_user("anna", Role::Viewer).await;
    let path = format!("/sources/{}", fleet.main);
    for page in [anna.page(&format!("{path}?done=removed")).await, anna.page("/sources?done=removed").await] {
        let offered = ["/sync", "/enable", "/disable", "/remove", "/edit", "/sources/new", "role=\"status\""];
        assert!(offered.iter().all(|word| !page.contains(word)), "{page}");
    }
    for action in ["sync", "enable", "disable", "remove", "edit"] {
        assert_eq!(anna.post_form(&format!("{path}/{action}"), &[]).await.status, 403, "{action}");
    }
    assert_eq!(submit(&anna, &[("name", "x"), ("url", "http://example.org/")]).await.status, 403);
    assert_eq!(anna.get("/sources/new").await.status, 403);
    assert_eq!(anna.get(&format!("{path}/remove")).await.status, 403);
    assert_eq!(anna.get(&format!("{path}/edit")).await.status, 403);
}

#[tokio::test]
async fn only_words_of_ours_become_a_notice() {
    let (_server, fleet, client) = house().await;
    for word in ["", "x", "%3Cb%3E", "DUE"] {
        let page = client.page(&format!("/sources/{}?done={word}", fleet.main)).await;
        assert!(!page.contains("role=\"status\""), "{word}");
    }
}
