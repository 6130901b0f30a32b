//! `pakiti verify`: recomputes what is stored without caches and lists differences (design.md, "The heart").

use super::database::DatabaseArgs;
use super::output::{Document, Listing, OutputArgs};
use super::{Outcome, log, now, told};
use clap::Args;
use pakiti_engine::rules::Rules;
use pakiti_engine::sweeper;
use pakiti_store::db::Db;
use pakiti_store::error::StoreError;
use pakiti_store::verify::{Verification, verify};
use std::io;
use std::process::ExitCode;

/// How often it begins again when the rules move on meanwhile.
const TRIES: usize = 5;

const HELP: &str = "\
Recomputes package sets, verdicts and judgements from the rules in force, and the counters of all hosts and cells. \
Re-evaluation that is still to be done is done first. --sample N looks at about N percent of the package sets (every \
100/N-th by its number); hosts and cells are always compared all.

Exit status: 0 nothing differs, 1 something does.

JSON: sets, verdicts, hosts, cells (how many were compared), re_evaluated (verdicts brought up to date first), \
differences (difference: one sentence each). TSV: the same, facts first.";

/// Options of `pakiti verify`.
#[derive(Debug, Args)]
#[command(after_long_help = HELP)]
pub(crate) struct VerifyArgs {
    #[command(flatten)]
    database: DatabaseArgs,
    /// Look at about this many percent of the package sets
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(i64).range(1..=100), conflicts_with = "all")]
    sample: Option<i64>,
    /// Look at every package set (the default)
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    output: OutputArgs,
}

/// Verifies.
///
/// # Errors
/// A database that cannot be read.
pub(crate) async fn run(args: VerifyArgs) -> Outcome {
    log::start(log::LogFormat::Text, log::COMMAND);
    let db = args.database.open().await?.db;
    let (found, swept) = verified(&db, 100 / args.sample.unwrap_or(100)).await?;
    let same = found.differences.is_empty();
    document(found, swept).print(args.output.output, &mut io::stdout().lock())?;
    db.close().await;
    Ok(if same { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Verifies every `nth` set with the rules in force; gives the verdicts re-evaluated before, too.
async fn verified(db: &Db, nth: i64) -> anyhow::Result<(Verification, u64)> {
    let rules = Rules::load(db).await.map_err(told)?;
    let mut swept = 0;
    for _ in 0..TRIES {
        rules.reload(db).await.map_err(told)?;
        swept += sweeper::sweep(db, &rules, now()).await.map_err(told)?.verdicts;
        match verify(db, &rules.current(), nth).await {
            Err(StoreError::GenerationMoved { .. }) => {}
            found => return found.map(|found| (found, swept)).map_err(told),
        }
    }
    anyhow::bail!("the sources change all the time: try again later")
}

fn document(found: Verification, swept: u64) -> Document {
    let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX).into();
    let differences = Listing {
        columns: &[("difference", Some("difference"))],
        rows: found.differences.into_iter().map(|sentence| vec![sentence.into()]).collect(),
        empty: "none",
    };
    Document {
        facts: vec![
            ("sets", "package sets", number(found.sets)),
            ("verdicts", "verdicts", number(found.verdicts)),
            ("hosts", "hosts", number(found.hosts)),
            ("cells", "cells", number(found.cells)),
            ("re_evaluated", "re-evaluated first", number(swept)),
        ],
        lists: vec![("differences", format!("Differences: {}", differences.rows.len()), differences)],
    }
}
