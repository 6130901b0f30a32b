//! From a verdict to what a person sees: the state of a host.
//!
//! The second pure function of law 1: policy, freshness and the clock enter here, never in a verdict.
//! Order of states: design.md, "Colour of a host".

use crate::severity::Severity;
use crate::verdict::Counters;

/// A host that has not reported for this long is stale (seconds).
pub const STALE_AFTER: i64 = 3 * 86_400;
/// A source that was not fetched successfully for this long no longer counts as fresh (seconds).
pub const SOURCE_FRESH_FOR: i64 = 3 * 86_400;
/// Below this share of known packages a host is unknown (percent).
pub const COVERAGE_FLOOR: i64 = 90;

/// State of a host, strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HostState {
    /// A known-exploited or tagged CVE, or a fixable critical one.
    Exposed,
    /// Past a tag's deadline.
    Overdue,
    /// A security update is pending.
    Security,
    /// Fixed on disk, not yet running.
    Reboot,
    /// The vendor no longer supports the release.
    EndOfLife,
    /// No report for three days.
    Stale,
    /// Not enough is known to call it good.
    Unknown,
    /// Everything known, nothing pending.
    Good,
}

impl HostState {
    /// Every state, strongest first.
    pub const ALL: [Self; 8] = [
        Self::Exposed,
        Self::Overdue,
        Self::Security,
        Self::Reboot,
        Self::EndOfLife,
        Self::Stale,
        Self::Unknown,
        Self::Good,
    ];

    /// The number SQL sorts by; 0 is strongest.
    pub fn rank(self) -> i64 {
        self as i64
    }

    /// The state of a rank.
    pub fn from_rank(rank: i64) -> Option<Self> {
        usize::try_from(rank).ok().and_then(|r| Self::ALL.get(r)).copied()
    }

    /// The word in URLs, documents and CSS classes.
    pub fn word(self) -> &'static str {
        match self {
            Self::Exposed => "exposed",
            Self::Overdue => "overdue",
            Self::Security => "security",
            Self::Reboot => "reboot",
            Self::EndOfLife => "eol",
            Self::Stale => "stale",
            Self::Unknown => "unknown",
            Self::Good => "good",
        }
    }

    /// The state of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.word() == word)
    }
}

/// What the state of a host follows from.
#[derive(Debug, Clone, Copy)]
pub struct HostFacts {
    /// The verdict's numbers.
    pub counters: Counters,
    /// The host says it needs a reboot.
    pub reboot_required: bool,
    /// Its OS is mapped to an OS group.
    pub mapped: bool,
    /// Unix time of the last report.
    pub last_report: i64,
    /// Until when the security sources of its OS group count as fresh; `None` = there is none.
    pub fresh_until: Option<i64>,
    /// When the vendor's support of the release ends; `None` = not known.
    pub support_end: Option<i64>,
}

/// Are enough packages known, and judged, to call a host good? Integer arithmetic, the same as in SQL.
pub fn covered_enough(counters: &Counters) -> bool {
    let floor = counters.packages * COVERAGE_FLOOR;
    counters.packages > 0 && counters.in_repository * 100 >= floor && counters.judged * 100 >= floor
}

/// The state of a host at `now` (unix seconds).
pub fn host_state(facts: &HostFacts, now: i64) -> HostState {
    let findings = &facts.counters.findings;
    if findings.fixable_of(Severity::Critical) > 0 {
        HostState::Exposed
    } else if facts.counters.security > 0 || findings.fixable_total() > 0 {
        HostState::Security
    } else if facts.reboot_required || findings.pending_reboot > 0 {
        HostState::Reboot
    } else if facts.support_end.is_some_and(|end| end < now) {
        HostState::EndOfLife
    } else if facts.last_report < now - STALE_AFTER {
        HostState::Stale
    } else if facts.mapped
        && facts.fresh_until.is_some_and(|until| until >= now)
        && covered_enough(&facts.counters)
    {
        HostState::Good
    } else {
        HostState::Unknown
    }
}
