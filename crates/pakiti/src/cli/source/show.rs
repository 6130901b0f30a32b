//! `pakiti source show`: one source, what its last snapshot was made of, and the snapshots before.

use super::{named, shown_url, state};
use crate::cli::output::{Column, Document, Listing, OutputArgs, Value};
use crate::cli::{Outcome, interval, now, told};
use clap::Args;
use pakiti_engine::source::options::SourceOptions;
use pakiti_engine::source::report::FetchReport;
use pakiti_store::db::Db;
use pakiti_store::scope::Scope;
use pakiti_store::source::{self, Snapshot, Source};
use std::io;
use std::process::ExitCode;

/// Snapshots that are listed.
const SNAPSHOTS: i64 = 30;

const HELP: &str = "\
JSON (one object) and TSV (key TAB value, then the lists): name, kind, url, state, os_group, os_group_by (feed or \
mapping), enabled, interval, suite, components, architectures, security_option, security, priority, keyrings, trusted, \
check_valid_until, also_for (further OS groups), host_groups (only their hosts), not_host_groups, mirrorlist, exclude, module_hotfixes, proxy, client_certificate, \
client_key, ca, complete_option (oval: auto, yes, no), last_attempt, last_success, next_due, error, origin, label, codename, date, valid_until, packages, \
signed_by (key ids), unchecked (why the signature was not checked), skipped (how many items), errata (yum: it \
publishes advisories), advisories, definitions (oval; its packages are null), complete (oval: those of a whole release); lists: files (path, bytes, records, sha256), skipped_items (at, reason; the first \
hundred), snapshots (fetched_at, generation, packages (oval: definitions), changed_names, skipped, hash: BLAKE3 of what decided it; newest first).";

/// Options of `pakiti source show`.
#[derive(Debug, Args)]
#[command(after_long_help = HELP)]
pub(super) struct ShowArgs {
    /// Name of the source
    name: String,
    #[command(flatten)]
    output: OutputArgs,
}

/// Shows the source.
pub(super) async fn run(db: &Db, args: &ShowArgs) -> Outcome {
    let source = named(db, &args.name).await?;
    let snapshots = source::snapshots(db, &Scope::operator(), source.id, SNAPSHOTS).await.map_err(told)?;
    let report = source.snapshot.as_ref().map(state::fetch_report).unwrap_or_default();
    let mut facts = configured(&source)?;
    facts.extend(fetched(&source, &report));
    let lists = vec![
        ("files", "Files".to_owned(), files(&report)),
        ("skipped_items", "Skipped".to_owned(), skipped(&report)),
        ("snapshots", "Snapshots".to_owned(), list(&snapshots, source.kind == "oval")),
    ];
    Document { facts, lists }.print(args.output.output, &mut io::stdout().lock())?;
    Ok(ExitCode::SUCCESS)
}

type Facts = Vec<(&'static str, &'static str, Value)>;

/// The options that only yum repositories have, and how a source is reached.
fn further(source: &Source, options: &SourceOptions) -> Facts {
    let path =
        |path: &Option<std::path::PathBuf>| Value::from(path.as_ref().map(|p| p.display().to_string()));
    let list = |list: &[String]| if list.is_empty() { Value::None } else { list.to_vec().into() };
    // What apt's sources cannot have is not shown for them.
    let flag = |flag: bool| if source.kind == "yum" { flag.into() } else { Value::None };
    vec![
        ("also_for", "also for", list(&state::also_for(source))),
        ("host_groups", "only hosts of groups", list(&options.host_groups)),
        ("not_host_groups", "not hosts of groups", list(&options.not_host_groups)),
        (
            "complete_option",
            "complete option",
            Value::stated(if source.kind == "oval" { &options.complete } else { "" }),
        ),
        ("mirrorlist", "URL is a list of mirrors", flag(options.mirrorlist)),
        ("exclude", "excluded", list(&options.excludes)),
        ("module_hotfixes", "module hotfixes", flag(options.module_hotfixes)),
        ("proxy", "proxy", options.proxy.as_deref().map(shown_url).into()),
        ("client_certificate", "client certificate", path(&options.client_certificate)),
        ("client_key", "client key", path(&options.client_key)),
        ("ca", "authorities", path(&options.authorities)),
    ]
}

fn configured(source: &Source) -> anyhow::Result<Facts> {
    let options = SourceOptions::read(&source.options).map_err(told)?;
    let further = further(source, &options);
    let all = |list: &[String]| if list.is_empty() { Value::None } else { list.to_vec().into() };
    let mut keyrings: Vec<String> = options.keyrings.iter().map(|path| path.display().to_string()).collect();
    keyrings.extend(options.inline_key.is_some().then(|| "(inline key)".to_owned()));
    let by = if source.os_group.is_empty() { "feed" } else { "mapping" };
    // Definitions are no repository.
    let repository = |value: Value| if source.kind == "oval" { Value::None } else { value };
    let mut facts = vec![
        ("name", "name", source.name.as_str().into()),
        ("kind", "kind", source.kind.as_str().into()),
        ("url", "URL", shown_url(&source.url).into()),
        ("state", "state", state::of(source, now()).word().into()),
        ("os_group", "OS group", state::os_group(source).into()),
        ("os_group_by", "OS group told by", state::os_group(source).map(|_| by).into()),
        ("enabled", "enabled", source.enabled.into()),
        ("interval", "interval", interval::written(source.interval_seconds).into()),
        ("suite", "suite", Value::stated(&options.suite)),
        ("components", "components", all(&options.components)),
        ("architectures", "architectures", all(&options.architectures)),
        ("security_option", "security option", repository(options.security.as_str().into())),
        ("priority", "priority", options.priority.map(i64::from).into()),
        ("keyrings", "keyrings", all(&keyrings)),
        ("trusted", "trusted", repository(options.trusted.into())),
        ("check_valid_until", "checks Valid-Until", repository(options.check_valid_until.into())),
    ];
    facts.extend(further);
    Ok(facts)
}

fn fetched(source: &Source, report: &FetchReport) -> Facts {
    let snapshot = source.snapshot.as_ref();
    let meta = snapshot.map(|snapshot| &snapshot.meta);
    let keys = if report.signed_by.is_empty() { Value::None } else { report.signed_by.clone().into() };
    vec![
        ("last_attempt", "last attempt (UTC)", Value::time(source.last_attempt)),
        ("last_success", "last success (UTC)", Value::time(source.last_success)),
        ("next_due", "next due (UTC)", Value::time(source.enabled.then_some(source.next_due))),
        ("error", "error", source.last_error.clone().into()),
        ("origin", "origin", meta.map_or(Value::None, |m| Value::stated(&m.origin))),
        ("label", "label", meta.map_or(Value::None, |m| Value::stated(&m.label))),
        ("codename", "codename", meta.map_or(Value::None, |m| Value::stated(&m.codename))),
        ("security", "security suite", meta.filter(|_| source.kind != "oval").map(|m| m.security).into()),
        ("date", "date (UTC)", Value::time(meta.and_then(|m| m.date))),
        ("valid_until", "valid until (UTC)", Value::time(meta.and_then(|m| m.valid_until))),
        ("packages", "packages", state::packages(source).into()),
        ("definitions", "definitions", state::definitions(source).into()),
        ("complete", "of a whole release", meta.filter(|_| source.kind == "oval").map(|m| m.complete).into()),
        ("signed_by", "signed by", keys),
        ("unchecked", "signature", report.unchecked.clone().into()),
        ("skipped", "skipped", snapshot.map(|s| s.skipped).into()),
        ("errata", "has errata", meta.filter(|_| source.kind == "yum").map(|m| m.errata).into()),
        ("advisories", "advisories", meta.filter(|m| m.errata).map(|_| state::advisories(report)).into()),
    ]
}

fn files(report: &FetchReport) -> Listing {
    let number = |count: u64| Value::Number(i64::try_from(count).unwrap_or(i64::MAX));
    let row = |file: &pakiti_engine::source::report::FileRead| {
        vec![file.path.as_str().into(), number(file.size), number(file.records), file.sha256.as_str().into()]
    };
    Listing {
        columns: &[
            ("path", Some("path")),
            ("bytes", Some("bytes")),
            ("records", Some("records")),
            ("sha256", None),
        ],
        rows: report.files.iter().map(row).collect(),
        empty: "none",
    }
}

fn skipped(report: &FetchReport) -> Listing {
    let row = |item: &pakiti_engine::source::report::SkippedItem| {
        vec![item.at.as_str().into(), item.reason.as_str().into()]
    };
    Listing {
        columns: &[("at", Some("at")), ("reason", Some("reason"))],
        rows: report.skipped.iter().map(row).collect(),
        empty: "none",
    }
}

const PACKAGES: &[Column] = &[
    ("fetched_at", Some("fetched (UTC)")),
    ("generation", Some("generation")),
    ("packages", Some("packages")),
    ("changed_names", Some("names changed")),
    ("skipped", Some("skipped")),
    ("hash", None),
];
const DEFINITIONS: &[Column] = &[
    ("fetched_at", Some("fetched (UTC)")),
    ("generation", Some("generation")),
    ("definitions", Some("definitions")),
    ("changed_names", Some("names changed")),
    ("skipped", Some("skipped")),
    ("hash", None),
];

fn list(snapshots: &[Snapshot], oval: bool) -> Listing {
    let row = |snapshot: &Snapshot| {
        let hash: String = snapshot.hash.iter().map(|byte| format!("{byte:02x}")).collect();
        vec![
            Value::Time(snapshot.fetched_at),
            snapshot.generation.into(),
            snapshot.packages.into(),
            snapshot.changed_names.into(),
            snapshot.skipped.into(),
            hash.into(),
        ]
    };
    Listing {
        columns: if oval { DEFINITIONS } else { PACKAGES },
        rows: snapshots.iter().map(row).collect(),
        empty: "none yet",
    }
}
