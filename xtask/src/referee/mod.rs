//! `cargo xtask referee WHICH`: Pakiti's answers against another program's, row by row.
//!
//! Run by hand and before a release; what the runs said stands in docs/conformance.md.
mod apt;
mod dnf;
mod oscap;

use crate::{place, source_tree};
use anyhow::{Context, bail};
use clap::Subcommand;
use std::env;
use std::path::PathBuf;
use std::process::Command;

/// Arguments of `referee`.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    which: Which,
}

#[derive(Subcommand)]
enum Which {
    /// `pakiti evaluate` against `apt list --upgradable`
    Apt(apt::Args),
    /// `pakiti evaluate` against `dnf check-update` and `dnf updateinfo`
    Dnf(dnf::Args),
    /// `pakiti evaluate --output definitions` against `oscap oval eval`
    Oscap(oscap::Args),
}

/// Asks the referee; any difference is a failure.
pub(crate) fn run(args: Args) -> anyhow::Result<()> {
    match args.which {
        Which::Apt(args) => apt::run(&args),
        Which::Dnf(args) => dnf::run(&args),
        Which::Oscap(args) => oscap::run(&args),
    }
}

/// The pakiti to ask: `PAKITI_BIN`, else the workspace's, built now.
fn binary() -> anyhow::Result<String> {
    if let Ok(path) = env::var("PAKITI_BIN") {
        return Ok(path);
    }
    let cargo = env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let mut build = Command::new(cargo);
    build.args(["build", "--quiet", "--package", "pakiti"]).current_dir(source_tree::workspace_root());
    if !build.status().context("cargo build")?.success() {
        bail!("cargo build -p pakiti failed");
    }
    Ok(place::target().join("debug/pakiti").display().to_string())
}

/// The shared data, as an absolute path.
fn shared() -> anyhow::Result<PathBuf> {
    let folder = place::shared().context("no shared data: set PAKITI_SHARED, or put them at ../shared")?;
    folder.canonicalize().with_context(|| format!("shared data: {}", folder.display()))
}
