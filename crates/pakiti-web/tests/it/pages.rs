//! Pages over a real store: filters, paging, numbers that are proved by the lists they link to.

mod counts;
mod cves;
pub(crate) mod findings;
mod host;
mod hosts;
mod metrics;
mod oval_source;
mod rpm;
mod rules;
mod source_changes;
mod source_edits;
mod sources;
mod stale;

use crate::harness::client::Client;
use crate::harness::fleet::{Fleet, fleet};
use crate::harness::{TestServer, html};
use pakiti_store::account::Role;

/// A server with the fleet, and an administrator.
async fn house() -> (TestServer, Fleet, Client) {
    let server = TestServer::start().await;
    let fleet = fleet(&server).await;
    let client = server.with_user("root", Role::Administrator).await;
    (server, fleet, client)
}

/// The names in a list of hosts, page after page.
async fn names(client: &Client, path: &str) -> Vec<String> {
    html::all_rows(client, path).await.into_iter().map(|row| row[1].clone()).collect()
}
