//! Findings: vulnerabilities that a host is exposed to, as far as its packages tell.
//!
//! Words: design.md (finding, judgement); shape: contract.md "JSON". What a rule index finds for one package is a
//! short [`Found`]; [`Finding`] is what people and documents see of it, made by the rule index when asked.

use crate::severity::Severity;
use serde::{Deserialize, Serialize};

/// What can be done about a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FindingState {
    /// The vendor has a fix that is not installed.
    Fixable,
    /// The vendor has no fix for this host.
    Unfixed,
    /// The fix is installed; the old kernel still runs.
    PendingReboot,
    /// An old kernel image that neither runs nor would at the next boot.
    Leftover,
}

impl FindingState {
    /// The word in documents, URLs and the database.
    pub fn word(self) -> &'static str {
        match self {
            Self::Fixable => "fixable",
            Self::Unfixed => "unfixed",
            Self::PendingReboot => "pending-reboot",
            Self::Leftover => "leftover",
        }
    }

    /// The state of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Fixable, Self::Unfixed, Self::PendingReboot, Self::Leftover]
            .into_iter()
            .find(|state| state.word() == word)
    }
}

/// Which rule of the index found something; places, valid for the index that gave them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FoundBy {
    /// An advisory of a yum repository: the place of the fix among those of the package's name.
    Errata {
        /// Place of the fix.
        fix: u32,
    },
    /// A definition of an OVAL source.
    Definition {
        /// Place of the document.
        document: u32,
        /// Place of the rule in it.
        rule: u32,
    },
}

/// One finding of one package, short: a kernel may have thousands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// The rule.
    pub by: FoundBy,
    /// Which of the rule's CVEs; `u32::MAX` = it names none.
    pub cve: u32,
    /// As the package alone is judged: fixable or unfixed.
    pub state: FindingState,
    /// Severity.
    pub severity: Severity,
    /// The build that still runs has it, not the one that is installed since under its name.
    pub running: bool,
    /// Is it one more in the counters? Not if another source says the same, nor without security impact.
    pub counted: bool,
}

/// The proof of a finding.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingWhy {
    /// File or source, and definition or advisory.
    pub rule: String,
    /// The criterion that holds, in the feed's words.
    pub criterion: String,
    /// The comparison (`1.1 < 1.2`).
    pub comparison: String,
    /// Gates passed, in the order they were asked.
    pub gates: Vec<String>,
}

/// One finding in full (contract.md "JSON").
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// CVE; `None` = the advisory names none.
    pub cve: Option<String>,
    /// Advisory or definition that closes it; `None` = there is none.
    pub advisory: Option<String>,
    /// The version that closes it.
    pub fixed: Option<String>,
    /// What can be done.
    pub state: FindingState,
    /// The vendor's word where there is no fix.
    pub vendor_state: Option<String>,
    /// Severity.
    pub severity: Severity,
    /// Whose severity it is.
    pub severity_source: Option<String>,
    /// CVSS base score in tenths.
    pub cvss_tenths: Option<u8>,
    /// The configured source.
    pub source: i64,
    /// What documents call the source.
    pub source_name: String,
    /// The proof.
    pub why: FindingWhy,
}

impl Finding {
    /// What tells this finding from others of the same package and source: the CVE, else the advisory.
    pub fn subject(&self) -> &str {
        self.cve.as_deref().or(self.advisory.as_deref()).unwrap_or_default()
    }
}

/// How many findings of each kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct FindingCounts {
    /// Fixable ones, by severity in the order of [`Severity::ALL`].
    pub fixable: [i64; 6],
    /// No fix for this host.
    pub unfixed: i64,
    /// Fixed on disk, not yet running.
    pub pending_reboot: i64,
    /// Old kernel images.
    pub leftover: i64,
}

impl FindingCounts {
    /// Fixable findings of all severities.
    pub fn fixable_total(&self) -> i64 {
        self.fixable.iter().sum()
    }

    /// Fixable findings of one severity.
    pub fn fixable_of(&self, severity: Severity) -> i64 {
        self.fixable.get(severity as usize).copied().unwrap_or(0)
    }

    /// Counts one more.
    pub fn add(&mut self, state: FindingState, severity: Severity) {
        match state {
            FindingState::Fixable => {
                if let Some(count) = self.fixable.get_mut(severity as usize) {
                    *count += 1;
                }
            }
            FindingState::Unfixed => self.unfixed += 1,
            FindingState::PendingReboot => self.pending_reboot += 1,
            FindingState::Leftover => self.leftover += 1,
        }
    }

    /// All findings, whatever their state.
    pub fn total(&self) -> i64 {
        self.fixable_total() + self.unfixed + self.pending_reboot + self.leftover
    }

    /// Adds the counts of another package.
    pub fn merge(&mut self, other: &Self) {
        for (sum, more) in self.fixable.iter_mut().zip(other.fixable) {
            *sum += more;
        }
        self.unfixed += other.unfixed;
        self.pending_reboot += other.pending_reboot;
        self.leftover += other.leftover;
    }

    /// The same findings, all in another state.
    pub fn all_as(&self, state: FindingState) -> Self {
        let total = self.total();
        match state {
            FindingState::PendingReboot => Self { pending_reboot: total, ..Self::default() },
            FindingState::Leftover => Self { leftover: total, ..Self::default() },
            FindingState::Fixable | FindingState::Unfixed => *self,
        }
    }
}
