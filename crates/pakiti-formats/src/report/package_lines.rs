//! The lines of a package list, each parsed on its own: so that a reader who has seen a line before need not
//! parse it again.
//!
//! Nearly all packages of a host are those of its neighbours. [`PackageLine::stem`] is what of a line decides its
//! package and flags; equal stems under the same protocol and packaging system give equal ones. Only the install
//! time of protocol 6 (its tenth column, protocol6.md) is left out of it.

use super::lines::{Line, Lines};
use super::{Header, Limits, Protocol, RawList, ReportedPackage, SkipReason, list, v5, v6};
use memchr::{memchr_iter, memrchr};
use pakiti_core::package::PackageFormat;
use std::borrow::Cow;

/// TABs before the install time.
const BEFORE_INSTALL_TIME: usize = 9;

/// The lines of a package list that may hold packages.
#[derive(Debug)]
pub struct PackageLines<'a> {
    protocol: Protocol,
    format: PackageFormat,
    bytes: Cow<'a, [u8]>,
    first_line: usize,
}

impl<'a> PackageLines<'a> {
    /// The lines of a list that [`super::split`] left. They depend on the bytes, the protocol and
    /// [`Header::packager`], on nothing else of the header.
    pub fn new(protocol: Protocol, header: &Header, list: RawList<'a>) -> Self {
        let format = header.package_format().unwrap_or_else(|| list::infer_format(list.bytes));
        let bytes = match protocol {
            Protocol::V5 => v5::without_backslashes(list.bytes),
            Protocol::V6 => Cow::Borrowed(list.bytes),
        };
        Self { protocol, format, bytes, first_line: list.first_line }
    }

    /// The packaging system of the packages.
    pub fn format(&self) -> PackageFormat {
        self.format
    }

    /// How many bytes they have together.
    pub fn size(&self) -> usize {
        self.bytes.len()
    }

    /// The lines, without blank ones and separators.
    pub fn iter(&self) -> impl Iterator<Item = PackageLine<'_>> {
        Lines::new(&self.bytes, self.first_line)
            .filter(|line| !line.is_blank() && !line.is_separator())
            .map(|line| PackageLine { protocol: self.protocol, format: self.format, line })
    }
}

/// One line of a package list.
#[derive(Debug, Clone, Copy)]
pub struct PackageLine<'a> {
    protocol: Protocol,
    format: PackageFormat,
    line: Line<'a>,
}

impl<'a> PackageLine<'a> {
    /// Its number in the report, from 1.
    pub fn number(&self) -> usize {
        self.line.number
    }

    /// The bytes that decide its package and flags. `None` if the rest of the line may spoil it: then only
    /// [`PackageLine::parse`] knows.
    pub fn stem(&self, limits: &Limits) -> Option<&'a [u8]> {
        let bytes = self.line.bytes;
        if bytes.len() > limits.max_line {
            return None;
        }
        if self.protocol == Protocol::V5 {
            return Some(bytes);
        }
        let tab = match memchr_iter(b'\t', bytes).count() {
            0..BEFORE_INSTALL_TIME => return Some(bytes),
            BEFORE_INSTALL_TIME => memrchr(b'\t', bytes),
            _ => memchr_iter(b'\t', bytes).nth(BEFORE_INSTALL_TIME - 1),
        }?;
        let (stem, time) = bytes.split_at_checked(tab)?;
        let plain = |b: &u8| b.is_ascii_graphic() || matches!(b, b'\t' | b' ');
        time.iter().all(plain).then_some(stem)
    }

    /// The package; `None` for a line that is none (rpm's `gpg-pubkey`).
    ///
    /// # Errors
    /// Why the line is to be skipped.
    pub fn parse(&self, limits: &Limits) -> Result<Option<ReportedPackage>, SkipReason> {
        match self.protocol {
            Protocol::V5 => v5::package(self.format, self.line, limits),
            Protocol::V6 => v6::package(self.format, self.line, limits),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Header, Limits, PackageLines, Protocol, RawList};

    fn stems(protocol: Protocol, text: &str) -> Vec<Option<String>> {
        let list = RawList { bytes: text.as_bytes(), first_line: 1 };
        let lines = PackageLines::new(protocol, &Header::default(), list);
        let stem = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        lines.iter().map(|line| line.stem(&Limits { max_line: 50, ..Limits::default() }).map(stem)).collect()
    }

    #[test]
    fn the_stem_of_protocol_6_ends_before_the_install_time() {
        let nine = "vim\t9\tamd64\t-\t-\t-\t-\theld\t-";
        for line in
            [nine.to_owned(), format!("{nine}\t-"), format!("{nine}\t1700000000"), format!("{nine}\t1\t2")]
        {
            assert_eq!(stems(Protocol::V6, &line), [Some(nine.to_owned())], "{line:?}");
        }
        assert_eq!(stems(Protocol::V6, "vim\t9\tamd64"), [Some("vim\t9\tamd64".to_owned())]);
    }

    #[test]
    fn a_line_whose_rest_may_spoil_it_has_no_stem() {
        let nine = "vim\t9\tamd64\t-\t-\t-\t-\theld\t-";
        for rest in ["\u{7f}", "\u{e9}", "\u{1b}[m", "0123456789012345678901234567890123456789"] {
            assert_eq!(stems(Protocol::V6, &format!("{nine}\t{rest}")), [None], "{rest:?}");
        }
    }

    #[test]
    fn the_stem_of_protocol_5_is_the_line_without_backslashes() {
        let line = "a\t1\tx\t-\t-\t-\t-\t-\t-\t17";
        assert_eq!(stems(Protocol::V5, &line.replace('1', "\\1")), [Some(line.to_owned())]);
    }
}
