//! `pakiti source import`: the sources of a machine or of another Pakiti, from the files that list them.
//!
//! Each format has its reader below `import/`; what they give is checked and stored one by one. A bad entry is
//! told and never stops the rest.

mod apt;
mod php;
mod yum;

use super::enable;
use super::repositories;
use super::wanted::{Done, Permission, Wanted, os_group_id};
use crate::cli::output::{Column, Format, Listing, OutputArgs, Value};
use crate::cli::{Outcome, interval};
use anyhow::{Context as _, bail};
use clap::Args;
use pakiti_formats::repository::SkipList;
use pakiti_formats::repository::yum::repo_file::Variables;
use pakiti_store::db::Db;
use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Largest file that is read (bytes).
const MAX_FILE: u64 = 4 << 20;

const COLUMNS: &[Column] = &[
    ("result", Some("result")),
    ("name", Some("name")),
    ("kind", Some("kind")),
    ("os_group", Some("OS group")),
    ("at", Some("at")),
    ("reason", Some("reason")),
];

const HELP: &str = "\
Files are told by their ending, else by what is in them:
  .list, .sources     apt's; a source is named HOST-FOLDER-SUITE
  .repo               dnf's; a source has its [id] as name
  .xml                Repositories.xml of the PHP Pakiti
  .toml               repositories.toml, as pakiti source export writes it

Examples:
  pakiti source import /etc/apt/sources.list.d/*.sources
  pakiti source import /etc/yum.repos.d/*.repo --os-group almalinux-9 --arch x86_64 --prefix almalinux-9-
  pakiti source import repositories.toml --update --dry-run

--os-group is needed by .repo files, and by what apt fetches from third parties: their feeds do not say whom they speak \
for. Given, it holds for every entry that names none itself. $releasever is the version of the OS group unless \
--releasever says otherwise, $basearch comes from --arch. gpgkey files become keyrings where repo_gpgcheck=1: these are \
the repositories whose index is signed.

Results: added, changed (--update), unchanged, differs (it exists and is another: --update changes it; its \
snapshot stays until it is fetched again; one of another kind is removed and added), left out (disabled in the file), refused. --dry-run tells the same and stores nothing.

Exit status: 0 nothing was refused, 1 something was.

JSON (an array of objects) and TSV: result, name, kind, os_group, at (file and line), reason (also what differs, and \
what to know about it).";

/// Options of `pakiti source import`.
#[derive(Debug, Args)]
#[command(after_long_help = HELP)]
pub(super) struct ImportArgs {
    /// The files
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The OS group of entries that name none (debian-12, rhel-9)
    #[arg(long, value_name = "ID", value_parser = os_group_id)]
    os_group: Option<String>,
    /// A further OS group they speak for; may repeat
    #[arg(long, value_name = "ID", value_parser = os_group_id)]
    also_for: Vec<String>,
    /// What stands for $releasever [default: the version of --os-group]
    #[arg(long, value_name = "VERSION")]
    releasever: Option<String>,
    /// What stands for $arch and decides $basearch: x86_64, aarch64
    #[arg(long, value_name = "ARCH")]
    arch: Option<String>,
    /// What stands for another variable, as /etc/dnf/vars has it: rltype=, contentdir=pub/rocky; may repeat
    #[arg(long, value_name = "NAME=VALUE", value_parser = variable)]
    var: Vec<(String, String)>,
    /// Put before the names: to tell the `baseos` of two releases apart
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    prefix: String,
    /// A file with keys for entries that must be signed and name no key file; may repeat
    #[arg(long, value_name = "FILE")]
    keyring: Vec<PathBuf>,
    /// Time between two fetches: 30m, 6h, 1d; a repositories.toml has its own
    #[arg(long, value_name = "SPAN", default_value = "6h", value_parser = interval::parse)]
    interval: i64,
    /// Import what is disabled in the file too, disabled
    #[arg(long)]
    with_disabled: bool,
    /// Change sources that exist and differ
    #[arg(long)]
    update: bool,
    /// Tell what would be done, store nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    output: OutputArgs,
}

/// One entry of a file.
#[derive(Debug)]
struct Entry {
    /// File and line.
    at: String,
    /// Its name, as far as it has one.
    name: String,
    /// What it is.
    read: Read,
}

/// What was read of an entry.
#[derive(Debug)]
enum Read {
    /// A source, and what to know about it.
    Source(Box<Wanted>, Vec<String>),
    /// Nothing to import, and why.
    LeftOut(String),
    /// It cannot be used, and why.
    Refused(String),
}

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    List,
    Sources,
    Repo,
    Php,
    Toml,
}

/// Imports.
pub(super) async fn run(db: &Db, args: ImportArgs) -> Outcome {
    let mut entries = Vec::new();
    for file in &args.files {
        entries.extend(read_file(file, &args).unwrap_or_else(|error| {
            vec![Entry::refused(file.display().to_string(), String::new(), format!("{error:#}"))]
        }));
    }
    let permission = Permission { update: args.update, dry_run: args.dry_run };
    let (mut rows, mut seen) = (Vec::new(), HashMap::new());
    let (mut refused, mut changed, mut added) = (false, false, false);
    for entry in entries {
        let (result, reason) = store(db, &entry, permission, &mut seen).await?;
        refused |= result == "refused";
        changed |= result == "changed";
        added |= matches!(result, "added" | "changed");
        rows.push(entry.row(result, reason));
    }
    if changed && !args.dry_run {
        enable::reevaluate(db).await?;
    }
    let listing = Listing { columns: COLUMNS, rows, empty: "there is no source in these files" };
    listing.print(args.output.output, &mut io::stdout().lock())?;
    if args.output.output == Format::Table && args.dry_run {
        eprintln!("dry run: nothing is stored");
    } else if args.output.output == Format::Table && added {
        eprintln!("fetch them now: pakiti source sync --all");
    }
    Ok(if refused { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Stores one entry; gives the result and its reason.
async fn store(
    db: &Db,
    entry: &Entry,
    permission: Permission,
    seen: &mut HashMap<String, (Wanted, String)>,
) -> anyhow::Result<(&'static str, Vec<String>)> {
    let (wanted, notes) = match &entry.read {
        Read::Source(wanted, notes) => (wanted, notes.clone()),
        Read::LeftOut(reason) => return Ok(("left out", vec![reason.clone()])),
        Read::Refused(reason) => return Ok(("refused", vec![reason.clone()])),
    };
    if let Err(fault) = wanted.check() {
        return Ok(("refused", vec![fault.to_string()]));
    }
    if let Some((before, at)) = seen.get(&wanted.name) {
        return Ok(match before == wanted.as_ref() {
            true => ("unchanged", vec![format!("stands at {at} too")]),
            false => (
                "refused",
                vec![format!("another source of this name stands at {at}: import it with --prefix")],
            ),
        });
    }
    seen.insert(wanted.name.clone(), (wanted.as_ref().clone(), entry.at.clone()));
    let (result, fields) = match wanted.store(db, permission).await? {
        Done::Added => ("added", Vec::new()),
        Done::Unchanged => ("unchanged", Vec::new()),
        Done::Changed(fields) => ("changed", fields),
        Done::Differs(fields) => ("differs", fields),
    };
    let mut reason = Vec::new();
    if !fields.is_empty() {
        reason.push(fields.join(", "));
    }
    reason.extend(notes);
    Ok((result, reason))
}

/// The entries of one file.
fn read_file(path: &Path, args: &ImportArgs) -> anyhow::Result<Vec<Entry>> {
    let mut data = Vec::new();
    File::open(path)
        .and_then(|file| file.take(MAX_FILE + 1).read_to_end(&mut data))
        .context("cannot be read")?;
    if data.len() as u64 > MAX_FILE {
        bail!("larger than {} MiB", MAX_FILE >> 20);
    }
    let text = String::from_utf8_lossy(&data);
    let file = path.display().to_string();
    let Some(form) = form(path, &text) else {
        bail!("neither a .list, .sources, .repo, Repositories.xml nor repositories.toml");
    };
    let mut skipped = SkipList::default();
    let mut entries = match form {
        Form::List | Form::Sources => apt::read(&text, &file, form == Form::Sources, args, &mut skipped),
        Form::Repo => yum::read(&text, &file, args, &mut skipped),
        Form::Php => php::read(&text, &file, args, &mut skipped),
        Form::Toml => listed(&text, &file),
    };
    entries.extend(
        skipped
            .kept()
            .iter()
            .map(|item| Entry::refused(at(&item.file, item.line), String::new(), item.reason.to_string())),
    );
    let untold = skipped.count().saturating_sub(skipped.kept().len() as u64);
    if untold > 0 {
        entries.push(Entry::refused(file, String::new(), format!("{untold} more lines cannot be read")));
    }
    Ok(entries)
}

/// Told by the ending, else by the first line that says it.
fn form(path: &Path, text: &str) -> Option<Form> {
    match path.extension().and_then(|ending| ending.to_str()) {
        Some("list") => return Some(Form::List),
        Some("sources") => return Some(Form::Sources),
        Some("repo") => return Some(Form::Repo),
        Some("xml") => return Some(Form::Php),
        Some("toml") => return Some(Form::Toml),
        _ => {}
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut lines = text.lines().map(str::trim);
    let line = lines.find(|line| !line.is_empty() && !line.starts_with(['#', ';']))?;
    let first = line.split([' ', '\t', ':']).next().unwrap_or_default();
    let fields = ["types", "uris", "suites", "components", "signed-by", "enabled", "architectures"];
    match first {
        "deb" | "deb-src" => Some(Form::List),
        _ if line.starts_with('<') => Some(Form::Php),
        _ if line.starts_with("[[source]]") => Some(Form::Toml),
        _ if line.starts_with('[') => Some(Form::Repo),
        _ if !line.contains(':') => None,
        _ => fields.iter().any(|name| name.eq_ignore_ascii_case(first)).then_some(Form::Sources),
    }
}

/// A repositories.toml: it says everything itself.
fn listed(text: &str, file: &str) -> Vec<Entry> {
    let entry = |read: repositories::Read| Entry {
        at: at(file, read.line as u64),
        name: read.name,
        read: match read.source {
            Ok(wanted) => Read::Source(Box::new(wanted), Vec::new()),
            Err(reason) => Read::Refused(reason),
        },
    };
    repositories::parse(text).into_iter().map(entry).collect()
}

fn at(file: &str, line: u64) -> String {
    if line == 0 { file.to_owned() } else { format!("{file}:{line}") }
}

impl Entry {
    fn refused(at: String, name: String, reason: String) -> Self {
        Self { at, name, read: Read::Refused(reason) }
    }

    fn row(&self, result: &str, reason: Vec<String>) -> Vec<Value> {
        let source = match &self.read {
            Read::Source(wanted, _) => Some(wanted),
            Read::LeftOut(_) | Read::Refused(_) => None,
        };
        let reason = reason.join("; ");
        vec![
            result.into(),
            Value::stated(&self.name),
            source.map(|wanted| wanted.kind.clone()).into(),
            source.map_or(Value::None, |wanted| Value::stated(&wanted.os_group)),
            self.at.as_str().into(),
            Value::stated(&reason),
        ]
    }
}

fn variable(text: &str) -> Result<(String, String), &'static str> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("not NAME=VALUE"),
    }
}

impl ImportArgs {
    /// What stands for the variables of a source of this OS group.
    fn variables(&self, os_group: &str, arch: &str) -> Variables {
        let own = Some(arch.to_owned()).filter(|arch| !arch.is_empty());
        Variables {
            releasever: self.releasever.clone().or_else(|| release(os_group)),
            arch: own.or_else(|| self.arch.clone()),
            further: self.var.iter().cloned().collect(),
        }
    }

    /// A name of letters, digits and `._+-`, with the prefix.
    fn named(&self, text: &str) -> String {
        let mut name = self.prefix.clone();
        let mut gap = false;
        for c in text.chars() {
            if c.is_alphanumeric() || "._+:~@".contains(c) {
                if gap && !name.is_empty() && !name.ends_with('-') {
                    name.push('-');
                }
                gap = false;
                name.push(c);
            } else {
                gap = true;
            }
        }
        name
    }
}

/// What dnf calls the release of an OS group: the version in its id. Amazon's is `latest` unless a host is held.
fn release(os_group: &str) -> Option<String> {
    let (family, version) = os_group.rsplit_once('-')?;
    Some(if family == "amazon" { "latest" } else { version }.to_owned())
}

/// What to know where a file is not on this machine.
fn missing(files: &[PathBuf]) -> Vec<String> {
    let absent = files.iter().filter(|file| !file.exists());
    absent.map(|file| format!("{} is not on this machine yet", file.display())).collect()
}

#[cfg(test)]
mod tests;
