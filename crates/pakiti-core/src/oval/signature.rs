//! Whose key a package is signed with, where the report does not tell the key (oval-semantics.md, section 6).
//!
//! In this order: the reported key id; the assumption, when it is allowed; the vendor column against the vendor of
//! the document. What is left is unsigned in a whole-host report and unknown in any other.

use super::model::{Document, Operation};
use super::outcome::Outcome;
use crate::package::Package;

/// Vendors by the beginning of their documents' ids, with what their packages' vendor column begins with.
const VENDORS: &[(&str, &[&str])] = &[
    ("oval:com.redhat.", &["Red Hat, Inc."]),
    ("oval:org.almalinux.", &["AlmaLinux"]),
    ("oval:com.oracle.", &["Oracle America"]),
    ("oval:com.vmware.", &["VMware"]),
    ("oval:org.opensuse.", &["SUSE LLC", "SUSE Linux", "openSUSE"]),
    ("oval:org.rocky", &["Rocky"]),
    ("oval:com.amazon.", &["Amazon"]),
];

/// The vendor a document speaks for; empty = not known.
pub(super) fn vendor_of(document: &Document) -> &'static [&'static str] {
    let definition = document.definitions.first().map(|definition| &*definition.id);
    let test = document.tests.first().map(|test| &*test.id);
    let find = |id: &str| VENDORS.iter().find(|(begin, _)| id.starts_with(begin)).map(|&(_, vendor)| vendor);
    definition.and_then(find).or_else(|| test.and_then(find)).unwrap_or_default()
}

/// The result of a signature entity for a package that tells no key; `None` = the package's value decides.
pub(super) fn without_key(
    package: &Package,
    operation: Operation,
    assume_signed: bool,
    vendor: &[&str],
) -> Option<Outcome> {
    if !package.key_id.is_empty() {
        return None;
    }
    let same = match (assume_signed, package.vendor.is_empty() || vendor.is_empty()) {
        (true, _) => true,
        (false, true) => return None,
        (false, false) => vendor.iter().any(|begin| package.vendor.starts_with(begin)),
    };
    let differs = matches!(operation, Operation::NotEqual | Operation::CaseInsensitiveNotEqual);
    Some(Outcome::from(same).negated(differs))
}
