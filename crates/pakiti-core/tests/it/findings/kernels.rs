//! Kernel truth (vendor-rules.md "Kernel box"): only what runs exposes.

use super::*;
use pakiti_core::finding::{FindingCounts, FindingState};
use pakiti_core::kernel::{ImageCounts, KernelPart, KernelTruth, part};
use pakiti_core::severity::Severity;
use pakiti_core::version::sort_key;
use proptest::prelude::{Just, ProptestConfig, Strategy, prop, prop_assert_eq, prop_oneof, proptest};

/// A document in which every name is fixed in `version`.
fn doc(names: &[&str], version: &str) -> Doc {
    let mut doc = Doc::rpm("Red Hat Enterprise Linux 7");
    let children = names.iter().map(|name| doc.below(name, version)).collect();
    doc.patch("RHSA-1", &["CVE-2024-0001"], either(children));
    doc
}

/// The states of what is found, by name and version.
fn states(doc: &Doc, context: &Context, list: &str) -> Vec<String> {
    let lines = found(&doc.index(), context, &rpms(list));
    let of = |line: String| {
        let words: Vec<&str> = line.split(' ').collect();
        [words[0], words[1], words[3]].join(" ")
    };
    lines.into_iter().map(of).collect()
}

const NONE: [&str; 0] = [];

#[test]
fn running_newer_and_older_images() {
    let doc = doc(&["kernel"], "3.10.0-500.el7");
    let three = "kernel 3.10.0-100.el7\n kernel 3.10.0-200.el7\n kernel 3.10.0-600.el7";
    let old = running("rhel-7", "3.10.0-200.el7.x86_64");
    assert_eq!(
        states(&doc, &old, three),
        ["kernel 3.10.0-100.el7 leftover", "kernel 3.10.0-200.el7 pending-reboot"]
    );
    let new = running("rhel-7", "3.10.0-600.el7.x86_64");
    assert_eq!(
        states(&doc, &new, three),
        ["kernel 3.10.0-100.el7 leftover", "kernel 3.10.0-200.el7 leftover"]
    );
    // The newest does not run and has no fix: as judged.
    let two = "kernel 3.10.0-100.el7\n kernel 3.10.0-200.el7";
    let first = running("rhel-7", "3.10.0-100.el7.x86_64");
    assert_eq!(states(&doc, &first, two), ["kernel 3.10.0-100.el7 fixable", "kernel 3.10.0-200.el7 fixable"]);
    // The next boot takes another image than the newest.
    let mut told = running("rhel-7", "3.10.0-600.el7.x86_64");
    told.default_kernel = Some("3.10.0-100.el7.x86_64".into());
    assert_eq!(
        states(&doc, &told, three),
        ["kernel 3.10.0-100.el7 fixable", "kernel 3.10.0-200.el7 leftover"]
    );
}

#[test]
fn kernels_of_no_package_are_as_judged_and_say_so() {
    let doc = doc(&["kernel"], "3.10.0-500.el7");
    let list = "kernel 3.10.0-100.el7\n kernel 3.10.0-600.el7";
    for context in [running("rhel-7", "6.1.0-own"), context("rhel-7")] {
        assert_eq!(states(&doc, &context, list), ["kernel 3.10.0-100.el7 fixable"]);
        let gates = gates(&doc.index(), &context, &rpms(list));
        assert!(gates.contains("is of no installed package"), "{gates}");
    }
}

#[test]
fn headers_tools_dkms_and_live_patches_expose_no_kernel() {
    let names = [
        "kernel-headers",
        "kernel-devel",
        "kernel-tools",
        "kernel-tools-libs",
        "kernel-doc",
        "perf",
        "bpftool",
        "kernel-debug-devel",
        "kernel-uek-devel",
        "kernel-abi-whitelists",
        "kernel-bootwrapper",
    ];
    let doc = doc(&names, "9-1");
    let list: Vec<String> = names.iter().chain(&["dkms"]).map(|name| format!("{name} 1-1")).collect();
    assert_eq!(states(&doc, &running("rhel-7", "3.10.0-1.el7.x86_64"), &list.join("\n")), NONE);
    // A live patch of a kernel that does not run.
    let patch = "kpatch-patch-3_10_0-100";
    let doc = self::doc(&[patch], "9-1");
    let list = format!("{patch} 1-1\n kernel 3.10.0-100.el7\n kernel 3.10.0-200.el7");
    let of = |kernel: &str| states(&doc, &running("rhel-7", kernel), &list);
    assert_eq!(of("3.10.0-200.el7.x86_64"), ["kpatch-patch-3_10_0-100 1-1 leftover"]);
    assert_eq!(of("3.10.0-100.el7.x86_64"), ["kpatch-patch-3_10_0-100 1-1 fixable"]);
}

#[test]
fn flavours_never_replace_each_other() {
    // Name and version of the image that runs, what it calls itself, and a newer image of another flavour.
    for (name, version, release, other, newer) in [
        ("kernel", "4.18.0-100.el8", "4.18.0-100.el8.x86_64", "kernel-rt", "4.18.0-900.rt7.1.el8"),
        ("kernel-core", "5.14.0-100.el9", "5.14.0-100.el9.x86_64", "kernel-rt-core", "5.14.0-900.el9"),
        ("kernel-rt-core", "5.14.0-100.el9", "5.14.0-100.el9.x86_64+rt", "kernel-core", "5.14.0-900.el9"),
        ("kernel-64k-core", "5.14.0-100.el9", "5.14.0-100.el9.x86_64+64k", "kernel-core", "5.14.0-900.el9"),
        ("kernel-rt", "4.18.0-100.rt7.1.el8", "4.18.0-100.rt7.1.el8.x86_64", "kernel", "4.18.0-900.el8"),
        ("kernel-uek", "4.14.35-100.el7uek", "4.14.35-100.el7uek.x86_64", "kernel", "4.15.0-900.el7"),
        ("kernel-PAE", "2.6.18-100.el5", "2.6.18-100.el5PAE", "kernel", "2.6.18-900.el5"),
        ("kernel-debug", "3.10.0-100.el7", "3.10.0-100.el7.x86_64.debug", "kernel", "3.10.0-900.el7"),
        (
            "kernel-rt-debug",
            "4.18.0-100.rt7.1.el8",
            "4.18.0-100.rt7.1.el8.x86_64+debug",
            "kernel-rt",
            "4.18.0-900.rt7.1.el8",
        ),
        ("kernel-default", "4.12.14-122.80.1", "4.12.14-122.80-default", "kernel-azure", "4.12.14-900.1.1"),
        ("kernel6.12", "6.12.1-100.amzn2023", "6.12.1-100.amzn2023.x86_64", "kernel", "6.13.1-900.amzn2023"),
        ("kernel-lt", "5.4.1-1.el7.elrepo", "5.4.1-1.el7.elrepo.x86_64", "kernel-ml", "6.0.1-1.el7.elrepo"),
    ] {
        let doc = doc(&[name, other], "99:1-1");
        let newer_of_own =
            version.replace("100", "800").replace("122.80.1", "122.800.1").replace("5.4.1-1", "5.4.9-1");
        let fixed = self::doc(&[name, other], &newer_of_own);
        let context = running("rhel-7", release);
        let list = format!("{name} {version}\n {other} {newer}");
        let running_line = |lines: Vec<String>| {
            lines.into_iter().find(|l| l.starts_with(&format!("{name} {version} "))).unwrap()
        };
        assert!(running_line(states(&doc, &context, &list)).ends_with(" fixable"), "{name}");
        assert!(
            running_line(states(&fixed, &context, &list)).ends_with(" fixable"),
            "{other} is no fix of {name}"
        );
        let other_line =
            states(&doc, &context, &list).into_iter().find(|l| l.starts_with(&format!("{other} {newer} ")));
        assert_eq!(other_line.unwrap(), format!("{other} {newer} leftover"), "beside {release}");
        let list = format!("{list}\n {name} {newer_of_own}");
        assert!(running_line(states(&fixed, &context, &list)).ends_with(" pending-reboot"), "{name}");
    }
    // A longer version is another build, not the rest of the running one's.
    let doc = doc(&["kernel-default"], "9-1");
    let list = "kernel-default 4.12.14-120.1\n kernel-default 4.12.14-120.5.1";
    let lines = states(&doc, &running("rhel-7", "4.12.14-120-default"), list);
    assert_eq!(lines, ["kernel-default 4.12.14-120.1 fixable", "kernel-default 4.12.14-120.5.1 fixable"]);
    let standing = |release: &str| states(&doc, &running("rhel-7", release), list);
    assert_eq!(standing("4.12.14-120.5-default")[0], "kernel-default 4.12.14-120.1 leftover");
}

/// States of dpkg images where `fixed` closes the finding of each.
fn debs(release: &str, fixed: &str, list: &str) -> Vec<String> {
    let mut doc = Doc::deb("Ubuntu 18.04 LTS");
    let packages = packages(PackageFormat::Deb, list);
    let children = packages.iter().map(|package| doc.below(&package.name, fixed)).collect();
    doc.patch("USN-1", &["CVE-2024-0001"], either(children));
    let lines = found(&doc.index(), &running("ubuntu-18.04", release), &packages);
    lines.iter().map(|line| line.split(' ').step_by(3).take(2).collect::<Vec<_>>().join(" ")).collect()
}

#[test]
fn images_of_debian_and_ubuntu_are_told_by_name() {
    let list = "linux-image-4.15.0-20-generic 4.15.0-20.21\n linux-modules-4.15.0-20-generic 4.15.0-20.21\n\
                linux-image-4.15.0-99-generic 4.15.0-99.100\n linux-image-4.15.0-1050-aws 4.15.0-1050.51\n\
                linux-headers-4.15.0-20-generic 4.15.0-20.21\n linux-libc-dev 4.15.0-20.21\n linux-image-generic 4.15.0.20.21";
    assert_eq!(
        debs("4.15.0-20-generic", "4.15.0-99.100", list),
        ["linux-image-4.15.0-20-generic pending-reboot", "linux-modules-4.15.0-20-generic pending-reboot"]
    );
    assert_eq!(debs("4.15.0-1050-aws", "4.15.0-2000.1", list)[0], "linux-image-4.15.0-1050-aws fixable");
    // Another series is another source: its newer version is no fix. It boots next all the same.
    let series = "linux-image-4.15.0-20-generic 4.15.0-20.21\n linux-image-5.4.0-42-generic 5.4.0-42.46";
    assert_eq!(debs("4.15.0-20-generic", "4.15.0-99.100", series), ["linux-image-4.15.0-20-generic fixable"]);
    assert_eq!(debs("4.15.0-20-generic", "9", series)[1], "linux-image-5.4.0-42-generic fixable");
    // Modules alone are no image that could boot.
    let modules =
        "linux-image-4.15.0-20-generic 4.15.0-20.21\n linux-modules-4.15.0-99-generic 4.15.0-99.100";
    assert_eq!(
        debs("4.15.0-20-generic", "4.15.0-99.100", modules),
        ["linux-image-4.15.0-20-generic fixable"]
    );
    let debian = "linux-image-6.1.0-18-amd64 6.1.76-1\n linux-image-6.1.0-40-rt-amd64 6.1.170-1\n linux-image-6.1.0-18-amd64-dbg 6.1.76-1";
    assert_eq!(debs("6.1.0-18-amd64", "6.1.100-1", debian), ["linux-image-6.1.0-18-amd64 fixable"]);
}

const KERNELS: [&str; 4] = ["kernel", "kernel-rt", "kernel-debug", "kernel-modules"];

fn versions() -> impl Strategy<Value = Vec<(usize, u8)>> {
    prop::collection::vec((0..KERNELS.len(), 1u8..9), 1..7)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// The sums that sets are counted by are those of the findings one by one.
    #[test]
    fn counts_are_those_of_the_states(
        images in versions(),
        fixes in prop::collection::vec((prop::option::of(1u8..9), 0usize..6), 0..20),
        release in prop_oneof![Just(None), (1u8..9).prop_map(Some)],
        default in prop::option::of(1u8..9),
    ) {
        let version = |v: u8| format!("3.10.0-{v}.el7");
        let packages: Vec<Package> = images
            .iter()
            .map(|(name, v)| Package::new(PackageFormat::Rpm, KERNELS[*name], &version(*v), "x86_64"))
            .collect();
        let name = |v: u8| format!("{}.x86_64", version(v));
        let context = Context { kernel: release.map(name), default_kernel: default.map(name), ..context("rhel-7") };
        let parts: Vec<KernelPart> = packages.iter().map(|package| part(package).unwrap()).collect();
        let truth = KernelTruth::new(&context, packages.iter().zip(&parts));
        let one = |(fix, severity): &(Option<u8>, usize)| {
            let state = if fix.is_some() { FindingState::Fixable } else { FindingState::Unfixed };
            let key = fix.map(|v| sort_key(PackageFormat::Rpm, &version(v)).unwrap());
            (key, state, Severity::ALL[*severity])
        };
        let findings: Vec<_> = fixes.iter().map(one).collect();
        let sums = ImageCounts::new(findings.iter().map(|(key, state, severity)| {
            let mut counts = FindingCounts::default();
            counts.add(*state, *severity);
            (key.clone(), counts)
        }));
        for (package, part) in packages.iter().zip(&parts) {
            let mut expected = FindingCounts::default();
            let case = truth.case(package, part);
            for (key, state, severity) in &findings {
                let here = truth.state(package, part, *state, key.as_ref());
                prop_assert_eq!(case.state(*state, key.as_ref()), here);
                expected.add(here, *severity);
            }
            prop_assert_eq!(sums.on(&truth, package, part), expected);
        }
    }

    /// The counters of a verdict are the states of its findings.
    #[test]
    fn verdicts_count_what_they_describe(
        images in versions(), fixes in prop::collection::vec(1u8..9, 1..4), release in 1u8..9,
        default in prop::option::of(1u8..9), container in prop::bool::weighted(0.1),
    ) {
        let mut doc = Doc::rpm("Red Hat Enterprise Linux 7");
        for (at, fix) in fixes.iter().enumerate() {
            let children = KERNELS.iter().map(|name| doc.below(name, &format!("3.10.0-{fix}.el7"))).collect();
            doc.patch(&format!("RHSA-{at}"), &[["CVE-2024-0001", "CVE-2024-0002", "CVE-2024-0003"][at]], either(children));
        }
        let list: String = images.iter().map(|(name, v)| format!("{} 3.10.0-{v}.el7\n", KERNELS[*name])).collect();
        let packages = rpms(&list);
        let name = |v: u8| format!("3.10.0-{v}.el7.x86_64");
        let mut context = Context { default_kernel: default.map(name), ..running("rhel-7", &name(release)) };
        context.group.container = container.then(|| "podman".into());
        let judged = judge(&doc.index(), &context, &packages);
        let mut counts = FindingCounts::default();
        judged.findings.iter().flatten().for_each(|finding| counts.add(finding.state, finding.severity));
        prop_assert_eq!(judged.verdict.counters.findings, counts);
    }
}

/// Debian 12 with an image of 6.1.90-1; what runs calls itself this.
fn debian(told: &str) -> (Context, Vec<Package>) {
    let mut context = running("debian-12", "6.1.0-18-amd64");
    context.kernel_version = Some(told.into());
    (context, packages(PackageFormat::Deb, "linux-image-6.1.0-18-amd64 6.1.90-1\n bash 5"))
}

#[test]
fn a_kernel_that_was_replaced_under_its_name_waits_for_the_reboot() {
    let image = "linux-image-6.1.0-18-amd64";
    let mut doc = Doc::deb("Debian GNU/Linux 12");
    for (at, version) in ["6.1.80-1", "6.1.90-1", "6.1.99-1"].into_iter().enumerate() {
        let below = doc.below(image, version);
        doc.patch(&format!("DSA-{at}"), &[&format!("CVE-2024-000{at}")], below);
    }
    let unfixed = doc.installed(image, "the image is installed");
    doc.patch("DSA-9", &["CVE-2024-0009"], unfixed);
    let index = doc.index();
    let said = |told: &str| {
        let (context, packages) = debian(told);
        found(&index, &context, &packages)
    };
    let known = [
        format!("{image} 6.1.90-1 CVE-2024-0002 fixable 6.1.99-1"),
        format!("{image} 6.1.90-1 CVE-2024-0009 unfixed affected"),
    ];
    let without_word = |lines: Vec<String>| -> Vec<String> {
        lines.into_iter().map(|line| line.rsplit_once(' ').unwrap().0.to_owned()).collect()
    };
    let both = without_word(known.to_vec());
    assert_eq!(without_word(said("#1 SMP Debian 6.1.90-1 (2024-05-03)")), both);
    assert_eq!(without_word(said("#1 SMP")), both);
    assert_eq!(
        without_word(said("#1 SMP Debian 6.1.76-1 (2024-02-01)")),
        [
            format!("{image} 6.1.90-1 CVE-2024-0000 pending-reboot"),
            format!("{image} 6.1.90-1 CVE-2024-0001 pending-reboot"),
            both[0].clone(),
            both[1].clone()
        ]
    );
    let (context, packages) = debian("#1 SMP Debian 6.1.85-1 (2024-04-11)");
    let judged = judge(&index, &context, &packages);
    let counts = judged.verdict.counters.findings;
    assert_eq!((counts.fixable_total(), counts.unfixed, counts.pending_reboot), (1, 1, 1));
    let pending = judged.findings[0].iter().find(|f| f.state == FindingState::PendingReboot).unwrap();
    assert_eq!(pending.why.comparison, "running 6.1.85-1 < 6.1.90-1");
    let gate = "6.1.90-1 was installed under the name of the running kernel".to_owned();
    assert!(pending.why.gates.contains(&gate), "{:?}", pending.why.gates);
    // Explained the same way.
    let rules = index.for_group(&context.group);
    let all = rules.explain(&context, &packages, "CVE-2024-0001");
    assert_eq!(all[0].comparison, "running 6.1.85-1 < 6.1.90-1");
    assert!(format!("{:?}", all[0].answer).contains("PendingReboot"), "{:?}", all[0].answer);
    // What runs in a container is not its own.
    let (mut context, packages) = debian("#1 SMP Debian 6.1.76-1 (2024-02-01)");
    context.group.container = Some("lxc".into());
    assert_eq!(found(&index, &context, &packages), NONE);
}
