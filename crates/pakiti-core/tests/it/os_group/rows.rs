//! The 91 rows of the old default mapping (pakiti3-interfaces.md 2.6) with names of the systems each matched.

/// Row number, the old OS group, and (system name, its group here).
pub(super) type Row = (usize, &'static str, &'static [(&'static str, &'static str)]);

/// The old mapping, in its order.
pub(super) const OLD_MAPPING: &[Row] = &[
    (
        1,
        "bookworm",
        &[
            ("Debian GNU/Linux 12", "debian-12"),
            ("Debian 12.5", "debian-12"),
            ("Debian GNU/Linux 12 (bookworm)", "debian-12"),
        ],
    ),
    (
        2,
        "bullseye",
        &[
            ("Debian GNU/Linux 11", "debian-11"),
            ("Debian 11.9", "debian-11"),
            ("Debian GNU/Linux 11 (bullseye)", "debian-11"),
        ],
    ),
    (
        3,
        "buster",
        &[
            ("Debian GNU/Linux 10", "debian-10"),
            ("Debian 10.13", "debian-10"),
            ("Debian GNU/Linux 10 (buster)", "debian-10"),
        ],
    ),
    (
        4,
        "stretch",
        &[
            ("Debian GNU/Linux 9", "debian-9"),
            ("Debian 9.13", "debian-9"),
            ("Debian GNU/Linux 9 (stretch)", "debian-9"),
        ],
    ),
    (
        5,
        "jessie",
        &[
            ("Debian GNU/Linux 8", "debian-8"),
            ("Debian 8.11", "debian-8"),
            ("Debian GNU/Linux 8 (jessie)", "debian-8"),
        ],
    ),
    (
        6,
        "wheezy",
        &[
            ("Debian GNU/Linux 7", "debian-7"),
            ("Debian 7.11", "debian-7"),
            ("Debian GNU/Linux 7 (wheezy)", "debian-7"),
        ],
    ),
    (
        7,
        "squeeze",
        &[
            ("Debian GNU/Linux 6", "debian-6"),
            ("Debian 6.0.10", "debian-6"),
            ("Debian GNU/Linux 6 (squeeze)", "debian-6"),
        ],
    ),
    (
        8,
        "lenny",
        &[
            ("Debian GNU/Linux 5", "debian-5"),
            ("Debian 5.0.10", "debian-5"),
            ("Debian GNU/Linux 5 (lenny)", "debian-5"),
        ],
    ),
    (
        9,
        "etch",
        &[
            ("Debian GNU/Linux 4", "debian-4"),
            ("Debian 4.0", "debian-4"),
            ("Debian GNU/Linux 4 (etch)", "debian-4"),
        ],
    ),
    (10, "sarge", &[("Debian GNU/Linux 3.1", "debian-3.1")]),
    (11, "woody", &[("Debian GNU/Linux 3.0", "debian-3.0")]),
    (
        12,
        "Red Hat Enterprise Linux 9",
        &[
            ("Red Hat Enterprise Linux release 9.3 (Plow)", "rhel-9"),
            ("RedHatEnterprise 9.3", "rhel-9"),
            ("CentOS Stream release 9", "centos-stream-9"),
            ("Scientific Linux 9.0", "scientific-9"),
            ("CentOS Linux 9", "centos-stream-9"),
            ("Rocky Linux release 9.3 (Blue Onyx)", "rocky-9"),
            ("Rocky Linux 9.3", "rocky-9"),
        ],
    ),
    (
        13,
        "Red Hat Enterprise Linux 8",
        &[
            ("Red Hat Enterprise Linux release 8.10 (Ootpa)", "rhel-8"),
            ("Red Hat Enterprise Linux 8.10", "rhel-8"),
            ("CentOS Linux release 8.5.2111", "centos-8"),
            ("Scientific Linux 8.0", "scientific-8"),
            ("CentOS Stream release 8", "centos-stream-8"),
            ("Rocky Linux release 8.9 (Green Obsidian)", "rocky-8"),
        ],
    ),
    (
        14,
        "Red Hat Enterprise Linux 7",
        &[
            ("Red Hat Enterprise Linux Server release 7.9 (Maipo)", "rhel-7"),
            ("RedHatEnterpriseServer 7.9", "rhel-7"),
            ("CentOS Linux release 7.9.2009 (Core)", "centos-7"),
            ("Scientific Linux release 7.9 (Nitrogen)", "scientific-7"),
        ],
    ),
    (
        15,
        "Red Hat Enterprise Linux 6",
        &[
            ("Red Hat Enterprise Linux Server release 6.7 (Santiago)", "rhel-6"),
            ("Red Hat Enterprise Linux Workstation release 6.10 (Santiago)", "rhel-6"),
            ("CentOS release 6.10 (Final)", "centos-6"),
            ("Scientific Linux release 6.5 (Carbon)", "scientific-6"),
        ],
    ),
    (
        16,
        "Red Hat Enterprise Linux 5",
        &[
            ("Red Hat Enterprise Linux Server release 5.11 (Tikanga)", "rhel-5"),
            ("CentOS release 5.11 (Final)", "centos-5"),
            ("Scientific Linux SL release 5.5 (Boron)", "scientific-5"),
        ],
    ),
    (
        17,
        "Red Hat Enterprise Linux 4",
        &[
            ("Red Hat Enterprise Linux AS release 4 (Nahant Update 9)", "rhel-4"),
            ("CentOS release 4.9 (Final)", "centos-4"),
            ("Scientific Linux SL release 4.9 (Beryllium)", "scientific-4"),
        ],
    ),
    (
        18,
        "Red Hat Enterprise Linux 3",
        &[
            ("Red Hat Enterprise Linux ES release 3 (Taroon Update 9)", "rhel-3"),
            ("CentOS release 3.9 (Final)", "centos-3"),
            ("Scientific Linux SL release 3.0.9 (SL)", "scientific-3"),
        ],
    ),
    (
        19,
        "SUSE Linux Enterprise Server 15 SP5",
        &[
            ("SUSE Linux Enterprise Server 15.5", "sles-15.5"),
            ("SUSE Linux Enterprise Server 15 SP5", "sles-15.5"),
            ("SLES 15.5", "sles-15.5"),
            ("SUSE 15.5", "sles-15.5"),
        ],
    ),
    (
        20,
        "SUSE Linux Enterprise Server 15 SP4",
        &[
            ("SUSE Linux Enterprise Server 15.4", "sles-15.4"),
            ("SUSE Linux Enterprise Server 15 SP4", "sles-15.4"),
            ("SLES 15.4", "sles-15.4"),
        ],
    ),
    (
        21,
        "SUSE Linux Enterprise Server 15 SP3",
        &[
            ("SUSE Linux Enterprise Server 15.3", "sles-15.3"),
            ("SUSE Linux Enterprise Server 15 SP3", "sles-15.3"),
            ("SLES 15.3", "sles-15.3"),
        ],
    ),
    (
        22,
        "SUSE Linux Enterprise Server 15 SP2",
        &[
            ("SUSE Linux Enterprise Server 15.2", "sles-15.2"),
            ("SUSE Linux Enterprise Server 15 SP2", "sles-15.2"),
            ("SLES 15.2", "sles-15.2"),
        ],
    ),
    (
        23,
        "SUSE Linux Enterprise Server 15 SP1",
        &[
            ("SUSE Linux Enterprise Server 15.1", "sles-15.1"),
            ("SUSE Linux Enterprise Server 15 SP1", "sles-15.1"),
            ("SLES 15.1", "sles-15.1"),
        ],
    ),
    (
        24,
        "SUSE Linux Enterprise Server 15",
        &[
            ("SUSE Linux Enterprise Server 15.0", "sles-15"),
            ("SUSE Linux Enterprise Server 15", "sles-15"),
            ("SLES 15.0", "sles-15"),
            ("SUSE Linux Enterprise Server 15 (x86_64)", "sles-15"),
            ("SLES 15", "sles-15"),
        ],
    ),
    (
        25,
        "SUSE Linux Enterprise Server 12 SP5",
        &[
            ("SUSE Linux Enterprise Server 12.5", "sles-12.5"),
            ("SUSE Linux Enterprise Server 12 SP5", "sles-12.5"),
            ("SLES 12.5", "sles-12.5"),
            ("SUSE 12.5", "sles-12.5"),
        ],
    ),
    (
        26,
        "SUSE Linux Enterprise Server 12 SP4",
        &[
            ("SUSE Linux Enterprise Server 12.4", "sles-12.4"),
            ("SUSE Linux Enterprise Server 12 SP4", "sles-12.4"),
            ("SLES 12.4", "sles-12.4"),
        ],
    ),
    (
        27,
        "SUSE Linux Enterprise Server 12 SP3",
        &[
            ("SUSE Linux Enterprise Server 12.3", "sles-12.3"),
            ("SUSE Linux Enterprise Server 12 SP3", "sles-12.3"),
            ("SLES 12.3", "sles-12.3"),
        ],
    ),
    (
        28,
        "SUSE Linux Enterprise Server 12 SP2",
        &[
            ("SUSE Linux Enterprise Server 12.2", "sles-12.2"),
            ("SUSE Linux Enterprise Server 12 SP2", "sles-12.2"),
            ("SLES 12.2", "sles-12.2"),
        ],
    ),
    (
        29,
        "SUSE Linux Enterprise Server 12 SP1",
        &[
            ("SUSE Linux Enterprise Server 12.1", "sles-12.1"),
            ("SUSE Linux Enterprise Server 12 SP1", "sles-12.1"),
            ("SLES 12.1", "sles-12.1"),
        ],
    ),
    (
        30,
        "SUSE Linux Enterprise Server 12",
        &[
            ("SUSE Linux Enterprise Server 12.0", "sles-12"),
            ("SUSE Linux Enterprise Server 12", "sles-12"),
            ("SLES 12.0", "sles-12"),
            ("SUSE Linux Enterprise Server 12 (x86_64)", "sles-12"),
            ("SLES 12", "sles-12"),
        ],
    ),
    (
        31,
        "SUSE Linux Enterprise Server 11 SP4",
        &[
            ("SUSE Linux Enterprise Server 11.4", "sles-11.4"),
            ("SUSE Linux Enterprise Server 11 SP4", "sles-11.4"),
            ("SLES 11.4", "sles-11.4"),
        ],
    ),
    (
        32,
        "SUSE Linux Enterprise Server 11 SP3",
        &[
            ("SUSE Linux Enterprise Server 11.3", "sles-11.3"),
            ("SUSE Linux Enterprise Server 11 SP3", "sles-11.3"),
            ("SLES 11.3", "sles-11.3"),
        ],
    ),
    (
        33,
        "SUSE Linux Enterprise Server 11 SP2",
        &[
            ("SUSE Linux Enterprise Server 11.2", "sles-11.2"),
            ("SUSE Linux Enterprise Server 11 SP2", "sles-11.2"),
            ("SLES 11.2", "sles-11.2"),
        ],
    ),
    (
        34,
        "SUSE Linux Enterprise Server 11 SP1",
        &[
            ("SUSE Linux Enterprise Server 11.1", "sles-11.1"),
            ("SUSE Linux Enterprise Server 11 SP1", "sles-11.1"),
            ("SLES 11.1", "sles-11.1"),
        ],
    ),
    (
        35,
        "SUSE Linux Enterprise Server 11",
        &[
            ("SUSE Linux Enterprise Server 11.0", "sles-11"),
            ("SUSE Linux Enterprise Server 11", "sles-11"),
            ("SLES 11.0", "sles-11"),
            ("SUSE Linux Enterprise Server 11 (x86_64)", "sles-11"),
            ("SLES 11", "sles-11"),
        ],
    ),
    (36, "openSUSE 13.2", &[("openSUSE 13.2", "opensuse-13.2"), ("openSUSE 13.2 (x86_64)", "opensuse-13.2")]),
    (
        37,
        "openSUSE Leap 42.1",
        &[("openSUSE Leap 42.1", "opensuse-leap-42.1"), ("openSUSE 42.1", "opensuse-leap-42.1")],
    ),
    (
        38,
        "openSUSE Leap 42.2",
        &[("openSUSE Leap 42.2", "opensuse-leap-42.2"), ("openSUSE 42.2", "opensuse-leap-42.2")],
    ),
    (
        39,
        "openSUSE Leap 42.3",
        &[("openSUSE Leap 42.3", "opensuse-leap-42.3"), ("openSUSE 42.3", "opensuse-leap-42.3")],
    ),
    (
        40,
        "openSUSE Leap 15.0",
        &[("openSUSE Leap 15.0", "opensuse-leap-15.0"), ("openSUSE 15.0", "opensuse-leap-15.0")],
    ),
    (
        41,
        "openSUSE Leap 15.1",
        &[("openSUSE Leap 15.1", "opensuse-leap-15.1"), ("openSUSE 15.1", "opensuse-leap-15.1")],
    ),
    (
        42,
        "openSUSE Leap 15.2",
        &[("openSUSE Leap 15.2", "opensuse-leap-15.2"), ("openSUSE 15.2", "opensuse-leap-15.2")],
    ),
    (
        43,
        "openSUSE Leap 15.3",
        &[("openSUSE Leap 15.3", "opensuse-leap-15.3"), ("openSUSE 15.3", "opensuse-leap-15.3")],
    ),
    (44, "Ubuntu 4.10", &[("Ubuntu 4.10", "ubuntu-4.10")]),
    (45, "Ubuntu 5.04", &[("Ubuntu 5.04", "ubuntu-5.04")]),
    (46, "Ubuntu 5.10", &[("Ubuntu 5.10", "ubuntu-5.10")]),
    (47, "Ubuntu 6.04 LTS", &[("Ubuntu 6.04", "ubuntu-6.04"), ("Ubuntu 6.04.3 LTS", "ubuntu-6.04")]),
    (48, "Ubuntu 6.10", &[("Ubuntu 6.10", "ubuntu-6.10")]),
    (49, "Ubuntu 7.04", &[("Ubuntu 7.04", "ubuntu-7.04")]),
    (50, "Ubuntu 7.10", &[("Ubuntu 7.10", "ubuntu-7.10")]),
    (51, "Ubuntu 8.04 LTS", &[("Ubuntu 8.04", "ubuntu-8.04"), ("Ubuntu 8.04.3 LTS", "ubuntu-8.04")]),
    (52, "Ubuntu 8.10", &[("Ubuntu 8.10", "ubuntu-8.10")]),
    (53, "Ubuntu 9.04", &[("Ubuntu 9.04", "ubuntu-9.04")]),
    (54, "Ubuntu 9.10", &[("Ubuntu 9.10", "ubuntu-9.10")]),
    (55, "Ubuntu 10.04 LTS", &[("Ubuntu 10.04", "ubuntu-10.04"), ("Ubuntu 10.04.3 LTS", "ubuntu-10.04")]),
    (56, "Ubuntu 10.10", &[("Ubuntu 10.10", "ubuntu-10.10")]),
    (57, "Ubuntu 11.04", &[("Ubuntu 11.04", "ubuntu-11.04")]),
    (58, "Ubuntu 11.10", &[("Ubuntu 11.10", "ubuntu-11.10")]),
    (59, "Ubuntu 12.04 LTS", &[("Ubuntu 12.04", "ubuntu-12.04"), ("Ubuntu 12.04.3 LTS", "ubuntu-12.04")]),
    (60, "Ubuntu 12.10", &[("Ubuntu 12.10", "ubuntu-12.10")]),
    (61, "Ubuntu 13.04", &[("Ubuntu 13.04", "ubuntu-13.04")]),
    (62, "Ubuntu 13.10", &[("Ubuntu 13.10", "ubuntu-13.10")]),
    (63, "Ubuntu 14.04 LTS", &[("Ubuntu 14.04", "ubuntu-14.04"), ("Ubuntu 14.04.3 LTS", "ubuntu-14.04")]),
    (64, "Ubuntu 14.10", &[("Ubuntu 14.10", "ubuntu-14.10")]),
    (65, "Ubuntu 15.04", &[("Ubuntu 15.04", "ubuntu-15.04")]),
    (66, "Ubuntu 15.10", &[("Ubuntu 15.10", "ubuntu-15.10")]),
    (67, "Ubuntu 16.04 LTS", &[("Ubuntu 16.04", "ubuntu-16.04"), ("Ubuntu 16.04.3 LTS", "ubuntu-16.04")]),
    (68, "Ubuntu 16.10", &[("Ubuntu 16.10", "ubuntu-16.10")]),
    (69, "Ubuntu 17.04", &[("Ubuntu 17.04", "ubuntu-17.04")]),
    (70, "Ubuntu 17.10", &[("Ubuntu 17.10", "ubuntu-17.10")]),
    (71, "Ubuntu 18.04 LTS", &[("Ubuntu 18.04", "ubuntu-18.04"), ("Ubuntu 18.04.3 LTS", "ubuntu-18.04")]),
    (72, "Ubuntu 18.10", &[("Ubuntu 18.10", "ubuntu-18.10")]),
    (73, "Ubuntu 19.04", &[("Ubuntu 19.04", "ubuntu-19.04")]),
    (74, "Ubuntu 19.10", &[("Ubuntu 19.10", "ubuntu-19.10")]),
    (75, "Ubuntu 20.04 LTS", &[("Ubuntu 20.04", "ubuntu-20.04"), ("Ubuntu 20.04.3 LTS", "ubuntu-20.04")]),
    (76, "Ubuntu 20.10", &[("Ubuntu 20.10", "ubuntu-20.10")]),
    (77, "Ubuntu 21.04", &[("Ubuntu 21.04", "ubuntu-21.04")]),
    (78, "Ubuntu 21.10", &[("Ubuntu 21.10", "ubuntu-21.10")]),
    (79, "Ubuntu 22.04 LTS", &[("Ubuntu 22.04", "ubuntu-22.04"), ("Ubuntu 22.04.3 LTS", "ubuntu-22.04")]),
    (80, "Ubuntu 22.10", &[("Ubuntu 22.10", "ubuntu-22.10")]),
    (81, "Ubuntu 23.04", &[("Ubuntu 23.04", "ubuntu-23.04")]),
    (82, "Ubuntu 23.10", &[("Ubuntu 23.10", "ubuntu-23.10")]),
    (83, "Ubuntu 24.04 LTS", &[("Ubuntu 24.04", "ubuntu-24.04"), ("Ubuntu 24.04.3 LTS", "ubuntu-24.04")]),
    (84, "Ubuntu 24.10", &[("Ubuntu 24.10", "ubuntu-24.10")]),
    (85, "CentOS 5", &[("CentOS release 5.11 (Final)", "centos-5"), ("CentOS 5", "centos-5")]),
    (86, "CentOS 6", &[("CentOS 6.10", "centos-6"), ("CentOS 6", "centos-6")]),
    (87, "CentOS 7", &[("CentOS Linux 7 (Core)", "centos-7"), ("CentOS 7", "centos-7")]),
    (88, "CentOS 8", &[("CentOS Linux 8", "centos-8"), ("CentOS 8", "centos-8")]),
    (89, "CentOS 9", &[("CentOS Stream 9", "centos-stream-9"), ("CentOS 9", "centos-stream-9")]),
    (
        90,
        "AlmaLinux 8",
        &[("AlmaLinux release 8.9 (Midnight Oncilla)", "almalinux-8"), ("AlmaLinux 8.9", "almalinux-8")],
    ),
    (
        91,
        "AlmaLinux 9",
        &[
            ("AlmaLinux release 9.3 (Shamrock Pampas Caracal)", "almalinux-9"),
            ("AlmaLinux 9.3", "almalinux-9"),
        ],
    ),
];
