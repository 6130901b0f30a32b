//! Under which names definitions ask for packages, and for whose packages (vendor-rules.md).

use super::*;
use pakiti_core::local_rule::{self, LocalRule};
use pakiti_core::rules::{asked_names, fingerprints};

fn debs(list: &str) -> Vec<Package> {
    packages(PackageFormat::Deb, list)
}

/// Rules of the installation, as the server keeps them.
fn local(rules: &[LocalRule]) -> RuleIndex {
    let options = DocumentOptions { name: "local".into(), complete: Some(false), ..Default::default() };
    let mut content = content(local_rule::document(rules, 0), options);
    content.meta.any_maker = true;
    RuleIndex::build(1, vec![(1, content)])
}

fn rule(name: &str, groups: &[&str], package: &str, version: &str) -> LocalRule {
    LocalRule {
        name: name.into(),
        os_groups: groups.iter().map(|group| (*group).to_owned()).collect(),
        package: package.into(),
        version: version.into(),
        cve: "CVE-2024-3094".into(),
        severity: "critical".into(),
        ..LocalRule::default()
    }
}

#[test]
fn a_rule_for_rpms_leaves_those_for_debs_in_force() {
    let both = local(&[rule("both", &["debian-13", "fedora-40"], "xz", "5.6.2")]);
    let rpm = local(&[
        rule("deb", &["debian-13"], "xz", "5.6.2"),
        rule("rpm", &["fedora-40"], "xz", "5.6.2-1"),
        rule("another", &["fedora-40"], "yz", "5.6.2-1"),
    ]);
    for index in [both, rpm] {
        let deb = found(&index, &context("debian-13"), &debs("xz 5.6.1-1"));
        assert_eq!(deb, ["xz 5.6.1-1 CVE-2024-3094 fixable 5.6.2"]);
        assert_eq!(found(&index, &context("fedora-40"), &rpms("xz 5.6.1-2")).len(), 1);
        assert_eq!(found(&index, &context("debian-13"), &debs("xz 5.6.2-1")), Vec::<String>::new());
        let judged = judge(&index, &context("debian-13"), &debs("xz 5.6.1-1"));
        assert_eq!(judged.verdict.counters.judged, 1);
        let packages = debs("xz 5.6.1-1");
        let of = context("debian-13");
        let all = index.for_group(&of.group).explain(&of, &packages, "CVE-2024-3094");
        assert_eq!(all[0].comparison, "5.6.1-1 < 5.6.2");
    }
}

#[test]
fn an_administrators_rule_means_the_package_whoever_made_it() {
    let index = local(&[rule("docker", &["rhel-8"], "docker-ce", "3:26.1.0")]);
    let mut packages = rpms("docker-ce 3:25.0.0-1.el8");
    packages[0].vendor = "Docker CE".into();
    let judged = judge(&index, &context("rhel-8"), &packages);
    assert_eq!(lines(&packages, &judged), ["docker-ce 3:25.0.0-1.el8 CVE-2024-3094 fixable 3:26.1.0"]);
    let gates = &judged.findings[0][0].why.gates;
    assert!(gates.contains(&"a rule of your own: whoever made the package".to_owned()), "{gates:?}");
}

#[test]
fn an_administrators_rule_about_a_kernel_means_the_very_package() {
    let index = local(&[rule("kernel", &["ubuntu-22.04"], "linux-image-5.15.0-91-generic", "")]);
    let of = context("ubuntu-22.04");
    assert_eq!(found(&index, &of, &debs("linux-image-5.15.0-91-generic 5.15.0-91.101")).len(), 1);
    let other = debs("linux-image-5.15.0-92-generic 5.15.0-92.102");
    assert_eq!(found(&index, &of, &other), Vec::<String>::new());
    let told = index.for_group(&of.group).explain(&of, &other, "CVE-2024-3094");
    assert_eq!(told[0].comparison, "not installed");
}

fn debian_doc(names: &[(&str, &str)]) -> Doc {
    let mut doc = Doc::deb("Debian 12");
    for (at, (name, version)) in names.iter().enumerate() {
        let below = doc.below(name, version);
        doc.patch(&format!("DSA-{at}-1"), &[&format!("CVE-2024-000{at}")], below);
    }
    doc
}

fn of_source(mut package: Package, name: &str, version: &str) -> Package {
    package.source_name = name.into();
    package.source_version = version.into();
    package
}

#[test]
fn debians_definitions_name_source_packages_and_compare_their_versions() {
    let doc = debian_doc(&[("openssl", "3.0.9-1"), ("linux", "6.1.90-1"), ("shadow", "1:4.13+dfsg1-2")]);
    let names = ["libssl3 3.0.8-1+b2", "linux-image-6.1.0-18-amd64 6.1.76-1", "passwd 1:4.13+dfsg1-1+b1"];
    let mut all = debs(&names.join("\n"));
    all[0] = of_source(all[0].clone(), "openssl", "3.0.8-1");
    all[1] = of_source(all[1].clone(), "linux-signed-amd64", "6.1.76+1");
    all[2] = of_source(all[2].clone(), "shadow", "1:4.13+dfsg1-1");
    let judged = judge(&doc.index(), &context("debian-12"), &all);
    assert_eq!(
        lines(&all, &judged),
        [
            "libssl3 3.0.8-1+b2 CVE-2024-0000 fixable 3.0.9-1",
            "linux-image-6.1.0-18-amd64 6.1.76-1 CVE-2024-0001 fixable 6.1.90-1",
            "passwd 1:4.13+dfsg1-1+b1 CVE-2024-0002 fixable 1:4.13+dfsg1-2",
        ]
    );
    assert_eq!(judged.verdict.counters.judged, 3);
    let why = &judged.findings[0][0].why;
    assert_eq!(why.comparison, "3.0.8-1+b2 (source openssl 3.0.8-1) < 3.0.9-1");
    // Explained by the same names.
    let of = context("debian-12");
    let index = doc.index();
    let told = index.for_group(&of.group).explain(&of, &all, "CVE-2024-0000");
    assert_eq!(told[0].comparison, why.comparison);
    assert_eq!(told[0].package, "libssl3");
    // The binary that carries the name of the source is found as before.
    assert_eq!(found(&index, &of, &debs("openssl 3.0.8-1")).len(), 1);
    // A fixed source is fixed, whatever was rebuilt of it.
    let fixed = of_source(debs("libssl3 3.0.9-1+b1").remove(0), "openssl", "3.0.9-1");
    assert_eq!(found(&index, &of, &[fixed]), Vec::<String>::new());
}

#[test]
fn a_source_that_is_not_told_is_not_judged() {
    let mut content = debian_doc(&[("openssl", "3.0.9-1")]).content(None);
    content.meta.complete = true;
    let index = RuleIndex::build(1, vec![(1, content)]);
    let judged =
        |packages: &[Package]| judge(&index, &context("debian-12"), packages).verdict.counters.judged;
    assert_eq!(judged(&debs("libssl3 3.0.8-1")), 0);
    assert_eq!(judged(&[of_source(debs("libssl3 3.0.8-1").remove(0), "openssl", "3.0.8-1")]), 1);
    assert_eq!(judged(&[of_source(debs("bash 5-1").remove(0), "bash", "5-1")]), 1);
}

#[test]
fn kernels_of_an_older_build_are_judged_by_the_line_that_the_feed_names() {
    let mut doc = Doc::deb("Ubuntu 18.04 LTS");
    let image = "linux-image-4.15.0-135-generic";
    let fixed = doc.below(image, "4.15.0-135.139");
    doc.patch("USN-1", &["CVE-2024-0001"], fixed);
    let unfixed = doc.installed("linux-image-4.15.0-135-lowlatency", "needed");
    doc.patch("USN-2", &["CVE-2024-0002"], unfixed);
    let index = doc.index();
    let list = "linux-image-4.15.0-20-generic 4.15.0-20.21\n linux-image-4.15.0-20-lowlatency 4.15.0-20.21";
    let told = found(&index, &running("ubuntu-18.04", "4.15.0-20-generic"), &debs(list));
    assert_eq!(told[0], "linux-image-4.15.0-20-generic 4.15.0-20.21 CVE-2024-0001 fixable 4.15.0-135.139");
    assert_eq!(told.len(), 2, "{told:?}");
    for other in ["linux-image-5.4.0-20-generic 5.4.0-20.21", "linux-image-4.15.0-20-aws 4.15.0-20.21"] {
        assert_eq!(found(&index, &context("ubuntu-18.04"), &debs(other)), Vec::<String>::new());
    }
    let fixed = "linux-image-4.15.0-135-generic 4.15.0-135.139";
    assert_eq!(found(&index, &context("ubuntu-18.04"), &debs(fixed)), Vec::<String>::new());
    // The sweep finds them too.
    let touched = fingerprints(&doc.document).unwrap();
    let asked: Vec<String> = asked_names(&debs(list)[0]).collect();
    assert!(asked.iter().any(|name| touched.contains_key(name)), "{asked:?}");
    let of = running("ubuntu-18.04", "4.15.0-20-generic");
    let packages = debs(list);
    let told = index.for_group(&of.group).explain(&of, &packages, "CVE-2024-0001");
    assert_eq!(told[0].comparison, "4.15.0-20.21 < 4.15.0-135.139");
}

#[test]
fn builds_of_another_major_release_are_not_judged_whatever_is_mapped() {
    let mut doc = Doc::rpm("Red Hat Enterprise Linux 8");
    let below = doc.below("a", "2-1.el8");
    doc.patch("RHSA-1", &["CVE-2024-0001"], below);
    let judged = |group: &str| {
        let index = RuleIndex::build(1, vec![(1, doc.content(Some(group)))]);
        let judged = judge(&index, &context(group), &rpms("a 1-1"));
        (judged.findings[0].len(), judged.verdict.counters.judged)
    };
    assert_eq!(judged("centos-8"), (1, 1));
    assert_eq!(judged("rocky-8"), (1, 1));
    assert_eq!(judged("centos-7"), (0, 0));
    assert_eq!(judged("rhel-7"), (0, 0));
    // Another family's numbers are its own.
    assert_eq!(judged("amazon-2"), (1, 1));
}

#[test]
fn a_feed_of_systems_that_nobody_knows_speaks_for_nobody() {
    let mut doc = Doc::rpm("Foo Linux 3");
    let below = doc.below("a", "2-1");
    doc.patch("FOO-1", &["CVE-2024-0001"], below);
    let index =
        |doc: &Doc, mapped| RuleIndex::build(1, vec![(1, doc.content(mapped))]).named_for_the_report();
    assert_eq!(found(&index(&doc, None), &context("rocky-9"), &rpms("a 1-1")), Vec::<String>::new());
    assert_eq!(found(&index(&doc, Some("rocky-9")), &context("rocky-9"), &rpms("a 1-1")).len(), 1);
    // One that names no system at all was named for this report.
    doc.document.definitions[0].metadata.platforms.clear();
    assert_eq!(found(&index(&doc, None), &context("rocky-9"), &rpms("a 1-1")).len(), 1);
}
