//! Sources: the list, and one source with its snapshots and what the last of them changed.

use super::source_change::Done;
use super::{layout, render, stale};
use crate::access::Person;
use crate::app::App;
use crate::error::PageError;
use crate::view::layout::Section;
use crate::view::source::{Effect, HostDelta, Signature, SkippedItem, SnapshotRow, SourceFile, SourcePage};
use crate::view::source_facts::{Configured, facts};
use crate::view::sources::{ListedSource, SourceRow, SourcesPage};
use crate::view::state::SourceState;
use axum::Extension;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use pakiti_core::present::SOURCE_FRESH_FOR;
use pakiti_core::repository::{SourceKind, SourceMeta};
use pakiti_engine::local_rules;
use pakiti_engine::source::options::SourceOptions;
use pakiti_engine::source::report::FetchReport;
use pakiti_store::source::{self, Snapshot, Source};
use pakiti_store::{effect, generation};
use std::collections::{BTreeSet, HashMap};

/// Snapshots shown.
const SNAPSHOTS: i64 = 30;

pub(crate) async fn list(
    State(app): State<App>,
    Extension(person): Extension<Person>,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Response, PageError> {
    let sources = source::list(&app.engine.db, &person.scope).await?;
    let now = app.now();
    let mut layout = layout(&app, &person, Section::Sources).await?;
    layout.notice = Done::notice(query.get("done")).filter(|_| layout.administrates());
    let listed = |source: &Source| {
        let row = row(source, now);
        ListedSource { stale: stale::of_source(source, &row, now), row }
    };
    render(&SourcesPage {
        layout,
        rows: sources.iter().map(listed).collect(),
        add_command: "pakiti source add debian-12-security --kind apt \
                      --url http://deb.debian.org/debian-security --suite bookworm-security"
            .to_owned(),
    })
}

/// How a source is shown.
pub(super) fn row(source: &Source, now: i64) -> SourceRow {
    let snapshot = source.snapshot.as_ref();
    let told = snapshot.and_then(|s| s.meta.os_group.as_ref().map(|g| g.0.clone()));
    let options = SourceOptions::read(&source.options).unwrap_or_default();
    SourceRow {
        id: source.id,
        name: source.name.clone(),
        kind: kind_words(&source.kind).to_owned(),
        definitions: [SourceKind::Oval.word(), local_rules::KIND].contains(&source.kind.as_str()),
        url: address(source, &options),
        os_group: told.or_else(|| (!source.os_group.is_empty()).then(|| source.os_group.clone())),
        further_groups: match snapshot {
            Some(snapshot) => snapshot.meta.further_groups.iter().map(|group| group.0.clone()).collect(),
            None => options.further_groups,
        },
        mapped: !source.os_group.is_empty(),
        enabled: source.enabled,
        // Errata tell security fixes from others, as a security suite does.
        security: snapshot.is_some_and(|s| s.meta.security || s.meta.errata),
        state: state(source, now),
        last_success: source.last_success,
        next_due: source.enabled.then_some(source.next_due),
        packages: snapshot.map_or(0, |s| s.packages.unsigned_abs()),
        skipped: snapshot.map_or(0, |s| s.skipped.unsigned_abs()),
        error: source.last_error.clone(),
    }
}

/// Does a source in force name vulnerabilities of hosts of this OS group and these host groups?
pub(super) fn tell_findings(all: &[Source], os_group: &str, host_groups: &[String]) -> bool {
    all.iter().filter(|source| names_findings(source)).any(|source| {
        // The clock does not matter: an old list of vulnerabilities names them all the same.
        judges(source, &row(source, 0), os_group, host_groups)
    })
}

/// The OS groups of which a source in force names vulnerabilities, whatever the host group.
pub(super) fn groups_with_findings(all: &[Source]) -> BTreeSet<String> {
    let telling = all.iter().filter(|source| names_findings(source)).map(|source| row(source, 0));
    telling.flat_map(|row| row.os_group.into_iter().chain(row.further_groups)).collect()
}

fn names_findings(source: &Source) -> bool {
    let meta = source.snapshot.as_ref().map(|snapshot| &snapshot.meta);
    source.enabled && meta.is_some_and(|meta| meta.errata || meta.kind == SourceKind::Oval)
}

/// Does a source judge hosts of this OS group and these host groups?
pub(super) fn judges(source: &Source, row: &SourceRow, os_group: &str, host_groups: &[String]) -> bool {
    let own = host_groups.iter().cloned().collect();
    let configured = || {
        let options = SourceOptions::read(&source.options).unwrap_or_default();
        SourceMeta {
            host_groups: options.host_groups.into_iter().collect(),
            not_host_groups: options.not_host_groups.into_iter().collect(),
            ..SourceMeta::default()
        }
    };
    let meta = source.snapshot.as_ref().map_or_else(configured, |snapshot| snapshot.meta.clone());
    row.speaks_for(os_group) && meta.speaks_to(&own)
}

/// Where the suite is: sources of one archive differ only in it.
fn address(source: &Source, options: &SourceOptions) -> String {
    let url = shown_url(&source.url);
    let base = url.trim_end_matches('/');
    match options.suite.as_str() {
        "" => url,
        flat if flat.ends_with('/') => format!("{base}/{}", flat.trim_start_matches('/')),
        suite => format!("{base}/dists/{suite}"),
    }
}

/// The address without user name and password: everybody signed in sees it.
fn shown_url(url: &str) -> String {
    url::Url::parse(url).map_or_else(
        |_| url.to_owned(),
        |parsed| {
            if parsed.username().is_empty() && parsed.password().is_none() {
                url.to_owned()
            } else {
                pakiti_engine::source::fetch::redacted(&parsed)
            }
        },
    )
}

fn state(source: &Source, now: i64) -> SourceState {
    let Some(snapshot) = &source.snapshot else {
        return match (source.enabled, source.last_error.is_some()) {
            (false, _) => SourceState::Disabled,
            (true, true) => SourceState::Error,
            (true, false) => SourceState::NeverFetched,
        };
    };
    let old = source.last_success.is_none_or(|at| at + SOURCE_FRESH_FOR < now);
    let past = snapshot.meta.valid_until.is_some_and(|until| until < now);
    if !source.enabled {
        SourceState::Disabled
    } else if source.last_error.is_some() {
        SourceState::Error
    } else if old || past {
        SourceState::Expired
    } else if source.last_success == Some(snapshot.fetched_at) {
        SourceState::Fresh
    } else {
        SourceState::NotModified
    }
}

pub(crate) async fn show(
    State(app): State<App>,
    Extension(person): Extension<Person>,
    Path(id): Path<String>,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Response, PageError> {
    let id = id.parse().map_err(|_| PageError::NotFound)?;
    let (db, now) = (&app.engine.db, app.now());
    let source = source::by_id(db, &person.scope, id).await?;
    let snapshots = source::snapshots(db, &person.scope, id, SNAPSHOTS).await?;
    let report = source.snapshot.as_ref().map(|s| read_report(&s.report)).unwrap_or_default();
    let mut layout = layout(&app, &person, Section::Sources).await?;
    layout.notice = Done::notice(query.get("done")).filter(|_| layout.administrates());
    let row = row(&source, now);
    let (effect, effects) = effects(&app, &person, &source, &snapshots).await?;
    render(&SourcePage {
        layout,
        stale: stale::of_source(&source, &row, now),
        facts: configured(&source, person.scope.is_administrator()),
        source: row,
        files: files(&report),
        skipped: report.skipped.iter().map(skipped).collect(),
        signature: signature(&source, &report),
        snapshots: rows(&source, &snapshots, &effects),
        effect,
    })
}

/// What the row calls a kind.
fn kind_words(kind: &str) -> &str {
    match kind {
        "oval" => "OVAL definitions",
        local_rules::KIND => "local rules",
        other => other,
    }
}

/// How the source is configured and what its feed tells about itself.
fn configured(source: &Source, administrator: bool) -> Vec<(&'static str, String)> {
    let Ok(options) = SourceOptions::read(&source.options) else { return Vec::new() };
    let list = |words: &[String]| words.join(", ");
    // Who may not see a host group need not know its name.
    let groups = |names: &[String]| match administrator || names.is_empty() {
        true => list(names),
        false => "some host groups".to_owned(),
    };
    facts(&Configured {
        kind: &source.kind,
        meta: source.snapshot.as_ref().map(|snapshot| &snapshot.meta),
        suite: &options.suite,
        components: list(&options.components),
        architectures: list(&options.architectures),
        security: &options.security,
        priority: options.priority,
        excludes: list(&options.excludes),
        host_groups: groups(&options.host_groups),
        not_host_groups: groups(&options.not_host_groups),
        mirrorlist: options.mirrorlist,
        module_hotfixes: options.module_hotfixes,
        complete: &options.complete,
        mapped: !source.os_group.is_empty(),
        trusted: options.trusted,
        own_keys: options.keyrings.len() + usize::from(options.inline_key.is_some()),
        proxy: options.proxy.as_deref().map(proxy_shown),
        certificate: options.client_certificate.is_some(),
        authorities: options.authorities.is_some(),
        interval: source.interval_seconds,
    })
}

/// The proxy's address without credentials; one that is no URL might hold them anywhere.
fn proxy_shown(proxy: &str) -> String {
    match url::Url::parse(proxy) {
        Ok(parsed) if parsed.has_host() => pakiti_engine::source::fetch::redacted(&parsed),
        _ => "set".to_owned(),
    }
}

/// What the newest snapshot changed, and the numbers of each one. The numbers are of the whole fleet, so only
/// administrators are told them; others see the changes of their own hosts.
async fn effects(
    app: &App,
    person: &Person,
    source: &Source,
    snapshots: &[Snapshot],
) -> Result<(Option<Effect>, HashMap<i64, (u64, u64)>), PageError> {
    let db = &app.engine.db;
    let whole = person.scope.is_administrator();
    let mut numbers = HashMap::new();
    for snapshot in snapshots.iter().filter(|_| whole) {
        let found = effect::of_generation(db, &person.scope, snapshot.generation).await?;
        numbers.insert(snapshot.generation, (found.verdicts.unsigned_abs(), found.hosts.unsigned_abs()));
    }
    let Some(newest) = &source.snapshot else { return Ok((None, numbers)) };
    let found = effect::of_generation(db, &person.scope, newest.generation).await?;
    let delta = |change: effect::HostChange| HostDelta {
        id: change.host_id,
        name: change.name,
        security: change.security,
        other: change.other,
    };
    let effect = Effect {
        numbers: whole.then(|| (found.verdicts.unsigned_abs(), found.hosts.unsigned_abs())),
        most: found.most.into_iter().map(delta).collect(),
        under_way: generation::peek(db).await?.swept < newest.generation,
    };
    Ok((Some(effect), numbers))
}

fn read_report(record: &str) -> FetchReport {
    serde_json::from_str(record).unwrap_or_default()
}

fn files(report: &FetchReport) -> Vec<SourceFile> {
    let of = |path: &str| {
        let lines = report.skipped.iter().filter(|item| item.at.starts_with(path));
        lines.count() as u64
    };
    let file = |f: &pakiti_engine::source::report::FileRead| SourceFile {
        path: f.path.clone(),
        bytes: f.size,
        packages: f.records.saturating_sub(of(&f.path)),
        skipped: of(&f.path),
    };
    report.files.iter().map(file).collect()
}

fn skipped(item: &pakiti_engine::source::report::SkippedItem) -> SkippedItem {
    let place = item.at.rsplit_once(':').and_then(|(file, line)| Some((file, line.parse().ok()?)));
    let (file, line) = place.map_or((item.at.as_str(), None), |(file, line)| (file, Some(line)));
    SkippedItem { file: file.to_owned(), line, reason: item.reason.clone(), count: 1 }
}

fn signature(source: &Source, report: &FetchReport) -> Signature {
    match (&source.snapshot, &report.unchecked) {
        (None, _) => Signature::NotChecked { reason: "nothing was fetched yet".to_owned() },
        (_, Some(reason)) => Signature::NotChecked { reason: reason.clone() },
        (_, None) => Signature::Good { keys: report.signed_by.clone() },
    }
}

fn rows(source: &Source, snapshots: &[Snapshot], effects: &HashMap<i64, (u64, u64)>) -> Vec<SnapshotRow> {
    let active = source.snapshot.as_ref().map(|s| s.id);
    let last = snapshots.len().saturating_sub(1);
    let row = |(i, s): (usize, &Snapshot)| SnapshotRow {
        fetched: s.fetched_at,
        generation: s.generation.unsigned_abs(),
        active: active == Some(s.id),
        bytes: read_report(&s.report).files.iter().map(|f| f.size).sum(),
        packages: s.packages.unsigned_abs(),
        // The first snapshot of a source has nothing to differ from; of a cut list the oldest shown has.
        changed_names: (i < last || snapshots.len() as i64 == SNAPSHOTS)
            .then_some(s.changed_names.unsigned_abs()),
        effect: effects.get(&s.generation).copied(),
    };
    snapshots.iter().enumerate().map(row).collect()
}
