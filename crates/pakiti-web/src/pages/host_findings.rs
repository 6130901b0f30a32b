//! The findings tab of a host: rows of all sources merged, and the proof of those that are shown.
//!
//! Rows come from the memo, which keeps no gates; those are asked of the rules in force, for the packages of one page
//! only (a kernel has thousands of findings).

use crate::app::App;
use crate::error::PageError;
use crate::view::finding_filter::FindingFilter;
use crate::view::host::findings::{FindingRow, FindingsTab, NextKernel, Proof};
use pakiti_core::context::{Context, GroupContext};
use pakiti_core::finding::{Finding, FindingState, FindingWhy, Found};
use pakiti_core::kernel::{self, KernelPart, KernelTruth, Standing};
use pakiti_core::package::{Package, PackageFormat};
use pakiti_core::severity::Severity;
use pakiti_store::host::HostDetail;
use pakiti_store::host_packages::{self, HostFinding};
use std::collections::{BTreeMap, HashMap};

/// Findings per page.
const FINDINGS: usize = 200;

pub(super) async fn findings(
    app: &App,
    detail: &HostDetail,
    filter: FindingFilter,
) -> Result<FindingsTab, PageError> {
    let db = &app.engine.db;
    let all = rows(app, detail).await?;
    if all.is_empty() {
        return Ok(FindingsTab::new(all, None, filter, FINDINGS));
    }
    let (group, context, packages) = host_packages::subject(db, detail).await?;
    let images = Images::new(&context, &packages);
    let mut tab = FindingsTab::new(all, images.next_kernel().as_ref(), filter, FINDINGS);
    prove(app, &group, &images, &packages, &mut tab);
    Ok(tab)
}

/// The findings of a host, one row per (package, CVE).
pub(super) async fn rows(app: &App, detail: &HostDetail) -> Result<Vec<FindingRow>, PageError> {
    Ok(merged(host_packages::findings(&app.engine.db, detail).await?))
}

/// One row per (package, CVE): the finding that counts decides, as in the counters ([`GroupRules::weigh`]).
///
/// [`GroupRules::weigh`]: pakiti_core::rules::GroupRules
fn merged(all: Vec<HostFinding>) -> Vec<FindingRow> {
    let mut rows: BTreeMap<(Package, String), Vec<HostFinding>> = BTreeMap::new();
    for found in all {
        let key = (found.package.clone(), found.finding.subject().to_owned());
        rows.entry(key).or_default().push(found);
    }
    rows.into_iter().filter_map(|((package, subject), said)| row(package, subject, said)).collect()
}

fn row(package: Package, subject: String, mut said: Vec<HostFinding>) -> Option<FindingRow> {
    said.sort_by_key(|found| (rank(&found.finding), found.finding.source));
    let since = said.iter().map(|found| found.since).min()?;
    let cvss_tenths = said.iter().filter_map(|found| found.finding.cvss_tenths).max();
    let first = &said.first()?.finding;
    Some(FindingRow {
        package,
        subject,
        state: first.state,
        severity: (first.severity, first.severity_source.clone()),
        cvss_tenths,
        fixed: first.fixed.clone(),
        vendor_state: first.vendor_state.clone(),
        since,
        proofs: said.into_iter().map(proof).collect(),
    })
}

/// What is fixed on disk was fixable when the package alone was judged.
fn rank(finding: &Finding) -> (bool, Severity) {
    let fix = matches!(finding.state, FindingState::Fixable | FindingState::PendingReboot);
    (!fix, finding.severity)
}

fn proof(said: HostFinding) -> Proof {
    let HostFinding { finding, since, .. } = said;
    Proof {
        source: finding.source,
        source_name: finding.source_name,
        advisory: finding.advisory,
        severity: (finding.severity, finding.severity_source),
        fixed: finding.fixed,
        vendor_state: finding.vendor_state,
        why: finding.why,
        since,
    }
}

/// Asks the rules in force for the gates of what is shown.
fn prove(app: &App, group: &GroupContext, images: &Images<'_>, packages: &[Package], tab: &mut FindingsTab) {
    let index = app.engine.rules.current();
    let (rules, truth) = (index.for_group(group), &images.truth);
    let all: Vec<&Package> = packages.iter().collect();
    let alone = |_: usize, package: &Package| rules.judge(package).findings;
    let of_set = rules.of_set(images.context, truth, &all, alone).into_iter();
    let of_set: HashMap<&Package, Vec<Found>> =
        of_set.filter_map(|(at, findings)| Some((packages.get(at)?, findings))).collect();
    let mut wanted: HashMap<Package, Vec<&mut FindingRow>> = HashMap::new();
    for row in tab.groups.iter_mut().flat_map(|group| &mut group.rows) {
        wanted.entry(row.package.clone()).or_default().push(row);
    }
    for (package, rows) in &mut wanted {
        let judged = of_set.get(package).cloned().unwrap_or_else(|| rules.judge(package).findings);
        let mut by_subject: HashMap<&str, Vec<_>> = HashMap::new();
        for found in &judged {
            if let Some(subject) = rules.subject(package, found) {
                by_subject.entry(subject).or_default().push(found);
            }
        }
        for row in rows {
            let founds = by_subject.get(row.subject.as_str()).map_or(&[][..], Vec::as_slice);
            let told: Vec<Finding> =
                founds.iter().filter_map(|found| rules.describe_on(truth, package, found)).collect();
            for proof in &mut row.proofs {
                let now = told.iter().find(|finding| finding.source == proof.source);
                proof.why = now.map_or_else(|| outdated(&proof.why), |finding| finding.why.clone());
            }
        }
    }
}

/// As it was judged; the rules have moved on since.
fn outdated(why: &FindingWhy) -> FindingWhy {
    let gate = "the rules in force no longer say so; the host is about to be judged again".to_owned();
    FindingWhy { gates: vec![gate], ..why.clone() }
}

/// The kernel images of a host.
struct Images<'a> {
    truth: KernelTruth,
    context: &'a Context,
    parts: Vec<(&'a Package, KernelPart)>,
}

impl<'a> Images<'a> {
    fn new(context: &'a Context, packages: &'a [Package]) -> Self {
        let parts: Vec<_> =
            packages.iter().filter_map(|package| Some((package, kernel::part(package)?))).collect();
        let truth = KernelTruth::new(context, parts.iter().map(|(package, part)| (*package, part)));
        Self { truth, context, parts }
    }

    /// The newest image of the flavour that runs: a fix that waits for a reboot is in it.
    fn next_kernel(&self) -> Option<NextKernel> {
        let images = || {
            self.parts.iter().filter_map(|(package, part)| match part {
                KernelPart::Image { flavour, key } => Some((*package, part, flavour, key)),
                KernelPart::Auxiliary => None,
            })
        };
        let runs = images()
            .find(|(package, part, ..)| self.truth.standing(package, part) == Standing::Running)
            .map(|(.., flavour, _)| flavour)?;
        let (package, part, ..) =
            images().filter(|(_, _, flavour, _)| *flavour == runs).max_by(|a, b| a.3.cmp(b.3))?;
        let told = self.context.default_kernel.is_some();
        let stands = self.truth.standing(package, part);
        let other_boots = told && matches!(stands, Standing::Newest | Standing::Old);
        Some(NextKernel { release: release(package), other_boots })
    }
}

/// What `uname -r` will say, as far as the name or version of the image tells.
fn release(package: &Package) -> String {
    match package.format {
        PackageFormat::Deb => {
            let digit = package.name.find(|c: char| c.is_ascii_digit());
            digit.and_then(|at| package.name.get(at..)).unwrap_or(&package.version).to_owned()
        }
        _ => {
            let bare = package.version.split_once(':').map_or(package.version.as_str(), |(_, bare)| bare);
            format!("{bare}.{}", package.arch)
        }
    }
}
