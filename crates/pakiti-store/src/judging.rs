//! Computing verdicts into the store: the one code path of ingest and re-evaluation.
//!
//! A verdict is the fold of memoised judgements; the judgement rows of the packages concerned are opened or
//! closed in the same transaction (design.md, "The heart").

use crate::args;
use crate::db::{Tx, Value, pieces, placeholders};
use crate::error::Result;
use crate::memo::{Judged, Memo};
use pakiti_core::context::{Context, GroupContext};
use pakiti_core::judgement::{Judgement, Update};
use pakiti_core::package_set::{PackageId, encode_ids};
use pakiti_core::rules::RuleIndex;
use pakiti_core::verdict::{Counters, Fold, Verdict};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// A set's place: the context it is judged in, and when.
#[derive(Debug)]
pub(crate) struct Placed<'a> {
    pub(crate) group_id: i64,
    pub(crate) context: &'a Context,
    pub(crate) now: i64,
}

/// Judgements whose rows are not yet known to be stored, by (group context, package), each with its time.
pub(crate) type Fresh = BTreeMap<(i64, PackageId), (Arc<Judged>, i64)>;

/// Judges a set in a context. Its fresh judgements are the caller's to [`persist`] and the verdict the
/// caller's to store, both before the transaction ends.
pub(crate) async fn judge_set(
    tx: &mut Tx,
    memo: &mut Memo,
    index: &RuleIndex,
    placed: &Placed<'_>,
    ids: &[PackageId],
    fresh: &mut Fresh,
) -> Result<Verdict> {
    let mut fold = Fold::new(placed.context);
    for (id, known) in memo.load(tx, ids).await? {
        let (key, package) = &*known;
        let judged = memo.judgement(index, placed.group_id, &placed.context.group, id, package);
        fold.add_hashed(id, *key, package, &judged.judgement, judged.hash);
        if memo.persisted.insert((placed.group_id, id)) {
            fresh.insert((placed.group_id, id), (judged, placed.now));
        }
    }
    Ok(fold.finish())
}

/// Opens and closes judgement rows so that exactly what the judgements say is open, in the order of their
/// natural key.
pub(crate) async fn persist(tx: &mut Tx, fresh: &Fresh) -> Result<()> {
    let stored = open_updates(tx, fresh).await?;
    let mut wanted = Vec::new();
    for (key, (judged, now)) in fresh {
        let update = judged.judgement.update.as_ref();
        if let Some(row) = stored.get(key) {
            if update.is_some_and(|u| record(u) == row.record && u.source == row.source) {
                continue;
            }
            let sql = "UPDATE judgement SET until = $1 WHERE id = $2 AND until IS NULL";
            tx.execute(sql, args![*now, row.id]).await?;
        }
        wanted.extend(update.map(|update| (*key, update, *now)));
    }
    for piece in pieces(&wanted, 128) {
        let sql = format!(
            "INSERT INTO judgement (group_context_id, package_id, kind, cve, source_id, state, fixed, rule, since) \
             VALUES {} ON CONFLICT DO NOTHING",
            placeholders(piece.len(), 9, 1)
        );
        let mut args = Vec::with_capacity(piece.len() * 9);
        for ((group_id, id), update, now) in piece {
            let (state, id) = (update.kind.word(), i64::from(*id));
            let row = args![
                *group_id,
                id,
                "update",
                "",
                update.source,
                state,
                &update.candidate,
                record(update),
                *now
            ];
            args.extend(row);
        }
        tx.execute(&sql, args).await?;
    }
    Ok(())
}

/// The stored record of an update.
pub(crate) fn record(update: &Update) -> String {
    serde_json::to_string(update).unwrap_or_default()
}

struct OpenRow {
    id: i64,
    source: i64,
    record: String,
}

/// The open update rows of the packages in question.
async fn open_updates(tx: &mut Tx, fresh: &Fresh) -> Result<HashMap<(i64, PackageId), OpenRow>> {
    let mut groups: BTreeMap<i64, Vec<PackageId>> = BTreeMap::new();
    for (group_id, id) in fresh.keys() {
        groups.entry(*group_id).or_default().push(*id);
    }
    let mut out = HashMap::new();
    for (group_id, ids) in groups {
        for piece in pieces(&ids, 256) {
            let sql = format!(
                "SELECT package_id, id, source_id, rule FROM judgement \
                 WHERE group_context_id = $1 AND kind = 'update' AND until IS NULL AND package_id IN {}",
                placeholders(1, piece.len(), 2)
            );
            let mut args = args![group_id];
            args.extend(piece.iter().map(|id| Value::from(i64::from(*id))));
            for row in tx.fetch(&sql, args).await? {
                let open = OpenRow { id: row.int(1)?, source: row.int(2)?, record: row.text(3)? };
                out.insert((group_id, row.int(0)? as PackageId), open);
            }
        }
    }
    Ok(out)
}

/// Stores verdicts, new or recomputed, by (set, context).
pub(crate) async fn store_verdicts(
    tx: &mut Tx,
    verdicts: &[((i64, i64), Verdict)],
    generation: i64,
) -> Result<()> {
    for piece in pieces(verdicts, 64) {
        let sql = format!(
            "INSERT INTO verdict (set_id, context_id, computed_generation, packages, in_repository, judged, unknown, \
             security, other, held, digest, concerned, unknown_ids) VALUES {} \
             ON CONFLICT (set_id, context_id) DO UPDATE SET computed_generation = excluded.computed_generation, \
             packages = excluded.packages, in_repository = excluded.in_repository, judged = excluded.judged, \
             unknown = excluded.unknown, security = excluded.security, other = excluded.other, held = excluded.held, \
             digest = excluded.digest, concerned = excluded.concerned, unknown_ids = excluded.unknown_ids",
            placeholders(piece.len(), 13, 1)
        );
        let mut args = Vec::with_capacity(piece.len() * 13);
        for (key, verdict) in piece {
            let c = &verdict.counters;
            args.extend(args![
                key.0,
                key.1,
                generation,
                c.packages,
                c.in_repository,
                c.judged,
                c.unknown,
                c.security,
                c.other,
                c.held,
                verdict.digest.0,
                encode_ids(&verdict.concerned),
                encode_ids(&verdict.unknown),
            ]);
        }
        tx.execute(&sql, args).await?;
    }
    Ok(())
}

/// The counters of seven consecutive columns from `first` on: packages, in_repository, judged, unknown,
/// security, other, held.
pub(crate) fn read_counters(row: &crate::db::Row, first: usize) -> Result<Counters> {
    Ok(Counters {
        packages: row.int(first)?,
        in_repository: row.int(first + 1)?,
        judged: row.int(first + 2)?,
        unknown: row.int(first + 3)?,
        security: row.int(first + 4)?,
        other: row.int(first + 5)?,
        held: row.int(first + 6)?,
    })
}

/// A verdict without any store: what `pakiti verify` compares stored numbers with.
pub(crate) fn judge_bare(
    index: &RuleIndex,
    context: &Context,
    packages: &[(PackageId, crate::memo::Known)],
) -> (Vec<(PackageId, Judgement)>, Verdict) {
    let group: &GroupContext = &context.group;
    let mut fold = Fold::new(context);
    let mut judgements = Vec::with_capacity(packages.len());
    for (id, known) in packages {
        let (key, package) = &**known;
        let judgement = index.judge_package(group, package);
        fold.add(*id, *key, package, &judgement);
        judgements.push((*id, judgement));
    }
    (judgements, fold.finish())
}
