//! What a host's verdict was judged with: numbers, sources, facts, and what had to be assumed (law 2).

use crate::view::format::percent;
use crate::view::pill::Pill;
use crate::view::state::SourceState;
use pakiti_core::present::COVERAGE_FLOOR;

/// A source that speaks for the host's OS group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoverageSource {
    /// Id in URLs.
    pub id: i64,
    /// Name.
    pub name: String,
    /// Kind (`apt`).
    pub kind: String,
    /// Does it tell security updates?
    pub security: bool,
    /// How it does.
    pub state: SourceState,
    /// Last successful fetch.
    pub last_success: Option<i64>,
}

impl CoverageSource {
    /// The pill of its state.
    pub fn pill(&self) -> Pill {
        self.state.pill()
    }
}

/// A share of the packages, with its bar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// What it is a share of, in words.
    pub label: &'static str,
    /// How many.
    pub part: u64,
    /// In whole percent, 100 only for all.
    pub percent: u64,
    /// Below this share the host is unknown: is it?
    pub enough: bool,
}

/// What the verdict was judged with.
#[derive(Debug, Clone, Default)]
pub struct CoverageTab {
    /// Installed packages.
    pub packages: u64,
    /// Packages a repository has.
    pub in_repository: u64,
    /// Packages a complete security source has spoken for.
    pub judged: u64,
    /// Names of the packages no source knows; the first hundred or so.
    pub unknown: Vec<String>,
    /// How many packages no source knows.
    pub unknown_total: u64,
    /// The sources that speak for its OS group.
    pub sources: Vec<CoverageSource>,
    /// Facts the verdict was judged with: name and value.
    pub facts: Vec<(String, String)>,
    /// What was assumed in place of a fact, one sentence each.
    pub assumed: Vec<String>,
    /// Facts the report does not hold (`repositories`, `module streams`).
    pub not_reported: Vec<String>,
}

impl CoverageTab {
    /// The two coverages that decide whether a host is known.
    pub fn shares(&self) -> [Share; 2] {
        let share = |label, part| {
            let percent = percent(part, self.packages);
            Share {
                label,
                part,
                percent,
                enough: percent >= COVERAGE_FLOOR.unsigned_abs() && self.packages > 0,
            }
        };
        [share("in a repository", self.in_repository), share("judged by a security source", self.judged)]
    }

    /// The sources in words, for the heading's line.
    pub fn security_sources(&self) -> usize {
        self.sources.iter().filter(|source| source.security && source.state.is_well()).count()
    }

    /// How many unknown packages are not named here.
    pub fn unnamed(&self) -> u64 {
        self.unknown_total.saturating_sub(self.unknown.len() as u64)
    }
}
