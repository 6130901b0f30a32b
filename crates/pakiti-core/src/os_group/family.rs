//! The families: how each vendor names its systems and how an OS group id is formed from a version.
//!
//! Forms from pakiti3-interfaces.md 1.6 and 2.6 (clients, lsb_release, os-release, `*-release` files). Data
//! only; `version.rs` holds the rules, `detect.rs` the matching.

use crate::package::PackageFormat;

/// A name, valid for a range of major versions (both ends included).
#[derive(Debug)]
pub(super) struct Name {
    /// Lower-case words, single blanks.
    pub(super) text: &'static str,
    /// First and last major version that go by this name.
    pub(super) majors: (u32, u32),
}

/// How a vendor's versions become the version part of the id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum VersionRule {
    /// Point releases collapse (`9.3` -> `9`); majors below `minor_below` keep their minor (`3.1`).
    Major { minor_below: u32 },
    /// Major and minor (`15.5`); `minor_required`: a bare major names no release.
    MajorMinor { minor_required: bool },
    /// SUSE: below 16 the service pack, none for the first release (`15`, `15.5`); from 16 on `16.0`.
    ServicePack,
    /// Ubuntu: `22.04`, the month in two digits.
    YearMonth,
    /// Alpine: `3.18`; pre-releases are `edge`.
    Branch,
    /// Amazon: the AMIs of 2010-2018 are `1`, then `2`, then the year.
    Amazon,
    /// No version: the family is the group.
    Rolling,
}

/// One family of OS groups.
#[derive(Debug)]
pub(super) struct Family {
    /// Prefix of the ids, and the family's name in [`super::OsGroup`].
    pub(super) id: &'static str,
    pub(super) format: PackageFormat,
    pub(super) rule: VersionRule,
    /// How a reported system name begins.
    pub(super) names: &'static [Name],
    /// Words that may stand between that beginning and the version.
    pub(super) between: &'static [&'static str],
    /// `ID` in os-release.
    pub(super) os_release_ids: &'static [Name],
    /// `Origin` of the vendor's apt suites.
    pub(super) origins: &'static [&'static str],
    /// How the vendor column of the vendor's own rpms begins.
    pub(super) vendors: &'static [&'static str],
}

/// A name for every version a vendor may plausibly reach.
const fn any(text: &'static str) -> Name {
    Name { text, majors: (1, 199) }
}

const fn within(text: &'static str, first: u32, last: u32) -> Name {
    Name { text, majors: (first, last) }
}

const RELEASE: &[&str] = &["release"];
const LINUX: &[&str] = &["linux", "release"];
const MAJOR: VersionRule = VersionRule::Major { minor_below: 0 };
const MINOR: VersionRule = VersionRule::MajorMinor { minor_required: true };

/// First and last year-like major of a dated rolling snapshot (`20240101`).
const SNAPSHOT: (u32, u32) = (20_140_000, 29_991_231);

/// A family of rpm packages without apt origins.
const fn rpm(
    id: &'static str,
    rule: VersionRule,
    names: &'static [Name],
    between: &'static [&'static str],
    os_release_ids: &'static [Name],
    vendors: &'static [&'static str],
) -> Family {
    Family { id, format: PackageFormat::Rpm, rule, names, between, os_release_ids, origins: &[], vendors }
}

/// SUSE's vendor names: `SUSE LLC <...>`, `SUSE LINUX Products GmbH, Nuernberg, Germany`.
const SUSE: &[&str] = &["SUSE"];
/// openSUSE ships packages of its own and of SLE; other projects of the build service have other vendors.
const OPENSUSE: &[&str] = &["openSUSE", "SUSE"];

/// Every family. Where two share an os-release `ID` and version, the first is taken unless the reported name
/// says the other (CentOS 8 and CentOS Stream 8, AlmaLinux and its Kitten).
pub(super) static FAMILIES: &[Family] = &[
    Family {
        id: "debian",
        format: PackageFormat::Deb,
        rule: VersionRule::Major { minor_below: 4 },
        names: &[any("debian"), any("debian gnu/linux")],
        between: RELEASE,
        os_release_ids: &[any("debian")],
        origins: &["debian", "debian backports"],
        vendors: &[],
    },
    Family {
        id: "ubuntu",
        format: PackageFormat::Deb,
        rule: VersionRule::YearMonth,
        names: &[any("ubuntu")],
        between: LINUX,
        os_release_ids: &[any("ubuntu")],
        // ESM and FIPS suites of the Pro client carry origins of their own.
        origins: &["ubuntu", "ubuntuesm", "ubuntuesmapps", "ubuntufips", "ubuntufipsupdates"],
        vendors: &[],
    },
    Family {
        id: "devuan",
        format: PackageFormat::Deb,
        rule: MAJOR,
        names: &[any("devuan"), any("devuan gnu/linux")],
        between: RELEASE,
        os_release_ids: &[any("devuan")],
        origins: &["devuan"],
        vendors: &[],
    },
    Family {
        id: "mint",
        format: PackageFormat::Deb,
        rule: VersionRule::MajorMinor { minor_required: false },
        // Below 13 the number is that of the Debian edition, which reports the same os-release ID.
        names: &[within("linux mint", 13, 199), within("linuxmint", 13, 199)],
        between: RELEASE,
        os_release_ids: &[within("linuxmint", 13, 199)],
        origins: &["linuxmint"],
        vendors: &[],
    },
    Family {
        id: "lmde",
        format: PackageFormat::Deb,
        rule: MAJOR,
        names: &[within("lmde", 1, 12), within("linux mint debian edition", 1, 12)],
        between: RELEASE,
        os_release_ids: &[within("linuxmint", 1, 12)],
        origins: &[],
        vendors: &[],
    },
    Family {
        id: "raspbian",
        format: PackageFormat::Deb,
        rule: MAJOR,
        names: &[any("raspbian"), any("raspbian gnu/linux")],
        between: RELEASE,
        os_release_ids: &[any("raspbian")],
        origins: &["raspbian"],
        vendors: &[],
    },
    // "Red Hat Linux 9" of 2003 is another system: without "Enterprise" only the bare vendor name, as
    // configuration management writes it ("RedHat 9.3"), is taken.
    rpm(
        "rhel",
        MAJOR,
        &[
            any("red hat enterprise linux"),
            any("redhat"),
            any("red hat"),
            any("rhel"),
            any("redhatenterprise"),
            any("redhatenterpriselinux"),
            any("redhatenterpriseserver"),
            any("redhatenterpriseworkstation"),
            any("redhatenterpriseclient"),
            any("redhatenterprisecomputenode"),
            any("redhatenterpriseas"),
            any("redhatenterprisees"),
            any("redhatenterprisews"),
        ],
        &["server", "client", "workstation", "computenode", "desktop", "as", "es", "ws", "release"],
        &[any("rhel")],
        &["Red Hat"],
    ),
    rpm(
        "centos",
        MAJOR,
        &[within("centos", 1, 8), within("centos linux", 1, 8)],
        RELEASE,
        &[within("centos", 1, 8)],
        &["CentOS"],
    ),
    // There is no CentOS Linux 9: from there on the bare name is Stream's.
    rpm(
        "centos-stream",
        MAJOR,
        &[
            within("centos stream", 8, 199),
            within("centosstream", 8, 199),
            within("centos", 9, 199),
            within("centos linux", 9, 199),
        ],
        RELEASE,
        &[within("centos", 8, 199)],
        &["CentOS"],
    ),
    rpm(
        "almalinux",
        MAJOR,
        &[within("almalinux", 8, 199)],
        &["os", "release"],
        &[within("almalinux", 8, 199)],
        &["AlmaLinux"],
    ),
    // Kitten runs ahead of AlmaLinux as Stream does of RHEL; os-release gives it the same ID.
    rpm(
        "almalinux-kitten",
        MAJOR,
        &[within("almalinux kitten", 10, 199)],
        &["os", "release"],
        &[within("almalinux", 10, 199)],
        &["AlmaLinux"],
    ),
    rpm("rocky", MAJOR, &[within("rocky", 8, 199)], LINUX, &[within("rocky", 8, 199)], &["Rocky"]),
    rpm(
        "oracle",
        MAJOR,
        &[any("oracle linux"), any("oracle enterprise linux"), any("oraclelinux"), any("oracleserver")],
        &["server", "release"],
        &[any("ol")],
        &["Oracle"],
    ),
    rpm(
        "scientific",
        MAJOR,
        &[any("scientific")],
        &["linux", "sl", "release"],
        &[any("scientific")],
        &["Scientific Linux"],
    ),
    rpm(
        "scientific-cern",
        MAJOR,
        &[any("scientific linux cern"), any("scientificcernslc")],
        &["slc", "release"],
        &[],
        &["Scientific Linux", "CERN"],
    ),
    rpm("eurolinux", MAJOR, &[any("eurolinux")], &["server", "release"], &[any("eurolinux")], &["EuroLinux"]),
    rpm(
        "cloudlinux",
        MAJOR,
        &[any("cloudlinux")],
        &["server", "os", "release"],
        &[any("cloudlinux")],
        &["CloudLinux", "Cloud Linux", "AlmaLinux"],
    ),
    rpm("circle", MAJOR, &[any("circle linux")], RELEASE, &[any("circle")], &["Circle"]),
    rpm(
        "amazon",
        VersionRule::Amazon,
        &[
            within("amazon", 1, 2099),
            within("amazon linux", 1, 2099),
            within("amazon linux ami", 2010, 2018),
            within("amazonami", 2010, 2018),
        ],
        RELEASE,
        &[within("amzn", 1, 2099)],
        &["Amazon"],
    ),
    rpm("fedora", MAJOR, &[any("fedora"), any("fedora core")], LINUX, &[any("fedora")], &["Fedora Project"]),
    // Plain "SUSE" is what lsb_release says of the Enterprise Server; the last other system of that name was
    // SUSE Linux 10.1.
    rpm(
        "sles",
        VersionRule::ServicePack,
        &[
            any("sles"),
            any("suse linux enterprise server"),
            within("suse", 11, 99),
            within("suse linux", 11, 99),
        ],
        RELEASE,
        &[any("sles")],
        SUSE,
    ),
    rpm(
        "sled",
        VersionRule::ServicePack,
        &[any("sled"), any("suse linux enterprise desktop")],
        RELEASE,
        &[any("sled")],
        SUSE,
    ),
    rpm(
        "sles-sap",
        VersionRule::ServicePack,
        &[any("sles_sap"), any("suse linux enterprise server for sap applications")],
        RELEASE,
        &[any("sles_sap")],
        SUSE,
    ),
    rpm(
        "sle-hpc",
        VersionRule::ServicePack,
        &[any("sle_hpc"), any("suse linux enterprise high performance computing")],
        RELEASE,
        &[any("sle_hpc")],
        SUSE,
    ),
    rpm(
        "sle-micro",
        MINOR,
        &[any("sle micro"), any("suse linux enterprise micro"), any("sl-micro"), any("suse linux micro")],
        RELEASE,
        &[any("sle-micro"), any("sl-micro"), any("suse-microos")],
        SUSE,
    ),
    // openSUSE became Leap after 13.2; Tumbleweed counts days.
    rpm(
        "opensuse",
        MINOR,
        &[within("opensuse", 10, 13), within("opensuse project", 10, 13)],
        RELEASE,
        &[within("opensuse", 10, 13)],
        OPENSUSE,
    ),
    rpm(
        "opensuse-leap",
        MINOR,
        &[within("opensuse leap", 15, 99), within("opensuse", 15, 99)],
        RELEASE,
        &[within("opensuse-leap", 15, 99), within("opensuse", 15, 99)],
        OPENSUSE,
    ),
    rpm(
        "opensuse-leap-micro",
        MINOR,
        &[any("opensuse leap micro")],
        RELEASE,
        &[any("opensuse-leap-micro"), any("leap-micro")],
        OPENSUSE,
    ),
    rpm(
        "opensuse-tumbleweed",
        VersionRule::Rolling,
        &[within("opensuse tumbleweed", SNAPSHOT.0, SNAPSHOT.1), within("opensuse", SNAPSHOT.0, SNAPSHOT.1)],
        RELEASE,
        &[within("opensuse-tumbleweed", SNAPSHOT.0, SNAPSHOT.1), within("opensuse", SNAPSHOT.0, SNAPSHOT.1)],
        OPENSUSE,
    ),
    rpm(
        "photon",
        MAJOR,
        &[any("photon"), any("vmware photon")],
        &["os", "linux", "os/linux", "/", "release"],
        &[any("photon")],
        &["VMware", "Broadcom"],
    ),
    Family {
        id: "alpine",
        format: PackageFormat::Apk,
        rule: VersionRule::Branch,
        names: &[any("alpine"), any("alpine linux")],
        between: RELEASE,
        os_release_ids: &[any("alpine")],
        origins: &[],
        vendors: &[],
    },
];
