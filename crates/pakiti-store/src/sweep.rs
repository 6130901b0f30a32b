//! Re-evaluation: brings every verdict to the active generation, batch by batch.
//!
//! design.md "Concurrency": the one path for whatever changes rules or contexts. A sweep walks package sets
//! by id, keeps its cursor in `generation.sweep_set`, writes only verdicts whose digest changed and hosts
//! whose numbers changed, can be killed at any time and is started again from its cursor. Verdicts of sets
//! that hold no touched name are not looked at. A step has the generation for itself: ingest waits for it.

use crate::args;
use crate::counters;
use crate::db::{Db, Tx, Value, pieces, placeholders};
use crate::dialect::{Type, tables};
use crate::effect::{self, HostChange};
use crate::error::Result;
use crate::generation::{self, Generation, Touched};
use crate::intern::{PACKAGE_COLUMNS, read_package};
use crate::judgement_rows::{Fresh, persist};
use crate::judging::{Made, Placed, judge_set, store_verdicts};
use crate::memo::{Memo, decode, read_context};
use crate::regroup::Regrouping;
use crate::totals::CellChanges;
use pakiti_core::context::Context;
use pakiti_core::package::PackageFormat;
use pakiti_core::package_set::PackageId;
use pakiti_core::rules::{RuleIndex, asked_names};
use pakiti_core::verdict::Counters;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

/// What one batch of a sweep did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SweepStep {
    /// Verdicts looked at.
    pub verdicts: u64,
    /// Verdicts that changed.
    pub changed: u64,
    /// Hosts whose numbers changed.
    pub hosts: u64,
    /// The sweep is complete.
    pub done: bool,
}

/// A sweep under way: which packages the new rules touch.
#[derive(Debug)]
pub struct Sweep {
    touched: Option<HashSet<PackageId>>,
    /// Largest set id when the sweep began, for progress.
    last_set: i64,
    /// The hosts whose context names other host groups than the rules do: they come first.
    regrouping: Regrouping,
}

/// A verdict as it is stored.
struct Row {
    set_id: i64,
    context_id: i64,
    group_id: i64,
    /// The group context the stored verdict was judged in.
    judged_in: i64,
    record: String,
    ids: Vec<PackageId>,
    digest: [u8; 32],
    counters: Counters,
    computed: i64,
}

impl Sweep {
    /// Begins (or takes up) the sweep to the rules' generation; `None` if there is nothing to do.
    ///
    /// # Errors
    /// [`crate::error::StoreError::GenerationMoved`] if the rules are not the active ones.
    pub async fn begin(db: &Db, index: &RuleIndex) -> Result<Option<Self>> {
        let mut tx = db.begin().await?;
        let generation = generation::hold_at(&mut tx, index.generation).await?;
        if generation.swept == generation.active {
            return Ok(None);
        }
        let touched = match generation::touched(&mut tx, generation.swept, generation.active).await? {
            Touched::All => None,
            Touched::Names(names) => Some(packages_named(&mut tx, index, &names).await?),
        };
        let row = tx.fetch_optional("SELECT COALESCE(MAX(id), 0) FROM package_set", args![]).await?;
        let last_set = row.map_or(Ok(0), |row| row.int(0))?;
        let regrouping = Regrouping::begin(&mut tx, index).await?;
        tx.commit().await?;
        Ok(Some(Self { touched, last_set, regrouping }))
    }

    /// How far the sweep is, in percent of the sets there were at its begin.
    pub fn percent(&self, generation: &Generation) -> u8 {
        if self.last_set == 0 {
            100
        } else {
            (generation.sweep_set * 100 / self.last_set).clamp(0, 100) as u8
        }
    }

    /// Does up to `limit` sets in one transaction; before the first of them hosts get their context.
    ///
    /// # Errors
    /// As [`Sweep::begin`]; nothing of the batch stays, and the memo is emptied.
    pub async fn step(
        &self,
        db: &Db,
        memo: &mut Memo,
        index: &RuleIndex,
        limit: i64,
        now: i64,
    ) -> Result<SweepStep> {
        if let Some(step) = self.regrouping.step(db, memo, index, limit, now).await? {
            return Ok(step);
        }
        let mut tx = db.begin().await?;
        let generation = generation::lock_at(&mut tx, index.generation).await?;
        if generation.swept == generation.active {
            // Another process completed it.
            return Ok(SweepStep { done: true, ..SweepStep::default() });
        }
        let mut working = std::mem::take(memo);
        working.enter(index.generation);
        let (rows, cursor) = next_rows(&mut tx, generation.sweep_set, limit.max(1)).await?;
        let mut batch = Batch {
            tx: &mut tx,
            memo: &mut working,
            index,
            now,
            swept: generation.swept,
            fresh: Fresh::default(),
            contexts: HashMap::new(),
            made: Vec::new(),
            logged: Vec::new(),
            recounted: Vec::new(),
            step: SweepStep { done: cursor.is_none(), ..SweepStep::default() },
        };
        for row in rows {
            let concerned = self.touched.as_ref().is_none_or(|t| row.ids.iter().any(|id| t.contains(id)));
            if concerned {
                batch.redo(&row).await?;
            }
        }
        let step = batch.finish().await?;
        let sql = match cursor {
            Some(_) => "UPDATE generation SET sweep_set = $1 WHERE id = 1",
            None => "UPDATE generation SET sweep_set = 0, swept = $1 WHERE id = 1",
        };
        tx.execute(sql, args![cursor.unwrap_or(generation.active)]).await?;
        tx.commit().await?;
        *memo = working;
        Ok(step)
    }
}

/// One step under way.
struct Batch<'a> {
    tx: &'a mut Tx,
    memo: &'a mut Memo,
    index: &'a RuleIndex,
    now: i64,
    /// Before this sweep every verdict was valid for this generation.
    swept: i64,
    fresh: Fresh,
    contexts: HashMap<i64, Arc<Context>>,
    made: Vec<Made>,
    /// Rows of the change log.
    logged: Vec<Vec<Value>>,
    /// The (set, context) whose hosts may have other numbers.
    recounted: Vec<Recount>,
    step: SweepStep,
}

impl Batch<'_> {
    async fn redo(&mut self, row: &Row) -> Result<()> {
        let context = self.context(row)?;
        let (set_id, context_id) = (row.set_id, row.context_id);
        let key = (set_id, context_id);
        let placed = Placed { key, group_id: row.group_id, context: &context, now: self.now };
        let (verdict, group_id) =
            judge_set(self.tx, self.memo, self.index, &placed, &row.ids, &mut self.fresh).await?;
        let counters = verdict.counters;
        self.step.verdicts += 1;
        if verdict.digest.0 != row.digest {
            self.memo.verdicts.insert((set_id, context_id), counters);
            self.logged.push(args![self.now, "verdict", set_id, context_id]);
        }
        // A report that came during the sweep may have brought the verdict up to date for its own host only.
        let only_here = row.computed > self.swept;
        if counters != row.counters || only_here {
            let old = (!only_here).then_some(row.counters);
            self.recounted.push(Recount { set_id, context_id, old, new: counters });
        }
        if verdict.digest.0 != row.digest || group_id != row.judged_in {
            self.made.push(Made { set_id, context_id, group_id, verdict });
        }
        Ok(())
    }

    /// Many sets share a context: its record is read once a step.
    fn context(&mut self, row: &Row) -> Result<Arc<Context>> {
        if let Some(known) = self.contexts.get(&row.context_id) {
            return Ok(known.clone());
        }
        let context = Arc::new(read_context(&row.record)?);
        self.contexts.insert(row.context_id, context.clone());
        Ok(context)
    }

    /// Writes what the step found, a few statements for all of it.
    async fn finish(mut self) -> Result<SweepStep> {
        persist(self.tx, self.memo, self.fresh).await?;
        store_verdicts(self.tx, &self.made, self.index.generation).await?;
        self.step.changed = self.logged.len() as u64;
        let types = [Type::Int, Type::Text, Type::Int, Type::Int];
        for (table, args) in tables(self.tx.dialect(), &types, self.logged, 128) {
            let sql = format!("INSERT INTO change_log (at, kind, set_id, context_id) {table}");
            self.tx.execute(&sql, args).await?;
        }
        let mut changes = CellChanges::default();
        let mut most = recount_hosts(self.tx, self.recounted, &mut changes).await?;
        self.step.hosts = most.len() as u64;
        effect::keep_most(&mut most);
        changes.write(self.tx).await?;
        let done = (self.step.changed, self.step.hosts);
        effect::add(self.tx, self.index.generation, done, most).await?;
        Ok(self.step)
    }
}

async fn packages_named(
    tx: &mut Tx,
    index: &RuleIndex,
    names: &HashSet<String>,
) -> Result<HashSet<PackageId>> {
    let mut out = HashSet::new();
    let listed: Vec<&String> = names.iter().collect();
    for piece in pieces(&listed, 256) {
        let sql = format!("SELECT id FROM package WHERE name IN {}", placeholders(1, piece.len(), 1));
        let args = piece.iter().map(|name| Value::from(*name)).collect();
        for row in tx.fetch(&sql, args).await? {
            out.insert(row.int(0)? as PackageId);
        }
    }
    // A line of kernels that no rule asks for any longer stands among the names, and in no index.
    let lines = || names.iter().any(|name| name.contains('*'));
    if lines() || (index.asks_otherwise() && !names.is_empty()) {
        add_asked_otherwise(tx, names, &mut out).await?;
    }
    Ok(out)
}

/// Packages that rules ask for under another name: that of their source, or that of a line of kernels.
async fn add_asked_otherwise(
    tx: &mut Tx,
    names: &HashSet<String>,
    out: &mut HashSet<PackageId>,
) -> Result<()> {
    let sql = format!(
        "SELECT {PACKAGE_COLUMNS} FROM package WHERE id > $1 AND format = $2 \
         AND (source_name <> name OR name LIKE 'linux-%') ORDER BY id LIMIT 4096"
    );
    let mut last = -1;
    loop {
        let rows = tx.fetch(&sql, args![last, PackageFormat::Deb.code()]).await?;
        for row in &rows {
            let (id, _, package) = read_package(row)?;
            last = i64::from(id);
            if asked_names(&package).any(|name| names.contains(&name)) {
                out.insert(id);
            }
        }
        if rows.is_empty() {
            return Ok(());
        }
    }
}

/// The verdicts of the next `limit` sets, and the last set's id; `None` when these are the last.
async fn next_rows(tx: &mut Tx, after: i64, limit: i64) -> Result<(Vec<Row>, Option<i64>)> {
    let sql = "SELECT id FROM package_set WHERE id > $1 ORDER BY id LIMIT $2";
    let sets = tx.fetch(sql, args![after, limit]).await?;
    let Some(last) = sets.last() else { return Ok((Vec::new(), None)) };
    let last = last.int(0)?;
    let sql = format!(
        "SELECT v.set_id, v.context_id, c.group_context_id, c.record, s.ids, v.digest, v.computed_generation, \
         COALESCE(v.group_context_id, c.group_context_id), {} \
         FROM verdict v JOIN package_set s ON s.id = v.set_id JOIN context c ON c.id = v.context_id \
         WHERE v.set_id > $1 AND v.set_id <= $2 ORDER BY v.set_id, v.context_id",
        counters::of("v")
    );
    let mut rows = Vec::new();
    for row in tx.fetch(&sql, args![after, last]).await? {
        rows.push(Row {
            set_id: row.int(0)?,
            context_id: row.int(1)?,
            group_id: row.int(2)?,
            record: row.text(3)?,
            ids: decode(&row.blob(4)?)?,
            digest: row.hash(5)?,
            computed: row.int(6)?,
            judged_in: row.int(7)?,
            counters: counters::read(&row, 8)?,
        });
    }
    let more = sets.len() as i64 == limit;
    Ok((rows, more.then_some(last)))
}

/// A (set, context) whose hosts may have other numbers.
struct Recount {
    set_id: i64,
    context_id: i64,
    /// The numbers its hosts have; `None` = not all of them have the same.
    old: Option<Counters>,
    new: Counters,
}

/// Gives all hosts of these (set, context) that have other numbers the new ones, and their cells the difference;
/// tells them. Only the columns that change are compared and written.
async fn recount_hosts(
    tx: &mut Tx,
    recounted: Vec<Recount>,
    changes: &mut CellChanges,
) -> Result<Vec<HostChange>> {
    let mut places = BTreeSet::new();
    for recount in &recounted {
        match &recount.old {
            Some(old) => places.extend(counters::changed(old, &recount.new)),
            None => places.extend(0..counters::WIDTH),
        }
    }
    let columns = counters::names(&places);
    if columns.is_empty() {
        return Ok(Vec::new());
    }
    let differ = columns.iter().map(|c| format!("h.{c} <> v.{c}")).collect::<Vec<_>>().join(" OR ");
    let others = format!("h.set_id = v.set_id AND h.context_id = v.context_id AND ({differ})");
    let set = columns.iter().map(|c| format!("{c} = v.{c}")).collect::<Vec<_>>().join(", ");
    let list = columns.join(", ");
    let new: HashMap<(i64, i64), Counters> =
        recounted.iter().map(|recount| ((recount.set_id, recount.context_id), recount.new)).collect();
    let row = |recount: &Recount| {
        let mut values = args![recount.set_id, recount.context_id];
        values.extend(counters::values_of(&recount.new, &places));
        values
    };
    let rows = recounted.iter().map(row).collect();
    let mut told = Vec::new();
    for (table, args) in tables(tx.dialect(), &vec![Type::Int; 2 + columns.len()], rows, 128) {
        let select = format!(
            "WITH v (set_id, context_id, {list}) AS ({table}) SELECT h.id, h.cell_id, h.set_id, h.context_id, {} \
             FROM v JOIN host h ON {others} ORDER BY h.identity{}",
            counters::of("h"),
            crate::dialect::for_update(tx.dialect())
        );
        let hosts = tx.fetch(&select, args.clone()).await?;
        for row in &hosts {
            let (cell, old) = (row.int(1)?, counters::read(row, 4)?);
            let Some(new) = new.get(&(row.int(2)?, row.int(3)?)) else { continue };
            changes.leave(cell, &old);
            changes.enter(cell, new);
            told.push(HostChange::new(row.int(0)?, &old, new));
        }
        if !hosts.is_empty() {
            let update = format!(
                "WITH v (set_id, context_id, {list}) AS ({table}) UPDATE host AS h SET {set} FROM v WHERE {others}"
            );
            tx.execute(&update, args).await?;
        }
    }
    Ok(told)
}
