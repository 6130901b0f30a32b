//! CVEs (and advisories without one): which keys have findings of each.
//!
//! Many CVEs are of the same keys in the same states: all that one build of openssl closes are. They share a
//! [`Holding`], and hosts are counted once for all of them.

use super::group::{FastMap, Group};
use pakiti_core::finding::FindingState;
use pakiti_core::severity::Severity;
use std::sync::Arc;

/// The names of subjects by number; a number is never given again.
#[derive(Debug, Clone, Default)]
pub(super) struct Names {
    of: FastMap<Arc<str>, u32>,
    names: Vec<Arc<str>>,
}

impl Names {
    pub(super) fn number(&mut self, name: &str) -> u32 {
        if let Some(known) = self.of.get(name) {
            return *known;
        }
        let (number, name) = (self.names.len() as u32, Arc::<str>::from(name));
        self.of.insert(name.clone(), number);
        self.names.push(name);
        number
    }

    pub(super) fn find(&self, name: &str) -> Option<u32> {
        self.of.get(name).copied()
    }
}

/// Keys of one group context that have a finding in these states, the strongest first.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Holding {
    pub(super) group: u32,
    pub(super) keys: Vec<(FindingState, u32)>,
}

/// A finding: of which key, and its place there. What lists take of it stands here, in the order they read it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    pub(super) group: u32,
    pub(super) key: u32,
    pub(super) found: u32,
    pub(super) severity: Severity,
    pub(super) cvss_tenths: Option<u8>,
    pub(super) since: i64,
}

/// A CVE, or an advisory without one.
#[derive(Debug, Clone)]
pub(super) struct Subject {
    pub(super) name: Arc<str>,
    pub(super) entries: Vec<Entry>,
    /// Who holds it, one for each group context with an entry.
    pub(super) holdings: Vec<u32>,
}

/// All subjects, by number.
#[derive(Debug, Clone, Default)]
pub(super) struct Subjects {
    pub(super) rows: Vec<Subject>,
    pub(super) holdings: Vec<Holding>,
}

impl Subjects {
    /// Of the keys of these group contexts.
    pub(super) fn of(groups: &[Arc<Group>], names: &Names) -> Self {
        let subject =
            |name: &Arc<str>| Subject { name: name.clone(), entries: Vec::new(), holdings: Vec::new() };
        let mut out = Self { rows: names.names.iter().map(subject).collect(), holdings: Vec::new() };
        for (group, at) in groups.iter().zip(0..) {
            for (key, place) in group.keys.iter().zip(0..) {
                for (found, number) in key.found.iter().zip(0..) {
                    if let Some(row) = out.rows.get_mut(found.subject as usize) {
                        row.entries.push(Entry {
                            group: at,
                            key: place,
                            found: number,
                            severity: found.said.severity.0,
                            cvss_tenths: found.said.cvss_tenths,
                            since: found.since,
                        });
                    }
                }
            }
        }
        out.hold(groups);
        out
    }

    fn hold(&mut self, groups: &[Arc<Group>]) {
        let mut known: FastMap<Holding, u32> = FastMap::default();
        for row in &mut self.rows {
            row.entries.shrink_to_fit();
            for entries in row.entries.chunk_by(|a, b| a.group == b.group) {
                let Some(group) = entries.first().map(|entry| entry.group) else { continue };
                let of = groups.get(group as usize);
                let state = |entry: &Entry| {
                    let key = of?.keys.get(entry.key as usize)?;
                    Some((key.found.get(entry.found as usize)?.state, entry.key))
                };
                let mut keys: Vec<(FindingState, u32)> = entries.iter().filter_map(state).collect();
                keys.sort_unstable();
                keys.dedup();
                let next = known.len() as u32;
                row.holdings.push(*known.entry(Holding { group, keys }).or_insert(next));
            }
        }
        let mut holdings: Vec<(Holding, u32)> = known.into_iter().collect();
        holdings.sort_unstable_by_key(|(_, number)| *number);
        self.holdings = holdings.into_iter().map(|(holding, _)| holding).collect();
    }
}
