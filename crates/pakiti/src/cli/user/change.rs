//! `pakiti user enable | disable | remove`.

use super::named;
use crate::cli::{Outcome, serve, told};
use clap::Args;
use pakiti_store::account;
use pakiti_store::db::Db;
use std::io::{self, Write as _};
use std::process::ExitCode;

/// Options of commands on one account.
#[derive(Debug, Args)]
pub(super) struct NamedArgs {
    /// Name of the account
    name: String,
}

/// Enables or disables an account.
pub(super) async fn enable(db: &Db, args: &NamedArgs, enabled: bool) -> Outcome {
    let account = named(db, &args.name).await?;
    account::set_enabled(db, account.id, enabled).await.map_err(told)?;
    let done = if enabled { "enabled" } else { "disabled and signed out" };
    writeln!(io::stdout(), "account {} {done}", args.name)?;
    remind(db).await
}

/// Removes an account.
pub(super) async fn remove(db: &Db, args: &NamedArgs) -> Outcome {
    let account = named(db, &args.name).await?;
    account::remove(db, account.id).await.map_err(told)?;
    writeln!(io::stdout(), "account {} removed", args.name)?;
    remind(db).await
}

/// Says so when nobody is left who may configure.
async fn remind(db: &Db) -> Outcome {
    if !serve::has_administrator(db).await? {
        eprintln!("pakiti: no administrator is left who can sign in; make one: pakiti user add NAME --admin");
    }
    Ok(ExitCode::SUCCESS)
}
