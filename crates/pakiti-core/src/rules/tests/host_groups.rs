//! Sources that are limited to hosts of named host groups.

use super::*;
use std::collections::BTreeSet;

fn groups(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn of(names: &[&str]) -> GroupContext {
    GroupContext { host_groups: groups(names), ..host() }
}

fn limited(mut content: SnapshotContent, only: &[&str], not: &[&str]) -> SnapshotContent {
    content.meta.host_groups = groups(only);
    content.meta.not_host_groups = groups(not);
    content
}

fn judged(contents: &[SnapshotContent], context: &GroupContext) -> Judgement {
    let index = RuleIndex::build(1, contents.iter().cloned().map(|c| (1, c)).collect());
    index.judge_package(context, &Package::new(PackageFormat::Deb, "a", "1", "amd64"))
}

#[test]
fn a_source_speaks_only_to_the_groups_it_is_limited_to() {
    let content = repository("bookworm-security", true, &[("a", "2", "amd64")]);
    let hears = |only: &[&str], not: &[&str], own: &[&str]| {
        judged(&[limited(content.clone(), only, not)], &of(own)).update.is_some()
    };
    for (only, not, own, expected) in [
        (&[][..], &[][..], &["A"][..], true),
        (&["A", "B"], &[], &["B"], true),
        (&["A"], &[], &["B"], false),
        (&["A"], &[], &[], false),
        (&[], &["A"], &["B"], true),
        (&[], &["A"], &[], true),
        (&[], &["A"], &["A", "B"], false),
        (&["B"], &["A"], &["A", "B"], false),
        (&["B"], &["A"], &["B"], true),
    ] {
        assert_eq!(hears(only, not, own), expected, "only {only:?}, not {not:?}, host of {own:?}");
    }
}

#[test]
fn the_proof_names_the_group_that_let_the_source_speak() {
    let content = limited(repository("bookworm", false, &[("a", "2", "amd64")]), &["A", "B"], &[]);
    let why = judged(&[content], &of(&["B", "C"])).update.unwrap().why;
    assert_eq!(why.gates, ["OS group debian-12", "host group B", "architecture amd64", "priority 500"]);
}

#[test]
fn what_a_security_source_of_other_groups_would_judge_is_not_judged() {
    let main = repository("bookworm", false, &[("a", "1", "amd64")]);
    let security = limited(repository("bookworm-security", true, &[]), &["A"], &[]);
    let contents = [main, security];
    let covered = |own: &[&str]| judged(&contents, &of(own)).covered;
    assert_eq!(covered(&["A"]), Covered { in_repository: true, judged: true });
    assert_eq!(covered(&["B"]), Covered { in_repository: true, judged: false });
}

#[test]
fn only_named_groups_belong_into_a_context() {
    let content = repository("bookworm", false, &[]);
    let plain = RuleIndex::build(1, vec![(1, content.clone())]);
    assert_eq!(plain.host_groups_of(["A", "B"].into_iter()), groups(&[]));
    let index = RuleIndex::build(1, vec![(1, limited(content, &["A"], &["C"]))]);
    assert_eq!(*index.named_host_groups(), groups(&["A", "C"]));
    assert_eq!(index.host_groups_of(["A", "B"].into_iter()), groups(&["A"]));
}

#[test]
fn the_record_of_a_context_without_named_groups_is_what_it_was() {
    assert!(!host().record().contains("host_groups"));
    let named = of(&["A"]);
    assert!(named.record().ends_with(",\"host_groups\":[\"A\"]}"));
    assert_eq!(serde_json::from_str::<GroupContext>(&named.record()).unwrap(), named);
}
