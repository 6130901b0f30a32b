//! Judging a fleet without a store: what re-evaluation costs when nothing is read or written.

use crate::Outcome;
use crate::feed::Feed;
use crate::hosts::{chosen, old_or_new};
use crate::meter::Meter;
use pakiti_core::kernel::{self, KernelTruth};
use pakiti_core::package::PackageKey;
use pakiti_core::rules::{FindingSummary, RuleIndex};
use pakiti_core::verdict::{Fold, Weighed, update_hash};
use pakiti_store::memo::Known;
use std::collections::HashMap;

/// Judges every distinct set: each package once, each set folded, on two threads.
pub(crate) fn measure(index: &RuleIndex, feed: &Feed, sets: usize) -> Outcome<()> {
    let lists: Vec<Vec<Known>> = (0..sets).map(|set| packages(feed, set)).collect();
    let meter = Meter::start()?;
    let context = feed.context.as_ref();
    let completed = index.complete(&context.group, lists.first().into_iter().flatten().map(|known| &known.1));
    let rules = index.for_group(completed.as_ref().unwrap_or(&context.group));
    let mut places: HashMap<PackageKey, usize> = HashMap::new();
    let mut judged = Vec::new();
    let mut placed: Vec<Vec<usize>> = Vec::with_capacity(lists.len());
    for list in &lists {
        placed.push(Vec::with_capacity(list.len()));
        for known in list {
            let at = *places.entry(known.0).or_insert(judged.len());
            if at == judged.len() {
                let judgement = rules.judge(&known.1);
                let summary: FindingSummary = rules.summary(&known.1, &judgement.findings);
                let hash = judgement.update.as_ref().map(update_hash);
                judged.push((known.clone(), judgement, hash, summary, kernel::part(&known.1)));
            }
            placed.last_mut().into_iter().for_each(|list| list.push(at));
        }
    }
    let judged_in = meter.read()?;
    let meter = Meter::start()?;
    let fold = |lists: &[Vec<usize>]| -> i64 {
        let mut findings = 0;
        for list in lists {
            let of = || list.iter().filter_map(|at| judged.get(*at));
            let images = of().filter_map(|(known, .., part)| Some((&known.1, part.as_ref()?)));
            let mut fold = Fold::new(context, KernelTruth::new(context, images));
            for ((known, judgement, hash, summary, _), id) in of().zip(0..) {
                let weighed = Weighed { judgement, update: *hash, findings: summary };
                fold.add_weighed(id, known.0, &known.1, &weighed);
            }
            findings += fold.finish().counters.findings.total();
        }
        findings
    };
    let (first, second) = placed.split_at(placed.len() / 2);
    let findings = std::thread::scope(|scope| {
        let half = scope.spawn(|| fold(first));
        fold(second) + half.join().unwrap_or(0)
    });
    println!(
        "compute alone: {} packages judged: {judged_in}; {sets} sets folded on two threads: {}; {} findings per set",
        judged.len(),
        meter.read()?,
        findings / sets.max(1) as i64
    );
    Ok(())
}

fn packages(feed: &Feed, set: usize) -> Vec<Known> {
    let mut list: Vec<Known> =
        chosen(set, feed.pool.len()).into_iter().map(|(at, old)| old_or_new(&feed.pool, at, old)).collect();
    list.extend(feed.always.iter().cloned());
    list
}
