//! A batch of reports, stored in one transaction (group commit).
//!
//! Law 4: the caller answers `OK` only after [`ingest`] returned. An unchanged report costs one row update
//! (law 3): one conditional UPDATE for the whole batch finds the unchanged ones; only the others are looked
//! at one by one. A host's state, its counters and its cell's totals change together.

mod changed;
pub(crate) mod hosts;
mod unchanged;

use crate::db::Db;
use crate::error::{Result, StoreError};
use crate::generation;
use crate::memo::{Known, Memo};
use pakiti_core::context::Context;
use pakiti_core::rules::RuleIndex;
use std::collections::HashSet;
use std::sync::Arc;

/// The package set of a report.
#[derive(Debug, Clone)]
pub enum ReportedSet {
    /// Stored before under this id (ids of sets are never reused).
    Known(i64),
    /// As reported: the set's hash and its packages, without duplicates.
    New {
        /// Hash of the set.
        hash: [u8; 32],
        /// The packages, shared with other reports.
        packages: Vec<Known>,
    },
}

/// A report, parsed and ready to be stored.
#[derive(Debug, Clone)]
pub struct ReadyReport {
    /// Identity of the host.
    pub identity: [u8; 32],
    /// Host name.
    pub name: String,
    /// Host groups.
    pub groups: Vec<String>,
    /// Packages.
    pub set: ReportedSet,
    /// Context, without host groups: those that the rules in force name are put in as it is stored.
    pub context: Arc<Context>,
    /// Hash of name, groups and facts: equal hash = the host row stays as it is.
    pub facts_hash: [u8; 32],
    /// The report's header as a record.
    pub facts: String,
    /// Reported system name.
    pub os: String,
    /// Architecture.
    pub arch: String,
    /// Running kernel, empty if none.
    pub kernel: String,
    /// The host says it needs a reboot.
    pub reboot_required: bool,
    /// When it arrived (unix seconds).
    pub received_at: i64,
}

/// What became of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stored {
    /// The host.
    pub host_id: i64,
    /// Its package set.
    pub set_id: i64,
    /// New, changed or unchanged.
    pub outcome: Outcome,
}

/// New, changed or unchanged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// First report of this host.
    New,
    /// Packages, context or facts differ from the last report.
    Changed,
    /// Nothing differs.
    Unchanged,
}

/// A report of the batch that has no outcome yet.
struct Pending<'a> {
    /// Its place in the batch.
    at: usize,
    report: &'a ReadyReport,
    /// The report's context with the host groups that the rules in force name.
    context: Arc<Context>,
    context_hash: [u8; 32],
}

impl<'a> Pending<'a> {
    fn new(at: usize, report: &'a ReadyReport, index: &RuleIndex) -> Self {
        let host_groups = index.host_groups_of(report.groups.iter().map(String::as_str));
        let mut context = Arc::clone(&report.context);
        if context.group.host_groups != host_groups {
            Arc::make_mut(&mut context).group.host_groups = host_groups;
        }
        let context_hash = context.hash().0;
        Self { at, report, context, context_hash }
    }
}

/// Stores a batch; gives what became of each report, in their order. On any error nothing of it is stored
/// and the memo is emptied (so it is if the returned future is dropped half-way).
///
/// # Errors
/// [`StoreError::GenerationMoved`] if the rules are no longer in force, [`StoreError::Exists`] if an identity
/// occurs twice, database errors otherwise ([`StoreError::is_lost_race`] tells which to try again).
pub async fn ingest(
    db: &Db,
    memo: &mut Memo,
    index: &RuleIndex,
    batch: &[ReadyReport],
) -> Result<Vec<Stored>> {
    let mut working = std::mem::take(memo);
    let stored = ingest_in(db, &mut working, index, batch).await?;
    *memo = working;
    Ok(stored)
}

async fn ingest_in(
    db: &Db,
    memo: &mut Memo,
    index: &RuleIndex,
    batch: &[ReadyReport],
) -> Result<Vec<Stored>> {
    insist_on_distinct(batch)?;
    let mut tx = db.begin().await?;
    let generation = generation::hold_at(&mut tx, index.generation).await?;
    memo.enter(index.generation);
    let mut pending: Vec<Pending<'_>> =
        batch.iter().enumerate().map(|(at, report)| Pending::new(at, report, index)).collect();
    // Ascending, so that concurrent processes lock the rows of hosts in one order.
    pending.sort_unstable_by_key(|pending| pending.report.identity);
    let mut stored: Vec<Option<Stored>> = vec![None; batch.len()];
    unchanged::recall(&mut tx, memo, &pending).await?;
    unchanged::touch(&mut tx, memo, &pending, &mut stored).await?;
    pending.retain(|pending| stored.get(pending.at).is_some_and(Option::is_none));
    if !pending.is_empty() {
        let mut step = changed::Step::new(&mut tx, memo, index, generation);
        step.store(&pending, &mut stored).await?;
    }
    tx.commit().await?;
    Ok(stored.into_iter().flatten().collect())
}

/// Two reports of one host in a batch would both start from the same row.
fn insist_on_distinct(batch: &[ReadyReport]) -> Result<()> {
    let mut seen = HashSet::with_capacity(batch.len());
    match batch.iter().find(|report| !seen.insert(report.identity)) {
        Some(twice) => Err(StoreError::Exists { what: "host in this batch", name: twice.name.clone() }),
        None => Ok(()),
    }
}
