//! The findings of the JSON document.
//!
//! contract.md "JSON": one per (CVE or else advisory, package, arch, installed instance, source), sorted so.

use pakiti_core::finding::{Finding, FindingWhy};
use pakiti_core::package::Package;
use serde::Serialize;

/// One finding.
#[derive(Debug, Serialize)]
pub(crate) struct FindingRow {
    pub(crate) cve: Option<String>,
    pub(crate) advisory: Option<String>,
    pub(crate) package: String,
    pub(crate) arch: String,
    pub(crate) installed: String,
    pub(crate) fixed: Option<String>,
    pub(crate) state: &'static str,
    pub(crate) vendor_state: Option<String>,
    pub(crate) severity: &'static str,
    severity_source: Option<String>,
    pub(crate) cvss: Option<f64>,
    epss: Option<f64>,
    kev: bool,
    pub(crate) source: String,
    why: FindingWhy,
}

/// The findings of the packages, in the contract's order.
pub(crate) fn rows(packages: &[Package], findings: Vec<Vec<Finding>>) -> Vec<FindingRow> {
    let pairs = packages.iter().zip(findings);
    let mut rows: Vec<FindingRow> = pairs
        .flat_map(|(package, findings)| findings.into_iter().map(move |finding| row(package, finding)))
        .collect();
    rows.sort_by(|a, b| key(a).cmp(&key(b)));
    rows
}

/// Package, arch, installed, cve, source; findings without a CVE by their advisory.
fn key(row: &FindingRow) -> impl Ord + '_ {
    (&row.package, &row.arch, &row.installed, &row.cve, &row.source, &row.advisory)
}

fn row(package: &Package, finding: Finding) -> FindingRow {
    FindingRow {
        cve: finding.cve,
        advisory: finding.advisory,
        package: package.name.clone(),
        arch: package.arch.clone(),
        installed: package.version.clone(),
        fixed: finding.fixed,
        state: finding.state.word(),
        vendor_state: finding.vendor_state,
        severity: finding.severity.word(),
        severity_source: finding.severity_source,
        cvss: finding.cvss_tenths.map(|tenths| f64::from(tenths) / 10.0),
        // No source of either is read yet: nothing is known, nothing is claimed.
        epss: None,
        kev: false,
        source: finding.source_name,
        why: finding.why,
    }
}
