//! `Packages`: a streaming scanner.
//!
//! `Packages` of a large suite has 50 MB and more; of each stanza five fields are read, so this works on borrowed
//! bytes, line by line, with one fixed buffer (deb822(5), Debian policy 5.1; a repeated field counts as apt
//! counts it: the last one). Source follows Debian's rule: absent = the binary's own name and version;
//! `name (version)` = both; `name` = that name with the binary's version.

use crate::repository::{SkipList, SkipReason};
use pakiti_core::package::PackageFormat;
use pakiti_core::repository::IndexedPackage;
use pakiti_core::version;
use std::io::{self, Read};
use std::ops::Range;

/// Longest line, bytes; also the scanner's buffer.
const MAX_LINE: usize = 1 << 20;
/// Longest value of a field that is kept, bytes. Debian's longest name has 60.
const MAX_VALUE: usize = 1024;
/// Most stanzas of one file. Debian's largest index has 70,000.
const MAX_STANZAS: u64 = 1_000_000;

/// Which file is scanned.
#[derive(Debug, Clone, Copy)]
pub struct PackagesFile<'a> {
    /// Name for messages.
    pub name: &'a str,
    /// Component of every package in it.
    pub component: &'a str,
}

/// Reads a `Packages` file (decompressed) and appends what it indexes to `packages`. Gives the number of stanzas,
/// the ones in `skipped` included; after [`SkipReason::TooMany`] the rest of the file is not read.
///
/// # Errors
/// What reading `input` gave.
pub fn scan(
    input: impl Read,
    file: PackagesFile<'_>,
    packages: &mut Vec<IndexedPackage>,
    skipped: &mut SkipList,
) -> io::Result<u64> {
    let mut lines = Lines::new(input);
    let mut stanza = Stanza::default();
    let mut count = 0;
    loop {
        let number = lines.number + 1;
        let next = lines.next_line()?;
        match next {
            Some(Line::Text(line)) if !line.is_empty() => stanza.take(line, number),
            Some(Line::TooLong) => stanza.spoil(number, SkipReason::TooLong { limit: MAX_LINE }),
            end => {
                let at_end = end.is_none();
                if stanza.line > 0 {
                    if count >= MAX_STANZAS {
                        skipped.push(file.name, stanza.line, SkipReason::TooMany { limit: MAX_STANZAS });
                        return Ok(count);
                    }
                    count += 1;
                    match stanza.package(file.component) {
                        Ok(package) => packages.push(package),
                        Err(reason) => skipped.push(file.name, stanza.line, reason),
                    }
                    stanza.clear();
                }
                if at_end {
                    return Ok(count);
                }
            }
        }
    }
}

/// A line without its end.
enum Line<'a> {
    Text(&'a [u8]),
    TooLong,
}

/// Lines out of one fixed buffer.
struct Lines<R> {
    input: R,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    /// Lines given so far.
    number: u64,
    ended: bool,
}

impl<R: Read> Lines<R> {
    fn new(input: R) -> Self {
        Self { input, buffer: vec![0; MAX_LINE], start: 0, end: 0, number: 0, ended: false }
    }

    fn next_line(&mut self) -> io::Result<Option<Line<'_>>> {
        let mut too_long = false;
        let range = loop {
            let pending = self.buffer.get(self.start..self.end).unwrap_or_default();
            if let Some(length) = memchr::memchr(b'\n', pending) {
                let line = self.start..self.start + length;
                self.start = line.end + 1;
                break line;
            }
            if self.ended {
                if pending.is_empty() && !too_long {
                    return Ok(None);
                }
                break std::mem::replace(&mut self.start, self.end)..self.end;
            }
            if pending.len() == self.buffer.len() {
                too_long = true;
                self.start = self.end;
            }
            self.fill()?;
        };
        self.number += 1;
        Ok(Some(if too_long { Line::TooLong } else { Line::Text(self.text(range)) }))
    }

    fn text(&self, range: Range<usize>) -> &[u8] {
        let line = self.buffer.get(range).unwrap_or_default();
        line.strip_suffix(b"\r").unwrap_or(line)
    }

    /// Moves the unfinished line to the front and reads more behind it.
    fn fill(&mut self) -> io::Result<()> {
        self.buffer.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        let room = self.buffer.get_mut(self.end..).unwrap_or_default();
        match self.input.read(room) {
            Ok(0) => self.ended = true,
            Ok(count) => self.end += count.min(room.len()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }
}

/// The fields of one stanza, as bytes; its buffers serve the next one.
#[derive(Default)]
struct Stanza {
    /// Line it begins at, from 1; 0 = nothing of it was seen.
    line: u64,
    name: Vec<u8>,
    version: Vec<u8>,
    arch: Vec<u8>,
    source: Vec<u8>,
    phased: Vec<u8>,
    spoiled: Option<SkipReason>,
}

impl Stanza {
    fn clear(&mut self) {
        self.line = 0;
        self.spoiled = None;
        for field in [&mut self.name, &mut self.version, &mut self.arch, &mut self.source, &mut self.phased] {
            field.clear();
        }
    }

    fn spoil(&mut self, line: u64, reason: SkipReason) {
        if self.line == 0 {
            self.line = line;
        }
        self.spoiled.get_or_insert(reason);
    }

    fn take(&mut self, line: &[u8], number: u64) {
        if self.line == 0 {
            self.line = number;
        }
        // Most lines begin no field that is read: one look at the first byte sends them off.
        if !matches!(line.first(), Some(b'P' | b'p' | b'V' | b'v' | b'A' | b'a' | b'S' | b's')) {
            return;
        }
        let Some(colon) = line.iter().take(32).position(|byte| *byte == b':') else { return };
        let (name, value) = (line.get(..colon), line.get(colon + 1..));
        let (Some(name), Some(value)) = (name, value) else { return };
        let field = if name.eq_ignore_ascii_case(b"package") {
            &mut self.name
        } else if name.eq_ignore_ascii_case(b"version") {
            &mut self.version
        } else if name.eq_ignore_ascii_case(b"architecture") {
            &mut self.arch
        } else if name.eq_ignore_ascii_case(b"source") {
            &mut self.source
        } else if name.eq_ignore_ascii_case(b"phased-update-percentage") {
            &mut self.phased
        } else {
            return;
        };
        let value = value.trim_ascii();
        if value.len() > MAX_VALUE {
            return self.spoil(number, SkipReason::TooLong { limit: MAX_VALUE });
        }
        field.clear();
        field.extend_from_slice(value);
    }

    /// What the stanza indexes, or why it is skipped.
    fn package(&mut self, component: &str) -> Result<IndexedPackage, SkipReason> {
        if let Some(reason) = self.spoiled.take() {
            return Err(reason);
        }
        let name = word(&self.name, "Package")?;
        let version = valid_version(word(&self.version, "Version")?)?;
        let arch = word(&self.arch, "Architecture")?;
        let (source_name, source_version) = self.source(name, version)?;
        let phased = std::str::from_utf8(&self.phased).ok().and_then(|text| text.parse().ok());
        Ok(IndexedPackage {
            name: name.to_owned(),
            version: version.to_owned(),
            arch: arch.to_owned(),
            component: component.to_owned(),
            source_name: source_name.to_owned(),
            source_version: source_version.to_owned(),
            phased: phased.filter(|percent| *percent < 100),
            ..Default::default()
        })
    }

    fn source<'a>(&'a self, name: &'a str, version: &'a str) -> Result<(&'a str, &'a str), SkipReason> {
        const FIELD: &str = "Source";
        if self.source.is_empty() {
            return Ok((name, version));
        }
        let Some(open) = memchr::memchr(b'(', &self.source) else {
            return Ok((word(&self.source, FIELD)?, version));
        };
        let (source_name, rest) = self.source.split_at_checked(open).unwrap_or_default();
        let malformed = || SkipReason::Malformed { expected: "Source" };
        let inner = rest.strip_prefix(b"(").and_then(|rest| rest.strip_suffix(b")")).ok_or_else(malformed)?;
        let source_name = word(source_name.trim_ascii_end(), FIELD)?;
        Ok((source_name, valid_version(word(inner.trim_ascii(), FIELD)?)?))
    }
}

/// A value that is one printable word.
fn word<'a>(value: &'a [u8], field: &'static str) -> Result<&'a str, SkipReason> {
    if value.is_empty() {
        return Err(SkipReason::MissingField { field });
    }
    let text = std::str::from_utf8(value).map_err(|_| SkipReason::NotUtf8 { field })?;
    if text.bytes().any(|byte| byte <= b' ' || byte == 0x7f) {
        return Err(SkipReason::Characters { field });
    }
    Ok(text)
}

fn valid_version(text: &str) -> Result<&str, SkipReason> {
    // Comparing checks both sides; "0" is valid.
    match version::compare(PackageFormat::Deb, text, "0") {
        Ok(_) => Ok(text),
        Err(_) => Err(SkipReason::InvalidVersion { version: text.to_owned() }),
    }
}

#[cfg(test)]
mod tests;
