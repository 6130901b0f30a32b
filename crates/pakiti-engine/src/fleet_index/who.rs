//! The hosts that have one CVE, page by page, with what sources say of it.

use super::FleetIndex;
use super::count::by_strongest;
use super::group::{Found, Key, PackageFacts, Said};
use super::slot_set::{set, slots};
use super::subjects::{Entry, Subject};
use pakiti_core::finding::FindingState;
use pakiti_store::scope::Scope;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Which hosts are asked for.
#[derive(Debug, Clone, Copy, Default)]
pub struct CveQuery<'a> {
    /// The CVE, or the advisory.
    pub subject: &'a str,
    /// Only hosts in this state.
    pub state: Option<FindingState>,
    /// After the host with this state, name and id.
    pub after: Option<(FindingState, &'a str, i64)>,
    /// At most so many.
    pub limit: usize,
}

/// Who has a CVE.
#[derive(Debug, Clone)]
pub struct CveHolders {
    /// Hosts by the strongest state they have it in, as [`pakiti_store::cve::CveRow::hosts`].
    pub counts: [i64; 4],
    /// When it was first known of any of them.
    pub since: i64,
    /// What is said of packages of these hosts.
    pub said: BTreeSet<PackageSaid>,
    /// The hosts asked for, by state, name and id.
    pub hosts: Vec<CveHolder>,
    /// Are there more after them?
    pub more: bool,
}

/// What a source says of a package in an OS group.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PackageSaid {
    /// OS group.
    pub os_group: Arc<str>,
    /// Name of the package.
    pub package: Arc<str>,
    /// What is said.
    pub said: Arc<Said>,
}

/// A host that has a CVE.
#[derive(Debug, Clone)]
pub struct CveHolder {
    /// Id.
    pub id: i64,
    /// Name.
    pub name: Arc<str>,
    /// OS group.
    pub os_group: Arc<str>,
    /// The strongest state it has it in.
    pub state: FindingState,
    /// The findings that bring it.
    pub findings: Vec<HolderFinding>,
}

/// A finding of a host.
#[derive(Debug, Clone)]
pub struct HolderFinding {
    /// The installed package.
    pub package: Arc<PackageFacts>,
    /// As it stands on this host.
    pub state: FindingState,
    /// When it was first known of this package.
    pub since: i64,
    /// What the source says.
    pub said: Arc<Said>,
}

/// By group context: what has the CVE there.
struct Place<'a> {
    entries: &'a [Entry],
    /// The strongest state by slot.
    states: Vec<Option<FindingState>>,
    /// Slots of hosts in scope.
    seen: Vec<u64>,
}

impl FleetIndex {
    /// The hosts of the scope that have a CVE: what [`pakiti_store::cve::hosts`] says, without the database and page by
    /// page. `None` = none has it.
    pub fn holders(&self, scope: &Scope, query: &CveQuery<'_>) -> Option<CveHolders> {
        let number = self.names.find(query.subject)?;
        let subject = self.subjects.rows.get(number as usize)?;
        let mut places = self.places(subject);
        let from = query.after.map(|(state, name, id)| (state, self.position_after(name, id)));
        let mut counts = [0; 4];
        // Of each state the first hosts of the page, which may end within any.
        let mut first: BTreeMap<FindingState, Vec<usize>> = BTreeMap::new();
        for (at, host) in self.hosts_in(scope) {
            let Some(place) = places.get_mut(&host.slot.0) else { continue };
            let Some(state) = place.states.get(host.slot.1 as usize).copied().flatten() else { continue };
            set(&mut place.seen, host.slot.1);
            counts.get_mut(state as usize).into_iter().for_each(|sum| *sum += 1);
            let wanted = query.state.is_none_or(|wanted| wanted == state);
            if wanted && from.is_none_or(|from| (state, at) >= from) {
                let first = first.entry(state).or_default();
                if first.len() <= query.limit {
                    first.push(at);
                }
            }
        }
        let mut hosts: Vec<(FindingState, usize)> = first
            .into_iter()
            .flat_map(|(state, hosts)| hosts.into_iter().map(move |at| (state, at)))
            .collect();
        let more = hosts.len() > query.limit;
        hosts.truncate(query.limit);
        let hosts = hosts.into_iter().filter_map(|(state, at)| self.holder(at, state, &places)).collect();
        let (since, said) = self.said_of(&places)?;
        Some(CveHolders { counts, since, said, hosts, more })
    }

    fn places<'a>(&self, subject: &'a Subject) -> BTreeMap<u32, Place<'a>> {
        let mut out = BTreeMap::new();
        for entries in subject.entries.chunk_by(|a, b| a.group == b.group) {
            let Some(at) = entries.first().map(|entry| entry.group) else { continue };
            let Some(group) = self.groups.get(at as usize) else { continue };
            let mut states = vec![None; group.slots as usize];
            let holdings = subject.holdings.iter().filter_map(|n| self.subjects.holdings.get(*n as usize));
            for holding in holdings.filter(|holding| holding.group == at) {
                by_strongest(group, holding, |state, words| {
                    for slot in slots(words) {
                        states.get_mut(slot as usize).into_iter().for_each(|known| *known = Some(state));
                    }
                });
            }
            out.insert(at, Place { entries, states, seen: Vec::new() });
        }
        out
    }

    /// The place in the order of names that a host of this name and id stands before.
    fn position_after(&self, name: &str, id: i64) -> usize {
        self.hosts.partition_point(|host| (&*host.name, host.id) <= (name, id))
    }

    fn holder(&self, at: usize, state: FindingState, places: &BTreeMap<u32, Place<'_>>) -> Option<CveHolder> {
        let host = self.hosts.get(at)?;
        let (group, slot) = host.slot;
        let entries = places.get(&group)?.entries.iter();
        let held = entries.filter_map(|entry| {
            let (key, found) = self.key(entry).zip(self.found(entry))?;
            if !key.holders.contains(slot) {
                return None;
            }
            let Found { state, since, said, .. } = found.clone();
            Some(HolderFinding { package: self.packages.get(&key.package)?.clone(), state, since, said })
        });
        let findings = held.collect();
        let os_group = self.groups.get(group as usize)?.os_group.clone();
        Some(CveHolder { id: host.id, name: host.name.clone(), os_group, state, findings })
    }

    /// Since when, and what is said of packages that hosts in scope have; `None` = there is no such host.
    fn said_of(&self, places: &BTreeMap<u32, Place<'_>>) -> Option<(i64, BTreeSet<PackageSaid>)> {
        let (mut since, mut said) = (None, BTreeSet::new());
        for (group, place) in places {
            let Some(group) = self.groups.get(*group as usize) else { continue };
            let seen =
                |entry: &&Entry| self.key(entry).is_some_and(|key: &Key| key.holders.meets(&place.seen));
            for entry in place.entries.iter().filter(seen) {
                let Some((key, found)) = self.key(entry).zip(self.found(entry)) else { continue };
                let Some(package) = self.packages.get(&key.package) else { continue };
                since = Some(since.map_or(found.since, |since: i64| since.min(found.since)));
                let (os_group, package) = (group.os_group.clone(), package.name.clone());
                said.insert(PackageSaid { os_group, package, said: found.said.clone() });
            }
        }
        Some((since?, said))
    }
}
