//! The state of the host list, which lives in its URL: filters, sort and the paging key.
//!
//! Every link of the page is this filter with one thing changed ([`HostsFilter::href`]); whatever changes
//! which rows are listed also drops the paging key.

use crate::view::query::Query;
use pakiti_core::present::HostState;

/// Value of [`HostsFilter::os`] for hosts whose OS is mapped to no group (no OS group id has this form).
pub const NOT_MAPPED: &str = "unmapped";

/// Filter by pending updates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PendingUpdates {
    /// At least one security update.
    Security,
    /// At least one other update.
    Other,
    /// At least one update.
    Any,
    /// No update.
    None,
}

impl PendingUpdates {
    /// All values, in the order of the select box.
    pub const ALL: [Self; 4] = [Self::Security, Self::Other, Self::Any, Self::None];

    /// The value in URLs.
    pub fn word(self) -> &'static str {
        match self {
            Self::Security => "security",
            Self::Other => "other",
            Self::Any => "any",
            Self::None => "none",
        }
    }

    /// The words on the page.
    pub fn label(self) -> &'static str {
        match self {
            Self::Security => "security updates",
            Self::Other => "other updates",
            Self::Any => "any updates",
            Self::None => "no updates",
        }
    }
}

/// What the list is sorted by; ties go by name, then id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HostsSort {
    /// State, then name.
    State,
    /// Name.
    Name,
    /// OS group, then reported OS.
    Os,
    /// Running kernel.
    Kernel,
    /// Number of fixable critical findings, then of important ones.
    Findings,
    /// Number of security updates.
    Security,
    /// Number of other updates.
    Other,
    /// Time of the last report.
    Last,
}

impl HostsSort {
    /// All sorts, in the order of the columns.
    pub const ALL: [Self; 8] = [
        Self::State,
        Self::Name,
        Self::Os,
        Self::Kernel,
        Self::Findings,
        Self::Security,
        Self::Other,
        Self::Last,
    ];

    /// The value in URLs.
    pub fn word(self) -> &'static str {
        match self {
            Self::State => "state",
            Self::Name => "name",
            Self::Os => "os",
            Self::Kernel => "kernel",
            Self::Findings => "findings",
            Self::Security => "security",
            Self::Other => "other",
            Self::Last => "last",
        }
    }

    /// The direction of the first click: worst, most and newest first; texts from A to Z.
    pub fn descends_first(self) -> bool {
        !matches!(self, Self::Name | Self::Os | Self::Kernel)
    }
}

/// What the list shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostsFilter {
    /// Text searched for in name, OS and kernel; empty = no filter.
    pub q: String,
    /// Only this state.
    pub state: Option<HostState>,
    /// Only this OS group id, or [`NOT_MAPPED`].
    pub os: Option<String>,
    /// Only this host group.
    pub group: Option<String>,
    /// Only hosts with such updates.
    pub updates: Option<PendingUpdates>,
    /// What is sorted by.
    pub sort: HostsSort,
    /// From most to least; for [`HostsSort::State`] worst first, for [`HostsSort::Last`] newest first.
    pub descending: bool,
    /// The paging key of the page before, opaque.
    pub after: Option<String>,
}

impl Default for HostsFilter {
    fn default() -> Self {
        Self {
            q: String::new(),
            state: None,
            os: None,
            group: None,
            updates: None,
            sort: HostsSort::State,
            descending: HostsSort::State.descends_first(),
            after: None,
        }
    }
}

/// One change to a filter, for a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change<'a> {
    /// Another search text; empty = none.
    Text(&'a str),
    /// Another state.
    State(Option<HostState>),
    /// Another OS group.
    Os(Option<&'a str>),
    /// Another host group.
    Group(Option<&'a str>),
    /// Another filter by updates.
    Updates(Option<PendingUpdates>),
    /// A click on a column: sort by it, or turn the direction.
    Sort(HostsSort),
    /// Another page; everything else stays.
    After(Option<&'a str>),
    /// No filter at all; the sort stays.
    Clear,
}

impl HostsFilter {
    /// Reads the pairs of a query string. Unknown names and values are ignored, of repeated names the last
    /// known value counts: an old bookmark still shows a list.
    pub fn from_pairs<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut filter = Self::default();
        let mut direction = None;
        for (name, value) in pairs {
            let text = || (!value.is_empty()).then(|| value.to_owned());
            match name {
                "q" => filter.q = value.trim().to_owned(),
                "state" => filter.state = HostState::from_word(value),
                "os" => filter.os = text(),
                "group" => filter.group = text(),
                "updates" => {
                    filter.updates = PendingUpdates::ALL.into_iter().find(|u| u.word() == value);
                }
                "sort" => {
                    filter.sort =
                        HostsSort::ALL.into_iter().find(|s| s.word() == value).unwrap_or(filter.sort);
                }
                "dir" => direction = (value == "asc" || value == "desc").then(|| value == "desc"),
                "after" => filter.after = text(),
                _ => {}
            }
        }
        filter.descending = direction.unwrap_or_else(|| filter.sort.descends_first());
        filter
    }

    /// The query string of this filter with changes applied, `?` included; empty for the plain list. Defaults
    /// are left out, so that equal lists have equal URLs.
    pub fn to_query(&self, changes: &[Change<'_>]) -> String {
        let mut filter = self.clone();
        for change in changes {
            filter.apply(*change);
        }
        let sorted = filter.sort != HostsSort::State;
        let turned = filter.descending != filter.sort.descends_first();
        Query::new()
            .with("q", &filter.q)
            .with("state", filter.state.map(HostState::word).unwrap_or_default())
            .with("os", filter.os.as_deref().unwrap_or_default())
            .with("group", filter.group.as_deref().unwrap_or_default())
            .with("updates", filter.updates.map(PendingUpdates::word).unwrap_or_default())
            .with("sort", if sorted { filter.sort.word() } else { "" })
            .with("dir", if turned { filter.direction() } else { "" })
            .with("after", filter.after.as_deref().unwrap_or_default())
            .finish()
    }

    /// The address of the list with changes applied.
    pub fn href(&self, changes: &[Change<'_>]) -> String {
        format!("/hosts{}", self.to_query(changes))
    }

    /// Does it leave any host out?
    pub fn is_active(&self) -> bool {
        !self.q.is_empty()
            || self.state.is_some()
            || self.os.is_some()
            || self.group.is_some()
            || self.updates.is_some()
    }

    /// `asc` or `desc`.
    pub fn direction(&self) -> &'static str {
        if self.descending { "desc" } else { "asc" }
    }

    fn apply(&mut self, change: Change<'_>) {
        if !matches!(change, Change::After(_)) {
            self.after = None;
        }
        match change {
            Change::Text(q) => self.q = q.to_owned(),
            Change::State(state) => self.state = state,
            Change::Os(os) => self.os = os.map(str::to_owned),
            Change::Group(group) => self.group = group.map(str::to_owned),
            Change::Updates(updates) => self.updates = updates,
            Change::Sort(sort) => {
                self.descending = if self.sort == sort { !self.descending } else { sort.descends_first() };
                self.sort = sort;
            }
            Change::After(after) => self.after = after.map(str::to_owned),
            Change::Clear => {
                *self = Self { sort: self.sort, descending: self.descending, ..Self::default() };
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn full() -> HostsFilter {
        HostsFilter {
            q: "web & <b>\"".into(),
            state: Some(HostState::Security),
            os: Some("debian-12".into()),
            group: Some("SITE-B/ä".into()),
            updates: Some(PendingUpdates::Any),
            sort: HostsSort::Name,
            descending: true,
            after: Some("k1:=&".into()),
        }
    }

    /// What a server makes of the query string: split, then percent-decoded.
    fn pairs(query: &str) -> Vec<(String, String)> {
        query
            .trim_start_matches('?')
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .map(|(n, v)| (decode(n), decode(v)))
            .collect()
    }

    fn decode(text: &str) -> String {
        let mut bytes = Vec::new();
        let mut rest = text;
        while let Some((plain, coded)) = rest.split_once('%') {
            bytes.extend_from_slice(plain.as_bytes());
            bytes.push(u8::from_str_radix(&coded[..2], 16).unwrap());
            rest = &coded[2..];
        }
        bytes.extend_from_slice(rest.as_bytes());
        String::from_utf8(bytes).unwrap()
    }

    fn read(query: &str) -> HostsFilter {
        HostsFilter::from_pairs(pairs(query).iter().map(|(n, v)| (n.as_str(), v.as_str())))
    }

    #[test]
    fn the_url_holds_the_whole_filter() {
        insta::assert_snapshot!(full().to_query(&[]), @"?q=web%20%26%20%3Cb%3E%22&state=security&os=debian-12&group=SITE-B%2F%C3%A4&updates=any&sort=name&dir=desc&after=k1%3A%3D%26");
        assert_eq!(read(&full().to_query(&[])), full());
        for sort in HostsSort::ALL {
            for descending in [true, false] {
                let filter = HostsFilter { sort, descending, ..HostsFilter::default() };
                assert_eq!(read(&filter.to_query(&[])), filter);
            }
        }
    }

    #[test]
    fn the_plain_list_has_the_plain_address() {
        assert_eq!(HostsFilter::default().href(&[]), "/hosts");
        assert_eq!(full().href(&[Change::Clear, Change::Sort(HostsSort::State)]), "/hosts");
    }

    #[test]
    fn whatever_changes_the_rows_starts_at_the_first_page() {
        for change in [
            Change::Text("x"),
            Change::State(None),
            Change::Os(None),
            Change::Group(Some("g")),
            Change::Updates(None),
            Change::Sort(HostsSort::Last),
            Change::Clear,
        ] {
            assert!(!full().to_query(&[change]).contains("after="), "{change:?}");
        }
        assert!(full().to_query(&[Change::After(Some("k2"))]).ends_with("&after=k2"));
    }

    #[test]
    fn a_second_click_on_a_column_turns_the_direction() {
        let plain = HostsFilter::default();
        assert_eq!(plain.to_query(&[Change::Sort(HostsSort::Name)]), "?sort=name");
        assert_eq!(
            plain.to_query(&[Change::Sort(HostsSort::Name), Change::Sort(HostsSort::Name)]),
            "?sort=name&dir=desc"
        );
        assert_eq!(plain.to_query(&[Change::Sort(HostsSort::State)]), "?dir=asc");
    }

    #[test]
    fn a_hostile_query_reads_as_the_plain_list() {
        let filter = HostsFilter::from_pairs([
            ("state", "<script>"),
            ("sort", "1;drop"),
            ("dir", "up"),
            ("updates", "all"),
            ("os", ""),
            ("else", "x"),
        ]);
        assert_eq!(filter, HostsFilter::default());
    }
}
