//! The JSON document of `pakiti evaluate`.
//!
//! contract.md "JSON": names and order of the fields are normative, arrays are sorted, no field is missing.

use super::findings::{self, FindingRow};
use super::report::Subject;
use super::skipped::SkippedRow;
use pakiti_core::judge::{self, Judged};
use pakiti_core::judgement::{Judgement, Update};
use pakiti_core::package::Package;
use pakiti_core::rules::RuleIndex;
use pakiti_core::verdict::is_held;
use serde::Serialize;
use std::collections::BTreeSet;

/// The whole document.
#[derive(Debug, Serialize)]
pub(crate) struct Document {
    schema: u32,
    pub(crate) host: Host,
    pub(crate) updates: Vec<UpdateRow>,
    pub(crate) obsoletes: Vec<ObsoleteRow>,
    pub(crate) findings: Vec<FindingRow>,
    pub(crate) coverage: Coverage,
    pub(crate) skipped: Vec<SkippedRow>,
}

/// What is known of the host.
#[derive(Debug, Serialize)]
pub(crate) struct Host {
    pub(crate) name: Option<String>,
    pub(crate) os: Option<String>,
    pub(crate) os_group: Option<String>,
    pub(crate) arch: Option<String>,
    pub(crate) kernel: Option<String>,
}

/// Installed -> candidate.
#[derive(Debug, Serialize)]
pub(crate) struct UpdateRow {
    pub(crate) package: String,
    pub(crate) arch: String,
    pub(crate) installed: String,
    pub(crate) candidate: String,
    pub(crate) candidate_arch: Option<String>,
    pub(crate) kind: &'static str,
    pub(crate) repositories: Vec<String>,
    pub(crate) advisories: Vec<String>,
    pub(crate) held: bool,
    pub(crate) phased: Option<u8>,
    pub(crate) reboot: bool,
}

/// A package that another one replaces.
#[derive(Debug, Serialize)]
pub(crate) struct ObsoleteRow {
    pub(crate) package: String,
    pub(crate) arch: String,
    pub(crate) installed: String,
    pub(crate) by: String,
    pub(crate) candidate: String,
}

/// Who speaks about the packages; counts are of installed instances.
#[derive(Debug, Serialize)]
pub(crate) struct Coverage {
    pub(crate) packages: i64,
    pub(crate) in_repository: i64,
    pub(crate) judged: i64,
    /// Names of packages no source knows.
    pub(crate) unknown: BTreeSet<String>,
}

/// Judges the subject and writes down what was found.
pub(crate) fn document(index: &RuleIndex, subject: Subject, skipped: Vec<SkippedRow>) -> Document {
    let Subject { name, os, arch, context, packages, .. } = subject;
    let Judged { judgements, findings, verdict } = judge::judge(index, &context, &packages);
    let unknown = verdict.unknown.iter().filter_map(|id| packages.get(*id as usize));
    let coverage = Coverage {
        packages: verdict.counters.packages,
        in_repository: verdict.counters.in_repository,
        judged: verdict.counters.judged,
        unknown: unknown.map(|package| package.name.clone()).collect(),
    };
    let obsoletes = obsoletes(&packages, &judgements);
    let findings = findings::rows(&packages, findings);
    let mut updates: Vec<UpdateRow> = packages
        .iter()
        .zip(judgements)
        .flat_map(|(package, judgement)| {
            let held = is_held(&context, package);
            let updates = judgement.update.into_iter().chain(judgement.further);
            updates.map(move |update| row(package, update, held))
        })
        .collect();
    updates.sort_by(|a, b| {
        let key = |row: &'_ UpdateRow| {
            (row.package.clone(), row.arch.clone(), row.installed.clone(), row.candidate_arch.clone())
        };
        key(a).cmp(&key(b))
    });
    let os_group = context.group.os_group.map(|group| group.0);
    Document {
        schema: 1,
        host: Host { name, os, os_group, arch, kernel: context.kernel },
        updates,
        obsoletes,
        findings,
        coverage,
        skipped,
    }
}

fn obsoletes(packages: &[Package], judgements: &[Judgement]) -> Vec<ObsoleteRow> {
    let mut rows: Vec<ObsoleteRow> = Vec::new();
    for (package, judgement) in packages.iter().zip(judgements) {
        rows.extend(judgement.replaced_by.iter().map(|replacement| ObsoleteRow {
            package: package.name.clone(),
            arch: package.arch.clone(),
            installed: package.version.clone(),
            by: replacement.by.clone(),
            candidate: replacement.candidate.clone(),
        }));
    }
    rows.sort_by(|a, b| {
        (&a.package, &a.arch, &a.installed, &a.by).cmp(&(&b.package, &b.arch, &b.installed, &b.by))
    });
    rows
}

fn row(package: &Package, update: Update, held: bool) -> UpdateRow {
    UpdateRow {
        package: package.name.clone(),
        arch: package.arch.clone(),
        installed: package.version.clone(),
        candidate: update.candidate,
        candidate_arch: update.candidate_arch,
        kind: update.kind.word(),
        repositories: update.repositories,
        advisories: update.advisories,
        held,
        phased: update.phased,
        reboot: update.reboot,
    }
}
