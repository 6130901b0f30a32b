//! `cargo xtask referee apt`: `pakiti evaluate` against `apt list --upgradable`.
//!
//! Hosts: this machine, and ones made from the shared Debian indexes and from repositories made for them (a seed
//! decides, so every run asks the same). apt says which packages have an update; whether one is a security
//! fix, and for which share of the machines it is, is derived here once more from the indexes, with
//! `dpkg --compare-versions`.
mod archive;
mod asked;
mod deb822;
mod hosts;
mod made;
mod phased;
mod place;
mod preferences;
mod report;
mod rows;
mod seeded;
mod synthetic;

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};

use archive::{Archive, Shelf};
use asked::AptRoot;
use hosts::Maker;
use rows::{Row, compare};

/// Arguments of `referee apt`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Small hosts only, below 30 seconds
    #[arg(long, alias = "quick")]
    reduced: bool,
    /// Seed of the synthetic hosts
    #[arg(long, default_value_t = 12)]
    seed: u64,
    /// Only hosts whose name has this text
    #[arg(long, value_name = "TEXT")]
    host: Option<String>,
    /// Keep status files, repositories and reports in this folder, which must not exist
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
    /// Also write the results as a table
    #[arg(long, value_name = "FILE")]
    markdown: Option<PathBuf>,
}

/// Differences printed per host.
const SHOWN: usize = 20;

/// A host both sides are asked about.
struct Host {
    name: String,
    status: PathBuf,
    apt: AptRoot,
    /// Arguments of `pakiti evaluate`.
    pakiti: Vec<String>,
    archive: Archive,
    native: String,
    /// Is apt asked which updates it defers as well?
    phased: bool,
}

/// What both sides said of one host.
struct Answer {
    name: String,
    packages: usize,
    rows: Vec<Row>,
    pakiti_rows: usize,
    /// Rows of apt with the installed version, of another build.
    left_out: usize,
    differences: Vec<String>,
}

/// Asks about every host; fails on any difference.
pub(crate) fn run(args: &Args) -> anyhow::Result<()> {
    let pakiti = super::binary()?;
    let versions = ["apt", "dpkg", &pakiti].map(|program| asked::version(program, &["--version"]));
    let versions = versions.into_iter().collect::<anyhow::Result<Vec<String>>>()?.join("\n");
    println!("{versions}\n");
    let work = args.keep.clone().unwrap_or_else(|| {
        let process = std::process::id();
        env::temp_dir().join(format!("pakiti-referee-apt-{process}"))
    });
    ensure!(!work.exists(), "{} exists", work.display());
    let answers = ask_all(args, &pakiti, &work);
    if args.keep.is_none() && work.exists() {
        fs::remove_dir_all(&work)?;
    }
    let answers = answers?;
    if let Some(file) = &args.markdown {
        fs::write(file, table(&versions, &answers)).with_context(|| file.display().to_string())?;
    }
    let differences: usize = answers.iter().map(|answer| answer.differences.len()).sum();
    ensure!(differences == 0, "{differences} differences to apt");
    println!("no differences");
    Ok(())
}

fn ask_all(args: &Args, pakiti: &str, work: &Path) -> anyhow::Result<Vec<Answer>> {
    let dists = super::shared()?.join("data/debian/dists");
    let mut maker =
        Maker { dists: &dists, work, seed: args.seed, reduced: args.reduced, shelf: Shelf::default() };
    let wanted = args.host.as_deref().unwrap_or_default();
    let mut answers = Vec::new();
    for host in maker.hosts()?.iter().filter(|host| host.name.contains(wanted)) {
        let answer = ask(host, pakiti)?;
        answer.tell();
        answers.push(answer);
    }
    ensure!(!answers.is_empty(), "no host is called {wanted}");
    Ok(answers)
}

/// Asks both sides about one host.
fn ask(host: &Host, pakiti: &str) -> anyhow::Result<Answer> {
    let installed = deb822::stanzas(&fs::read_to_string(&host.status)?);
    let mut rows = Vec::new();
    let mut left_out = 0;
    for line in host.apt.upgradable(&host.status)? {
        if line.installed == line.candidate {
            left_out += 1;
            continue;
        }
        rows.push(rows::from_apt(line, &installed, &host.archive, &host.native)?);
    }
    let found = asked::pakiti(pakiti, &host.pakiti)?;
    let mut differences = compare(&rows, &found);
    if host.phased {
        let kept_back = host.apt.kept_back(&host.status)?;
        // The rows' own percentages follow from the indexes; apt's word is whether an update waits at all.
        let waiting = rows.iter().filter(|row| row.phased.is_some() || row.held);
        let waiting: BTreeSet<String> = waiting.map(|row| row.package.clone()).collect();
        differences.extend(kept_back.difference(&waiting).map(|name| format!("only apt keeps {name} back")));
        differences
            .extend(waiting.difference(&kept_back).map(|name| format!("apt does not keep {name} back")));
    }
    let (name, packages, pakiti_rows) = (host.name.clone(), installed.len(), found.len());
    Ok(Answer { name, packages, rows, pakiti_rows, left_out, differences })
}

impl Answer {
    fn count(&self, of: impl Fn(&&Row) -> bool) -> usize {
        self.rows.iter().filter(of).count()
    }

    /// Rows, and of them security, held, phased and those whose candidate is of another architecture.
    fn counts(&self) -> [usize; 5] {
        [
            self.rows.len(),
            self.count(|row| row.kind == "security"),
            self.count(|row| row.held),
            self.count(|row| row.phased.is_some()),
            self.count(|row| row.candidate_arch != row.arch),
        ]
    }

    fn tell(&self) {
        let [rows, security, held, phased, moved] = self.counts();
        println!(
            "{}: {} packages; {rows} rows ({security} security, {held} held, {phased} phased, {moved} to another \
             architecture), pakiti {}, differences {}",
            self.name,
            self.packages,
            self.pakiti_rows,
            self.differences.len()
        );
        if self.left_out > 0 {
            println!("  left out: {} of apt's rows with an equal version of another build", self.left_out);
        }
        self.differences.iter().take(SHOWN).for_each(|difference| println!("  {difference}"));
        if self.differences.len() > SHOWN {
            println!("  and {} more", self.differences.len() - SHOWN);
        }
    }
}

/// The results for docs/conformance.md.
fn table(versions: &str, answers: &[Answer]) -> String {
    let mut text = format!(
        "```\n{versions}\n```\n\n\
         | host | packages | rows | security | held | phased | other arch | left out | differences |\n\
         |---|---:|---:|---:|---:|---:|---:|---:|---:|\n"
    );
    for answer in answers {
        let counts = answer.counts().map(|count| count.to_string()).join(" | ");
        text.push_str(&format!(
            "| {} | {} | {counts} | {} | {} |\n",
            answer.name,
            answer.packages,
            answer.left_out,
            answer.differences.len()
        ));
    }
    text
}
