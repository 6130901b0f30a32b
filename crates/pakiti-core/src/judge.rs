//! Judging a whole package set without a store: what `pakiti evaluate` does and what `pakiti verify` compares
//! the server's cached numbers with.

use crate::context::Context;
use crate::judgement::{Judgement, Update};
use crate::package::{Package, PackageFormat};
use crate::package_set::PackageId;
use crate::rules::RuleIndex;
use crate::verdict::{Fold, Verdict};
use crate::version;
use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};

/// Judges every package and folds the verdict; ids are positions in `packages`.
pub fn judge(index: &RuleIndex, context: &Context, packages: &[Package]) -> (Vec<Judgement>, Verdict) {
    let completed = index.complete(&context.group, packages.iter());
    let group = completed.as_ref().unwrap_or(&context.group);
    let mut judgements: Vec<Judgement> =
        packages.iter().map(|package| index.judge_package(group, package)).collect();
    let instances = packages.iter().zip(&judgements).zip(0..);
    let old =
        superseded(instances.map(|((package, judgement), id)| (id, package, judgement.update.as_ref())));
    let mut fold = Fold::new(context);
    for ((package, judgement), id) in packages.iter().zip(&mut judgements).zip(0..) {
        judgement.update = judgement.update.take().filter(|_| !old.contains(&id));
        judgement.further.retain(|update| !is_superseded(packages, id, package, update));
        fold.add(id, package.key(), package, judgement);
    }
    (judgements, fold.finish())
}

/// One installed package with its update.
type Instance<'a> = (PackageId, &'a Package, Option<&'a Update>);

/// The rpms whose update does not count because of another installed instance of the same name: one that is as
/// new as the candidate, or a newer one that has the same update. contract.md "updates, dnf": the candidate is
/// compared with the highest installed version (kernels, and whatever else is installed twice).
pub fn superseded<'a>(instances: impl Iterator<Item = Instance<'a>> + Clone) -> HashSet<PackageId> {
    let mut names: HashMap<&str, Vec<Instance<'_>>> = HashMap::new();
    for (_, package, _) in instances.clone().filter(|(_, p, update)| is_rpm(p) && update.is_some()) {
        names.entry(&package.name).or_default();
    }
    if names.is_empty() {
        return HashSet::new();
    }
    for instance in instances.filter(|(_, package, _)| is_rpm(package)) {
        if let Some(list) = names.get_mut(instance.1.name.as_str()) {
            list.push(instance);
        }
    }
    let mut out = HashSet::new();
    for list in names.values().filter(|list| list.len() > 1) {
        for (id, package, update) in list {
            let Some(update) = update else { continue };
            let others = list.iter().filter(|(other, ..)| other != id);
            if others
                .into_iter()
                .any(|(other_id, other, _)| outdoes((*other_id, other), (*id, package), update))
            {
                out.insert(*id);
            }
        }
    }
    out
}

fn is_superseded(packages: &[Package], id: PackageId, package: &Package, update: &Update) -> bool {
    let others = packages.iter().zip(0..).filter(|(other, _)| is_rpm(other) && other.name == package.name);
    others.into_iter().any(|(other, at)| at != id && outdoes((at, other), (id, package), update))
}

fn is_rpm(package: &Package) -> bool {
    package.format == PackageFormat::Rpm
}

/// Is the update of `of` no update because `other` is installed too?
fn outdoes(other: (PackageId, &Package), of: (PackageId, &Package), update: &Update) -> bool {
    let arch = update.candidate_arch.as_deref().unwrap_or(&of.1.arch);
    if other.1.arch != arch && other.1.arch != "noarch" && arch != "noarch" {
        return false;
    }
    let against = |version: &str| version::compare(PackageFormat::Rpm, &other.1.version, version).ok();
    match against(&of.1.version) {
        Some(Ordering::Greater) => true,
        // The same version in two architectures that both fit: one row is enough.
        Some(Ordering::Equal) => other.1.arch == arch && of.1.arch != arch,
        _ => against(&update.candidate).is_some_and(Ordering::is_ge),
    }
}
