//! From a report's text to what the store gets: groups, OS group, context, facts, set.

use crate::reports::{v5_with, v6};
use pakiti_core::package::{Package, PackageFormat};
use pakiti_engine::prepare::{Facts, Prepared, Preparer};
use pakiti_formats::report::Protocol;
use pakiti_store::ingest::{ReadyReport, ReportedSet};

fn prepared(protocol: Protocol, text: &str) -> Prepared {
    Preparer::default().prepare(protocol, text.as_bytes(), 77).unwrap()
}

fn five(lines: &[&str], packages: &[&str]) -> ReadyReport {
    prepared(Protocol::V5, &v5_with("a.example.org", lines, packages)).report
}

fn six(lines: &[&str], packages: &[&str]) -> ReadyReport {
    prepared(Protocol::V6, &v6("a.example.org", lines, packages)).report
}

fn packages(report: &ReadyReport) -> Vec<Package> {
    let ReportedSet::New { packages, .. } = &report.set else { panic!("not parsed") };
    packages.iter().map(|known| known.1.clone()).collect()
}

fn facts(report: &ReadyReport) -> Facts {
    serde_json::from_str(&report.facts).unwrap()
}

/// OS group of an rpm host with this reported system.
fn group_of(system: &str, packages: &[&str]) -> Option<String> {
    let text = v5_with("a.example.org", &[&format!("system: {system}")], packages);
    let text = text.replace("packager: dpkg", "packager: rpm").replace("\tamd64", "\tx86_64");
    prepared(Protocol::V5, &text).report.context.group.os_group.clone().map(|group| group.0)
}

#[test]
fn a_report_of_protocol_5_is_taken_apart() {
    let report =
        five(&["system: Debian GNU/Linux 12.8", "site: B", "tag: web", "cpu: Xeon"], &["bash 5.2-1"]);
    assert_eq!((report.name.as_str(), report.received_at), ("a.example.org", 77));
    assert_eq!((report.os.as_str(), report.arch.as_str()), ("Debian GNU/Linux 12.8", "x86_64"));
    assert_eq!(report.kernel, "6.1.0-28-amd64");
    assert_eq!(report.context.kernel.as_deref(), Some("6.1.0-28-amd64"));
    assert_eq!(report.context.group.os_group.as_ref().unwrap().0, "debian-12");
    assert_eq!(packages(&report), [Package::new(PackageFormat::Deb, "bash", "5.2-1", "amd64")]);
    assert!(!report.reboot_required);
    let facts = facts(&report);
    assert_eq!((facts.protocol, facts.skipped), (5, 0));
    assert_eq!((facts.tag.as_deref(), facts.cpu.as_deref()), (Some("web"), Some("Xeon")));
}

#[test]
fn a_report_of_protocol_6_fills_the_context() {
    let report = six(
        &[
            "os-id: ubuntu",
            "os-version-id: 22.04",
            "foreign-arch: i386",
            "entitlement: esm-infra",
            "module: nodejs:18:enabled",
            "repository: main\tapt\thttps://me:secret@a.example/u\tjammy main\t-",
            "pin: vim\t-1",
            "exclude: kernel*",
            "kernel-version: #30-Ubuntu SMP",
            "default-kernel: 6.5.0-1",
            "livepatch: livepatch applied",
            "reboot-required: yes libc6",
        ],
        &["vim\t2:9.0\tamd64\tvim-src\t2:9.0\t-\t-\theld,auto\t-\t1700000000", "bash\t5.2\tamd64"],
    );
    let context = &report.context;
    assert_eq!(context.group.os_group.as_ref().unwrap().0, "ubuntu-22.04");
    assert!(context.group.foreign_archs.contains("i386") && context.group.entitlements.contains("esm-infra"));
    assert_eq!(context.group.modules["nodejs"], "18:enabled");
    assert_eq!(context.group.repositories[0].url, "https://a.example/u");
    assert_eq!((context.group.pins.len(), context.group.excludes.len()), (1, 1));
    assert_eq!(context.kernel_version.as_deref(), Some("#30-Ubuntu SMP"));
    assert_eq!(context.default_kernel.as_deref(), Some("6.5.0-1"));
    assert_eq!(context.livepatch.as_deref(), Some("livepatch applied"));
    assert_eq!(context.held.iter().collect::<Vec<_>>(), ["vim:amd64"]);
    assert!(report.reboot_required);
    let facts = facts(&report);
    assert_eq!((facts.protocol, facts.reboot_reason.as_deref()), (6, Some("libc6")));
    let vim = packages(&report).into_iter().find(|p| p.name == "vim").unwrap();
    assert_eq!((vim.source_name.as_str(), vim.source_version.as_str()), ("vim-src", "2:9.0"));
}

#[test]
fn holds_and_install_times_are_not_part_of_the_set() {
    let set = |line: &str| match six(&[], &[line]).set {
        ReportedSet::New { hash, .. } => hash,
        ReportedSet::Known(_) => panic!("not parsed"),
    };
    let plain = set("vim\t9\tamd64\t-\t-\t-\t-\t-\t-\t-");
    assert_eq!(plain, set("vim\t9\tamd64\t-\t-\t-\t-\theld\t-\t-"));
    assert_eq!(plain, set("vim\t9\tamd64\t-\t-\t-\t-\t-\t-\t1700000000"));
    assert_ne!(plain, set("vim\t9\tamd64\tvi\t-\t-\t-\t-\t-\t-"));
}

#[test]
fn the_order_of_the_lines_and_repeated_ones_are_not_part_of_the_set() {
    let set = |lines: &[&str]| match six(&[], lines).set {
        ReportedSet::New { hash, packages } => (hash, packages.len()),
        ReportedSet::Known(_) => panic!("not parsed"),
    };
    let (bash, curl, vim) = ("bash\t5\tamd64", "curl\t8\tamd64", "vim\t9\tamd64");
    let held = "vim\t9\tamd64\t-\t-\t-\t-\theld";
    assert_eq!(set(&[bash, curl, vim]).1, 3);
    for lines in [&[vim, curl, bash][..], &[bash, bash, curl, vim, vim], &[vim, bash, curl, held, bash]] {
        assert_eq!(set(lines), set(&[bash, curl, vim]), "{lines:?}");
    }
}

#[test]
fn hosts_without_a_group_are_in_na_and_several_are_sorted_once() {
    assert_eq!(five(&[], &[]).groups, ["N/A"]);
    assert_eq!(five(&["site: "], &[]).groups, ["N/A"]);
    assert_eq!(five(&["site: B"], &[]).groups, ["B"]);
    assert_eq!(six(&["site: B", "site: A", "site:  B ", "site:"], &[]).groups, ["A", "B"]);
}

#[test]
fn the_order_and_number_of_the_same_group_lines_change_nothing() {
    let one = six(&["site: A", "site: B"], &[]);
    let two = six(&["site: B", "site: A", "site: A"], &[]);
    assert_eq!((one.groups, one.facts_hash), (two.groups, two.facts_hash));
}

#[test]
fn os_release_wins_over_the_system_name() {
    let of = |lines: &[&str]| six(lines, &[]).context.group.os_group.clone().map(|group| group.0);
    let named = "system: Debian GNU/Linux 11 (bullseye)";
    assert_eq!(of(&[named]).as_deref(), Some("debian-11"));
    assert_eq!(of(&[named, "os-id: debian", "os-version-id: 12"]).as_deref(), Some("debian-12"));
    // An unknown distribution is its own, whatever it is like.
    assert_eq!(of(&[named, "os-id: acmeos", "os-version-id: 5", "os-like: debian"]), None);
    // Protocol 5 has no such headers.
    let five = five(&[named, "os-id: debian", "os-version-id: 12"], &[]);
    assert_eq!(five.context.group.os_group.as_ref().unwrap().0, "debian-11");
}

#[test]
fn an_unmapped_system_has_no_os_group_but_keeps_its_name() {
    let report = five(&["system: Plan 9 fourth edition"], &[]);
    assert_eq!((report.context.group.os_group.clone(), report.os.as_str()), (None, "Plan 9 fourth edition"));
    let silent = five(&[], &[]);
    assert_eq!((silent.context.group.os_group.clone(), silent.os.as_str()), (None, ""));
}

#[test]
fn oracle_linux_is_told_by_its_release_package() {
    let red_hat = "Red Hat Enterprise Linux release 8.9 (Ootpa)";
    assert_eq!(group_of(red_hat, &["redhat-release 8.9-0.1"]).as_deref(), Some("rhel-8"));
    assert_eq!(group_of(red_hat, &["oraclelinux-release 8:8.9-1"]).as_deref(), Some("oracle-8"));
    assert_eq!(group_of(red_hat, &["oraclelinux-release-el8 1.0-1"]).as_deref(), Some("oracle-8"));
    // Elsewhere the package says nothing.
    assert_eq!(
        group_of("Rocky Linux release 9.3", &["oraclelinux-release 8:8.9-1"]).as_deref(),
        Some("rocky-9")
    );
    assert_eq!(group_of("Oracle Linux Server release 9.3", &[]).as_deref(), Some("oracle-9"));
}

#[test]
fn a_container_has_no_kernel_of_its_own() {
    let lines = ["kernel-version: #1", "default-kernel: 6.1", "livepatch: kpatch on", "os-id: debian"];
    let host = six(&lines, &[]);
    assert!(host.context.kernel.is_some() && host.context.livepatch.is_some());
    let report = six(&[&lines[..], &["container: docker"]].concat(), &[]);
    let context = &report.context;
    assert_eq!(context.group.container.as_deref(), Some("docker"));
    assert_eq!((&context.kernel, &context.kernel_version), (&None, &None));
    assert_eq!((&context.default_kernel, &context.livepatch), (&None, &None));
    assert_eq!(report.kernel, "");
}

#[test]
fn the_facts_hash_changes_with_every_fact_and_with_nothing_else() {
    let base = ["system: Debian GNU/Linux 12", "reboot-required: no"];
    let hash = |lines: &[&str]| six(lines, &["bash\t5.2\tamd64"]).facts_hash;
    assert_eq!(hash(&base), hash(&base));
    assert_eq!(hash(&base), hash(&["unknown-header: x", base[0], base[1]]));
    assert_ne!(hash(&base), hash(&[base[0], "reboot-required: yes"]));
    for line in [
        "boot-id: 1f",
        "boot-time: 1700000000",
        "site: B",
        "cpu: Xeon",
        "tag: t",
        "os-id: debian",
        "ip: 192.0.2.7",
    ] {
        assert_ne!(hash(&base), hash(&[base[0], base[1], line]), "{line}");
    }
    // What decides verdicts is in the context.
    let (one, two) = (six(&["livepatch: a"], &[]), six(&["livepatch: b"], &[]));
    assert_eq!(one.facts_hash, two.facts_hash);
    assert_ne!(one.context.hash(), two.context.hash());
}

#[test]
fn bad_lines_are_counted_and_told_and_cost_only_themselves() {
    let report = six(&["boot-time: soon"], &["bash\t5.2\tamd64", "half a line", "vim\t-\tamd64"]);
    assert_eq!(packages(&report).len(), 1);
    let facts = facts(&report);
    assert_eq!((facts.skipped, facts.boot_time), (3, None));
    let at: Vec<&str> = facts.skipped_examples.iter().map(|text| text.split(':').next().unwrap()).collect();
    assert_eq!(at, ["line 7", "line 10", "line 11"]);
}

#[test]
fn of_one_name_no_more_versions_are_taken_than_any_host_has() {
    let kernels: Vec<String> = (0..70).map(|n| format!("linux-image 1-{n}")).collect();
    let mut lines: Vec<&str> = kernels.iter().map(String::as_str).collect();
    lines.push("bash 5");
    let report = five(&[], &lines);
    let taken = packages(&report);
    assert_eq!(taken.iter().filter(|package| package.name == "linux-image").count(), 64);
    assert_eq!(taken.len(), 65, "the others are taken as ever");
    let facts = facts(&report);
    assert_eq!(facts.skipped, 6);
    assert!(facts.skipped_examples[0].ends_with("more than 64 versions of one package name"), "{facts:?}");
}

#[test]
fn of_all_names_together_no_more_further_versions_are_taken_than_any_host_has() {
    // 100 names in 20 versions: four each are usual, 512 more are taken.
    let lines: Vec<String> = (0..2_000).map(|n| format!("lib{} 1-{n}", n % 100)).collect();
    let mut lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    lines.push("bash 5");
    let report = five(&[], &lines);
    assert_eq!(packages(&report).len(), 400 + 512 + 1);
    let facts = facts(&report);
    assert_eq!(facts.skipped, 1_600 - 512);
    assert!(facts.skipped_examples[0].contains("more than 512 further versions"), "{facts:?}");
}

#[test]
fn many_bad_lines_give_ten_examples() {
    let lines = vec!["x"; 50];
    let facts = facts(&six(&[], &lines));
    assert_eq!((facts.skipped, facts.skipped_examples.len()), (50, 10));
}

#[test]
fn what_is_no_report_is_refused() {
    for text in ["", "\n\n", "host: a\n", "#\narch: x\n#\n", "<html>"] {
        let result = Preparer::default().prepare(Protocol::V5, text.as_bytes(), 0);
        assert!(result.is_err(), "{text:?}");
    }
}
