//! What the index says, beside what SQL says.

use pakiti_core::finding::FindingState;
use pakiti_engine::fleet_index::{CveHolder, CveQuery, FleetIndex, HolderFinding, PackageSaid};
use pakiti_store::cve::{self, CveHost};
use pakiti_store::db::Db;
use pakiti_store::scope::Scope;
use std::collections::{BTreeMap, BTreeSet};

const STATES: [FindingState; 4] =
    [FindingState::Fixable, FindingState::Unfixed, FindingState::PendingReboot, FindingState::Leftover];
/// Hosts per page: few, so that pages end within states.
const PAGE: usize = 3;

/// Of so many CVEs one is looked at in a step.
const STEP: usize = 4;

/// A host: state, name, id, OS group, and its findings in words.
type Row = (FindingState, String, i64, String, BTreeSet<String>);

/// The list and the hosts of every CVE in it must be the same.
pub(super) async fn same(db: &Db, index: &FleetIndex, scope: &Scope) {
    for at in 0..STEP {
        some(db, index, scope, at).await;
    }
}

/// The list, and the hosts of some CVEs in it, others at each step.
pub(super) async fn some(db: &Db, index: &FleetIndex, scope: &Scope, step: usize) {
    let rows = index.list(scope);
    assert_eq!(rows, cve::list(db, scope).await.unwrap());
    for row in rows.iter().skip(step % STEP).step_by(STEP) {
        let told = cve::hosts(db, scope, &row.subject, usize::MAX).await.unwrap();
        let expected = grouped(&told);
        for state in [None].into_iter().chain(STATES.map(Some)) {
            let wanted = |host: &&Row| state.is_none_or(|state| host.0 == state);
            let expected: Vec<Row> = expected.iter().filter(wanted).cloned().collect();
            assert_eq!(paged(index, scope, &row.subject, state), expected, "{} {state:?}", row.subject);
        }
        let query = CveQuery { subject: &row.subject, limit: PAGE, ..CveQuery::default() };
        let held = index.holders(scope, &query).unwrap();
        assert_eq!(held.counts, row.hosts, "{}", row.subject);
        assert_eq!(Some(held.since), told.iter().map(|host| host.since).min());
        let said: BTreeSet<String> = (held.said.iter())
            .map(|PackageSaid { os_group, package, said }| {
                format!(
                    "{os_group} {package} {:?} {:?} {:?} {}",
                    said.fixed, said.advisory, said.severity, said.source
                )
            })
            .collect();
        let expected: BTreeSet<String> = told.iter().map(statement).collect();
        assert_eq!(said, expected, "{}", row.subject);
    }
}

fn statement(host: &CveHost) -> String {
    let CveHost { os_group, package, finding, .. } = host;
    let severity = (finding.severity, finding.severity_source.clone());
    format!(
        "{os_group} {} {:?} {:?} {severity:?} {}",
        package.name, finding.fixed, finding.advisory, finding.source
    )
}

/// SQL's rows by host.
fn grouped(told: &[CveHost]) -> Vec<Row> {
    let mut out: BTreeMap<i64, Row> = BTreeMap::new();
    for CveHost { host_id, name, os_group, package, finding, since } in told {
        let fresh = || (finding.state, name.clone(), *host_id, os_group.clone(), BTreeSet::new());
        let row = out.entry(*host_id).or_insert_with(fresh);
        row.0 = row.0.min(finding.state);
        row.4.insert(format!(
            "{} {} {} {:?} {:?} {:?} {since} {} {:?}",
            package.name,
            package.version,
            package.arch,
            finding.state,
            finding.fixed,
            finding.vendor_state,
            finding.source_name,
            finding.cvss_tenths,
        ));
    }
    let mut rows: Vec<Row> = out.into_values().collect();
    rows.sort();
    rows
}

/// The index's hosts, all pages of them.
fn paged(index: &FleetIndex, scope: &Scope, subject: &str, state: Option<FindingState>) -> Vec<Row> {
    let mut out: Vec<Row> = Vec::new();
    loop {
        let last = out.last().map(|row| (row.0, row.1.clone(), row.2));
        let after = last.as_ref().map(|(state, name, id)| (*state, name.as_str(), *id));
        let held = index.holders(scope, &CveQuery { subject, state, after, limit: PAGE }).unwrap();
        out.extend(held.hosts.iter().map(row));
        if !held.more {
            return out;
        }
        assert_eq!(held.hosts.len(), PAGE);
    }
}

fn row(host: &CveHolder) -> Row {
    let findings = host.findings.iter().map(|HolderFinding { package, state, since, said }| {
        format!(
            "{} {} {} {state:?} {:?} {:?} {since} {} {:?}",
            package.name,
            package.version,
            package.arch,
            said.fixed,
            said.vendor_state,
            said.source_name,
            said.cvss_tenths
        )
    });
    (host.state, host.name.to_string(), host.id, host.os_group.to_string(), findings.collect())
}
