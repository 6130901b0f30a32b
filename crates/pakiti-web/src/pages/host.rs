//! The page of one host.

use super::{host_findings, host_tabs, layout, render, sources, stale};
use crate::access::Person;
use crate::app::App;
use crate::error::PageError;
use crate::view::finding_filter::FindingFilter;
use crate::view::host::{HostHead, HostPage, HostTab, TabName};
use crate::view::layout::Section;
use axum::Extension;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use pakiti_core::present::{HostFacts, host_state};
use pakiti_engine::prepare::Facts;
use pakiti_store::host::{self, HostDetail};
use pakiti_store::source;
use std::collections::HashMap;

pub(crate) async fn show(
    State(app): State<App>,
    Extension(person): Extension<Person>,
    Path(id): Path<String>,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Response, PageError> {
    let id = id.parse().map_err(|_| PageError::NotFound)?;
    let now = app.now();
    let detail = host::by_id(&app.engine.db, &person.scope, id, now).await?;
    let facts: Facts = serde_json::from_str(&detail.facts).unwrap_or_default();
    let word = |name: &str| query.get(name).map(String::as_str).unwrap_or_default();
    let db = &app.engine.db;
    let tab = match TabName::from_word(word("tab")) {
        TabName::Todo => HostTab::Todo(host_tabs::todo(&app, &detail, &facts).await?),
        TabName::Findings => {
            let filter = FindingFilter::from_words(word("q"), word("severity"), word("state"), word("after"));
            HostTab::Findings(host_findings::findings(&app, &detail, filter).await?)
        }
        TabName::Updates => {
            HostTab::Updates(host_tabs::updates(&app, &detail, word("kind"), word("q")).await?)
        }
        TabName::Packages => {
            let after = query.get("after").cloned();
            HostTab::Packages(host_tabs::packages(db, &detail, word("status"), word("q"), after).await?)
        }
        TabName::Coverage => {
            HostTab::Coverage(host_tabs::coverage(db, &person.scope, &detail, &facts, now).await?)
        }
        TabName::Reports => {
            let after = query.get("after").and_then(|text| text.parse().ok());
            HostTab::Reports(host_tabs::reports(db, &detail, &facts, after).await?)
        }
    };
    let all = source::list(db, &person.scope).await?;
    let told = sources::tell_findings(&all, &detail.row.os_group, &detail.row.groups);
    render(&HostPage {
        layout: layout(&app, &person, Section::Hosts).await?,
        head: head(&detail, &facts, told, now),
        stale: stale::of_host(db, &person.scope, &detail.row, now).await?,
        tab,
    })
}

/// What the state of a host follows from.
pub(super) fn host_facts(detail: &HostDetail) -> HostFacts {
    HostFacts {
        counters: detail.row.counters,
        reboot_required: detail.row.reboot_required,
        mapped: !detail.row.os_group.is_empty(),
        last_report: detail.row.last_report,
        fresh_until: detail.fresh_until,
        support_end: detail.support_end,
    }
}

fn head(detail: &HostDetail, facts: &Facts, findings_told: bool, now: i64) -> HostHead {
    let row = &detail.row;
    let host_facts = host_facts(detail);
    HostHead {
        id: row.id,
        name: row.name.clone(),
        state: host_state(&host_facts, now),
        facts: host_facts,
        groups: row.groups.clone(),
        os: row.os.clone(),
        os_group: (!row.os_group.is_empty()).then(|| row.os_group.clone()),
        arch: row.arch.clone(),
        kernel: (!row.kernel.is_empty()).then(|| row.kernel.clone()),
        reboot_reason: facts.reboot_reason.clone(),
        next_report: next_report(detail),
        findings_told,
    }
}

/// A host that has reported at least three times has a rhythm: its mean interval.
fn next_report(detail: &HostDetail) -> Option<i64> {
    let intervals = detail.reports - 1;
    let span = detail.row.last_report - detail.first_report;
    (intervals >= 2 && span >= 3600).then(|| detail.row.last_report + span / intervals)
}
