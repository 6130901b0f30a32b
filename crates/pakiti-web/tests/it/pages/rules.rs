//! Local rules: administrators add and remove them, hosts are judged at once, others only read.

use super::house;
use crate::harness::TestServer;
use crate::harness::html::{all_rows, between, field, text_of};
use pakiti_core::local_rule::LocalRule;
use pakiti_engine::local_rules;
use pakiti_store::account::Role;

#[tokio::test]
async fn a_rule_judges_hosts_as_soon_as_it_is_added() {
    let (_server, _, client) = house().await;
    assert!(client.page("/rules").await.contains("There is no local rule"));
    let fields = [
        ("name", "openssl hole"),
        ("os_groups", "debian-12, rhel-9"),
        ("package", "openssl"),
        ("version", "99"),
        ("cve", "CVE-2026-0001"),
        ("severity", "critical"),
        ("tag", "<b>now</b>"),
    ];
    let answer = client.post_form("/rules", &fields).await;
    assert_eq!((answer.status, answer.header("location")), (303, Some("/rules?done=added")));
    let page = client.page("/rules?done=added").await;
    assert!(text_of(between(&page, "role=\"status\">", "</p>")).contains("in force"), "{page}");
    assert!(page.contains("&#60;b&#62;now") && !page.contains("<b>now"), "a tag is text");
    let rows = all_rows(&client, "/rules").await;
    assert_eq!(
        rows[0][..5],
        ["openssl hole", "debian-12, rhel-9", "openssl < 99", "CVE-2026-0001", "critical"]
    );
    let answer = client.post_form("/rules/remove", &[("name", "openssl hole")]).await;
    assert_eq!(answer.status, 303);
    assert_eq!(client.post_form("/rules/remove", &[("name", "openssl hole")]).await.status, 404);
}

#[tokio::test]
async fn a_rule_that_cannot_be_used_keeps_what_was_entered() {
    let server = TestServer::start().await;
    let client = server.with_user("root", Role::Administrator).await;
    let fields = [("name", "x"), ("os_groups", "linux"), ("package", "bash"), ("cve", "CVE-2026-0001")];
    let answer = client.post_form("/rules", &fields).await;
    assert_eq!(answer.status, 422);
    let page = answer.text();
    assert!(text_of(between(&page, "role=\"alert\">", "</p>")).contains("`linux` is no OS group"), "{page}");
    assert_eq!(field(&page, "package").as_deref(), Some("bash"));
    assert!(local_rules::list(&server.db).await.unwrap().is_empty());
}

#[tokio::test]
async fn viewers_read_rules_and_change_none() {
    let server = TestServer::start().await;
    let root = server.with_user("root", Role::Administrator).await;
    let fields = [("name", "x"), ("os_groups", "debian-12"), ("package", "bash"), ("id", "SITE-1")];
    assert_eq!(root.post_form("/rules", &fields).await.status, 303);
    let viewer = server.with_user("anna", Role::Viewer).await;
    let page = viewer.page("/rules").await;
    assert!(page.contains("SITE-1") && !page.contains("action=\"/rules"));
    assert_eq!(viewer.post_form("/rules", &fields).await.status, 403);
    assert_eq!(viewer.post_form("/rules/remove", &[("name", "x")]).await.status, 403);
    let names: Vec<LocalRule> = local_rules::list(&server.db).await.unwrap();
    assert_eq!(names.len(), 1);
}
