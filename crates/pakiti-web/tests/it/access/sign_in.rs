//! Signing in and out: what is refused, how it is told, and how long a session lives.

use crate::harness::html::{between, field, text_of};
use crate::harness::{NOW, PASSWORD, TestServer};
use pakiti_store::account::{self, Role};
use pakiti_web::ServeOptions;
use pakiti_web::access::password;
use pakiti_web::access::session::SESSION_SECONDS;
use std::time::{Duration, Instant};

fn notice(html: &str) -> String {
    text_of(between(html, "id=\"wrong\">", "</p>"))
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_name_look_the_same() {
    let server = TestServer::start().await;
    server.add_user("anna", Role::Viewer).await;
    let mut client = server.nobody();
    let wrong = client.sign_in("anna", "not the password").await;
    let unknown = client.sign_in("bert", PASSWORD).await;
    assert_eq!((wrong.status, unknown.status), (401, 401));
    assert_eq!(notice(&wrong.text()), "! Name or password is wrong.");
    assert_eq!(wrong.text(), unknown.text().replace("bert", "anna"));
    assert!(wrong.header("set-cookie").is_none() && client.cookie().is_none());
    assert!(!wrong.text().contains("not the password"));
    for (i, odd) in ["", "ANNA", "anna\0", "anna' OR 1=1 --", "%", &"x".repeat(5000)].into_iter().enumerate()
    {
        let mut client = client.at_address([198, 51, 100, i as u8]);
        assert_eq!(client.sign_in(odd, PASSWORD).await.status, 401, "{odd:.20}");
    }
}

#[test]
fn an_unknown_name_costs_the_same_work_as_a_wrong_password() {
    let stored = password::hash(PASSWORD).unwrap();
    let work = |hash: Option<&str>| {
        let start = Instant::now();
        assert!(!password::verify("not the password", hash));
        start.elapsed()
    };
    let (mut known, mut unknown) = (Duration::MAX, Duration::MAX);
    for _ in 0..9 {
        known = known.min(work(Some(&stored)));
        unknown = unknown.min(work(None));
    }
    // Wide, because other tests run beside; work that is left out is a thousand times quicker.
    assert!(unknown * 5 > known && known * 5 > unknown, "{known:?} against {unknown:?}");
}

#[tokio::test]
async fn the_sixth_guess_waits_even_if_it_is_right() {
    let server = TestServer::start().await;
    server.add_user("anna", Role::Viewer).await;
    let mut client = server.nobody();
    for _ in 0..5 {
        assert_eq!(client.sign_in("anna", "not the password").await.status, 401);
    }
    let answer = client.sign_in("anna", PASSWORD).await;
    assert_eq!((answer.status, answer.header("set-cookie")), (429, None));
    assert_eq!(notice(&answer.text()), "! Too many attempts. Try again in 5 min.");
    let elsewhere = client.at_address([198, 51, 100, 7]).sign_in("Anna", PASSWORD).await;
    assert_eq!(elsewhere.status, 429, "the name is slowed down from anywhere");
    assert_eq!(client.sign_in("bert", PASSWORD).await.status, 429, "and the address for any name");
    server.set_clock(NOW + 301);
    assert_eq!(client.sign_in("anna", PASSWORD).await.status, 303);
}

#[tokio::test]
async fn guesses_sent_at_once_are_counted_too() {
    let server = TestServer::start().await;
    server.add_user("anna", Role::Viewer).await;
    let guesses = (0..30).map(|_| {
        let mut client = server.nobody();
        async move { client.sign_in("anna", "not the password").await.status }
    });
    let statuses = futures_util::future::join_all(guesses).await;
    let heard = statuses.iter().filter(|status| **status == 401).count();
    assert!((5..=6).contains(&heard), "{heard} of 30 were heard");
}

#[tokio::test]
async fn behind_a_proxy_one_persons_guesses_do_not_lock_everybody_out() {
    let server = TestServer::start().await;
    server.add_user("anna", Role::Viewer).await;
    let mut client = server.nobody().at_address([127, 0, 0, 1]);
    for _ in 0..6 {
        client.sign_in("bert", "not the password").await;
    }
    assert_eq!(client.sign_in("bert", PASSWORD).await.status, 429);
    assert_eq!(client.sign_in("anna", PASSWORD).await.status, 303);
}

#[tokio::test]
async fn a_disabled_account_is_refused_like_a_wrong_password_and_its_sessions_end() {
    let server = TestServer::start().await;
    let mut client = server.with_user("anna", Role::Viewer).await;
    let (account, _) = account::by_name(&server.db, "anna").await.unwrap().unwrap();
    account::set_enabled(&server.db, account.id, false).await.unwrap();
    assert_eq!(client.get("/hosts").await.status, 303);
    let answer = client.sign_in("anna", PASSWORD).await;
    assert_eq!((answer.status, notice(&answer.text()).as_str()), (401, "! Name or password is wrong."));
    account::set_enabled(&server.db, account.id, true).await.unwrap();
    assert_eq!(client.get("/hosts").await.status, 303, "the old session stays dead");
    assert_eq!(client.sign_in("anna", PASSWORD).await.status, 303);
}

#[tokio::test]
async fn after_signing_in_one_is_where_one_wanted_to_be_and_never_elsewhere() {
    let server = TestServer::start().await;
    server.add_user("anna", Role::Viewer).await;
    let nobody = server.nobody();
    let refused = nobody.get("/hosts/7?tab=updates&kind=security").await;
    let location = refused.header("location").unwrap();
    assert_eq!(location, "/sign-in?next=%2Fhosts%2F7%3Ftab%3Dupdates%26kind%3Dsecurity");
    let form = nobody.page(location).await;
    let next = field(&form, "next").unwrap();
    assert_eq!(next, "/hosts/7?tab=updates&kind=security");
    let given = |next: String| {
        let client = nobody.clone();
        async move {
            let fields = [("name", "anna"), ("password", PASSWORD), ("next", &next)];
            let answer = client.post_fields("/sign-in", &fields).await;
            assert_eq!(answer.status, 303, "{next:?}");
            answer.header("location").unwrap().to_owned()
        }
    };
    assert_eq!(given(next.clone()).await, next);
    for elsewhere in [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "/hosts?q=é",
        "/\t/evil.example",
        "/\r\nSet-Cookie: x=y",
        "hosts",
        "",
        "\0",
        " /hosts",
    ] {
        assert_eq!(given(elsewhere.to_owned()).await, "/hosts", "{elsewhere:?}");
        if elsewhere.contains('é') {
            continue;
        }
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        let path = format!("/sign-in?{}", query.append_pair("next", elsewhere).finish());
        assert_eq!(field(&nobody.page(&path).await, "next").as_deref(), Some("/hosts"), "{elsewhere:?}");
    }
    assert_eq!(given("/hosts?q=%C3%A9".to_owned()).await, "/hosts?q=%C3%A9");
}

#[tokio::test]
async fn the_cookie_is_out_of_reach_of_scripts_and_other_sites() {
    let server = TestServer::start().await;
    server.add_user("anna", Role::Viewer).await;
    let answer = server.nobody().sign_in("anna", PASSWORD).await;
    let cookie = answer.header("set-cookie").unwrap();
    let token = between(cookie, "pakiti=", ";");
    assert_eq!(token.len(), 64);
    let attributes = "Path=/; HttpOnly; SameSite=Lax; Max-Age=43200";
    assert_eq!(cookie, format!("pakiti={token}; {attributes}"));

    let options = ServeOptions { secure_cookies: true, ..ServeOptions::default() };
    let server = TestServer::start_with(options).await;
    let mut client = server.with_user("anna", Role::Viewer).await;
    let answer = client.sign_in("anna", PASSWORD).await;
    let cookie = answer.header("set-cookie").unwrap();
    let other = between(cookie, "__Host-pakiti=", ";");
    assert_ne!(token, other);
    assert_eq!(cookie, format!("__Host-pakiti={other}; {attributes}; Secure"));
    assert_eq!(client.get("/hosts").await.status, 200);
    let plain = server.nobody().with_header("cookie", &format!("pakiti={other}"));
    assert_eq!(plain.get("/hosts").await.status, 303, "only the __Host- cookie counts");
}

#[tokio::test]
async fn signing_out_ends_the_session_on_the_server() {
    let server = TestServer::start().await;
    let mut client = server.with_user("anna", Role::Viewer).await;
    let first = client.clone();
    client.sign_in("anna", PASSWORD).await;
    let answer = client.post_form("/sign-out", &[]).await;
    assert_eq!((answer.status, answer.header("location")), (303, Some("/sign-in")));
    let removal = answer.header("set-cookie").unwrap();
    assert!(removal.starts_with("pakiti=; ") && removal.contains("Max-Age=0"), "{removal}");
    assert_eq!(client.get("/hosts").await.status, 303, "the cookie is worth nothing any more");
    assert_eq!(first.get("/hosts").await.status, 200, "another browser stays signed in");
}

#[tokio::test]
async fn a_session_lives_twelve_hours() {
    let server = TestServer::start().await;
    let client = server.with_user("anna", Role::Viewer).await;
    server.set_clock(NOW + SESSION_SECONDS);
    assert_eq!(client.get("/hosts").await.status, 200);
    server.set_clock(NOW + SESSION_SECONDS + 1);
    assert_eq!(client.get("/hosts").await.status, 303);
    for cookie in
        ["pakiti=", "pakiti=0000", "pakiti", ";;=;pakiti==", &format!("pakiti={}", "0".repeat(9000))]
    {
        assert_eq!(
            server.nobody().with_header("cookie", cookie).get("/hosts").await.status,
            303,
            "{cookie:.20}"
        );
    }
}
