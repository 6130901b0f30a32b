//! The page of one CVE.

use super::{layout, render};
use crate::access::Person;
use crate::app::App;
use crate::error::PageError;
use crate::view::cve::{CvePage, HostLine, PackageLine, Statement};
use crate::view::layout::Section;
use axum::Extension;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use pakiti_core::finding::FindingState;
use pakiti_store::cve::{self, CveHost};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Hosts per page.
const PAGE: usize = 100;
/// Findings asked of the store: a host may have one per package and source.
const FINDINGS: usize = 20_000;

pub(crate) async fn show(
    State(app): State<App>,
    Extension(person): Extension<Person>,
    Path(subject): Path<String>,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Response, PageError> {
    // No stored text holds a NUL, and PostgreSQL refuses to look for one.
    if subject.contains('\0') {
        return Err(PageError::NoHostHasIt);
    }
    let found = cve::hosts(&app.engine.db, &person.scope, &subject, FINDINGS).await?;
    if found.is_empty() {
        return Err(PageError::NoHostHasIt);
    }
    let cut = found.len() >= FINDINGS;
    let statements: BTreeSet<Statement> = found.iter().map(statement).collect();
    let hosts = hosts(found);
    let state = query.get("state").and_then(|word| FindingState::from_word(word));
    let after = query.get("after").map(String::as_str).filter(|after| !after.is_empty());
    let layout = layout(&app, &person, Section::Cves).await?;
    let mut page =
        CvePage::new(layout, &subject, (hosts, statements.into_iter().collect()), (state, after), PAGE);
    page.cut = cut;
    render(&page)
}

fn statement(found: &CveHost) -> Statement {
    let CveHost { os_group, package, finding, .. } = found;
    Statement {
        os_group: os_group.clone(),
        source: (finding.source_name.clone(), finding.source),
        package: package.name.clone(),
        fixed: finding.fixed.clone(),
        vendor_state: finding.vendor_state.clone(),
        advisory: finding.advisory.clone(),
        severity: (finding.severity, finding.severity_source.clone()),
        cvss_tenths: finding.cvss_tenths,
    }
}

/// One line per host, with its packages; of several sources the one that says the strongest state.
fn hosts(found: Vec<CveHost>) -> Vec<HostLine> {
    let mut lines: BTreeMap<i64, HostLine> = BTreeMap::new();
    for CveHost { host_id, name, os_group, package, finding, since } in found {
        let state = finding.state;
        let line = lines.entry(host_id).or_insert_with(|| HostLine {
            id: host_id,
            name,
            os_group,
            state,
            since,
            packages: Vec::new(),
        });
        line.state = line.state.min(state);
        line.since = line.since.min(since);
        line.packages.push(PackageLine {
            name: package.name,
            arch: package.arch,
            installed: package.version,
            state,
            fixed: finding.fixed,
            vendor_state: finding.vendor_state,
        });
    }
    for line in lines.values_mut() {
        line.packages.sort();
        let key = |line: &PackageLine| (line.name.clone(), line.arch.clone(), line.installed.clone());
        line.packages.dedup_by(|a, b| key(a) == key(b));
    }
    lines.into_values().collect()
}
