//! `cargo xtask fuzz`: every target of the fuzz crate under libFuzzer, each for so many seconds (docs/fuzzing.md).
//!
//! Runs on the stable compiler: coverage comes from LLVM's own pass, the engine from the crate libfuzzer-sys; cargo-fuzz
//! and nightly are not needed. What was found and what the corpora grew to stays in `target/fuzz/TARGET`.
mod build;
mod outcome;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context, bail};

use crate::place;
use crate::source_tree::workspace_root;
use outcome::Outcome;

/// Targets and the longest input of each, as in `fuzz/src/lib.rs`.
const TARGETS: [(&str, u32); 6] = [
    ("oval", 64 << 10),
    ("versions", 2 << 10),
    ("reports", 32 << 10),
    ("yum", 32 << 10),
    ("apt", 32 << 10),
    ("patterns", 16 << 10),
];
/// Longest time for one input, seconds.
const LONGEST: u32 = 5;
/// Most memory of the process, MiB.
const MEMORY: u32 = 1024;

/// Arguments of `fuzz`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// How long each target runs
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..))]
    seconds: u32,
    /// Only these targets: oval, versions, reports, yum, apt, patterns
    #[arg(long, value_name = "NAME", value_parser = TARGETS.map(|(name, _)| name))]
    target: Vec<String>,
    /// Begin the mutation with this number instead of a new one
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
    seed: Option<u32>,
    /// Forget what earlier runs found interesting: the same seed then does the same again
    #[arg(long)]
    fresh: bool,
}

/// Builds once, runs the targets, prints a row for each; fails if one has a finding.
pub(crate) fn run(args: Args) -> anyhow::Result<()> {
    let seed = args.seed.unwrap_or_else(new_seed);
    let wanted = |name: &str| args.target.is_empty() || args.target.iter().any(|target| target == name);
    let targets: Vec<_> = TARGETS.into_iter().filter(|(name, _)| wanted(name)).collect();
    let binary = build::guided()?;
    println!("fuzz: {} targets, {} s each, --seed {seed}", targets.len(), args.seconds);
    let mut findings = 0;
    for (name, longest) in targets {
        let runner = Runner { binary: &binary, name, longest, seed, seconds: args.seconds };
        let outcome = runner.run(args.fresh)?;
        println!("{outcome}");
        findings += outcome.findings.len();
    }
    if findings > 0 {
        bail!("fuzz: {findings} findings; seed {seed}");
    }
    println!("fuzz: no finding");
    Ok(())
}

/// A number nobody chose; it is printed, so a run can be repeated.
#[expect(
    clippy::disallowed_methods,
    reason = "a developer command that asks for a new number, not for the time"
)]
fn new_seed() -> u32 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    now.subsec_nanos().max(1)
}

/// One run of one target.
struct Runner<'a> {
    binary: &'a Path,
    name: &'static str,
    longest: u32,
    seed: u32,
    seconds: u32,
}

impl Runner<'_> {
    fn run(&self, fresh: bool) -> anyhow::Result<Outcome> {
        let folder = place::target().join("fuzz").join(self.name);
        if fresh && folder.join("corpus").exists() {
            fs::remove_dir_all(folder.join("corpus"))?;
        }
        if folder.join("seeds").exists() {
            fs::remove_dir_all(folder.join("seeds"))?;
        }
        for name in ["corpus", "seeds"] {
            fs::create_dir_all(folder.join(name)).with_context(|| folder.display().to_string())?;
        }
        let known = outcome::findings(&folder)?;
        let log = folder.join("log");
        let begun = Instant::now();
        let status = self.command(&folder, &log)?.status().context("running the guided binary")?;
        let mut outcome = Outcome::read(self.name, &folder, &fs::read_to_string(&log)?, begun.elapsed())?;
        outcome.findings.retain(|file| !known.contains(file));
        if !status.success() && outcome.findings.is_empty() {
            bail!("{}: {status} without an input that fails; see {}", self.name, log.display());
        }
        Ok(outcome)
    }

    fn command(&self, folder: &Path, log: &Path) -> anyhow::Result<Command> {
        let own = workspace_root().join("fuzz");
        let log = fs::File::create(log)?;
        let mut command = Command::new(self.binary);
        command
            .args([folder.join("corpus"), folder.join("seeds"), own.join("corpus").join(self.name)])
            .arg(joined("-artifact_prefix=", &folder.join("finding-")))
            .arg(joined("-dict=", &own.join("dictionaries").join(format!("{}.dict", self.name))))
            .arg(format!("-seed={}", self.seed))
            .arg(format!("-max_total_time={}", self.seconds))
            .arg(format!("-max_len={}", self.longest))
            .arg(format!("-timeout={LONGEST}"))
            .arg(format!("-rss_limit_mb={MEMORY}"))
            .args(["-print_final_stats=1", "-verbosity=1"])
            .env("PAKITI_FUZZ_TARGET", self.name)
            .env("PAKITI_FUZZ_SEEDS", folder.join("seeds"))
            .env("PAKITI_FUZZ_COUNT", folder.join("count"))
            .env("RUST_BACKTRACE", "1")
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log);
        Ok(command)
    }
}

fn joined(option: &str, path: &Path) -> std::ffi::OsString {
    let mut text = std::ffi::OsString::from(option);
    text.push(PathBuf::from(path));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The list here is what the fuzz crate has; it is not linked, to keep xtask quick to build.
    #[test]
    fn the_targets_are_those_of_the_fuzz_crate() {
        let source = fs::read_to_string(workspace_root().join("fuzz/src/lib.rs")).unwrap();
        assert_eq!(source.matches("Target { name: \"").count(), TARGETS.len());
        for (name, longest) in TARGETS {
            let line = format!("Target {{ name: \"{name}\", longest: {} << 10,", longest >> 10);
            assert!(source.contains(&line), "{line}");
        }
    }
}
