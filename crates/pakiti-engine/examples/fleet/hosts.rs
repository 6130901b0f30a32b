//! The hosts of a simulated fleet.

use crate::feed::{Feed, Pool};
use crate::{NOW, PACKAGES};
use pakiti_core::package_set::set_hash;
use pakiti_store::ingest::{ReadyReport, ReportedSet};
use pakiti_store::memo::Known;
use std::collections::BTreeMap;

/// The report of host `n`, which has package set `set`; `id` where that set is stored.
pub(crate) fn report(n: usize, set: usize, id: Option<i64>, feed: &Feed) -> ReadyReport {
    let set = id.map_or_else(|| packages(set, feed), ReportedSet::Known);
    let mut identity = [0; 32];
    identity[..8].copy_from_slice(&(n as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15).to_be_bytes());
    ReadyReport {
        identity,
        name: format!("node{n:06}.example.org"),
        groups: vec![format!("site{}", n % 50)],
        set,
        context: feed.context.clone(),
        facts_hash: [0; 32],
        facts: "{}".into(),
        os: feed.os.into(),
        arch: "x86_64".into(),
        kernel: feed.context.kernel.clone().unwrap_or_default(),
        reboot_required: false,
        received_at: NOW,
    }
}

fn packages(set: usize, feed: &Feed) -> ReportedSet {
    let chosen = chosen(set, feed.pool.len());
    let mut packages: Vec<Known> =
        chosen.into_iter().map(|(at, old)| old_or_new(&feed.pool, at, old)).collect();
    packages.extend(feed.always.iter().cloned());
    let mut keys = packages.iter().map(|known| known.0).collect();
    ReportedSet::New { hash: set_hash(&mut keys).0, packages }
}

/// A package of the pool.
pub(crate) fn old_or_new(pool: &Pool, at: usize, old: bool) -> Known {
    let [before, now] = &pool[at];
    if old { before.clone() } else { now.clone() }
}

/// Every set has a common core and a part of its own; a few packages of it are old: place in the pool -> is it old?
pub(crate) fn chosen(set: usize, pool: usize) -> BTreeMap<usize, bool> {
    let mut random = (set as u64).wrapping_add(1).wrapping_mul(0x2545_F491_4F6C_DD1D);
    let mut next = |below: usize| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        (random % below as u64) as usize
    };
    let core = (PACKAGES * 8 / 10).min(pool);
    let mut chosen: BTreeMap<usize, bool> = (0..core).map(|at| (at, false)).collect();
    while chosen.len() < PACKAGES.min(pool) {
        chosen.insert(core + next((pool - core).max(1)), false);
    }
    for old in chosen.values_mut() {
        *old = next(20) == 0;
    }
    chosen
}
