//! `pakiti source list`.

use super::{shown_url, state};
use crate::cli::output::{Column, Listing, OutputArgs, Value};
use crate::cli::{Outcome, now, told};
use clap::Args;
use pakiti_store::db::Db;
use pakiti_store::scope::Scope;
use pakiti_store::source::{self, Source};
use std::io;
use std::process::ExitCode;

const COLUMNS: &[Column] = &[
    ("name", Some("name")),
    ("kind", Some("kind")),
    ("state", Some("state")),
    ("os_group", Some("OS group")),
    ("security", Some("security")),
    ("packages", Some("packages")),
    ("skipped", Some("skipped")),
    ("last_success", Some("last success (UTC)")),
    ("last_attempt", None),
    ("next_due", None),
    ("enabled", None),
    ("url", None),
    ("error", Some("error")),
    ("also_for", None),
    ("errata", Some("errata")),
    ("definitions", Some("definitions")),
    ("complete", None),
];

const HELP: &str = "\
JSON (an array of objects) and TSV: name, kind, state (fresh, not modified, expired, error, never fetched, disabled), \
os_group (null: not told yet), security (true: its packages are security fixes), packages, skipped (items that could \
not be read), last_success, last_attempt, next_due (null: disabled), enabled, url (no password in it), error, also_for (further OS groups), \
errata (yum: it publishes advisories, so it tells security fixes from others; null: not \
fetched yet), definitions (oval: how many; its packages are null), complete (oval: those of a whole release; null: not \
fetched yet).";

/// Options of `pakiti source list`.
#[derive(Debug, Args)]
#[command(after_long_help = HELP)]
pub(super) struct ListArgs {
    #[command(flatten)]
    output: OutputArgs,
}

/// Lists the sources.
pub(super) async fn run(db: &Db, args: &ListArgs) -> Outcome {
    let sources = source::list(db, &Scope::operator()).await.map_err(told)?;
    let now = now();
    let listing = Listing {
        columns: COLUMNS,
        rows: sources.iter().map(|source| row(source, now)).collect(),
        empty: "no source yet; see pakiti source add --help",
    };
    listing.print(args.output.output, &mut io::stdout().lock())?;
    Ok(ExitCode::SUCCESS)
}

fn row(source: &Source, now: i64) -> Vec<Value> {
    let snapshot = source.snapshot.as_ref();
    vec![
        source.name.as_str().into(),
        source.kind.as_str().into(),
        state::of(source, now).word().into(),
        state::os_group(source).into(),
        snapshot.map(|s| s.meta.security).into(),
        state::packages(source).into(),
        snapshot.map(|s| s.skipped).into(),
        Value::time(source.last_success),
        Value::time(source.last_attempt),
        Value::time(source.enabled.then_some(source.next_due)),
        source.enabled.into(),
        shown_url(&source.url).into(),
        source.last_error.clone().into(),
        state::also_for(source).into(),
        snapshot.filter(|_| source.kind == "yum").map(|s| s.meta.errata).into(),
        state::definitions(source).into(),
        snapshot.filter(|_| source.kind == "oval").map(|s| s.meta.complete).into(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_help_names_every_key() {
        for (key, _) in COLUMNS {
            assert!(HELP.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == *key), "{key}");
        }
    }
}
