//! OS groups: every name clients are known to send belongs to one group, its own.
//! pakiti3-interfaces.md 1.6 and 2.6 (its 91 rows), contract.md "OS group ids".

use pakiti_core::os_group::{
    OsGroupId, OsRelease, all, describe, family_of, format_of, from_base_files, from_codename,
    from_moving_suite, from_os_release, from_system,
};
use pakiti_core::package::PackageFormat;
use proptest::prelude::*;
use rows::OLD_MAPPING;

mod real;
mod rows;

fn group(system: &str) -> Option<String> {
    from_system(system).map(|g| g.0)
}

fn facts<'a>(id: &'a str, version_id: &'a str, codename: &'a str, system: &'a str) -> Option<String> {
    let like = Some("debian rhel fedora suse");
    let facts = OsRelease {
        id: Some(id),
        version_id: Some(version_id),
        like,
        codename: Some(codename),
        system: Some(system),
    };
    from_os_release(&facts).map(|g| g.0)
}

#[test]
fn every_row_of_the_old_mapping_maps_to_the_vendors_own_group() {
    let rows: Vec<usize> = OLD_MAPPING.iter().map(|r| r.0).collect();
    assert_eq!(rows, (1..=91).collect::<Vec<_>>());
    for (row, old, names) in OLD_MAPPING {
        for (name, expected) in *names {
            assert_eq!(group(name).as_deref(), Some(*expected), "row {row} ({old}): {name}");
            assert_eq!(
                group(&name.to_uppercase()).as_deref(),
                Some(*expected),
                "row {row}: {name} in capitals"
            );
        }
    }
}

#[test]
fn what_the_old_mapping_got_wrong_is_right() {
    for (name, expected) in [
        // Observed: two groups, or a cousin's.
        ("CentOS Linux release 7.9.2009 (Core)", "centos-7"),
        ("Rocky Linux release 8.9 (Green Obsidian)", "rocky-8"),
        ("Scientific Linux release 6.5 (Carbon)", "scientific-6"),
        ("SUSE Linux Enterprise Server 15.5", "sles-15.5"),
        ("openSUSE Leap 15.5", "opensuse-leap-15.5"),
        ("openSUSE Leap 15.2", "opensuse-leap-15.2"),
        // Observed: none.
        ("SLES 15.5", "sles-15.5"),
        ("Fedora release 41 (Forty One)", "fedora-41"),
        ("Fedora Linux 42 (Server Edition)", "fedora-42"),
        ("Oracle Linux Server release 9.2", "oracle-9"),
        ("Oracle Linux Server 8.10", "oracle-8"),
        ("Amazon Linux release 2 (Karoo)", "amazon-2"),
        ("Amazon Linux 2023", "amazon-2023"),
        ("Debian GNU/Linux 13", "debian-13"),
        ("Debian GNU/Linux trixie/sid", "debian-13"),
        ("Debian GNU/Linux forky/sid", "debian-14"),
        ("Devuan GNU/Linux 5", "devuan-5"),
        ("Ubuntu 25.04", "ubuntu-25.04"),
        ("Ubuntu 25.10", "ubuntu-25.10"),
        ("AlmaLinux release 10.0 (Purple Lion)", "almalinux-10"),
        ("Linux Mint 21.3", "mint-21.3"),
        // The old mapping's "Ubuntu 6.04" never was; the release is 6.06.
        ("Ubuntu 6.06.2 LTS", "ubuntu-6.06"),
    ] {
        assert_eq!(group(name).as_deref(), Some(expected), "{name}");
    }
}

#[test]
fn todays_releases_are_in_the_table() {
    for (name, expected) in [
        ("Ubuntu 26.04 LTS", "ubuntu-26.04"),
        ("Red Hat Enterprise Linux release 10.0 (Coughlan)", "rhel-10"),
        ("CentOS Stream release 10 (Coughlan)", "centos-stream-10"),
        ("AlmaLinux Kitten release 10 (Lion Cub)", "almalinux-kitten-10"),
        ("Rocky Linux release 10.0 (Red Quartz)", "rocky-10"),
        ("Oracle Linux Server 10.0", "oracle-10"),
        ("Oracle Linux Server release 6.10", "oracle-6"),
        ("Amazon Linux AMI release 2018.03", "amazon-1"),
        ("Amazon Linux 2023.6.20250218", "amazon-2023"),
        ("Fedora release 1 (Yarrow)", "fedora-1"),
        ("Fedora Core release 6 (Zod)", "fedora-6"),
        ("Fedora Linux 44 (Workstation Edition)", "fedora-44"),
        ("SLES 15-SP7", "sles-15.7"),
        ("SLES 16.0", "sles-16.0"),
        ("SUSE Linux Enterprise Server 16", "sles-16.0"),
        ("SUSE Linux Enterprise Desktop 15 SP6", "sled-15.6"),
        ("SLES_SAP 15.5", "sles-sap-15.5"),
        ("SUSE Linux Enterprise Micro 5.5", "sle-micro-5.5"),
        ("openSUSE Leap 16.0", "opensuse-leap-16.0"),
        ("openSUSE Leap Micro 5.5", "opensuse-leap-micro-5.5"),
        ("openSUSE Tumbleweed", "opensuse-tumbleweed"),
        ("openSUSE Tumbleweed 20240101", "opensuse-tumbleweed"),
        ("VMware Photon 1.0", "photon-1"),
        ("VMware Photon Linux 2.0", "photon-2"),
        ("VMware Photon OS/Linux 4.0", "photon-4"),
        ("VMware Photon OS 5.0", "photon-5"),
        ("Alpine Linux v3.11", "alpine-3.11"),
        ("Alpine Linux 3.20.3", "alpine-3.20"),
        ("Alpine Linux edge", "alpine-edge"),
        ("Debian GNU/Linux sid", "debian-sid"),
        ("LMDE 6 (faye)", "lmde-6"),
        ("Scientific Linux CERN SLC release 6.10 (Carbon)", "scientific-cern-6"),
        ("Ubuntu precise (12.04.5 LTS)", "ubuntu-12.04"),
    ] {
        assert_eq!(group(name).as_deref(), Some(expected), "{name}");
        assert!(describe(&OsGroupId(expected.into())).is_some(), "{expected} is not in the table");
    }
}

#[test]
fn other_systems_stay_unmapped() {
    for name in [
        "",
        "Debian",
        "Debian GNU/Linux",
        "Debian testing",
        "Debian GNU/Linux stable",
        "Debian GNU/kFreeBSD 7",
        "Not Debian 12",
        "Debianish 12",
        "Debian GNU/Linux 12 derived Foo 3",
        "Debian GNU/Linux 12.5beta",
        "Linux Mint Debian Edition",
        "Red Hat Linux release 9 (Shrike)",
        "Red Hat Enterprise Linux CoreOS release 4.14",
        "Red Hat Enterprise Linux",
        "Red Hat Virtualization Host 4.5",
        "CentOS Linux",
        "CentOS Stream release 7",
        "Ubuntu 22",
        "Ubuntu 22.4",
        "Ubuntu Core 22",
        "openSUSE Leap 15",
        "openSUSE 15 SP5",
        "Red Hat Enterprise Linux 9 SP3",
        "openSUSE MicroOS",
        "SUSE LINUX 10.1 (X86-64)",
        "Fedora release Rawhide",
        "Amazon Linux 2020",
        "Arch Linux",
        "Gentoo Linux 2.15",
        "FreeBSD 14.1-RELEASE",
        "Mac OS X",
        "Snow Cone Android 12.0 api 31",
        "Microsoft Windows Server 2022 Standard",
        "rhel-9",
    ] {
        assert_eq!(group(name), None, "{name}");
    }
}

#[test]
fn os_release_wins_over_the_name() {
    for (id, version, codename, system, expected) in [
        // Oracle Linux has Red Hat's words in /etc/redhat-release.
        ("ol", "9.2", "", "Red Hat Enterprise Linux release 9.2 (Plow)", Some("oracle-9")),
        ("debian", "12", "bookworm", "Ubuntu 22.04", Some("debian-12")),
        ("debian", "12", "trixie", "Debian GNU/Linux 13", Some("debian-12")),
        ("amzn", "2", "", "Amazon Linux release 2 (Karoo)", Some("amazon-2")),
        ("sles", "15.5", "", "SLES 15.5", Some("sles-15.5")),
        ("sles", "15", "", "SLES 15", Some("sles-15")),
        ("opensuse", "42.3", "", "openSUSE Leap 42.3", Some("opensuse-leap-42.3")),
        ("opensuse", "20170101", "", "openSUSE Tumbleweed", Some("opensuse-tumbleweed")),
        ("linuxmint", "6", "faye", "LMDE 6", Some("lmde-6")),
        ("linuxmint", "21.3", "virginia", "Linux Mint 21.3", Some("mint-21.3")),
        ("alpine", "3.23.0_alpha20250612", "", "Alpine Linux edge", Some("alpine-edge")),
        // One ID, two systems: the name decides, between these two only.
        ("centos", "8", "", "CentOS Stream release 8", Some("centos-stream-8")),
        ("centos", "8", "", "CentOS Linux release 8.5.2111", Some("centos-8")),
        ("centos", "8", "", "Debian GNU/Linux 12", Some("centos-8")),
        ("centos", "9", "", "", Some("centos-stream-9")),
        ("almalinux", "10.0", "", "AlmaLinux release 10.0 (Purple Lion)", Some("almalinux-10")),
        ("almalinux", "10", "", "AlmaLinux Kitten release 10 (Lion Cub)", Some("almalinux-kitten-10")),
        // Testing and unstable have no VERSION_ID.
        ("debian", "", "forky", "Debian GNU/Linux", Some("debian-14")),
        ("debian", "", "", "Debian GNU/Linux trixie/sid", Some("debian-13")),
        ("debian", "", "", "Ubuntu 22.04", None),
        ("debian", "", "", "Debian GNU/Linux", None),
        // Unknown, though like Debian: never the cousin's.
        ("kali", "2024.1", "kali-rolling", "Debian GNU/Linux 12", None),
        ("rhcos", "4.14", "", "Red Hat Enterprise Linux release 9.2 (Plow)", None),
        ("debian", "twelve", "bookworm", "Debian GNU/Linux 12", None),
        // No ID: the name alone.
        ("", "9", "", "Rocky Linux release 9.3 (Blue Onyx)", Some("rocky-9")),
    ] {
        assert_eq!(
            facts(id, version, codename, system).as_deref(),
            expected,
            "{id} {version} {codename} {system}"
        );
    }
    assert_eq!(from_os_release(&OsRelease::default()), None);
}

#[test]
fn releases_beyond_the_table_get_their_id_by_rule() {
    for (name, expected, format) in [
        ("Fedora Linux 47", "fedora-47", PackageFormat::Rpm),
        ("Red Hat Enterprise Linux release 11.0", "rhel-11", PackageFormat::Rpm),
        ("Ubuntu 27.04", "ubuntu-27.04", PackageFormat::Deb),
        ("Debian GNU/Linux 16", "debian-16", PackageFormat::Deb),
        ("SLES 17.1", "sles-17.1", PackageFormat::Rpm),
        ("Alpine Linux v3.30", "alpine-3.30", PackageFormat::Apk),
        ("CentOS Linux 11", "centos-stream-11", PackageFormat::Rpm),
    ] {
        assert_eq!(group(name).as_deref(), Some(expected), "{name}");
        let id = OsGroupId(expected.into());
        assert!(describe(&id).is_none(), "{id} is in the table now");
        assert_eq!(format_of(&id), Some(format));
        assert!(expected.starts_with(family_of(&id).unwrap()));
    }
    for wrong in
        ["", "debian", "debian-", "debian-12.5", "rhel-9.3", "sles-15.0", "Debian-12", "centos-9", "kali-1"]
    {
        assert_eq!(family_of(&OsGroupId(wrong.into())), None, "{wrong}");
    }
}

#[test]
fn apt_suites_are_told_by_origin_and_codename() {
    for (origin, codename, expected) in [
        ("Debian", "bookworm", Some("debian-12")),
        ("Debian", "bookworm-security", Some("debian-12")),
        ("Debian", "bookworm/updates", Some("debian-12")),
        ("Debian", "bookworm-updates", Some("debian-12")),
        ("Debian Backports", "bookworm-backports", Some("debian-12")),
        ("Debian Backports", "bullseye-backports-sloppy", Some("debian-11")),
        ("Debian", "trixie-proposed-updates", Some("debian-13")),
        ("Debian", "sid", Some("debian-sid")),
        ("Debian", "unstable", Some("debian-sid")),
        ("Ubuntu", "jammy-updates", Some("ubuntu-22.04")),
        ("UbuntuESM", "jammy-infra-security", Some("ubuntu-22.04")),
        ("UbuntuESMApps", "jammy-apps-updates", Some("ubuntu-22.04")),
        ("Devuan", "daedalus-security", Some("devuan-5")),
        ("Devuan", "jessie", Some("devuan-1")),
        ("Raspbian", "bookworm", Some("raspbian-12")),
        ("Debian", "jammy", None),
        ("Ubuntu", "bookworm", None),
        ("LP-PPA-deadsnakes", "jammy", None),
        ("Debian", "bookworm-evil", None),
        ("Debian", "stable", None),
        ("Debian", "experimental", None),
        ("", "bookworm", None),
        ("Debian", "", None),
    ] {
        assert_eq!(from_codename(origin, codename).map(|g| g.0).as_deref(), expected, "{origin} {codename}");
    }
}

#[test]
fn moving_suites_mean_what_they_meant_on_the_day() {
    // 2025-08-08 and -09: the day trixie became stable; 2026-07-11: bookworm's last point release.
    for (suite, day, expected) in [
        ("stable", 20_308, Some("debian-12")),
        ("stable", 20_309, Some("debian-13")),
        ("stable-security", 20_309, Some("debian-13")),
        ("testing", 20_309, Some("debian-14")),
        ("oldstable", 20_645, Some("debian-12")),
        ("oldoldstable/updates", 20_645, Some("debian-11")),
        ("oldoldoldstable", 20_645, None),
        ("stable", 10_000, None),
        ("stable", 40_000, None),
    ] {
        let found = from_moving_suite("Debian", suite, day).map(|g| g.0);
        assert_eq!(found.as_deref(), expected, "{suite} on {day}");
    }
    assert_eq!(from_moving_suite("Ubuntu", "stable", 20_309), None);
}

#[test]
fn base_files_tell_debian_only_where_certain() {
    for (version, expected) in [
        ("12.4+deb12u11", Some("debian-12")),
        ("10.3+deb10u1", Some("debian-10")),
        ("8+deb8u11", Some("debian-8")),
        ("7.1wheezy11", Some("debian-7")),
        ("12.4", None),
        ("12.4+deb13u1", None),
        ("12.4+deb12u11+rpt1", None),
        ("12.4+deb12u", None),
        ("12.4bullseye1", None),
        ("9.4ubuntu4.13", None),
        ("+deb12u1", None),
        ("", None),
    ] {
        assert_eq!(from_base_files(version).map(|g| g.0).as_deref(), expected, "{version}");
    }
}

#[test]
fn vendor_support_ends_after_its_last_day() {
    let debian = describe(&OsGroupId("debian-12".into())).unwrap();
    assert_eq!(debian.support_end, Some("2028-06-30"));
    assert_eq!((debian.name, debian.codename), ("Debian GNU/Linux 12 (bookworm)", Some("bookworm")));
    let last = debian.support_end_day().unwrap();
    assert_eq!(last, 21_365);
    assert_eq!(
        (debian.is_out_of_support(last), debian.is_out_of_support(last + 1)),
        (Some(false), Some(true))
    );
    let rolling = describe(&OsGroupId("opensuse-tumbleweed".into())).unwrap();
    assert_eq!(rolling.is_out_of_support(last), None);
    assert!(all().len() > 250);
}

proptest! {
    #[test]
    fn any_text_is_read_safely_and_gives_a_known_family(text in "(?i)(debian|ubuntu|suse|centos)?[ \\PC]{0,80}") {
        for id in [from_system(&text), from_codename("Debian", &text), from_base_files(&text)].into_iter().flatten() {
            prop_assert!(family_of(&id).is_some(), "{id} from {text}");
        }
    }

    #[test]
    fn versions_of_known_names_give_well_formed_ids(
        name in prop::sample::select(vec!["Debian", "SLES", "Amazon Linux", "Alpine Linux", "openSUSE", "Fedora", "Ubuntu"]),
        version in "[0-9]{0,9}([._-][0-9a-z]{0,9}){0,3}",
    ) {
        if let Some(id) = from_system(&format!("{name} {version}")) {
            prop_assert!(id.0.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-.".contains(&b)), "{id}");
            prop_assert!(family_of(&id).is_some(), "{id}");
        }
    }
}
