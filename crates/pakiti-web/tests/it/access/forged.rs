//! Forged requests: no POST of a signed-in person works without their token, or from another site.

use super::{House, house};
use crate::harness::TestServer;
use crate::harness::client::Client;
use axum::http::Method;
use pakiti_web::access::Access;
use pakiti_web::routes::table;

/// The POSTs that sessions are good for.
fn posts(house: &House) -> Vec<String> {
    let posts = table().into_iter().filter(|r| r.method == Method::POST && r.access != Access::Anyone);
    let paths: Vec<String> = posts.map(|r| r.path.replace("{id}", &house.source.to_string())).collect();
    assert_eq!(paths.len(), 9, "{paths:?}");
    paths
}

async fn nothing_happened(house: &House, client: &Client) {
    assert_eq!(house.is_untouched().await, Ok(()));
    assert_eq!(client.get("/hosts").await.status, 200, "the session was ended");
}

#[tokio::test]
async fn a_post_without_the_sessions_token_changes_nothing() {
    let house = house(TestServer::start().await).await;
    let client = house.administrator().await;
    let other = house.server.with_viewer_of("anna", "A").await.csrf().await;
    for path in posts(&house) {
        for fields in [&[][..], &[("csrf", "")], &[("csrf", "0")], &[("csrf", &other)], &[("token", "x")]] {
            let answer = client.post_fields(&path, fields).await;
            assert_eq!(answer.status, 403, "{path} {fields:?}");
            assert!(answer.text().contains("This form was open too long or came from another site."));
        }
        let answer = client.post(&path, "\0\u{1}%%%").await;
        assert_eq!(answer.status, 403);
    }
    nothing_happened(&house, &client).await;
}

#[tokio::test]
async fn a_post_from_another_site_changes_nothing_even_with_the_token() {
    let house = house(TestServer::start().await).await;
    let client = house.administrator().await;
    for path in posts(&house) {
        for (name, value) in [
            ("origin", "https://evil.example"),
            ("origin", "http://pakiti.test.evil.example"),
            ("origin", "http://pakiti.test:8080"),
            ("origin", "null"),
            ("origin", ""),
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
        ] {
            let answer = client.with_header(name, value).post_form(&path, &[]).await;
            assert_eq!(answer.status, 403, "{path} {name}: {value}");
        }
    }
    nothing_happened(&house, &client).await;
}

#[tokio::test]
async fn a_post_of_the_site_itself_works() {
    let house = house(TestServer::start().await).await;
    let client = house.administrator().await;
    let sync = format!("/sources/{}/sync", house.source);
    let from_here =
        client.with_header("origin", "http://pakiti.test").with_header("sec-fetch-site", "same-origin");
    let answer = from_here.post_form(&sync, &[]).await;
    let back = format!("/sources/{}?done=due", house.source);
    assert_eq!((answer.status, answer.header("location")), (303, Some(back.as_str())));
    house.server.background().await;
    assert!(house.source().await.last_attempt.is_some());
}

#[tokio::test]
async fn nobody_is_signed_in_from_another_site() {
    let house = house(TestServer::start().await).await;
    house.administrator().await;
    for (name, value) in [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")] {
        let mut client = house.server.nobody().with_header(name, value);
        let answer = client.sign_in("root", crate::harness::PASSWORD).await;
        assert_eq!((answer.status, answer.header("set-cookie")), (403, None));
    }
}

#[tokio::test]
async fn a_form_larger_than_any_form_is_refused() {
    let house = house(TestServer::start().await).await;
    let client = house.administrator().await;
    let large = "x".repeat(1 << 20);
    let answer = client.post_form("/sign-out", &[("x", &large)]).await;
    assert_eq!(answer.status, 400);
    let answer =
        house.server.nobody().post_fields("/sign-in", &[("name", "root"), ("password", &large)]).await;
    assert_eq!(answer.status, 413, "nobody in particular cannot fill the memory");
    nothing_happened(&house, &client).await;
}
