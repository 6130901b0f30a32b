//! Lines of a report and the text in them: numbering, bounds, what counts as printable.
//!
//! Rules: pakiti3-interfaces.md 1.2 (a separator is a line that trims to `#`; values are reduced to printable
//! characters with single spaces). Package lines are never repaired: a name that was changed to fit is another
//! package.

use super::{SkipReason, SkippedLine};
use memchr::memchr;

/// How many skipped lines are kept; all are counted.
const KEPT: usize = 100;

/// One line without its LF or CR LF.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line<'a> {
    /// Line number in the report, from 1.
    pub(super) number: usize,
    /// The bytes.
    pub(super) bytes: &'a [u8],
}

/// The lines of a text; the last one may lack its LF.
#[derive(Debug, Clone)]
pub(super) struct Lines<'a> {
    rest: &'a [u8],
    next: usize,
}

impl<'a> Lines<'a> {
    pub(super) fn new(bytes: &'a [u8], first_line: usize) -> Self {
        Self { rest: bytes, next: first_line }
    }

    /// What was not read yet, and the number of its first line.
    pub(super) fn remainder(&self) -> (&'a [u8], usize) {
        (self.rest, self.next)
    }
}

impl<'a> Iterator for Lines<'a> {
    type Item = Line<'a>;

    fn next(&mut self) -> Option<Line<'a>> {
        if self.rest.is_empty() {
            return None;
        }
        let end = memchr(b'\n', self.rest).unwrap_or(self.rest.len());
        let (bytes, rest) = self.rest.split_at_checked(end)?;
        self.rest = rest.get(1..).unwrap_or_default();
        let number = self.next;
        self.next += 1;
        Some(Line { number, bytes: bytes.strip_suffix(b"\r").unwrap_or(bytes) })
    }
}

impl<'a> Line<'a> {
    /// A line that trims to `#`.
    pub(super) fn is_separator(self) -> bool {
        self.bytes.trim_ascii() == b"#"
    }

    pub(super) fn is_blank(self) -> bool {
        self.bytes.trim_ascii().is_empty()
    }

    /// The line as text.
    ///
    /// # Errors
    /// Too long, not UTF-8, or with characters that no package line may hold (TABs are separators).
    pub(super) fn text(self, max_line: usize) -> Result<&'a str, SkipReason> {
        if self.bytes.len() > max_line {
            return Err(SkipReason::TooLong { limit: max_line });
        }
        let text = std::str::from_utf8(self.bytes).map_err(|_| SkipReason::NotUtf8)?;
        // Nearly all lines are plain ASCII; without an early exit this loop is vectorised.
        let odd = |b: u8| (b < b' ' && b != b'\t') | (b > b'~');
        if !self.bytes.iter().fold(false, |found, b| found | odd(*b))
            || !text.chars().any(|c| c != '\t' && is_unprintable(c))
        {
            Ok(text)
        } else {
            Err(SkipReason::Unprintable)
        }
    }
}

/// The TAB separated columns of a line, without blanks around them.
#[derive(Debug, Clone)]
pub(super) struct Columns<'a>(Option<&'a str>);

impl<'a> Columns<'a> {
    pub(super) fn of(line: &'a str) -> Self {
        Self(Some(line))
    }
}

impl<'a> Iterator for Columns<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let line = self.0?;
        let column = match memchr(b'\t', line.as_bytes()).and_then(|tab| line.split_at_checked(tab)) {
            Some((column, rest)) => {
                self.0 = rest.get(1..);
                column
            }
            None => {
                self.0 = None;
                line
            }
        };
        Some(column.trim_matches(' '))
    }
}

/// Control characters and characters that only change how others are shown (direction, joining, tags).
fn is_unprintable(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// A header value as the client reduces it: printable characters, single spaces, none at the ends. What is
/// unprintable or not UTF-8 becomes a space.
pub(super) fn clean(value: &[u8]) -> String {
    let mut out = String::with_capacity(value.len());
    let mut gap = false;
    for chunk in value.utf8_chunks() {
        for c in chunk.valid().chars() {
            if c.is_whitespace() || is_unprintable(c) {
                gap = true;
                continue;
            }
            if std::mem::take(&mut gap) && !out.is_empty() {
                out.push(' ');
            }
            out.push(c);
        }
        gap |= !chunk.invalid().is_empty();
    }
    out
}

/// The skipped lines of a report while it is read.
#[derive(Debug, Default)]
pub(super) struct Skipped {
    pub(super) lines: Vec<SkippedLine>,
    pub(super) count: u64,
}

impl Skipped {
    pub(super) fn note(&mut self, line: usize, reason: SkipReason) {
        self.count += 1;
        if self.lines.len() < KEPT {
            self.lines.push(SkippedLine { line, reason });
        }
    }

    /// Adds what was skipped further down.
    pub(super) fn append(&mut self, lines: Vec<SkippedLine>, count: u64) {
        let room = KEPT.saturating_sub(self.lines.len());
        self.lines.extend(lines.into_iter().take(room));
        self.count += count;
    }
}

#[cfg(test)]
mod tests {
    use super::{Columns, Lines, clean};

    #[test]
    fn lines_are_numbered_and_lose_their_ends() {
        let lines: Vec<_> = Lines::new(b"a\r\n\nb", 7).map(|l| (l.number, l.bytes)).collect();
        assert_eq!(lines, [(7, &b"a"[..]), (8, b""), (9, b"b")]);
        assert_eq!(Lines::new(b"a\n", 1).count(), 1);
    }

    #[test]
    fn columns_are_cut_at_every_tab() {
        let columns = |line| Columns::of(line).collect::<Vec<_>>();
        assert_eq!(columns("a\t b c \t\té"), ["a", "b c", "", "é"]);
        assert_eq!(columns("a\t"), ["a", ""]);
        assert_eq!(columns(""), [""]);
    }

    #[test]
    fn header_values_are_reduced_to_printable_text_with_single_spaces() {
        assert_eq!(clean(b"  Rocky\t Linux\x00 9 \xff(Blue)\x1b "), "Rocky Linux 9 (Blue)");
        assert_eq!(clean("Linux für\u{202e} alle\u{a0}!".as_bytes()), "Linux für alle !");
        assert_eq!(clean(b"\x00\xff \n"), "");
    }
}
