//! Definitions that one package cannot answer (design.md "The heart": the small per-set list).

use super::*;
use pakiti_core::rules::{NeedsSet, fingerprints, oval_rules};

fn doc(criteria: impl Fn(&mut Doc) -> Node) -> Doc {
    let mut doc = Doc::rpm("Red Hat Enterprise Linux 7");
    let criteria = criteria(&mut doc);
    doc.patch("RHSA-1", &["CVE-2024-0001"], criteria);
    doc
}

/// Why it needs the set, and what is found on a host with these packages.
fn told(doc: &Doc, list: &str) -> (Vec<NeedsSet>, Vec<String>) {
    let reasons = oval_rules(&doc.document).whole.into_iter().map(|(_, reason)| reason).collect();
    (reasons, found(&doc.index(), &context("rhel-7"), &rpms(list)))
}

#[test]
fn one_package_beside_another_that_must_be_there() {
    let doc = doc(|doc| every(vec![doc.below("a", "2-1"), doc.below("b", "5-1")]));
    assert_eq!(
        told(&doc, "a 1-1\n b 4-1"),
        (
            vec![NeedsSet::SeveralPackages],
            vec!["a 1-1 CVE-2024-0001 fixable 2-1".into(), "b 4-1 CVE-2024-0001 fixable 5-1".into()]
        )
    );
    assert_eq!(told(&doc, "a 1-1\n b 5-1").1, Vec::<String>::new());
    assert_eq!(told(&doc, "a 1-1").1, Vec::<String>::new());
    let index = doc.index();
    assert!(index.asks_whole_sets());
    let asked = |name: &str| index.asks_sets_of(&rpms(&format!("{name} 1-1"))[0]);
    assert_eq!(["a", "b", "c"].map(asked), [true, true, false]);
    let names: Vec<String> = fingerprints(&doc.document).unwrap().into_keys().collect();
    assert_eq!(names, ["a", "b"]);
    let verdict = judge(&index, &context("rhel-7"), &rpms("a 1-1\n b 4-1")).verdict;
    assert_eq!((verdict.counters.findings.total(), verdict.exposed), (2, vec![0, 1]));
}

#[test]
fn a_package_that_must_be_absent() {
    let doc = doc(|doc| every(vec![doc.below("a", "2-1"), doc.absent("hotfix")]));
    assert_eq!(told(&doc, "a 1-1").1, ["a 1-1 CVE-2024-0001 fixable 2-1"]);
    assert_eq!(told(&doc, "a 1-1\n hotfix 1-1").1, Vec::<String>::new());
}

#[test]
fn what_is_negated_blames_the_packages_that_do_not_satisfy_it() {
    let at_least = |doc: &mut Doc, check| {
        let state = vec![doc.evr(Operation::GreaterThanOrEqual, "3-1")];
        says(doc.package("a", check, Existence::AtLeastOneExists, state), "a is new")
    };
    let negated = doc(|doc| not(at_least(doc, Check::AtLeastOne)));
    let none = doc(|doc| at_least(doc, Check::NoneSatisfy));
    let (reasons, lines) = told(&negated, "a 1-1");
    assert_eq!((reasons, lines), (vec![NeedsSet::Negation], vec!["a 1-1 CVE-2024-0001 fixable 3-1".into()]));
    assert_eq!(told(&none, "a 1-1"), (vec![NeedsSet::Test], told(&negated, "a 1-1").1));
    for doc in [negated, none] {
        assert_eq!(told(&doc, "a 3-1").1, Vec::<String>::new());
        assert_eq!(told(&doc, "b 1-1").1, Vec::<String>::new(), "there is nobody to blame");
    }
}

#[test]
fn exactly_one_of_two() {
    let doc = doc(|doc| {
        let children = vec![doc.below("a", "2-1"), doc.below("b", "2-1")];
        Node::Criteria { operator: Operator::One, negate: false, children }
    });
    assert_eq!(told(&doc, "a 1-1\n b 3-1").0, [NeedsSet::Operator]);
    assert_eq!(told(&doc, "a 1-1\n b 3-1").1, ["a 1-1 CVE-2024-0001 fixable 2-1"]);
    assert_eq!(told(&doc, "a 1-1\n b 1-1").1, Vec::<String>::new());
}

#[test]
fn of_two_definitions_of_one_cve_the_newer_fix_stands_whichever_needs_the_set() {
    for (alone, of_set) in [("3-1", "2-1"), ("2-1", "3-1")] {
        let mut doc = doc(|doc| doc.below("a", alone));
        let criteria = every(vec![doc.below("a", of_set), doc.installed("b", "b is installed")]);
        doc.patch("RHSA-2", &["CVE-2024-0001"], criteria);
        let lines = told(&doc, "a 1-1\n b 1-1").1;
        assert_eq!(lines[0], "a 1-1 CVE-2024-0001 fixable 3-1");
        assert_eq!(lines.len(), 2);
        let judged = judge(&doc.index(), &context("rhel-7"), &rpms("a 1-1\n b 1-1"));
        assert_eq!(judged.verdict.counters.findings.total(), 2);
    }
}

#[test]
fn twins_of_other_vendors_foreign_systems_and_unmapped_hosts_have_none() {
    let doc = doc(|doc| every(vec![doc.below("a", "2-1"), doc.below("b", "5-1")]));
    let mut twins = rpms("a 1-1\n b 4-1");
    assert_eq!(found(&doc.index(), &context("rocky-7"), &twins), Vec::<String>::new());
    let mut unmapped = context("rhel-7");
    unmapped.group.os_group = None;
    assert_eq!(found(&doc.index(), &unmapped, &twins), Vec::<String>::new());
    twins[0].vendor = "Fedora Project".into();
    assert_eq!(found(&doc.index(), &context("rhel-7"), &twins), Vec::<String>::new());
    // Mapped by an administrator: rebuilds are compared without their dist tags.
    let index = RuleIndex::build(1, vec![(1, doc.content(Some("centos-7")))]);
    let rebuilds = rpms("a 1-1.el7.centos\n b 4-1.el7.centos\n centos-release 7-9.el7");
    assert_eq!(found(&index, &context("centos-7"), &rebuilds).len(), 2);
}

#[test]
fn what_is_not_known_is_no_finding() {
    // Nobody tells of services.
    let doc = doc(|doc| {
        let test = Test { kind: Kind::Other("systemdunitproperty".into()), ..Test::default() };
        let service = doc.test(test, Vec::new(), Vec::new());
        every(vec![doc.below("a", "2-1"), says(service, "the service runs")])
    });
    assert_eq!(told(&doc, "a 1-1"), (vec![NeedsSet::SeveralPackages], Vec::new()));
}

#[test]
fn definitions_that_extend_each_other_without_end_or_measure_are_left_out() {
    let mut doc = Doc::rpm("Red Hat Enterprise Linux 7");
    let mut below = doc.below("a", "2-1");
    for level in 0..12 {
        let extend = Node::Extend { definition: level, negate: false };
        doc.patch(&format!("RHSA-{level}"), &["CVE-2024-0001"], below);
        below = either(vec![extend; 10]);
    }
    let rules = oval_rules(&doc.document);
    assert_eq!(rules.silent, (5..12).collect::<Vec<_>>(), "10 * 10 * 10 * 10 * 10 nodes and more");
    assert_eq!(told(&doc, "a 1-1").1, ["a 1-1 CVE-2024-0001 fixable 2-1"]);
}

#[test]
fn a_change_of_a_definition_about_sets_touches_the_names_it_may_blame() {
    let made = |other: &str| {
        fingerprints(&doc(|doc| every(vec![doc.below("a", "2-1"), doc.below(other, "5-1")])).document)
            .unwrap()
    };
    let (before, after) = (made("b"), made("c"));
    assert_ne!(before["a"], after["a"], "what stands beside it changed");
    assert_eq!(made("b"), before);
    // A name by pattern may be any.
    let pattern = doc(|doc| {
        let object = vec![entity(Field::Name, Operation::PatternMatch, Datatype::String, "^a")];
        let test = doc.test(Test { kind: Kind::RpmInfo, ..Test::default() }, object, Vec::new());
        every(vec![says(test, "some a is installed"), doc.below("b", "1-1")])
    });
    assert!(fingerprints(&pattern.document).is_none());
    assert!(pattern.index().asks_sets_of(&rpms("zzz 1-1")[0]));
}
