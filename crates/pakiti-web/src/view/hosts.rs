//! The host list: one sentence about the fleet, its states with numbers, and the table.
//!
//! Law 2: an unknown is never shown as good, so a number that no source can tell prints as `?`, never as 0.

use crate::view::format::{count, percent, thousands};
use crate::view::hosts_filter::{Change, HostsFilter, HostsSort, NOT_MAPPED, PendingUpdates};
use crate::view::layout::Layout;
use crate::view::pill::Pill;
use crate::view::query::Query;
use crate::view::stale::StaleNotice;
use crate::view::state::StateLook;
use askama::Template;
use pakiti_core::present::HostState;

/// How many of the visible hosts are in a state; every host is in exactly one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StateCount {
    /// The state.
    pub state: HostState,
    /// Hosts in it, whatever the filter.
    pub count: u64,
}

/// A choice of a select box.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// Value in the URL.
    pub value: String,
    /// What people read.
    pub label: String,
}

impl Choice {
    /// A choice from its value and label.
    pub fn new(value: &str, label: &str) -> Self {
        Self { value: value.to_owned(), label: label.to_owned() }
    }
}

/// A select box of the filter form; its first choice is always "any".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Select {
    /// Name in the URL.
    pub name: &'static str,
    /// Its label.
    pub label: &'static str,
    /// The choices after "any".
    pub choices: Vec<Choice>,
    /// The value in force; empty = any.
    pub current: String,
}

impl Select {
    fn new(name: &'static str, label: &'static str, mut choices: Vec<Choice>, current: Option<&str>) -> Self {
        if let Some(value) = current
            && !choices.iter().any(|choice| choice.value == value)
        {
            choices.push(Choice::new(value, value));
        }
        Self { name, label, choices, current: current.unwrap_or_default().to_owned() }
    }
}

/// One host of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostRow {
    /// Id in URLs.
    pub id: i64,
    /// Name.
    pub name: String,
    /// State.
    pub state: HostState,
    /// Host groups.
    pub groups: Vec<String>,
    /// The OS as reported.
    pub os: String,
    /// The OS group; `None` = not mapped.
    pub os_group: Option<String>,
    /// Running kernel; `None` in containers.
    pub kernel: Option<String>,
    /// Fixable critical and important findings; `None` = no source names vulnerabilities.
    pub findings: Option<[u64; 2]>,
    /// Security updates; `None` = no source can tell.
    pub security: Option<u64>,
    /// Other updates; `None` = no source can tell.
    pub other: Option<u64>,
    /// Packages no source knows.
    pub unknown: u64,
    /// Time of the last report.
    pub last_report: i64,
}

/// The host list.
#[derive(Debug, Clone, Template)]
#[template(path = "hosts.html")]
pub struct HostsPage {
    /// The frame.
    pub layout: Layout,
    /// Hosts the viewer may see, whatever the filter.
    pub total_visible: u64,
    /// Numbers per state, whatever the filter; missing states count 0.
    pub summary: Vec<StateCount>,
    /// This page of the list.
    pub rows: Vec<HostRow>,
    /// What the list shows.
    pub filter: HostsFilter,
    /// OS groups to choose from ([`NOT_MAPPED`] is offered in any case).
    pub os_options: Vec<Choice>,
    /// Host groups to choose from.
    pub group_options: Vec<Choice>,
    /// Paging key of the next page.
    pub next: Option<String>,
    /// Is this the first page?
    pub first: bool,
    /// Sources of the viewer's hosts that are not up to date.
    pub stale: StaleNotice,
    /// A re-evaluation is running and so many percent are done.
    pub progress: Option<u8>,
    /// Address clients report to (`https://pakiti.example.org/feed`), for the first-report hint.
    pub feeder_url: String,
}

/// A column head that sorts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its word.
    pub word: &'static str,
    /// CSS class of head and cells.
    pub class: &'static str,
    /// Where a click leads; `None` = does not sort.
    pub href: Option<String>,
    /// `aria-sort`, if the list is sorted by it.
    pub sorted: Option<&'static str>,
}

/// A filter in force and the link that drops it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chip {
    /// What it asks for.
    pub text: String,
    /// The list without it.
    pub href: String,
}

/// One part of the fleet bar, in SVG units of a 1000 wide drawing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// CSS class.
    pub class: &'static str,
    /// Left edge.
    pub x: u64,
    /// Width.
    pub width: u64,
}

impl HostsPage {
    /// Hosts of one state.
    pub fn count_of(&self, state: HostState) -> u64 {
        self.summary.iter().filter(|s| s.state == state).map(|s| s.count).sum()
    }

    /// The states that hosts are in, strongest first.
    pub fn states(&self) -> Vec<StateCount> {
        HostState::ALL
            .into_iter()
            .map(|state| StateCount { state, count: self.count_of(state) })
            .filter(|s| s.count > 0)
            .collect()
    }

    /// The page's first line: the two strongest states in words. Each host is in one state, so the numbers add
    /// up and each is proved by its tile's list.
    pub fn sentence(&self) -> String {
        let total = self.total_visible;
        let bad: Vec<StateCount> = self.states().into_iter().filter(|s| s.state != HostState::Good).collect();
        match bad.as_slice() {
            _ if total == 0 => "No host has reported yet".to_owned(),
            [] if total == 1 => "The one host is good".to_owned(),
            [] => format!("All {} hosts are good", thousands(total)),
            [worst, rest @ ..] => {
                let hosts = if total == 1 { "host" } else { "hosts" };
                let mut text = format!(
                    "{} of {} {hosts} {}",
                    thousands(worst.count),
                    thousands(total),
                    worst.state.predicate(worst.count)
                );
                if let [second, ..] = rest {
                    text.push_str(&format!(
                        ", {} more {}",
                        thousands(second.count),
                        second.state.predicate(second.count)
                    ));
                }
                text
            }
        }
    }

    /// The list of one state, or the unfiltered one when it is shown already.
    pub fn state_href(&self, state: &HostState) -> String {
        let wanted = (!self.is_shown(state)).then_some(*state);
        self.filter.href(&[Change::State(wanted)])
    }

    /// Is the list filtered by this state?
    pub fn is_shown(&self, state: &HostState) -> bool {
        self.filter.state == Some(*state)
    }

    /// The fleet as parts of one bar; a state with any host is at least visible.
    pub fn bar(&self) -> Vec<Part> {
        const WIDTH: u64 = 1000;
        const LEAST: u64 = 8;
        let states = self.states();
        let room = WIDTH - LEAST * states.len() as u64;
        let total: u64 = states.iter().map(|s| s.count).sum();
        let mut x = 0;
        let mut parts: Vec<Part> = Vec::with_capacity(states.len());
        for s in &states {
            let share = u128::from(room) * u128::from(s.count) / u128::from(total.max(1));
            let width = LEAST + u64::try_from(share).unwrap_or_default();
            parts.push(Part { class: s.state.word(), x, width });
            x += width;
        }
        if let Some(last) = parts.last_mut() {
            last.width = WIDTH - last.x;
        }
        parts
    }

    /// The fleet bar in words, for those who do not see it.
    pub fn bar_words(&self) -> String {
        let words = self.states().into_iter().map(|s| {
            format!(
                "{} {} ({} %)",
                thousands(s.count),
                s.state.phrase(),
                percent(s.count, self.total_visible)
            )
        });
        words.collect::<Vec<_>>().join(", ")
    }

    /// The column heads.
    pub fn columns(&self) -> Vec<Column> {
        let column = |word, class, sort: Option<HostsSort>| Column {
            word,
            class,
            href: sort.map(|by| self.filter.href(&[Change::Sort(by)])),
            sorted: sort
                .filter(|by| *by == self.filter.sort)
                .map(|_| if self.filter.descending { "descending" } else { "ascending" }),
        };
        vec![
            column("State", "", Some(HostsSort::State)),
            column("Host", "", Some(HostsSort::Name)),
            column("Groups", "", None),
            column("OS", "", Some(HostsSort::Os)),
            column("Kernel", "", Some(HostsSort::Kernel)),
            column("Critical, important findings", "num", Some(HostsSort::Findings)),
            column("Security updates", "num", Some(HostsSort::Security)),
            column("Other updates", "num", Some(HostsSort::Other)),
            column("Unknown packages", "num", None),
            column("Last report", "num", Some(HostsSort::Last)),
        ]
    }

    /// The filters in force.
    pub fn chips(&self) -> Vec<Chip> {
        let f = &self.filter;
        let mut chips = Vec::new();
        let mut chip = |text: String, change| chips.push(Chip { text, href: f.href(&[change]) });
        if !f.q.is_empty() {
            chip(format!("text: {}", f.q), Change::Text(""));
        }
        if let Some(state) = f.state {
            chip(format!("state: {}", state.label()), Change::State(None));
        }
        if let Some(os) = &f.os {
            let label = if os == NOT_MAPPED { "not mapped" } else { os };
            chip(format!("OS: {label}"), Change::Os(None));
        }
        if let Some(group) = &f.group {
            chip(format!("group: {group}"), Change::Group(None));
        }
        if let Some(updates) = f.updates {
            chip(format!("with {}", updates.label()), Change::Updates(None));
        }
        chips
    }

    /// The list without filters.
    pub fn clear_href(&self) -> String {
        self.filter.href(&[Change::Clear])
    }

    /// The first page of this list.
    pub fn first_href(&self) -> String {
        self.filter.href(&[Change::After(None)])
    }

    /// The next page of this list.
    pub fn next_href(&self) -> Option<String> {
        self.next.as_deref().map(|key| self.filter.href(&[Change::After(Some(key))]))
    }

    /// The list of one host group.
    pub fn group_href(&self, group: &str) -> String {
        HostsFilter::default().href(&[Change::Group(Some(group))])
    }

    /// The list of one OS group, or of the hosts without one.
    pub fn os_href(&self, os_group: &Option<String>) -> String {
        HostsFilter::default().href(&[Change::Os(Some(os_group.as_deref().unwrap_or(NOT_MAPPED)))])
    }

    /// `12 hosts`, for captions.
    pub fn total_words(&self) -> String {
        count(self.total_visible, "host", "hosts")
    }

    /// The boxes of the filter form. A value in force is offered even if nothing has it any more, so that the
    /// form never drops it silently.
    pub fn selects(&self) -> [Select; 4] {
        let f = &self.filter;
        let states = HostState::ALL.into_iter().map(|s| Choice::new(s.word(), s.label()));
        let unmapped = [Choice::new(NOT_MAPPED, "not mapped")];
        let updates = PendingUpdates::ALL.into_iter().map(|u| Choice::new(u.word(), u.label()));
        [
            Select::new("state", "State", states.collect(), f.state.map(HostState::word)),
            Select::new("os", "OS", [&self.os_options, &unmapped[..]].concat(), f.os.as_deref()),
            Select::new("group", "Group", self.group_options.clone(), f.group.as_deref()),
            Select::new("updates", "Updates", updates.collect(), f.updates.map(PendingUpdates::word)),
        ]
    }

    /// Hidden fields of the filter form: the sort outlives a change of filters.
    pub fn sort_fields(&self) -> [(&'static str, &'static str); 2] {
        [("sort", self.filter.sort.word()), ("dir", self.filter.direction())]
    }
}

impl HostRow {
    /// The host's page.
    pub fn href(&self) -> String {
        format!("/hosts/{}", self.id)
    }

    /// The updates of a kind that prove the number in the table.
    pub fn updates_href(&self, kind: &str) -> String {
        format!("{}{}", self.href(), Query::new().with("tab", "updates").with("kind", kind).finish())
    }

    /// The fixable findings of a severity that prove the number in the table.
    pub fn findings_href(&self, severity: &str) -> String {
        let query = Query::new().with("tab", "findings").with("state", "fixable").with("severity", severity);
        format!("{}{}", self.href(), query.finish())
    }

    /// The packages no source knows.
    pub fn unknown_href(&self) -> String {
        format!("{}{}", self.href(), Query::new().with("tab", "packages").with("status", "unknown").finish())
    }

    /// The pill of its state.
    pub fn pill(&self) -> Pill {
        self.state.pill()
    }
}
