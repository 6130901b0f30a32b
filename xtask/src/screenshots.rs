//! `cargo xtask screenshots`: takes the pictures of docs/images with a real browser.
//!
//! The browser test of pakiti-web makes them in `target/screenshots`, over a fleet that never changes.
use std::process::Command;

use anyhow::{Context, bail};

use crate::{place, source_tree};

/// The pictures that the documents show.
const SHOWN: [&str; 2] = ["hosts.png", "host.png"];

/// Arguments of `screenshots`: none.
#[derive(clap::Args)]
pub(crate) struct Args {}

/// Runs the test, then copies the pictures.
pub(crate) fn run(_: Args) -> anyhow::Result<()> {
    let root = source_tree::workspace_root();
    let from = place::target().join("screenshots");
    for picture in SHOWN {
        // An old picture must not pass for a new one.
        let _ = std::fs::remove_file(from.join(picture));
    }
    let test =
        ["test", "-p", "pakiti-web", "--locked", "--test", "it", "browser::screenshots_show_light_and_dark"];
    let status = Command::new("cargo").args(test).current_dir(&root).status().context("cargo test")?;
    if !status.success() {
        bail!("the browser test failed: {status}");
    }
    let to = root.join("docs/images");
    std::fs::create_dir_all(&to).with_context(|| to.display().to_string())?;
    for picture in SHOWN {
        let source = from.join(picture);
        std::fs::copy(&source, to.join(picture)).with_context(|| {
            format!("{} (no browser? scripts/prepare.sh test installs it)", source.display())
        })?;
        println!("{}", to.join(picture).display());
    }
    Ok(())
}
