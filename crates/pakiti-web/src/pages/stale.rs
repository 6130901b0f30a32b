//! Which sources are not up to date, and whom that concerns.

use super::sources;
use crate::error::PageError;
use crate::view::sources::SourceRow;
use crate::view::stale::{StaleNotice, StaleSource, Trouble};
use crate::view::state::SourceState;
use pakiti_core::present::SOURCE_FRESH_FOR;
use pakiti_store::db::Db;
use pakiti_store::host::HostRow;
use pakiti_store::scope::Scope;
use pakiti_store::source::{self, Source};

/// What is wrong with a source at `now`; `None` = it is well, new, or switched off.
pub(super) fn of_source(source: &Source, row: &SourceRow, now: i64) -> Option<StaleSource> {
    let trouble = match row.state {
        SourceState::Error => Trouble::Failed(source.last_success),
        SourceState::Expired => Trouble::Expired(expired_at(source)?),
        SourceState::NeverFetched | SourceState::Disabled | SourceState::Fresh | SourceState::NotModified => {
            return None;
        }
    };
    let groups: Vec<String> = row.os_group.iter().chain(&row.further_groups).cloned().collect();
    let snapshot = source.snapshot.as_ref().map(|snapshot| snapshot.fetched_at);
    Some(StaleSource::new((source.id, &source.name), &groups, trouble, snapshot, now))
}

/// The earlier of its own date and the day its last fetch grew too old.
fn expired_at(source: &Source) -> Option<i64> {
    let fetched = source.last_success.map(|at| at + SOURCE_FRESH_FOR);
    let told = source.snapshot.as_ref().and_then(|snapshot| snapshot.meta.valid_until);
    fetched.into_iter().chain(told).min()
}

/// The sentence about the sources that a host is judged by.
pub(super) async fn of_host(
    db: &Db,
    scope: &Scope,
    host: &HostRow,
    now: i64,
) -> Result<StaleNotice, PageError> {
    let all = source::list(db, scope).await?;
    let mine = all.iter().map(|source| (source, sources::row(source, now)));
    let mine = mine.filter(|(source, row)| sources::judges(source, row, &host.os_group, &host.groups));
    Ok(StaleNotice::new(mine.filter_map(|(source, row)| of_source(source, &row, now)).collect()))
}

/// The sentence about the sources that hosts of these OS groups are judged by.
pub(super) async fn of_groups(
    db: &Db,
    scope: &Scope,
    os_groups: &[String],
    now: i64,
) -> Result<StaleNotice, PageError> {
    let all = source::list(db, scope).await?;
    let mine = all.iter().map(|source| (source, sources::row(source, now)));
    let mine = mine.filter(|(_, row)| os_groups.iter().any(|group| row.speaks_for(group)));
    Ok(StaleNotice::new(mine.filter_map(|(source, row)| of_source(source, &row, now)).collect()))
}
