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
use crate::decompress::DecompressLimits;
use crate::decompress::beside::beside;
use crate::repository::SkipList;
use crate::xml::Xml;
use pakiti_core::oval::model::Document;

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
}

/// Reads a document, compressed (gzip, bzip2, xz, zstd, LZ4) or not. What is left out is told under the name
/// `file`.
///
/// # Errors
/// [`OvalError`] when the file as a whole cannot be read: nothing of half a document is used.
pub fn load(data: &[u8], file: &str) -> Result<LoadedDocument, OvalError> {
    beside(data, &DecompressLimits::default(), |input| {
        let xml = Xml::read(input, &ROOTS)?;
        Ok(Reading::new(xml, file).document()?)
    })
}
