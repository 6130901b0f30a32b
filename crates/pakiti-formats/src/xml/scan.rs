//! The next event of a file: text, reference, tag, or what quick-xml reads.

use super::source::Failure;
use super::tag::{end_name, tag_end};
use super::{MAX_DEPTH, MAX_LENGTH, MAX_MESSAGE, NOT_TEXT, Step, Xml, XmlError};
use crate::decompress::DecompressError;
use quick_xml::Reader;
use quick_xml::errors::{Error, IllFormedError, SyntaxError};
use quick_xml::events::{BytesRef, Event};

impl Xml<'_> {
    /// Goes one event on. Text goes to `text`, if it is wanted.
    pub(super) fn step(&mut self, mut text: Option<&mut String>) -> Result<Step, XmlError> {
        // Bytes of text since the last markup or reference.
        let mut run = 0;
        loop {
            let rest = self.source.rest();
            match rest.as_bytes() {
                [] => {
                    if !self.more()? {
                        return self.end(run);
                    }
                }
                [b'<', ..] if run > 0 && text.is_some() => return Ok(Step::Text),
                [b'<', b'/', ..] => return self.close(),
                [b'<', b'!' | b'?', ..] => return self.odd(text),
                [b'<', _, ..] => return self.open_tag(),
                [b'<'] => self.longer(1)?,
                [b'&', ..] => {
                    let character = self.reference()?;
                    if let Some(out) = &mut text {
                        out.push(character);
                    }
                    return Ok(Step::Text);
                }
                bytes => {
                    let length = memchr::memchr2(b'<', b'&', bytes).unwrap_or(bytes.len());
                    if let Some(out) = &mut text {
                        out.push_str(rest.get(..length).unwrap_or_default());
                    }
                    self.source.advance(length);
                    run += length;
                    if run > MAX_LENGTH {
                        return Err(self.too_long());
                    }
                }
            }
        }
    }

    /// Reads on; false at the end of the file.
    fn more(&mut self) -> Result<bool, XmlError> {
        self.source.more().map_err(|error| self.failure(&error.into()))
    }

    /// Makes an event of which `has` bytes are there whole, or tells that it never will be.
    fn longer(&mut self, has: usize) -> Result<(), XmlError> {
        if has > MAX_LENGTH {
            return Err(self.too_long());
        }
        if self.more()? {
            return Ok(());
        }
        let all = self.source.rest().len();
        self.source.advance(all);
        Err(self.failure(&Error::Syntax(SyntaxError::UnclosedTag)))
    }

    fn too_long(&mut self) -> XmlError {
        XmlError::TooLong { line: self.line(), limit: MAX_LENGTH }
    }

    fn end(&mut self, run: usize) -> Result<Step, XmlError> {
        match self.depth() {
            0 if run > 0 => Ok(Step::Text),
            0 => Ok(Step::End),
            _ => Err(XmlError::Truncated { line: self.line() }),
        }
    }

    fn open_tag(&mut self) -> Result<Step, XmlError> {
        while !self.found.find(self.source.rest()) {
            self.longer(self.source.rest().len())?;
        }
        if !self.found.empty {
            if self.depth() == MAX_DEPTH {
                self.source.advance(self.found.length);
                return Err(XmlError::TooDeep { line: self.line(), limit: MAX_DEPTH });
            }
            self.starts.push(self.names.len());
            self.names.push_str(self.found.name_in(self.source.rest()));
        }
        self.source.advance(self.found.length);
        Ok(if self.found.empty { Step::Empty } else { Step::Open })
    }

    fn close(&mut self) -> Result<Step, XmlError> {
        let start = self.starts.last().copied();
        let expected = start.and_then(|start| self.names.get(start..)).unwrap_or_default();
        let after = self.source.rest().get(2..).and_then(|rest| rest.strip_prefix(expected));
        let length = match after {
            Some(after) if start.is_some() && after.starts_with('>') => expected.len() + 3,
            _ => self.odd_close()?,
        };
        self.source.advance(length);
        self.names.truncate(start.unwrap_or_default());
        self.starts.pop();
        Ok(Step::Close)
    }

    /// The length of an end tag that is not just the expected name.
    fn odd_close(&mut self) -> Result<usize, XmlError> {
        let end = loop {
            let rest = self.source.rest();
            if let Some(end) = tag_end(rest) {
                break end;
            }
            self.longer(rest.len())?;
        };
        let found = end_name(self.source.rest().get(..=end).unwrap_or_default()).to_owned();
        let open = self.starts.last().and_then(|start| self.names.get(*start..));
        let fault = match open {
            Some(open) if open == found => return Ok(end + 1),
            Some(open) => IllFormedError::MismatchedEndTag { expected: open.to_owned(), found },
            None => IllFormedError::UnmatchedEndTag(found),
        };
        self.source.advance(end + 1);
        Err(self.failure(&Error::IllFormed(fault)))
    }

    /// A reference: the character it stands for.
    fn reference(&mut self) -> Result<char, XmlError> {
        let unclosed = Error::IllFormed(IllFormedError::UnclosedReference);
        loop {
            let rest = self.source.rest();
            let bytes = rest.as_bytes().get(1..).unwrap_or_default();
            let Some(end) = memchr::memchr3(b';', b'&', b'<', bytes) else {
                self.longer(rest.len())?;
                continue;
            };
            let known = match rest.get(1..=end) {
                Some(name) if bytes.get(end) == Some(&b';') => Some(character(name)),
                _ => None,
            };
            self.source.advance(end + 1 + usize::from(known.is_some()));
            return known.ok_or_else(|| self.failure(&unclosed));
        }
    }

    /// Declarations, comments, marked sections: quick-xml reads one event of what stands next.
    fn odd(&mut self, text: Option<&mut String>) -> Result<Step, XmlError> {
        self.source.begin_event();
        self.buffer.clear();
        let event = Reader::from_reader(&mut self.source).read_event_into(&mut self.buffer);
        match event {
            Ok(Event::DocType(definition)) if definition.contains("<!ENTITY") => {
                Err(XmlError::Entities { line: self.line() })
            }
            Ok(Event::CData(section)) => {
                if let Some(out) = text {
                    out.push_str(&section);
                }
                Ok(Step::Section)
            }
            Ok(_) => Ok(Step::Text),
            Err(error) => Err(self.failure(&error)),
        }
    }

    pub(super) fn failure(&mut self, error: &Error) -> XmlError {
        let line = self.source.line();
        let at_end = self.source.at_end();
        match self.source.failure.take() {
            Some(Failure::TooLong) => XmlError::TooLong { line, limit: MAX_LENGTH },
            Some(Failure::Read(error)) => XmlError::Decompress(DecompressError::from_io(error)),
            None if at_end => XmlError::Truncated { line },
            None => XmlError::Malformed { line, what: error.to_string().chars().take(MAX_MESSAGE).collect() },
        }
    }
}

pub(super) fn character(name: &str) -> char {
    match name {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "apos" => '\'',
        "quot" => '"',
        _ => BytesRef::new(name).resolve_char_ref().ok().flatten().unwrap_or(NOT_TEXT),
    }
}
