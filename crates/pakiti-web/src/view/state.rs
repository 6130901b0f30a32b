//! The states pages speak of, each with exactly one word, one colour (a CSS class) and one mark.
//!
//! Which state a host has is decided by [`pakiti_core::present`] (design.md, "Colour of a host"); here is only
//! how it looks.

use crate::view::pill::Pill;
use pakiti_core::judgement::UpdateKind;
use pakiti_core::present::HostState;

/// How a host's state looks and reads. Its class (CSS and URL) is [`HostState::word`].
pub trait StateLook {
    /// The mark drawn beside the word: a plain glyph that every system font has and none turns into a picture.
    fn mark(self) -> &'static str;
    /// The word in pills.
    fn label(self) -> &'static str;
    /// The words below a number of hosts.
    fn phrase(self) -> &'static str;
    /// What `count` hosts of this state do: `has security updates pending`, `wait for a reboot`.
    fn predicate(self, count: u64) -> &'static str;
    /// The pill of this state.
    fn pill(self) -> Pill;
}

impl StateLook for HostState {
    fn mark(self) -> &'static str {
        match self {
            Self::Exposed => "!",
            Self::Overdue => "»",
            Self::Security => "▲",
            Self::Reboot => "↻",
            Self::EndOfLife => "×",
            Self::Stale => "…",
            Self::Unknown => "?",
            Self::Good => "✓",
        }
    }

    fn label(self) -> &'static str {
        match self {
            Self::EndOfLife => "end of life",
            other => other.word(),
        }
    }

    fn phrase(self) -> &'static str {
        match self {
            Self::Exposed => "exposed",
            Self::Overdue => "past a deadline",
            Self::Security => "security updates pending",
            Self::Reboot => "reboot pending",
            Self::EndOfLife => "past end of life",
            Self::Stale => "no report for 3 days",
            Self::Unknown => "not fully known",
            Self::Good => "good",
        }
    }

    fn predicate(self, count: u64) -> &'static str {
        let one = count == 1;
        match self {
            Self::Exposed if one => "is exposed",
            Self::Exposed => "are exposed",
            Self::Overdue if one => "is past a deadline",
            Self::Overdue => "are past a deadline",
            Self::Security if one => "has security updates pending",
            Self::Security => "have security updates pending",
            Self::Reboot if one => "waits for a reboot",
            Self::Reboot => "wait for a reboot",
            Self::EndOfLife if one => "is past its end of life",
            Self::EndOfLife => "are past their end of life",
            Self::Stale if one => "has sent no report for 3 days",
            Self::Stale => "have sent no report for 3 days",
            Self::Unknown if one => "is not fully known",
            Self::Unknown => "are not fully known",
            Self::Good if one => "is good",
            Self::Good => "are good",
        }
    }

    fn pill(self) -> Pill {
        Pill::new(self.word(), self.mark(), self.label())
    }
}

/// The pill of an update's kind; only security has the colour of a state.
pub fn kind_pill(kind: UpdateKind) -> Pill {
    let (class, mark) = match kind {
        UpdateKind::Security => ("security", "▲"),
        UpdateKind::Bugfix => ("plain", "•"),
        UpdateKind::Enhancement => ("plain", "+"),
        UpdateKind::Newpackage => ("plain", "◦"),
        UpdateKind::Unknown => ("unknown", "?"),
    };
    Pill::new(class, mark, kind.word())
}

/// How a source does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SourceState {
    /// The last fetch failed; hosts are judged by the snapshot before it.
    Error,
    /// Its data is older than its own `Valid-Until`, or than a source of its kind may be.
    Expired,
    /// It was added and not fetched yet.
    NeverFetched,
    /// Switched off by an administrator.
    Disabled,
    /// The last fetch brought a new snapshot.
    Fresh,
    /// The last fetch found nothing new.
    NotModified,
}

impl SourceState {
    /// The word in pills.
    pub fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Expired => "expired",
            Self::NeverFetched => "never fetched",
            Self::Disabled => "disabled",
            Self::Fresh => "fresh",
            Self::NotModified => "not modified",
        }
    }

    /// Can hosts be judged by it today?
    pub fn is_well(self) -> bool {
        matches!(self, Self::Fresh | Self::NotModified)
    }

    /// The CSS class: a source's trouble has the colour of what it does to hosts.
    pub fn class(self) -> &'static str {
        match self {
            Self::Error => "exposed",
            Self::Expired => "security",
            Self::NeverFetched => "unknown",
            Self::Disabled => "stale",
            Self::Fresh | Self::NotModified => "good",
        }
    }

    /// The pill of this state.
    pub fn pill(self) -> Pill {
        let mark = match self {
            Self::Error => "!",
            Self::Expired => "⊘",
            Self::NeverFetched => "?",
            Self::Disabled => "–",
            Self::Fresh => "✓",
            Self::NotModified => "=",
        };
        Pill::new(self.class(), mark, self.word())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_state_has_a_word_a_colour_and_a_mark_of_its_own() {
        let unlike = |of: fn(HostState) -> &'static str| {
            HostState::ALL.into_iter().map(of).collect::<BTreeSet<_>>().len() == HostState::ALL.len()
        };
        assert!(unlike(HostState::word) && unlike(HostState::mark) && unlike(HostState::label));
        assert!(unlike(HostState::phrase));
        assert!(unlike(|state| state.predicate(1)) && unlike(|state| state.predicate(2)));
    }
}
