//! `cargo xtask bench`: what the numbers in docs/performance.md were measured with.
//!
//! Rates depend on the machine and its neighbours; CPU microseconds per report hardly do (limits.md, pitfall 9).

mod ingest;
mod loadgen;
mod server;
mod sync;

use clap::Subcommand;

#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Reports per second and CPU per report: first, same, changed, on SQLite and PostgreSQL
    Ingest(ingest::Args),
    /// Memory of the server while it takes the largest feed
    Sync(sync::Args),
}

pub(crate) fn run(args: Args) -> anyhow::Result<()> {
    match args.what {
        What::Ingest(args) => ingest::run(args),
        What::Sync(args) => sync::run(args),
    }
}
