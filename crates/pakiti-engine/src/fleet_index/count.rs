//! Hosts of each CVE by state, for a scope.
//!
//! A host counts once, in the strongest state: the slots of a holding are united state by state, and what was met in a
//! stronger one is left out. A slot weighs as much as it has hosts in scope; weights are kept as planes of bits, so that
//! adding the weights of a union up is counting bits.

use super::FleetIndex;
use super::group::{Group, PackageFacts};
use super::slot_set::set;
use super::subjects::{Holding, Subject};
use pakiti_core::finding::FindingState;
use pakiti_store::cve::CveRow;
use pakiti_store::scope::Scope;
use std::collections::BTreeSet;
use std::sync::Arc;

/// How many hosts of a scope each slot of a group context has.
#[derive(Debug, Default)]
struct Weights {
    /// Slots with at least one.
    any: Vec<u64>,
    /// Plane `n` has the slots whose number of hosts has the bit `n`.
    planes: Vec<Vec<u64>>,
}

impl Weights {
    fn of(hosts: &[u32]) -> Self {
        let mut out = Self::default();
        for (number, slot) in hosts.iter().zip(0_u32..).filter(|(number, _)| **number > 0) {
            set(&mut out.any, slot);
            let bits = u32::BITS - number.leading_zeros();
            for plane in (0..bits as usize).filter(|plane| number >> plane & 1 == 1) {
                if out.planes.len() <= plane {
                    out.planes.resize(plane + 1, Vec::new());
                }
                out.planes.get_mut(plane).into_iter().for_each(|words| set(words, slot));
            }
        }
        out
    }

    /// The hosts of these slots.
    fn sum(&self, words: &[u64]) -> i64 {
        let both = |plane: &Vec<u64>| -> i64 {
            plane.iter().zip(words).map(|(plane, word)| i64::from((plane & word).count_ones())).sum()
        };
        self.planes.iter().zip(0..).map(|(plane, bit)| both(plane) << bit).sum()
    }
}

/// Calls back with each state and the slots that have it as their strongest one.
pub(super) fn by_strongest(group: &Group, holding: &Holding, mut take: impl FnMut(FindingState, &[u64])) {
    let (mut seen, mut new) = (group.words(), group.words());
    for keys in holding.keys.chunk_by(|a, b| a.0 == b.0) {
        new.fill(0);
        let of = keys.iter().filter_map(|(_, key)| group.keys.get(*key as usize));
        of.for_each(|key| key.holders.add_to(&mut new));
        for (new, seen) in new.iter_mut().zip(&mut seen) {
            *new &= !*seen;
            *seen |= *new;
        }
        if let Some((state, _)) = keys.first() {
            take(*state, &new);
        }
    }
}

impl FleetIndex {
    /// Every CVE that a host of the scope has, the worst first: what [`pakiti_store::cve::list`] says, without the
    /// database.
    pub fn list(&self, scope: &Scope) -> Vec<CveRow> {
        let weights = self.weigh(scope);
        let seen = self.seen(&weights);
        let counts: Vec<[i64; 4]> =
            self.subjects.holdings.iter().map(|holding| self.count(holding, &weights)).collect();
        let rows = self.subjects.rows.iter().filter_map(|subject| {
            let mut row = Self::row(subject, &seen)?;
            for holding in &subject.holdings {
                let count = counts.get(*holding as usize).into_iter().flatten();
                row.hosts.iter_mut().zip(count).for_each(|(sum, count)| *sum += count);
            }
            Some(row)
        });
        let mut rows: Vec<CveRow> = rows.collect();
        rows.sort_by(CveRow::worse);
        rows
    }

    fn weigh(&self, scope: &Scope) -> Vec<Weights> {
        let mut hosts: Vec<Vec<u32>> =
            self.groups.iter().map(|group| vec![0; group.slots as usize]).collect();
        for (_, host) in self.hosts_in(scope) {
            let slots = hosts.get_mut(host.slot.0 as usize);
            if let Some(number) = slots.and_then(|slots| slots.get_mut(host.slot.1 as usize)) {
                *number += 1;
            }
        }
        hosts.iter().map(|hosts| Weights::of(hosts)).collect()
    }

    /// The package of each key that a host in scope holds, by group context and key.
    fn seen(&self, weights: &[Weights]) -> Vec<Vec<Option<&Arc<PackageFacts>>>> {
        let of = |(group, weights): (&Arc<Group>, &Weights)| {
            let keys = group.keys.iter();
            keys.map(|key| self.packages.get(&key.package).filter(|_| key.holders.meets(&weights.any)))
                .collect()
        };
        self.groups.iter().zip(weights).map(of).collect()
    }

    fn count(&self, holding: &Holding, weights: &[Weights]) -> [i64; 4] {
        let mut out = [0; 4];
        let (group, weights) = (self.groups.get(holding.group as usize), weights.get(holding.group as usize));
        if let Some((group, weights)) = group.zip(weights).filter(|(_, weights)| !weights.planes.is_empty()) {
            by_strongest(group, holding, |state, words| {
                out.get_mut(state as usize).into_iter().for_each(|sum| *sum += weights.sum(words));
            });
        }
        out
    }

    /// What is said of a subject of packages on hosts in scope; `None` = no such host has one.
    fn row(subject: &Subject, seen: &[Vec<Option<&Arc<PackageFacts>>>]) -> Option<CveRow> {
        let mut row: Option<CveRow> = None;
        let mut names: Vec<&Arc<str>> = Vec::new();
        for entry in &subject.entries {
            let package = seen.get(entry.group as usize).and_then(|keys| *keys.get(entry.key as usize)?);
            let Some(package) = package else { continue };
            let row = row.get_or_insert_with(|| CveRow {
                subject: subject.name.to_string(),
                severity: entry.severity,
                cvss_tenths: None,
                hosts: [0; 4],
                packages: BTreeSet::new(),
                since: entry.since,
            });
            row.severity = row.severity.min(entry.severity);
            row.cvss_tenths = row.cvss_tenths.max(entry.cvss_tenths);
            row.since = row.since.min(entry.since);
            // Few are different, and most that are the same are one text.
            if !names.iter().any(|name| Arc::ptr_eq(name, &package.name)) {
                names.push(&package.name);
            }
        }
        names.sort_unstable();
        row.map(|row| CveRow { packages: names.into_iter().map(|name| name.to_string()).collect(), ..row })
    }
}

#[cfg(test)]
mod tests {
    use super::Weights;

    #[test]
    fn bits_of_planes_sum_up_to_hosts() {
        let weights = Weights::of(&[3, 0, 100_000, 1]);
        assert_eq!(weights.planes.len(), 17);
        assert_eq!(weights.any, [0b1101]);
        assert_eq!([0b1, 0b10, 0b1100, 0b1111].map(|word| weights.sum(&[word])), [3, 0, 100_001, 100_004]);
        assert!(Weights::of(&[0, 0]).planes.is_empty());
    }
}
