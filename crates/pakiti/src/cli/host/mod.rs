//! `pakiti host`: what the pages say of hosts, for whoever holds the database.

mod list;
mod show;

pub(crate) use show::why;

use super::database::DatabaseArgs;
use super::{Outcome, log, told};
use anyhow::bail;
use clap::{Args, Subcommand};
use pakiti_store::db::Db;
use pakiti_store::host;
use pakiti_store::scope::Scope;

/// Options of `pakiti host`.
#[derive(Debug, Args)]
pub(crate) struct HostArgs {
    #[command(flatten)]
    database: DatabaseArgs,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List the hosts with their state and numbers
    List(list::ListArgs),
    /// Show one host: facts, state and why, updates, findings, coverage
    Show(show::ShowArgs),
}

/// Runs the command.
///
/// # Errors
/// What the command gave.
pub(crate) async fn run(args: HostArgs) -> Outcome {
    log::start(log::LogFormat::Text, log::COMMAND);
    let db = args.database.open().await?.db;
    let done = match args.command {
        Command::List(args) => list::run(&db, args).await,
        Command::Show(args) => show::run(&db, &args).await,
    };
    db.close().await;
    done
}

/// The host with this name or, if none has it, this id.
///
/// # Errors
/// No such host, or several with this name (their ids are told).
pub(crate) async fn find(db: &Db, wanted: &str) -> anyhow::Result<i64> {
    let ids = host::ids_by_name(db, &Scope::operator(), wanted).await.map_err(told)?;
    match (ids.as_slice(), wanted.parse()) {
        ([id], _) => Ok(*id),
        ([], Ok(id)) => Ok(id),
        ([], Err(_)) => bail!("host `{wanted}` not found"),
        (several, _) => {
            let ids: Vec<String> = several.iter().map(i64::to_string).collect();
            bail!("{} hosts are called `{wanted}`; name one by its id: {}", several.len(), ids.join(", "))
        }
    }
}
