//! The fleet index: which hosts have which CVE, in memory.
//!
//! design.md "The heart", [ADR 0009](../../../docs/adr/0009-the-fleet-index-counts-slots.md): packages with findings ->
//! verdicts -> hosts. It follows from the database alone, is read anew where verdicts change, and otherwise brought
//! forward by the hosts that the change log tells. One index serves everybody: each answer takes a scope.
//!
//! A slot is a verdict (package set, context) in its group context; a key is a package with findings as some slots hold
//! it. `subjects` says which keys have a CVE, `count` lists CVEs, `who` shows the hosts of one, `load` reads the
//! database, `keeper` sees when to.

mod count;
mod group;
mod keeper;
mod load;
mod seen;
mod slot_set;
mod subjects;
mod who;

pub use group::{PackageFacts, Said};
pub use keeper::{Fleet, FleetView, Refreshed};
pub use who::{CveHolder, CveHolders, CveQuery, HolderFinding, PackageSaid};

use group::{FastMap, Found, Group, Key};
use pakiti_core::package_set::PackageId;
use pakiti_store::fleet::Marks;
use pakiti_store::scope::Scope;
use seen::Seen;
use std::sync::Arc;
use subjects::{Entry, Names, Subjects};

/// The index as of one moment. It shares with the ones before and after it what did not change.
#[derive(Debug, Clone)]
pub struct FleetIndex {
    /// The moment it is of.
    marks: Marks,
    /// The changes it knows.
    seen: Seen,
    made: i64,
    /// When all of it was read.
    built: i64,
    /// By name and id.
    hosts: Arc<Vec<Host>>,
    /// Ids of cells, by the number that hosts have.
    cells: Arc<Vec<i64>>,
    groups: Vec<Arc<Group>>,
    slots: Arc<FastMap<(i64, i64), Slot>>,
    packages: Arc<FastMap<PackageId, Arc<PackageFacts>>>,
    names: Arc<Names>,
    subjects: Arc<Subjects>,
}

/// Number of a group context, and number of a verdict in it.
type Slot = (u32, u32);

/// A host.
#[derive(Debug, Clone)]
struct Host {
    id: i64,
    name: Arc<str>,
    cell: u32,
    slot: Slot,
}

impl FleetIndex {
    /// When it was read (unix seconds).
    pub fn made(&self) -> i64 {
        self.made
    }

    /// Hosts in it.
    pub fn hosts(&self) -> usize {
        self.hosts.len()
    }

    /// Their names, in order.
    pub fn host_names(&self) -> impl Iterator<Item = &str> {
        self.hosts.iter().map(|host| &*host.name)
    }

    /// Verdicts, keys, findings and different holdings in it.
    pub fn sizes(&self) -> [usize; 4] {
        let keys = || self.groups.iter().flat_map(|group| &group.keys);
        [
            self.slots.len(),
            keys().count(),
            keys().map(|key| key.found.len()).sum(),
            self.subjects.holdings.len(),
        ]
    }

    /// Which cells the scope reaches, by number.
    fn reached(&self, scope: &Scope) -> Vec<bool> {
        self.cells.iter().map(|cell| scope.covers(*cell)).collect()
    }

    /// The hosts of a scope, by name.
    fn hosts_in(&self, scope: &Scope) -> impl Iterator<Item = (usize, &Host)> {
        let reached = self.reached(scope);
        let covers = move |host: &Host| reached.get(host.cell as usize).copied().unwrap_or_default();
        self.hosts.iter().enumerate().filter(move |(_, host)| covers(host))
    }

    fn key(&self, entry: &Entry) -> Option<&Key> {
        self.groups.get(entry.group as usize)?.keys.get(entry.key as usize)
    }

    fn found(&self, entry: &Entry) -> Option<&Found> {
        self.key(entry)?.found.get(entry.found as usize)
    }
}
