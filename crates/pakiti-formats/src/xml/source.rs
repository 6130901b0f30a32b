//! Bytes for the XML scanner: bounded between two events, lines counted, only valid UTF-8.
//!
//! quick-xml keeps a whole tag or text in memory before it gives it, and knows no lines; both are mended here,
//! below it. Content that nobody wants is passed over here too, at the speed of a search.

use super::{MAX_LENGTH, NOT_TEXT};
use std::io::{self, BufRead, Read};

/// The buffer, bytes; more than any name or mark that is looked for.
const BUFFER: usize = 128 << 10;

/// Bytes for quick-xml: bounded between two events, lines counted, only valid UTF-8.
pub(super) struct Source<'a> {
    input: Box<dyn Read + 'a>,
    buffer: Vec<u8>,
    /// Next byte to give.
    start: usize,
    /// End of what may be given.
    end: usize,
    /// End of what was read: behind `end` stand at most three bytes of an unfinished character.
    filled: usize,
    ended: bool,
    /// Bytes given since the last event.
    pub(super) taken: usize,
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
            buffer: vec![0; BUFFER],
            start: 0,
            end: 0,
            filled: 0,
            ended: false,
            taken: 0,
            lines: 0,
            counted: 0,
            failure: None,
        }
    }

    /// Has everything been given?
    pub(super) fn at_end(&self) -> bool {
        self.ended && self.start == self.end
    }

    /// Line that the next byte stands on, from 1.
    pub(super) fn line(&mut self) -> u64 {
        self.count_lines(self.start);
        self.lines + 1
    }

    fn count_lines(&mut self, upto: usize) {
        let passed = self.buffer.get(self.counted..upto).unwrap_or_default();
        self.lines += memchr::memchr_iter(b'\n', passed).count() as u64;
        self.counted = self.counted.max(upto);
    }

    fn refill(&mut self) -> io::Result<()> {
        self.count_lines(self.end);
        self.buffer.copy_within(self.end..self.filled, 0);
        self.filled -= self.end;
        (self.start, self.end, self.counted) = (0, 0, 0);
        while self.end == 0 && !self.ended {
            self.read_more()?;
        }
        Ok(())
    }

    fn read_more(&mut self) -> io::Result<()> {
        let room = self.buffer.get_mut(self.filled..).unwrap_or_default();
        match self.input.read(room) {
            Ok(0) => self.ended = true,
            Ok(count) => self.filled += count.min(room.len()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Ok(()),
            Err(error) => {
                self.failure = Some(Failure::Read(error));
                return Err(io::ErrorKind::Other.into());
            }
        }
        self.clean();
        Ok(())
    }

    /// Moves `end` behind the last whole character; bytes that are no character are replaced.
    fn clean(&mut self) {
        loop {
            let fresh = self.buffer.get_mut(self.end..self.filled).unwrap_or_default();
            let error = match std::str::from_utf8(fresh) {
                Ok(_) => {
                    self.end = self.filled;
                    return;
                }
                Err(error) => error,
            };
            self.end += error.valid_up_to();
            let length = match error.error_len() {
                None if !self.ended => return,
                None => self.filled - self.end,
                Some(length) => length,
            };
            let bad = self.buffer.get_mut(self.end..self.end + length).unwrap_or_default();
            bad.fill(NOT_TEXT as u8);
            self.end += length;
        }
    }
}

/// Passing over content without looking at every element of it.
impl Source<'_> {
    /// Makes `count` bytes available at once, unless the input ends before.
    fn ahead(&mut self, count: usize) -> io::Result<&[u8]> {
        while self.end - self.start < count && !self.ended {
            self.count_lines(self.start);
            self.buffer.copy_within(self.start..self.filled, 0);
            (self.counted, self.end, self.filled) = (0, self.end - self.start, self.filled - self.start);
            self.start = 0;
            self.read_more()?;
        }
        Ok(self.buffer.get(self.start..self.end).unwrap_or_default())
    }

    /// Goes to the end tag of `name` or the end of the input; comments and CDATA are told from markup.
    pub(super) fn pass_over(&mut self, name: &[u8]) -> io::Result<()> {
        loop {
            let given = self.ahead(1)?;
            let Some(at) = memchr::memchr(b'<', given) else {
                let all = given.len();
                self.start += all;
                if all == 0 {
                    return Ok(());
                }
                continue;
            };
            self.start += at;
            let ahead = self.ahead(name.len() + 9)?;
            if ahead.starts_with(b"<!--") {
                self.start += 4;
                self.pass_behind(b"-->")?;
            } else if ahead.starts_with(b"<![CDATA[") {
                self.start += 9;
                self.pass_behind(b"]]>")?;
            } else if is_end_tag(ahead, name) {
                return Ok(());
            } else {
                self.start += 1;
            }
        }
    }

    fn pass_behind(&mut self, mark: &[u8]) -> io::Result<()> {
        loop {
            let given = self.ahead(mark.len())?;
            if let Some(at) = memchr::memmem::find(given, mark) {
                self.start += at + mark.len();
                return Ok(());
            }
            // The mark may begin in the last bytes.
            let kept = if given.len() < mark.len() { 0 } else { mark.len() - 1 };
            self.start = self.end - kept;
            if self.ended && kept == 0 {
                return Ok(());
            }
        }
    }
}

fn is_end_tag(text: &[u8], name: &[u8]) -> bool {
    let rest = text.strip_prefix(b"</").and_then(|rest| rest.strip_prefix(name));
    rest.is_some_and(|rest| matches!(rest.first(), Some(b'>' | b' ' | b'\t' | b'\r' | b'\n')))
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
        if self.start == self.end {
            if self.taken > MAX_LENGTH {
                self.failure = Some(Failure::TooLong);
                return Err(io::ErrorKind::Other.into());
            }
            self.refill()?;
        }
        Ok(self.buffer.get(self.start..self.end).unwrap_or_default())
    }

    fn consume(&mut self, count: usize) {
        self.start = (self.start + count).min(self.end);
        self.taken += count;
    }
}
