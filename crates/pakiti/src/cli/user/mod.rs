//! `pakiti user`: local accounts, their passwords, and what they may see.

mod add;
mod change;
mod grant;
mod list;
mod password;

use super::database::DatabaseArgs;
use super::{Outcome, log, told};
use anyhow::Context as _;
use clap::{Args, Subcommand};
use pakiti_store::account::{self, Account};
use pakiti_store::db::Db;

/// Options of `pakiti user`.
#[derive(Debug, Args)]
pub(crate) struct UserArgs {
    #[command(flatten)]
    database: DatabaseArgs,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Add an account: a viewer, or an administrator
    Add(add::AddArgs),
    /// List the accounts with role and grants
    List(list::ListArgs),
    /// Set a new password; the account is signed out everywhere
    Passwd(add::PasswdArgs),
    /// Let an account see host groups or hosts
    Grant(grant::GrantArgs),
    /// Take host groups or hosts from an account
    Revoke(grant::GrantArgs),
    /// Let an account sign in again
    Enable(change::NamedArgs),
    /// Let an account sign in no longer; it is signed out everywhere
    Disable(change::NamedArgs),
    /// Remove an account with its grants
    Remove(change::NamedArgs),
}

/// Runs the command.
///
/// # Errors
/// What the command gave.
pub(crate) async fn run(args: UserArgs) -> Outcome {
    log::start(log::LogFormat::Text, log::COMMAND);
    let db = args.database.open().await?.db;
    let done = match args.command {
        Command::Add(args) => add::run(&db, &args).await,
        Command::List(args) => list::run(&db, &args).await,
        Command::Passwd(args) => add::passwd(&db, &args).await,
        Command::Grant(args) => grant::grant(&db, &args).await,
        Command::Revoke(args) => grant::revoke(&db, &args).await,
        Command::Enable(args) => change::enable(&db, &args, true).await,
        Command::Disable(args) => change::enable(&db, &args, false).await,
        Command::Remove(args) => change::remove(&db, &args).await,
    };
    db.close().await;
    done
}

/// The account with this name.
async fn named(db: &Db, name: &str) -> anyhow::Result<Account> {
    let found = account::by_name(db, name).await.map_err(told)?;
    Ok(found.with_context(|| format!("account `{name}` not found"))?.0)
}
