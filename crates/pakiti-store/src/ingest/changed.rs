//! The new and changed reports of a batch.
//!
//! In phases, each in natural-key order, so that two processes that store the same new things at once wait
//! for each other and cannot deadlock: packages, sets, contexts, cells, judgements, verdicts, hosts, totals.

use super::{Outcome, Pending, ReportedSet, Stored, hosts};
use crate::args;
use crate::counters;
use crate::db::Tx;
use crate::dialect::{Type, tables};
use crate::error::{Result, StoreError};
use crate::generation::Generation;
use crate::intern;
use crate::judgement_rows::{Fresh, persist_new};
use crate::judging::{Made, Placed, judge_set, store_verdicts};
use crate::memo::{FastSet, Known, Memo, set_ids};
use crate::totals::CellChanges;
use pakiti_core::context::Context;
use pakiti_core::package::PackageKey;
use pakiti_core::package_set::PackageId;
use pakiti_core::rules::RuleIndex;
use pakiti_core::verdict::Counters;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// What storing the changed reports of one batch works with.
pub(super) struct Step<'a> {
    tx: &'a mut Tx,
    memo: &'a mut Memo,
    index: &'a RuleIndex,
    generation: Generation,
    /// Ids of the sets that this batch brought.
    new_sets: HashMap<i64, Vec<PackageId>>,
    /// The packages that this batch brought.
    new_packages: FastSet<PackageId>,
}

/// A set that may not be stored yet.
struct NewSet<'a> {
    ids: Vec<PackageId>,
    unknown: Vec<&'a Known>,
}

impl<'a> NewSet<'a> {
    fn of(packages: &'a [Known], memo: &Memo) -> Self {
        let mut set = Self { ids: Vec::with_capacity(packages.len()), unknown: Vec::new() };
        for known in packages {
            match memo.ids.get(&known.0) {
                Some(id) => set.ids.push(*id),
                None => set.unknown.push(known),
            }
        }
        set
    }

    /// The set's ids, ascending.
    fn finish(mut self, stored: &HashMap<PackageKey, PackageId>) -> Result<Vec<PackageId>> {
        for known in self.unknown {
            let id = stored.get(&known.0).copied();
            self.ids.push(id.ok_or_else(|| missing("package", &known.1.name))?);
        }
        self.ids.sort_unstable();
        self.ids.dedup();
        Ok(self.ids)
    }
}

/// Where a report belongs, by id.
struct Place {
    set_id: i64,
    context_id: i64,
    group_id: i64,
}

impl<'a> Step<'a> {
    pub(super) fn new(
        tx: &'a mut Tx,
        memo: &'a mut Memo,
        index: &'a RuleIndex,
        generation: Generation,
    ) -> Self {
        Self { tx, memo, index, generation, new_sets: HashMap::new(), new_packages: FastSet::default() }
    }
}

impl Step<'_> {
    /// Stores reports that are in identity order.
    pub(super) async fn store(
        &mut self,
        pending: &[Pending<'_>],
        stored: &mut [Option<Stored>],
    ) -> Result<()> {
        let sets = self.packages(pending).await?;
        self.sets(sets).await?;
        self.contexts(pending).await?;
        self.cells(pending).await?;
        self.verdicts(pending).await?;
        self.hosts(pending, stored).await
    }

    /// The ids of the packages of sets that are not known yet.
    async fn packages(&mut self, pending: &[Pending<'_>]) -> Result<BTreeMap<[u8; 32], Vec<PackageId>>> {
        let mut sets = BTreeMap::new();
        let mut unknown: BTreeMap<PackageKey, &Known> = BTreeMap::new();
        for pending in pending {
            if let ReportedSet::New { hash, packages } = &pending.report.set
                && !self.memo.sets.contains_key(hash)
                && !sets.contains_key(hash)
            {
                let set = NewSet::of(packages, self.memo);
                unknown.extend(set.unknown.iter().map(|known| (known.0, *known)));
                sets.insert(*hash, set);
            }
        }
        let interned = intern::packages(self.tx, &unknown, &mut self.memo.asking).await?;
        for (key, known) in unknown {
            let id = interned.ids.get(&key).copied().ok_or_else(|| missing("package", &known.1.name))?;
            self.memo.remember(id, Arc::clone(known));
        }
        self.new_packages = interned.new;
        sets.into_iter().map(|(hash, set)| Ok((hash, set.finish(&interned.ids)?))).collect()
    }

    async fn sets(&mut self, sets: BTreeMap<[u8; 32], Vec<PackageId>>) -> Result<()> {
        let ids_of = intern::sets(self.tx, &sets).await?;
        for (hash, ids) in sets {
            let id = ids_of.get(&hash).copied();
            let id = id.ok_or_else(|| missing("package set", "just stored"))?;
            self.memo.sets.insert(hash, id);
            self.new_sets.insert(id, ids);
        }
        Ok(())
    }

    async fn contexts(&mut self, pending: &[Pending<'_>]) -> Result<()> {
        let mut wanted: BTreeMap<([u8; 32], [u8; 32]), &Context> = BTreeMap::new();
        for pending in pending {
            if !self.memo.contexts.contains_key(&pending.context_hash) {
                let context = pending.context.as_ref();
                wanted.insert((context.group.hash().0, pending.context_hash), context);
            }
        }
        for ((_, hash), context) in wanted {
            let ids = intern::context(self.tx, context).await?;
            self.memo.contexts.insert(hash, ids);
        }
        Ok(())
    }

    async fn cells(&mut self, pending: &[Pending<'_>]) -> Result<()> {
        let mut wanted: BTreeMap<String, &[String]> = BTreeMap::new();
        for pending in pending {
            let name = cell_name(&pending.report.groups);
            if !self.memo.cells.contains_key(&name) {
                wanted.insert(name, &pending.report.groups);
            }
        }
        let names: BTreeSet<&str> =
            wanted.values().flat_map(|groups| groups.iter().map(String::as_str)).collect();
        let ids = intern::groups(self.tx, &names).await?;
        for (name, groups) in wanted {
            let groups: BTreeSet<i64> =
                groups.iter().filter_map(|group| ids.get(group.as_str()).copied()).collect();
            let groups: Vec<i64> = groups.into_iter().collect();
            let id = intern::cell_of(self.tx, &groups, None).await?;
            self.memo.cells.insert(name, id);
        }
        Ok(())
    }

    /// Makes the memo know the counters of every (set, context) of the batch.
    async fn verdicts(&mut self, pending: &[Pending<'_>]) -> Result<()> {
        let mut wanted: BTreeMap<(i64, i64), (Place, &Pending<'_>)> = BTreeMap::new();
        for pending in pending {
            let place = self.place(pending)?;
            let key = (place.set_id, place.context_id);
            if !self.memo.verdicts.contains_key(&key) {
                wanted.entry(key).or_insert((place, pending));
            }
        }
        let keys: Vec<(i64, i64)> = wanted.keys().copied().collect();
        for (key, counters) in self.current_verdicts(&keys).await? {
            self.memo.verdicts.insert(key, counters);
            wanted.remove(&key);
        }
        let mut fresh = Fresh::default();
        let mut made = Vec::new();
        for (key, (place, pending)) in wanted {
            // One set in several contexts of a batch is rare: the second reads it.
            let ids = match self.new_sets.remove(&key.0) {
                Some(ids) => ids,
                None => set_ids(self.tx, key.0).await?,
            };
            let placed = Placed {
                key,
                group_id: place.group_id,
                context: &pending.context,
                now: pending.report.received_at,
            };
            let (verdict, group_id) =
                judge_set(self.tx, self.memo, self.index, &placed, &ids, &mut fresh).await?;
            made.push(Made { set_id: key.0, context_id: key.1, group_id, verdict });
        }
        persist_new(self.tx, self.memo, fresh, &self.new_packages).await?;
        store_verdicts(self.tx, &made, self.generation.active).await?;
        self.memo
            .verdicts
            .extend(made.iter().map(|made| ((made.set_id, made.context_id), made.verdict.counters)));
        Ok(())
    }

    /// The stored verdicts of these (set, context) that are valid for the active generation.
    async fn current_verdicts(&mut self, keys: &[(i64, i64)]) -> Result<Vec<((i64, i64), Counters)>> {
        let mut out = Vec::new();
        let rows = keys.iter().map(|key| args![key.0, key.1]).collect();
        for (table, args) in tables(self.tx.dialect(), &[Type::Int, Type::Int], rows, 128) {
            let sql = format!(
                "SELECT set_id, context_id, computed_generation, {} FROM verdict WHERE (set_id, context_id) IN ({table})",
                counters::LIST
            );
            for row in self.tx.fetch(&sql, args).await? {
                if self.generation.is_current(row.int(2)?) {
                    out.push(((row.int(0)?, row.int(1)?), counters::read(&row, 3)?));
                }
            }
        }
        Ok(out)
    }

    async fn hosts(&mut self, pending: &[Pending<'_>], stored: &mut [Option<Stored>]) -> Result<()> {
        let before = hosts::before(self.tx, pending).await?;
        let mut changes = CellChanges::default();
        let (mut new, mut changed) = (Vec::new(), Vec::new());
        for pending in pending {
            let before = before.get(&pending.report.identity);
            let after = self.after(pending, before).await?;
            changes.enter(after.cell_id, &after.counters);
            match before {
                None => new.push((pending, after)),
                Some(before) => {
                    changes.leave(before.cell_id, &before.counters);
                    changed.push((pending, before, after));
                }
            }
        }
        let ids = hosts::insert(self.tx, &new).await?;
        hosts::update(self.tx, &changed).await?;
        for (pending, after) in &new {
            let id = ids.get(&pending.report.identity).copied();
            let host_id = id.ok_or_else(|| missing("host", &pending.report.name))?;
            set_outcome(stored, pending.at, Stored { host_id, set_id: after.set_id, outcome: Outcome::New });
        }
        for (pending, before, after) in &changed {
            let (host_id, set_id) = (before.host_id, after.set_id);
            set_outcome(stored, pending.at, Stored { host_id, set_id, outcome: Outcome::Changed });
        }
        changes.write(self.tx).await
    }

    /// What the host of a report becomes. One that has a cell of its own keeps one, with its present groups.
    async fn after(&mut self, pending: &Pending<'_>, before: Option<&hosts::Before>) -> Result<hosts::After> {
        let place = self.place(pending)?;
        let name = cell_name(&pending.report.groups);
        let shared = self.memo.cells.get(&name).copied().ok_or_else(|| missing("cell", &name))?;
        let cell_id = match before {
            Some(before) if before.own_cell => {
                crate::grant::own_cell(self.tx, before.host_id, shared).await?
            }
            _ => shared,
        };
        let counters = self.memo.verdicts.get(&(place.set_id, place.context_id)).copied();
        let counters = counters.ok_or_else(|| missing("verdict", &pending.report.name))?;
        // A report that was overtaken by a later one of its host does not turn time back.
        let at = before.map_or(i64::MIN, hosts::Before::newest).max(pending.report.received_at);
        Ok(hosts::After { cell_id, set_id: place.set_id, context_id: place.context_id, counters, at })
    }

    fn place(&self, pending: &Pending<'_>) -> Result<Place> {
        let set_id = match &pending.report.set {
            ReportedSet::Known(id) => Some(*id),
            ReportedSet::New { hash, .. } => self.memo.sets.get(hash).copied(),
        };
        let set_id = set_id.ok_or_else(|| missing("package set", &pending.report.name))?;
        let ids = self.memo.contexts.get(&pending.context_hash).copied();
        let (context_id, group_id) = ids.ok_or_else(|| missing("context", &pending.report.name))?;
        Ok(Place { set_id, context_id, group_id })
    }
}

fn set_outcome(stored: &mut [Option<Stored>], at: usize, outcome: Stored) {
    if let Some(slot) = stored.get_mut(at) {
        *slot = Some(outcome);
    }
}

/// The key of a cell in the memo: its groups' names, sorted, joined by NUL.
fn cell_name(groups: &[String]) -> String {
    let names: BTreeSet<&str> = groups.iter().map(String::as_str).collect();
    names.into_iter().collect::<Vec<_>>().join("\0")
}

fn missing(what: &'static str, name: &str) -> StoreError {
    StoreError::NotFound { what, name: name.to_owned() }
}
