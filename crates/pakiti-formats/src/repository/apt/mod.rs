//! apt repositories (Debian, Ubuntu and what is built for them).
//!
//! Rules: contract.md "Sources" (which files of a suite count) and "updates, apt"; vendor-rules.md, the Debian
//! and Ubuntu boxes; apt 2.6 where they are silent. [`suite`] loads one suite, [`lists`] apt's own cache.
//!
//! `Sources` files are not read, and `deb-src` lines are passed over: everything Pakiti asks of a source package
//! is its name and version, and each stanza of `Packages` says both (`Source: name (version)`, left out where they
//! are the binary's own; Debian policy 5.6.1). Of a binNMU the version in brackets is that of the sources, without
//! `+bN`. A source whose binaries no index lists concerns no host. `Packages` also tells them for the
//! architecture at hand: a source may give one version of a binary here and another there.

mod deb822;
mod index_file;
pub mod lists;
pub mod packages;
pub mod preferences;
pub mod release;
pub mod sources_list;
pub mod suite;

use crate::openpgp::{GoodSignature, SignatureError};
use crate::repository::SkipList;
use pakiti_core::os_group::OsGroupId;
use pakiti_core::repository::SnapshotContent;
use std::collections::BTreeSet;

/// Is a suite a security suite?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Security {
    /// By its Release: [`suite::is_security`].
    #[default]
    Auto,
    /// Every package of it is a security fix.
    Yes,
    /// None is.
    No,
}

/// How to load a suite.
#[derive(Debug, Clone)]
pub struct AptOptions {
    /// Components to load; `None` = all.
    pub components: Option<Vec<String>>,
    /// Architectures to load (`all` comes with any); `None` = every one that is there.
    pub architectures: Option<Vec<String>>,
    /// Is it a security suite?
    pub security: Security,
    /// Priority set by the administrator.
    pub priority: Option<i32>,
    /// Keyrings as they are on disk; one good signature by any of them is enough. Empty = hashes only.
    pub keyrings: Vec<Vec<u8>>,
    /// Load it without looking at its signature.
    pub trusted: bool,
    /// Report an expired `Valid-Until`.
    pub check_valid_until: bool,
    /// OS group it speaks for; `None` = what its Release says.
    pub os_group: Option<OsGroupId>,
    /// Host part of the URL it comes from; empty for paths.
    pub site: String,
    /// The time, unix seconds.
    pub now: i64,
}

impl AptOptions {
    /// Everything of the suite, by its own word, hashes only, at the time `now` (unix seconds).
    pub fn new(now: i64) -> Self {
        Self {
            components: None,
            architectures: None,
            security: Security::Auto,
            priority: None,
            keyrings: Vec::new(),
            trusted: false,
            check_valid_until: true,
            os_group: None,
            site: String::new(),
            now,
        }
    }
}

/// What is known about the signature of a suite.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signature {
    /// Good; every good signature.
    Good(Vec<GoodSignature>),
    /// Not looked at.
    NotChecked(Unchecked),
}

/// Why a signature was not looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unchecked {
    /// No keyring was given.
    NoKeyring,
    /// The administrator trusts the suite.
    Trusted,
}

/// One `Packages` file that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadedFile {
    /// Path as Release names it, with the suffix of the form that was read.
    pub path: String,
    /// SHA-256 of the file as it was read (compressed if it was), lower-case hex.
    pub sha256: String,
    /// Size of the file as it was read, bytes.
    pub size: u64,
    /// Stanzas in it, the skipped ones included.
    pub stanzas: u64,
}

/// A suite, loaded.
#[derive(Debug)]
pub struct LoadedSuite {
    /// Its packages, in canonical order.
    pub content: SnapshotContent,
    /// Architectures of its packages.
    pub architectures: BTreeSet<String>,
    /// What was read, in the order of the paths.
    pub files: Vec<LoadedFile>,
    /// What was left out.
    pub skipped: SkipList,
    /// Its signature.
    pub signature: Signature,
    /// Is `Valid-Until` past (and checked)? The caller decides what that means.
    pub expired: bool,
}

/// Why a suite is refused.
#[derive(Debug, thiserror::Error)]
pub enum AptError {
    /// Neither `InRelease` nor `Release`.
    #[error("no InRelease and no Release")]
    NoRelease,
    /// A file or folder cannot be read.
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
        /// Its place in [`AptOptions::keyrings`], from 1.
        number: usize,
        /// What is wrong with it.
        source: crate::openpgp::KeyringError,
    },
    /// There is a keyring, but `Release` has no signature.
    #[error("Release is not signed")]
    Unsigned,
    /// The signature is not good.
    #[error("{file}: {source}")]
    Signature {
        /// `InRelease` or `Release.gpg`.
        file: &'static str,
        /// What is wrong with it.
        source: SignatureError,
    },
    /// Release is unusable.
    #[error(transparent)]
    Release(#[from] release::ReleaseError),
    /// No `Packages` file could be read.
    #[error("no Packages file could be read{}", first(.skipped))]
    NoPackages {
        /// The files that were there and refused, among others.
        skipped: SkipList,
    },
}

fn first(skipped: &SkipList) -> String {
    skipped.kept().first().map_or_else(String::new, |skipped| format!(" ({skipped})"))
}
