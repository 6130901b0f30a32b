//! The version order of rpm: `rpm.vercmp` of librpm 4.18 on `[epoch:]version[-release]`.
//!
//! Segments are compared by the `rpm-version` crate (identical to librpm, measured). Splitting is ours,
//! because librpm's differs from the crate's: the epoch is the digits before a colon that follows them at
//! once (`a:1` has none, `:1` has an empty one, which is 0), the release follows the *last* hyphen, and a
//! missing release is older than any, the empty one (`1-`) included. librpm refuses the empty string only.

use super::{Number, split_digits, split_run};
use rpm_version::{Evr, version_sortkey};
use std::cmp::Ordering;
use thiserror::Error;

/// Why `rpm.vercmp` raises for a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum RpmError {
    /// The empty string.
    #[error("it is empty")]
    Empty,
    /// A NUL byte, which no C string can hold.
    #[error("it holds a NUL byte")]
    Nul,
}

/// Key byte of a missing release; the key of any release starts with a byte from 1 to 5.
const NO_RELEASE: u8 = 0;
/// Key byte before a run of digits (as `version_sortkey` writes it).
const DIGITS: u8 = 5;
/// The longest number of which `version_sortkey`, with its one byte of length, tells the length.
const LONGEST_NUMBER: usize = 255;

struct Version<'a> {
    epoch: &'a str,
    version: &'a str,
    release: Option<&'a str>,
}

impl<'a> Version<'a> {
    fn parse(text: &'a str) -> Result<Self, RpmError> {
        if text.is_empty() {
            return Err(RpmError::Empty);
        }
        if text.as_bytes().contains(&0) {
            return Err(RpmError::Nul);
        }
        let (epoch, rest) = match text.split_once(':') {
            Some((epoch, rest)) if epoch.bytes().all(|byte| byte.is_ascii_digit()) => (epoch, rest),
            _ => ("0", text),
        };
        let (version, release) = match rest.rsplit_once('-') {
            Some((version, release)) => (version, Some(release)),
            None => (rest, None),
        };
        Ok(Self { epoch, version, release })
    }
}

pub(super) fn compare(a: &str, b: &str) -> Result<Ordering, RpmError> {
    let (a, b) = (Version::parse(a)?, Version::parse(b)?);
    Ok(Number::new(a.epoch.as_bytes())
        .cmp(&Number::new(b.epoch.as_bytes()))
        .then_with(|| compare_component(a.version, b.version))
        .then_with(|| match (a.release, b.release) {
            (Some(a), Some(b)) => compare_component(a, b),
            (a, b) => a.is_some().cmp(&b.is_some()),
        }))
}

/// librpm's `rpmvercmp`: the crate offers it only as a part of an EVR.
pub(super) fn compare_component(a: &str, b: &str) -> Ordering {
    Evr::new("", a, "").cmp(&Evr::new("", b, ""))
}

/// The key: epoch as a number, version, release, each ended by itself.
pub(super) fn sort_key(text: &str) -> Result<Vec<u8>, RpmError> {
    let version = Version::parse(text)?;
    let mut key = Vec::with_capacity(text.len() * 2 + 4);
    Number::new(version.epoch.as_bytes()).push_key(&mut key);
    push_component(&mut key, version.version);
    match version.release {
        Some(release) => push_component(&mut key, release),
        None => key.push(NO_RELEASE),
    }
    Ok(key)
}

/// Appends the key of a version or a release. Numbers too long for the crate's length byte are written by
/// us, after two bytes of 255: above every 255-digit number, whose first digit follows a single 255.
fn push_component(key: &mut Vec<u8>, mut text: &str) {
    while let Some((head, digits, tail)) = split_long_number(text) {
        key.extend(version_sortkey(head));
        key.pop(); // the end mark: the component goes on
        key.extend([DIGITS, 255, 255]);
        Number::new(digits.as_bytes()).push_key(key);
        text = tail;
    }
    key.extend(version_sortkey(text));
}

/// The first run of more than 255 significant digits, with what stands before and after it.
fn split_long_number(text: &str) -> Option<(&str, &str, &str)> {
    if text.len() <= LONGEST_NUMBER {
        return None;
    }
    let mut rest = text.as_bytes();
    loop {
        rest = split_run(rest, |byte| !byte.is_ascii_digit()).1;
        let (digits, after) = split_digits(rest);
        if digits.is_empty() {
            return None;
        }
        if Number::new(digits).length > LONGEST_NUMBER {
            let (head, found) = text.split_at_checked(text.len() - rest.len())?;
            let (digits, tail) = found.split_at_checked(digits.len())?;
            return Some((head, digits, tail));
        }
        rest = after;
    }
}
