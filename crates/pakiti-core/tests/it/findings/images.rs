//! Kernel images beside each other: the default boot entry, containers, series under one name, live patches.
//! Rules: vendor-rules.md "Kernel box"; oval-semantics.md 7.

use super::*;
use pakiti_core::advisory::{Advisory, AdvisoryPackage};
use pakiti_core::finding::FindingState;
use pakiti_core::judgement::UpdateKind;
use pakiti_core::repository::{SourceKind, SourceMeta};
use pakiti_core::rules::explain::{Answer, NotAffected};

const NONE: [&str; 0] = [];

/// A document of this platform in which each name is fixed in each version, one advisory and CVE a version.
fn fixes(platform: &str, names: &[&str], versions: &[&str]) -> Doc {
    let mut doc = Doc::rpm(platform);
    for (at, version) in versions.iter().enumerate() {
        let children = names.iter().map(|name| doc.below(name, version)).collect();
        doc.patch(&format!("SA-{at}"), &[&format!("CVE-2024-000{at}")], either(children));
    }
    doc
}

/// The states of what is found: version, CVE number, state.
fn states(doc: &Doc, context: &Context, list: &str) -> Vec<String> {
    let lines = found(&doc.index(), context, &rpms(list));
    let short = |line: &String| {
        let words: Vec<&str> = line.split(' ').collect();
        format!("{} {} {}", words[1], &words[2][12..], words[3])
    };
    lines.iter().map(short).collect()
}

fn default_boots(context: Context, release: &str) -> Context {
    Context { default_kernel: Some(release.into()), ..context }
}

#[test]
fn a_wrong_default_boot_entry_is_told_and_keeps_the_newest_image_in_view() {
    let doc = fixes("Red Hat Enterprise Linux 8", &["kernel-core"], &["4.18.0-500.el8", "4.18.0-900.el8"]);
    let three = "kernel-core 4.18.0-300.el8\n kernel-core 4.18.0-400.el8\n kernel-core 4.18.0-500.el8";
    let runs = |release: &str| running("rhel-8", &format!("4.18.0-{release}.el8.x86_64"));
    let boots = |context, release: &str| default_boots(context, &format!("4.18.0-{release}.el8.x86_64"));
    let old = boots(runs("400"), "400");
    assert_eq!(
        states(&doc, &old, three),
        [
            "4.18.0-300.el8 0 leftover",
            "4.18.0-300.el8 1 leftover",
            "4.18.0-400.el8 0 pending-reboot",
            "4.18.0-400.el8 1 fixable",
            "4.18.0-500.el8 1 fixable",
        ]
    );
    let said = gates(&doc.index(), &old, &rpms(three));
    let wrong = "the default boot entry is kernel 4.18.0-400.el8.x86_64, not the fixed image: a reboot alone does not";
    assert_eq!(said.matches(wrong).count(), 1, "of what waits for a reboot alone: {said}");
    assert!(
        said.contains("newest image, but the default boot entry is kernel 4.18.0-400.el8.x86_64"),
        "{said}"
    );
    // The default boot entry is the newest, or not told.
    for right in [runs("400"), boots(runs("400"), "500")] {
        let said = gates(&doc.index(), &right, &rpms(three));
        assert!(!said.contains("default boot entry"), "{said}");
        assert_eq!(
            states(&doc, &right, three)[2..4],
            ["4.18.0-400.el8 0 pending-reboot", "4.18.0-400.el8 1 fixable"]
        );
    }
    // Another image than the newest boots, and it holds the fix.
    let doc = fixes("Red Hat Enterprise Linux 8", &["kernel-core"], &["4.18.0-400.el8"]);
    let said = gates(&doc.index(), &boots(runs("300"), "400"), &rpms(three));
    assert!(!said.contains("default boot entry"), "{said}");
    // An older vulnerable image boots next, beside the fixed one that runs.
    let doc = fixes("Red Hat Enterprise Linux 8", &["kernel-core"], &["4.18.0-500.el8"]);
    let back = boots(runs("500"), "400");
    assert_eq!(states(&doc, &back, three), ["4.18.0-300.el8 0 leftover", "4.18.0-400.el8 0 fixable"]);
    assert!(gates(&doc.index(), &back, &rpms(three)).contains("boots next"));
}

#[test]
fn a_default_boot_entry_of_another_flavour_boots_no_fix() {
    let doc = fixes("Red Hat Enterprise Linux 8", &["kernel-core", "kernel-rt-core"], &["4.18.0-500.el8"]);
    let list = "kernel-core 4.18.0-400.el8\n kernel-core 4.18.0-500.el8\n kernel-rt-core 4.18.0-600.el8";
    let context = running("rhel-8", "4.18.0-400.el8.x86_64");
    let context = default_boots(context, "4.18.0-600.el8.x86_64+rt");
    assert_eq!(states(&doc, &context, list), ["4.18.0-400.el8 0 pending-reboot"]);
    assert!(gates(&doc.index(), &context, &rpms(list)).contains("a reboot alone does not help"));
}

#[test]
fn containers_have_no_kernel() {
    let doc = fixes("Red Hat Enterprise Linux 8", &["kernel-core", "bash"], &["9-1"]);
    let mut context = running("rhel-8", "4.18.0-400.el8.x86_64");
    context.group.container = Some("podman".into());
    let list = rpms("kernel-core 4.18.0-400.el8\n kernel-modules 4.18.0-400.el8\n bash 4-1");
    let index = doc.index();
    assert_eq!(found(&index, &context, &list), ["bash 4-1 CVE-2024-0000 fixable 9-1"]);
    let judged = judge(&index, &context, &list);
    assert_eq!(judged.verdict.counters.findings.fixable_total(), 1);
    let all = index.for_group(&context.group).explain(&context, &list, "CVE-2024-0000");
    let kernel = all.iter().find(|statement| statement.package == "kernel-core").unwrap();
    assert!(
        matches!(&kernel.answer, Answer::NotAffected(NotAffected::GateClosed(words)) if words.contains("podman")),
        "{:?}",
        kernel.answer
    );
}

#[test]
fn suse_builds_a_base_of_its_default_kernel() {
    let name = "kernel-default-base";
    for (old, runs, fixed, boots) in [
        (
            "5.14.21-150500.55.44.1.150500.6.19.2",
            "5.14.21-150500.55.44-default",
            "5.14.21-150500.55.52.1.150500.6.23.1",
            "5.14.21-150500.55.52-default",
        ),
        ("5.3.18-24.9.1.9.2.6", "5.3.18-24.9-default", "5.3.18-24.24.1.9.5.2", "5.3.18-24.24-default"),
        ("4.12.14-122.80.1", "4.12.14-122.80-default", "4.12.14-122.91.2", "4.12.14-122.91-default"),
    ] {
        let doc = fixes("SUSE Linux Enterprise Server 15 SP5", &[name], &[fixed]);
        let of = |release: &str, list: &str| states(&doc, &running("sles-15.5", release), list);
        let one = format!("{name} {old}");
        let two = format!("{one}\n {name} {fixed}");
        assert_eq!(of(runs, &one), [format!("{old} 0 fixable")]);
        assert_eq!(of(runs, &two), [format!("{old} 0 pending-reboot")]);
        assert_eq!(of(boots, &two), [format!("{old} 0 leftover")]);
    }
    // A longer release is another build's.
    let doc = fixes("SUSE Linux Enterprise Server 15 SP5", &[name], &["9-1"]);
    let said = |release: &str| {
        let list = rpms(&format!("{name} 5.3.18-59.40.1.18.25.1"));
        gates(&doc.index(), &running("sles-15.5", release), &list)
    };
    assert!(said("5.3.18-59.40-default").contains("runs: kernel"));
    assert!(said("5.3.18-59-default").contains("is of no installed package"));
    assert!(said("5.3.18-59.4-default").contains("is of no installed package"));
}

const UEK5: &str = "5.4.17-2136.330.7.el8uek";
const UEK7: &str = "5.15.0-200.1.el8uek";

#[test]
fn series_of_uek_are_lines_of_their_own() {
    let doc = fixes("Oracle Linux 8", &["kernel-uek", "kernel-uek-modules"], &[UEK5, UEK7]);
    let of =
        |release: &str, list: &str| states(&doc, &running("oracle-8", &format!("{release}.x86_64")), list);
    // At the newest fix of its series.
    let fixed = "5.4.17-2136.340.1.el8uek";
    assert_eq!(of(fixed, &format!("kernel-uek {fixed}\n kernel-uek-modules {fixed}")), NONE);
    let old = "5.4.17-2136.1.el8uek";
    assert_eq!(of(old, &format!("kernel-uek {old}")), [format!("{old} 0 fixable")]);
    // A newer series is no fix, though it boots next.
    assert_eq!(of(old, &format!("kernel-uek {old}\n kernel-uek {UEK7}")), [format!("{old} 0 fixable")]);
    let (seven, list) = ("5.15.0-100.1.el8uek", "kernel-uek 5.15.0-100.1.el8uek");
    assert_eq!(of(old, list), [format!("{seven} 1 fixable")]);
    assert_eq!(
        of(old, &format!("{list}\n kernel-uek {old}\n kernel-uek {UEK5}")),
        [format!("{seven} 1 fixable"), format!("{old} 0 pending-reboot")]
    );
    assert_eq!(
        of(seven, &format!("{list}\n kernel-uek {old}")),
        [format!("{seven} 1 fixable"), format!("{old} 0 leftover")]
    );
    // Explained by its gate.
    let list = rpms(&format!("kernel-uek {fixed}"));
    let context = running("oracle-8", &format!("{fixed}.x86_64"));
    let all = doc.index().for_group(&context.group).explain(&context, &list, "CVE-2024-0001");
    let said = format!("{:?}", all.iter().find(|s| s.package == "kernel-uek").unwrap().answer);
    assert!(said.contains("kernel series"), "{said}");
}

#[test]
fn amazon_kernels_are_judged_by_their_own_series() {
    let fixed = ["4.14.350-1.amzn2", "5.10.200-1.amzn2"];
    let doc = fixes("Amazon Linux 2", &["kernel"], &fixed);
    let yum = SnapshotContent {
        meta: SourceMeta {
            kind: SourceKind::Yum,
            name: "kernel".into(),
            os_group: Some(OsGroupId("amazon-2".into())),
            errata: true,
            ..SourceMeta::default()
        },
        advisories: fixed
            .iter()
            .enumerate()
            .map(|(at, version)| Advisory {
                id: format!("ALAS-{at}"),
                kind: UpdateKind::Security,
                severity: "important".into(),
                title: String::new(),
                issued: None,
                updated: None,
                cves: vec![format!("CVE-2024-000{at}")],
                reboot: false,
                packages: vec![AdvisoryPackage {
                    name: "kernel".into(),
                    version: (*version).into(),
                    arch: "x86_64".into(),
                    module: None,
                    reboot: false,
                }],
            })
            .collect(),
        ..SnapshotContent::default()
    };
    for index in [doc.index(), RuleIndex::build(1, vec![(1, yum)])] {
        let of = |installed: &str| {
            let context = running("amazon-2", &format!("{installed}.x86_64"));
            let lines = found(&index, &context, &rpms(&format!("kernel {installed}")));
            lines.iter().map(|line| line.rsplit(' ').next().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(of("4.14.300-1.amzn2"), fixed[..1]);
        assert_eq!(of("4.14.350-1.amzn2"), NONE);
        assert_eq!(of("5.10.100-1.amzn2"), fixed[1..]);
        // No fix of the series is known.
        assert_eq!(of("5.15.1-1.amzn2"), NONE);
        let context = running("amazon-2", "4.14.350-1.amzn2.x86_64");
        let list = rpms("kernel 4.14.350-1.amzn2");
        let all = index.for_group(&context.group).explain(&context, &list, "CVE-2024-0001");
        assert!(format!("{:?}", all[0].answer).contains("kernel series"), "{:?}", all[0].answer);
    }
}

#[test]
fn where_series_replace_each_other_the_newer_is_the_fix() {
    for (platform, group, name, old, new) in [
        ("Fedora 40", "fedora-40", "kernel-core", "6.8.5-301.fc40", "6.9.4-200.fc40"),
        ("openSUSE Leap 15.5", "opensuse-leap-15.5", "kernel-default", "5.14.21-1.1", "6.4.0-1.1"),
        ("Amazon Linux 2018.03", "amazon-1", "kernel", "4.9.38-16.35.amzn1", "4.14.26-46.32.amzn1"),
        ("Red Hat Enterprise Linux 7", "rhel-7", "kernel", "3.10.0-1.el7", "4.14.0-115.el7a"),
    ] {
        let doc = fixes(platform, &[name], &[new]);
        let list = format!("{name} {old}");
        assert_eq!(states(&doc, &context(group), &list), [format!("{old} 0 fixable")], "{platform}");
    }
}

#[test]
fn firmware_has_cves_of_its_own() {
    let names = ["kernel-firmware-amdgpu", "ucode-amd", "linux-firmware"];
    let doc = fixes("SUSE Linux Enterprise Server 15 SP5", &names, &["20240201-1"]);
    let list: Vec<String> = names.iter().map(|name| format!("{name} 20240101-1 noarch")).collect();
    let sles = running("sles-15.5", "5.14.21-150500.55.44-default");
    assert_eq!(states(&doc, &sles, &list.join("\n")), ["20240101-1 0 fixable"; 3]);
    // Built from the kernel it exposes nothing.
    let built = ["kernel-firmware", "kernel-uek-firmware"];
    let doc = fixes("Oracle Linux 6", &built, &["3.8.13-900.el6"]);
    let list = "kernel-firmware 2.6.32-754.el6 noarch\n kernel-uek-firmware 3.8.13-16.el6uek noarch";
    assert_eq!(states(&doc, &context("oracle-6"), list), NONE);
    let photon = fixes("Photon 3", &["linux-firmware"], &["20240201-1.ph3"]);
    let list = "linux-firmware 20211216-1.ph3";
    assert_eq!(states(&photon, &context("photon-3"), list), ["20211216-1.ph3 0 fixable"]);
}

#[test]
fn a_live_patch_is_told_beside_the_kernel_it_is_for() {
    let doc = fixes("Red Hat Enterprise Linux 8", &["kernel-core", "kpatch-patch-4_18_0-147"], &["9-1"]);
    let index = doc.index();
    let kernel = "kernel-core 4.18.0-147.el8";
    let mut context = running("rhel-8", "4.18.0-147.el8.x86_64");
    let said = |context: &Context, list: &str| gates(&index, context, &rpms(list));
    assert!(!said(&context, kernel).contains("live patch"));
    // Newer than every fix: what the kernel has stands as judged.
    let patched = format!("{kernel}\n kpatch-patch-4_18_0-147 99-1.el8");
    assert_eq!(states(&doc, &context, &patched), ["4.18.0-147.el8 0 fixable"]);
    let told = "runs: kernel 4.18.0-147.el8.x86_64; live patch present (kpatch-patch-4_18_0-147): what it closes is not \
                known";
    assert!(said(&context, &patched).contains(told), "{}", said(&context, &patched));
    let other = format!("{kernel}\n kpatch-patch-4_18_0-14 99-1.el8");
    assert!(!said(&context, &other).contains("live patch"));
    context.livepatch = Some("kpatch unknown".into());
    assert!(
        said(&context, kernel).contains("live patch present (kpatch unknown): what it closes is not known")
    );
    for (name, release) in [
        ("kernel-livepatch-5_14_21-150500_55_44-default", "5.14.21-150500.55.44-default"),
        ("kgraft-patch-4_12_14-122_80-default", "4.12.14-122.80-default"),
    ] {
        let doc = fixes("SUSE Linux Enterprise Server 15 SP5", &["kernel-default"], &["9-1"]);
        let version = release.strip_suffix("-default").unwrap();
        let list = rpms(&format!("kernel-default {version}.1\n {name} 1-1.1"));
        let said = gates(&doc.index(), &running("sles-15.5", release), &list);
        assert!(said.contains(&format!("live patch present ({name})")), "{said}");
    }
}

#[test]
fn ubuntus_livepatch_is_told_beside_the_kernel_that_runs() {
    let names = ["linux-image-5.15.0-91-generic", "linux-image-5.15.0-80-generic"];
    let mut doc = Doc::deb("Ubuntu 22.04 LTS");
    let below = names.map(|name| doc.below(name, "5.15.0-99.109")).to_vec();
    doc.patch("USN-1", &["CVE-2024-0001"], either(below));
    let list =
        packages(PackageFormat::Deb, &format!("{} 5.15.0-91.101\n {} 5.15.0-80.90", names[0], names[1]));
    let mut context = running("ubuntu-22.04", "5.15.0-91-generic");
    context.livepatch = Some("livepatch applied".into());
    let judged = judge(&doc.index(), &context, &list);
    let of = |at: usize| (judged.findings[at][0].state, judged.findings[at][0].why.gates.join("; "));
    let (state, said) = of(0);
    assert_eq!(state, FindingState::Fixable);
    assert!(said.contains("live patch present (livepatch applied): what it closes is not known"), "{said}");
    let (state, said) = of(1);
    assert_eq!(state, FindingState::Leftover);
    assert!(!said.contains("live patch"), "{said}");
}
