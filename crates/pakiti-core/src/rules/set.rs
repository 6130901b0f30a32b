//! What only a whole package set tells of its packages: definitions that one package cannot answer, and the kernel
//! that runs where another build of it was installed since.
//!
//! design.md "The heart": the small per-set list, "kernel states among them"; protocol6.md `kernel-version`.

use super::{GroupRules, RuleIndex};
use crate::context::Context;
use crate::finding::{Finding, FindingState, Found};
use crate::kernel::{self, KernelPart, KernelTruth};
use crate::package::{Package, PackageFormat};
use std::collections::BTreeMap;

/// By place of the package: what is found in it.
pub(super) type OfSet = BTreeMap<usize, Vec<Found>>;

impl RuleIndex {
    /// May a set with these packages tell more than they do alone? Asked of every set of a fleet: cheap.
    pub fn set_may_tell<'p>(
        &self,
        truth: &KernelTruth,
        mut packages: impl Iterator<Item = &'p Package>,
    ) -> bool {
        let replaced = |package: &Package| {
            let part = kernel::part(package);
            part.is_some_and(|part| truth.replaced(package, &part).is_some())
        };
        let whole = self.asks_whole_sets();
        (whole || truth.knows_build())
            && packages.any(|package| {
                (whole && self.asks_sets_of(package)) || (may_be_replaced(package) && replaced(package))
            })
    }
}

impl GroupRules<'_> {
    /// What the set finds in its packages beside what they alone are judged to; the group context is the completed one.
    pub fn found_by_set(&self, context: &Context, truth: &KernelTruth, packages: &[&Package]) -> OfSet {
        let mut out = OfSet::new();
        for (at, found) in self.index.set_findings(self.context, context, packages) {
            out.entry(at).or_default().push(found);
        }
        for (at, package) in packages.iter().enumerate().filter(|(_, package)| may_be_replaced(package)) {
            let older = kernel::part(package).and_then(|part| truth.replaced(package, &part));
            let Some(older) = older else { continue };
            let found = self.judge(&older).findings.into_iter();
            // What no build closes the installed one has as well.
            let closed = found.filter(|found| found.state == FindingState::Fixable);
            let more: Vec<Found> = closed.map(|found| Found { running: true, ..found }).collect();
            if !more.is_empty() {
                out.entry(at).or_default().extend(more);
            }
        }
        out
    }

    /// The packages of which the set tells more than they do alone, with all their findings; `alone` gives what the
    /// package at a place is judged to.
    pub fn of_set<'p>(
        &self,
        context: &Context,
        truth: &KernelTruth,
        packages: &[&'p Package],
        alone: impl Fn(usize, &'p Package) -> Vec<Found>,
    ) -> OfSet {
        let mut all = self.found_by_set(context, truth, packages);
        for (at, found) in &mut all {
            let Some(package) = packages.get(*at) else { continue };
            let mut findings = alone(*at, package);
            self.join(package, &mut findings, found.drain(..));
            *found = findings;
        }
        all
    }

    /// A finding in full, as it is judged without regard to what runs; one of the running build names that build.
    pub fn describe_in_set(&self, truth: &KernelTruth, package: &Package, found: &Found) -> Option<Finding> {
        let part =
            kernel::part(package).filter(|part| found.running && matches!(part, KernelPart::Image { .. }));
        let Some(older) = part.and_then(|part| truth.replaced(package, &part)) else {
            return self.describe(package, found);
        };
        let mut finding = self.describe(&older, found)?;
        finding.why.comparison = format!("running {}", finding.why.comparison);
        finding
            .why
            .gates
            .push(format!("{} was installed under the name of the running kernel", package.version));
        Some(finding)
    }
}

fn may_be_replaced(package: &Package) -> bool {
    package.format == PackageFormat::Deb && package.name.starts_with("linux-")
}
