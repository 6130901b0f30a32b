//! OVAL 5.11 documents: bytes to [`Document`].
//!
//! Shapes: the OVAL 5.11 schemas (oval-definitions, oval-common, linux, unix, independent) and what vendors make
//! of them (data/oval of the shared data); meaning: oval-semantics.md. Only local names of elements count, as
//! every vendor has prefixes of its own, and an item is told by its own name wherever it stands: sections come in
//! any order, and some files have none. The file is read once as a stream; ids become places at the end.
//!
//! Nothing is guessed: an item with a word that the schemas do not have is skipped and counted, and what refers
//! to it refers to [`MISSING`]. So is an id that is referred to and not there, once each, and every further item
//! with an id that was there before.
//!
//! [`MISSING`]: pakiti_core::oval::model::MISSING

mod advisory;
mod archive;
mod budget;
mod criteria;
mod entity;
mod head;
mod ids;
mod metadata;
mod object;
mod problem;
mod reading;
mod resolve;
mod test;
mod text;
mod variable;
mod words;

pub use self::problem::{ItemError, Problem, What};
pub use crate::xml::XmlError;

use self::reading::Reading;
use crate::decompress::beside::beside;
use crate::decompress::{self, Compression, DecompressError, DecompressLimits, MAGIC};
use crate::repository::SkipList;
use crate::xml::Xml;
use pakiti_core::oval::model::Document;
use std::io::{Cursor, Read};

/// Root elements: the schema's, and the one of single definitions before they are put together (Debian 8).
const ROOTS: [&str; 2] = ["oval_definitions", "def-group"];

/// A document, loaded.
#[derive(Debug)]
pub struct LoadedDocument {
    /// What it says.
    pub document: Document,
    /// What was left out.
    pub skipped: SkipList,
}

/// Why a document is refused.
#[derive(Debug, thiserror::Error)]
pub enum OvalError {
    /// It is damaged, hostile, or no OVAL document.
    #[error(transparent)]
    Xml(#[from] XmlError),
    /// It is an archive that cannot be read.
    #[error("the archive cannot be read: {0}")]
    Archive(String),
}

/// Reads a document, compressed (gzip, bzip2, xz, zstd, LZ4) or not. What is left out is told under the name
/// `file`.
///
/// # Errors
/// [`OvalError`] when the file as a whole cannot be read: nothing of half a document is used.
pub fn load(data: &[u8], file: &str) -> Result<LoadedDocument, OvalError> {
    beside(data, &DecompressLimits::default(), |input| document(input, file))
}

/// As [`load`]; of a plain document only what is kept of it is ever in memory.
///
/// # Errors
/// As [`load`]; what `input` gives is [`DecompressError::Unreadable`].
pub fn read(mut input: impl Read, file: &str) -> Result<LoadedDocument, OvalError> {
    let unreadable = |error| XmlError::from(DecompressError::from_io(error));
    let mut start = Vec::new();
    input.by_ref().take(MAGIC as u64).read_to_end(&mut start).map_err(unreadable)?;
    if decompress::detect(&start) != Compression::Plain {
        input.read_to_end(&mut start).map_err(unreadable)?;
        return load(&start, file);
    }
    let plain = decompress::reader(Cursor::new(start).chain(input), &DecompressLimits::default());
    document(plain.map_err(XmlError::from)?, file)
}

fn document(mut input: impl Read, file: &str) -> Result<LoadedDocument, OvalError> {
    let unreadable = |error| XmlError::from(DecompressError::from_io(error));
    let mut start = Vec::new();
    input.by_ref().take(archive::BLOCK).read_to_end(&mut start).map_err(unreadable)?;
    let is_archive = archive::is_one(&start);
    let input = Cursor::new(start).chain(input);
    if is_archive {
        return archive::load(input, file);
    }
    let mut reading = Reading::new(Xml::read(input, &ROOTS)?, file);
    reading.document()?;
    Ok(reading.finish())
}
