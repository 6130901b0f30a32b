//! `repomd.xml`: which files make up a yum repository, with their hashes.
//!
//! Format: createrepo_c's (its `doc/` and `src/repomd.c`). Names of hashes are yum's: `sha` is SHA-1, which old
//! repositories have nothing better than; MD5 is refused. A path must stay below the folder of the repository.

use crate::decompress::DecompressError;
use crate::xml::{Xml, XmlError};
use sha1::Sha1;
use sha2::{Digest, Sha224, Sha256, Sha384, Sha512};

/// Entries one repomd.xml may have. Real ones have below 30.
const MAX_ENTRIES: usize = 1000;
/// Largest file whose size repomd.xml does not tell, bytes.
const MAX_FILE: u64 = 1 << 30;
/// The years 1990 to 2100: what a revision or timestamp must lie between to be a time.
const TIMES: std::ops::Range<i64> = 631_152_000..4_102_444_800;

/// The content of a `repomd.xml`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Repomd {
    /// `revision`, verbatim; mostly unix seconds.
    pub revision: String,
    /// Its files, in file order.
    pub entries: Vec<Entry>,
}

/// One file that a `repomd.xml` names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Entry {
    /// Line it begins at, from 1.
    pub line: u64,
    /// `primary`, `updateinfo_zck`, ...
    pub kind: String,
    /// Path below the folder that holds `repodata`.
    pub href: String,
    /// `xml:base`: it lies elsewhere; empty = it does not.
    pub base: String,
    /// Name and value (hex) of its hash.
    pub checksum: Option<(String, String)>,
    /// Size, bytes.
    pub size: Option<u64>,
    /// Size when decompressed, bytes.
    pub open_size: Option<u64>,
    /// When it was made, unix seconds.
    pub timestamp: Option<i64>,
}

/// Why a file of a repository is not read.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// No path, an absolute one, one with `..`, a URL.
    #[error("its path does not lie inside the repository")]
    Path,
    /// `xml:base`.
    #[error("it lies elsewhere (xml:base)")]
    Base,
    /// repomd.xml names no hash of it.
    #[error("repomd.xml names no checksum of it")]
    NoChecksum,
    /// A hash that is too weak or unknown.
    #[error("its checksum is of type {kind:?}, which is not accepted")]
    ChecksumType {
        /// Name of the hash as repomd.xml has it.
        kind: String,
    },
    /// Another size than repomd.xml names.
    #[error("it has not the size that repomd.xml names")]
    Size,
    /// Another hash than repomd.xml names.
    #[error("its {kind} checksum is not the one that repomd.xml names")]
    Checksum {
        /// Name of the hash as repomd.xml has it.
        kind: String,
    },
    /// It is named but absent.
    #[error("not there")]
    Missing,
    /// The zchunk form.
    #[error("a zchunk form, not read")]
    Zchunk,
    /// The sqlite form.
    #[error("a sqlite form, not read")]
    Sqlite,
    /// Reading it gave an error.
    #[error("not readable: {0}")]
    Unreadable(std::io::Error),
    /// It cannot be decompressed.
    #[error(transparent)]
    Decompress(#[from] DecompressError),
    /// Its XML is refused.
    #[error(transparent)]
    Xml(XmlError),
}

impl From<XmlError> for FileError {
    fn from(error: XmlError) -> Self {
        match error {
            XmlError::Decompress(error) => Self::Decompress(error),
            error => Self::Xml(error),
        }
    }
}

impl Repomd {
    /// Reads the text of a `repomd.xml`.
    ///
    /// # Errors
    /// [`XmlError`] when it is not one.
    pub fn parse(data: &[u8]) -> Result<Self, XmlError> {
        let mut xml = Xml::open(data, "repomd")?;
        let mut repomd = Self::default();
        while let Some(tag) = xml.child(1)? {
            match tag.name() {
                "revision" => {
                    xml.text(2, &mut repomd.revision)?;
                    repomd.revision = repomd.revision.trim().to_owned();
                }
                "data" if repomd.entries.len() >= MAX_ENTRIES => {
                    return Err(XmlError::TooMany { what: "entries", limit: MAX_ENTRIES as u64 });
                }
                "data" => {
                    let kind = tag.attribute("type").unwrap_or_default();
                    let line = xml.line();
                    let mut entry = Entry { line, kind, ..Entry::default() };
                    entry.read(&mut xml)?;
                    repomd.entries.push(entry);
                }
                _ => {}
            }
        }
        Ok(repomd)
    }

    /// When it was made, unix seconds: its revision if that is a time, else the newest of its files.
    pub fn date(&self) -> Option<i64> {
        let revision = self.revision.parse().ok().filter(|seconds| TIMES.contains(seconds));
        revision.or_else(|| self.entries.iter().filter_map(|entry| entry.timestamp).max())
    }

    /// The entries of one kind, the newest first.
    pub fn of_kind(&self, kind: &str) -> Vec<&Entry> {
        let mut entries: Vec<_> = self.entries.iter().filter(|entry| entry.kind == kind).collect();
        entries.sort_by_key(|entry| std::cmp::Reverse(entry.timestamp));
        entries
    }
}

impl Entry {
    fn read(&mut self, xml: &mut Xml<'_>) -> Result<(), XmlError> {
        let mut text = String::new();
        while let Some(tag) = xml.child(2)? {
            match tag.name() {
                "location" => {
                    self.href = tag.attribute("href").unwrap_or_default();
                    self.base = tag.attribute("base").unwrap_or_default();
                }
                "checksum" => {
                    let kind = tag.attribute("type").unwrap_or_default();
                    xml.text(3, &mut text)?;
                    self.checksum = Some((kind, text.trim().to_ascii_lowercase()));
                }
                "size" => {
                    xml.text(3, &mut text)?;
                    self.size = text.trim().parse().ok();
                }
                "open-size" => {
                    xml.text(3, &mut text)?;
                    self.open_size = text.trim().parse().ok();
                }
                "timestamp" => {
                    xml.text(3, &mut text)?;
                    // Old createrepo wrote fractions: 1355930174.54.
                    let whole = text.trim().split('.').next().unwrap_or_default();
                    self.timestamp = whole.parse().ok().filter(|seconds| TIMES.contains(seconds));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// May it be fetched at all?
    ///
    /// # Errors
    /// [`FileError`] about its path, its form or its hash.
    pub fn check(&self) -> Result<(), FileError> {
        if !self.base.is_empty() {
            return Err(FileError::Base);
        }
        if !is_inside(&self.href) {
            return Err(FileError::Path);
        }
        if self.kind.ends_with("_zck") {
            return Err(FileError::Zchunk);
        }
        if self.kind.ends_with("_db") {
            return Err(FileError::Sqlite);
        }
        let (kind, _) = self.checksum.as_ref().ok_or(FileError::NoChecksum)?;
        match hash_of(kind, &[]) {
            Some(_) => Ok(()),
            None => Err(FileError::ChecksumType { kind: kind.chars().take(20).collect() }),
        }
    }

    /// How many bytes to fetch at most.
    pub fn limit(&self) -> u64 {
        self.size.map_or(MAX_FILE, |size| size.min(MAX_FILE))
    }

    /// Is `data` the file that is meant?
    ///
    /// # Errors
    /// [`FileError`] about its form, size or hash.
    pub fn verify(&self, data: &[u8]) -> Result<(), FileError> {
        if self.size.is_some_and(|size| size != data.len() as u64) {
            return Err(FileError::Size);
        }
        let (kind, wanted) = self.checksum.as_ref().ok_or(FileError::NoChecksum)?;
        if hash_of(kind, data).is_none_or(|found| found != *wanted) {
            return Err(FileError::Checksum { kind: kind.clone() });
        }
        form(data)
    }
}

impl Entry {
    /// The SHA-256 of `data`, which [`Entry::verify`] has passed, lower-case hex.
    pub(super) fn sha256(&self, data: &[u8]) -> String {
        match &self.checksum {
            Some((kind, hash)) if kind.eq_ignore_ascii_case("sha256") => hash.clone(),
            _ => hex(&Sha256::digest(data)),
        }
    }
}

/// Is `data` in a form that is read?
pub(super) fn form(data: &[u8]) -> Result<(), FileError> {
    if data.starts_with(b"\0ZCK1") || data.starts_with(b"\0ZHR1") {
        return Err(FileError::Zchunk);
    }
    if data.starts_with(b"SQLite format 3\0") { Err(FileError::Sqlite) } else { Ok(()) }
}

/// The hash of `data` in hex; `None` = a kind that is not accepted.
fn hash_of(kind: &str, data: &[u8]) -> Option<String> {
    Some(match kind.to_ascii_lowercase().as_str() {
        "sha" | "sha1" => hex(&Sha1::digest(data)),
        "sha224" => hex(&Sha224::digest(data)),
        "sha256" => hex(&Sha256::digest(data)),
        "sha384" => hex(&Sha384::digest(data)),
        "sha512" => hex(&Sha512::digest(data)),
        _ => return None,
    })
}

/// Does `path` stay inside the folder it is relative to? No scheme, no query, nothing escaped either.
fn is_inside(path: &str) -> bool {
    let plain = |part: &str| !matches!(part, "" | "." | "..");
    path.split('/').all(plain)
        && !path.contains([':', '?', '#', '%', '\\'])
        && !path.contains(char::is_control)
}

/// Bytes as lower-case hex digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
