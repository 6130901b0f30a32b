//! XML of feeds, element by element, under bounds; the scanner is quick-xml's (XML 1.0, UTF-8 only).
//!
//! Refused: definitions of entities (bombs are made of them), nesting beyond 64, one tag or text beyond 1 MiB, an
//! end inside an element. Bytes that are not UTF-8 and entities that XML does not define become U+0000, which
//! XML forbids: who reads the text sees it, the elements beside it are not lost.

mod source;

use self::source::{Failure, Source};
use crate::decompress::{self, DecompressError, DecompressLimits};
use quick_xml::Reader;
use quick_xml::escape;
use quick_xml::events::attributes::Attributes;
use quick_xml::events::{BytesRef, BytesStart, Event};
use std::borrow::Cow;
use std::io::Read;

/// Deepest nesting of elements. updateinfo has 7.
const MAX_DEPTH: usize = 64;
/// Longest tag, comment or text, bytes.
pub(crate) const MAX_LENGTH: usize = 1 << 20;
/// Longest name of an element that is passed over quickly, bytes.
const MAX_NAME: usize = 100;
/// Longest message of the scanner that is passed on, characters: it may quote the file.
const MAX_MESSAGE: usize = 120;
/// Stands for what is not text.
pub(crate) const NOT_TEXT: char = '\0';

/// Why an XML file is refused.
#[derive(Debug, thiserror::Error)]
pub enum XmlError {
    /// It is no XML.
    #[error("line {line}: not well-formed ({what})")]
    Malformed {
        /// Line, from 1.
        line: u64,
        /// What the scanner said.
        what: String,
    },
    /// It defines entities.
    #[error("line {line}: entity definitions")]
    Entities {
        /// Line, from 1.
        line: u64,
    },
    /// A tag or a text without end.
    #[error("line {line}: a tag or text longer than {limit} bytes")]
    TooLong {
        /// Line, from 1.
        line: u64,
        /// The bound, bytes.
        limit: usize,
    },
    /// Elements within elements within elements.
    #[error("line {line}: elements nested deeper than {limit}")]
    TooDeep {
        /// Line, from 1.
        line: u64,
        /// The bound.
        limit: usize,
    },
    /// It ends inside an element.
    #[error("line {line}: the file ends inside an element")]
    Truncated {
        /// Line, from 1.
        line: u64,
    },
    /// Its first element is another one.
    #[error("not a file of <{expected}>")]
    Root {
        /// Name of the element it should be.
        expected: &'static str,
    },
    /// More elements of a kind than any real file has.
    #[error("more than {limit} {what}")]
    TooMany {
        /// What of.
        what: &'static str,
        /// The bound.
        limit: u64,
    },
    /// It cannot be decompressed.
    #[error(transparent)]
    Decompress(#[from] DecompressError),
}

/// The start tag of an element.
pub(crate) struct Tag<'a>(BytesStart<'a>);

impl Tag<'_> {
    /// Its name without a prefix.
    pub(crate) fn name(&self) -> &str {
        let name = self.0.name().into_inner();
        local(name)
    }

    /// Its attributes: names without prefix, values as they stand in the file.
    pub(crate) fn attributes(&self) -> Values<'_> {
        let mut attributes = self.0.attributes();
        // Looking for doubles is quadratic; the first one counts.
        attributes.with_checks(false);
        Values(attributes)
    }

    /// Gives every attribute to `take`: its name with its prefix, its value with references resolved. `false`: one
    /// of them is damaged, and what stands behind it is not known.
    pub(crate) fn each<'t>(&'t self, mut take: impl FnMut(&str, Cow<'t, str>)) -> bool {
        let mut attributes = self.0.attributes();
        attributes.with_checks(false);
        for attribute in attributes {
            let Ok(attribute) = attribute else { return false };
            let value = match attribute.value {
                Cow::Borrowed(raw) => resolved(raw),
                Cow::Owned(raw) => Cow::Owned(resolved(&raw).into_owned()),
            };
            take(attribute.key.into_inner(), value);
        }
        true
    }

    /// The value of an attribute, references resolved.
    pub(crate) fn attribute(&self, name: &str) -> Option<String> {
        let (_, raw) = self.attributes().find(|(key, _)| *key == name)?;
        Some(resolved(&raw).into_owned())
    }
}

fn local(name: &str) -> &str {
    memchr::memchr(b':', name.as_bytes()).and_then(|at| name.get(at + 1..)).unwrap_or(name)
}

/// The attributes of a tag; ends before one that is damaged.
pub(crate) struct Values<'a>(Attributes<'a>);

impl<'a> Iterator for Values<'a> {
    type Item = (&'a str, Cow<'a, str>);

    fn next(&mut self) -> Option<Self::Item> {
        let attribute = self.0.next()?.ok()?;
        Some((local(attribute.key.into_inner()), attribute.value))
    }
}

/// A value with its references resolved; [`NOT_TEXT`] if XML does not define one of them.
pub(crate) fn resolved(raw: &str) -> Cow<'_, str> {
    if memchr::memchr(b'&', raw.as_bytes()).is_none() {
        return Cow::Borrowed(raw);
    }
    escape::unescape(raw).unwrap_or_else(|_| Cow::Owned(NOT_TEXT.to_string()))
}

/// The elements of a file. Depth 1 is the root.
pub(crate) struct Xml<'a> {
    reader: Reader<Source<'a>>,
    buffer: Vec<u8>,
    depth: usize,
}

/// What an event means to the tree.
enum Step {
    Open,
    Empty,
    Close,
    Text,
    Section,
    End,
}

impl<'a> Xml<'a> {
    /// Opens `data` (compressed or not) whose root must be `root`.
    pub(crate) fn open(data: &'a [u8], root: &'static str) -> Result<Self, XmlError> {
        Self::read(decompress::reader(data, &DecompressLimits::default())?, &[root])
    }

    /// Opens plain XML whose root must be one of `roots`; the first one is what an error names.
    pub(crate) fn read(input: impl Read + 'a, roots: &[&'static str]) -> Result<Self, XmlError> {
        let source = Source::new(input);
        let mut xml = Self { reader: Reader::from_reader(source), buffer: Vec::new(), depth: 0 };
        let is_root = xml.child(0)?.is_some_and(|tag| roots.contains(&tag.name()));
        let expected = roots.first().copied().unwrap_or_default();
        if is_root { Ok(xml) } else { Err(XmlError::Root { expected }) }
    }

    /// Passes over what the child of `depth` - 1 holds, right after its tag was given. The quick way for elements
    /// that hold no element of their own name: what they hold is not checked.
    pub(crate) fn pass_over(&mut self, depth: usize) -> Result<(), XmlError> {
        if self.depth < depth {
            return Ok(());
        }
        let name = self.buffer.strip_prefix(b"<").unwrap_or_default();
        let end = name.iter().position(|byte| byte.is_ascii_whitespace() || matches!(byte, b'>' | b'/'));
        let name = name.get(..end.unwrap_or(name.len())).unwrap_or_default();
        if name.len() > MAX_NAME {
            return Ok(());
        }
        match self.reader.get_mut().pass_over(name) {
            Ok(()) => Ok(()),
            Err(error) => Err(self.failure(&error.into())),
        }
    }

    /// Line that the scanner has reached, from 1.
    pub(crate) fn line(&mut self) -> u64 {
        self.reader.get_mut().line()
    }

    /// The next child of the element at `depth`; `None` = that element has ended. What the last child holds and
    /// nobody read is passed over.
    pub(crate) fn child(&mut self, depth: usize) -> Result<Option<Tag<'_>>, XmlError> {
        while self.depth >= depth {
            match self.step(None)? {
                Step::Open if self.depth == depth + 1 => return Ok(self.tag()),
                Step::Empty if self.depth == depth => return Ok(self.tag()),
                Step::End => return Ok(None),
                _ => {}
            }
        }
        if self.depth == 0 {
            // To the end of the stream: only there it shows whether it is whole.
            while !matches!(self.step(None)?, Step::End) {}
        }
        Ok(None)
    }

    /// The tag that was read last: it stands in the buffer as `<name attributes/>`.
    fn tag(&self) -> Option<Tag<'_>> {
        let text = std::str::from_utf8(&self.buffer).ok()?;
        let inner = text.strip_prefix('<')?.strip_suffix('>')?;
        let inner = inner.strip_suffix('/').unwrap_or(inner);
        let name = inner.bytes().position(|byte| byte.is_ascii_whitespace()).unwrap_or(inner.len());
        Some(Tag(BytesStart::from_content(inner, name)))
    }

    /// The text of the element at `depth`, its children's left out, replaces `out`. White space alone, around
    /// children and marked sections, is layout and no text (so does libxml2, and with it oscap).
    pub(crate) fn text(&mut self, depth: usize, out: &mut String) -> Result<(), XmlError> {
        out.clear();
        // Where the text since the last tag or marked section begins.
        let mut run = 0;
        while self.depth >= depth {
            let before = out.len();
            let text = if self.depth == depth { Some(&mut *out) } else { None };
            match self.step(text)? {
                Step::Text => {}
                Step::Section => {
                    let section = out.split_off(before);
                    drop_layout(out, run);
                    out.push_str(&section);
                    run = out.len();
                }
                Step::End => break,
                Step::Open | Step::Empty | Step::Close => {
                    drop_layout(out, run);
                    run = out.len();
                }
            }
            if out.len() > MAX_LENGTH {
                return Err(XmlError::TooLong { line: self.line(), limit: MAX_LENGTH });
            }
        }
        Ok(())
    }

    fn step(&mut self, text: Option<&mut String>) -> Result<Step, XmlError> {
        self.buffer.clear();
        self.reader.get_mut().taken = 0;
        let step = match self.reader.read_event_into(&mut self.buffer) {
            Ok(Event::Start(_)) => Step::Open,
            Ok(Event::Empty(_)) => Step::Empty,
            Ok(Event::End(_)) => Step::Close,
            Ok(Event::Eof) => Step::End,
            Ok(Event::DocType(definition)) => {
                if definition.contains("<!ENTITY") {
                    return Err(XmlError::Entities { line: self.line() });
                }
                Step::Text
            }
            Ok(event) => {
                if let Some(out) = text {
                    append(&event, out);
                }
                if matches!(event, Event::CData(_)) { Step::Section } else { Step::Text }
            }
            Err(error) => return Err(self.failure(&error)),
        };
        match step {
            Step::Open if self.depth == MAX_DEPTH => {
                return Err(XmlError::TooDeep { line: self.line(), limit: MAX_DEPTH });
            }
            Step::Open => self.depth += 1,
            Step::Close => self.depth = self.depth.saturating_sub(1),
            Step::End if self.depth > 0 => return Err(XmlError::Truncated { line: self.line() }),
            _ => {}
        }
        Ok(step)
    }

    fn failure(&mut self, error: &quick_xml::Error) -> XmlError {
        let source = self.reader.get_mut();
        let line = source.line();
        let at_end = source.at_end();
        match source.failure.take() {
            Some(Failure::TooLong) => XmlError::TooLong { line, limit: MAX_LENGTH },
            Some(Failure::Read(error)) => XmlError::Decompress(DecompressError::from_io(error)),
            None if at_end => XmlError::Truncated { line },
            None => XmlError::Malformed { line, what: error.to_string().chars().take(MAX_MESSAGE).collect() },
        }
    }
}

/// Takes a run of white space at the end of `out` off again.
fn drop_layout(out: &mut String, run: usize) {
    if out.get(run..).is_some_and(|text| text.trim_ascii().is_empty()) {
        out.truncate(run);
    }
}

fn append(event: &Event<'_>, out: &mut String) {
    match event {
        Event::Text(text) => out.push_str(text),
        Event::CData(text) => out.push_str(text),
        Event::GeneralRef(reference) => out.push(character(reference)),
        _ => {}
    }
}

fn character(reference: &BytesRef<'_>) -> char {
    match &**reference {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "apos" => '\'',
        "quot" => '"',
        _ => reference.resolve_char_ref().ok().flatten().unwrap_or(NOT_TEXT),
    }
}
