//! Every route of the table with every role.

use super::{House, house, walk};
use crate::harness::TestServer;
use crate::harness::client::Client;
use axum::http::Method;
use pakiti_store::account::{self, Role};
use pakiti_web::routes::table;
use pakiti_web::{ServeOptions, access::Access};

const TOKEN: &str = "metrics-token-of-this-test";

/// Answers of: nobody, a viewer without grants, a viewer of group A, somebody whose account was disabled, an
/// administrator, the bearer of the metrics token.
const EXPECTED: [(&str, &str, [u16; 6]); 28] = [
    ("POST", "/feed", [200, 200, 200, 200, 200, 200]),
    ("POST", "/feed/", [200, 200, 200, 200, 200, 200]),
    ("POST", "/pakiti/feed/", [200, 200, 200, 200, 200, 200]),
    ("GET", "/health", [200, 200, 200, 200, 200, 200]),
    ("GET", "/metrics", [401, 403, 403, 401, 200, 200]),
    ("GET", "/assets/{name}", [200, 200, 200, 200, 200, 200]),
    ("GET", "/sign-in", [200, 200, 200, 200, 200, 200]),
    ("POST", "/sign-in", [401, 401, 401, 401, 401, 401]),
    ("GET", "/", [303, 303, 303, 303, 303, 303]),
    ("GET", "/hosts", [303, 200, 200, 303, 200, 303]),
    ("GET", "/hosts/{id}", [303, 404, 200, 303, 200, 303]),
    ("GET", "/cves", [303, 200, 200, 303, 200, 303]),
    // No host of this house has a CVE; who sees one that hosts have: a_cve_is_there_for_those_who_see_a_host_with_it.
    ("GET", "/cves/{id}", [303, 404, 404, 303, 404, 303]),
    ("GET", "/sources", [303, 200, 200, 303, 200, 303]),
    ("GET", "/sources/{id}", [303, 200, 200, 303, 200, 303]),
    ("GET", "/sources/new", [303, 403, 403, 303, 200, 303]),
    // Nothing is entered.
    ("POST", "/sources/new", [401, 403, 403, 401, 422, 401]),
    ("POST", "/sources/{id}/sync", [401, 403, 403, 401, 303, 401]),
    ("POST", "/sources/{id}/disable", [401, 403, 403, 401, 303, 401]),
    ("POST", "/sources/{id}/enable", [401, 403, 403, 401, 303, 401]),
    ("GET", "/sources/{id}/edit", [303, 403, 403, 303, 200, 303]),
    // Nothing is entered.
    ("POST", "/sources/{id}/edit", [401, 403, 403, 401, 422, 401]),
    ("GET", "/sources/{id}/remove", [303, 403, 403, 303, 200, 303]),
    // Nothing of the source is left for routes after it.
    ("POST", "/sources/{id}/remove", [401, 403, 403, 401, 303, 401]),
    ("GET", "/rules", [303, 200, 200, 303, 200, 303]),
    // Nothing is entered.
    ("POST", "/rules", [401, 403, 403, 401, 422, 401]),
    ("POST", "/rules/remove", [401, 403, 403, 401, 404, 401]),
    // Last: it ends the session.
    ("POST", "/sign-out", [401, 303, 303, 401, 303, 401]),
];

impl House {
    /// A path of a route, with ids of things that exist.
    fn path(&self, pattern: &str) -> String {
        let id = if pattern.starts_with("/hosts") { self.a } else { self.source };
        pattern.replace("{id}", &id.to_string()).replace("{name}", "pakiti.css")
    }

    async fn everybody(&self) -> [Client; 6] {
        let server = &self.server;
        let disabled = server.with_user("gone", Role::Administrator).await;
        let (account, _) = account::by_name(&server.db, "gone").await.unwrap().unwrap();
        account::set_enabled(&server.db, account.id, false).await.unwrap();
        [
            server.nobody(),
            server.with_user("new", Role::Viewer).await,
            server.with_viewer_of("anna", "A").await,
            disabled,
            self.administrator().await,
            server.nobody().with_header("authorization", &format!("Bearer {TOKEN}")),
        ]
    }
}

async fn token_house() -> House {
    let options = ServeOptions { metrics_token: Some(TOKEN.to_owned()), ..ServeOptions::default() };
    house(TestServer::start_with(options).await).await
}

#[tokio::test]
async fn every_route_answers_every_role_as_the_table_says() {
    let house = token_house().await;
    let everybody = house.everybody().await;
    let mut wrong = Vec::new();
    for (method, pattern, statuses) in EXPECTED {
        let method: Method = method.parse().unwrap();
        for (who, client) in everybody.iter().enumerate() {
            let answer = if (&method, pattern) == (&Method::POST, "/sign-in") {
                // Different names from different addresses, so that none is slowed down.
                let client = client.at_address([192, 0, 2, who as u8]);
                client.post_fields(pattern, &[("name", &who.to_string())]).await
            } else {
                walk(client, &method, &house.path(pattern)).await
            };
            if answer.status != statuses[who] {
                wrong.push(format!("{method} {pattern} of {who}: {}, not {}", answer.status, statuses[who]));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn the_test_knows_every_route() {
    let mut table: Vec<_> = table().into_iter().map(|r| (r.method.to_string(), r.path.to_owned())).collect();
    let mut known: Vec<_> = EXPECTED.map(|(m, p, _)| (m.to_owned(), p.to_owned())).to_vec();
    table.sort();
    known.sort();
    assert_eq!(table, known);
}

#[test]
fn only_the_feeder_sign_in_health_and_assets_are_open_to_anyone() {
    let open = table().into_iter().filter(|route| route.access == Access::Anyone);
    let open: Vec<_> = open.map(|route| format!("{} {}", route.method, route.path)).collect();
    let expected = [
        "POST /feed",
        "POST /feed/",
        "POST /pakiti/feed/",
        "GET /health",
        "GET /assets/{name}",
        "GET /sign-in",
        "POST /sign-in",
    ];
    assert_eq!(open, expected);
}

#[test]
fn no_route_is_made_outside_of_the_table() {
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/src");
    let mut folders = vec![std::path::PathBuf::from(source)];
    let mut makers = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            let makes = [".route(", ".nest(", ".merge(", ".route_service(", "Router::new("];
            if makes.iter().any(|word| text.contains(word)) {
                makers.push(path.strip_prefix(source).unwrap().display().to_string());
            }
        }
    }
    // feeder.rs merges permits, not routers.
    makers.retain(|file| file != "feeder.rs");
    assert_eq!(makers, ["routes.rs"]);
}

#[tokio::test]
async fn outside_of_the_table_there_is_nothing() {
    let house = token_house().await;
    let [nobody, viewer, _, disabled, administrator, bearer] = house.everybody().await;
    let (host, source) = (house.path("/hosts/{id}"), house.path("/sources/{id}"));
    let paths = [
        "/admin",
        "/api",
        "/api/hosts",
        "/hosts/",
        "/.git/config",
        "/assets",
        "/assets/",
        "/sources/",
        "/index.php",
        "/pakiti/protected/hosts.php",
        "//hosts",
        "/hosts/1/2",
        "/sign-out/x",
        "/feed/x",
        &format!("{host}/packages"),
        &format!("{source}/x"),
    ];
    for path in paths {
        for client in [&nobody, &disabled, &bearer] {
            let answer = client.get(path).await;
            assert_eq!(answer.status, 303, "{path}");
            assert!(answer.header("location").unwrap().starts_with("/sign-in?next=%2F"), "{path}");
        }
        for client in [&viewer, &administrator] {
            assert_eq!(client.get(path).await.status, 404, "{path}");
        }
    }
}

#[tokio::test]
async fn a_known_path_with_another_method_does_nothing() {
    let house = token_house().await;
    let administrator = house.administrator().await;
    for (_, pattern, _) in EXPECTED {
        for method in [Method::PUT, Method::DELETE, Method::PATCH, Method::OPTIONS, Method::TRACE] {
            let path = house.path(pattern);
            let answer = walk(&administrator, &method, &path).await;
            assert_eq!(answer.status, 405, "{method} {path}");
            let answer = walk(&house.server.nobody(), &method, &path).await;
            assert!(matches!(answer.status, 401 | 405), "{method} {path}: {}", answer.status);
        }
    }
    for action in ["sync", "enable", "disable"] {
        let path = house.path(&format!("/sources/{{id}}/{action}"));
        assert_eq!(administrator.get(&path).await.status, 405, "a link cannot {action}");
    }
    assert_eq!(administrator.get(&house.path("/sources/{id}/remove")).await.status, 200, "it only asks");
    assert_eq!(administrator.get("/sign-out").await.status, 405, "a link cannot sign out");
    assert_eq!(administrator.get("/hosts").await.status, 200);
    assert_eq!(house.is_untouched().await, Ok(()));
}

#[tokio::test]
async fn metrics_need_the_right_token() {
    let house = token_house().await;
    let nobody = house.server.nobody();
    for header in
        ["Bearer wrong", "Bearer ", "Bearer", "Basic bWV0cmljcw==", &TOKEN[1..], &format!("Bearer {TOKEN}x")]
    {
        let answer = nobody.with_header("authorization", header).get("/metrics").await;
        assert_eq!((answer.status, answer.header("www-authenticate")), (401, Some("Bearer")), "{header}");
    }
    let without = TestServer::start().await;
    let answer = without.nobody().with_header("authorization", "Bearer ").get("/metrics").await;
    assert_eq!(answer.status, 401, "no configured token is no empty token");
}

#[tokio::test]
async fn a_role_counts_from_the_next_request_on() {
    let house = token_house().await;
    let client = house.administrator().await;
    let sync = house.path("/sources/{id}/sync");
    let (account, _) = account::by_name(&house.server.db, "root").await.unwrap().unwrap();
    account::set_role(&house.server.db, account.id, Role::Viewer).await.unwrap();
    assert_eq!(client.get(&house.path("/hosts/{id}")).await.status, 404);
    assert_eq!(client.post_form(&sync, &[]).await.status, 403);
    account::set_role(&house.server.db, account.id, Role::Administrator).await.unwrap();
    assert_eq!(client.get(&house.path("/hosts/{id}")).await.status, 200);
}
