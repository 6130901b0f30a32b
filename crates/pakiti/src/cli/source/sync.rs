//! `pakiti source sync`: fetches now, one source after the other; a failure never stops the rest.

use super::{named, shown_url, state};
use crate::cli::output::{Column, Listing, OutputArgs, Value};
use crate::cli::{Outcome, engine, told};
use clap::Args;
use pakiti_engine::engine::Engine;
use pakiti_engine::source::sync::Synced;
use pakiti_store::db::Db;
use pakiti_store::scope::Scope;
use pakiti_store::source::{self, Source};
use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

const COLUMNS: &[Column] = &[
    ("name", Some("name")),
    ("result", Some("result")),
    ("packages", Some("packages")),
    ("bytes", Some("bytes read")),
    ("names_changed", Some("names changed")),
    ("skipped", Some("skipped")),
    ("verdicts_changed", Some("verdicts changed")),
    ("hosts_changed", Some("on hosts")),
    ("error", Some("error")),
];

const HELP: &str = "\
Paths are read with the rights of whoever runs this; a server reads them only below its --source-folder.

Exit status: 0 all were fetched or had nothing new, 1 any failed.

JSON (an array of objects) and TSV: name, result (changed, not modified, failed), packages and bytes (of the snapshot \
in force), names_changed, skipped (items that could not be read), verdicts_changed, hosts_changed (hosts whose numbers \
changed), error.";

/// Options of `pakiti source sync`.
#[derive(Debug, Args)]
#[command(after_long_help = HELP)]
pub(super) struct SyncArgs {
    /// Names of the sources
    #[arg(required_unless_present = "all", conflicts_with = "all")]
    name: Vec<String>,
    /// All enabled sources
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    output: OutputArgs,
}

/// Synchronises.
pub(super) async fn run(db: &Db, args: SyncArgs) -> Outcome {
    let mut wanted = Vec::new();
    for name in &args.name {
        wanted.push(named(db, name).await?);
    }
    if args.all {
        let sources = source::list(db, &Scope::operator()).await.map_err(told)?;
        wanted = sources.into_iter().filter(|source| source.enabled).collect();
    }
    let (engine, writer) = engine::start(db.clone(), &[PathBuf::from("/")]).await?;
    let (mut rows, mut failed) = (Vec::new(), false);
    for source in &wanted {
        eprintln!("fetching {} from {}", source.name, shown_url(&source.url));
        let (row, good) = one(&engine, source).await?;
        rows.push(row);
        failed |= !good;
    }
    // What another command or an older release left to do.
    engine.reevaluate().await.map_err(told)?;
    drop(engine);
    writer.await?;
    let listing = Listing { columns: COLUMNS, rows, empty: "no source to fetch" };
    listing.print(args.output.output, &mut io::stdout().lock())?;
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Synchronises one source; gives its row and whether it went well.
async fn one(engine: &Engine, source: &Source) -> anyhow::Result<(Vec<Value>, bool)> {
    let done = engine.sync_source(source).await;
    let after = source::by_id(&engine.db, &Scope::operator(), source.id).await.map_err(told)?;
    let snapshot = after.snapshot.as_ref();
    let number = |count: u64| Value::Number(i64::try_from(count).unwrap_or(i64::MAX));
    let (result, names, swept, error) = match &done {
        Ok((Synced::NotModified, _)) => ("not modified", Value::Number(0), None, Value::None),
        Ok((Synced::Changed { names, .. }, swept)) => {
            ("changed", number(*names as u64), Some(swept), Value::None)
        }
        Err(error) => ("failed", Value::None, None, error.to_string().into()),
    };
    let row = vec![
        source.name.as_str().into(),
        result.into(),
        snapshot.map(|s| s.packages).into(),
        snapshot.map(|s| state::bytes(&state::fetch_report(s))).into(),
        names,
        snapshot.map(|s| s.skipped).into(),
        swept.map_or(Value::Number(0), |swept| number(swept.changed)),
        swept.map_or(Value::Number(0), |swept| number(swept.hosts)),
        error,
    ];
    Ok((row, done.is_ok()))
}
