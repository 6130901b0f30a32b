//! Headers that protect people, on every answer; and pages that need no exception from them.

use super::{House, house, walk};
use crate::harness::client::Answer;
use crate::harness::html::links;
use crate::harness::{TestServer, fleet};
use axum::http::Method;
use pakiti_store::account::Role;
use pakiti_web::ServeOptions;

const CSP: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; \
                   base-uri 'none'; frame-ancestors 'none'";

fn check(what: &str, answer: &Answer, secure: bool) {
    assert_eq!(answer.header("content-security-policy"), Some(CSP), "{what}");
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{what}");
    assert_eq!(answer.header("referrer-policy"), Some("same-origin"), "{what}");
    assert_eq!(answer.header("strict-transport-security").is_some(), secure, "{what}");
    let is_asset = what.contains("/assets/pakiti") && answer.status == 200;
    let cache = if is_asset { "public, max-age=3600" } else { "private, no-store" };
    assert_eq!(answer.header("cache-control"), Some(cache), "{what}");
}

/// Requests that end in every way there is.
async fn answers(house: &House) -> Vec<(String, Answer)> {
    let clients = [house.server.nobody(), house.administrator().await];
    let paths = [
        "/",
        "/hosts",
        "/hosts/1",
        "/hosts/99999",
        "/hosts/x",
        "/hosts/%ff",
        "/sources",
        "/sources/1",
        "/sign-in",
        "/health",
        "/metrics",
        "/assets/pakiti.css",
        "/assets/nothing",
        "/nowhere",
        "/feed/",
        "/hosts?q=%ff&after=%00",
    ];
    let mut out = Vec::new();
    for client in &clients {
        for path in paths {
            for method in [Method::GET, Method::HEAD, Method::DELETE] {
                out.push((format!("{method} {path}"), walk(client, &method, path).await));
            }
        }
        for path in ["/feed/", "/feed/?protocol=9", "/sign-in", "/sources/1/sync", "/nowhere", "/hosts"] {
            out.push((format!("POST {path}"), client.post(path, "nonsense").await));
        }
    }
    let form = "application/json";
    out.push((
        "POST json".to_owned(),
        house.server.nobody().with_header("content-type", form).post("/sign-in", "{}").await,
    ));
    out
}

#[tokio::test]
async fn every_answer_has_the_security_headers() {
    for secure_cookies in [false, true] {
        let options = ServeOptions { secure_cookies, ..ServeOptions::default() };
        let house = house(TestServer::start_with(options).await).await;
        let mut statuses = Vec::new();
        for (what, answer) in answers(&house).await {
            check(&what, &answer, secure_cookies);
            assert!(answer.status < 500, "{what}: {}", answer.status);
            statuses.push(answer.status);
        }
        for status in [200, 303, 400, 401, 403, 404, 405] {
            assert!(statuses.contains(&status), "no answer is {status}");
        }
    }
}

#[tokio::test]
async fn an_error_of_the_database_is_a_page_that_tells_nothing() {
    let house = house(TestServer::start().await).await;
    let client = house.administrator().await;
    house.server.db.close().await;
    for path in ["/hosts", "/sources/1", "/metrics"] {
        let answer = client.get(path).await;
        check(path, &answer, false);
        assert_eq!(answer.status, 503, "{path}");
        let text = answer.text().to_lowercase();
        assert!(text.contains("busy") && text.contains("request"), "{text}");
        for word in ["sqlite", "pool", "database", "select"] {
            assert!(!text.contains(word), "{path} says {word}");
        }
    }
    let answer = house.server.nobody().get("/health").await;
    assert_eq!((answer.status, answer.text().as_str()), (503, "the database does not answer\n"));
}

#[tokio::test]
async fn no_page_needs_an_exception_from_the_policy() {
    let server = TestServer::start().await;
    let fleet = fleet::fleet(&server).await;
    let client = server.with_user("root", Role::Administrator).await;
    let mut paths = vec![
        "/hosts".to_owned(),
        "/nowhere".to_owned(),
        "/sources".to_owned(),
        "/hosts?q=nothing".to_owned(),
    ];
    paths.extend(
        ["", "?tab=updates", "?tab=packages", "?tab=coverage", "?tab=reports"]
            .map(|tab| format!("/hosts/{}{tab}", fleet.web1)),
    );
    paths.push(format!("/sources/{}", fleet.main));
    let mut pages = Vec::new();
    for path in paths {
        pages.push((path.clone(), client.get(&path).await.text()));
    }
    pages.push(("/sign-in".to_owned(), server.nobody().page("/sign-in").await));
    for (path, html) in pages {
        assert_eq!(html.matches("<script").count(), 1, "{path}");
        assert!(html.contains("<script src=\"/assets/pakiti.js\" defer></script>"), "{path}");
        for forbidden in
            [" style=", "<style", " onclick", " onload", "javascript:", "<iframe", "<object", "<base"]
        {
            assert!(!html.contains(forbidden), "{path}: {forbidden}");
        }
        for link in links(&html) {
            assert!(link.href.starts_with(['/', '#']) || link.href.starts_with("http"), "{path}: {link:?}");
        }
    }
}
