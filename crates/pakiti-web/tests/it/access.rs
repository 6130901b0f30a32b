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
use pakiti_store::source::Source;

/// A server with a source, a host of group A and a host of group B of which everything is called zeppelin.
struct House {
    server: TestServer,
    source: i64,
    a: i64,
    b: i64,
    /// When the source is due: in an hour.
    due: i64,
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
    let due = server.now() + 3600;
    pakiti_store::source::set_next_due(&server.db, source, due).await.unwrap();
    House { server, source, a, b, due }
}

impl House {
    async fn administrator(&self) -> Client {
        self.server.with_user("root", Role::Administrator).await
    }

    /// The source as it is now.
    async fn source(&self) -> Source {
        let all = pakiti_store::source::all(&self.server.db).await.unwrap();
        all.into_iter().find(|source| source.id == self.source).expect("the source was removed")
    }

    /// Has nobody changed the sources? Else what was done.
    async fn is_untouched(&self) -> Result<(), String> {
        let number = pakiti_store::source::all(&self.server.db).await.unwrap().len();
        let source = self.source().await;
        let same =
            (number, source.enabled, source.last_attempt, source.next_due) == (1, true, None, self.due);
        if same { Ok(()) } else { Err(format!("{number} sources, {source:?}")) }
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
