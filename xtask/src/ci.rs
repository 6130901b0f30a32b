//! `cargo xtask ci`: runs `.ci/run` from the root of the workspace, whatever directory it is called in.
use std::process::Command;

use anyhow::{Context, bail};

use crate::source_tree;

/// Arguments of `ci`: none.
#[derive(clap::Args)]
pub(crate) struct Args {}

/// Runs `.ci/run` and fails if it does.
pub(crate) fn run(_: Args) -> anyhow::Result<()> {
    let root = source_tree::workspace_root();
    let status = Command::new("bash").arg(".ci/run").current_dir(root).status().context("bash .ci/run")?;
    if !status.success() {
        bail!(".ci/run: {status}");
    }
    Ok(())
}
