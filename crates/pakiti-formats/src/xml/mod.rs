//! XML of feeds, element by element, under bounds (XML 1.0, UTF-8 only).
//!
//! Tags, texts and references are read where they stand in the window of [`source`]; declarations, comments, marked
//! sections and damaged tags are left to quick-xml, and what is well-formed is decided as it does.
//!
//! Refused: definitions of entities (bombs are made of them), nesting beyond 64, one tag or text beyond 1 MiB, an
//! end inside an element. Bytes that are not UTF-8 and entities that XML does not define become U+0000, which
//! XML forbids: who reads the text sees it, the elements beside it are not lost.

mod scan;
mod source;
mod tag;
#[cfg(test)]
mod tests;

pub(crate) use self::tag::{Tag, resolved};

use self::source::Source;
use self::tag::Found;
use crate::decompress::{self, DecompressError, DecompressLimits};
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
    /// Something stands before or behind the first element: what is there would be left out in silence.
    #[error("line {line}: content outside of <{root}>: an archive, or several documents in one file?")]
    Outside {
        /// Line, from 1.
        line: u64,
        /// Name of the first element.
        root: &'static str,
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

/// The elements of a file. Depth 1 is the root.
pub(crate) struct Xml<'a> {
    source: Source<'a>,
    /// The names of the open elements, one behind the other.
    names: String,
    /// Where each of them begins.
    starts: Vec<usize>,
    found: Found,
    /// For quick-xml.
    buffer: Vec<u8>,
    /// The name of the root that was expected.
    root: &'static str,
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
        let mut xml = Self {
            source: Source::new(input),
            names: String::new(),
            starts: Vec::new(),
            found: Found::default(),
            buffer: Vec::new(),
            root: roots.first().copied().unwrap_or_default(),
        };
        let begun = xml.source.begin();
        begun.map_err(|error| xml.failure(&error.into()))?;
        let opened = xml.outside()?;
        let is_root = opened && roots.contains(&xml.tag().name());
        let expected = xml.root;
        if is_root { Ok(xml) } else { Err(XmlError::Root { expected }) }
    }

    /// Passes over what may stand outside of the root: white space, comments, instructions. Is there an element?
    fn outside(&mut self) -> Result<bool, XmlError> {
        let (mut text, mut other) = (String::new(), false);
        loop {
            let step = self.step(Some(&mut text))?;
            other |= matches!(step, Step::Section) || !text.trim_ascii().is_empty();
            text.clear();
            match step {
                Step::Open | Step::Empty if other => {
                    return Err(XmlError::Outside { line: self.line(), root: self.root });
                }
                Step::Open | Step::Empty => return Ok(true),
                Step::End => return Ok(false),
                _ => {}
            }
        }
    }

    /// Passes over what the child of `depth` - 1 holds, right after its tag was given. The quick way for elements
    /// that hold no element of their own name: what they hold is not checked.
    pub(crate) fn pass_over(&mut self, depth: usize) -> Result<(), XmlError> {
        if self.depth() < depth {
            return Ok(());
        }
        let name = self.starts.last().and_then(|start| self.names.get(*start..)).unwrap_or_default();
        if name.len() > MAX_NAME {
            return Ok(());
        }
        match self.source.pass_over(name) {
            Ok(()) => Ok(()),
            Err(error) => Err(self.failure(&error.into())),
        }
    }

    /// Line that the scanner has reached, from 1.
    pub(crate) fn line(&mut self) -> u64 {
        self.source.line()
    }

    fn depth(&self) -> usize {
        self.starts.len()
    }

    /// The next child of the element at `depth`; `None` = that element has ended. What the last child holds and
    /// nobody read is passed over.
    pub(crate) fn child(&mut self, depth: usize) -> Result<Option<Tag<'_>>, XmlError> {
        while self.depth() >= depth {
            match self.step(None)? {
                Step::Open if self.depth() == depth + 1 => return Ok(Some(self.tag())),
                Step::Empty if self.depth() == depth => return Ok(Some(self.tag())),
                Step::End => return Ok(None),
                _ => {}
            }
        }
        // To the end of the stream: only there it shows whether it is whole.
        if self.depth() == 0 && self.outside()? {
            return Err(XmlError::Outside { line: self.line(), root: self.root });
        }
        Ok(None)
    }

    /// The tag that was read last: it still stands in the window.
    fn tag(&self) -> Tag<'_> {
        self.found.tag(self.source.last(self.found.length))
    }

    /// The text of the element at `depth`, its children's left out, replaces `out`. White space alone, around
    /// children and marked sections, is layout and no text (so does libxml2, and with it oscap).
    pub(crate) fn text(&mut self, depth: usize, out: &mut String) -> Result<(), XmlError> {
        out.clear();
        // Where the text since the last tag or marked section begins.
        let mut run = 0;
        while self.depth() >= depth {
            let before = out.len();
            let text = if self.depth() == depth { Some(&mut *out) } else { None };
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
}

/// Takes a run of white space at the end of `out` off again.
fn drop_layout(out: &mut String, run: usize) {
    if out.get(run..).is_some_and(|text| text.trim_ascii().is_empty()) {
        out.truncate(run);
    }
}
