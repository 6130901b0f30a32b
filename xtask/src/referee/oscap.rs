//! `cargo xtask referee oscap`: `pakiti evaluate --output definitions` against `oscap oval eval`, definition by definition.
//!
//! Needs root, and Debian's `openscap-scanner`, `rpm`, `util-linux` and a C compiler. Every host is made twice: as the files and
//! databases that oscap finds live in a namespace, and as a report for Pakiti. What oscap said stays in
//! `target/referee/oscap/HOST/FILE.oscap` (`id TAB result`, file order), beside it Pakiti's lines, times and call.
//!
//! Traps of oscap 1.3.7, each told where it is avoided: namespaces, uname and time (`oscap/live.rs`), signatures
//! (`oscap/rpm_database.rs`), the rpm database and dpkg's status (`oscap/root.rs`), files without a header (`oscap/feeds.rs`). Its exit
//! status is 0 even if a probe fails, so every run is checked for warnings, for tests that are neither true nor false,
//! and for what uname, boot loader and module probes have found (`oscap/asked.rs`). It prints definitions in an order of its
//! own; they are stored in that of the file.
mod asked;
mod counts;
mod document;
mod feeds;
mod hosts;
mod lists;
mod live;
mod made;
mod model;
mod pakiti;
mod results;
mod root;
mod rpm_database;
mod times;
mod xml;

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, ensure};

use asked::Lines;
use counts::Counts;
use document::Document;
use hosts::{Maker, PLANS, Plan};
use live::Scene;
use model::Host;
use root::Root;
use times::{PAKITI_RUNS, RUNS, Spent, Times};

/// Arguments of `referee oscap`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Two hosts and two small files, below a minute
    #[arg(long)]
    reduced: bool,
    /// Only hosts whose name has this text
    #[arg(long, value_name = "TEXT")]
    host: Option<String>,
    /// Only files whose name has this text
    #[arg(long, value_name = "TEXT")]
    file: Option<String>,
    /// Store what oscap says, do not ask Pakiti
    #[arg(long)]
    oscap_only: bool,
    /// Also write the results as a table
    #[arg(long, value_name = "FILE")]
    markdown: Option<PathBuf>,
}

/// Differences printed per host.
const SHOWN: usize = 20;

/// What both sides said of a host by a file.
struct Answer {
    host: Host,
    counts: Counts,
    /// Pakiti's are zero if it was not asked.
    times: Times,
    /// None: not asked.
    differences: Option<Vec<String>>,
}

/// A file, unpacked and read.
struct Feed {
    path: PathBuf,
    document: Document,
}

/// Where things are.
struct Place {
    shared: PathBuf,
    work: PathBuf,
    preload: PathBuf,
    /// Empty: do not ask it.
    pakiti: String,
}

/// Asks about every host; fails on any difference.
pub(crate) fn run(args: &Args) -> anyhow::Result<()> {
    let pakiti = if args.oscap_only { String::new() } else { super::binary()? };
    let versions = versions(&pakiti)?;
    println!("{versions}\n");
    let work = crate::place::target().join("referee/oscap");
    let work = std::path::absolute(work)?;
    let preload = live::preload(&work)?;
    let answers = ask_all(args, &Place { shared: super::shared()?, work, preload, pakiti })?;
    if !args.oscap_only {
        let times: Vec<Times> = answers.iter().map(|answer| answer.times).collect();
        println!("\n{}", times::summary(&times));
    }
    if let Some(file) = &args.markdown {
        fs::write(file, table(&versions, &answers)).with_context(|| file.display().to_string())?;
    }
    let of = |answer: &Answer| answer.differences.as_ref().map_or(0, Vec::len);
    let differences: usize = answers.iter().map(of).sum();
    ensure!(differences == 0, "{differences} differences to oscap");
    println!("{}", if args.oscap_only { "stored, not compared" } else { "no differences" });
    Ok(())
}

fn ask_all(args: &Args, place: &Place) -> anyhow::Result<Vec<Answer>> {
    let host = args.host.as_deref().unwrap_or_default();
    let file = args.file.as_deref().unwrap_or_default();
    let wanted = |plan: &&Plan| {
        plan.name.contains(host) && plan.feed.contains(file) && (plan.reduced || !args.reduced)
    };
    let mut feeds: HashMap<&str, Feed> = HashMap::new();
    let mut answers = Vec::new();
    for plan in PLANS.iter().filter(wanted) {
        if !feeds.contains_key(plan.feed) {
            feeds.insert(plan.feed, feed(plan.feed, place)?);
        }
        let feed = feeds.get(plan.feed).context("no file")?;
        let answer = ask(plan, feed, place).with_context(|| plan.name.to_owned())?;
        tell(&answer);
        answers.push(answer);
    }
    ensure!(!answers.is_empty(), "no such host or file");
    Ok(answers)
}

fn feed(name: &str, place: &Place) -> anyhow::Result<Feed> {
    let path = feeds::unpacked(name, &place.shared, &place.work.join("files"))?;
    let document = document::read(&fs::read_to_string(&path)?)?;
    Ok(Feed { path, document })
}

/// Asks both sides about one host.
fn ask(plan: &Plan, feed: &Feed, place: &Place) -> anyhow::Result<Answer> {
    let host = plan.host(&Maker { shared: &place.shared, document: &feed.document })?;
    let root = Root::write(&host, &place.work.join(host.folder()))?;
    let file = |end: &str| root.folder.join(format!("{}.{end}", host.feed));
    let results = file("results.xml");
    let scene = Scene { host: &host, root: &root, feed: &feed.path, preload: &place.preload };
    let (judged, _) = scene.evaluate(Some(&results))?;
    let read = results::read(&fs::read_to_string(&results)?)?;
    let mut times = Times::default();
    let (mut lines, mut whole, mut loading) = (Vec::new(), None, None);
    for _ in 0..RUNS {
        let (timed, spent) = scene.evaluate(None)?;
        lines = asked::in_file_order(&feed.document, &read, [&judged, &timed])?;
        whole = Some(spent.least(whole));
        loading = Some(scene.load()?.least(loading));
    }
    (times.oscap, times.oscap_loading) = (whole.unwrap_or_default(), loading.unwrap_or_default());
    store(&file("oscap"), &lines)?;
    asked::looked(&host, &feed.document, &read)?;
    let counts = counts::count(&feed.document, &read);
    println!("{}, {}: {counts}", host.name, host.feed);
    asked::floor(&host, &feed.document, &counts)?;
    fs::remove_file(&results)?;
    let words = pakiti::arguments(&host, &root, &feed.path);
    fs::write(file("sh"), pakiti::shell("pakiti", &words))?;
    let mut note = format!("oscap\t{}\noscap loads\t{}\n", times.oscap.words(), times.oscap_loading.words());
    let mut differences = None;
    if !place.pakiti.is_empty() {
        let ours = ask_pakiti(place, &words, &mut times)?;
        store(&file("pakiti"), &ours)?;
        note.push_str(&format!("pakiti\t{}\n", times.pakiti.words()));
        differences = Some(asked::differences(&lines, &ours));
    }
    fs::write(file("seconds"), note)?;
    Ok(Answer { host, counts, times, differences })
}

/// Pakiti's lines; every run has to say the same.
fn ask_pakiti(place: &Place, words: &[String], times: &mut Times) -> anyhow::Result<Lines> {
    let mut best: Option<Spent> = None;
    let mut lines: Option<Lines> = None;
    for _ in 0..PAKITI_RUNS {
        let (said, spent, evaluating) = pakiti::ask(&place.pakiti, words, &place.work.join("time"))?;
        ensure!(
            lines.as_ref().is_none_or(|before| *before == said),
            "pakiti says another thing the next time"
        );
        times.pakiti_evaluating = match best {
            None => evaluating,
            Some(_) => times.pakiti_evaluating.min(evaluating),
        };
        best = Some(spent.least(best));
        lines = Some(said);
    }
    times.pakiti = best.unwrap_or_default();
    Ok(lines.unwrap_or_default())
}

fn store(file: &Path, lines: &Lines) -> anyhow::Result<()> {
    let text: String = lines.iter().map(|(id, result)| format!("{id}\t{result}\n")).collect();
    fs::write(file, text).with_context(|| file.display().to_string())
}

fn tell(answer: &Answer) {
    let packages = answer.host.installed.count();
    let Times { oscap, oscap_loading, .. } = answer.times;
    println!("  {packages} packages; oscap {}; loading {}", oscap.words(), oscap_loading.words());
    let Some(differences) = &answer.differences else { return };
    println!("  {}; {} differences", answer.times.words(), differences.len());
    differences.iter().take(SHOWN).for_each(|difference| println!("  {difference}"));
    if differences.len() > SHOWN {
        println!("  and {} more", differences.len() - SHOWN);
    }
}

/// The results for docs/conformance.md: two tables. Definitions "by" something are those it decides, true / false.
fn table(versions: &str, answers: &[Answer]) -> String {
    let mut text = format!(
        "```\n{versions}\n```\n\n| host | file | packages | true | false | other | by versions | by kernel | by module | \
         differences |\n|---|---|---:|---:|---:|---:|---:|---:|---:|---:|\n"
    );
    for Answer { host, counts, differences, .. } in answers {
        let pair = |[holds, fails]: [usize; 2]| format!("{holds} / {fails}");
        let differences = differences.as_ref().map_or("-".to_owned(), |all| all.len().to_string());
        text.push_str(&format!(
            "| {} | {} | {} | {} | {} | {} | {} | {} | {} | {differences} |\n",
            host.name,
            host.feed,
            host.installed.count(),
            counts.true_,
            counts.false_,
            counts.other,
            pair(counts.by_version),
            pair(counts.by_kernel),
            pair(counts.by_module),
        ));
    }
    text.push_str(
        "\n| host | file | oscap s | pakiti s | load+evaluate, times as fast | the same by the clock | oscap evaluates ms | \
         pakiti evaluates ms | evaluate alone, times as fast |\n|---|---|---:|---:|---:|---:|---:|---:|---:|\n",
    );
    for Answer { host, times, .. } in answers.iter().filter(|answer| answer.differences.is_some()) {
        let [cpu, wall] = times.both();
        let milliseconds = |of: Duration| of.as_secs_f64() * 1e3;
        text.push_str(&format!(
            "| {} | {} | {:.3} | {:.3} | {cpu:.1} | {wall:.1} | {:.0} | {:.2} | {:.0} |\n",
            host.name,
            host.feed,
            times.oscap.cpu.as_secs_f64(),
            times.pakiti.cpu.as_secs_f64(),
            milliseconds(times.oscap_evaluating()),
            milliseconds(times.pakiti_evaluating),
            times.alone(),
        ));
    }
    text
}

/// oscap's, rpm's and Pakiti's versions, a line each.
fn versions(pakiti: &str) -> anyhow::Result<String> {
    let mut lines = Vec::new();
    for program in ["oscap", "rpm", pakiti].into_iter().filter(|program| !program.is_empty()) {
        let output = Command::new(program).arg("--version").output();
        let output = output.with_context(|| format!("{program}: install openscap-scanner and rpm"))?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        lines.push(text.lines().next().unwrap_or_default().to_owned());
    }
    Ok(lines.join("\n"))
}
