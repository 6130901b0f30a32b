//! The page of one CVE.

use super::{layout, render};
use crate::access::Person;
use crate::app::App;
use crate::error::PageError;
use crate::view::cve::{CvePage, Holders, HostLine, PackageLine, Statement, order_of};
use crate::view::layout::Section;
use axum::Extension;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use pakiti_core::finding::FindingState;
use pakiti_engine::fleet_index::{CveHolder, CveHolders, CveQuery, HolderFinding, PackageSaid};
use std::collections::{BTreeSet, HashMap};

/// Hosts per page.
const PAGE: usize = 100;

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
    let state = query.get("state").and_then(|word| FindingState::from_word(word));
    let after = query.get("after").map(String::as_str).filter(|after| !after.is_empty());
    let asked = CveQuery { subject: &subject, state, after: after.and_then(order_of), limit: PAGE };
    let fleet = app.engine.fleet.view(&app.engine.db, app.now()).await?;
    let held = fleet.index.holders(&person.scope, &asked).ok_or(PageError::NoHostHasIt)?;
    let layout = layout(&app, &person, Section::Cves).await?;
    let mut page = CvePage::new(layout, &subject, holders(held), state, after.is_none());
    page.as_of = fleet.as_of;
    render(&page)
}

fn holders(held: CveHolders) -> Holders {
    let statements: BTreeSet<Statement> = held.said.iter().map(statement).collect();
    Holders {
        counts: held.counts.map(i64::unsigned_abs),
        since: held.since,
        statements: statements.into_iter().collect(),
        hosts: held.hosts.iter().map(host_line).collect(),
        more: held.more,
    }
}

fn statement(PackageSaid { os_group, package, said }: &PackageSaid) -> Statement {
    Statement {
        os_group: os_group.to_string(),
        source: (said.source_name.clone(), said.source),
        package: package.to_string(),
        fixed: said.fixed.clone(),
        vendor_state: said.vendor_state.clone(),
        advisory: said.advisory.clone(),
        severity: said.severity.clone(),
        cvss_tenths: said.cvss_tenths,
    }
}

/// A host with its packages; of several sources the one that says the strongest state.
fn host_line(host: &CveHolder) -> HostLine {
    let mut packages: Vec<PackageLine> = host.findings.iter().map(package_line).collect();
    packages.sort();
    let key = |line: &PackageLine| (line.name.clone(), line.arch.clone(), line.installed.clone());
    packages.dedup_by(|a, b| key(a) == key(b));
    HostLine {
        id: host.id,
        name: host.name.to_string(),
        os_group: host.os_group.to_string(),
        state: host.state,
        since: host.findings.iter().map(|finding| finding.since).min().unwrap_or_default(),
        packages,
    }
}

fn package_line(finding: &HolderFinding) -> PackageLine {
    let HolderFinding { package, state, said, .. } = finding;
    PackageLine {
        name: package.name.to_string(),
        arch: package.arch.to_string(),
        installed: package.version.to_string(),
        state: *state,
        fixed: said.fixed.clone(),
        vendor_state: said.vendor_state.clone(),
    }
}
