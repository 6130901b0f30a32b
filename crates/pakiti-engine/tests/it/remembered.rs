//! Package lines that other reports had: what is remembered of them says what parsing them would say.

use crate::reports::{v5_with, v6};
use pakiti_core::package::{Package, PackageFormat};
use pakiti_engine::prepare::{Facts, Preparer};
use pakiti_formats::report::{Limits, Protocol, parse_packages, split};
use pakiti_store::ingest::{ReadyReport, ReportedSet};
use pakiti_store::memo::Known;
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::sync::Arc;

const VIM: &str = "vim\t2:9.0\tamd64\tvim-src\t2:9.0\t-\t-";

fn six(preparer: &Preparer, lines: &[&str]) -> ReadyReport {
    let text = v6("a.example.org", &["os-id: debian"], lines);
    preparer.prepare(Protocol::V6, text.as_bytes(), 77).unwrap().report
}

fn set_of(report: &ReadyReport) -> (&[u8; 32], &[Known]) {
    match &report.set {
        ReportedSet::New { hash, packages } => (hash, packages),
        ReportedSet::Known(_) => panic!("not parsed"),
    }
}

#[test]
fn reports_share_the_packages_of_equal_lines() {
    let preparer = Preparer::default();
    let (one, two) = (six(&preparer, &["bash\t5\tamd64", VIM]), six(&preparer, &[VIM, "curl\t8\tamd64"]));
    assert!(Arc::ptr_eq(&set_of(&one).1[1], &set_of(&two).1[0]));
}

#[test]
fn a_hold_is_seen_on_a_remembered_line_and_does_not_stay_with_its_package() {
    let preparer = Preparer::default();
    let (free, held) = (format!("{VIM}\t-\t-\t17"), format!("{VIM}\theld\t-\t17"));
    for _ in 0..2 {
        assert!(six(&preparer, &[&free]).context.held.is_empty());
        let again = six(&preparer, &["bash\t5\tamd64", &held]);
        assert_eq!(again.context.held.iter().collect::<Vec<_>>(), ["vim:amd64"]);
    }
    // Of several copies the first counts.
    assert!(six(&preparer, &[&free, &held]).context.held.is_empty());
    assert_eq!(six(&preparer, &[&held, &free]).context.held.len(), 1);
}

#[test]
fn the_install_time_makes_no_other_package() {
    let preparer = Preparer::default();
    let report = |time: &str| six(&preparer, &[&format!("{VIM}\t-\t-\t{time}")]);
    let (one, two) = (report("1700000000"), report("1800000000"));
    assert!(Arc::ptr_eq(&set_of(&one).1[0], &set_of(&two).1[0]));
    assert_eq!(set_of(&one).0, set_of(&two).0);
}

#[test]
fn a_damaged_install_time_costs_a_remembered_line_as_it_costs_a_new_one() {
    let preparer = Preparer::default();
    six(&preparer, &[&format!("{VIM}\t-\t-\t1700000000")]);
    let damaged = six(&preparer, &[&format!("{VIM}\t-\t-\t17\u{7f}")]);
    assert!(set_of(&damaged).1.is_empty());
    assert_eq!(serde_json::from_str::<Facts>(&damaged.facts).unwrap().skipped, 1);
}

#[test]
fn a_line_means_what_its_protocol_and_packager_make_of_it() {
    let preparer = Preparer::default();
    let deb = v5_with("a.example.org", &[], &["tool 1:1.0-1"]);
    let rpm = deb.replace("packager: dpkg", "packager: rpm");
    for _ in 0..2 {
        for (text, format) in [(&deb, PackageFormat::Deb), (&rpm, PackageFormat::Rpm)] {
            let report = preparer.prepare(Protocol::V5, text.as_bytes(), 0).unwrap().report;
            assert_eq!(set_of(&report).1[0].1.format, format);
        }
    }
}

#[test]
fn oracle_linux_is_told_by_a_remembered_release_package() {
    let preparer = Preparer::default();
    for host in ["a.example.org", "b.example.org"] {
        let system = "system: Red Hat Enterprise Linux release 8.9 (Ootpa)";
        let packages = [&format!("{host} 1-1"), "oraclelinux-release 8:8.9-1"];
        let text = v5_with(host, &[system], &packages).replace("packager: dpkg", "packager: rpm");
        let report = preparer.prepare(Protocol::V5, text.as_bytes(), 0).unwrap().report;
        assert_eq!(report.context.group.os_group.as_ref().unwrap().0, "oracle-8");
    }
}

/// Lines that are packages, nearly packages, or rubbish; few names, so that lines come again.
fn line() -> impl Strategy<Value = String> {
    let columns = (
        "[a-d]{1,2}",
        prop_oneof![Just("1:1-1"), Just("2.0"), Just("-"), Just("1-"), Just("0:3-1")],
        prop_oneof![Just("amd64"), Just("x86_64"), Just("-")],
        prop_oneof![Just("-"), Just("held"), Just("held,auto"), Just("unpacked")],
        prop_oneof![Just("\t17"), Just("\t18"), Just("\t-"), Just(""), Just("\t\u{7f}"), Just("\t1\t2")],
    );
    let full = columns.prop_map(|(name, version, arch, flags, time)| {
        format!("{name}\t{version}\t{arch}\tsrc\t-\t-\t-\t{flags}\t-{time}")
    });
    let short = ("[a-c]", "[12]", prop_oneof![Just("all"), Just("noarch"), Just("amd\\64")]);
    let short = short.prop_map(|(name, version, arch)| format!("{name}\t{version}\t{arch}"));
    prop_oneof![6 => full, 3 => short, 1 => "[ -~\t#\u{e9}\u{200b}]{0,12}", 1 => Just("gpg-pubkey\t1-1\t-".into())]
}

fn report(protocol: Protocol, packager: &str, lines: &[String]) -> String {
    let version = if protocol == Protocol::V6 { "6" } else { "1" };
    let list: String = lines.iter().map(|line| format!("{line}\n")).collect();
    format!("#\nhost: a.example.org\npackager: {packager}\nversion: {version}\n#\n{list}#\n")
}

proptest! {
    /// One preparer sees many lists; each time it says what a fresh one and what the parser alone say.
    #[test]
    fn a_remembered_line_says_what_parsing_it_says(
        lists in prop::collection::vec((any::<bool>(), any::<bool>(), prop::collection::vec(line(), 0..30)), 1..8)
    ) {
        let preparer = Preparer::default();
        for (new_protocol, rpm, lines) in &lists {
            let protocol = if *new_protocol { Protocol::V6 } else { Protocol::V5 };
            let text = report(protocol, if *rpm { "rpm" } else { "dpkg" }, lines);
            let remembering = preparer.prepare(protocol, text.as_bytes(), 7).unwrap().report;
            let fresh = Preparer::default().prepare(protocol, text.as_bytes(), 7).unwrap().report;
            let (ours, theirs) = (set_of(&remembering), set_of(&fresh));
            prop_assert_eq!(ours, theirs);
            prop_assert_eq!(&remembering.context, &fresh.context);
            prop_assert_eq!(&remembering.facts, &fresh.facts);

            let parts = split(protocol, text.as_bytes(), &Limits::default()).unwrap();
            let parsed = parse_packages(protocol, &parts.header, parts.list, &Limits::default()).unwrap();
            let held: BTreeSet<String> = parsed.packages.iter().filter(|p| p.flags.held)
                .map(|p| format!("{}:{}", p.package.name, p.package.arch)).collect();
            let parsed_packages: Vec<Package> = parsed.packages.into_iter().map(|p| p.package).collect();
            let packages: Vec<Package> = ours.1.iter().map(|known| known.1.clone()).collect();
            prop_assert_eq!(packages, parsed_packages);
            prop_assert!(ours.1.iter().all(|known| known.0 == known.1.key()));
            prop_assert_eq!(&remembering.context.held, &held);
            let facts: Facts = serde_json::from_str(&remembering.facts).unwrap();
            prop_assert_eq!(facts.skipped, parsed.skipped_count);
        }
    }
}
