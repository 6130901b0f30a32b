//! The page of one source: its files, what of them was skipped (law 9), who signed it, and its snapshots.

use crate::view::format::{size, thousands};
use crate::view::layout::Layout;
use crate::view::sources::SourceRow;
use askama::Template;

/// One file of the active snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// Path below the source's address.
    pub path: String,
    /// Size in bytes.
    pub bytes: u64,
    /// Packages or definitions in it.
    pub packages: u64,
    /// Items that could not be read.
    pub skipped: u64,
}

/// Something in the snapshot that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SkippedItem {
    /// File.
    pub file: String,
    /// Line, where lines make sense.
    pub line: Option<u64>,
    /// Why.
    pub reason: String,
    /// How often in a row.
    pub count: u64,
}

/// Who vouches for the content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signature {
    /// Checked and good, by these keys.
    Good {
        /// Key ids or fingerprints.
        keys: Vec<String>,
    },
    /// Checked and bad.
    Bad {
        /// What is wrong with it.
        reason: String,
    },
    /// Not checked.
    NotChecked {
        /// Why not.
        reason: String,
    },
}

/// One snapshot of the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SnapshotRow {
    /// When it was fetched.
    pub fetched: i64,
    /// The generation it came with.
    pub generation: u64,
    /// Do hosts get judged by it now?
    pub active: bool,
    /// Size in bytes.
    pub bytes: u64,
    /// Packages or definitions.
    pub packages: u64,
    /// Package names it changed against the snapshot before; `None` = the first.
    pub changed_names: Option<u64>,
}

impl SnapshotRow {
    /// Its size with a unit.
    pub fn size(&self) -> String {
        size(self.bytes)
    }
}

impl SourceFile {
    /// Its size with a unit.
    pub fn size(&self) -> String {
        size(self.bytes)
    }
}

/// The page of one source. `Sync now` posts `csrf` to `/sources/{id}/sync`.
#[derive(Debug, Clone, Template)]
#[template(path = "source.html")]
pub struct SourcePage {
    /// The frame.
    pub layout: Layout,
    /// The source.
    pub source: SourceRow,
    /// Files of the active snapshot.
    pub files: Vec<SourceFile>,
    /// What was skipped, the first hundred or so.
    pub skipped: Vec<SkippedItem>,
    /// Who vouches for it.
    pub signature: Signature,
    /// Its snapshots, newest first.
    pub snapshots: Vec<SnapshotRow>,
}

impl SourcePage {
    /// How many skipped items are not listed.
    pub fn unlisted(&self) -> u64 {
        self.source.skipped.saturating_sub(self.skipped.iter().map(|item| item.count).sum())
    }

    /// Number of packages, for the head.
    pub fn packages_words(&self) -> String {
        thousands(self.source.packages)
    }
}
