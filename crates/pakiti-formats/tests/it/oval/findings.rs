//! Findings of the real feeds: the compiled rules against the evaluation of whole definitions, and hosts that must
//! have none.
//!
//! Rules: oval-semantics.md 7, vendor-rules.md, contract.md "JSON".

mod hosts;
mod naive;
mod negative;
mod shapes;

use super::real::one;
use hosts::{Host, listed, made};
use naive::{Naive, naive, names_no_version};
use pakiti_core::judge::{Judged, judge};
use pakiti_core::os_group::OsGroupId;
use pakiti_core::oval::model::Document;
use pakiti_core::oval::platform::group_of;
use pakiti_core::oval::snapshot::{DocumentOptions, content};
use pakiti_core::rules::{RuleIndex, oval_rules};
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn index(document: &Document, mapped: Option<&str>) -> RuleIndex {
    let os_group = mapped.map(|group| OsGroupId(group.into()));
    let options = DocumentOptions { name: "feed".into(), os_group, ..DocumentOptions::default() };
    RuleIndex::build(1, vec![(1, content(document.clone(), options))])
}

/// File of the feed and the OS group it is judged for.
const FEEDS: [(&str, &str); 8] = [
    ("com.redhat.rhsa-RHEL5.xml.bz2", "rhel-5"),
    ("rhel-7-including-unpatched.oval.xml.bz2", "rhel-7"),
    ("rhel-8.oval.xml.xz", "rhel-8"),
    ("com.vmware.phsa-photon3.xml.xz", "photon-3"),
    ("oval_deb8_dsa.xml.xz", "debian-8"),
    ("com.ubuntu.xenial.cve.oval.xml.bz2", "ubuntu-16.04"),
    ("com.ubuntu.bionic.cve.oval.xml.bz2", "ubuntu-18.04"),
    ("oval-definitions-bullseye.excerpt.xml.bz2", "debian-11"),
];

fn release(group: &str) -> &'static [(&'static str, &'static str)] {
    match group {
        "rhel-5" => &[("redhat-release", "5Server-5.5.0.2")],
        "rhel-7" => &[("redhat-release-server", "7.9-6.el7")],
        "rhel-8" => &[("redhat-release", "8.2-1.el8")],
        "photon-3" => &[("photon-release", "3.0-1.ph3")],
        _ => &[],
    }
}

/// Real lists of hosts of a feed's release.
fn lists(group: &str) -> &'static [&'static str] {
    match group {
        "rhel-5" => &["rpm/CentOS5Plain.rpm-qa.tsv"],
        "rhel-7" => &[
            "rpm/CentOS7Plain.rpm-qa.tsv",
            "rpm/CentOS7DevTools.rpm-qa.tsv",
            "rpm/CentOS7Python35.rpm-qa.tsv",
        ],
        "rhel-8" => &["rpm/CentOS8Modularitylabel.rpm-qa.tsv"],
        "photon-3" => &["rpm/image-photon-30.rpm-qa.tsv"],
        "debian-8" => &["dpkg/image-debian-8.dpkg-query.tsv"],
        "ubuntu-16.04" => &["dpkg/image-ubuntu-16.04.dpkg-query.tsv"],
        "ubuntu-18.04" => &["dpkg/image-ubuntu-18.04.dpkg-query.tsv"],
        _ => &[],
    }
}

/// Why one of the two says what the other does not; nothing else may differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Reason {
    /// The evaluator asks for the running kernel, the findings leave that to kernel truth.
    KernelGuard,
    /// The definition does not name the host's OS group: that branch is for a paid extension of its life.
    OsGroup,
    /// The vendor's fixed version is none: "8.0 only".
    NoVersion,
}

/// Every (package, subject) that differs, by its reason; what has none is told.
fn differences(
    document: &Document,
    host: &Host,
    naive: &Naive,
    judged: &Judged,
) -> (BTreeMap<Reason, usize>, Vec<String>) {
    let (mut reasons, mut rest) = (BTreeMap::new(), Vec::new());
    let mut own: BTreeSet<(usize, String)> = BTreeSet::new();
    for (at, findings) in judged.findings.iter().enumerate() {
        for finding in findings {
            let pair = (at, finding.subject().to_owned());
            assert!(own.insert(pair.clone()), "one finding for each subject");
            if naive.pairs.contains_key(&pair) {
                continue;
            }
            match finding.why.gates.iter().any(|gate| gate.contains("running kernel is answered")) {
                true => *reasons.entry(Reason::KernelGuard).or_default() += 1,
                false => rest.push(format!("only compiled: {} {}", host.packages[at].name, pair.1)),
            }
        }
    }
    let group = host.context.group.os_group.as_ref().unwrap();
    for ((at, subject), definitions) in naive.pairs.iter().filter(|(pair, _)| !own.contains(*pair)) {
        let of_group = |definition: &u32| {
            let platforms = &document.definitions[*definition as usize].metadata.platforms;
            platforms.iter().any(|platform| group_of(platform).as_ref() == Some(group))
        };
        let no_version = definitions.iter().all(|definition| names_no_version(document, *definition));
        match (definitions.iter().any(of_group), no_version) {
            (false, _) if !group.0.starts_with("ubuntu") => *reasons.entry(Reason::OsGroup).or_default() += 1,
            (_, true) => *reasons.entry(Reason::NoVersion).or_default() += 1,
            _ => rest.push(format!("only naive: {} {subject}", host.packages[*at].name)),
        }
    }
    (reasons, rest)
}

/// The oldest version there is, for which a feed has everything to say.
fn oldest(group: &str, newest: Option<&str>) -> Option<String> {
    let rpm = group.starts_with("rhel") || group.starts_with("photon");
    Some(if rpm { "0-0.1" } else { newest.map_or("1", |_| "0") }.to_owned())
}

/// Rules, definitions for whole sets, and hosts of a feed with what is found there.
fn told(file: &str, group: &str) -> Option<String> {
    let document = one(file)?;
    let index = index(&document, None);
    let rules = oval_rules(&document);
    let mut out = format!(
        "{} rules, {} names, {} for whole sets, {} silent\n",
        rules.rules,
        rules.names,
        rules.whole.len(),
        rules.silent.len()
    );
    let mut hosts = vec![("oldest".to_owned(), made(&document, group, release(group), |v| oldest(group, v)))];
    for list in lists(group) {
        hosts.push(((*list).to_owned(), listed(list, group, release(group).first().copied())?));
    }
    for (name, host) in hosts {
        let host = host.running("2.6.9-1.el5.x86_64");
        let (naive, judged) = (naive(&document, &host), judge(&index, &host.context, &host.packages));
        let (reasons, rest) = differences(&document, &host, &naive, &judged);
        assert_eq!(rest, Vec::<String>::new(), "{file}, {name}");
        let findings = judged.findings.iter().flatten();
        let found: BTreeSet<_> = findings.clone().map(|finding| &finding.why.rule).collect();
        out += &format!(
            "{name}: {} packages, {} definitions true, {} with {} findings; differ: {reasons:?}\n",
            host.packages.len(),
            naive.true_definitions.len(),
            found.len(),
            findings.count(),
        );
    }
    Some(out)
}

fn all_feeds(wanted: impl Fn(&str) -> bool) -> Option<String> {
    let mut out = String::new();
    for (file, group) in FEEDS.iter().filter(|(_, group)| wanted(group)) {
        out += &format!("{group}: {}", told(file, group)?);
    }
    Some(out)
}

#[test]
fn compiled_rules_find_what_whole_definitions_say_rpm() {
    let Some(told) = all_feeds(|group| group.starts_with("rhel") || group.starts_with("photon")) else {
        return;
    };
    insta::assert_snapshot!(told, @r#"
    rhel-5: 10214 rules, 1209 names, 0 for whole sets, 0 silent
    oldest: 1209 packages, 1170 definitions true, 1164 with 22049 findings; differ: {OsGroup: 1}
    rpm/CentOS5Plain.rpm-qa.tsv: 110 packages, 14 definitions true, 14 with 24 findings; differ: {}
    rhel-7: 39970 rules, 3803 names, 0 for whole sets, 0 silent
    oldest: 3991 packages, 4395 definitions true, 4397 with 67532 findings; differ: {KernelGuard: 65}
    rpm/CentOS7Plain.rpm-qa.tsv: 144 packages, 497 definitions true, 497 with 987 findings; differ: {}
    rpm/CentOS7DevTools.rpm-qa.tsv: 263 packages, 898 definitions true, 617 with 1511 findings; differ: {}
    rpm/CentOS7Python35.rpm-qa.tsv: 342 packages, 909 definitions true, 634 with 1694 findings; differ: {}
    rhel-8: 2835 rules, 1349 names, 0 for whole sets, 0 silent
    oldest: 1350 packages, 140 definitions true, 140 with 3725 findings; differ: {}
    rpm/CentOS8Modularitylabel.rpm-qa.tsv: 517 packages, 0 definitions true, 0 with 0 findings; differ: {}
    photon-3: 778 rules, 212 names, 0 for whole sets, 0 silent
    oldest: 213 packages, 222 definitions true, 222 with 2467 findings; differ: {}
    rpm/image-photon-30.rpm-qa.tsv: 32 packages, 10 definitions true, 10 with 17 findings; differ: {}
    "#);
}

#[test]
fn compiled_rules_find_what_whole_definitions_say_deb() {
    let Some(told) = all_feeds(|group| group.starts_with("debian") || group.starts_with("ubuntu")) else {
        return;
    };
    insta::assert_snapshot!(told, @r#"
    debian-8: 268 rules, 104 names, 0 for whole sets, 0 silent
    oldest: 104 packages, 160 definitions true, 159 with 575 findings; differ: {}
    dpkg/image-debian-8.dpkg-query.tsv: 111 packages, 0 definitions true, 0 with 0 findings; differ: {}
    ubuntu-16.04: 55419 rules, 6974 names, 0 for whole sets, 0 silent
    oldest: 6978 packages, 17133 definitions true, 17128 with 172897 findings; differ: {NoVersion: 830}
    dpkg/image-ubuntu-16.04.dpkg-query.tsv: 96 packages, 65 definitions true, 65 with 206 findings; differ: {}
    ubuntu-18.04: 55134 rules, 8487 names, 0 for whole sets, 0 silent
    oldest: 8491 packages, 11964 definitions true, 11958 with 128728 findings; differ: {NoVersion: 710}
    dpkg/image-ubuntu-18.04.dpkg-query.tsv: 89 packages, 38 definitions true, 38 with 76 findings; differ: {}
    debian-11: 4 rules, 2 names, 0 for whole sets, 0 silent
    oldest: 2 packages, 3 definitions true, 3 with 3 findings; differ: {}
    "#);
}
