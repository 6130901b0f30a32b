//! The filters that all lists of findings share, which live in the URL: text, severity, state, paging key.
//!
//! Without a severity everything is listed that counts: what a vendor calls of no security impact (severity `none`)
//! is no finding in any number (contract.md "JSON"), and is listed when it is asked for.

use crate::view::host::updates::FilterLink;
use crate::view::query::Query;
use crate::view::severity::STATES;
use pakiti_core::finding::FindingState;
use pakiti_core::severity::Severity;

/// What is listed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FindingFilter {
    /// Text searched for; empty = no filter.
    pub q: String,
    /// Only this severity; `None` = all but [`Severity::None`].
    pub severity: Option<Severity>,
    /// Only this state.
    pub state: Option<FindingState>,
    /// Key of the last row of the page before, opaque.
    pub after: Option<String>,
}

impl FindingFilter {
    /// From the values in URLs; what is not known filters nothing.
    pub fn from_words(q: &str, severity: &str, state: &str, after: &str) -> Self {
        Self {
            q: q.trim().to_owned(),
            severity: Severity::ALL.into_iter().find(|known| known.word() == severity),
            state: FindingState::from_word(state),
            after: Some(after.to_owned()).filter(|after| !after.is_empty()),
        }
    }

    /// Does the severity pass?
    pub fn takes_severity(&self, severity: Severity) -> bool {
        takes(self.severity, severity)
    }

    /// The query string of this filter, added to `base`.
    pub fn query(&self, base: Query) -> String {
        base.with("state", self.state.map(FindingState::word).unwrap_or_default())
            .with("severity", self.severity.map(Severity::word).unwrap_or_default())
            .with("q", &self.q)
            .with("after", self.after.as_deref().unwrap_or_default())
            .finish()
    }

    /// The same filter at its first page.
    pub fn first(&self) -> Self {
        Self { after: None, ..self.clone() }
    }

    /// The same filter after this row.
    pub fn after(&self, key: String) -> Self {
        Self { after: Some(key), ..self.clone() }
    }

    /// Does it leave anything out?
    pub fn is_active(&self) -> bool {
        !self.q.is_empty() || self.severity.is_some() || self.state.is_some()
    }

    /// The states as links, each with the number it lists; those that list nothing are left out.
    pub fn states(&self, base: &Query, count: impl Fn(Option<FindingState>) -> u64) -> Vec<FilterLink> {
        let link = |label, state| FilterLink {
            label,
            query: Self { state, ..self.first() }.query(base.clone()),
            count: count(state),
            current: state == self.state,
        };
        let all = std::iter::once(link("All states", None));
        shown(all.chain(STATES.into_iter().map(|state| link(state_label(state), Some(state)))))
    }

    /// The severities as links, each with the number it lists; those that list nothing are left out.
    pub fn severities(&self, base: &Query, count: impl Fn(Option<Severity>) -> u64) -> Vec<FilterLink> {
        let link = |label, severity| FilterLink {
            label,
            query: Self { severity, ..self.first() }.query(base.clone()),
            count: count(severity),
            current: severity == self.severity,
        };
        let all = std::iter::once(link("All severities", None));
        shown(all.chain(Severity::ALL.into_iter().map(|one| link(severity_label(one), Some(one)))))
    }
}

fn shown(links: impl Iterator<Item = FilterLink>) -> Vec<FilterLink> {
    let kept = links.enumerate().filter(|(at, link)| *at == 0 || link.count > 0 || link.current);
    kept.map(|(_, link)| link).collect()
}

/// Does a severity pass a filter?
pub fn takes(filter: Option<Severity>, severity: Severity) -> bool {
    match filter {
        None => severity != Severity::None,
        Some(wanted) => wanted == severity,
    }
}

fn state_label(state: FindingState) -> &'static str {
    match state {
        FindingState::Fixable => "Fixable",
        FindingState::PendingReboot => "Pending reboot",
        FindingState::Unfixed => "Unfixed",
        FindingState::Leftover => "Leftover",
    }
}

fn severity_label(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "Critical",
        Severity::Important => "Important",
        Severity::Moderate => "Moderate",
        Severity::Low => "Low",
        Severity::None => "None (not counted)",
        Severity::Unknown => "Unknown",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_url_holds_the_whole_filter_and_a_hostile_one_filters_nothing() {
        let filter = FindingFilter::from_words(" a&b ", "critical", "pending-reboot", "k 1");
        assert_eq!(
            filter.query(Query::new().with("tab", "findings")),
            "?tab=findings&state=pending-reboot&severity=critical&q=a%26b&after=k%201"
        );
        assert_eq!(FindingFilter::from_words("", "<b>", "1;drop", ""), FindingFilter::default());
        assert_eq!(FindingFilter::default().query(Query::new()), "");
    }

    #[test]
    fn another_state_starts_at_the_first_page_and_empty_ones_are_no_links() {
        let filter = FindingFilter::from_words("x", "", "unfixed", "key");
        let links = filter.states(&Query::new(), |state| match state {
            Some(FindingState::Fixable) => 2,
            None => 2,
            _ => 0,
        });
        let told: Vec<_> = links.iter().map(|link| (link.label, link.query.as_str(), link.current)).collect();
        assert_eq!(
            told,
            [
                ("All states", "?q=x", false),
                ("Fixable", "?state=fixable&q=x", false),
                ("Unfixed", "?state=unfixed&q=x", true)
            ]
        );
    }

    #[test]
    fn what_has_no_security_impact_is_listed_only_when_asked_for() {
        assert!(!FindingFilter::default().takes_severity(Severity::None));
        assert!(FindingFilter::default().takes_severity(Severity::Unknown));
        assert!(FindingFilter::from_words("", "none", "", "").takes_severity(Severity::None));
    }
}
