//! What must not change a verdict, and what must: laws of judging that hold for every host.

use crate::naive_apt::{World, worlds};
use pakiti_core::judge::judge;
use pakiti_core::judgement::{Judgement, SourceId};
use pakiti_core::os_group::OsGroupId;
use pakiti_core::package::{Package, PackageFormat};
use pakiti_core::rules::RuleIndex;
use pakiti_core::verdict::Verdict;
use proptest::prelude::*;

fn judged(world: &World) -> (Vec<Judgement>, Verdict) {
    let judged = judge(&world.index(), &world.context, &world.packages);
    (judged.judgements, judged.verdict)
}

/// The judgements with every source called 0.
fn without_source(judgements: &[Judgement]) -> Vec<Judgement> {
    let mut all = judgements.to_vec();
    all.iter_mut().filter_map(|j| j.update.as_mut()).for_each(|update| update.source = 0);
    all
}

fn renumbered(world: &World, id: impl Fn(SourceId) -> SourceId) -> World {
    let contents = world.contents.iter().map(|(source, content)| (id(*source), content.clone())).collect();
    World { contents, ..world.clone() }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(250))]

    #[test]
    fn a_source_of_another_os_group_changes_nothing(world in worlds(3), other in worlds(0)) {
        prop_assume!(world.context.group.os_group.is_some());
        let mut more = world.clone();
        for (id, mut content) in other.contents {
            content.meta.os_group = Some(OsGroupId("fedora-42".into()));
            more.contents.insert(0, (100 + id, content));
        }
        prop_assert_eq!(judged(&more), judged(&world));
    }

    #[test]
    fn the_order_of_sources_changes_nothing(world in worlds(3), turn in 0usize..5) {
        let mut turned = world.clone();
        turned.contents.reverse();
        let len = turned.contents.len().max(1);
        turned.contents.rotate_left(turn % len);
        prop_assert_eq!(judged(&turned), judged(&world));
    }

    #[test]
    fn the_order_of_packages_changes_neither_digest_nor_counters(world in worlds(3)) {
        let mut turned = world.clone();
        turned.packages.reverse();
        let (one, other) = (judged(&world).1, judged(&turned).1);
        prop_assert_eq!((one.digest, one.counters), (other.digest, other.counters));
    }

    #[test]
    fn ids_of_sources_change_nothing_but_the_source(world in worlds(3)) {
        let (plain, verdict) = judged(&world);
        for other in [renumbered(&world, |id| 1_000 - id), renumbered(&world, |id| id * 7)] {
            let (judgements, same) = judged(&other);
            prop_assert_eq!(without_source(&judgements), without_source(&plain));
            prop_assert_eq!(same, verdict.clone());
        }
    }

    #[test]
    fn a_source_given_twice_changes_nothing_but_the_source(world in worlds(3)) {
        let (plain, verdict) = judged(&world);
        let mut twice = world.clone();
        twice.contents.extend(renumbered(&world, |id| id - 100).contents);
        let (judgements, same) = judged(&twice);
        prop_assert_eq!(without_source(&judgements), without_source(&plain));
        prop_assert_eq!(same, verdict);
    }

    #[test]
    fn without_sources_everything_is_unknown(world in worlds(3)) {
        let count = world.packages.len();
        let (judgements, verdict) = judged(&World { contents: Vec::new(), ..world });
        prop_assert!(judgements.iter().all(|j| *j == Judgement::default()));
        prop_assert_eq!(verdict.counters.unknown, count as i64);
        prop_assert_eq!(verdict.unknown.len(), count);
        prop_assert!(verdict.concerned.is_empty());
    }

    #[test]
    fn the_candidate_installed_there_is_no_update(world in worlds(3)) {
        let index = world.index();
        for package in &world.packages {
            let Some(update) = index.judge_package(&world.context.group, package).update else { continue };
            let arch = update.candidate_arch.unwrap_or_else(|| package.arch.clone());
            // A foreign build that became one for all architectures is now followed by native ones.
            if arch != package.arch && !["amd64", "all"].contains(&package.arch.as_str()) {
                continue;
            }
            let upgraded = Package { version: update.candidate, arch, ..package.clone() };
            prop_assert_eq!(index.judge_package(&world.context.group, &upgraded).update, None, "{:?}", upgraded);
        }
    }

    #[test]
    fn the_verdict_counts_what_the_judgements_say(world in worlds(3), held in 0usize..8) {
        let mut world = world;
        let held = world.packages.get(held).cloned();
        world.context.held.extend(held.iter().map(|p| format!("{}:{}", p.name, p.arch)));
        let (judgements, verdict) = judged(&world);
        let count = |holds: &dyn Fn(&Judgement) -> bool| judgements.iter().filter(|j| holds(j)).count();
        let counters = verdict.counters;
        prop_assert_eq!(counters.packages as usize, judgements.len());
        prop_assert_eq!(counters.unknown as usize, count(&|j| !j.covered.in_repository && !j.covered.judged));
        prop_assert_eq!((counters.security + counters.other) as usize, count(&|j| j.update.is_some()));
        prop_assert_eq!(verdict.concerned.len(), count(&|j| j.update.is_some()));
        prop_assert_eq!(verdict.unknown.len(), counters.unknown as usize);
        let is_held = |p: &&Package| held.as_ref().is_some_and(|h| (&h.name, &h.arch) == (&p.name, &p.arch));
        let due = world.packages.iter().zip(&judgements).filter(|(p, j)| is_held(p) && j.update.is_some()).count();
        prop_assert_eq!(counters.held as usize, due);
    }
}

#[test]
fn packages_of_other_packagers_are_unknown_to_apt_repositories() {
    let index = RuleIndex::build(1, Vec::new());
    let context = pakiti_core::context::GroupContext::default();
    for format in [PackageFormat::Rpm, PackageFormat::Apk, PackageFormat::Other] {
        let package = Package::new(format, "a", "1", "amd64");
        assert_eq!(index.judge_package(&context, &package), Judgement::default());
    }
}

#[test]
fn a_digest_changes_with_every_word_of_an_update() {
    use pakiti_core::context::Context;
    use pakiti_core::judgement::{Covered, Update, UpdateKind, Why};
    use pakiti_core::verdict::Fold;
    let update = Update {
        candidate: "2".into(),
        candidate_arch: None,
        kind: UpdateKind::Security,
        repositories: vec!["bookworm/main".into()],
        advisories: vec![],
        phased: None,
        reboot: false,
        source: 1,
        why: Why { rule: "r".into(), comparison: "1 < 2".into(), gates: vec![] },
    };
    let digest = |change: &dyn Fn(&mut Update)| {
        let (context, package) = (Context::default(), Package::new(PackageFormat::Deb, "a", "1", "amd64"));
        let mut update = update.clone();
        change(&mut update);
        let mut fold = Fold::new(&context, Default::default());
        let covered = Covered { in_repository: true, judged: true };
        fold.add(
            0,
            package.key(),
            &package,
            &Judgement { update: Some(update), covered, ..Judgement::default() },
            &Default::default(),
        );
        fold.finish().digest
    };
    let plain = digest(&|_| {});
    assert_eq!(digest(&|u| u.source = 2), plain, "ids differ between databases");
    let changes: [&dyn Fn(&mut Update); 10] = [
        &|u| u.candidate = "3".into(),
        &|u| u.candidate_arch = Some("all".into()),
        &|u| u.kind = UpdateKind::Bugfix,
        &|u| u.repositories.push("x".into()),
        &|u| u.advisories.push("x".into()),
        &|u| u.phased = Some(1),
        &|u| u.reboot = true,
        &|u| u.why.rule = "x".into(),
        &|u| u.why.comparison = "x".into(),
        &|u| u.why.gates.push("x".into()),
    ];
    for (at, change) in changes.iter().enumerate() {
        assert_ne!(digest(change), plain, "change {at}");
    }
}
