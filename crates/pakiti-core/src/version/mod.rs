//! Version orders of rpm, dpkg and apk, each with a memcmp-sortable key.
//!
//! Rules: contract.md "compare" (librpm 4.18, dpkg 1.21, apk-tools 2.14). [`compare`] answers directly and
//! allocates nothing; [`sort_key`] gives bytes whose order is that same order, so that a database compares
//! versions with `<`. What the packager itself refuses is a [`VersionError`]; what it merely warns about is
//! compared. OVAL's own `evr_string` rules do not live here.

mod apk;
mod deb;
mod rpm;

pub use apk::ApkError;
pub use deb::DebError;
pub use rpm::RpmError;

use crate::package::PackageFormat;
use std::cmp::Ordering;
use thiserror::Error;

/// Why versions cannot be ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum VersionError {
    /// The packaging system's order is unknown: only equality can be told.
    #[error("versions of this packaging system have no known order")]
    NoOrder,
    /// `rpm.vercmp` raises for this version.
    #[error("invalid rpm version: {0}")]
    Rpm(#[from] RpmError),
    /// `dpkg --compare-versions` exits with 2 for this version.
    #[error("invalid deb version: {0}")]
    Deb(#[from] DebError),
    /// apk says that this version is invalid.
    #[error("invalid apk version: {0}")]
    Apk(#[from] ApkError),
}

/// A version as bytes that sort (memcmp) as the versions of its packaging system do; two versions that
/// compare equal have the same key. Keys of different packaging systems must not be mixed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VersionKey(pub Vec<u8>);

/// Compares two versions as `format` orders them: `Less` means that `a` is older.
///
/// ```
/// use pakiti_core::{package::PackageFormat, version::compare};
/// assert!(compare(PackageFormat::Deb, "1.0~rc1-1", "1.0-1").unwrap().is_lt());
/// assert!(compare(PackageFormat::Rpm, "1:1.0-1", "2.0-1").unwrap().is_gt());
/// ```
///
/// # Errors
/// [`VersionError`] if either version is invalid, or if `format` has no order and the two differ.
pub fn compare(format: PackageFormat, a: &str, b: &str) -> Result<Ordering, VersionError> {
    match format {
        PackageFormat::Rpm => Ok(rpm::compare(a, b)?),
        PackageFormat::Deb => Ok(deb::compare(a.as_bytes(), b.as_bytes())?),
        PackageFormat::Apk => Ok(apk::compare(a, b)?),
        PackageFormat::Other if a == b => Ok(Ordering::Equal),
        PackageFormat::Other => Err(VersionError::NoOrder),
    }
}

/// Compares two versions that may not be UTF-8, as their packagers do, byte by byte: dpkg only warns about such
/// bytes, to rpm they are separators, apk refuses them.
///
/// # Errors
/// As [`compare`].
pub fn compare_bytes(format: PackageFormat, a: &[u8], b: &[u8]) -> Result<Ordering, VersionError> {
    match format {
        PackageFormat::Deb => Ok(deb::compare(a, b)?),
        PackageFormat::Other if a == b => Ok(Ordering::Equal),
        PackageFormat::Other => Err(VersionError::NoOrder),
        // The sign that takes the place of such bytes is no letter, digit, `~`, `^`, `:` or `-` either, so rpm's
        // order and apk's refusal stay the same.
        _ => compare(format, &String::from_utf8_lossy(a), &String::from_utf8_lossy(b)),
    }
}

/// Compares two parts (an epoch, a version or a release) by rpm's segments: OVAL splits versions by its own rules.
pub(crate) fn compare_rpm_part(a: &str, b: &str) -> Ordering {
    rpm::compare_component(a, b)
}

/// Compares two parts (an upstream version or a revision) in dpkg's order: OVAL splits versions by its own rules.
pub(crate) fn compare_deb_part(a: &str, b: &str) -> Ordering {
    deb::compare_part(a.as_bytes(), b.as_bytes())
}

/// The sort key of a version: for valid `a` and `b`, `sort_key(a).cmp(&sort_key(b))` is `compare(a, b)`.
///
/// # Errors
/// [`VersionError`] if the version is invalid or `format` has no order.
pub fn sort_key(format: PackageFormat, v: &str) -> Result<VersionKey, VersionError> {
    match format {
        PackageFormat::Rpm => Ok(VersionKey(rpm::sort_key(v)?)),
        PackageFormat::Deb => Ok(VersionKey(deb::sort_key(v)?)),
        PackageFormat::Apk => Ok(VersionKey(apk::sort_key(v)?)),
        PackageFormat::Other => Err(VersionError::NoOrder),
    }
}

/// A decimal number of any length by its digits: ordered by value, leading zeros do not count, no digits
/// are zero. The derived order is the numeric one because more significant digits mean a larger number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Number<'a> {
    length: usize,
    significant: &'a [u8],
}

impl<'a> Number<'a> {
    /// Reads a run of ASCII digits.
    fn new(digits: &'a [u8]) -> Self {
        let (_, significant) = split_run(digits, |byte| byte == b'0');
        Self { length: significant.len(), significant }
    }

    /// Writes the number so that the bytes sort by value: its length in digits (a byte of 255 for every full
    /// 255, then one byte for the rest), then the digits. The length ends the number: no terminator.
    fn push_key(self, key: &mut Vec<u8>) {
        let mut length = self.length;
        while let Some(rest) = length.checked_sub(255) {
            key.push(255);
            length = rest;
        }
        key.push(length as u8);
        key.extend_from_slice(self.significant);
    }
}

/// Splits off the leading bytes for which `belongs` holds.
fn split_run(bytes: &[u8], belongs: impl Fn(u8) -> bool) -> (&[u8], &[u8]) {
    bytes.split_at(bytes.iter().position(|&byte| !belongs(byte)).unwrap_or(bytes.len()))
}

/// Splits off the leading ASCII digits.
fn split_digits(bytes: &[u8]) -> (&[u8], &[u8]) {
    split_run(bytes, |byte| byte.is_ascii_digit())
}
