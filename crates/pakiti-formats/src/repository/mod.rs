//! Repositories: from the files a distribution publishes to [`SnapshotContent`].
//!
//! Pure of network: files come through [`apt::suite::Folder`]. What cannot be used is left out, counted and told
//! with file, line and reason; it never stops the rest.
//!
//! [`SnapshotContent`]: pakiti_core::repository::SnapshotContent

pub mod apt;
pub mod php_repositories;
pub mod yum;

use crate::decompress::DecompressError;
use std::fmt;

/// Skipped things kept with their reason; the ones beyond are only counted.
const MAX_KEPT: usize = 100;

/// Something in a repository that was left out.
#[derive(Debug)]
pub struct Skipped {
    /// File, as the repository names it.
    pub file: String,
    /// Line the record begins at, from 1; 0 = the file as a whole.
    pub line: u64,
    /// Why.
    pub reason: SkipReason,
}

impl fmt::Display for Skipped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.file, self.reason),
            line => write!(f, "{}:{line}: {}", self.file, self.reason),
        }
    }
}

/// Why something was left out.
#[derive(Debug, thiserror::Error)]
pub enum SkipReason {
    /// A record without a field that it must have.
    #[error("no {field}")]
    MissingField {
        /// Name of the field.
        field: &'static str,
    },
    /// A field that is not UTF-8.
    #[error("{field} is not UTF-8")]
    NotUtf8 {
        /// Name of the field.
        field: &'static str,
    },
    /// A field with blanks or control characters in it.
    #[error("{field} holds blanks or control characters")]
    Characters {
        /// Name of the field.
        field: &'static str,
    },
    /// A version that dpkg refuses.
    #[error("invalid version {version:?}")]
    InvalidVersion {
        /// The version as it stands.
        version: String,
    },
    /// A field or line beyond the bound.
    #[error("longer than {limit} bytes")]
    TooLong {
        /// The bound, bytes.
        limit: usize,
    },
    /// A line that is not what stands at its place.
    #[error("not a {expected} line")]
    Malformed {
        /// What was expected there.
        expected: &'static str,
    },
    /// A file of an archive that cannot be used.
    #[error("{0}")]
    Member(String),
    /// Definitions for systems that no OS group is.
    #[error("it is about {system:?}, no OS group that is known: no findings without os-group=ID")]
    UnknownSystem {
        /// The first system it names.
        system: String,
    },
    /// A date that cannot be read.
    #[error("{field} is not a date")]
    Date {
        /// Name of the field.
        field: &'static str,
    },
    /// A file that is not the one `Release` names: other hash or size.
    #[error("its hash or size is not the one that Release names")]
    HashMismatch,
    /// A file with more records than any real one.
    #[error("more than {limit} records")]
    TooMany {
        /// The bound.
        limit: u64,
    },
    /// A file that cannot be decompressed.
    #[error(transparent)]
    Decompress(DecompressError),
    /// A field with bytes that are not UTF-8, or with an entity that XML does not define.
    #[error("{field} is not text")]
    NotText {
        /// Name of the field.
        field: &'static str,
    },
    /// A field whose value means nothing.
    #[error("{field} is not readable")]
    Value {
        /// Name of the field.
        field: &'static str,
    },
    /// A document of a YAML stream that cannot be read.
    #[error(transparent)]
    Yaml(yum::YamlError),
    /// A definition, test, object, state or variable of an OVAL document that is not read.
    #[error(transparent)]
    Oval(crate::definition::oval::ItemError),
    /// A file that a yum repository names and that is not read.
    #[error(transparent)]
    File(yum::FileError),
    /// A yum repository of advisories alone.
    #[error("names no packages, only advisories")]
    NoPackages,
    /// A file that cannot be read.
    #[error("not readable: {0}")]
    Unreadable(std::io::Error),
    /// No keyring: the hashes of `Release` were checked, its signature was not.
    #[error("no keyring: hashes checked, signature not")]
    NoKeyring,
    /// `Valid-Until` is past.
    #[error("expired at {}", date(*.since))]
    Expired {
        /// `Valid-Until`, unix seconds.
        since: i64,
    },
}

impl SkipReason {
    /// Is it a file that the repository names and does not have?
    pub fn is_absent_file(&self) -> bool {
        matches!(self, Self::File(yum::FileError::Missing))
    }
}

fn date(seconds: i64) -> String {
    jiff::Timestamp::from_second(seconds).map_or_else(|_| seconds.to_string(), |time| time.to_string())
}

/// What was left out: the first hundred in full, all of them counted.
#[derive(Debug, Default)]
pub struct SkipList {
    kept: Vec<Skipped>,
    count: u64,
}

impl SkipList {
    /// Adds one; `line` 0 = the file as a whole.
    pub fn push(&mut self, file: &str, line: u64, reason: SkipReason) {
        self.count += 1;
        if self.kept.len() < MAX_KEPT {
            self.kept.push(Skipped { file: file.to_owned(), line, reason });
        }
    }

    /// Adds another list.
    pub fn extend(&mut self, other: Self) {
        self.count += other.count;
        let room = MAX_KEPT.saturating_sub(self.kept.len());
        self.kept.extend(other.kept.into_iter().take(room));
    }

    /// The first ones, in the order they were met.
    pub fn kept(&self) -> &[Skipped] {
        &self.kept
    }

    /// How many there were in all.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Was nothing left out?
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }
}
