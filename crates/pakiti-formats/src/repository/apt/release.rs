//! `Release`: what a suite is and which files belong to it.
//!
//! Format: Debian wiki "DebianRepository/Format" and apt 2.6 (`apt-pkg/deb/debmetaindex.cc`). Only SHA256 and
//! SHA512 count; a Release with neither is refused, as apt refuses MD5 and SHA1 alone. Paths that would leave
//! the suite's folder are skipped.

use super::deb822;
use crate::repository::{SkipList, SkipReason};
use sha2::{Digest, Sha256, Sha512};
use std::collections::BTreeMap;

/// Files one Release may name. Debian's has 3,000.
const MAX_FILES: usize = 500_000;

/// Hash and size of one file that a Release names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleaseFile {
    /// Size, bytes.
    pub size: u64,
    /// SHA-256, when listed.
    pub sha256: Option<[u8; 32]>,
    /// SHA-512, when listed.
    pub sha512: Option<[u8; 64]>,
}

impl ReleaseFile {
    /// Has `data` this size and every listed hash?
    pub fn matches(&self, data: &[u8]) -> bool {
        let mut check = ReleaseCheck::new(self);
        check.update(data);
        check.passed()
    }

    /// The name of the file below `by-hash/`: `SHA256/...` or `SHA512/...`.
    pub fn by_hash(&self) -> Option<String> {
        let sha256 = self.sha256.map(|hash| format!("SHA256/{}", hex(&hash)));
        sha256.or_else(|| self.sha512.map(|hash| format!("SHA512/{}", hex(&hash))))
    }
}

/// Compares a file that comes in pieces with a [`ReleaseFile`].
pub struct ReleaseCheck<'a> {
    file: &'a ReleaseFile,
    sha256: Option<Sha256>,
    sha512: Option<Sha512>,
    size: u64,
}

impl<'a> ReleaseCheck<'a> {
    /// Will it be `file`?
    pub fn new(file: &'a ReleaseFile) -> Self {
        let (sha256, sha512) = (file.sha256.map(|_| Sha256::new()), file.sha512.map(|_| Sha512::new()));
        Self { file, sha256, sha512, size: 0 }
    }

    /// Adds the next bytes.
    pub fn update(&mut self, data: &[u8]) {
        self.size += data.len() as u64;
        if let Some(hasher) = &mut self.sha256 {
            hasher.update(data);
        }
        if let Some(hasher) = &mut self.sha512 {
            hasher.update(data);
        }
    }

    /// Was it, by its size and every listed hash?
    pub fn passed(self) -> bool {
        let sha256: Option<[u8; 32]> = self.sha256.map(|hasher| hasher.finalize().into());
        let sha512: Option<[u8; 64]> = self.sha512.map(|hasher| hasher.finalize().into());
        self.size == self.file.size && sha256 == self.file.sha256 && sha512 == self.file.sha512
    }
}

/// The content of a `Release` file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Release {
    /// `Origin`.
    pub origin: String,
    /// `Label`.
    pub label: String,
    /// `Suite`.
    pub suite: String,
    /// `Version`.
    pub version: String,
    /// `Codename`.
    pub codename: String,
    /// `Date`, unix seconds.
    pub date: Option<i64>,
    /// `Valid-Until`, unix seconds.
    pub valid_until: Option<i64>,
    /// `NotAutomatic: yes`.
    pub not_automatic: bool,
    /// `ButAutomaticUpgrades: yes`.
    pub but_automatic_upgrades: bool,
    /// `Acquire-By-Hash: yes`.
    pub by_hash: bool,
    /// `No-Support-for-Architecture-all: Packages`: `binary-all` repeats what every architecture's index has.
    pub all_is_repeated: bool,
    /// `Architectures`, in file order.
    pub architectures: Vec<String>,
    /// `Components`, in file order, a leading `updates/` dropped.
    pub components: Vec<String>,
    /// Path (relative to the Release) -> hash and size.
    pub files: BTreeMap<String, ReleaseFile>,
}

/// Why a Release is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReleaseError {
    /// Neither `SHA256` nor `SHA512` lists a file.
    #[error("Release names no file with a SHA256 or SHA512 hash")]
    NoHashes,
}

impl Release {
    /// Reads the text of a Release file. Lines that cannot be read go to `skipped` under the name `file`.
    ///
    /// # Errors
    /// [`ReleaseError`] when it names no file with a strong hash.
    pub fn parse(text: &[u8], file: &str, skipped: &mut SkipList) -> Result<Self, ReleaseError> {
        let text = String::from_utf8_lossy(text);
        let mut release = Self::default();
        for stanza in deb822::stanzas(&text, file, skipped) {
            for field in &stanza.fields {
                release.take(field, file, skipped);
            }
        }
        if release.files.is_empty() { Err(ReleaseError::NoHashes) } else { Ok(release) }
    }

    fn take(&mut self, field: &deb822::Field<'_>, file: &str, skipped: &mut SkipList) {
        let value = field.first_line();
        match field.name.to_ascii_lowercase().as_str() {
            "origin" => self.origin = value.to_owned(),
            "label" => self.label = value.to_owned(),
            "suite" => self.suite = value.to_owned(),
            "version" => self.version = value.to_owned(),
            "codename" => self.codename = value.to_owned(),
            "date" => self.date = date(value, "Date", file, field.line, skipped),
            "valid-until" => self.valid_until = date(value, "Valid-Until", file, field.line, skipped),
            "notautomatic" => self.not_automatic = deb822::is_yes(value),
            "butautomaticupgrades" => self.but_automatic_upgrades = deb822::is_yes(value),
            "acquire-by-hash" => self.by_hash = deb822::is_yes(value),
            "no-support-for-architecture-all" => {
                self.all_is_repeated = value.split_whitespace().any(|word| word == "Packages");
            }
            "architectures" => self.architectures = field.words(),
            "components" => {
                self.components = field.words().iter().map(|word| plain_component(word).to_owned()).collect();
            }
            "sha256" => self.take_list::<32>(field, file, skipped, |entry, hash| entry.sha256 = Some(hash)),
            "sha512" => self.take_list::<64>(field, file, skipped, |entry, hash| entry.sha512 = Some(hash)),
            _ => {}
        }
    }

    fn take_list<const N: usize>(
        &mut self,
        field: &deb822::Field<'_>,
        file: &str,
        skipped: &mut SkipList,
        set: fn(&mut ReleaseFile, [u8; N]),
    ) {
        for (line, text) in field.lines().filter(|(_, text)| !text.is_empty()) {
            match list_line::<N>(text) {
                Some((path, size, hash)) if self.files.len() < MAX_FILES => {
                    let new = || ReleaseFile { size, sha256: None, sha512: None };
                    let entry = self.files.entry(path.to_owned()).or_insert_with(new);
                    if entry.size == size {
                        set(entry, hash);
                    }
                }
                Some(_) => return skipped.push(file, line, SkipReason::TooMany { limit: MAX_FILES as u64 }),
                None => skipped.push(file, line, SkipReason::Malformed { expected: "hash, size and path" }),
            }
        }
    }
}

/// A component without the `updates/` that security suites put before it.
pub(super) fn plain_component(component: &str) -> &str {
    component.strip_prefix("updates/").unwrap_or(component)
}

fn list_line<const N: usize>(text: &str) -> Option<(&str, u64, [u8; N])> {
    let mut words = text.split_ascii_whitespace();
    let (hash, size, path) = (words.next()?, words.next()?, words.next()?);
    let path = path.strip_prefix("./").unwrap_or(path);
    if words.next().is_some() || !is_inside(path) {
        return None;
    }
    Some((path, size.parse().ok()?, unhex(hash)?))
}

/// Does `path` stay inside the folder it is relative to?
pub(super) fn is_inside(path: &str) -> bool {
    let plain = |part: &str| !matches!(part, "" | "." | "..");
    path.split('/').all(plain) && !path.contains(['\\', '\0'])
}

fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    if text.len() != N * 2 || !text.is_ascii() {
        return None;
    }
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(bytes)
}

/// Bytes as lower-case hex digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn date(value: &str, name: &'static str, file: &str, line: u64, skipped: &mut SkipList) -> Option<i64> {
    let seconds = rfc1123(value);
    if seconds.is_none() {
        skipped.push(file, line, SkipReason::Date { field: name });
    }
    seconds
}

/// `Sat, 11 Jul 2026 10:16:37 UTC`: the one form apt takes, in UTC by any of its names.
fn rfc1123(value: &str) -> Option<i64> {
    let (rest, zone) = value.trim().rsplit_once(' ')?;
    if !matches!(zone, "UTC" | "GMT" | "Z" | "+0000") {
        return None;
    }
    let rest = rest.split_once(',').map_or(rest, |(_, rest)| rest);
    let time = jiff::civil::DateTime::strptime("%d %b %Y %H:%M:%S", rest.trim()).ok()?;
    Some(time.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_second())
}

#[cfg(test)]
mod tests;
