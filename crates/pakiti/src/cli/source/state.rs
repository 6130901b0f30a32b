//! How a source does, in the words of the pages.

use pakiti_core::present::SOURCE_FRESH_FOR;
use pakiti_engine::source::options::SourceOptions;
use pakiti_engine::source::report::FetchReport;
use pakiti_store::source::{Snapshot, Source};
use pakiti_web::view::state::SourceState;

/// The state of a source at `now` (unix seconds).
pub(super) fn of(source: &Source, now: i64) -> SourceState {
    let old = source.last_success.is_none_or(|at| at + SOURCE_FRESH_FOR < now);
    match &source.snapshot {
        _ if !source.enabled => SourceState::Disabled,
        _ if source.last_error.is_some() => SourceState::Error,
        None => SourceState::NeverFetched,
        Some(snapshot) if old || snapshot.meta.valid_until.is_some_and(|until| until < now) => {
            SourceState::Expired
        }
        Some(snapshot) if source.last_success == Some(snapshot.fetched_at) => SourceState::Fresh,
        Some(_) => SourceState::NotModified,
    }
}

/// What was told of a fetch; nothing if that cannot be read.
pub(super) fn fetch_report(snapshot: &Snapshot) -> FetchReport {
    serde_json::from_str(&snapshot.report).unwrap_or_default()
}

/// The OS group a source speaks for: what its feed says, else as configured.
pub(super) fn os_group(source: &Source) -> Option<String> {
    let told = source.snapshot.as_ref().and_then(|snapshot| snapshot.meta.os_group.as_ref());
    told.map(|group| group.0.clone())
        .or_else(|| Some(source.os_group.clone()).filter(|group| !group.is_empty()))
}

/// Further OS groups it speaks for: definitions name them themselves; none if its options cannot be read.
pub(super) fn also_for(source: &Source) -> Vec<String> {
    if let Some(snapshot) = source.snapshot.as_ref().filter(|_| source.kind == "oval") {
        return snapshot.meta.further_groups.iter().map(|group| group.0.clone()).collect();
    }
    SourceOptions::read(&source.options).map(|options| options.further_groups).unwrap_or_default()
}

/// Advisories that a fetch read: those of a yum repository's updateinfo.
pub(super) fn advisories(report: &FetchReport) -> i64 {
    let files = report.files.iter().filter(|file| file.path.contains("updateinfo"));
    i64::try_from(files.map(|file| file.records).sum::<u64>()).unwrap_or(i64::MAX)
}

/// Packages of the snapshot in force; `None` = it has none, or definitions.
pub(super) fn packages(source: &Source) -> Option<i64> {
    source.snapshot.as_ref().filter(|_| source.kind != "oval").map(|snapshot| snapshot.packages)
}

/// Definitions of the snapshot in force; `None` = it has none, or packages.
pub(super) fn definitions(source: &Source) -> Option<i64> {
    source.snapshot.as_ref().filter(|_| source.kind == "oval").map(|snapshot| snapshot.packages)
}

/// Bytes that a fetch read.
pub(crate) fn bytes(report: &FetchReport) -> i64 {
    i64::try_from(report.files.iter().map(|file| file.size).sum::<u64>()).unwrap_or(i64::MAX)
}
