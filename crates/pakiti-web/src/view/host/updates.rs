//! The updates of a host, each with its proof.

use crate::view::host::advisory::{self, AdvisoryRow};
use crate::view::pill::Pill;
use crate::view::query::Query;
use crate::view::state::kind_pill;
use pakiti_core::judgement::{Update, UpdateKind};

/// One update of a host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpdateRow {
    /// Package name.
    pub package: String,
    /// Architecture of the installed build.
    pub arch: String,
    /// Installed version.
    pub installed: String,
    /// Candidate, kind, repositories and proof.
    pub update: Update,
    /// Is the package on hold?
    pub held: bool,
    /// The advisories between the two versions, in the order of [`advisory::sort`].
    pub advisories: Vec<AdvisoryRow>,
}

/// An installed package that packages of other names replace (rpm's `Obsoletes`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplacedRow {
    /// Package name.
    pub package: String,
    /// Architecture.
    pub arch: String,
    /// Installed version.
    pub installed: String,
    /// What replaces it: name and version.
    pub by: Vec<(String, String)>,
}

impl UpdateRow {
    /// Does it close a security problem?
    pub fn is_security(&self) -> bool {
        self.update.kind == UpdateKind::Security
    }

    /// Architecture of the candidate.
    pub fn candidate_arch(&self) -> &str {
        self.update.candidate_arch.as_deref().unwrap_or(&self.arch)
    }

    /// The pill of its kind.
    pub fn pill(&self) -> Pill {
        kind_pill(self.update.kind)
    }

    /// Its advisories in one line; `None` = it has none.
    pub fn advisory_summary(&self) -> Option<String> {
        (!self.advisories.is_empty()).then(|| advisory::summary(&self.advisories))
    }

    /// The severest word of its security advisories.
    pub fn severity(&self) -> Option<&str> {
        advisory::worst(&self.advisories)
    }

    fn matches(&self, text: &str) -> bool {
        let text = text.to_lowercase();
        self.package.to_lowercase().contains(&text)
            || self.update.repositories.iter().any(|r| r.to_lowercase().contains(&text))
            || self.update.advisories.iter().any(|a| a.to_lowercase().contains(&text))
            || self.advisories.iter().flat_map(|a| &a.cves).any(|cve| cve.to_lowercase().contains(&text))
    }
}

/// Which updates are listed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum KindFilter {
    /// All.
    #[default]
    All,
    /// Security updates.
    Security,
    /// All but security updates.
    Other,
}

impl KindFilter {
    /// All values in order.
    pub const ALL: [Self; 3] = [Self::All, Self::Security, Self::Other];

    /// The value in URLs; empty for [`KindFilter::All`].
    pub fn word(self) -> &'static str {
        match self {
            Self::All => "",
            Self::Security => "security",
            Self::Other => "other",
        }
    }

    /// The filter of a value in URLs; anything unknown is [`KindFilter::All`].
    pub fn from_word(word: &str) -> Self {
        Self::ALL.into_iter().find(|kind| kind.word() == word).unwrap_or_default()
    }

    fn label(self) -> &'static str {
        match self {
            Self::All => "All",
            Self::Security => "Security",
            Self::Other => "Other",
        }
    }

    fn takes(self, row: &UpdateRow) -> bool {
        match self {
            Self::All => true,
            Self::Security => row.is_security(),
            Self::Other => !row.is_security(),
        }
    }
}

/// The updates of a host.
#[derive(Debug, Clone, Default)]
pub struct UpdatesTab {
    /// What is listed.
    pub rows: Vec<UpdateRow>,
    /// Filter by kind.
    pub kind: KindFilter,
    /// Text searched for in package, repositories, advisories and CVEs; empty = no filter.
    pub q: String,
    /// How many there are per kind, whatever the filter, in the order of [`KindFilter::ALL`].
    pub counts: [u64; 3],
    /// Packages that others replace, whatever the filter (rpm only).
    pub replaced: Vec<ReplacedRow>,
}

/// One choice of a filter, as a link with its number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilterLink {
    /// Its word.
    pub label: &'static str,
    /// Query string of the host's page.
    pub query: String,
    /// How many it lists.
    pub count: u64,
    /// Is it in force?
    pub current: bool,
}

impl UpdatesTab {
    /// The tab from all updates of the host (in the order to show) and the filters of the URL.
    pub fn new(all: Vec<UpdateRow>, kind: KindFilter, q: &str) -> Self {
        let counts = KindFilter::ALL.map(|kind| all.iter().filter(|row| kind.takes(row)).count() as u64);
        let rows = all.into_iter().filter(|row| kind.takes(row) && row.matches(q.trim())).collect();
        Self { rows, kind, q: q.trim().to_owned(), counts, replaced: Vec::new() }
    }

    /// The filter by kind as links.
    pub fn kinds(&self) -> Vec<FilterLink> {
        let links = KindFilter::ALL.into_iter().zip(self.counts).map(|(kind, count)| FilterLink {
            label: kind.label(),
            query: Query::new().with("tab", "updates").with("kind", kind.word()).with("q", &self.q).finish(),
            count,
            current: kind == self.kind,
        });
        links.collect()
    }

    /// Does any update shown have advisories?
    pub fn has_advisories(&self) -> bool {
        self.rows.iter().any(|row| !row.advisories.is_empty())
    }

    /// How many updates there are, whatever the filter.
    pub fn total(&self) -> u64 {
        self.counts[0]
    }

    /// Does a filter leave any update out?
    pub fn is_filtered(&self) -> bool {
        self.kind != KindFilter::All || !self.q.is_empty()
    }
}
