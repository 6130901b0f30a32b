//! OS groups: the family and release a vendor publishes data for.
//!
//! contract.md "OS group ids": every OS name belongs to exactly one group, its own. Groups are data:
//! `family.rs` says how a vendor names its systems, `table.rs` what is known of each release. A release newer
//! than the table still gets its id by its family's rule (`fedora-47`, `rhel-11`, `ubuntu-27.04`;
//! [`describe`] is then `None`), in every family but CentOS Linux, which ended with 8, plain openSUSE (13)
//! and the Linux Mint editions, whose numbers tell them apart; Amazon counts years from 2022. SUSE's releases
//! before the first service pack are `sles-15` (also written `15.0`), as os-release has it; from 16 on
//! `sles-16.0`.

mod detect;
mod family;
mod suite;
mod table;
#[cfg(test)]
mod tests;
mod version;

pub use detect::{OsRelease, from_os_release, from_system};
pub use suite::{from_base_files, from_codename, from_moving_suite};

use crate::package::PackageFormat;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Id of an OS group: `debian-12`, `rhel-9`, `sles-15.5` (contract.md lists the forms).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OsGroupId(pub String);

impl fmt::Display for OsGroupId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What is known of an OS group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OsGroup {
    /// The id, as in [`OsGroupId`].
    pub id: &'static str,
    /// The name for people: `Debian GNU/Linux 12 (bookworm)`.
    pub name: &'static str,
    /// The family: the id without its version (`debian`, `centos-stream`).
    pub family: &'static str,
    /// Its packaging system.
    pub format: PackageFormat,
    /// The vendor's codename as its apt suites write it (`bookworm`).
    pub codename: Option<&'static str>,
    /// Last day of the vendor's support that needs no entitlement, `YYYY-MM-DD` (Debian: LTS); `None` = not
    /// surely known, or rolling.
    pub support_end: Option<&'static str>,
}

impl OsGroup {
    /// The last day of vendor support in days since 1970-01-01.
    pub fn support_end_day(&self) -> Option<i64> {
        self.support_end.and_then(day_of)
    }

    /// Whether vendor support is over on `unix_day` (days since 1970-01-01); the last day itself is
    /// supported. `None` where the end is not known.
    pub fn is_out_of_support(&self, unix_day: i64) -> Option<bool> {
        self.support_end_day().map(|end| unix_day > end)
    }
}

/// Every OS group of the table.
pub fn all() -> &'static [OsGroup] {
    table::GROUPS
}

/// What the table knows of `id`; `None` for well-formed ids beyond it.
pub fn describe(id: &OsGroupId) -> Option<&'static OsGroup> {
    table::GROUPS.iter().find(|g| g.id == id.0)
}

/// The family of `id` (`fedora` of `fedora-47`), in the table or beyond it; `None` if it is no id of ours.
pub fn family_of(id: &OsGroupId) -> Option<&'static str> {
    detect::family_record(id).map(|f| f.id)
}

/// The packaging system of `id`'s family, in the table or beyond it; `None` if it is no id of ours.
pub fn format_of(id: &OsGroupId) -> Option<PackageFormat> {
    detect::family_record(id).map(|f| f.format)
}

/// How the vendor column of the own rpms of `id`'s vendor begins; empty = no rpms, or no id of ours.
pub fn vendors_of(id: &OsGroupId) -> &'static [&'static str] {
    detect::family_record(id).map_or(&[], |family| family.vendors)
}

/// Days since 1970-01-01 of a `YYYY-MM-DD` of the Gregorian calendar.
fn day_of(date: &str) -> Option<i64> {
    let mut parts = date.split('-').map(|p| p.parse::<i64>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    // Years are counted from March, so that the leap day is the last of its year.
    let (year, month) = if month <= 2 { (year - 1, month + 9) } else { (year, month - 3) };
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    Some(year * 365 + leap_days + (month * 153 + 2) / 5 + day - 719_469)
}
