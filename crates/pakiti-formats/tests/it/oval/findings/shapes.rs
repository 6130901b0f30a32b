//! Findings of the smaller feeds, which have shapes of their own: Ubuntu's OCI forms, Red Hat's modules.

use super::super::real::one;
use super::hosts::Host;
use super::index;
use crate::oval::document::loaded;
use pakiti_core::judge::judge;
use pakiti_core::package::{Package, PackageFormat};
use pakiti_core::rules::oval_rules;

/// What is found, a line each.
fn found(document: &pakiti_core::oval::model::Document, host: &Host) -> Vec<String> {
    let judged = judge(&index(document, None), &host.context, &host.packages);
    let pairs = host.packages.iter().zip(&judged.findings);
    let mut lines: Vec<String> = pairs
        .flat_map(|(package, found)| found.iter().map(move |finding| (package, finding)))
        .map(|(package, finding)| {
            let word = finding.fixed.as_deref().or(finding.vendor_state.as_deref()).unwrap_or("-");
            format!("{} {} {} {word}", package.name, finding.subject(), finding.state.word())
        })
        .collect();
    lines.sort();
    lines
}

#[test]
fn lists_of_packages_find_what_they_name() {
    let deb = |name: &str, version: &str| Package::new(PackageFormat::Deb, name, version, "amd64");
    let old = [deb("libssh-4", "0.9.6-2ubuntu0.22.04.1"), deb("openssh-server", "1:8.9p1-3ubuntu0.4")];
    let new = [deb("libssh-4", "0.9.6-2ubuntu0.22.04.2"), deb("openssh-server", "1:8.9p1-3ubuntu0.5")];
    let ssh = "libssh-4 CVE-2023-48795 fixable 0.9.6-2ubuntu0.22.04.2";
    let server = "openssh-server CVE-2023-48795 fixable 1:8.9p1-3ubuntu0.5";
    for (form, expected) in [("cve", vec![ssh, server]), ("pkg", vec![ssh, server]), ("usn", vec![ssh])] {
        let Some(document) = one(&format!("oci.com.ubuntu.jammy.{form}.excerpt.oval.xml.bz2")) else {
            return;
        };
        let rules = oval_rules(&document);
        assert_eq!((rules.whole.len(), rules.silent.len()), (0, 0), "{form}");
        assert_eq!(found(&document, &Host::of("ubuntu-22.04", old.to_vec())), expected, "{form}");
        assert!(found(&document, &Host::of("ubuntu-22.04", new.to_vec())).is_empty(), "{form}");
    }
    let Some(document) = one("oci.com.ubuntu.jammy.pkg.excerpt.oval.xml.bz2") else { return };
    let tests = document.definitions.iter().map(|definition| definition.metadata.cve_tests.len());
    assert_eq!(tests.collect::<Vec<_>>(), [1, 1]);
}

#[test]
fn the_test_of_each_cve_is_kept() {
    let loaded = loaded(
        "<definition id='d'><metadata><advisory><cve test_ref='oval:t:tst:1' priority='low'>CVE-2024-0002</cve>\
         <cve test_ref='oval:t:tst:2'>CVE-2024-0001</cve><cve>CVE-2024-0003</cve></advisory></metadata></definition>",
    );
    let metadata = &loaded.document.definitions[0].metadata;
    let pair = |cve: &str, test: &str| (Box::from(cve), Box::from(test));
    let expected = [pair("CVE-2024-0002", "oval:t:tst:1"), pair("CVE-2024-0001", "oval:t:tst:2")];
    assert_eq!(metadata.cve_tests, expected);
}

#[test]
fn components_of_another_stream_say_nothing() {
    let Some(document) = one("rhel-8-including-unpatched-excerpt.oval.xml") else { return };
    let told = |stream: &str| {
        let maven = Package::new(PackageFormat::Rpm, "maven", "1:3.6.2-1.module+el8", "noarch");
        let mut host = Host::of("rhel-8", vec![maven]);
        host.context.group.modules.insert("maven".into(), format!("{stream}:enabled"));
        let lines = found(&document, &host);
        lines.into_iter().filter(|line| line.contains("CVE-2021-26291")).collect::<Vec<_>>()
    };
    assert_eq!(told("3.6"), ["maven CVE-2021-26291 unfixed Affected"]);
    assert_eq!(told("3.5"), ["maven CVE-2021-26291 unfixed Will not fix"]);
}
