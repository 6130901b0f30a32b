//! Computing verdicts into the store: the one code path of ingest and re-evaluation.
//!
//! A verdict is the fold of memoised judgements; the judgement rows of the packages concerned are opened or
//! closed in the same transaction (design.md, "The heart").

use crate::args;
use crate::db::{Tx, Value};
use crate::dialect::{Type, lists, tables};
use crate::error::Result;
use crate::intern;
use crate::memo::{FastSet, Judged, Memo};
use pakiti_core::context::{Context, GroupContext};
use pakiti_core::judge::superseded;
use pakiti_core::judgement::{Judgement, Update};
use pakiti_core::os_group;
use pakiti_core::package::PackageFormat;
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

/// A verdict to be stored.
#[derive(Debug)]
pub(crate) struct Made {
    pub(crate) set_id: i64,
    pub(crate) context_id: i64,
    /// The group context it was judged in: its context's, or that with the module streams its packages tell.
    pub(crate) group_id: i64,
    pub(crate) verdict: Verdict,
}

/// Judges a set in a context; gives the group context it was judged in too. Its fresh judgements are the
/// caller's to [`persist`] and the verdict the caller's to store, both before the transaction ends.
pub(crate) async fn judge_set(
    tx: &mut Tx,
    memo: &mut Memo,
    index: &RuleIndex,
    placed: &Placed<'_>,
    ids: &[PackageId],
    fresh: &mut Fresh,
) -> Result<(Verdict, i64)> {
    let told = told_group(tx, memo, index, placed, ids).await?;
    let (group_id, group) =
        told.as_ref().map_or((placed.group_id, &placed.context.group), |(id, group)| (*id, group));
    let unjudged = memo.unjudged(group_id, ids);
    if !unjudged.is_empty() {
        let packages = memo.load(tx, &unjudged).await?;
        let rules = index.for_group(group);
        for package in packages {
            let key = (group_id, package.0);
            fresh.insert(key, (memo.judge(&rules, group_id, package), placed.now));
        }
    }
    let judged = memo.judged(group_id, ids).collect::<Result<Vec<_>>>()?;
    let instances =
        judged.iter().map(|(id, known, judged)| (*id, &known.1, judged.judgement.update.as_ref()));
    let old = superseded(instances);
    let mut fold = Fold::new(placed.context);
    for (id, known, judged) in judged {
        let hash = judged.hash.filter(|_| !old.contains(&id));
        fold.add_hashed(id, known.0, &known.1, &judged.judgement, hash);
    }
    Ok((fold.finish(), group_id))
}

/// The group context with the module streams that the packages of the set tell; `None` = they tell no more than
/// the host did.
async fn told_group(
    tx: &mut Tx,
    memo: &mut Memo,
    index: &RuleIndex,
    placed: &Placed<'_>,
    ids: &[PackageId],
) -> Result<Option<(i64, GroupContext)>> {
    let group = &placed.context.group;
    let deb = group.os_group.as_ref().and_then(os_group::format_of) == Some(PackageFormat::Deb);
    if deb || !index.has_rpms() {
        return Ok(None);
    }
    let packages = memo.load(tx, ids).await?;
    let Some(told) = index.complete(group, packages.iter().map(|(_, known)| &known.1)) else {
        return Ok(None);
    };
    let hash = told.hash().0;
    let id = match memo.groups.get(&hash) {
        Some(id) => *id,
        None => {
            let id = intern::group_context(tx, &told).await?;
            memo.groups.insert(hash, id);
            id
        }
    };
    Ok(Some((id, told)))
}

/// Opens and closes judgement rows so that exactly what the judgements say is open, in the order of their
/// natural key.
pub(crate) async fn persist(tx: &mut Tx, fresh: &Fresh) -> Result<()> {
    persist_new(tx, fresh, &FastSet::default()).await
}

/// The same where these packages were stored by this very transaction: nobody else can have seen them, so they
/// have no rows yet.
pub(crate) async fn persist_new(tx: &mut Tx, fresh: &Fresh, new: &FastSet<PackageId>) -> Result<()> {
    let asked = fresh.keys().copied().filter(|(_, id)| !new.contains(id));
    let stored = open_updates(tx, asked).await?;
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
    let row = |((group_id, id), update, now): ((i64, PackageId), &Update, i64)| {
        let (state, id) = (update.kind.word(), i64::from(id));
        args![group_id, id, "update", "", update.source, state, &update.candidate, record(update), now]
    };
    let rows: Vec<_> = wanted.into_iter().map(row).collect();
    let count = rows.len();
    for (table, args) in tables(tx.dialect(), &JUDGEMENT_TYPES, rows, 128) {
        let sql = format!(
            "INSERT INTO judgement (group_context_id, package_id, kind, cve, source_id, state, fixed, rule, since) \
             {table} ON CONFLICT DO NOTHING"
        );
        tx.insert(&sql, args, count).await?;
    }
    Ok(())
}

const JUDGEMENT_TYPES: [Type; 9] = {
    use Type::{Int, Text};
    [Int, Int, Text, Text, Int, Text, Text, Text, Int]
};

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
async fn open_updates(
    tx: &mut Tx,
    asked: impl Iterator<Item = (i64, PackageId)>,
) -> Result<HashMap<(i64, PackageId), OpenRow>> {
    let mut groups: BTreeMap<i64, Vec<PackageId>> = BTreeMap::new();
    for (group_id, id) in asked {
        groups.entry(group_id).or_default().push(id);
    }
    let mut out = HashMap::new();
    for (group_id, ids) in groups {
        let ids = ids.into_iter().map(|id| Value::from(i64::from(id))).collect();
        for (list, mut args) in lists(tx.dialect(), Type::Int, ids, 256) {
            args.push(Value::from(group_id));
            let sql = format!(
                "SELECT package_id, id, source_id, rule FROM judgement WHERE package_id {list} \
                 AND group_context_id = ${} AND kind = 'update' AND until IS NULL",
                args.len()
            );
            for row in tx.fetch(&sql, args).await? {
                let open = OpenRow { id: row.int(1)?, source: row.int(2)?, record: row.text(3)? };
                out.insert((group_id, row.int(0)? as PackageId), open);
            }
        }
    }
    Ok(out)
}

/// Stores verdicts, new or recomputed, by (set, context).
pub(crate) async fn store_verdicts(tx: &mut Tx, verdicts: &[Made], generation: i64) -> Result<()> {
    let row = |made: &Made| {
        let verdict = &made.verdict;
        let c = &verdict.counters;
        args![
            made.set_id,
            made.context_id,
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
            made.group_id,
        ]
    };
    let rows = verdicts.iter().map(row).collect();
    for (table, args) in tables(tx.dialect(), &VERDICT_TYPES, rows, 64) {
        let sql = format!(
            "INSERT INTO verdict (set_id, context_id, computed_generation, packages, in_repository, judged, unknown, \
             security, other, held, digest, concerned, unknown_ids, group_context_id) {table} \
             ON CONFLICT (set_id, context_id) DO UPDATE SET computed_generation = excluded.computed_generation, \
             packages = excluded.packages, in_repository = excluded.in_repository, judged = excluded.judged, \
             unknown = excluded.unknown, security = excluded.security, other = excluded.other, held = excluded.held, \
             digest = excluded.digest, concerned = excluded.concerned, unknown_ids = excluded.unknown_ids, \
             group_context_id = excluded.group_context_id"
        );
        tx.insert(&sql, args, verdicts.len()).await?;
    }
    Ok(())
}

const VERDICT_TYPES: [Type; 14] = {
    use Type::{Blob, Int};
    [Int, Int, Int, Int, Int, Int, Int, Int, Int, Int, Blob, Blob, Blob, Int]
};

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

/// What a set is judged to without any store.
#[derive(Debug)]
pub(crate) struct Bare {
    pub(crate) group: GroupContext,
    /// What the memo's rows say: each package for itself.
    pub(crate) judgements: Vec<(PackageId, Judgement)>,
    pub(crate) verdict: Verdict,
}

/// A verdict without any store: what `pakiti verify` compares stored numbers with.
pub(crate) fn judge_bare(
    index: &RuleIndex,
    context: &Context,
    packages: &[(PackageId, crate::memo::Known)],
) -> Bare {
    let told = index.complete(&context.group, packages.iter().map(|(_, known)| &known.1));
    let group = told.unwrap_or_else(|| context.group.clone());
    let rules = index.for_group(&group);
    let judgements: Vec<(PackageId, Judgement)> =
        packages.iter().map(|(id, known)| (*id, rules.judge(&known.1))).collect();
    drop(rules);
    let pairs = packages.iter().zip(&judgements);
    let instances = pairs.map(|((id, known), (_, judgement))| (*id, &known.1, judgement.update.as_ref()));
    let old = superseded(instances);
    let mut fold = Fold::new(context);
    for ((id, known), (_, judgement)) in packages.iter().zip(&judgements) {
        let update = judgement.update.clone().filter(|_| !old.contains(id));
        fold.add(*id, known.0, &known.1, &Judgement { update, ..judgement.clone() });
    }
    Bare { group, judgements, verdict: fold.finish() }
}
