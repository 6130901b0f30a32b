//! `cargo xtask referee dnf`: `pakiti evaluate` against `dnf check-update` and `dnf updateinfo` of dnf 4.
//!
//! Every host is made twice: as an rpm database in a root with repositories of its own (for dnf), and as the same
//! packages in a TSV (for Pakiti). Hosts: small ones that ask about one rule each, lists of real hosts, and synthetic ones
//! against the real RHEL 6 repository and AlmaLinux's advisories. Nothing here is random.
mod alma;
mod answers;
mod compare;
mod hosts;
mod listed;
mod model;
mod pakiti;
mod repodata;
mod root;
mod rpm_file;
mod scenarios;

use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, ensure};

use compare::Compared;
use model::Host;
use root::Root;

/// Arguments of `referee dnf`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Fewer and smaller hosts, below 30 seconds
    #[arg(long)]
    reduced: bool,
    /// Only hosts whose name has this text
    #[arg(long, value_name = "TEXT")]
    host: Option<String>,
    /// Keep roots, repositories and reports in this folder, which must not exist
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
    /// Also write the results as a table
    #[arg(long, value_name = "FILE")]
    markdown: Option<PathBuf>,
    /// Print what dnf says, do not ask Pakiti
    #[arg(long)]
    only_dnf: bool,
}

/// Differences printed per host.
const SHOWN: usize = 20;

/// Asks about every host; fails on any difference.
pub(crate) fn run(args: &Args) -> anyhow::Result<()> {
    let pakiti = if args.only_dnf { String::new() } else { super::binary()? };
    let versions = versions(&pakiti)?;
    println!("{versions}\n");
    let work = args.keep.clone().unwrap_or_else(|| {
        let process = std::process::id();
        env::temp_dir().join(format!("pakiti-referee-dnf-{process}"))
    });
    ensure!(!work.exists(), "{} exists", work.display());
    let result = ask_all(args, &pakiti, &work);
    if args.keep.is_none() && work.exists() {
        fs::remove_dir_all(&work)?;
    }
    let results = result?;
    if let Some(file) = &args.markdown {
        fs::write(file, table(&versions, &results)).with_context(|| file.display().to_string())?;
    }
    let differences: usize = results.iter().map(|(_, compared)| compared.differences.len()).sum();
    ensure!(differences == 0, "{differences} differences to dnf");
    println!("no differences");
    Ok(())
}

fn ask_all(args: &Args, pakiti: &str, work: &std::path::Path) -> anyhow::Result<Vec<(Host, Compared)>> {
    let mut hosts = scenarios::hosts()?;
    hosts.extend(hosts::all(&super::shared()?, work, args.reduced)?);
    let wanted = args.host.as_deref().unwrap_or_default();
    let mut results = Vec::new();
    for (number, host) in hosts.into_iter().enumerate().filter(|(_, host)| host.name.contains(wanted)) {
        let root = Root::write(&host, &work.join(format!("host-{number}")))?;
        if args.only_dnf {
            println!("== {}: {} packages, {}", host.name, host.installed.len(), root.root.display());
            println!("{}", answers::printed(&root)?);
            continue;
        }
        let dnf = answers::ask(&root)?;
        let compared = compare::compare(&host, &dnf, &pakiti::ask(pakiti, &host, &root)?)?;
        tell(&host, &compared);
        results.push((host, compared));
    }
    Ok(results)
}

fn tell(host: &Host, compared: &Compared) {
    let Compared { rows, security, ids, obsoletes, broader, differences } = compared;
    println!(
        "{}: {} packages; {rows} rows, {security} security, {obsoletes} obsoletes, {ids} advisory ids, {broader} by contract, \
         {} differences",
        host.name,
        host.installed.len(),
        differences.len()
    );
    differences.iter().take(SHOWN).for_each(|difference| println!("  {difference}"));
    if differences.len() > SHOWN {
        println!("  and {} more", differences.len() - SHOWN);
    }
}

/// The results for docs/conformance.md.
fn table(versions: &str, results: &[(Host, Compared)]) -> String {
    let mut text = format!(
        "```\n{versions}\n```\n\n| host | packages | offered | rows | security | obsoletes | advisory ids | by contract | differences |\n\
         |---|---:|---:|---:|---:|---:|---:|---:|---:|\n"
    );
    for (host, compared) in results {
        let Compared { rows, security, ids, obsoletes, broader, differences } = compared;
        let offered: usize = host.repositories.iter().map(|repository| repository.packages.len()).sum();
        let offered = if offered == 0 { "real".to_owned() } else { offered.to_string() };
        text.push_str(&format!(
            "| {} | {} | {offered} | {rows} | {security} | {obsoletes} | {ids} | {broader} | {} |\n",
            host.name,
            host.installed.len(),
            differences.len()
        ));
    }
    text
}

/// dnf's, rpm's and Pakiti's versions, a line each.
fn versions(pakiti: &str) -> anyhow::Result<String> {
    let mut lines = Vec::new();
    for program in ["dnf", "rpm", pakiti].into_iter().filter(|program| !program.is_empty()) {
        let output = Command::new(program).arg("--version").output().with_context(|| program.to_owned())?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let line = text.lines().next().unwrap_or_default();
        lines.push(if program == "dnf" { format!("dnf {line}") } else { line.to_owned() });
    }
    Ok(lines.join("\n"))
}
