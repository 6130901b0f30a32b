//! What must not change findings, and what must (proptest).

use super::*;
use pakiti_core::present::{HostFacts, HostState, host_state};
use pakiti_core::rules::Active;
use pakiti_core::verdict::Counters;
use proptest::prelude::*;
use std::collections::BTreeSet;

const NAMES: [&str; 3] = ["a", "b", "kernel"];

/// Definitions of a vendor: name, fixed version (none = unfixed), CVE.
type Said = Vec<(usize, Option<u8>, usize)>;

fn said() -> impl Strategy<Value = Said> {
    prop::collection::vec((0..NAMES.len(), prop::option::weighted(0.8, 1u8..7), 0usize..4), 1..8)
}

fn installed() -> impl Strategy<Value = Vec<(usize, u8)>> {
    prop::collection::vec((0..NAMES.len(), 1u8..7), 1..6)
}

fn doc(said: &Said) -> Doc {
    let mut doc = Doc::rpm("Red Hat Enterprise Linux 7");
    for (at, (name, fixed, cve)) in said.iter().enumerate() {
        let criteria = match fixed {
            Some(version) => doc.below(NAMES[*name], &format!("{version}-1")),
            None => doc.installed(NAMES[*name], "is installed"),
        };
        doc.patch(
            &format!("RHSA-{at}"),
            &[["CVE-2024-0001", "CVE-2024-0002", "CVE-2024-0003", "CVE-2024-0004"][*cve]],
            criteria,
        );
    }
    doc
}

fn host(installed: &[(usize, u8)]) -> Vec<Package> {
    let mut packages: Vec<Package> = installed
        .iter()
        .map(|(name, v)| Package::new(PackageFormat::Rpm, NAMES[*name], &format!("{v}-1"), "x86_64"))
        .collect();
    packages.sort();
    packages.dedup();
    packages
}

fn index(documents: &[&Doc]) -> RuleIndex {
    RuleIndex::build(1, documents.iter().zip(1..).map(|(doc, id)| (id, doc.content(None))).collect())
}

fn counters(index: &RuleIndex, context: &Context, packages: &[Package]) -> Counters {
    judge(index, context, packages).verdict.counters
}

/// What is fixable, by package name and subject.
fn fixable(index: &RuleIndex, packages: &[Package]) -> BTreeSet<(String, String)> {
    let judged = judge(index, &context("rhel-7"), packages);
    let pairs = packages.iter().zip(&judged.findings);
    pairs
        .flat_map(|(package, findings)| {
            let fixable = findings.iter().filter(|finding| finding.state.word() == "fixable");
            fixable.map(|finding| (package.name.clone(), finding.subject().to_owned()))
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn upgrading_never_adds_a_fixable_finding(said in said(), list in installed(), at in 0usize..6, by in 1u8..6) {
        let index = index(&[&doc(&said)]);
        let (before, mut upgraded) = (host(&list), list.clone());
        let at = at % upgraded.len();
        upgraded[at].1 += by;
        let after = fixable(&index, &host(&upgraded));
        prop_assert!(after.is_subset(&fixable(&index, &before)));
    }

    #[test]
    fn an_unrelated_package_changes_nothing_else(said in said(), list in installed(), release in 1u8..7) {
        let index = index(&[&doc(&said)]);
        let context = running("rhel-7", &format!("{release}-1.x86_64"));
        let before = host(&list);
        let mut more = before.clone();
        more.push(Package::new(PackageFormat::Rpm, "zzz", "1-1", "x86_64"));
        more.push(Package::new(PackageFormat::Deb, "a", "0-1", "amd64"));
        let (old, new) = (judge(&index, &context, &before), judge(&index, &context, &more));
        prop_assert_eq!(&old.findings[..], &new.findings[..before.len()]);
        prop_assert_eq!(old.verdict.counters.findings, new.verdict.counters.findings);
        prop_assert_eq!(old.verdict.exposed, new.verdict.exposed);
    }

    #[test]
    fn without_sources_all_is_unknown(list in installed()) {
        let packages = host(&list);
        let judged = judge(&RuleIndex::build(1, Vec::new()), &context("rhel-7"), &packages);
        let counters = judged.verdict.counters;
        prop_assert_eq!((counters.unknown, counters.judged), (packages.len() as i64, 0));
        prop_assert!(judged.findings.iter().all(Vec::is_empty));
        prop_assert_eq!(counters.in_repository, 0);
        let facts = HostFacts {
            counters,
            reboot_required: false,
            mapped: true,
            last_report: 1_000_000,
            fresh_until: Some(2_000_000),
            support_end: None,
        };
        prop_assert_eq!(host_state(&facts, 1_000_001), HostState::Unknown);
    }

    #[test]
    fn a_source_given_twice_is_counted_once(said in said(), list in installed(), release in 1u8..7) {
        let (doc, packages) = (doc(&said), host(&list));
        let context = running("rhel-7", &format!("{release}-1.x86_64"));
        let once = counters(&index(&[&doc]), &context, &packages);
        prop_assert_eq!(counters(&index(&[&doc, &doc]), &context, &packages), once);
        prop_assert_eq!(counters(&index(&[&doc, &doc, &doc]), &context, &packages), once);
    }

    #[test]
    fn the_order_of_packages_and_sources_changes_nothing(
        one in said(), other in said(), list in installed(), release in 1u8..7,
    ) {
        let (one, other, packages) = (doc(&one), doc(&other), host(&list));
        let context = running("rhel-7", &format!("{release}-1.x86_64"));
        let (there, back) = (index(&[&one, &other]), index(&[&other, &one]));
        let mut reversed = packages.clone();
        reversed.reverse();
        let plain = judge(&there, &context, &packages).verdict;
        prop_assert_eq!(judge(&there, &context, &reversed).verdict.digest, plain.digest);
        let swapped = judge(&back, &context, &packages).verdict;
        prop_assert_eq!(swapped.counters, plain.counters);
        prop_assert_eq!(swapped.digest, plain.digest);
    }
}

#[test]
fn an_index_that_takes_over_what_another_compiled_says_the_same() {
    let mut first = Doc::rpm("Red Hat Enterprise Linux 7");
    let below = first.below("a", "2-1");
    first.patch("RHSA-1", &["CVE-2024-0001"], below);
    let mut second = Doc::rpm("Red Hat Enterprise Linux 7");
    let below = second.below("b", "2-1");
    second.patch("RHSA-2", &["CVE-2024-0002"], below);
    let active = |source, snapshot, doc: Option<&Doc>| Active {
        source,
        snapshot,
        content: doc.map(|doc| doc.content(None)),
    };
    let list = rpms("a 1-1\n b 1-1");
    let all = |index: &RuleIndex| found(index, &context("rhel-7"), &list);
    let before = RuleIndex::default().rebuilt(1, vec![active(1, 11, Some(&first))]);
    assert_eq!(before.compiled(), [(1, 11)].into());
    let after = before.rebuilt(2, vec![active(7, 12, Some(&second)), active(1, 11, None)]);
    let anew = RuleIndex::build(2, vec![(7, second.content(None)), (1, first.content(None))]);
    assert_eq!((all(&before).len(), all(&after)), (1, all(&anew)));
    assert_eq!(after.compiled(), [(1, 11), (7, 12)].into());
    // A source that went away is not taken over, and one that is not there brings nothing.
    let less = after.rebuilt(3, vec![active(7, 12, None), active(9, 13, None)]);
    assert_eq!(all(&less), all(&RuleIndex::build(3, vec![(7, second.content(None))])));
}
