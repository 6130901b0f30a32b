//! `pakiti rule`: rules of one's own, for when the exploit is public and the vendor's feed is not there yet.

mod add;
mod file;
mod list;

use super::database::DatabaseArgs;
use super::{Outcome, engine, log, told};
use clap::{Args, Subcommand};
use pakiti_engine::engine::Engine;
use pakiti_engine::local_rules;
use pakiti_engine::sweeper::Swept;
use pakiti_store::db::Db;
use pakiti_store::scope::Scope;
use std::io::{self, Write as _};
use std::process::ExitCode;

/// Options of `pakiti rule`.
#[derive(Debug, Args)]
pub(crate) struct RuleArgs {
    #[command(flatten)]
    database: DatabaseArgs,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Add a rule, or replace the one of this name; it is in force at once
    Add(Box<add::AddArgs>),
    /// List the rules
    List(list::ListArgs),
    /// Remove a rule
    Remove(NamedArgs),
    /// Add the rules of a TOML file; those of the same name are replaced
    Import(file::ImportArgs),
    /// Write the rules as a TOML file to standard output
    Export,
}

/// Options of commands on one rule.
#[derive(Debug, Args)]
struct NamedArgs {
    /// Name of the rule
    name: String,
}

/// Runs the command.
///
/// # Errors
/// What the command gave.
pub(crate) async fn run(args: RuleArgs) -> Outcome {
    log::start(log::LogFormat::Text, log::COMMAND);
    let db = args.database.open().await?.db;
    let done = match args.command {
        Command::Add(args) => add::run(&db, *args).await,
        Command::List(args) => list::run(&db, &args).await,
        Command::Remove(args) => remove(&db, &args.name).await,
        Command::Import(args) => file::import(&db, &args).await,
        Command::Export => file::export(&db).await,
    };
    db.close().await;
    done
}

async fn remove(db: &Db, name: &str) -> Outcome {
    let engine = started(db).await?;
    let swept = local_rules::remove(&engine, &Scope::operator(), name).await.map_err(told)?;
    tell(&format!("rule {name} removed"), &swept)
}

/// An engine that reads no files.
async fn started(db: &Db) -> anyhow::Result<Engine> {
    Ok(engine::start(db.clone(), &[]).await?.0)
}

fn tell(done: &str, swept: &Swept) -> Outcome {
    let (changed, hosts) = (swept.changed, swept.hosts);
    writeln!(io::stdout(), "{done}; {changed} verdicts changed, on {hosts} hosts")?;
    Ok(ExitCode::SUCCESS)
}
