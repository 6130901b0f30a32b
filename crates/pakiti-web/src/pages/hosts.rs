//! The host list.

use super::{layout, render, sources, stale};
use crate::access::Person;
use crate::app::App;
use crate::error::PageError;
use crate::view::hosts::{Choice, HostRow, HostsPage, StateCount};
use crate::view::hosts_filter::{HostsFilter, HostsSort, NOT_MAPPED, PendingUpdates};
use crate::view::layout::Section;
use axum::Extension;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, header};
use axum::response::{Redirect, Response};
use pakiti_core::os_group::{self, OsGroupId};
use pakiti_core::severity::Severity;
use pakiti_engine::sweeper;
use pakiti_store::host::{self, HostQuery, Key, Sort};
use pakiti_store::source;
use std::collections::BTreeSet;

/// Rows per page.
const PAGE: usize = 50;

pub(crate) async fn home() -> Redirect {
    Redirect::to("/hosts")
}

pub(crate) async fn list(
    State(app): State<App>,
    Extension(person): Extension<Person>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    let query = query.unwrap_or_default();
    // No stored text holds a NUL, and PostgreSQL refuses to look for one.
    let pairs: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes())
        .map(|(name, value)| (name.into_owned(), value.replace('\0', "")))
        .collect();
    let filter = HostsFilter::from_pairs(pairs.iter().map(|(k, v)| (k.as_str(), v.as_str())));
    let (db, now) = (&app.engine.db, app.now());
    let layout = layout(&app, &person, Section::Hosts).await?;
    let page = host::list(db, &person.scope, &store_query(&filter), now).await?;
    let summary = host::count_by_state(db, &person.scope, now).await?;
    let os_groups = host::os_groups(db, &person.scope).await?;
    let groups = host::groups(db, &person.scope).await?;
    let telling = sources::groups_with_findings(&source::list(db, &person.scope).await?);
    render(&HostsPage {
        total_visible: summary.iter().map(|(_, count)| count.unsigned_abs()).sum(),
        layout,
        summary: summary
            .into_iter()
            .map(|(state, count)| StateCount { state, count: count.unsigned_abs() })
            .collect(),
        rows: page.rows.into_iter().map(|found| row(found, &telling)).collect(),
        next: page.next.map(|(key, id)| encode_key(&key, id)),
        first: filter.after.is_none(),
        filter,
        os_options: os_groups.iter().filter(|g| !g.is_empty()).map(|g| os_choice(g)).collect(),
        group_options: groups.iter().map(|g| Choice::new(g, g)).collect(),
        stale: stale::of_groups(db, &person.scope, &os_groups, now).await?,
        progress: sweeper::progress(db).await?,
        feeder_url: feeder_url(&app, &headers),
    })
}

fn os_choice(group: &str) -> Choice {
    let name = os_group::describe(&OsGroupId(group.to_owned())).map_or(group, |known| known.name);
    Choice::new(group, name)
}

/// Where clients report to, as this browser reaches the server.
fn feeder_url(app: &App, headers: &HeaderMap) -> String {
    let host = headers.get(header::HOST).and_then(|v| v.to_str().ok()).unwrap_or("localhost");
    let scheme = if app.options.secure_cookies { "https" } else { "http" };
    format!("{scheme}://{host}/feed/")
}

fn row(row: host::HostRow, telling: &BTreeSet<String>) -> HostRow {
    // Where no repository knows any package, "0 updates" would be a lie.
    let told = row.counters.in_repository > 0;
    let number = |value: i64| told.then_some(value.unsigned_abs());
    let found = row.counters.findings;
    let worst = [Severity::Critical, Severity::Important].map(|one| found.fixable_of(one).unsigned_abs());
    HostRow {
        id: row.id,
        name: row.name,
        state: row.state,
        groups: row.groups,
        os: row.os,
        findings: (found.total() > 0 || telling.contains(&row.os_group)).then_some(worst),
        os_group: (!row.os_group.is_empty()).then_some(row.os_group),
        kernel: (!row.kernel.is_empty()).then_some(row.kernel),
        security: number(row.counters.security),
        other: number(row.counters.other),
        unknown: row.counters.unknown.unsigned_abs(),
        last_report: row.last_report,
    }
}

fn store_query(filter: &HostsFilter) -> HostQuery {
    let sort = match filter.sort {
        HostsSort::State => Sort::State,
        HostsSort::Name => Sort::Name,
        HostsSort::Os => Sort::Os,
        HostsSort::Kernel => Sort::Kernel,
        HostsSort::Findings => Sort::Findings,
        HostsSort::Security => Sort::Security,
        HostsSort::Other => Sort::Other,
        HostsSort::Last => Sort::LastReport,
    };
    HostQuery {
        text: (!filter.q.is_empty()).then(|| filter.q.clone()),
        state: filter.state,
        os_group: filter.os.as_deref().map(|os| if os == NOT_MAPPED { "" } else { os }.to_owned()),
        group: filter.group.clone(),
        security: match filter.updates {
            Some(PendingUpdates::Security) => Some(true),
            Some(PendingUpdates::Other) => Some(false),
            _ => None,
        },
        pending: match filter.updates {
            Some(PendingUpdates::Any) => Some(true),
            Some(PendingUpdates::None) => Some(false),
            _ => None,
        },
        sort,
        // The worst state has the lowest rank.
        descending: filter.descending != (sort == Sort::State),
        after: filter.after.as_deref().and_then(|text| decode_key(text, sort)),
        limit: PAGE,
    }
}

/// `i<number>.<id>` or `t<text>.<id>`: opaque to people, checked on the way back.
fn encode_key(key: &Key, id: i64) -> String {
    match key {
        Key::Int(value) => format!("i{value}.{id}"),
        Key::Text(value) => format!("t{value}.{id}"),
    }
}

/// The key of a list in this order; a key of another order is none.
fn decode_key(text: &str, sort: Sort) -> Option<(Key, i64)> {
    let is_text = matches!(sort, Sort::Name | Sort::Os | Sort::Kernel);
    let (key, id) = text.rsplit_once('.')?;
    let key = match key.split_at_checked(1)? {
        ("i", number) if !is_text => Key::Int(number.parse().ok()?),
        ("t", text) if is_text => Key::Text(text.to_owned()),
        _ => return None,
    };
    Some((key, id.parse().ok()?))
}
