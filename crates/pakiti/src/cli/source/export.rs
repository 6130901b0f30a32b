//! `pakiti source export`: all sources as one repositories.toml.

use super::repositories;
use super::wanted::Wanted;
use crate::cli::{Outcome, told};
use anyhow::Context as _;
use clap::Args;
use pakiti_store::db::Db;
use pakiti_store::scope::Scope;
use pakiti_store::source;
use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const HELP: &str = "\
The file is read by pakiti source import. It holds URLs and proxies as they are stored, with the passwords in them; a \
file is made readable for its owner alone. Snapshots are not in it: they are fetched again.";

/// Options of `pakiti source export`.
#[derive(Debug, Args)]
#[command(after_long_help = HELP)]
pub(super) struct ExportArgs {
    /// Where to write it; an existing file is replaced [default: standard output]
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Writes all sources.
pub(super) async fn run(db: &Db, args: &ExportArgs) -> Outcome {
    let stored = source::list(db, &Scope::operator()).await.map_err(told)?;
    let sources: Vec<Wanted> = stored.iter().map(Wanted::stored).collect::<anyhow::Result<_>>()?;
    let text = repositories::write(&sources).map_err(told)?;
    match &args.output {
        None => io::stdout().lock().write_all(text.as_bytes())?,
        Some(path) => {
            replace(path, &text).with_context(|| format!("{}", path.display()))?;
            writeln!(io::stdout(), "{} sources written to {}", sources.len(), path.display())?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The whole file or the old one: written beside it, then renamed.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    let mut beside = name.to_owned();
    beside.push(format!(".{}.new", std::process::id()));
    let beside = path.with_file_name(beside);
    let written = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&beside)
        .and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&beside, path));
    if written.is_err() {
        let _ = fs::remove_file(&beside);
    }
    written
}
