//! `pakiti cve`: the vulnerabilities of the hosts, for whoever holds the database.

mod list;
mod show;

use super::database::DatabaseArgs;
use super::{Outcome, log};
use clap::{Args, Subcommand};

/// Options of `pakiti cve`.
#[derive(Debug, Args)]
pub(crate) struct CveArgs {
    #[command(flatten)]
    database: DatabaseArgs,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List the CVEs that hosts have, the worst first
    List(list::ListArgs),
    /// Show one CVE or advisory: the hosts that have it, and what sources say of it
    Show(show::ShowArgs),
}

/// Runs the command.
///
/// # Errors
/// What the command gave.
pub(crate) async fn run(args: CveArgs) -> Outcome {
    log::start(log::LogFormat::Text, log::COMMAND);
    let db = args.database.open().await?.db;
    let done = match args.command {
        Command::List(args) => list::run(&db, &args).await,
        Command::Show(args) => show::run(&db, &args).await,
    };
    db.close().await;
    done
}

/// A CVSS score in tenths as people write it: `7.5`.
fn cvss(tenths: Option<u8>) -> Option<String> {
    tenths.map(|tenths| format!("{}.{}", tenths / 10, tenths % 10))
}
