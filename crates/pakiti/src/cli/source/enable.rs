//! `pakiti source enable | disable | remove`. Rules enter or leave force, so verdicts are brought up to date here;
//! a running server notices by the generation.

use super::named;
use crate::cli::{Outcome, now, told};
use clap::Args;
use pakiti_engine::rules::Rules;
use pakiti_engine::sweeper::{self, Swept};
use pakiti_store::db::Db;
use pakiti_store::source;
use std::io::{self, Write as _};
use std::process::ExitCode;

/// Options of commands on one source.
#[derive(Debug, Args)]
pub(super) struct NamedArgs {
    /// Name of the source
    name: String,
}

/// Enables or disables a source.
pub(super) async fn enable(db: &Db, args: &NamedArgs, enabled: bool) -> Outcome {
    let source = named(db, &args.name).await?;
    source::set_enabled(db, source.id, enabled, now()).await.map_err(told)?;
    let swept = reevaluate(db).await?;
    tell(&args.name, if enabled { "enabled" } else { "disabled" }, &swept)
}

/// Removes a source.
pub(super) async fn remove(db: &Db, args: &NamedArgs) -> Outcome {
    let source = named(db, &args.name).await?;
    source::remove(db, source.id, now()).await.map_err(told)?;
    let swept = reevaluate(db).await?;
    tell(&args.name, "removed", &swept)
}

/// Brings every verdict to the sources in force.
pub(super) async fn reevaluate(db: &Db) -> anyhow::Result<Swept> {
    let rules = Rules::load(db).await.map_err(told)?;
    sweeper::sweep(db, &rules, now()).await.map_err(told)
}

fn tell(name: &str, done: &str, swept: &Swept) -> Outcome {
    let (changed, hosts) = (swept.changed, swept.hosts);
    writeln!(io::stdout(), "source {name} {done}; {changed} verdicts changed, on {hosts} hosts")?;
    Ok(ExitCode::SUCCESS)
}
