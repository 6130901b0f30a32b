//! Judging a whole package set without a store: what `pakiti evaluate` does and what `pakiti verify` compares
//! the server's cached numbers with.

use crate::context::Context;
use crate::finding::Finding;
use crate::judgement::{Judgement, Update};
use crate::kernel::{self, KernelTruth};
use crate::package::{Package, PackageFormat};
use crate::package_set::PackageId;
use crate::rules::RuleIndex;
use crate::verdict::{Fold, Verdict};
use crate::version::{self, VersionKey};
use std::collections::{HashMap, HashSet};

/// What a package set is judged to.
#[derive(Debug)]
pub struct Judged {
    /// By place of the package: as it stands on the host.
    pub judgements: Vec<Judgement>,
    /// By place of the package: its findings in full, as they stand on the host.
    pub findings: Vec<Vec<Finding>>,
    /// The verdict; ids are places.
    pub verdict: Verdict,
}

/// Judges every package and folds the verdict; ids are positions in `packages`.
pub fn judge(index: &RuleIndex, context: &Context, packages: &[Package]) -> Judged {
    let completed = index.complete(&context.group, packages.iter());
    let rules = index.for_group(completed.as_ref().unwrap_or(&context.group));
    let mut judgements: Vec<Judgement> = packages.iter().map(|package| rules.judge(package)).collect();
    let updated = packages.iter().zip(&judgements).filter(|(_, judgement)| judgement.update.is_some());
    let installed = Installed::of(updated.map(|(package, _)| package), packages.iter());
    let parts: Vec<_> = packages.iter().map(kernel::part).collect();
    let images = || packages.iter().zip(&parts).filter_map(|(package, part)| Some((package, part.as_ref()?)));
    let truth = KernelTruth::new(context, images());
    let all: Vec<&Package> = packages.iter().collect();
    let alone = |at: usize, _: &Package| judgements.get(at).map(|j| j.findings.clone()).unwrap_or_default();
    for (at, findings) in rules.of_set(context, &truth, &all, alone) {
        if let Some(judgement) = judgements.get_mut(at) {
            judgement.findings = findings;
        }
    }
    let mut fold = Fold::new(context, KernelTruth::new(context, images()));
    let mut findings = Vec::with_capacity(packages.len());
    for ((package, judgement), id) in packages.iter().zip(&mut judgements).zip(0..) {
        judgement.update = judgement.update.take().filter(|update| !installed.outdoes(package, update));
        judgement.further.retain(|update| !installed.outdoes(package, update));
        let summary = rules.summary(package, &judgement.findings);
        fold.add(id, package.key(), package, judgement, &summary);
        let described =
            judgement.findings.iter().filter_map(|found| rules.describe_on(&truth, package, found));
        findings.push(described.collect());
    }
    Judged { judgements, findings, verdict: fold.finish() }
}

/// One installed package with its update.
type Instance<'a> = (PackageId, &'a Package, Option<&'a Update>);

/// The rpms whose update does not count because of another installed instance of the same name.
pub fn superseded<'a>(instances: impl Iterator<Item = Instance<'a>> + Clone) -> HashSet<PackageId> {
    let updated = || instances.clone().filter_map(|(id, package, update)| Some((id, package, update?)));
    let installed =
        Installed::of(updated().map(|(_, package, _)| package), instances.clone().map(|(_, p, _)| p));
    updated().filter(|(_, package, update)| installed.outdoes(package, update)).map(|(id, ..)| id).collect()
}

/// The newest installed version of each name that has an update and is installed more than once, by architecture.
///
/// contract.md "updates, dnf": the candidate is compared with the highest installed version (kernels, and whatever
/// else is installed twice). Linear in the packages: a report may hold any number of one name.
struct Installed<'a> {
    names: HashMap<&'a str, HashMap<&'a str, VersionKey>>,
}

impl<'a> Installed<'a> {
    fn of(updated: impl Iterator<Item = &'a Package>, all: impl Iterator<Item = &'a Package>) -> Self {
        let mut instances: HashMap<&str, Vec<&Package>> = updated
            .filter(|package| is_rpm(package))
            .map(|package| (package.name.as_str(), Vec::new()))
            .collect();
        if !instances.is_empty() {
            for package in all.filter(|package| is_rpm(package)) {
                if let Some(list) = instances.get_mut(package.name.as_str()) {
                    list.push(package);
                }
            }
        }
        instances.retain(|_, list| list.len() > 1);
        Self { names: instances.into_iter().map(|(name, list)| (name, newest(&list))).collect() }
    }

    /// Is this update of the package none because of another instance: a newer one that fits the candidate's
    /// architecture, or one of the same version that has that architecture already?
    fn outdoes(&self, package: &Package, update: &Update) -> bool {
        let Some(archs) = self.names.get(package.name.as_str()) else { return false };
        let Ok(own) = version::sort_key(PackageFormat::Rpm, &package.version) else { return false };
        let arch = update.candidate_arch.as_deref().unwrap_or(&package.arch);
        let newer = |key: &VersionKey| *key > own;
        if arch == "noarch" {
            return archs.values().any(newer) || (package.arch != arch && archs.get(arch) == Some(&own));
        }
        let of = |arch: &str| archs.get(arch);
        of(arch).is_some_and(newer)
            || of("noarch").is_some_and(newer)
            // The same version in two architectures that both fit: one row is enough.
            || (package.arch != arch && of(arch) == Some(&own))
    }
}

/// The newest version of each architecture; one without an order is newer than nothing.
fn newest<'a>(instances: &[&'a Package]) -> HashMap<&'a str, VersionKey> {
    let mut out: HashMap<&str, VersionKey> = HashMap::new();
    for package in instances {
        let Ok(key) = version::sort_key(PackageFormat::Rpm, &package.version) else { continue };
        let best = out.entry(package.arch.as_str()).or_insert_with(|| key.clone());
        if key > *best {
            *best = key;
        }
    }
    out
}

fn is_rpm(package: &Package) -> bool {
    package.format == PackageFormat::Rpm
}
