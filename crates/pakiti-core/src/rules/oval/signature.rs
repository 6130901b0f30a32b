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
    /// Nobody asks: a rule of the installation names the package.
    Named,
    /// Somebody else.
    Foreign,
}

impl Maker {
    /// The gate in words.
    pub(super) fn gate(self, package: &Package) -> String {
        match self {
            Self::Key => format!("signed with key {}", package.key_id),
            Self::Vendor => format!("vendor {}", package.vendor),
            Self::Assumed => assumed(package),
            Self::Named => "a rule of your own: whoever made the package".to_owned(),
            Self::Foreign => format!("made by somebody else: {}", told(package)),
        }
    }
}

fn assumed(package: &Package) -> String {
    match told(package).as_str() {
        "" => "signature assumed: the report names neither key nor vendor".to_owned(),
        told => format!("signature assumed: {told} cannot be told apart from the distribution's"),
    }
}

/// The vendor and key that the report names.
pub(super) fn told(package: &Package) -> String {
    let known = [("vendor", &package.vendor), ("key", &package.key_id)];
    let told: Vec<String> = (known.iter().filter(|(_, value)| !value.is_empty()))
        .map(|(what, value)| format!("{what} {value}"))
        .collect();
    told.join(", ")
}

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
    let own = os_group::vendors_of(group);
    let begins = |name: &&str| {
        let begin = package.vendor.get(..name.len());
        begin.is_some_and(|begin| begin.eq_ignore_ascii_case(name))
    };
    match own.iter().any(begins) {
        true => Maker::Vendor,
        false if own.is_empty() => Maker::Assumed,
        false => Maker::Foreign,
    }
}
