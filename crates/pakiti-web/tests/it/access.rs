//! Who may do what (law 5): every route with every role, sign-in, sessions, forged requests, scopes, headers.

mod forged;
mod headers;
mod routes;
mod scope;
mod sign_in;

use crate::harness::TestServer;
use crate::harness::client::{Answer, Client};
use crate::harness::report::Report;
use crate::harness::suite::Suite;
use axum::body::Body;
use axum::http::Method;
use pakiti_store::account::Role;

/// A server with a source, a host of group A and a host of group B of which everything is called zeppelin.
struct House {
    server: TestServer,
    source: i64,
    a: i64,
    b: i64,
}

async fn house(server: TestServer) -> House {
    Suite::debian("bookworm").package("bash", "5.2.15-2+b7").write(server.folder());
    let source = server.add_source("debian-12", "bookworm").await;
    let a = Report::debian("alpha.example.org").with("site", "A").package("bash", "5.2.15-2+b7");
    let b = Report::debian("zeppelin.example.org")
        .with("site", "Zeppelin-B")
        .with("system", "Zeppelin OS 1")
        .with("os-id", "zeppelin")
        .with("kernel", "6.1-zeppelin")
        .with("tag", "zeppelin-tag")
        .package("zeppelin-tool", "1.0")
        .package("bash", "5.2.15-2+b6");
    let (a, b) = (server.report(&a).await, server.report(&b).await);
    House { server, source, a, b }
}

impl House {
    async fn administrator(&self) -> Client {
        self.server.with_user("root", Role::Administrator).await
    }

    /// When the source was tried last: what `Sync now` changes.
    async fn last_attempt(&self) -> Option<i64> {
        let all = pakiti_store::source::all(&self.server.db).await.unwrap();
        all.iter().find(|source| source.id == self.source).unwrap().last_attempt
    }
}

/// Sends what a route takes, with a good CSRF token where the client has one.
async fn walk(client: &Client, method: &Method, path: &str) -> Answer {
    if *method != Method::POST {
        return client.request(method.clone(), path, Body::empty()).await;
    }
    if path.contains("feed") {
        return client.post(path, Report::debian("walker.example.org").text()).await;
    }
    if client.get("/hosts").await.status == 200 {
        return client.post_form(path, &[]).await;
    }
    client.post_fields(path, &[]).await
}
