//! Host groups of contexts: of a host's groups its context holds those that an active source names, and which
//! ones these are changes with the sources.
//!
//! design.md "Concurrency": whatever changes a context takes the one path of re-evaluation. So this is the first
//! thing a sweep does: hosts whose context is another get the right one, with state, verdict, counters and cell
//! totals in one transaction for each batch. It can be killed at any time: what is left is found again by
//! comparing stored contexts with the wanted ones, and a sweep does not end before none is left.

mod known;

pub(crate) use known::check;

use crate::args;
use crate::counters;
use crate::db::{Db, Tx};
use crate::dialect::{Type, for_update, lists, tables};
use crate::effect::{self, HostChange};
use crate::error::{Result, StoreError};
use crate::generation;
use crate::ingest::hosts::{After, renew_states};
use crate::intern;
use crate::judgement_rows::{Fresh, persist};
use crate::judging::{Made, Placed, judge_set, store_verdicts};
use crate::memo::{Memo, read_context, set_ids};
use crate::sweep::SweepStep;
use crate::totals::CellChanges;
use known::{Known, values};
use pakiti_core::context::Context;
use pakiti_core::rules::RuleIndex;
use pakiti_core::verdict::Counters;
use std::collections::{BTreeMap, HashMap, HashSet};
use tokio::sync::Mutex;

/// The part of a sweep that brings contexts to the host groups its rules name.
#[derive(Debug)]
pub(crate) struct Regrouping {
    walk: Mutex<Walk>,
}

/// A walk over all hosts by id.
#[derive(Debug, Default)]
struct Walk {
    /// The last host compared and, where it was to move, moved; `None` = all were.
    after: Option<i64>,
    known: Known,
}

/// A host whose context is to be another.
struct Moved {
    host_id: i64,
    before: Counters,
    /// Of the verdict it had.
    digest: Option<Vec<u8>>,
    context_hash: [u8; 32],
    after: After,
}

impl Regrouping {
    /// Nothing to do where no source names a host group and no context holds one.
    pub(crate) async fn begin(tx: &mut Tx, index: &RuleIndex) -> Result<Self> {
        let mut walk = Walk { after: Some(0), ..Walk::default() };
        if index.named_host_groups().is_empty() {
            let sql = "SELECT id FROM group_context WHERE record LIKE '%\"host_groups\":[%' LIMIT 1";
            walk.after = tx.fetch_optional(sql, args![]).await?.map(|_| 0);
        }
        Ok(Self { walk: Mutex::new(walk) })
    }

    /// Gives up to `limit` hosts the context they are to have; `None` = every host has it.
    pub(crate) async fn step(
        &self,
        db: &Db,
        memo: &mut Memo,
        index: &RuleIndex,
        limit: i64,
        now: i64,
    ) -> Result<Option<SweepStep>> {
        let mut walk = self.walk.lock().await;
        let Some(after) = walk.after else { return Ok(None) };
        // Compared outside of the lock: reports that come meanwhile bring the right context with them.
        let mut read = db.begin_read().await?;
        let most = usize::try_from(limit).unwrap_or(1).max(1);
        let (hosts, reached) = walk.known.others(&mut read, index, after, most).await?;
        drop(read);
        if hosts.is_empty() {
            walk.after = reached;
            return Ok(None);
        }
        let mut tx = db.begin().await?;
        let generation = generation::lock_at(&mut tx, index.generation).await?;
        if generation.swept == generation.active {
            // Another process completed the whole sweep.
            return Ok(Some(SweepStep { done: true, ..SweepStep::default() }));
        }
        let mut working = std::mem::take(memo);
        working.enter(index.generation);
        let step = Batch { tx: &mut tx, memo: &mut working, index, now }.run(&mut walk.known, &hosts).await?;
        tx.commit().await?;
        *memo = working;
        walk.after = reached;
        Ok(Some(step))
    }
}

/// One batch under way.
struct Batch<'a> {
    tx: &'a mut Tx,
    memo: &'a mut Memo,
    index: &'a RuleIndex,
    now: i64,
}

impl Batch<'_> {
    async fn run(&mut self, known: &mut Known, hosts: &[i64]) -> Result<SweepStep> {
        let mut contexts = BTreeMap::new();
        let mut moved = self.moved(known, hosts, &mut contexts).await?;
        for ((_, hash), context) in &contexts {
            let ids = intern::context(self.tx, context).await?;
            self.memo.contexts.insert(*hash, ids);
        }
        let mut step = self.judge(&contexts, &mut moved).await?;
        self.write(&moved).await?;
        let mut most = Vec::new();
        for host in moved.iter().filter(|host| host.before != host.after.counters) {
            most.push(HostChange::new(host.host_id, &host.before, &host.after.counters));
        }
        step.hosts = most.len() as u64;
        effect::keep_most(&mut most);
        effect::add(self.tx, self.index.generation, (step.changed, step.hosts), most).await?;
        Ok(step)
    }

    /// The hosts as they are now, in identity order and locked, with the contexts they are to have by the hashes
    /// of group context and context.
    async fn moved(
        &mut self,
        known: &mut Known,
        hosts: &[i64],
        contexts: &mut BTreeMap<([u8; 32], [u8; 32]), Context>,
    ) -> Result<Vec<Moved>> {
        let mut moved = Vec::with_capacity(hosts.len());
        for (list, args) in lists(self.tx.dialect(), Type::Int, values(hosts.iter().copied()), 128) {
            let sql = format!(
                "SELECT h.id, h.cell_id, h.set_id, h.context_id, h.last_report, h.changed_at, \
                 (SELECT c.group_context_id FROM context c WHERE c.id = h.context_id), \
                 (SELECT v.digest FROM verdict v WHERE v.set_id = h.set_id AND v.context_id = h.context_id), {} \
                 FROM host h WHERE h.id {list} ORDER BY h.identity{}",
                counters::of("h"),
                for_update(self.tx.dialect())
            );
            for row in self.tx.fetch(&sql, args).await? {
                let (cell_id, group) = (row.int(1)?, row.int(6)?);
                known.learn(self.tx, self.index, &[(row.int(0)?, cell_id, group)]).await?;
                let Some(wanted) = known.wanted.get(&cell_id) else { continue };
                // A report was faster.
                if known.stored.get(&group) == Some(wanted) {
                    continue;
                }
                let mut context = self.context(row.int(3)?).await?;
                context.group.host_groups.clone_from(wanted);
                let context_hash = context.hash().0;
                contexts.insert((context.group.hash().0, context_hash), context);
                let counters = counters::read(&row, 8)?;
                // An overtaken clock does not turn time back.
                let at = self.now.max(row.int(4)?).max(row.int(5)?);
                let after = After { cell_id, set_id: row.int(2)?, context_id: 0, counters, at };
                let digest = row.blob_opt(7)?;
                moved.push(Moved { host_id: row.int(0)?, before: counters, digest, context_hash, after });
            }
        }
        Ok(moved)
    }

    async fn context(&mut self, id: i64) -> Result<Context> {
        let row = self.tx.fetch_optional("SELECT record FROM context WHERE id = $1", args![id]).await?;
        let row = row.ok_or_else(|| StoreError::NotFound { what: "context", name: id.to_string() })?;
        read_context(&row.text(0)?)
    }

    /// Judges each set in its new context; gives the hosts their context and numbers.
    async fn judge(
        &mut self,
        contexts: &BTreeMap<([u8; 32], [u8; 32]), Context>,
        moved: &mut [Moved],
    ) -> Result<SweepStep> {
        let by_hash: HashMap<[u8; 32], &Context> =
            contexts.iter().map(|((_, hash), context)| (*hash, context)).collect();
        let mut judged: HashMap<(i64, i64), (Counters, [u8; 32])> = HashMap::new();
        let (mut fresh, mut made, mut changed) = (Fresh::default(), Vec::new(), HashSet::new());
        for host in moved {
            let missing = || StoreError::NotFound { what: "context of host", name: host.host_id.to_string() };
            let ids = self.memo.contexts.get(&host.context_hash).copied();
            let (context_id, group_id) = ids.ok_or_else(missing)?;
            let context = by_hash.get(&host.context_hash).copied().ok_or_else(missing)?;
            let key = (host.after.set_id, context_id);
            let (counters, digest) = match judged.get(&key) {
                Some(known) => *known,
                None => {
                    let ids = set_ids(self.tx, key.0).await?;
                    let placed = Placed { key, group_id, context, now: self.now };
                    let (verdict, group_id) =
                        judge_set(self.tx, self.memo, self.index, &placed, &ids, &mut fresh).await?;
                    let known = (verdict.counters, verdict.digest.0);
                    self.memo.verdicts.insert(key, known.0);
                    judged.insert(key, known);
                    made.push(Made { set_id: key.0, context_id, group_id, verdict });
                    known
                }
            };
            host.after.counters = counters;
            if host.digest.as_deref() != Some(digest.as_slice()) {
                changed.insert(key);
            }
            host.after.context_id = context_id;
        }
        persist(self.tx, self.memo, fresh).await?;
        made.sort_unstable_by_key(|made| (made.set_id, made.context_id));
        store_verdicts(self.tx, &made, self.index.generation).await?;
        let (verdicts, changed) = (made.len() as u64, changed.len() as u64);
        Ok(SweepStep { verdicts, changed, ..SweepStep::default() })
    }

    /// Rewrites hosts, their states and the totals of their cells.
    async fn write(&mut self, moved: &[Moved]) -> Result<()> {
        let row = |host: &Moved| {
            let after = &host.after;
            let mut values = args![host.host_id, after.context_id, after.at];
            values.extend(counters::values(&after.counters));
            values
        };
        let rows = moved.iter().map(row).collect();
        for (table, args) in tables(self.tx.dialect(), &[Type::Int; 3 + counters::WIDTH], rows, 128) {
            let sql = format!(
                "WITH v (id, context_id, at, {}) AS ({table}) UPDATE host SET context_id = v.context_id, \
                 changed_at = v.at, {} FROM v WHERE host.id = v.id",
                counters::LIST,
                counters::assign("v")
            );
            self.tx.execute(&sql, args).await?;
        }
        let states: Vec<(i64, &After)> = moved.iter().map(|host| (host.host_id, &host.after)).collect();
        renew_states(self.tx, &states).await?;
        let mut changes = CellChanges::default();
        for host in moved {
            changes.leave(host.after.cell_id, &host.before);
            changes.enter(host.after.cell_id, &host.after.counters);
        }
        changes.write(self.tx).await
    }
}
