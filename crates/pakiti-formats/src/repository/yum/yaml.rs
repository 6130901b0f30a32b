//! YAML documents one by one, under bounds; the scanner is granit-parser's (YAML 1.2, events; it
//! takes quoted scalars whose lines begin left of where YAML 1.2 wants them, as libyaml writes them).
//!
//! A stream is cut at its document marks (`---`, `...` at the start of a line: YAML 1.2, 9.1.2, nothing inside a
//! document may look like them), so a bad document costs only itself. Refused: aliases (bombs are made of
//! them), nesting beyond 64, documents beyond 8 MiB. Scalars keep their text: `1.10` stays `1.10`.

use granit_parser::{Event, Parser};
use std::io::{self, BufRead, BufReader, Read};

/// Largest document, bytes. RHEL 8's largest has 150 KB.
const MAX_DOCUMENT: usize = 8 << 20;
/// Deepest nesting. modulemd has 8.
const MAX_DEPTH: usize = 64;

/// Why a document is skipped.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum YamlError {
    /// It is not UTF-8.
    #[error("the document is not UTF-8")]
    NotUtf8,
    /// It is too long.
    #[error("the document is longer than {limit} bytes")]
    TooLong {
        /// The bound, bytes.
        limit: usize,
    },
    /// It is too deep.
    #[error("the document is nested deeper than {limit}")]
    TooDeep {
        /// The bound.
        limit: usize,
    },
    /// It repeats parts by name.
    #[error("the document has aliases")]
    Alias,
    /// It is no YAML.
    #[error("not YAML: {what}")]
    Malformed {
        /// What the scanner said.
        what: String,
    },
}

/// A value.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Node {
    Scalar(String),
    List(Vec<Node>),
    /// Pairs in file order; keys that are no scalars are empty.
    Map(Vec<(String, Node)>),
}

impl Node {
    /// The value of a key of a map.
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Map(pairs) => pairs.iter().find(|(name, _)| name == key).map(|(_, value)| value),
            _ => None,
        }
    }

    /// The text of a scalar that says something.
    pub(super) fn scalar(&self) -> Option<&str> {
        match self {
            Self::Scalar(text) => Some(text.trim()).filter(|text| !matches!(*text, "" | "~" | "null")),
            _ => None,
        }
    }

    /// The text of the scalar of a key.
    pub(super) fn text(&self, key: &str) -> Option<&str> {
        self.get(key)?.scalar()
    }

    /// The pairs of a map; none if it is another value.
    pub(super) fn pairs(&self) -> &[(String, Self)] {
        match self {
            Self::Map(pairs) => pairs,
            _ => &[],
        }
    }

    /// The values of a list; none if it is another value.
    pub(super) fn items(&self) -> &[Self] {
        match self {
            Self::List(items) => items,
            _ => &[],
        }
    }
}

/// A document as it stands in its stream.
pub(super) struct Document {
    /// Line it begins at, from 1.
    pub(super) line: u64,
    pub(super) root: Result<Node, YamlError>,
}

/// The documents of a stream; empty ones are left out.
pub(super) struct Documents<R> {
    input: BufReader<R>,
    text: Vec<u8>,
    line: u64,
    ended: bool,
}

impl<R: Read> Documents<R> {
    pub(super) fn new(input: R) -> Self {
        Self { input: BufReader::with_capacity(64 << 10, input), text: Vec::new(), line: 0, ended: false }
    }

    /// The next one; `None` = the stream has ended.
    pub(super) fn next_document(&mut self) -> io::Result<Option<Document>> {
        while !self.ended {
            let mut first = self.line + 1;
            let mut too_long = false;
            self.text.clear();
            loop {
                let before = self.text.len();
                if self.read_line()? == 0 {
                    self.ended = true;
                    break;
                }
                let line = self.text.get(before..).unwrap_or_default();
                if is_mark(line) {
                    self.text.truncate(before);
                    break;
                }
                if is_blank(line) && before == 0 {
                    self.text.clear();
                    first = self.line + 1;
                }
                if self.text.len() > MAX_DOCUMENT {
                    too_long = true;
                    self.text.clear();
                    // Not empty, so that what is left of it does not look like another document.
                    self.text.push(b'\n');
                }
            }
            let root = match (too_long, self.text.is_empty()) {
                (true, _) => Err(YamlError::TooLong { limit: MAX_DOCUMENT }),
                (false, true) => continue,
                (false, false) => parse(&self.text),
            };
            return Ok(Some(Document { line: first, root }));
        }
        Ok(None)
    }

    /// Appends a line, or the first bytes of one that is longer than a document may be.
    fn read_line(&mut self) -> io::Result<usize> {
        let count = self.input.by_ref().take(MAX_DOCUMENT as u64).read_until(b'\n', &mut self.text)?;
        self.line += u64::from(self.text.ends_with(b"\n"));
        Ok(count)
    }
}

fn is_mark(line: &[u8]) -> bool {
    let rest = line.strip_prefix(b"---").or_else(|| line.strip_prefix(b"..."));
    rest.is_some_and(|rest| rest.first().is_none_or(u8::is_ascii_whitespace))
}

fn is_blank(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    line.is_empty() || line.starts_with(b"#")
}

fn parse(text: &[u8]) -> Result<Node, YamlError> {
    let text = std::str::from_utf8(text).map_err(|_| YamlError::NotUtf8)?;
    let mut tree = Tree::default();
    for event in Parser::new_from_str(text) {
        let (event, _) =
            event.map_err(|error| YamlError::Malformed { what: error.info().chars().take(100).collect() })?;
        match event {
            Event::Alias(_) => return Err(YamlError::Alias),
            Event::Scalar(text, ..) => tree.add(Node::Scalar(text.into_owned())),
            Event::SequenceStart(..) => tree.open(Node::List(Vec::new()))?,
            Event::MappingStart(..) => tree.open(Node::Map(Vec::new()))?,
            Event::SequenceEnd | Event::MappingEnd => tree.close(),
            _ => {}
        }
    }
    Ok(tree.root.unwrap_or(Node::Scalar(String::new())))
}

/// A tree while it grows.
#[derive(Default)]
struct Tree {
    /// Open lists and maps, with the key of a map whose value comes next.
    open: Vec<(Node, Option<String>)>,
    root: Option<Node>,
}

impl Tree {
    fn open(&mut self, node: Node) -> Result<(), YamlError> {
        if self.open.len() >= MAX_DEPTH {
            return Err(YamlError::TooDeep { limit: MAX_DEPTH });
        }
        self.open.push((node, None));
        Ok(())
    }

    fn close(&mut self) {
        if let Some((node, _)) = self.open.pop() {
            self.add(node);
        }
    }

    fn add(&mut self, node: Node) {
        match self.open.last_mut() {
            None => {
                self.root.get_or_insert(node);
            }
            Some((Node::List(items), _)) => items.push(node),
            Some((Node::Map(pairs), key)) => match key.take() {
                Some(name) => pairs.push((name, node)),
                None => *key = Some(if let Node::Scalar(name) = node { name } else { String::new() }),
            },
            Some((Node::Scalar(_), _)) => {}
        }
    }
}
