//! The unchanged reports of a batch: found and counted by one statement (law 3).

use super::{Outcome, Pending, ReportedSet, Stored};
use crate::args;
use crate::db::{Tx, Value};
use crate::dialect::{Type, lists, tables};
use crate::error::Result;
use crate::memo::Memo;
use std::collections::{BTreeSet, HashMap};

/// Reports per statement.
const CHUNK: usize = 128;

/// Looks up the sets and contexts that this memo does not know but the store may: after a start, after a
/// failed batch, and what another process stored.
pub(super) async fn recall(tx: &mut Tx, memo: &mut Memo, pending: &[Pending<'_>]) -> Result<()> {
    let (mut sets, mut contexts) = (BTreeSet::new(), BTreeSet::new());
    for pending in pending {
        if let ReportedSet::New { hash, .. } = &pending.report.set
            && !memo.sets.contains_key(hash)
        {
            sets.insert(*hash);
        }
        if !memo.contexts.contains_key(&pending.context_hash) {
            contexts.insert(pending.context_hash);
        }
    }
    let values = |hashes: BTreeSet<[u8; 32]>| hashes.into_iter().map(Value::from).collect();
    for (list, args) in lists(tx.dialect(), Type::Blob, values(sets), CHUNK) {
        let sql = format!("SELECT hash, id FROM package_set WHERE hash {list}");
        for row in tx.fetch(&sql, args).await? {
            memo.sets.insert(row.hash(0)?, row.int(1)?);
        }
    }
    for (list, args) in lists(tx.dialect(), Type::Blob, values(contexts), CHUNK) {
        let sql = format!("SELECT hash, id, group_context_id FROM context WHERE hash {list}");
        for row in tx.fetch(&sql, args).await? {
            memo.contexts.insert(row.hash(0)?, (row.int(1)?, row.int(2)?));
        }
    }
    Ok(())
}

/// One statement for all reports whose set and context are stored already.
pub(super) async fn touch(
    tx: &mut Tx,
    memo: &Memo,
    pending: &[Pending<'_>],
    stored: &mut [Option<Stored>],
) -> Result<()> {
    let mut candidates = Vec::new();
    let mut positions = HashMap::new();
    for pending in pending {
        let set = match &pending.report.set {
            ReportedSet::Known(id) => Some(*id),
            ReportedSet::New { hash, .. } => memo.sets.get(hash).copied(),
        };
        let context = memo.contexts.get(&pending.context_hash).copied();
        if let (Some(set), Some((context, _))) = (set, context) {
            positions.insert(pending.report.identity, (pending.at, set));
            let report = pending.report;
            candidates.push(args![report.identity, set, context, report.facts_hash, report.received_at]);
        }
    }
    let types = [Type::Blob, Type::Int, Type::Int, Type::Blob, Type::Int];
    for (table, args) in tables(tx.dialect(), &types, candidates, CHUNK) {
        let sql = format!(
            "WITH v (identity, set_id, context_id, facts_hash, at) AS ({table}) \
             UPDATE host SET reports = reports + 1, \
             last_report = CASE WHEN v.at > last_report THEN v.at ELSE last_report END \
             FROM v WHERE host.identity = v.identity AND host.set_id = v.set_id \
             AND host.context_id = v.context_id AND host.facts_hash = v.facts_hash \
             RETURNING host.id, host.identity"
        );
        for row in tx.fetch(&sql, args).await? {
            if let Some(&(at, set_id)) = positions.get(&row.hash(1)?)
                && let Some(slot) = stored.get_mut(at)
            {
                *slot = Some(Stored { host_id: row.int(0)?, set_id, outcome: Outcome::Unchanged });
            }
        }
    }
    Ok(())
}
