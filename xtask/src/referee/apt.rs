//! `cargo xtask referee apt`: `pakiti evaluate` against `apt list --upgradable`.
//!
//! Hosts: this machine, and synthetic ones made from the shared Debian 12 indexes (a seed makes them, so every run
//! asks the same). apt says which packages have an update; whether one is a security fix is derived here once
//! more from the indexes, with `dpkg --compare-versions`.
mod archive;
mod asked;
mod deb822;
mod rows;
mod seeded;
mod synthetic;

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail, ensure};

use crate::source_tree;
use archive::Archive;
use asked::AptRoot;
use rows::{Row, compare};

/// Arguments of `referee apt`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Ask about one synthetic host only
    #[arg(long)]
    quick: bool,
    /// Seed of the synthetic hosts
    #[arg(long, default_value_t = 12)]
    seed: u64,
}

/// Packages of a synthetic host.
const PACKAGES: usize = 800;
/// Packages of the foreign architecture on the last one.
const FOREIGN_PACKAGES: usize = 60;
/// When the shared indexes were fetched.
const NOW: &str = "2026-11-22T00:00:00Z";
/// Suites of the shared data, with apt's names for where they come from.
const SUITES: [(&str, &str); 3] = [
    ("bookworm", "deb.debian.org/debian"),
    ("bookworm-updates", "deb.debian.org/debian"),
    ("bookworm-security", "deb.debian.org/debian-security"),
];

/// A host both sides are asked about.
struct Host {
    name: String,
    status: PathBuf,
    apt: AptRoot,
    /// Arguments of `pakiti evaluate` after `--report`.
    pakiti: Vec<String>,
    archive: Archive,
    native: String,
}

/// Asks about every host; fails on any difference.
pub(crate) fn run(args: &Args) -> anyhow::Result<()> {
    let pakiti = binary()?;
    println!("{}", asked::version("apt", &["--version"])?);
    println!("{}", asked::version("dpkg", &["--version"])?);
    println!("{}\n", asked::version(&pakiti, &["--version"])?);
    let work = target().join("referee-apt");
    if work.exists() {
        fs::remove_dir_all(&work).with_context(|| work.display().to_string())?;
    }
    let mut differences = 0;
    for host in hosts(args, &work)? {
        differences += ask(&host, &pakiti)?;
    }
    ensure!(differences == 0, "{differences} differences to apt");
    println!("no differences");
    Ok(())
}

fn hosts(args: &Args, work: &Path) -> anyhow::Result<Vec<Host>> {
    let folder = shared()?.join("data/debian/dists");
    let archive = Archive::of_suites(&folder, &SUITES.map(|(suite, _)| suite))?;
    if args.quick {
        return Ok(vec![synthetic_host(args.seed, 1, &folder, &archive, work)?]);
    }
    let mut hosts = vec![this_machine(work)?];
    for number in 1..=3 {
        hosts.push(synthetic_host(args.seed, number, &folder, &archive, work)?);
    }
    Ok(hosts)
}

/// This machine, by its own lists. No preferences: `pakiti evaluate` has none of a dpkg status file either.
fn this_machine(work: &Path) -> anyhow::Result<Host> {
    let (status, lists) = (PathBuf::from("/var/lib/dpkg/status"), PathBuf::from("/var/lib/apt/lists"));
    let foreign = asked::lines("dpkg", &["--print-foreign-architectures"])?;
    let mut pakiti = vec!["--source".to_owned(), format!("apt={}", lists.display())];
    pakiti.extend(foreign.iter().map(|arch| format!("--foreign-arch={arch}")));
    Ok(Host {
        name: "this machine".to_owned(),
        apt: AptRoot::machine(&work.join("machine"))?,
        archive: Archive::of_lists(&lists)?,
        native: asked::lines("dpkg", &["--print-architecture"])?.concat(),
        status,
        pakiti,
    })
}

fn synthetic_host(
    seed: u64,
    number: u64,
    folder: &Path,
    archive: &Archive,
    work: &Path,
) -> anyhow::Result<Host> {
    let root = work.join(format!("synthetic-{number}"));
    let foreign = if number == 3 { vec!["arm64".to_owned()] } else { Vec::new() };
    let recipe = synthetic::Recipe {
        seed: seed.wrapping_add(number),
        packages: PACKAGES,
        foreign: if foreign.is_empty() { 0 } else { FOREIGN_PACKAGES },
    };
    let apt = AptRoot::made(&root, folder, &SUITES, &foreign)?;
    let status = root.join("status");
    fs::write(&status, synthetic::status(archive, &recipe)?)?;
    let mut pakiti = vec![format!("--now={NOW}")];
    pakiti.extend(foreign.iter().map(|arch| format!("--foreign-arch={arch}")));
    for (suite, _) in SUITES {
        pakiti.extend(["--source".to_owned(), format!("apt={}", folder.join(suite).display())]);
    }
    let name = format!("synthetic {number} (seed {})", recipe.seed);
    Ok(Host { name, status, apt, pakiti, archive: archive.clone(), native: "amd64".to_owned() })
}

/// Asks both sides about one host and prints what they say; gives the number of differences.
fn ask(host: &Host, pakiti: &str) -> anyhow::Result<usize> {
    let installed = deb822::stanzas(&fs::read_to_string(&host.status)?);
    let mut expected = Vec::new();
    let mut same_version = 0;
    for line in host.apt.upgradable(&host.status)? {
        if line.installed == line.candidate {
            same_version += 1;
            continue;
        }
        expected.push(rows::from_apt(line, &installed, &host.archive, &host.native)?);
    }
    let found = asked::pakiti(pakiti, &host.status, &host.pakiti)?;
    let security = |rows: &[Row]| rows.iter().filter(|row| row.kind == "security").count();
    let compared = compare(&expected, &found);
    println!(
        "{}: {} packages; apt {} rows ({} security), pakiti {} rows ({} security), equal {}, differences {}",
        host.name,
        installed.len(),
        expected.len(),
        security(&expected),
        found.len(),
        security(&found),
        compared.equal,
        compared.differences.len(),
    );
    if same_version > 0 {
        println!("  left out: {same_version} of apt's rows with an equal version of another build");
    }
    compared.differences.iter().for_each(|difference| println!("  {difference}"));
    Ok(compared.differences.len())
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
    Ok(target().join("debug/pakiti").display().to_string())
}

fn target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| source_tree::workspace_root().join("target"), PathBuf::from)
}

/// The shared data: `PAKITI_SHARED`, else `../shared` beside the workspace.
fn shared() -> anyhow::Result<PathBuf> {
    let beside = || source_tree::workspace_root().join("../shared");
    let folder = env::var_os("PAKITI_SHARED").map_or_else(beside, PathBuf::from);
    folder.canonicalize().with_context(|| format!("shared data: {}", folder.display()))
}
