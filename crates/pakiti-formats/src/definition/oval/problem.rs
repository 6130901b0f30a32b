//! What can be wrong with one item of a document.

use crate::xml::XmlError;
use std::fmt;

/// Longest id or word that is quoted, characters.
const MAX_QUOTED: usize = 120;

/// An item that was left out, or a part of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what} {id:?}: {problem}")]
pub struct ItemError {
    /// What it is.
    pub what: What,
    /// Its id, shortened; empty = it has none.
    pub id: String,
    /// What is wrong with it.
    pub problem: Problem,
}

impl ItemError {
    pub(super) fn new(what: What, id: &str, problem: Problem) -> Self {
        Self { what, id: quoted(id), problem }
    }
}

/// The kinds of items.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// `definition`
    Definition,
    /// `..._test`
    Test,
    /// `..._object`
    Object,
    /// `..._state`
    State,
    /// `..._variable`
    Variable,
}

impl What {
    /// The word in the plural.
    pub(super) fn plural(self) -> &'static str {
        match self {
            Self::Definition => "definitions",
            Self::Test => "tests",
            Self::Object => "objects",
            Self::State => "states",
            Self::Variable => "variables",
        }
    }
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.plural().trim_end_matches('s'))
    }
}

/// What is wrong with an item.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// Something that it must have is not there.
    #[error("no {0}")]
    Missing(&'static str),
    /// More than one of something.
    #[error("more than one {0}")]
    Several(&'static str),
    /// Another item before it has its id.
    #[error("its id was there before")]
    Duplicate,
    /// It is referred to, and not in the file.
    #[error("referred to, not there")]
    Absent,
    /// An attribute with a word that OVAL does not have.
    #[error("{attribute} {word:?} is not known")]
    Word {
        /// Name of the attribute.
        attribute: &'static str,
        /// The word, shortened.
        word: String,
    },
    /// An element where it has no meaning.
    #[error("element {0:?} has no meaning there")]
    Element(String),
    /// A text or attribute that is not UTF-8, or has an entity that XML does not define.
    #[error("{0} is not text")]
    NotText(&'static str),
    /// A tag whose attributes cannot be read.
    #[error("a tag with damaged attributes")]
    Attributes,
    /// A date that cannot be read; the definition stays.
    #[error("{0} is not a date")]
    Date(&'static str),
}

impl Problem {
    pub(super) fn word(attribute: &'static str, word: &str) -> Self {
        Self::Word { attribute, word: quoted(word) }
    }

    pub(super) fn element(name: &str) -> Self {
        Self::Element(quoted(name))
    }
}

pub(super) fn quoted(text: &str) -> String {
    text.chars().take(MAX_QUOTED).collect()
}

/// Why the reading of an item stops.
#[derive(Debug)]
pub(super) enum Stop {
    /// The item is broken; the others are not.
    Broken(Problem),
    /// The file is.
    Fatal(XmlError),
}

impl From<XmlError> for Stop {
    fn from(error: XmlError) -> Self {
        Self::Fatal(error)
    }
}

impl From<Problem> for Stop {
    fn from(problem: Problem) -> Self {
        Self::Broken(problem)
    }
}
