//! The feeder: what it takes, what it refuses and how, on both databases. Rules: pakiti3-interfaces.md 1.1, 1.2,
//! 1.7, 1.8, protocol6.md, design.md law 4.

mod bodies;
mod durability;
mod query;
mod wire;

use crate::harness::TestServer;
use crate::harness::client::Answer;
use pakiti_store::host::{self, HostDetail, HostRow};
use pakiti_store::scope::Scope;

/// A report that both protocols read.
const PLAIN: &str = "#\narch: x86_64\nhost: n1.example.org\nkernel: 6.1.0-28-amd64\npackager: dpkg\nsite: A\n\
                     system: Debian GNU/Linux 12 (bookworm)\nversion: 1\n#\nbash\t5.2.15-2+b7\tamd64\n#\n";

/// All hosts of the server.
async fn hosts(server: &TestServer) -> Vec<HostRow> {
    let query = host::HostQuery { limit: 1000, ..host::HostQuery::default() };
    host::list(&server.db, &Scope::operator(), &query, server.now()).await.unwrap().rows
}

async fn detail(server: &TestServer, id: i64) -> HostDetail {
    host::by_id(&server.db, &Scope::operator(), id, server.now()).await.unwrap()
}

/// Status and body of a refusal, after which the server must still answer.
async fn refused(server: &TestServer, answer: Answer) -> (u16, String) {
    let text = answer.text();
    assert!(answer.status >= 400, "{} {text}", answer.status);
    assert!(text.starts_with("ERROR: ") && text.ends_with('\n') && text.lines().count() == 1, "{text:?}");
    assert_eq!(answer.header("content-type"), Some("text/plain; charset=utf-8"));
    assert_eq!(answer.header("x-pakiti-host"), None);
    assert!(server.is_alive().await);
    (answer.status, text)
}
