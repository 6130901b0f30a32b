//! How severities and the states of findings look: one word, one colour (a CSS class) and one mark each.
//!
//! contract.md "JSON" has the words; the order of states on pages is that of the actions that close them.

use crate::view::pill::Pill;
use pakiti_core::finding::FindingState;
use pakiti_core::severity::Severity;

/// The states in the order of what can be done: upgrade, reboot, wait, remove.
pub const STATES: [FindingState; 4] =
    [FindingState::Fixable, FindingState::PendingReboot, FindingState::Unfixed, FindingState::Leftover];

/// The pill of a severity.
pub fn severity_pill(severity: Severity) -> Pill {
    let (class, mark) = severity_look(severity);
    Pill::new(class, mark, severity.word())
}

/// Class and mark of a severity.
pub fn severity_look(severity: Severity) -> (&'static str, &'static str) {
    match severity {
        Severity::Critical => ("exposed", "!"),
        Severity::Important => ("security", "▲"),
        Severity::Moderate => ("unknown", "◆"),
        Severity::Low => ("stale", "▽"),
        Severity::None => ("plain", "–"),
        Severity::Unknown => ("plain", "?"),
    }
}

/// The pill of a state.
pub fn state_pill(state: FindingState) -> Pill {
    let (class, mark) = state_look(state);
    Pill::new(class, mark, state_words(state))
}

/// Class and mark of a state.
pub fn state_look(state: FindingState) -> (&'static str, &'static str) {
    match state {
        FindingState::Fixable => ("security", "▲"),
        FindingState::PendingReboot => ("reboot", "↻"),
        FindingState::Unfixed => ("stale", "×"),
        FindingState::Leftover => ("plain", "◦"),
    }
}

/// A state in words.
pub fn state_words(state: FindingState) -> &'static str {
    match state {
        FindingState::PendingReboot => "pending reboot",
        other => other.word(),
    }
}

/// A CVSS base score of tenths: `7.5`.
pub fn cvss(tenths: u8) -> String {
    format!("{}.{}", tenths / 10, tenths % 10)
}

/// The page of a CVE, or of an advisory without one.
pub fn cve_href(subject: &str) -> String {
    format!("/cves/{}", crate::view::query::encode(subject))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_severity_and_state_has_a_mark_of_its_own() {
        let marks: BTreeSet<_> = Severity::ALL.into_iter().map(|s| severity_look(s).1).collect();
        assert_eq!(marks.len(), Severity::ALL.len());
        let marks: BTreeSet<_> = STATES.into_iter().map(|s| state_look(s).1).collect();
        assert_eq!(marks.len(), STATES.len());
        assert_eq!((cvss(75).as_str(), cvss(100).as_str(), cvss(0).as_str()), ("7.5", "10.0", "0.0"));
        assert_eq!(cve_href("RHSA-2026:1/../x"), "/cves/RHSA-2026%3A1%2F..%2Fx");
    }
}
