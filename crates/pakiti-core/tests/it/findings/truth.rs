//! Gates of vendor-rules.md, each with the host that must have nothing.

use super::*;
use pakiti_core::advisory::{Advisory, AdvisoryPackage};
use pakiti_core::judgement::UpdateKind;
use pakiti_core::oval::model::Resolution;
use pakiti_core::repository::{SourceKind, SourceMeta};

const NONE: [&str; 0] = [];

/// As Red Hat writes: the guard, or the system with `inner`.
fn red_hat(doc: &mut Doc, inner: Node) -> Node {
    let guard = doc.release("redhat-release", Check::NoneSatisfy);
    let system = doc.release("redhat-release", Check::AtLeastOne);
    either(vec![guard, every(vec![system, inner])])
}

fn signed_below(doc: &mut Doc, name: &str, version: &str) -> Node {
    every(vec![doc.below(name, version), doc.signed(name, KEY)])
}

fn rhel(name: &str, version: &str) -> Doc {
    let mut doc = Doc::rpm("Red Hat Enterprise Linux 7");
    let inner = signed_below(&mut doc, name, version);
    let criteria = red_hat(&mut doc, inner);
    doc.patch("RHSA-1", &["CVE-2024-0001"], criteria);
    doc
}

#[test]
fn clones_have_no_findings_of_the_guard_branch() {
    let doc = rhel("bash", "5-2.el7");
    let hosts = rpms("bash 5-1.el7\n zsh 1-1\n centos-release 7-9.el7");
    assert_eq!(found(&doc.index(), &context("centos-7"), &hosts), NONE, "unmapped");
    assert_eq!(found(&doc.index(), &context("rocky-7"), &hosts), NONE);
    let mapped = RuleIndex::build(1, vec![(1, doc.content(Some("centos-7")))]);
    assert_eq!(found(&mapped, &context("centos-7"), &hosts), ["bash 5-1.el7 CVE-2024-0001 fixable 5-2.el7"]);
    assert_eq!(found(&mapped, &context("centos-7"), &rpms("bash 5-2.el7.centos")), NONE);
}

#[test]
fn rebuilds_follow_the_rule_of_their_dist_tags() {
    let doc = rhel("sudo", "1.8-67.el7_4.6");
    let mapped = RuleIndex::build(1, vec![(1, doc.content(Some("centos-7")))]);
    for (installed, affected) in [
        ("1.8-67.el7.centos.6", false),
        ("1.8-67.el7.centos.5", true),
        ("1.8-67.el7_4.6", false),
        ("1.8-67.el7", true),
        ("1.8-68.el7", false),
    ] {
        let lines = found(&mapped, &context("centos-7"), &rpms(&format!("sudo {installed}")));
        assert_eq!(!lines.is_empty(), affected, "{installed}");
    }
    // On its own system nothing is taken off.
    assert_eq!(found(&doc.index(), &context("rhel-7"), &rpms("sudo 1.8-67.el7.centos.6")).len(), 1);
}

#[test]
fn twins_of_other_makers_are_not_judged() {
    let index = rhel("bash", "5-2.el7").index();
    let with = |vendor: &str, key: &str| {
        let mut packages = rpms("bash 5-1.el7");
        packages[0].vendor = vendor.into();
        packages[0].key_id = key.into();
        let judged = judge(&index, &context("rhel-7"), &packages);
        judged.findings[0].first().map(|finding| finding.why.gates.join("; "))
    };
    assert_eq!(with("Fedora Project", ""), None);
    assert_eq!(with("Red Hat, Inc.", "0123456789abcdef"), None);
    assert_eq!(with("", "0123456789abcdef"), None);
    // The key says more than the name of a vendor.
    assert!(with("Somebody", KEY).unwrap().contains("signed with key"));
    assert!(with("Red Hat, Inc.", "").unwrap().contains("vendor Red Hat, Inc."));
    assert!(with("", "").unwrap().contains("signature assumed"));
}

#[test]
fn module_streams_are_lines_of_their_own() {
    let mut doc = Doc::rpm("Red Hat Enterprise Linux 8");
    let inner = signed_below(&mut doc, "nodejs", "1:18.17-1.module+el8");
    let module = doc.module("nodejs", "18");
    let criteria = red_hat(&mut doc, every(vec![module, inner]));
    doc.patch("RHSA-1", &["CVE-2024-0001"], criteria);
    let yum = SnapshotContent {
        meta: SourceMeta {
            kind: SourceKind::Yum,
            name: "appstream".into(),
            os_group: Some(OsGroupId("rhel-8".into())),
            errata: true,
            ..SourceMeta::default()
        },
        advisories: vec![Advisory {
            id: "RHSA-1".into(),
            kind: UpdateKind::Security,
            severity: "important".into(),
            title: String::new(),
            issued: None,
            updated: None,
            cves: vec!["CVE-2024-0001".into()],
            reboot: false,
            packages: vec![AdvisoryPackage {
                name: "nodejs".into(),
                version: "1:18.17-1.module+el8".into(),
                arch: "x86_64".into(),
                module: Some("nodejs:18:c".into()),
                reboot: false,
            }],
        }],
        ..SnapshotContent::default()
    };
    let oval = doc.index();
    let errata = RuleIndex::build(1, vec![(1, yum)]);
    let host = |stream: &str, version: &str| {
        let mut packages = rpms(&format!("nodejs {version}\n bash 1-1"));
        packages[0].module = format!("nodejs:{stream}:1:c");
        packages
    };
    for index in [&oval, &errata] {
        assert_eq!(found(index, &context("rhel-8"), &host("16", "1:16.1-1.module+el8")), NONE);
        assert_eq!(found(index, &context("rhel-8"), &host("18", "1:18.1-1.module+el8")).len(), 1);
        assert_eq!(found(index, &context("rhel-8"), &rpms("nodejs 1:16.1-1.el8")), NONE, "no module at all");
    }
    // What the host says itself stands above the labels.
    let mut stated = context("rhel-8");
    stated.group.modules.insert("nodejs".into(), "16:enabled".into());
    assert_eq!(found(&oval, &stated, &rpms("nodejs 1:18.1-1.module+el8")), NONE);
}

#[test]
fn ksplice_and_fips_builds_are_lines_of_their_own() {
    let mut doc = Doc::rpm("Oracle Linux 7");
    for (at, version) in ["2.17-5.el7", "2:2.17-5.ksplice1.el7", "10:2.17-5.el7_fips"].into_iter().enumerate()
    {
        let system = doc.product("oraclelinux-release", "7.9");
        let inner = doc.below("glibc", version);
        doc.patch(&format!("ELSA-{at}"), &["CVE-2024-0001"], every(vec![system, inner]));
    }
    let fixed = |installed: &str| {
        let list = rpms(&format!("glibc {installed}\n oraclelinux-release 7.9-1"));
        let lines = found(&doc.index(), &context("oracle-7"), &list);
        lines.iter().map(|line| line.rsplit(' ').next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(fixed("2.17-4.el7"), ["2.17-5.el7"]);
    assert_eq!(fixed("2.17-5.el7"), NONE);
    assert_eq!(fixed("2:2.17-4.ksplice1.el7"), ["2:2.17-5.ksplice1.el7"]);
    assert_eq!(fixed("2:2.17-5.ksplice1.el7"), NONE);
    assert_eq!(fixed("10:2.17-4.el7_fips"), ["10:2.17-5.el7_fips"]);
}

#[test]
fn products_of_suse_decide() {
    let mut doc = Doc::rpm("SUSE Linux Enterprise Server 15 SP4");
    doc.document.definitions.clear();
    let branch = |doc: &mut Doc, product: &str, version: &str, fixed: &str| {
        let product = doc.product(product, version);
        let package = doc.below("zlib", fixed);
        every(vec![product, package])
    };
    let four = branch(&mut doc, "sles-release", "15.4", "1.2-4");
    let five = branch(&mut doc, "sles-release", "15.5", "1.2-5");
    let module = branch(&mut doc, "sle-module-basesystem-release", "15.6", "1.2-6");
    let definition = doc.patch("SUSE-SU-1", &["CVE-2024-0001"], either(vec![four, five, module]));
    definition.metadata.platforms.push("SUSE Linux Enterprise Server 15 SP5".into());
    let of = |group: &str, products: &str, zlib: &str| {
        let list = rpms(&format!("zlib {zlib}\n {products}"));
        let lines = found(&doc.index(), &context(group), &list);
        lines.iter().map(|line| line.rsplit(' ').next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(of("sles-15.4", "sles-release 15.4-1", "1.2-3"), ["1.2-4"]);
    assert_eq!(of("sles-15.4", "sles-release 15.4-1", "1.2-4"), NONE, "a fix for SP5 says nothing on SP4");
    assert_eq!(of("sles-15.5", "sles-release 15.5-1", "1.2-4"), ["1.2-5"]);
    assert_eq!(of("sles-15.5", "sle-module-basesystem-release 15.6-1", "1.2-5"), ["1.2-6"]);
    assert_eq!(of("sles-15.5", "", "1.2-1"), NONE, "no product, no finding");
}

#[test]
fn ubuntu_says_in_comments_why_nothing_is_fixed() {
    let mut doc = Doc::deb("Ubuntu 18.04 LTS");
    for (at, (name, words)) in [
        ("a", "a package in bionic is affected and needs fixing."),
        ("b", "b package in bionic is affected and may need fixing."),
        ("c", "c package: while related to the CVE, a decision has been made to defer (deferred)."),
        ("ubuntu-release-upgrader-core", "is affected; an update is pending."),
    ]
    .into_iter()
    .enumerate()
    {
        let criteria = doc.installed(name, words);
        doc.patch(&format!("USN-{at}"), &[], criteria);
    }
    let list = packages(PackageFormat::Deb, "a 1\n b 1\n c 1\n ubuntu-release-upgrader-core 1");
    let lines = found(&doc.index(), &context("ubuntu-18.04"), &list);
    let states: Vec<_> = lines.iter().map(|line| line.splitn(4, ' ').nth(3).unwrap()).collect();
    assert_eq!(
        states,
        ["unfixed needs fixing", "unfixed may need fixing", "unfixed deferred", "unfixed pending"]
    );
}

#[test]
fn red_hat_says_its_word_of_each_component() {
    let mut doc = Doc::rpm("Red Hat Enterprise Linux 7");
    let children =
        ["a", "b", "c", "d"].map(|name| doc.installed(name, &format!("{name} is installed"))).to_vec();
    let criteria = red_hat(&mut doc, either(children));
    let definition = doc.patch("CVE-2024-0001", &["CVE-2024-0001"], criteria);
    let says =
        |state: &str, component: &str| Resolution { state: state.into(), components: vec![component.into()] };
    definition.metadata.resolutions = vec![
        says("Will not fix", "a"),
        says("Fix deferred", "m:1/b"),
        says("Under investigation", "c"),
        says("Affected", "d"),
    ];
    let lines = found(&doc.index(), &context("rhel-7"), &rpms("a 1-1\n b 1-1\n c 1-1\n d 1-1"));
    assert_eq!(
        lines,
        [
            "a 1-1 CVE-2024-0001 unfixed Will not fix",
            "b 1-1 CVE-2024-0001 unfixed Fix deferred",
            "d 1-1 CVE-2024-0001 unfixed Affected",
        ]
    );
}

#[test]
fn a_test_of_the_machine_is_a_gate() {
    // Debian asks uname for nothing: "all architectures".
    let mut doc = Doc::deb("Debian GNU/Linux 11");
    let any_machine = Test { kind: Kind::Uname, ..Test::default() };
    let any_machine = doc.test(any_machine, Vec::new(), Vec::new());
    let own = doc.machine("x86_64");
    let package = doc.below("php7.4", "7.4.30-1+deb11u1");
    let criteria = every(vec![says(any_machine, "all architectures"), own, package]);
    doc.patch("DSA-1", &["CVE-2024-0001"], criteria);
    let list = packages(PackageFormat::Deb, "php7.4 7.4.28-1");
    // Also where nobody tells the kernel.
    assert_eq!(found(&doc.index(), &context("debian-11"), &list).len(), 1);
    let mut other = context("debian-11");
    other.group.arch = "aarch64".into();
    assert_eq!(found(&doc.index(), &other, &list), NONE);
}

#[test]
fn a_second_test_of_a_package_narrows_the_first_and_says_the_fix() {
    let mut doc = Doc::rpm("Red Hat Enterprise Linux 7");
    let criteria = every(vec![doc.installed("a", "a is installed"), doc.below("a", "2-1")]);
    doc.patch("RHSA-1", &["CVE-2024-0001"], criteria);
    assert_eq!(found(&doc.index(), &context("rhel-7"), &rpms("a 1-1")), ["a 1-1 CVE-2024-0001 fixable 2-1"]);
    // Only builds from 2 to 4 are affected.
    let mut doc = Doc::rpm("Red Hat Enterprise Linux 7");
    let criteria = every(vec![doc.below("a", "4-1"), not(doc.below("a", "2-1"))]);
    doc.patch("RHSA-1", &["CVE-2024-0001"], criteria);
    let of = |version: &str| found(&doc.index(), &context("rhel-7"), &rpms(&format!("a {version}")));
    assert_eq!(of("3-1"), ["a 3-1 CVE-2024-0001 fixable 4-1"]);
    assert_eq!((of("1-1"), of("4-1")), (Vec::new(), Vec::new()));
}
