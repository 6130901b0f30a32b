//! The cleartext signature framework (RFC 9580, section 7), read as strictly as apt does.
//!
//! Lines are split once and serve both the text that is returned and the text that is hashed, so the two cannot
//! differ. Refused: anything before or after the signed message, headers other than `Hash`, dashes not escaped.

use super::SignatureError;

const BEGIN_MESSAGE: &[u8] = b"-----BEGIN PGP SIGNED MESSAGE-----";
const BEGIN_SIGNATURE: &[u8] = b"-----BEGIN PGP SIGNATURE-----";
const END_SIGNATURE: &[u8] = b"-----END PGP SIGNATURE-----";

/// A clear-signed file, taken apart.
pub(super) struct Parts<'a> {
    /// What readers get, as `gpgv --output` writes it: every line ended by `\n`.
    pub(super) text: Vec<u8>,
    /// What is hashed: `\r\n` between lines, none after the last.
    pub(super) signed: Vec<u8>,
    /// The armored signature blocks.
    pub(super) signatures: Vec<&'a [u8]>,
}

/// Lines with their number (from 1) and their offset.
struct Lines<'a> {
    data: &'a [u8],
    offset: usize,
    number: usize,
}

struct Line<'a> {
    /// As it stands, with its line end.
    raw: &'a [u8],
    /// Without line end and blanks before it.
    content: &'a [u8],
    start: usize,
    end: usize,
    number: usize,
}

impl<'a> Iterator for Lines<'a> {
    type Item = Line<'a>;

    fn next(&mut self) -> Option<Line<'a>> {
        let rest = self.data.get(self.offset..).filter(|rest| !rest.is_empty())?;
        let length = memchr::memchr(b'\n', rest).map_or(rest.len(), |at| at + 1);
        let start = self.offset;
        self.offset += length;
        self.number += 1;
        let raw = rest.get(..length)?;
        Some(Line { raw, content: trim_end(raw), start, end: self.offset, number: self.number })
    }
}

fn trim_end(line: &[u8]) -> &[u8] {
    let kept = line.iter().rposition(|b| !matches!(b, b' ' | b'\t' | b'\r' | b'\n')).map_or(0, |at| at + 1);
    line.get(..kept).unwrap_or_default()
}

/// Takes a clear-signed file apart; the signatures are not checked here.
pub(super) fn split(data: &[u8]) -> Result<Parts<'_>, SignatureError> {
    let mut lines = Lines { data, offset: 0, number: 0 };
    if lines.next().is_none_or(|line| line.content != BEGIN_MESSAGE) {
        return Err(SignatureError::NotClearSigned);
    }
    headers(&mut lines)?;
    let (text, signed, start) = body(&mut lines)?;
    let signatures = blocks(&mut lines, start)?;
    Ok(Parts { text, signed, signatures })
}

fn headers(lines: &mut Lines<'_>) -> Result<(), SignatureError> {
    for line in lines {
        // A line of blanks is an empty line to some readers and a header to others.
        match line.content {
            b"" if matches!(line.raw, b"\n" | b"\r\n") => return Ok(()),
            header if header.starts_with(b"Hash:") => {}
            _ => return Err(SignatureError::Header { line: line.number }),
        }
    }
    Err(SignatureError::Truncated)
}

/// The text in both forms, and where the first signature block starts.
fn body(lines: &mut Lines<'_>) -> Result<(Vec<u8>, Vec<u8>, usize), SignatureError> {
    let mut text = Vec::with_capacity(lines.data.len());
    let mut signed = Vec::with_capacity(lines.data.len());
    let mut first = true;
    for line in lines {
        if line.content == BEGIN_SIGNATURE {
            return Ok((text, signed, line.start));
        }
        let content = match line.content {
            [b'-', b' ', rest @ ..] => rest,
            // `- ` whose blank was trimmed away: an escaped empty line.
            [b'-'] if line.raw.starts_with(b"- ") => b"",
            [b'-', ..] => return Err(SignatureError::Dash { line: line.number }),
            content => content,
        };
        if !first {
            signed.extend_from_slice(b"\r\n");
        }
        first = false;
        signed.extend_from_slice(content);
        text.extend_from_slice(content);
        text.push(b'\n');
    }
    Err(SignatureError::Truncated)
}

/// The signature blocks; the `BEGIN` line of the first one, at `start`, has been read.
fn blocks<'a>(lines: &mut Lines<'a>, start: usize) -> Result<Vec<&'a [u8]>, SignatureError> {
    let mut found = Vec::new();
    let mut open = Some(start);
    let data = lines.data;
    for line in lines {
        match open {
            Some(start) if line.content == END_SIGNATURE => {
                found.push(data.get(start..line.end).unwrap_or_default());
                open = None;
            }
            Some(_) => {}
            None if line.content == BEGIN_SIGNATURE => open = Some(line.start),
            None if line.content.is_empty() => {}
            None => return Err(SignatureError::TextOutside { line: line.number }),
        }
    }
    if open.is_some() { Err(SignatureError::Truncated) } else { Ok(found) }
}

#[cfg(test)]
mod tests;
