//! What a synchronisation tells people: files read, items skipped, signature. Stored with the snapshot.

use pakiti_formats::repository::SkipList;
use pakiti_formats::repository::apt::{LoadedFile, Signature, Unchecked};
use serde::{Deserialize, Serialize};

/// The record of one fetch.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct FetchReport {
    /// Files read.
    pub files: Vec<FileRead>,
    /// The first hundred skipped items.
    pub skipped: Vec<SkippedItem>,
    /// Key ids of good signatures.
    pub signed_by: Vec<String>,
    /// Why the signature was not checked.
    pub unchecked: Option<String>,
    /// Architectures that were asked for; empty = every one.
    pub architectures: Vec<String>,
    /// Hash (hex) of address, options and OS group it was fetched with: validators of another request would hide
    /// what this one asks for.
    pub request: String,
}

/// One file of a feed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRead {
    /// Path in the feed.
    pub path: String,
    /// Bytes as fetched.
    pub size: u64,
    /// Records in it.
    pub records: u64,
    /// SHA-256 as fetched.
    pub sha256: String,
}

/// One skipped item.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SkippedItem {
    /// File, with line where there is one.
    pub at: String,
    /// Why.
    pub reason: String,
}

impl FetchReport {
    /// Of what was loaded.
    pub fn of(files: &[LoadedFile], skipped: &SkipList, signature: &Signature) -> Self {
        let files = files.iter().map(|file| FileRead {
            path: file.path.clone(),
            size: file.size,
            records: file.stanzas,
            sha256: file.sha256.clone(),
        });
        let skipped = skipped.kept().iter().map(|item| SkippedItem {
            at: if item.line == 0 { item.file.clone() } else { format!("{}:{}", item.file, item.line) },
            reason: item.reason.to_string(),
        });
        let (signed_by, unchecked) = match signature {
            Signature::Good(good) => (good.iter().map(|g| g.key_id.clone()).collect(), None),
            Signature::NotChecked(why) => (Vec::new(), Some(unchecked(*why).to_owned())),
        };
        Self {
            files: files.collect(),
            skipped: skipped.collect(),
            signed_by,
            unchecked,
            architectures: Vec::new(),
            request: String::new(),
        }
    }
}

fn unchecked(why: Unchecked) -> &'static str {
    match why {
        Unchecked::NoKeyring => "no keyring: hashes checked, signature not",
        Unchecked::Trusted => "trusted by configuration: hashes checked, signature not",
    }
}
