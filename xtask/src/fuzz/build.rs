//! Builds the guided binary: profile `fuzz`, with the coverage that libFuzzer reads.
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, bail};

use crate::place;
use crate::source_tree::workspace_root;

/// What cargo-fuzz gives the compiler, as far as stable has it: edges, counters, table, comparisons. One codegen unit,
/// or counters are lost.
const FLAGS: [&str; 6] = [
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    "-Ccodegen-units=1",
];

/// Builds, and gives the path of the binary. Its own target folder: other flags, other artefacts.
pub(super) fn guided() -> anyhow::Result<PathBuf> {
    let host = host()?;
    let folder = place::target().join("fuzz/build");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .args([
            "build",
            "-q",
            "--locked",
            "--profile",
            "fuzz",
            "-p",
            "pakiti-fuzz",
            "--features",
            "libfuzzer",
        ])
        // Named, so that the flags do not reach build scripts and macros.
        .args(["--bin", "pakiti-fuzz-guided", "--target", &host, "--target-dir"])
        .arg(&folder)
        .env("CARGO_ENCODED_RUSTFLAGS", FLAGS.join("\u{1f}"))
        .current_dir(workspace_root())
        .status()
        .context("cargo build")?;
    if !status.success() {
        bail!("cargo build of the guided binary: {status}");
    }
    Ok(folder.join(host).join("fuzz/pakiti-fuzz-guided"))
}

/// The compiler's own target.
fn host() -> anyhow::Result<String> {
    let output = Command::new("rustc").arg("-vV").output().context("rustc -vV")?;
    let text = String::from_utf8_lossy(&output.stdout);
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).context("rustc -vV names no host")
}
