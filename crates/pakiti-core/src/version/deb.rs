//! The version order of dpkg 1.21: `[epoch:]version[-revision]`.
//!
//! Rules: deb-version(7) and, for what counts as valid, the behaviour of `dpkg --compare-versions`: its exit
//! status 2 is a [`DebError`]; bad syntax that it only warns about (`a1`, `1.0_x`, bytes that are not ASCII)
//! is compared. The empty string and `<unknown>` are valid there: no version, older than any. An empty run
//! of digits equals 0 (`1.0b` = `1.0b0`, and no revision equals revision `0`).

use super::{Number, split_digits, split_run};
use std::cmp::Ordering;
use thiserror::Error;

/// Why `dpkg --compare-versions` refuses a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum DebError {
    /// Nothing but blanks.
    #[error("it holds only blanks")]
    Blank,
    /// Blanks inside the version.
    #[error("it has embedded spaces")]
    EmbeddedSpaces,
    /// A colon with no number before it.
    #[error("its epoch is empty")]
    EpochEmpty,
    /// An epoch that is no number.
    #[error("its epoch is not a number")]
    EpochNotNumber,
    /// An epoch below 0.
    #[error("its epoch is negative")]
    EpochNegative,
    /// An epoch above 2147483647.
    #[error("its epoch is too big")]
    EpochTooBig,
    /// No upstream version.
    #[error("its version number is empty")]
    VersionEmpty,
    /// A hyphen with nothing after it.
    #[error("its revision number is empty")]
    RevisionEmpty,
    /// A NUL byte, which no C string can hold.
    #[error("it holds a NUL byte")]
    Nul,
}

/// Place of the end of a run of non-digits in the order of [`rank`], as the first byte of its two.
const END: u8 = 2;

#[derive(Default)]
struct Version<'a> {
    epoch: u32,
    /// Empty only for "no version".
    version: &'a [u8],
    revision: &'a [u8],
}

impl<'a> Version<'a> {
    fn parse(text: &'a [u8]) -> Result<Self, DebError> {
        if text.is_empty() || text == b"<unknown>" {
            return Ok(Self::default());
        }
        let word = trim(text)?;
        let (epoch, rest) = match word.iter().position(|&byte| byte == b':') {
            None => (0, word),
            Some(colon) => {
                let (epoch, rest) = word.split_at(colon);
                (parse_epoch(epoch)?, rest.strip_prefix(b":").unwrap_or(rest))
            }
        };
        let (version, revision) = match rest.iter().rposition(|&byte| byte == b'-') {
            None => (rest, &[][..]),
            Some(hyphen) => match rest.split_at(hyphen) {
                (_, [_]) => return Err(DebError::RevisionEmpty),
                (version, revision) => (version, revision.strip_prefix(b"-").unwrap_or(revision)),
            },
        };
        if version.is_empty() {
            return Err(DebError::VersionEmpty);
        }
        Ok(Self { epoch, version, revision })
    }
}

/// Takes spaces and tabs from both ends; within the version they are an error.
fn trim(text: &[u8]) -> Result<&[u8], DebError> {
    let is_blank = |byte| byte == b' ' || byte == b'\t';
    if text.contains(&0) {
        return Err(DebError::Nul);
    }
    let (_, text) = split_run(text, is_blank);
    let (word, rest) = split_run(text, |byte| !is_blank(byte));
    if word.is_empty() {
        return Err(DebError::Blank);
    }
    if !split_run(rest, is_blank).1.is_empty() {
        return Err(DebError::EmbeddedSpaces);
    }
    Ok(word)
}

/// dpkg reads the epoch with `strtol`: white space and a sign before it are taken (`+1:2`, `-0:2`).
fn parse_epoch(text: &[u8]) -> Result<u32, DebError> {
    // strtol also skips the line and page breaks that dpkg does not count as blanks.
    let (_, signed) = split_run(text, |byte| matches!(byte, b'\n' | 0x0b | 0x0c | b'\r'));
    let (negative, unsigned) = match signed {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, signed),
    };
    let (digits, rest) = split_digits(unsigned);
    if digits.is_empty() {
        return Err(DebError::EpochEmpty);
    }
    if !rest.is_empty() {
        return Err(DebError::EpochNotNumber);
    }
    let value = digits
        .iter()
        .fold(0u64, |value, &digit| value.saturating_mul(10).saturating_add(u64::from(digit - b'0')));
    match value {
        1.. if negative => Err(DebError::EpochNegative),
        0..=0x7fff_ffff => Ok(value as u32),
        _ => Err(DebError::EpochTooBig),
    }
}

pub(super) fn compare(a: &[u8], b: &[u8]) -> Result<Ordering, DebError> {
    let (a, b) = (Version::parse(a)?, Version::parse(b)?);
    if a.version.is_empty() || b.version.is_empty() {
        return Ok((!a.version.is_empty()).cmp(&!b.version.is_empty()));
    }
    Ok(a.epoch
        .cmp(&b.epoch)
        .then_with(|| compare_part(a.version, b.version))
        .then_with(|| compare_part(a.revision, b.revision)))
}

/// Compares two versions or two revisions: runs of non-digits and numbers by turns, until both are used up.
pub(super) fn compare_part(mut a: &[u8], mut b: &[u8]) -> Ordering {
    while !(a.is_empty() && b.is_empty()) {
        let (text_a, rest_a) = split_text(a);
        let (text_b, rest_b) = split_text(b);
        let (digits_a, rest_a) = split_digits(rest_a);
        let (digits_b, rest_b) = split_digits(rest_b);
        let order =
            compare_text(text_a, text_b).then_with(|| Number::new(digits_a).cmp(&Number::new(digits_b)));
        if order.is_ne() {
            return order;
        }
        (a, b) = (rest_a, rest_b);
    }
    Ordering::Equal
}

fn split_text(bytes: &[u8]) -> (&[u8], &[u8]) {
    split_run(bytes, |byte| !byte.is_ascii_digit())
}

fn compare_text(a: &[u8], b: &[u8]) -> Ordering {
    let end = u16::from_be_bytes([END, 0]);
    let (mut a, mut b) = (a.iter(), b.iter());
    loop {
        match (a.next(), b.next()) {
            (None, None) => return Ordering::Equal,
            (a, b) => {
                let order = a.map_or(end, |&byte| rank(byte)).cmp(&b.map_or(end, |&byte| rank(byte)));
                if order.is_ne() {
                    return order;
                }
            }
        }
    }
}

/// The place of a non-digit: `~`, the end, letters, bytes above ASCII, all else. The high byte decides but
/// for bytes above ASCII (dpkg sees them as negative numbers and adds 256), which need the low one too.
fn rank(byte: u8) -> u16 {
    match byte {
        b'~' => u16::from_be_bytes([1, 0]),
        b'A'..=b'Z' | b'a'..=b'z' => u16::from_be_bytes([byte, 0]),
        0x80.. => u16::from_be_bytes([0x7f, byte]),
        _ => u16::from_be_bytes([0x80 | byte, 0]),
    }
}

/// The key: nothing for "no version", else epoch, version, revision, each ended by itself.
pub(super) fn sort_key(text: &str) -> Result<Vec<u8>, DebError> {
    let version = Version::parse(text.as_bytes())?;
    let mut key = Vec::new();
    if !version.version.is_empty() {
        key.reserve(text.len() * 2 + 6);
        let epoch = version.epoch.to_be_bytes();
        let (zeros, significant) = split_run(&epoch, |byte| byte == 0);
        key.push(4 - zeros.len() as u8);
        key.extend_from_slice(significant);
        push_part(&mut key, version.version);
        push_part(&mut key, version.revision);
    }
    Ok(key)
}

/// Appends each run of non-digits (ranks, then [`END`]) with the number after it, then one more [`END`].
/// The first round is written even if empty and a missing number as 0, so that equal parts have one key; the
/// last byte stands for the endless empty rounds that follow, which `~` precedes and all else exceeds.
fn push_part(key: &mut Vec<u8>, mut part: &[u8]) {
    loop {
        let (text, rest) = split_text(part);
        for &byte in text {
            match rank(byte).to_be_bytes() {
                [high, 0] => key.push(high),
                both => key.extend_from_slice(&both),
            }
        }
        key.push(END);
        let (digits, rest) = split_digits(rest);
        Number::new(digits).push_key(key);
        if rest.is_empty() {
            break key.push(END);
        }
        part = rest;
    }
}
