//! `pakiti rule import | export`: rules as a TOML file, one `[[rule]]` each.

use super::{started, tell};
use crate::cli::{Outcome, told};
use anyhow::Context as _;
use clap::Args;
use pakiti_core::local_rule::LocalRule;
use pakiti_engine::local_rules;
use pakiti_store::db::Db;
use pakiti_store::scope::Scope;
use serde::{Deserialize, Serialize};
use std::io::{self, Read as _, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

/// Largest file, bytes.
const MAX_FILE: u64 = 16 << 20;

/// Options of `pakiti rule import`.
#[derive(Debug, Args)]
pub(super) struct ImportArgs {
    /// The file; `-` is standard input
    file: PathBuf,
}

/// The file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    #[serde(default)]
    rule: Vec<LocalRule>,
}

/// Adds the rules of a file. One that cannot be used refuses all: half a file would be a false feeling of safety.
pub(super) async fn import(db: &Db, args: &ImportArgs) -> Outcome {
    let name = args.file.display();
    let mut text = String::new();
    let input: Box<dyn io::Read> = match args.file.as_os_str() == "-" {
        true => Box::new(io::stdin()),
        false => Box::new(std::fs::File::open(&args.file).with_context(|| name.to_string())?),
    };
    input.take(MAX_FILE).read_to_string(&mut text).with_context(|| name.to_string())?;
    let document: Document = toml::from_str(&text).map_err(|error| told(format!("{name}: {error}")))?;
    let count = document.rule.len();
    let engine = started(db).await?;
    let swept = local_rules::put(&engine, &Scope::operator(), document.rule).await.map_err(told)?;
    tell(&format!("{count} rules in force"), &swept)
}

/// Writes the rules.
pub(super) async fn export(db: &Db) -> Outcome {
    let rule = local_rules::list(db).await.map_err(told)?;
    let text = toml::to_string_pretty(&Document { rule }).map_err(told)?;
    io::stdout().lock().write_all(text.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}
