//! The table of templates: where each distribution publishes what a standard installation uses.
//!
//! URLs are those that the distributions document, as their own release packages configure them (`sources.list`
//! of Debian and Ubuntu; almalinux-repos, rocky-repos, centos-stream-repos, epel-release, fedora-repos,
//! openSUSE-repos, oraclelinux-release, system-release of Amazon). Their lists of mirrors are left out where they
//! have one address of their own: it is the freshest. Sources of debuginfo and of sources are none of ours.
//! The repositories that hold build dependencies (CRB, PowerTools, CodeReady Builder) are in: hosts have their
//! packages, and no other repository has them.
//! OVAL files are at the places that the vendors' own pages on OVAL name. None of these URLs could be fetched where this
//! table was written: they are as documented, not as tried.

use super::{Form, Part, Template};

const DEBIAN: &str = "http://deb.debian.org";
const UBUNTU: &str = "http://archive.ubuntu.com";
const ALMA: &str = "https://repo.almalinux.org";
const ROCKY: &str = "https://dl.rockylinux.org";
const STREAM: &str = "https://mirror.stream.centos.org";
const FEDORA: &str = "https://dl.fedoraproject.org";
const OPENSUSE: &str = "https://download.opensuse.org";
const ORACLE: &str = "https://yum.oracle.com";
const AMAZON: &str = "https://cdn.amazonlinux.com";

const REDHAT: &str = "https://security.access.redhat.com";
const CANONICAL: &str = "https://security-metadata.canonical.com";
const ALMA_SECURITY: &str = "https://security.almalinux.org";
const ORACLE_SECURITY: &str = "https://linux.oracle.com";
const SUSE: &str = "https://ftp.suse.com";
const DEBIAN_SECURITY: &str = "https://www.debian.org";

const EL: &[&str] = &["x86_64", "aarch64", "ppc64le", "s390x"];
const TWO: &[&str] = &["x86_64", "aarch64"];
/// The other architectures of Ubuntu are at ports.ubuntu.com.
const UBUNTU_ARCHES: &[&str] = &["amd64", "i386"];

const fn suite(suffix: &'static str, path: &'static str) -> Part {
    Part { suffix, base: DEBIAN, path, form: Form::Suite(suffix) }
}

const fn yum(suffix: &'static str, base: &'static str, path: &'static str) -> Part {
    Part { suffix, base, path, form: Form::Yum }
}

const fn own(name: &'static str, architectures: &'static [&'static str], parts: &'static [Part]) -> Template {
    Template { name, os_group: name, also_for: &[], architectures, parts }
}

/// Definitions of one OS group.
const fn oval(name: &'static str, os_group: &'static str, parts: &'static [Part]) -> Template {
    Template { name, os_group, also_for: &[], architectures: &[], parts }
}

const fn file(base: &'static str, path: &'static str) -> Part {
    Part { suffix: "", base, path, form: Form::Oval }
}

const DEBIAN_PARTS: &[Part] =
    &[suite("", "debian"), suite("-updates", "debian"), suite("-security", "debian-security")];

const UBUNTU_PARTS: &[Part] = &[
    Part { suffix: "", base: UBUNTU, path: "ubuntu", form: Form::Suite("") },
    Part { suffix: "-updates", base: UBUNTU, path: "ubuntu", form: Form::Suite("-updates") },
    Part {
        suffix: "-security",
        base: "http://security.ubuntu.com",
        path: "ubuntu",
        form: Form::Suite("-security"),
    },
];

/// Every template, by family.
pub(super) static TEMPLATES: &[Template] = &[
    own("debian-11", &[], DEBIAN_PARTS),
    own("debian-12", &[], DEBIAN_PARTS),
    own("debian-13", &[], DEBIAN_PARTS),
    own("ubuntu-22.04", UBUNTU_ARCHES, UBUNTU_PARTS),
    own("ubuntu-24.04", UBUNTU_ARCHES, UBUNTU_PARTS),
    own("ubuntu-26.04", UBUNTU_ARCHES, UBUNTU_PARTS),
    own(
        "almalinux-8",
        EL,
        &[
            yum("-baseos", ALMA, "almalinux/8/BaseOS/$arch/os/"),
            yum("-appstream", ALMA, "almalinux/8/AppStream/$arch/os/"),
            yum("-powertools", ALMA, "almalinux/8/PowerTools/$arch/os/"),
            yum("-extras", ALMA, "almalinux/8/extras/$arch/os/"),
        ],
    ),
    own(
        "almalinux-9",
        EL,
        &[
            yum("-baseos", ALMA, "almalinux/9/BaseOS/$arch/os/"),
            yum("-appstream", ALMA, "almalinux/9/AppStream/$arch/os/"),
            yum("-crb", ALMA, "almalinux/9/CRB/$arch/os/"),
            yum("-extras", ALMA, "almalinux/9/extras/$arch/os/"),
        ],
    ),
    own(
        "almalinux-10",
        EL,
        &[
            yum("-baseos", ALMA, "almalinux/10/BaseOS/$arch/os/"),
            yum("-appstream", ALMA, "almalinux/10/AppStream/$arch/os/"),
            yum("-crb", ALMA, "almalinux/10/CRB/$arch/os/"),
            yum("-extras", ALMA, "almalinux/10/extras/$arch/os/"),
        ],
    ),
    own(
        "rocky-8",
        TWO,
        &[
            yum("-baseos", ROCKY, "pub/rocky/8/BaseOS/$arch/os/"),
            yum("-appstream", ROCKY, "pub/rocky/8/AppStream/$arch/os/"),
            yum("-powertools", ROCKY, "pub/rocky/8/PowerTools/$arch/os/"),
            yum("-extras", ROCKY, "pub/rocky/8/extras/$arch/os/"),
        ],
    ),
    own(
        "rocky-9",
        EL,
        &[
            yum("-baseos", ROCKY, "pub/rocky/9/BaseOS/$arch/os/"),
            yum("-appstream", ROCKY, "pub/rocky/9/AppStream/$arch/os/"),
            yum("-crb", ROCKY, "pub/rocky/9/CRB/$arch/os/"),
            yum("-extras", ROCKY, "pub/rocky/9/extras/$arch/os/"),
        ],
    ),
    own(
        "rocky-10",
        EL,
        &[
            yum("-baseos", ROCKY, "pub/rocky/10/BaseOS/$arch/os/"),
            yum("-appstream", ROCKY, "pub/rocky/10/AppStream/$arch/os/"),
            yum("-crb", ROCKY, "pub/rocky/10/CRB/$arch/os/"),
            yum("-extras", ROCKY, "pub/rocky/10/extras/$arch/os/"),
        ],
    ),
    own(
        "centos-stream-9",
        EL,
        &[
            yum("-baseos", STREAM, "9-stream/BaseOS/$arch/os/"),
            yum("-appstream", STREAM, "9-stream/AppStream/$arch/os/"),
            yum("-crb", STREAM, "9-stream/CRB/$arch/os/"),
            yum("-extras", STREAM, "SIGs/9-stream/extras/$arch/extras-common/"),
        ],
    ),
    own(
        "centos-stream-10",
        EL,
        &[
            yum("-baseos", STREAM, "10-stream/BaseOS/$arch/os/"),
            yum("-appstream", STREAM, "10-stream/AppStream/$arch/os/"),
            yum("-crb", STREAM, "10-stream/CRB/$arch/os/"),
            yum("-extras", STREAM, "SIGs/10-stream/extras/$arch/extras-common/"),
        ],
    ),
    Template {
        name: "epel-8",
        os_group: "rhel-8",
        // CentOS Stream 8 has ended.
        also_for: &["almalinux-8", "rocky-8", "oracle-8", "centos-stream-8"],
        architectures: EL,
        parts: &[yum("", FEDORA, "pub/epel/8/Everything/$arch/")],
    },
    Template {
        name: "epel-9",
        os_group: "rhel-9",
        also_for: &["almalinux-9", "rocky-9", "oracle-9", "centos-stream-9"],
        architectures: EL,
        parts: &[yum("", FEDORA, "pub/epel/9/Everything/$arch/")],
    },
    // The branch of CentOS Stream 10 and of the newest minor release; hosts held at an older one have 10.N.
    Template {
        name: "epel-10",
        os_group: "rhel-10",
        also_for: &["almalinux-10", "rocky-10", "oracle-10", "centos-stream-10"],
        architectures: EL,
        parts: &[yum("", FEDORA, "pub/epel/10/Everything/$arch/")],
    },
    own(
        "fedora-42",
        TWO,
        &[
            yum("", FEDORA, "pub/fedora/linux/releases/42/Everything/$arch/os/"),
            yum("-updates", FEDORA, "pub/fedora/linux/updates/42/Everything/$arch/"),
        ],
    ),
    own(
        "fedora-43",
        TWO,
        &[
            yum("", FEDORA, "pub/fedora/linux/releases/43/Everything/$arch/os/"),
            yum("-updates", FEDORA, "pub/fedora/linux/updates/43/Everything/$arch/"),
        ],
    ),
    // One tree for x86_64 and aarch64.
    own(
        "opensuse-leap-15.6",
        &["x86_64"],
        &[
            yum("-oss", OPENSUSE, "distribution/leap/15.6/repo/oss/"),
            yum("-non-oss", OPENSUSE, "distribution/leap/15.6/repo/non-oss/"),
            yum("-update-oss", OPENSUSE, "update/leap/15.6/oss/"),
            yum("-update-non-oss", OPENSUSE, "update/leap/15.6/non-oss/"),
            yum("-update-sle", OPENSUSE, "update/leap/15.6/sle/"),
            yum("-update-backports", OPENSUSE, "update/leap/15.6/backports/"),
        ],
    ),
    own(
        "oracle-8",
        TWO,
        &[
            yum("-baseos", ORACLE, "repo/OracleLinux/OL8/baseos/latest/$arch/"),
            yum("-appstream", ORACLE, "repo/OracleLinux/OL8/appstream/$arch/"),
            yum("-codeready", ORACLE, "repo/OracleLinux/OL8/codeready/builder/$arch/"),
            yum("-addons", ORACLE, "repo/OracleLinux/OL8/addons/$arch/"),
            yum("-uek", ORACLE, "repo/OracleLinux/OL8/UEKR7/$arch/"),
        ],
    ),
    own(
        "oracle-9",
        TWO,
        &[
            yum("-baseos", ORACLE, "repo/OracleLinux/OL9/baseos/latest/$arch/"),
            yum("-appstream", ORACLE, "repo/OracleLinux/OL9/appstream/$arch/"),
            yum("-codeready", ORACLE, "repo/OracleLinux/OL9/codeready/builder/$arch/"),
            yum("-addons", ORACLE, "repo/OracleLinux/OL9/addons/$arch/"),
            yum("-uek", ORACLE, "repo/OracleLinux/OL9/UEKR7/$arch/"),
        ],
    ),
    own(
        "amazon-2023",
        TWO,
        &[Part {
            suffix: "-core",
            base: AMAZON,
            path: "al2023/core/mirrors/latest/$arch/mirror.list",
            form: Form::Mirrors,
        }],
    ),
    oval(
        "rhel-8-oval",
        "rhel-8",
        &[file(REDHAT, "data/oval/v2/RHEL8/rhel-8-including-unpatched.oval.xml.bz2")],
    ),
    oval(
        "rhel-9-oval",
        "rhel-9",
        &[file(REDHAT, "data/oval/v2/RHEL9/rhel-9-including-unpatched.oval.xml.bz2")],
    ),
    oval("ubuntu-22.04-oval", "ubuntu-22.04", &[file(CANONICAL, "oval/com.ubuntu.jammy.cve.oval.xml.bz2")]),
    oval("ubuntu-24.04-oval", "ubuntu-24.04", &[file(CANONICAL, "oval/com.ubuntu.noble.cve.oval.xml.bz2")]),
    oval("almalinux-8-oval", "almalinux-8", &[file(ALMA_SECURITY, "oval/org.almalinux.alsa-8.xml.bz2")]),
    oval("almalinux-9-oval", "almalinux-9", &[file(ALMA_SECURITY, "oval/org.almalinux.alsa-9.xml.bz2")]),
    // One file for every release.
    Template {
        name: "oracle-oval",
        os_group: "oracle-9",
        also_for: &["oracle-8"],
        architectures: &[],
        parts: &[file(ORACLE_SECURITY, "security/oval/com.oracle.elsa-all.xml.bz2")],
    },
    // One file for every service pack of 15.
    Template {
        name: "sles-15-oval",
        os_group: "sles-15.6",
        also_for: &["sles-15.5", "sles-15.7"],
        architectures: &[],
        parts: &[file(SUSE, "pub/projects/security/oval/suse.linux.enterprise.server.15-affected.xml.gz")],
    },
    oval(
        "debian-11-oval",
        "debian-11",
        &[file(DEBIAN_SECURITY, "security/oval/oval-definitions-bullseye.xml.bz2")],
    ),
    oval(
        "debian-12-oval",
        "debian-12",
        &[file(DEBIAN_SECURITY, "security/oval/oval-definitions-bookworm.xml.bz2")],
    ),
];
