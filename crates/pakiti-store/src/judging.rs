//! Computing verdicts into the store: the one code path of ingest and re-evaluation.
//!
//! A verdict is the fold of memoised judgements; the judgement rows of the packages concerned are opened or
//! closed in the same transaction (design.md, "The heart").

use crate::args;
use crate::counters;
use crate::db::Tx;
use crate::dialect::{Type, tables};
use crate::error::Result;
use crate::intern;
use crate::judgement_rows::{Fresh, Said, note, said};
use crate::memo::Memo;
use crate::set_judgements::{self, Alone, OfSet, SetKey};
use pakiti_core::context::{Context, GroupContext};
use pakiti_core::judge::superseded;
use pakiti_core::judgement::Judgement;
use pakiti_core::kernel::{self, KernelPart, KernelTruth};
use pakiti_core::os_group;
use pakiti_core::package::PackageFormat;
use pakiti_core::package_set::{PackageId, encode_ids};
use pakiti_core::rules::{FindingSummary, RuleIndex};
use pakiti_core::verdict::{Fold, Verdict, Weighed};

/// A set's place: the context it is judged in, and when.
#[derive(Debug)]
pub(crate) struct Placed<'a> {
    /// Set and context, by id.
    pub(crate) key: SetKey,
    pub(crate) group_id: i64,
    pub(crate) context: &'a Context,
    pub(crate) now: i64,
}

/// A verdict to be stored.
#[derive(Debug)]
pub(crate) struct Made {
    pub(crate) set_id: i64,
    pub(crate) context_id: i64,
    /// The group context it was judged in: its context's, or that with the module streams its packages tell.
    pub(crate) group_id: i64,
    pub(crate) verdict: Verdict,
}

/// Judges a set in a context; gives the group context it was judged in too. What is fresh is the caller's to
/// persist and the verdict the caller's to store, both before the transaction ends.
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
        for (id, known) in packages {
            let judged = memo.judge(&rules, group_id, (id, known.clone()));
            note(fresh, &rules, (group_id, id), &known.1, &judged, placed.now);
        }
    }
    let judged = memo.judged(group_id, ids).collect::<Result<Vec<_>>>()?;
    let instances =
        judged.iter().map(|(id, known, judged)| (*id, &known.1, judged.judgement.update.as_ref()));
    let old = superseded(instances);
    let images = judged.iter().filter_map(|(_, known, judged)| Some((&known.1, judged.image()?)));
    let truth = KernelTruth::new(placed.context, images);
    let of_set = match index.set_may_tell(&truth, judged.iter().map(|(_, known, _)| &known.1)) {
        true => {
            let alone = judged.iter().map(|(id, known, judged)| (*id, &known.1, &*judged.judgement.findings));
            let alone: Vec<Alone<'_>> = alone.collect();
            set_judgements::of_set(&index.for_group(group), placed.context, &truth, &alone)
        }
        false => OfSet::default(),
    };
    let mut fold = Fold::new(placed.context, truth);
    for (id, known, judged) in judged {
        let update = judged.hash.filter(|_| !old.contains(&id));
        let findings = of_set.summaries.get(&id).unwrap_or(&judged.findings);
        let weighed = Weighed { judgement: &judged.judgement, update, findings };
        fold.add_weighed(id, known.0, &known.1, &weighed);
    }
    fresh.sets.insert(placed.key, (of_set.rows, placed.now));
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
    if deb || !index.asks_the_set() {
        return Ok(None);
    }
    let telling = memo.telling(tx, index, ids).await?;
    if telling.is_empty() {
        return Ok(None);
    }
    let Some(told) = index.complete(group, telling.iter().map(|known| &known.1)) else {
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

/// Stores verdicts, new or recomputed, by (set, context).
pub(crate) async fn store_verdicts(tx: &mut Tx, verdicts: &[Made], generation: i64) -> Result<()> {
    let row = |made: &Made| {
        let verdict = &made.verdict;
        let mut values = args![made.set_id, made.context_id, generation];
        values.extend(counters::values(&verdict.counters));
        values.extend(args![
            verdict.digest.0,
            encode_ids(&verdict.concerned),
            encode_ids(&verdict.unknown),
            encode_ids(&verdict.exposed),
            made.group_id,
        ]);
        values
    };
    let rows = verdicts.iter().map(row).collect();
    for (table, args) in tables(tx.dialect(), &VERDICT_TYPES, rows, 64) {
        let sql = format!(
            "INSERT INTO verdict (set_id, context_id, computed_generation, {}, digest, concerned, unknown_ids, exposed, \
             group_context_id) {table} ON CONFLICT (set_id, context_id) DO UPDATE SET \
             computed_generation = excluded.computed_generation, {}, digest = excluded.digest, \
             concerned = excluded.concerned, unknown_ids = excluded.unknown_ids, exposed = excluded.exposed, \
             group_context_id = excluded.group_context_id",
            counters::LIST,
            counters::assign("excluded")
        );
        tx.insert(&sql, args, verdicts.len()).await?;
    }
    Ok(())
}

const VERDICT_TYPES: [Type; 8 + counters::WIDTH] = {
    let mut types = [Type::Int; 8 + counters::WIDTH];
    let first = 3 + counters::WIDTH;
    let mut at = first;
    while at < first + 4 {
        types[at] = Type::Blob;
        at += 1;
    }
    types
};

/// What a set is judged to without any store.
#[derive(Debug)]
pub(crate) struct Bare {
    pub(crate) group: GroupContext,
    /// What the memo's rows say: each package for itself.
    pub(crate) rows: Vec<(PackageId, Vec<Said>)>,
    /// What only the whole set tells.
    pub(crate) of_set: Vec<(PackageId, Said)>,
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
    let pairs = || packages.iter().zip(&judgements);
    let summaries: Vec<FindingSummary> =
        pairs().map(|((_, known), (_, judgement))| rules.summary(&known.1, &judgement.findings)).collect();
    let rows =
        pairs().map(|((id, known), (_, judgement))| (*id, said(&rules, &known.1, judgement))).collect();
    let parts: Vec<Option<KernelPart>> = packages.iter().map(|(_, known)| kernel::part(&known.1)).collect();
    let images =
        || parts.iter().zip(packages).filter_map(|(part, (_, known))| Some((&known.1, part.as_ref()?)));
    let truth = KernelTruth::new(context, images());
    let alone: Vec<Alone<'_>> =
        pairs().map(|((id, known), (_, judgement))| (*id, &known.1, &*judgement.findings)).collect();
    let of_set = set_judgements::of_set(&rules, context, &truth, &alone);
    drop(rules);
    let pairs = packages.iter().zip(&judgements);
    let instances = pairs.map(|((id, known), (_, judgement))| (*id, &known.1, judgement.update.as_ref()));
    let old = superseded(instances);
    let mut fold = Fold::new(context, truth);
    for (((id, known), (_, judgement)), summary) in packages.iter().zip(&judgements).zip(&summaries) {
        let update = judgement.update.clone().filter(|_| !old.contains(id));
        let summary = of_set.summaries.get(id).unwrap_or(summary);
        fold.add(*id, known.0, &known.1, &Judgement { update, ..judgement.clone() }, summary);
    }
    Bare { group, rows, of_set: of_set.rows, verdict: fold.finish() }
}
