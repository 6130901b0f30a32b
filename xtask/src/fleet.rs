//! `cargo xtask fleet`: what a change of a feed costs a large fleet (numbers in docs/performance.md).
//!
//! Builds and runs crates/pakiti-engine/examples/fleet on a throw-away SQLite database: simulated hosts of
//! real packages, then 200 names change. CPU seconds decide; the wall depends on the machine.

use crate::{place, source_tree};
use anyhow::{Context, bail};
use std::process::Command;

/// Most CPU seconds a change of 200 names may cost 100,000 hosts.
const BUDGET: f64 = 5.0;
/// The same where each host has two thousand findings.
const FINDINGS_BUDGET: f64 = 10.0;

/// Arguments of `fleet`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Simulated hosts
    #[arg(long, default_value_t = 100_000)]
    hosts: usize,
    /// Percent of the hosts with a package set of their own
    #[arg(long, default_value_t = 20)]
    distinct: usize,
    /// Names that change
    #[arg(long, default_value_t = 200)]
    names: usize,
    /// Hosts with vulnerabilities (OVAL definitions of RHEL 7, unfixed ones too) instead of updates
    #[arg(long)]
    findings: bool,
    /// Build with optimisation (measure with it, try without)
    #[arg(long, default_value_t = true, action = clap::ArgAction::Set)]
    release: bool,
}

/// Runs the simulation; fails above the budget of a whole fleet.
pub(crate) fn run(args: Args) -> anyhow::Result<()> {
    let shared = place::shared().context("no real data: set PAKITI_SHARED, or put them at ../shared")?;
    let feed = match args.findings {
        true => shared.join("data/oval/redhat/rhel-7-including-unpatched.oval.xml.bz2"),
        false => shared.join("data/debian/dists/bookworm"),
    };
    let folder = std::env::temp_dir().join(format!("pakiti-fleet-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let result = simulate(&args, &feed, &folder);
    std::fs::remove_dir_all(&folder)?;
    let seconds = result?;
    let whole = args.hosts >= 100_000 && args.release;
    let budget = if args.findings { FINDINGS_BUDGET } else { BUDGET };
    if whole && seconds > budget {
        bail!("{seconds} s of CPU: above the budget of {budget} s");
    }
    Ok(())
}

fn simulate(args: &Args, feed: &std::path::Path, folder: &std::path::Path) -> anyhow::Result<f64> {
    let mut command = Command::new("cargo");
    command.current_dir(source_tree::workspace_root());
    command.args(["run", "--quiet", "--locked", "-p", "pakiti-engine", "--example", "fleet"]);
    if args.release {
        command.arg("--release");
    }
    command.arg("--").arg(feed).arg(folder.join("fleet.sqlite"));
    command.args([args.hosts, args.distinct, args.names].map(|number| number.to_string()));
    let output = command.stderr(std::process::Stdio::inherit()).output().context("cargo")?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    print!("{text}");
    if !output.status.success() {
        bail!("the simulation failed: {}", output.status);
    }
    let cpu = text.lines().find_map(|line| line.strip_prefix("cpu_seconds\t"));
    cpu.context("no cpu_seconds in the output")?.parse().context("cpu_seconds")
}
