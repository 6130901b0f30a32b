//! What a rule index says about one package: the unit that is computed once per (group context, package).
//!
//! Words: design.md (judgement, update, finding, coverage); the shapes of updates follow contract.md.

use crate::finding::Found;
use serde::{Deserialize, Serialize};

/// Id of a configured source.
pub type SourceId = i64;

/// Why the installed version should be replaced; the order is from strongest to weakest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum UpdateKind {
    /// A security fix lies between the installed version and the candidate.
    Security,
    /// Ordinary fix.
    Bugfix,
    /// New feature (yum advisories).
    Enhancement,
    /// New package (yum advisories).
    Newpackage,
    /// No advisory says.
    Unknown,
}

impl UpdateKind {
    /// The word used in documents, URLs and the database.
    pub fn word(self) -> &'static str {
        match self {
            Self::Security => "security",
            Self::Bugfix => "bugfix",
            Self::Enhancement => "enhancement",
            Self::Newpackage => "newpackage",
            Self::Unknown => "unknown",
        }
    }
}

/// The proof of an update: what was compared with what, and which gates were passed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Why {
    /// The rule that decided, in words (`bookworm-security/main offers 1.2`).
    pub rule: String,
    /// The comparison (`1.1 < 1.2`).
    pub comparison: String,
    /// Gates passed, in the order they were asked (OS group, architecture, priority).
    pub gates: Vec<String>,
}

/// Installed -> candidate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Update {
    /// Version the vendor offers.
    pub candidate: String,
    /// Architecture of the candidate where it differs from the installed one.
    pub candidate_arch: Option<String>,
    /// Security, bugfix, ...
    pub kind: UpdateKind,
    /// Repositories that offer the candidate, sorted.
    pub repositories: Vec<String>,
    /// Advisories in the range (yum).
    pub advisories: Vec<String>,
    /// Phased update: percentage of hosts that get it.
    pub phased: Option<u8>,
    /// An advisory in the range asks for a reboot.
    pub reboot: bool,
    /// The source that offers the candidate.
    pub source: SourceId,
    /// The proof.
    pub why: Why,
}

/// A package of another name that replaces the installed one (rpm's `Obsoletes`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replacement {
    /// Name of the package that replaces it.
    pub by: String,
    /// The version that does.
    pub candidate: String,
}

/// Which sources speak about a package.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Covered {
    /// Its exact name and architecture occur in a repository.
    pub in_repository: bool,
    /// A security source that is complete for the OS group has spoken for it.
    pub judged: bool,
}

impl Covered {
    /// Does any source speak about the package?
    pub fn known(self) -> bool {
        self.in_repository || self.judged
    }
}

/// Everything the rule index says about one package in one group context.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judgement {
    /// The update, if one is due.
    pub update: Option<Update>,
    /// Who speaks about the package.
    pub covered: Covered,
    /// Updates to further architectures, where `noarch` changes and dnf lists a row for each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub further: Vec<Update>,
    /// What replaces it under another name, sorted by name and version.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replaced_by: Vec<Replacement>,
    /// Vulnerabilities found in it, one per (CVE or advisory, source).
    #[serde(skip)]
    pub findings: Vec<Found>,
}
