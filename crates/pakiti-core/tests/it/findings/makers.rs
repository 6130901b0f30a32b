//! Who made a package: the vendor gate of every family, and what counts as judged (vendor-rules.md, gate 4).

use super::*;
use pakiti_core::os_group;
use std::collections::BTreeSet;

fn bash(vendor: &str, key: &str) -> Vec<Package> {
    let mut packages = rpms("bash 5-1");
    packages[0].vendor = vendor.into();
    packages[0].key_id = key.into();
    packages
}

/// One definition about bash, signed with `key` if there is one.
fn doc(platform: &str, key: Option<&str>) -> Doc {
    let mut doc = Doc::rpm(platform);
    let mut tests = vec![doc.below("bash", "5-2")];
    tests.extend(key.map(|key| doc.signed("bash", key)));
    doc.patch("SA-1", &["CVE-2024-0001"], every(tests));
    doc
}

/// Twins of third parties under a vendor's name, in every release of the table.
#[test]
fn every_os_group_of_rpms_knows_twins_of_other_makers() {
    let mut seen = BTreeSet::new();
    for group in os_group::all().iter().filter(|group| group.format == PackageFormat::Rpm) {
        seen.insert(group.family);
        let (index, context) = (doc(group.id, None).index(), context(group.id));
        for twin in
            ["http://packman.links2linux.de", "Fedora Copr - user x", "obs://build.opensuse.org/home:foo"]
        {
            let judged = judge(&index, &context, &bash(twin, ""));
            assert!(judged.findings[0].is_empty(), "{} takes {twin}", group.id);
            assert_eq!(judged.verdict.counters.judged, 0, "{} {twin}", group.id);
            let all = index.for_group(&context.group).explain(&context, &bash(twin, ""), "CVE-2024-0001");
            assert!(all[0].answer.reason().contains(twin), "{}: {}", group.id, all[0].answer.reason());
        }
        let own = os_group::vendors_of(&OsGroupId(group.id.into()));
        for vendor in own {
            let said = gates(&index, &context, &bash(&format!("{vendor} of the house"), ""));
            assert!(said.contains(&format!("vendor {vendor} of the house")), "{}: {said}", group.id);
        }
    }
    assert!(seen.contains("sles-sap") && seen.contains("sle-micro") && seen.contains("opensuse-tumbleweed"));
}

#[test]
fn vendors_as_their_packages_have_them() {
    for (group, vendor) in [
        ("sles-sap-15.5", "SUSE LLC <https://www.suse.com/>"),
        ("sle-hpc-15.5", "SUSE LLC <https://www.suse.com/>"),
        ("sle-micro-5.5", "SUSE LLC <https://www.suse.com/>"),
        ("sles-11.4", "SUSE LINUX Products GmbH, Nuernberg, Germany"),
        ("opensuse-leap-15.5", "openSUSE"),
        ("opensuse-leap-15.5", "SUSE LLC <https://www.suse.com/>"),
        ("opensuse-tumbleweed", "openSUSE"),
        ("rocky-9", "Rocky Enterprise Software Foundation"),
        ("amazon-2023", "Amazon Linux"),
        ("photon-3", "VMware, Inc."),
        ("fedora-40", "Fedora Project"),
        ("oracle-8", "Oracle America"),
        ("cloudlinux-8", "Cloudlinux"),
        ("rhel-9", "Red Hat, Inc."),
    ] {
        let index = doc(group, None).index();
        assert_eq!(found(&index, &context(group), &bash(vendor, "")).len(), 1, "{group} {vendor}");
    }
    // EPEL and Package Hub under the vendor's names.
    for (group, vendor) in [("rhel-9", "Fedora Project"), ("sles-15.5", "openSUSE")] {
        let none: [&str; 0] = [];
        assert_eq!(found(&doc(group, None).index(), &context(group), &bash(vendor, "")), none);
    }
}

#[test]
fn what_is_judged_follows_the_key_before_the_vendor() {
    let signed = doc("Red Hat Enterprise Linux 8", Some(KEY)).index();
    let unsigned = doc("Red Hat Enterprise Linux 8", None).index();
    let other = "0123456789abcdef";
    for (vendor, key, by_key, by_vendor) in [
        ("", "", true, true),
        ("Red Hat, Inc.", "", true, true),
        ("Red Hat, Inc.", KEY, true, true),
        ("Red Hat, Inc.", other, false, true),
        ("", other, false, true),
        ("Somebody", KEY, true, false),
        ("Somebody", "", false, false),
    ] {
        for (index, judged) in [(&signed, by_key), (&unsigned, by_vendor)] {
            let of = judge(index, &context("rhel-8"), &bash(vendor, key));
            assert_eq!(of.verdict.counters.judged == 1, judged, "{vendor:?} {key:?}");
            assert_eq!(!of.findings[0].is_empty(), judged, "{vendor:?} {key:?}");
        }
    }
}
