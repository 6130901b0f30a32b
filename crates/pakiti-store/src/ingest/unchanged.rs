//! The unchanged reports of a batch: found and counted by one statement (law 3).

use super::{Outcome, Pending, ReportedSet, Stored};
use crate::db::{Tx, Value, pieces, placeholders};
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
    let sets: Vec<[u8; 32]> = sets.into_iter().collect();
    for piece in pieces(&sets, CHUNK) {
        let list = placeholders(1, piece.len(), 1);
        let sql = format!("SELECT hash, id FROM package_set WHERE hash IN {list}");
        for row in tx.fetch(&sql, piece.iter().map(|hash| Value::from(*hash)).collect()).await? {
            memo.sets.insert(row.hash(0)?, row.int(1)?);
        }
    }
    let contexts: Vec<[u8; 32]> = contexts.into_iter().collect();
    for piece in pieces(&contexts, CHUNK) {
        let list = placeholders(1, piece.len(), 1);
        let sql = format!("SELECT hash, id, group_context_id FROM context WHERE hash IN {list}");
        for row in tx.fetch(&sql, piece.iter().map(|hash| Value::from(*hash)).collect()).await? {
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
            candidates.push((pending.report, set, context));
        }
    }
    for piece in pieces(&candidates, CHUNK) {
        let sql = format!(
            "WITH v (identity, set_id, context_id, facts_hash, at) AS (VALUES {}) \
             UPDATE host SET reports = reports + 1, \
             last_report = CASE WHEN v.at > last_report THEN v.at ELSE last_report END \
             FROM v WHERE host.identity = v.identity AND host.set_id = v.set_id \
             AND host.context_id = v.context_id AND host.facts_hash = v.facts_hash \
             RETURNING host.id, host.identity",
            placeholders(piece.len(), 5, 1)
        );
        let mut args = Vec::with_capacity(piece.len() * 5);
        for (report, set, context) in piece {
            args.extend(crate::args![report.identity, *set, *context, report.facts_hash, report.received_at]);
        }
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
