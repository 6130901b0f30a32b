//! Findings of one package across all sources: which count, and what they are in full.
//!
//! contract.md "JSON": one finding per (CVE or else advisory, package, instance, source). Two sources that say the
//! same are two findings and count once. vendor-rules.md "Kernel box": headers and tools expose nothing.

use super::explain::NotAffected;
use super::{GroupRules, oval, rpm};
use crate::finding::{Finding, FindingCounts, Found, FoundBy};
use crate::kernel::{self, ImageCounts, KernelPart, KernelTruth};
use crate::package::Package;
use crate::severity::Severity;
use crate::version::VersionKey;
use std::collections::HashMap;

/// The findings of one package, summed up for verdicts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FindingSummary {
    /// What the package alone counts.
    pub counts: FindingCounts,
    /// Of a kernel image: its part, and its findings by the version that fixes them.
    pub image: Option<Box<(KernelPart, ImageCounts)>>,
    /// BLAKE3 of what the findings say; `None` = there are none.
    pub hash: Option<[u8; 32]>,
}

impl FindingSummary {
    /// What the package counts on a host with these kernels.
    pub fn counts_on(&self, truth: &KernelTruth, package: &Package) -> FindingCounts {
        match self.image.as_deref() {
            Some((part, counts)) => counts.on(truth, package, part),
            None => self.counts,
        }
    }
}

impl GroupRules<'_> {
    /// Takes out what exposes nothing and marks what counts.
    pub(super) fn weigh(&self, package: &Package, findings: &mut Vec<Found>) {
        if findings.is_empty() {
            return;
        }
        if self.harmless(package).is_some() {
            return findings.clear();
        }
        let mut best: HashMap<&str, usize> = HashMap::with_capacity(findings.len());
        // Of equals the one that takes the newest version to close: the order of the sources must not decide.
        let rank =
            |found: &Found| (found.state, found.severity, std::cmp::Reverse(self.fixed_key(package, found)));
        for (at, found) in findings.iter().enumerate() {
            let Some(subject) = self.subject(package, found) else { continue };
            let known = best.entry(subject).or_insert(at);
            if findings.get(*known).is_some_and(|known| rank(found) < rank(known)) {
                *known = at;
            }
        }
        let mut counted: Vec<usize> = best.into_values().collect();
        counted.sort_unstable();
        for (at, found) in findings.iter_mut().enumerate() {
            found.counted = found.severity != Severity::None && counted.binary_search(&at).is_ok();
        }
    }

    /// Why a package exposes nothing, whatever its version.
    pub(super) fn harmless(&self, package: &Package) -> Option<NotAffected> {
        match kernel::part(package)? {
            KernelPart::Auxiliary => Some(NotAffected::Auxiliary),
            // vendor-rules.md: "Container reports must not count as hosts with kernels."
            KernelPart::Image { .. } => {
                let container = self.context.container.as_ref()?;
                let words = format!("a container ({container}) runs no kernel of its own");
                Some(NotAffected::GateClosed(words))
            }
        }
    }

    /// The CVE, else the advisory, that a finding is about.
    pub fn subject(&self, package: &Package, found: &Found) -> Option<&str> {
        match found.by {
            FoundBy::Errata { fix } => rpm::findings::subject(self.index, package, fix, found.cve),
            FoundBy::Definition { document, rule } => {
                oval::subject(&self.index.oval, (document, rule), found.cve)
            }
        }
    }

    /// The order of the version that closes a finding; `None` = there is none.
    pub fn fixed_key(&self, package: &Package, found: &Found) -> Option<&VersionKey> {
        match found.by {
            FoundBy::Errata { fix } => self.index.rpm.fix(package, fix).map(|fix| &fix.key),
            FoundBy::Definition { document, rule } => oval::fixed_key(&self.index.oval, (document, rule)),
        }
    }

    /// A finding in full, as the package alone is judged.
    pub fn describe(&self, package: &Package, found: &Found) -> Option<Finding> {
        match found.by {
            FoundBy::Errata { fix } => rpm::findings::describe(self.index, self.context, package, found, fix),
            FoundBy::Definition { document, rule } => {
                oval::describe(&self.index.oval, self.context, package, found, (document, rule))
            }
        }
    }

    /// A finding in full, as it stands on a host with these kernels.
    pub fn describe_on(&self, truth: &KernelTruth, package: &Package, found: &Found) -> Option<Finding> {
        let mut finding = self.describe_in_set(truth, package, found)?;
        if let Some(part @ KernelPart::Image { .. }) = kernel::part(package) {
            let fixed = self.fixed_key(package, found);
            finding.state = truth.state(package, &part, found.state, fixed);
            finding.why.gates.push(truth.gate(package, &part, fixed));
        }
        Some(finding)
    }

    /// The findings of a package, summed up.
    pub fn summary(&self, package: &Package, findings: &[Found]) -> FindingSummary {
        let part = kernel::part(package).filter(|part| matches!(part, KernelPart::Image { .. }));
        let mut counts = FindingCounts::default();
        let counted = || findings.iter().filter(|found| found.counted);
        counted().for_each(|found| counts.add(found.state, found.severity));
        let image = part.map(|part| {
            let one = |found: &Found| {
                let mut counts = FindingCounts::default();
                counts.add(found.state, found.severity);
                (self.fixed_key(package, found).cloned(), counts)
            };
            Box::new((part, ImageCounts::new(counted().map(one))))
        });
        FindingSummary { counts, image, hash: self.hash_of(package, findings) }
    }

    /// Places differ between generations, so what they stand for is hashed.
    fn hash_of(&self, package: &Package, findings: &[Found]) -> Option<[u8; 32]> {
        if findings.is_empty() {
            return None;
        }
        let mut lines: Vec<[u8; 32]> = Vec::with_capacity(findings.len());
        for found in findings {
            let mut hasher = blake3::Hasher::new();
            hasher.update(self.subject(package, found).unwrap_or_default().as_bytes());
            hasher.update(&[
                0,
                found.state as u8,
                found.severity as u8,
                u8::from(found.counted),
                u8::from(found.running),
            ]);
            hasher.update(self.fixed_key(package, found).map_or(&[], |key| key.0.as_slice()));
            lines.push(*hasher.finalize().as_bytes());
        }
        lines.sort_unstable();
        let mut all = blake3::Hasher::new();
        for line in &lines {
            all.update(line);
        }
        Some(*all.finalize().as_bytes())
    }
}
