//! `pakiti user grant` and `revoke`: what a viewer sees.

use super::named;
use crate::cli::{Outcome, host as host_command, told};
use anyhow::bail;
use clap::Args;
use pakiti_store::db::Db;
use pakiti_store::scope::Scope;
use pakiti_store::{grant as store, host};
use std::io::{self, Write as _};
use std::process::ExitCode;

/// Options of `pakiti user grant` and `pakiti user revoke`.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("what").required(true).multiple(true).args(["group", "host"]))]
pub(super) struct GrantArgs {
    /// Name of the account
    name: String,
    /// A host group; may repeat
    #[arg(long, value_name = "GROUP")]
    group: Vec<String>,
    /// Name or id of a host; may repeat
    #[arg(long, value_name = "HOST")]
    host: Vec<String>,
}

/// Grants. Everything named is looked up before anything changes.
pub(super) async fn grant(db: &Db, args: &GrantArgs) -> Outcome {
    let account = named(db, &args.name).await?;
    let hosts = hosts(db, &args.host).await?;
    let known = host::groups(db, &Scope::operator()).await.map_err(told)?;
    let mut output = io::stdout().lock();
    for group in &args.group {
        store::grant_group(db, account.id, group).await.map_err(told)?;
        let note = if known.contains(group) { "" } else { " (no host has reported this group yet)" };
        writeln!(output, "{} sees host group {group}{note}", args.name)?;
    }
    for (name, id) in hosts {
        store::grant_host(db, account.id, id).await.map_err(told)?;
        writeln!(output, "{} sees host {name}", args.name)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Revokes.
pub(super) async fn revoke(db: &Db, args: &GrantArgs) -> Outcome {
    let account = named(db, &args.name).await?;
    let hosts = hosts(db, &args.host).await?;
    let granted = store::of_account(db, account.id).await.map_err(told)?;
    let has = |kind: &str, name: &str| granted.iter().any(|(k, n)| k == kind && n == name);
    let wanted =
        args.group.iter().map(|group| ("group", group)).chain(hosts.iter().map(|(name, _)| ("host", name)));
    for (kind, name) in wanted {
        if !has(kind, name) {
            bail!("{} has no grant of {kind} `{name}`", args.name);
        }
    }
    let mut output = io::stdout().lock();
    for group in &args.group {
        store::revoke_group(db, account.id, group).await.map_err(told)?;
        writeln!(output, "{} no longer sees host group {group}", args.name)?;
    }
    for (name, id) in &hosts {
        store::revoke_host(db, account.id, *id).await.map_err(told)?;
        writeln!(output, "{} no longer sees host {name} by a grant of its own", args.name)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Names and ids of the hosts that are meant.
async fn hosts(db: &Db, wanted: &[String]) -> anyhow::Result<Vec<(String, i64)>> {
    let mut found = Vec::new();
    for wanted in wanted {
        let id = host_command::find(db, wanted).await?;
        let detail = host::by_id(db, &Scope::operator(), id, crate::cli::now()).await.map_err(told)?;
        found.push((detail.row.name, id));
    }
    Ok(found)
}
