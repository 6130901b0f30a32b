//! Hosts that must have no findings, or only those of their own line.

use super::super::real::one;
use super::hosts::{Host, listed, made, rpm};
use super::{FEEDS, index, release};
use pakiti_core::judge::judge;
use pakiti_core::oval::model::Document;
use std::collections::BTreeSet;

/// Package, and CVE or advisory, of every finding.
fn pairs(document: &Document, mapped: Option<&str>, host: &Host) -> BTreeSet<(String, String)> {
    let judged = judge(&index(document, mapped), &host.context, &host.packages);
    let packages = host.packages.iter().zip(&judged.findings);
    packages
        .flat_map(|(package, found)| found.iter().map(|f| (package.name.clone(), f.subject().to_owned())))
        .collect()
}

#[test]
fn a_fully_updated_host_has_nothing_to_fix() {
    for (file, group) in FEEDS {
        let Some(document) = one(file) else { return };
        // Red Hat 5 has a fix for the release package itself.
        let newest = [("redhat-release", "5Server-5.11.0.9")];
        let release = if group == "rhel-5" { &newest } else { release(group) };
        let host = made(&document, group, release, |newest| newest.map(str::to_owned));
        let judged = judge(&index(&document, None), &host.context, &host.packages);
        let fixable: Vec<_> =
            judged.findings.iter().flatten().filter(|f| f.state.word() != "unfixed").collect();
        assert!(fixable.is_empty(), "{file}: {:?}", fixable.first());
        assert_eq!(judged.verdict.counters.findings.fixable_total(), 0);
        assert!(!host.packages.is_empty());
    }
}

#[test]
fn a_clone_is_judged_only_if_it_is_mapped_and_never_by_the_guard() {
    let Some(document) = one("rhel-7-including-unpatched.oval.xml.bz2") else { return };
    let list = "rpm/CentOS7DevTools.rpm-qa.tsv";
    let clone = listed(list, "centos-7", Some(("centos-release", "7-5.1804.el7.centos"))).unwrap();
    assert!(pairs(&document, None, &clone).is_empty(), "unmapped");
    let own = listed(list, "rhel-7", Some(("redhat-release-server", "7.5-8.el7"))).unwrap();
    let (mapped, own) = (pairs(&document, Some("centos-7"), &clone), pairs(&document, None, &own));
    assert!(mapped.len() > 1000);
    // Without its dist tags a build is at least as new as with them, or a rebuild older than it seems.
    let versions = |name: &str| clone.packages.iter().find(|p| p.name == name).unwrap().version.clone();
    for (name, subject) in mapped.symmetric_difference(&own) {
        assert!(versions(name).contains(".el7"), "{name} {subject}");
    }
    insta::assert_debug_snapshot!(
        (mapped.len(), own.len(), mapped.symmetric_difference(&own).collect::<Vec<_>>()), @r#"
        (
            1511,
            1511,
            [],
        )
        "#);
}

#[test]
fn twins_of_other_vendors_and_keys_have_nothing() {
    let Some(document) = one("rhel-7-including-unpatched.oval.xml.bz2") else { return };
    let host =
        listed("rpm/CentOS7DevTools.rpm-qa.tsv", "rhel-7", release("rhel-7").first().copied()).unwrap();
    let mut twins = host.clone();
    twins.packages.iter_mut().for_each(|package| package.vendor = "Fedora Project".into());
    assert!(pairs(&document, None, &twins).is_empty());
    let mut keyed = host.clone();
    keyed.packages.iter_mut().for_each(|package| package.key_id = "6a2faea2352c64e5".into());
    assert!(pairs(&document, None, &keyed).is_empty());
    keyed.packages.iter_mut().for_each(|package| package.key_id = "199e2f91fd431d51".into());
    assert_eq!(pairs(&document, None, &keyed), pairs(&document, None, &host));
}

#[test]
fn headers_alone_expose_no_kernel() {
    let Some(document) = one("rhel-7-including-unpatched.oval.xml.bz2") else { return };
    let names = ["kernel-headers", "kernel-devel", "kernel-tools", "kernel-doc", "perf", "bpftool", "dkms"];
    let mut packages: Vec<_> = names.iter().map(|name| rpm(name, "0-0.1")).collect();
    packages.push(rpm("redhat-release-server", "7.9-6.el7"));
    let host = Host::of("rhel-7", packages);
    assert!(pairs(&document, None, &host).is_empty());
    let mut with_image = host;
    with_image.packages.push(rpm("kernel", "0-0.1"));
    assert!(pairs(&document, None, &with_image).len() > 100);
}

#[test]
fn another_stream_of_a_module_is_not_judged() {
    let Some(document) = one("org.almalinux.alsa-9.excerpt.xml.bz2") else { return };
    let of_stream = |stream: &str| {
        let mut nodejs = rpm("nodejs", &format!("1:{stream}.0.0-1.module_el9"));
        nodejs.module = format!("nodejs:{stream}:9020020230101000000:rhel9");
        let host = Host::of("almalinux-9", vec![nodejs, rpm("almalinux-release", "9.2-1.el9")]);
        pairs(&document, None, &host).len()
    };
    assert_eq!((of_stream("16"), of_stream("18")), (0, 4));
}

#[test]
fn oracle_asks_for_its_architecture() {
    let Some(document) = one("com.oracle.elsa-all.excerpt.xml.bz2") else { return };
    let of = |arch: &str| {
        let mut packages = vec![rpm("bind", "30:9.3.3-7.el5"), rpm("oraclelinux-release", "5:5.0-1.el5")];
        packages.iter_mut().for_each(|package| package.arch = arch.into());
        let mut host = Host::of("oracle-5", packages);
        host.context.group.arch = arch.into();
        pairs(&document, None, &host).len()
    };
    assert_eq!((of("x86_64") > 0, of("ppc64")), (true, 0));
}

#[test]
fn what_ubuntu_has_not_fixed_has_its_word() {
    let Some(document) = one("com.ubuntu.bionic.cve.oval.xml.bz2") else { return };
    let host = listed("dpkg/image-ubuntu-18.04.dpkg-query.tsv", "ubuntu-18.04", None).unwrap();
    let judged = judge(&index(&document, None), &host.context, &host.packages);
    let words: BTreeSet<_> =
        judged.findings.iter().flatten().map(|f| (f.state.word(), f.vendor_state.clone())).collect();
    insta::assert_debug_snapshot!(words, @r#"
    {
        (
            "unfixed",
            Some(
                "deferred",
            ),
        ),
        (
            "unfixed",
            Some(
                "ignored",
            ),
        ),
        (
            "unfixed",
            Some(
                "may need fixing",
            ),
        ),
        (
            "unfixed",
            Some(
                "needs fixing",
            ),
        ),
    }
    "#);
}
