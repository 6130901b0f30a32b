//! Which format a report has (`--report-format auto`), from its first lines.

use super::lines::{Line, Lines};
use super::{ReportFormat, nevra};

/// How far the marks of a format are looked for.
const LOOKED_AT: usize = 1000;
const NEVRA_LOOKED_AT: usize = 5;
const MAX_LINE: usize = 4096;

/// The format of decompressed bytes; `None` if they have the marks of none.
pub fn detect(bytes: &[u8]) -> Option<ReportFormat> {
    let mut lines = Lines::new(bytes, 1).filter(|line| !line.is_blank()).take(LOOKED_AT);
    let first = lines.next()?;
    if first.is_separator() {
        return Some(protocol(lines));
    }
    if let Some(names) = first.bytes.strip_prefix(b"#") {
        let has = |column: &[u8]| names.split(|b| *b == b'\t').any(|name| name.eq_ignore_ascii_case(column));
        return match (has(b"Package"), has(b"NAME")) {
            (true, _) => Some(ReportFormat::DpkgQuery),
            (false, true) => Some(ReportFormat::RpmQa),
            (false, false) => None,
        };
    }
    let mut start = std::iter::once(first).chain(lines);
    start.by_ref().take(NEVRA_LOOKED_AT).find_map(listed).or_else(|| start.find_map(stanza))
}

/// Protocol 6 says so in its header; every other report with a header is protocol 5.
fn protocol<'a>(mut lines: impl Iterator<Item = Line<'a>>) -> ReportFormat {
    let is_six = |line: Line<'_>| {
        let mut parts = line.bytes.splitn(2, |b| *b == b':').map(<[u8]>::trim_ascii);
        parts.next() == Some(b"version") && parts.next() == Some(b"6")
    };
    let six = lines.by_ref().take_while(|line| !line.is_separator()).any(is_six);
    if six { ReportFormat::V6 } else { ReportFormat::V5 }
}

/// The format of a list without a header, if `line` is typical of one.
fn listed(line: Line<'_>) -> Option<ReportFormat> {
    stanza(line).or_else(|| nevra_line(line))
}

fn stanza(line: Line<'_>) -> Option<ReportFormat> {
    let start = line.bytes.get(..8)?;
    start.eq_ignore_ascii_case(b"package:").then_some(ReportFormat::DpkgStatus)
}

/// A package of `rpm -qa`, in the characters rpm allows: other text may have two dashes, too.
fn nevra_line(line: Line<'_>) -> Option<ReportFormat> {
    let text = line.text(MAX_LINE).ok()?;
    let nevra = text.split('\t').next().unwrap_or_default().trim_end();
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"-._+~^:()%".contains(&b);
    let typical = nevra.starts_with(|c: char| c.is_ascii_alphanumeric()) && nevra.bytes().all(allowed);
    (typical && nevra::package(nevra).is_ok()).then_some(ReportFormat::RpmQa)
}

#[cfg(test)]
mod tests {
    use super::{ReportFormat, detect};

    #[test]
    fn protocols_are_told_by_the_version_in_the_header() {
        assert_eq!(
            detect(
                b"#
host: a
version: 1
#
"
            ),
            Some(ReportFormat::V5)
        );
        assert_eq!(
            detect(
                b"#
host: a
version: 6
#
"
            ),
            Some(ReportFormat::V6)
        );
        assert_eq!(
            detect(
                b"#
host: a
#
version: 6
"
            ),
            Some(ReportFormat::V5)
        );
    }

    #[test]
    fn tables_are_told_by_their_columns() {
        assert_eq!(
            detect(
                b"#Version	Package	Architecture
"
            ),
            Some(ReportFormat::DpkgQuery)
        );
        assert_eq!(
            detect(
                b"
#NAME	EPOCH
"
            ),
            Some(ReportFormat::RpmQa)
        );
        assert_eq!(
            detect(
                b"#!/bin/sh
"
            ),
            None
        );
    }

    #[test]
    fn lists_are_told_by_their_lines() {
        assert_eq!(
            detect(
                b"Package: a
Status: x
"
            ),
            Some(ReportFormat::DpkgStatus)
        );
        assert_eq!(
            detect(
                b"warning: x
bash-4.1-2.el6.x86_64	1
"
            ),
            Some(ReportFormat::RpmQa)
        );
        for other in [
            &b""[..],
            b" 
",
            b"{\"a-b-c\":1}",
            b"<a-b-c/>",
            b"\x30\x82\x00\xff",
            b"some text\n",
            b"a b c\n",
        ] {
            assert_eq!(detect(other), None, "{other:?}");
        }
    }
}
