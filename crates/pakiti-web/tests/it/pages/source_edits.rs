//! Administrators edit a source: what they do not change stays, its snapshots too.

use super::house;
use crate::harness::client::{Answer, Client};
use crate::harness::html::{all_rows, between, field, heading, text_of};
use crate::harness::{NOW, TestServer};
use pakiti_engine::source::options::SourceOptions;
use pakiti_store::account::Role;
use pakiti_store::scope::Scope;
use pakiti_store::source::{self, NewSource, Source};

/// Fields of the form; ticks and choices are not among them.
const TEXTS: [&str; 12] = [
    "name",
    "url",
    "suite",
    "components",
    "architectures",
    "os_group",
    "further_groups",
    "host_groups",
    "not_host_groups",
    "priority",
    "excludes",
    "interval",
];

/// Sends the form of a source as a browser does: as it is shown but for these fields.
async fn edit(client: &Client, id: i64, fields: &[(&str, &str)]) -> Answer {
    let path = format!("/sources/{id}/edit");
    let page = client.page(&path).await;
    let mut all: Vec<(&str, String)> =
        TEXTS.iter().map(|name| (*name, field(&page, name).expect(name))).collect();
    for tick in ["trusted", "mirrorlist"] {
        if between(&page, &format!("id=\"s-{tick}\""), ">").contains(" checked") {
            all.push((tick, "yes".to_owned()));
        }
    }
    let chosen = between(&page, "id=\"s-security\"", "</select>");
    let chosen = chosen.split("<option").find(|option| option.contains(" selected")).unwrap();
    all.push(("security", between(chosen, "value=\"", "\"").to_owned()));
    all.retain(|(name, _)| fields.iter().all(|(given, _)| given != name));
    let mut all: Vec<(&str, &str)> = all.iter().map(|(name, value)| (*name, value.as_str())).collect();
    all.extend(fields);
    client.post_form(&path, &all).await
}

async fn now(server: &TestServer, id: i64) -> Source {
    source::by_id(&server.db, &Scope::operator(), id).await.unwrap()
}

async fn told(client: &Client, answer: &Answer) -> String {
    assert_eq!(answer.status, 303, "{}", answer.text());
    let page = client.page(answer.header("location").unwrap()).await;
    text_of(between(&page, "role=\"status\">", "</p>"))
}

async fn exposed(client: &Client) -> usize {
    all_rows(client, "/hosts?state=security").await.len()
}

#[tokio::test]
async fn a_source_is_limited_to_a_host_group_and_its_hosts_follow() {
    let (server, fleet, client) = house().await;
    let pending = exposed(&client).await;
    let before = now(&server, fleet.security).await;
    assert!(client.page(&format!("/sources/{}", before.id)).await.contains("/edit\""));
    let page = client.page(&format!("/sources/{}/edit", before.id)).await;
    assert_eq!(heading(&page), "Change debian-12-security");
    assert!(!page.contains("name=\"kind\""), "another kind is another source");
    let answer = edit(&client, before.id, &[("host_groups", "Nowhere, Else where")]).await;
    assert_eq!(
        told(&client, &answer).await,
        "✓ The source was changed; the server fetches it again within a minute and judges its hosts anew."
    );
    let changed = now(&server, before.id).await;
    assert_eq!((changed.snapshot.as_ref(), changed.next_due), (before.snapshot.as_ref(), NOW));
    assert_eq!(exposed(&client).await, pending, "not before it was fetched");
    server.background().await;
    assert_eq!(exposed(&client).await, 0);
    let page = client.page(&format!("/sources/{}", before.id)).await;
    assert!(page.contains("<dt>Only hosts of</dt><dd>Nowhere, Else where</dd>"), "{page}");
    let anna = server.with_user("anna", Role::Viewer).await;
    let page = anna.page(&format!("/sources/{}", before.id)).await;
    assert!(page.contains("some host groups") && !page.contains("Nowhere"), "{page}");
    let coverage = client.page(&format!("/hosts/{}?tab=coverage", fleet.web1)).await;
    assert!(!coverage.contains("debian-12-security"), "it does not judge this host");
    edit(&client, before.id, &[("host_groups", "")]).await;
    server.background().await;
    assert_eq!(exposed(&client).await, pending);
    let snapshots = source::snapshots(&server.db, &Scope::operator(), before.id, 10).await.unwrap();
    assert_eq!(snapshots.len(), 3, "its history stays");
}

#[tokio::test]
async fn what_the_form_does_not_show_stays() {
    let server = TestServer::start().await;
    let client = server.with_user("root", Role::Administrator).await;
    let options = SourceOptions {
        keyrings: vec!["/etc/x.gpg".into()],
        proxy: Some("http://me:hunter2@proxy.example.org:1/".into()),
        client_certificate: Some("/c".into()),
        module_hotfixes: true,
        excludes: vec!["kernel*".into()],
        further_groups: vec!["rocky-9".into()],
        security: "yes".into(),
        trusted: true,
        ..SourceOptions::default()
    };
    let new = NewSource {
        name: "base".into(),
        kind: "yum".into(),
        url: "https://me:hunter2@example.org/x".into(),
        options: options.record(),
        os_group: "rhel-9".into(),
        interval_seconds: 5400,
    };
    let id = source::add(&server.db, &new, 1).await.unwrap();
    let page = client.page(&format!("/sources/{id}/edit")).await;
    assert!(!page.contains("hunter2"), "{page}");
    let answer = edit(&client, id, &[("interval", "2h")]).await;
    assert_eq!(told(&client, &answer).await, "✓ The source is as it was entered.");
    let found = now(&server, id).await;
    assert_eq!((found.url.as_str(), found.interval_seconds, found.next_due), (new.url.as_str(), 7200, 1));
    assert_eq!(found.options, new.options);
    let fields = [("name", "rhel-9-base"), ("priority", "7"), ("kind", "apt"), ("trusted", "")];
    assert_eq!(edit(&client, id, &fields).await.status, 303);
    let found = now(&server, id).await;
    assert_eq!((found.name.as_str(), found.kind.as_str()), ("rhel-9-base", "yum"));
    let expected = SourceOptions { priority: Some(7), trusted: false, ..options };
    assert_eq!(SourceOptions::read(&found.options).unwrap(), expected);
}

#[tokio::test]
async fn what_is_wrong_changes_nothing() {
    let (server, fleet, client) = house().await;
    let before = now(&server, fleet.main).await;
    for (name, value, why) in [
        ("name", "debian-12-security", "another source has this name"),
        ("name", "a b", "a name holds no blanks"),
        ("url", "/etc", "is not below a folder the server may read"),
        ("interval", "1s", "an interval is between one minute and thirty days"),
        ("host_groups", "A  B", "no host can report such a host group"),
        ("os_group", "rhel-9", "hosts of rhel-9 have rpm packages"),
    ] {
        let answer = edit(&client, fleet.main, &[(name, value)]).await;
        assert_eq!(answer.status, 422, "{name} {value}");
        let page = answer.text();
        assert!(page.contains("Nothing was changed:") && page.contains(why), "{name} {value}: {page}");
        assert_eq!(field(&page, name).as_deref(), Some(value));
    }
    assert_eq!(now(&server, fleet.main).await, before);
    assert_eq!(client.get("/sources/9999/edit").await.status, 404);
    assert_eq!(client.post_form("/sources/9999/edit", &[]).await.status, 404);
}
