//! Sources: the list, one source, and synchronising it by hand.

use super::{layout, render};
use crate::access::Person;
use crate::app::App;
use crate::error::PageError;
use crate::view::layout::Section;
use crate::view::source::{Signature, SkippedItem, SnapshotRow, SourceFile, SourcePage};
use crate::view::sources::{SourceRow, SourcesPage};
use crate::view::state::SourceState;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use pakiti_core::present::SOURCE_FRESH_FOR;
use pakiti_engine::source::options::SourceOptions;
use pakiti_engine::source::report::FetchReport;
use pakiti_store::source::{self, Snapshot, Source};

/// Snapshots shown.
const SNAPSHOTS: i64 = 30;

pub(crate) async fn list(
    State(app): State<App>,
    Extension(person): Extension<Person>,
) -> Result<Response, PageError> {
    let sources = source::list(&app.engine.db, &person.scope).await?;
    let now = app.now();
    render(&SourcesPage {
        layout: layout(&app, &person, Section::Sources).await?,
        rows: sources.iter().map(|source| row(source, now)).collect(),
        add_command: "pakiti source add debian-12-security --kind apt \
                      --url http://deb.debian.org/debian-security --suite bookworm-security"
            .to_owned(),
    })
}

/// How a source is shown.
pub(super) fn row(source: &Source, now: i64) -> SourceRow {
    let snapshot = source.snapshot.as_ref();
    let told = snapshot.and_then(|s| s.meta.os_group.as_ref().map(|g| g.0.clone()));
    SourceRow {
        id: source.id,
        name: source.name.clone(),
        kind: source.kind.clone(),
        url: address(source),
        os_group: told.or_else(|| (!source.os_group.is_empty()).then(|| source.os_group.clone())),
        security: snapshot.is_some_and(|s| s.meta.security),
        state: state(source, now),
        last_success: source.last_success,
        next_due: source.enabled.then_some(source.next_due),
        packages: snapshot.map_or(0, |s| s.packages.unsigned_abs()),
        skipped: snapshot.map_or(0, |s| s.skipped.unsigned_abs()),
        error: source.last_error.clone(),
    }
}

/// Where the suite is: sources of one archive differ only in it.
fn address(source: &Source) -> String {
    let url = shown_url(&source.url);
    let base = url.trim_end_matches('/');
    let suite = SourceOptions::read(&source.options).map(|options| options.suite).unwrap_or_default();
    match suite.as_str() {
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
) -> Result<Response, PageError> {
    let id = id.parse().map_err(|_| PageError::NotFound)?;
    let source = source::by_id(&app.engine.db, &person.scope, id).await?;
    let snapshots = source::snapshots(&app.engine.db, &person.scope, id, SNAPSHOTS).await?;
    let report = source.snapshot.as_ref().map(|s| read_report(&s.report)).unwrap_or_default();
    render(&SourcePage {
        layout: layout(&app, &person, Section::Sources).await?,
        source: row(&source, app.now()),
        files: files(&report),
        skipped: report.skipped.iter().map(skipped).collect(),
        signature: signature(&source, &report),
        snapshots: rows(&source, &snapshots),
    })
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

fn rows(source: &Source, snapshots: &[Snapshot]) -> Vec<SnapshotRow> {
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
    };
    snapshots.iter().enumerate().map(row).collect()
}

pub(crate) async fn sync(
    State(app): State<App>,
    Extension(person): Extension<Person>,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let id = id.parse().map_err(|_| PageError::NotFound)?;
    let source = source::by_id(&app.engine.db, &person.scope, id).await?;
    match app.engine.sync_source(&source).await {
        // A failure is noted at the source: its page tells it, with the reason.
        Ok(_) => {}
        Err(pakiti_engine::source::sync::SyncError::Store(error)) => return Err(error.into()),
        Err(error) => tracing::warn!(source.name = %source.name, error = %error, "source not synchronised"),
    }
    Ok(Redirect::to(&format!("/sources/{id}")).into_response())
}
