//! The CVE list.

use super::{layout, render, sources};
use crate::access::Person;
use crate::app::App;
use crate::error::PageError;
use crate::view::cves::{CveLine, CvesPage};
use crate::view::finding_filter::FindingFilter;
use crate::view::layout::Section;
use axum::Extension;
use axum::extract::{Query, State};
use axum::response::Response;
use pakiti_store::cve::CveRow;
use pakiti_store::source;
use std::collections::HashMap;

/// Rows per page.
const PAGE: usize = 100;

pub(crate) async fn list(
    State(app): State<App>,
    Extension(person): Extension<Person>,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Response, PageError> {
    let word = |name: &str| query.get(name).map(String::as_str).unwrap_or_default();
    let filter = FindingFilter::from_words(word("q"), word("severity"), word("state"), word("after"));
    let (db, now) = (&app.engine.db, app.now());
    let fleet = app.engine.fleet.view(db, now).await?;
    let lines = fleet.index.list(&person.scope).into_iter().map(line).collect();
    let told = !sources::groups_with_findings(&source::list(db, &person.scope).await?).is_empty();
    let layout = layout(&app, &person, Section::Cves).await?;
    render(&CvesPage::new(layout, (lines, fleet.as_of, told), filter, PAGE))
}

fn line(row: CveRow) -> CveLine {
    CveLine {
        subject: row.subject,
        severity: row.severity,
        cvss_tenths: row.cvss_tenths,
        hosts: row.hosts.map(i64::unsigned_abs),
        packages: row.packages.into_iter().collect(),
        since: row.since,
    }
}
