//! `pakiti source sync`: fetches now, one source after the other; a failure never stops the rest.

use super::{named, shown_url, state};
use crate::cli::output::{Column, Format, Listing, OutputArgs, Value};
use crate::cli::{Outcome, engine, told};
use clap::Args;
use pakiti_engine::engine::Engine;
use pakiti_engine::source::sync::{SyncError, Synced};
use pakiti_store::db::Db;
use pakiti_store::effect::{self, Effect, HostChange};
use pakiti_store::scope::Scope;
use pakiti_store::source::{self, Source};
use pakiti_web::view::format::count;
use std::io::{self, IsTerminal as _};
use std::path::PathBuf;
use std::process::ExitCode;

const COLUMNS: &[Column] = &[
    ("name", Some("name")),
    ("result", Some("result")),
    ("packages", Some("packages")),
    ("bytes", Some("bytes read")),
    ("names_changed", Some("names changed")),
    ("skipped", Some("skipped")),
    ("verdicts_changed", Some("verdicts changed")),
    ("hosts_changed", Some("on hosts")),
    ("error", Some("error")),
    ("advisories", None),
    ("hosts", None),
    ("definitions", None),
];

const HELP: &str = "\
Paths are read with the rights of whoever runs this; a server reads them only below its --source-folder.

After each source one line says what it brought, and below it stand the hosts that changed most (at most 20): security \
updates and other updates more (+) or less (-) than before.

Exit status: 0 all were fetched or had nothing new, 1 any failed.

JSON (an array of objects) and TSV: name, result (changed, not modified, failed), packages and bytes (of the snapshot \
in force), names_changed, skipped (items that could not be read), verdicts_changed, hosts_changed (hosts whose numbers \
changed), error, advisories (of the snapshot in force; null: it has none), hosts (the at most 20 that changed most, each \
as NAME SECURITY OTHER with signs), definitions (of an oval source, whose packages are null).";

/// Options of `pakiti source sync`.
#[derive(Debug, Args)]
#[command(after_long_help = HELP)]
pub(super) struct SyncArgs {
    /// Names of the sources
    #[arg(required_unless_present = "all", conflicts_with = "all")]
    name: Vec<String>,
    /// All enabled sources
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    output: OutputArgs,
}

/// How one source went.
struct Went {
    /// As it is afterwards.
    source: Source,
    done: Result<Synced, SyncError>,
    effect: Effect,
}

/// Synchronises.
pub(super) async fn run(db: &Db, args: &SyncArgs) -> Outcome {
    let wanted = wanted(db, args).await?;
    let (engine, writer) = engine::start(db.clone(), &[PathBuf::from("/")]).await?;
    let progress = Progress { shown: io::stderr().is_terminal(), all: wanted.len() };
    let table = args.output.output == Format::Table;
    let (mut rows, mut failed) = (Vec::new(), false);
    for (number, source) in (1..).zip(&wanted) {
        progress.tell(number, source);
        let went = one(&engine, source).await?;
        progress.clear();
        failed |= went.done.is_err();
        if table {
            went.tell(&mut io::stdout().lock())?;
        } else {
            rows.push(went.row());
        }
    }
    // What another command or an older release left to do.
    engine.reevaluate().await.map_err(told)?;
    drop(engine);
    writer.await?;
    if !table || wanted.is_empty() {
        let listing = Listing { columns: COLUMNS, rows, empty: "no source to fetch" };
        listing.print(args.output.output, &mut io::stdout().lock())?;
    }
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

async fn wanted(db: &Db, args: &SyncArgs) -> anyhow::Result<Vec<Source>> {
    if args.all {
        let sources = source::list(db, &Scope::operator()).await.map_err(told)?;
        return Ok(sources.into_iter().filter(|source| source.enabled).collect());
    }
    let mut wanted = Vec::new();
    for name in &args.name {
        wanted.push(named(db, name).await?);
    }
    Ok(wanted)
}

/// Synchronises one source.
async fn one(engine: &Engine, source: &Source) -> anyhow::Result<Went> {
    let scope = Scope::operator();
    let done = engine.sync_source(source).await.map(|(synced, _)| synced);
    let effect = match &done {
        Ok(Synced::Changed { generation, .. }) => {
            effect::of_generation(&engine.db, &scope, *generation).await.map_err(told)?
        }
        _ => Effect::default(),
    };
    let source = source::by_id(&engine.db, &scope, source.id).await.map_err(told)?;
    Ok(Went { source, done, effect })
}

/// The source that is fetched now, on a terminal: one line that the result replaces.
struct Progress {
    shown: bool,
    all: usize,
}

impl Progress {
    fn tell(&self, number: usize, source: &Source) {
        if self.shown {
            let url = shown_url(&source.url).replace(char::is_control, "\u{fffd}");
            eprint!("[{number}/{}] {}: fetching from {url}", self.all, source.name);
        }
    }

    fn clear(&self) {
        if self.shown {
            eprint!("\r\u{1b}[K");
        }
    }
}

impl Went {
    /// For people: one sentence, and the hosts that changed.
    fn tell(&self, output: &mut impl io::Write) -> io::Result<()> {
        let sentence = self.sentence().replace(char::is_control, "\u{fffd}");
        writeln!(output, "{}: {sentence}", self.source.name)?;
        for host in &self.effect.most {
            let name = host.name.replace(char::is_control, "\u{fffd}");
            match (host.security, host.other) {
                // Another number of it changed: of packages that nobody knows, say.
                (0, 0) => writeln!(output, "  {name}: no update more or less")?,
                (security, other) => writeln!(output, "  {name}: security {security:+}, other {other:+}")?,
            }
        }
        let named = self.effect.most.len() as i64;
        if named > 0 && self.effect.hosts > named {
            writeln!(
                output,
                "  and {}",
                count(unsigned(self.effect.hosts - named), "more host", "more hosts")
            )?;
        }
        output.flush()
    }

    fn sentence(&self) -> String {
        match &self.done {
            Err(error) => format!("failed: {error}"),
            Ok(Synced::NotModified) => format!("nothing new; {}", self.content()),
            Ok(Synced::Changed { names, .. }) => format!(
                "{}, {} touched; changed {} on {}",
                self.content(),
                count(*names as u64, "name", "names"),
                count(unsigned(self.effect.verdicts), "verdict", "verdicts"),
                count(unsigned(self.effect.hosts), "host", "hosts"),
            ),
        }
    }

    /// What is in the snapshot in force.
    fn content(&self) -> String {
        let packages = state::packages(&self.source).unwrap_or(0);
        let mut text = match state::definitions(&self.source) {
            Some(definitions) => count(unsigned(definitions), "definition", "definitions"),
            None => count(unsigned(packages), "package", "packages"),
        };
        if let Some(advisories) = self.advisories() {
            text.push_str(&format!(", {}", count(unsigned(advisories), "advisory", "advisories")));
        }
        match self.source.snapshot.as_ref().map_or(0, |s| s.skipped) {
            0 => {}
            skipped => text.push_str(&format!(", {}", count(unsigned(skipped), "skipped", "skipped"))),
        }
        text
    }

    /// Advisories of a repository that has any.
    fn advisories(&self) -> Option<i64> {
        let snapshot = self.source.snapshot.as_ref().filter(|snapshot| snapshot.meta.errata)?;
        Some(state::advisories(&state::fetch_report(snapshot)))
    }

    fn row(&self) -> Vec<Value> {
        let snapshot = self.source.snapshot.as_ref();
        let (result, names, error) = match &self.done {
            Ok(Synced::NotModified) => ("not modified", Value::Number(0), Value::None),
            Ok(Synced::Changed { names, .. }) => {
                ("changed", Value::Number(i64::try_from(*names).unwrap_or(i64::MAX)), Value::None)
            }
            Err(error) => ("failed", Value::None, error.to_string().into()),
        };
        let host = |host: &HostChange| format!("{} {:+} {:+}", host.name, host.security, host.other);
        vec![
            self.source.name.as_str().into(),
            result.into(),
            state::packages(&self.source).into(),
            snapshot.map(|s| state::bytes(&state::fetch_report(s))).into(),
            names,
            snapshot.map(|s| s.skipped).into(),
            self.effect.verdicts.into(),
            self.effect.hosts.into(),
            error,
            self.advisories().into(),
            self.effect.most.iter().map(host).collect::<Vec<String>>().into(),
            state::definitions(&self.source).into(),
        ]
    }
}

/// A count of the database; none is negative.
fn unsigned(count: i64) -> u64 {
    u64::try_from(count).unwrap_or(0)
}
