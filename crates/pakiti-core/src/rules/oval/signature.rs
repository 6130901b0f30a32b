//! Who made an installed package.
//!
//! vendor-rules.md, general gate 4 and oval-semantics.md 6: the signing key, else the vendor, else it is assumed to
//! be the distribution's own. A package of another vendor under a vendor's name is not judged by its definitions.

use crate::os_group::{self, OsGroupId};
use crate::package::{Package, PackageFormat};

/// How it is known who made a package.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Maker {
    /// Its key is the one the definition names.
    Key,
    /// Its vendor is the distribution's.
    Vendor,
    /// The report does not say.
    Assumed,
    /// Somebody else.
    Foreign,
}

impl Maker {
    /// The gate in words.
    pub(super) fn gate(self, package: &Package) -> String {
        match self {
            Self::Key => format!("signed with key {}", package.key_id),
            Self::Vendor => format!("vendor {}", package.vendor),
            Self::Assumed => "signature assumed: the report names neither key nor vendor".to_owned(),
            Self::Foreign => "made by somebody else".to_owned(),
        }
    }
}

/// Beginnings of the vendor strings of a family's own packages.
const VENDORS: [(&str, &[&str]); 13] = [
    ("rhel", &["Red Hat"]),
    ("centos", &["CentOS"]),
    ("centos-stream", &["CentOS"]),
    ("almalinux", &["AlmaLinux"]),
    ("rocky", &["Rocky"]),
    ("oracle", &["Oracle"]),
    ("amazon", &["Amazon"]),
    ("fedora", &["Fedora Project"]),
    ("sles", &["SUSE"]),
    ("sled", &["SUSE"]),
    ("opensuse-leap", &["openSUSE", "SUSE"]),
    ("photon", &["VMware"]),
    ("scientific", &["Scientific Linux"]),
];

/// Who made this package of a host of this group; `key` is the one a definition names.
pub(super) fn maker(package: &Package, group: &OsGroupId, key: Option<&str>) -> Maker {
    if package.format != PackageFormat::Rpm {
        return Maker::Assumed;
    }
    if let (Some(key), false) = (key, package.key_id.is_empty()) {
        return if package.key_id.eq_ignore_ascii_case(key) { Maker::Key } else { Maker::Foreign };
    }
    if package.vendor.is_empty() {
        return Maker::Assumed;
    }
    let family = os_group::family_of(group).unwrap_or_default();
    match VENDORS.iter().find(|(own, _)| *own == family) {
        None => Maker::Assumed,
        Some((_, names)) if names.iter().any(|name| package.vendor.starts_with(name)) => Maker::Vendor,
        Some(_) => Maker::Foreign,
    }
}
