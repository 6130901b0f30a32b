//! The page of one source: its files, what of them was skipped (law 9), who signed it, and its snapshots.

use crate::view::format::{count, size, thousands};
use crate::view::layout::Layout;
use crate::view::sources::SourceRow;
use crate::view::stale::StaleSource;
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
    /// Verdicts and hosts its re-evaluation changed; `None` = the viewer may not see numbers of the whole fleet.
    pub effect: Option<(u64, u64)>,
}

/// A host whose numbers changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostDelta {
    /// Id in URLs.
    pub id: i64,
    /// Name.
    pub name: String,
    /// Security updates more or less than before.
    pub security: i64,
    /// Other updates more or less than before.
    pub other: i64,
}

/// What the newest snapshot changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effect {
    /// Verdicts and hosts; `None` = the viewer may not see numbers of the whole fleet.
    pub numbers: Option<(u64, u64)>,
    /// The hosts the viewer may see that changed most, strongest first.
    pub most: Vec<HostDelta>,
    /// Are hosts still being judged by it?
    pub under_way: bool,
}

impl Effect {
    /// `This synchronisation changed 5 verdicts on 3 hosts`.
    pub fn sentence(&self) -> String {
        let so_far = if self.under_way { " so far" } else { "" };
        match self.numbers {
            Some((0, 0)) => format!("This synchronisation changed no verdict{so_far}"),
            Some((verdicts, hosts)) => format!(
                "This synchronisation changed {} on {}{so_far}",
                count(verdicts, "verdict", "verdicts"),
                count(hosts, "host", "hosts")
            ),
            None if self.most.is_empty() => {
                format!("None of your hosts is among those it changed most{so_far}")
            }
            None => format!("This synchronisation changed these of your hosts most{so_far}"),
        }
    }
}

impl HostDelta {
    /// The host's page.
    pub fn href(&self) -> String {
        format!("/hosts/{}", self.id)
    }

    /// Security updates with their sign.
    pub fn security_words(&self) -> String {
        signed(self.security)
    }

    /// Other updates with their sign.
    pub fn other_words(&self) -> String {
        signed(self.other)
    }
}

/// `+3`, `−2`, `0`.
fn signed(number: i64) -> String {
    let digits = thousands(number.unsigned_abs());
    match number {
        0 => digits,
        n if n > 0 => format!("+{digits}"),
        _ => format!("−{digits}"),
    }
}

impl SnapshotRow {
    /// Its size with a unit.
    pub fn size(&self) -> String {
        size(self.bytes)
    }

    /// What it changed, in short.
    pub fn effect_words(&self) -> Option<String> {
        let (verdicts, hosts) = self.effect?;
        Some(match verdicts {
            0 => "0".to_owned(),
            _ => format!("{} on {}", thousands(verdicts), count(hosts, "host", "hosts")),
        })
    }
}

impl SourceFile {
    /// Its size with a unit.
    pub fn size(&self) -> String {
        size(self.bytes)
    }
}

/// The page of one source. Its forms post `csrf` to `/sources/{id}/sync`, `enable` and `disable`.
#[derive(Debug, Clone, Template)]
#[template(path = "source.html")]
pub struct SourcePage {
    /// The frame.
    pub layout: Layout,
    /// The source.
    pub source: SourceRow,
    /// Since when it is not up to date, and what is in force meanwhile.
    pub stale: Option<StaleSource>,
    /// How it is configured, and what its feed says of itself: name and value.
    pub facts: Vec<(&'static str, String)>,
    /// What the newest snapshot changed; `None` = there is none.
    pub effect: Option<Effect>,
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

    /// Are the numbers of the whole fleet shown?
    pub fn shows_effects(&self) -> bool {
        self.snapshots.iter().any(|row| row.effect.is_some())
    }

    /// The word over numbers of what is in it.
    pub fn items_word(&self) -> &'static str {
        if self.source.definitions { "Definitions" } else { "Packages" }
    }
}
