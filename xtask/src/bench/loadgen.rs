//! The load generator of the shared folder: built once, run per measurement.

use crate::place;
use anyhow::{Context, Result, ensure};
use serde_json::Value;
use std::path::PathBuf;
use std::process::Command;

/// The built load generator.
pub(crate) struct Loadgen {
    bin: PathBuf,
    data: PathBuf,
}

impl Loadgen {
    /// Builds it from the shared folder into our target directory.
    pub(crate) fn build() -> Result<Self> {
        let shared =
            place::shared().context("the load generator lies in the shared folder (PAKITI_SHARED)")?;
        let folder = shared.join("tools/loadgen");
        let target = place::target().join("loadgen");
        let status = Command::new("cargo")
            .args(["build", "--release", "--quiet", "--locked", "--manifest-path"])
            .arg(folder.join("Cargo.toml"))
            .arg("--target-dir")
            .arg(&target)
            .status()?;
        ensure!(status.success(), "the load generator does not build");
        Ok(Self { bin: target.join("release/loadgen"), data: folder.join("data") })
    }

    /// One run; every answer other than `OK` counts as an error and fails it.
    pub(crate) fn run(&self, url: &str, args: &[String]) -> Result<Value> {
        let output = Command::new(&self.bin)
            .args(["--url", &format!("{url}/feed/"), "--expect", "OK", "--data"])
            .arg(&self.data)
            .args(args)
            .output()?;
        let text = String::from_utf8_lossy(&output.stdout);
        let result: Value = serde_json::from_str(text.trim())
            .with_context(|| format!("loadgen: {text}{}", String::from_utf8_lossy(&output.stderr)))?;
        ensure!(result["errors"] == 0, "reports were not accepted: {}", result["codes"]);
        Ok(result)
    }
}
