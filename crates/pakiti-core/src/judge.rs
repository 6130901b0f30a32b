//! Judging a whole package set without a store: what `pakiti evaluate` does and what `pakiti verify` compares
//! the server's cached numbers with.

use crate::context::Context;
use crate::judgement::Judgement;
use crate::package::Package;
use crate::rules::RuleIndex;
use crate::verdict::{Fold, Verdict};

/// Judges every package and folds the verdict; ids are positions in `packages`.
pub fn judge(index: &RuleIndex, context: &Context, packages: &[Package]) -> (Vec<Judgement>, Verdict) {
    let mut fold = Fold::new(context);
    let mut judgements = Vec::with_capacity(packages.len());
    for (id, package) in packages.iter().enumerate() {
        let judgement = index.judge_package(&context.group, package);
        fold.add(id as u32, package.key(), package, &judgement);
        judgements.push(judgement);
    }
    (judgements, fold.finish())
}
