//! The text of a file as a window that goes forward: only valid UTF-8, lines counted.
//!
//! The scanner reads tags and texts where they stand in the window; nothing is copied. Content that nobody wants is
//! passed over here too, at the speed of a search.

use super::{MAX_LENGTH, NOT_TEXT};
use std::io::{self, BufRead, Read};

/// Bytes read at once; more than any name or mark that is looked for.
const BLOCK: usize = 64 << 10;
const BYTE_ORDER_MARK: char = '\u{feff}';

/// The window. What the scanner has passed is dropped when more is read.
pub(super) struct Source<'a> {
    input: Box<dyn Read + 'a>,
    /// What was read last; at its beginning stand at most three bytes of an unfinished character.
    block: Vec<u8>,
    unfinished: usize,
    text: String,
    /// Next byte to give.
    at: usize,
    ended: bool,
    /// Somebody wanted more than there is.
    exhausted: bool,
    /// Bytes given to quick-xml since its event began.
    taken: usize,
    /// Line ends before `counted`.
    lines: u64,
    counted: usize,
    /// The typed reason of the last error.
    pub(super) failure: Option<Failure>,
}

pub(super) enum Failure {
    TooLong,
    Read(io::Error),
}

impl<'a> Source<'a> {
    pub(super) fn new(input: impl Read + 'a) -> Self {
        Self {
            input: Box::new(input),
            block: vec![0; BLOCK],
            unfinished: 0,
            text: String::with_capacity(2 * BLOCK),
            at: 0,
            ended: false,
            exhausted: false,
            taken: 0,
            lines: 0,
            counted: 0,
            failure: None,
        }
    }

    /// Passes over a byte order mark; only right at the beginning.
    pub(super) fn begin(&mut self) -> io::Result<()> {
        if self.ahead(BYTE_ORDER_MARK.len_utf8())?.starts_with(BYTE_ORDER_MARK) {
            self.at += BYTE_ORDER_MARK.len_utf8();
        }
        Ok(())
    }

    /// What the window holds and nobody took.
    pub(super) fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Takes so many bytes of [`Source::rest`].
    pub(super) fn advance(&mut self, count: usize) {
        self.at = (self.at + count).min(self.text.len());
    }

    /// The last `count` bytes that were taken, until more is read.
    pub(super) fn last(&self, count: usize) -> &str {
        self.at.checked_sub(count).and_then(|start| self.text.get(start..self.at)).unwrap_or_default()
    }

    /// Was everything taken, and more wanted?
    pub(super) fn at_end(&self) -> bool {
        self.exhausted && self.at == self.text.len()
    }

    /// Line that the next byte stands on, from 1.
    pub(super) fn line(&mut self) -> u64 {
        let passed = self.text.as_bytes().get(self.counted..self.at).unwrap_or_default();
        self.lines += memchr::memchr_iter(b'\n', passed).count() as u64;
        self.counted = self.at;
        self.lines + 1
    }

    /// Reads on behind what the window holds; false at the end of the input.
    pub(super) fn more(&mut self) -> io::Result<bool> {
        if self.ended {
            self.exhausted = true;
            return Ok(false);
        }
        self.line();
        self.text.drain(..self.at);
        (self.at, self.counted) = (0, 0);
        let mut filled = self.unfinished;
        while !self.ended {
            let room = self.block.get_mut(filled..).unwrap_or_default();
            if room.is_empty() {
                break;
            }
            match self.input.read(room) {
                Ok(0) => self.ended = true,
                Ok(count) => filled += count.min(room.len()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.failure = Some(Failure::Read(error));
                    return Err(io::ErrorKind::Other.into());
                }
            }
        }
        let before = self.text.len();
        self.take_block(filled);
        self.exhausted = self.text.len() == before;
        Ok(!self.exhausted)
    }

    /// Puts the block into the window, bytes that are no character replaced, an unfinished one left.
    fn take_block(&mut self, filled: usize) {
        let mut fresh = self.block.get(..filled).unwrap_or_default();
        while let Some((valid, bad)) = split(fresh, self.ended) {
            self.text.push_str(valid);
            (0..bad).for_each(|_| self.text.push(NOT_TEXT));
            fresh = fresh.get(valid.len() + bad..).unwrap_or_default();
        }
        let unfinished = fresh.len();
        self.unfinished = unfinished;
        self.block.copy_within(filled - unfinished..filled, 0);
    }
}

/// The valid beginning of `bytes` and the bytes behind it that are no character; `None` = nothing more can be told.
fn split(bytes: &[u8], ended: bool) -> Option<(&str, usize)> {
    let error = match std::str::from_utf8(bytes) {
        Ok("") => return None,
        Ok(text) => return Some((text, 0)),
        Err(error) => error,
    };
    let valid = bytes.get(..error.valid_up_to()).and_then(|valid| std::str::from_utf8(valid).ok());
    let valid = valid.unwrap_or_default();
    match error.error_len() {
        Some(length) => Some((valid, length)),
        None if ended => Some((valid, bytes.len() - valid.len())),
        None if valid.is_empty() => None,
        None => Some((valid, 0)),
    }
}

/// Passing over content without looking at every element of it.
impl Source<'_> {
    /// Makes `count` bytes available at once, unless the input ends before.
    fn ahead(&mut self, count: usize) -> io::Result<&str> {
        while self.text.len() - self.at < count && self.more()? {}
        Ok(self.rest())
    }

    /// Goes to the end tag of `name` or the end of the input; comments and CDATA are told from markup.
    pub(super) fn pass_over(&mut self, name: &str) -> io::Result<()> {
        loop {
            let given = self.ahead(1)?;
            let Some(at) = memchr::memchr(b'<', given.as_bytes()) else {
                let all = given.len();
                self.at += all;
                if all == 0 {
                    return Ok(());
                }
                continue;
            };
            self.at += at;
            let ahead = self.ahead(name.len() + 9)?;
            if ahead.starts_with("<!--") {
                self.at += 4;
                self.pass_behind(b"-->")?;
            } else if ahead.starts_with("<![CDATA[") {
                self.at += 9;
                self.pass_behind(b"]]>")?;
            } else if is_end_tag(ahead, name) {
                return Ok(());
            } else {
                self.at += 1;
            }
        }
    }

    fn pass_behind(&mut self, mark: &[u8]) -> io::Result<()> {
        loop {
            let given = self.ahead(mark.len())?;
            if let Some(at) = memchr::memmem::find(given.as_bytes(), mark) {
                self.at += at + mark.len();
                return Ok(());
            }
            // The mark may begin in the last bytes.
            let length = given.len();
            let kept =
                (1..mark.len()).rev().find(|kept| given.is_char_boundary(length.saturating_sub(*kept)));
            let kept = if length < mark.len() { 0 } else { kept.unwrap_or(0) };
            self.at += length - kept;
            if !self.more()? {
                self.at = self.text.len();
                return Ok(());
            }
        }
    }
}

fn is_end_tag(text: &str, name: &str) -> bool {
    let rest = text.strip_prefix("</").and_then(|rest| rest.strip_prefix(name));
    rest.is_some_and(|rest| rest.starts_with(['>', ' ', '\t', '\r', '\n']))
}

/// For quick-xml, which reads the rare kinds of markup: bounded between two events.
impl Source<'_> {
    /// quick-xml begins with an event.
    pub(super) fn begin_event(&mut self) {
        self.taken = 0;
    }
}

impl Read for Source<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut given = self.fill_buf()?;
        let count = given.read(buffer)?;
        self.consume(count);
        Ok(count)
    }
}

impl BufRead for Source<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.at == self.text.len() {
            if self.taken > MAX_LENGTH {
                self.failure = Some(Failure::TooLong);
                return Err(io::ErrorKind::Other.into());
            }
            self.more()?;
        }
        Ok(self.rest().as_bytes())
    }

    fn consume(&mut self, count: usize) {
        self.advance(count);
        self.taken += count;
    }
}
