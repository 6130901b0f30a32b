//! Findings of kernel images, summed up so that sets are counted without looking at each.

use super::{KernelPart, KernelTruth, Standing};
use crate::finding::{FindingCounts, FindingState};
use crate::package::Package;
use crate::version::VersionKey;

/// The findings of one image package by the version that fixes them, so that a set with thousands of kernel
/// findings is counted by a few look-ups.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImageCounts {
    /// Fixing version (`None` first: no fix) -> counts.
    by_fix: Vec<(Option<VersionKey>, FindingCounts)>,
}

impl ImageCounts {
    /// Sums findings up: each with its fixing version and its counts.
    pub fn new(findings: impl Iterator<Item = (Option<VersionKey>, FindingCounts)>) -> Self {
        let mut sums: std::collections::BTreeMap<Option<VersionKey>, FindingCounts> = Default::default();
        for (fixed, counts) in findings {
            sums.entry(fixed).or_default().merge(&counts);
        }
        Self { by_fix: sums.into_iter().collect() }
    }

    /// What they count on a host where these images are installed.
    pub fn on(&self, truth: &KernelTruth, package: &Package, part: &KernelPart) -> FindingCounts {
        let mut sum = FindingCounts::default();
        let standing = truth.standing(package, part);
        for (fixed, counts) in &self.by_fix {
            let pending = || fixed.as_ref().is_some_and(|fixed| truth.has_fix(part, fixed));
            let counts = match standing {
                Standing::Untold | Standing::Next | Standing::Newest => *counts,
                Standing::Old => counts.all_as(FindingState::Leftover),
                Standing::Running if pending() => FindingCounts {
                    fixable: Default::default(),
                    pending_reboot: counts.pending_reboot + counts.fixable_total(),
                    ..*counts
                },
                Standing::Running => *counts,
            };
            sum.merge(&counts);
        }
        sum
    }
}
