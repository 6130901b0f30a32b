//! yum and dnf repositories (RHEL and its relatives, Fedora, SUSE, Amazon Linux).
//!
//! Rules: contract.md "Sources" and "updates, dnf"; createrepo_c's formats. [`load`] reads a folder that holds
//! `repodata`: `repomd.xml`, then `primary`, `updateinfo` and `modules` as it names them. It is strict: half a
//! repository would hide fixes, so a file that is not the one that `repomd.xml` names refuses the whole.

mod date;
mod evr;
mod load;
pub mod mirrorlist;
mod modules;
mod primary;
pub mod repo_file;
pub mod repomd;
mod updateinfo;
mod yaml;

pub use crate::xml::XmlError;
pub use load::{check_repomd, load, load_primary, load_updateinfo};
pub use repomd::FileError;
pub use yaml::YamlError;

use crate::openpgp::{KeyringError, SignatureError};
use crate::repository::SkipList;
use crate::repository::apt::{LoadedFile, Signature};
use pakiti_core::os_group::OsGroupId;
use pakiti_core::repository::SnapshotContent;
use std::collections::BTreeSet;

/// How to load a repository.
#[derive(Debug, Clone)]
pub struct YumOptions {
    /// What documents call it.
    pub name: String,
    /// Every package of it is a security fix.
    pub security: bool,
    /// Priority set by the administrator; the lower wins.
    pub priority: Option<i32>,
    /// Packages that are no candidates, as globs.
    pub excludes: Vec<String>,
    /// Modules hide none of its packages.
    pub module_hotfixes: bool,
    /// Keyrings as they are on disk; one good signature by any of them is enough. Empty = hashes only.
    pub keyrings: Vec<Vec<u8>>,
    /// Load it without looking at its signature.
    pub trusted: bool,
    /// OS group it speaks for; `None` = it does not say.
    pub os_group: Option<OsGroupId>,
    /// Further OS groups it is mapped to.
    pub further_groups: BTreeSet<OsGroupId>,
    /// Architectures to keep, rpm's words (`noarch` comes with any); `None` = all.
    pub architectures: Option<Vec<String>>,
    /// Host part of the URL it comes from; empty for paths.
    pub site: String,
    /// The time, unix seconds: signatures are judged at it. Needed when there are keyrings; at 0 every signature
    /// is one of the future.
    pub now: i64,
}

impl YumOptions {
    /// Everything of the repository, hashes only.
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            security: false,
            priority: None,
            excludes: Vec::new(),
            module_hotfixes: false,
            keyrings: Vec::new(),
            trusted: false,
            os_group: None,
            further_groups: BTreeSet::new(),
            architectures: None,
            site: String::new(),
            now: 0,
        }
    }
}

/// A repository, loaded.
#[derive(Debug)]
pub struct LoadedRepository {
    /// Its packages, advisories and modules, in canonical order.
    pub content: SnapshotContent,
    /// Architectures of its packages.
    pub architectures: BTreeSet<String>,
    /// What was read: primary, updateinfo, modules; `stanzas` are packages, advisories, documents.
    pub files: Vec<LoadedFile>,
    /// What was left out.
    pub skipped: SkipList,
    /// Its signature.
    pub signature: Signature,
}

/// Why a repository is refused.
#[derive(Debug, thiserror::Error)]
pub enum YumError {
    /// No `repodata/repomd.xml`.
    #[error("no repodata/repomd.xml")]
    NoRepomd,
    /// A file cannot be read.
    #[error("{path}: {source}")]
    Unreadable {
        /// Which one.
        path: String,
        /// What reading it gave.
        source: std::io::Error,
    },
    /// A keyring cannot be read.
    #[error("keyring {number}: {source}")]
    Keyring {
        /// Its place in [`YumOptions::keyrings`], from 1.
        number: usize,
        /// What is wrong with it.
        source: KeyringError,
    },
    /// There is a keyring, but no signature.
    #[error("repomd.xml is not signed")]
    Unsigned,
    /// There is a keyring, but a lone `primary.xml` has nothing that could be signed.
    #[error("{file}: a file without repomd.xml has no signature to check")]
    Unsignable {
        /// The file.
        file: String,
    },
    /// The signature is not good.
    #[error("repodata/repomd.xml.asc: {source}")]
    Signature {
        /// What is wrong with it.
        source: SignatureError,
    },
    /// repomd.xml is unusable.
    #[error("repodata/repomd.xml: {source}")]
    Repomd {
        /// What is wrong with it.
        source: XmlError,
    },
    /// Neither packages nor advisories.
    #[error("repodata/repomd.xml names no primary and no updateinfo")]
    NoPrimary,
    /// Packages only in forms that are not read.
    #[error("repodata/repomd.xml names primary in no form that is read, only as {forms}")]
    PrimaryForms {
        /// The forms, `primary_db, primary_zck`.
        forms: String,
    },
    /// A file that repomd.xml names is absent, another one, or unreadable.
    #[error("{file}: {reason}")]
    File {
        /// Path as repomd.xml names it.
        file: String,
        /// Why.
        reason: FileError,
    },
}
