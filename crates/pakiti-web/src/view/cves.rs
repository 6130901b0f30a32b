//! The CVE list: every CVE that a visible host has, the worst first, with the hosts that have it.
//!
//! A number of hosts is by the strongest state a host has it in, so the numbers of a row add up, and each is proved
//! by the list it links to.

use crate::view::finding_filter::{FindingFilter, takes};
use crate::view::format::count;
use crate::view::host::updates::FilterLink;
use crate::view::layout::Layout;
use crate::view::pill::Pill;
use crate::view::query::Query;
use crate::view::severity::{STATES, cve_href, cvss, severity_pill, state_look, state_words};
use askama::Template;
use pakiti_core::finding::FindingState;
use pakiti_core::severity::Severity;
use std::cmp::Reverse;

/// Packages named in a row; more are counted.
const NAMED: usize = 4;

/// One CVE, or an advisory without one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CveLine {
    /// `CVE-2026-1`, `RHSA-2026:1`.
    pub subject: String,
    /// The worst severity any source gives it.
    pub severity: Severity,
    /// The highest CVSS base score, in tenths.
    pub cvss_tenths: Option<u8>,
    /// Hosts by the strongest state, in the order of [`FindingState`].
    pub hosts: [u64; 4],
    /// Names of the packages.
    pub packages: Vec<String>,
    /// When it was first known.
    pub since: i64,
}

/// A number of hosts in one state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostsIn {
    /// CSS class.
    pub class: &'static str,
    /// How many.
    pub number: u64,
    /// What they are, for those who do not see the column.
    pub words: &'static str,
    /// The list of these hosts.
    pub href: String,
}

impl CveLine {
    /// Its page.
    pub fn href(&self) -> String {
        cve_href(&self.subject)
    }

    /// The pill of its severity.
    pub fn pill(&self) -> Pill {
        severity_pill(self.severity)
    }

    /// `7.5`.
    pub fn cvss(&self) -> Option<String> {
        self.cvss_tenths.map(cvss)
    }

    /// Hosts in a state.
    pub fn hosts_in(&self, state: FindingState) -> u64 {
        self.hosts.get(state as usize).copied().unwrap_or_default()
    }

    /// Its numbers of hosts, a column each.
    pub fn columns(&self) -> [HostsIn; 4] {
        STATES.map(|state| HostsIn {
            class: state_look(state).0,
            number: self.hosts_in(state),
            words: state_words(state),
            href: format!("{}{}", self.href(), Query::new().with("state", state.word()).finish()),
        })
    }

    /// The names of some packages, and how many more there are.
    pub fn packages_words(&self) -> String {
        let named = self.packages.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
        match self.packages.len().saturating_sub(NAMED) {
            0 => named,
            more => format!("{named} and {more} more"),
        }
    }

    /// Does it hold this text, which is in small letters?
    fn matches(&self, text: &str) -> bool {
        text.is_empty()
            || self.subject.to_lowercase().contains(text)
            || self.packages.iter().any(|name| name.to_lowercase().contains(text))
    }

    fn is_in(&self, state: Option<FindingState>) -> bool {
        state.is_none_or(|state| self.hosts_in(state) > 0)
    }

    fn exposed(&self) -> u64 {
        self.hosts.iter().take(3).sum()
    }

    /// Worst, then most hosts, then newest.
    fn order(&self) -> (Severity, Reverse<u64>, Reverse<&str>) {
        (self.severity, Reverse(self.exposed()), Reverse(&self.subject))
    }

    fn key(&self) -> String {
        format!("{}.{}.{}", self.severity as u8, self.exposed(), self.subject)
    }
}

/// The order of a paging key; `None` = it is none.
fn order_of(key: &str) -> Option<(Severity, Reverse<u64>, Reverse<&str>)> {
    let (severity, rest) = key.split_once('.')?;
    let (exposed, subject) = rest.split_once('.')?;
    let severity = *Severity::ALL.get(severity.parse::<usize>().ok()?)?;
    Some((severity, Reverse(exposed.parse().ok()?), Reverse(subject)))
}

/// The CVE list.
#[derive(Debug, Clone, Template)]
#[template(path = "cves.html")]
pub struct CvesPage {
    /// The frame.
    pub layout: Layout,
    /// This page of the list.
    pub rows: Vec<CveLine>,
    /// What is listed.
    pub filter: FindingFilter,
    /// How many there are that count, whatever the filter.
    pub total: u64,
    /// How many of them have a fix that some host lacks; and the critical ones of these.
    pub fixable: (u64, u64),
    /// How many match the filters, on all pages.
    pub matching: u64,
    /// Key of the next page.
    pub next: Option<String>,
    /// The moment the hosts were counted at, where something has changed since.
    pub as_of: Option<i64>,
    /// Does any source in force name vulnerabilities?
    pub told: bool,
    states: Vec<FilterLink>,
    severities: Vec<FilterLink>,
}

impl CvesPage {
    /// One page of at most `page` rows out of all of them.
    pub fn new(
        layout: Layout,
        (mut all, as_of, told): (Vec<CveLine>, Option<i64>, bool),
        filter: FindingFilter,
        page: usize,
    ) -> Self {
        all.sort_by(|a, b| a.order().cmp(&b.order()));
        let text = filter.q.to_lowercase();
        let named: Vec<&CveLine> = all.iter().filter(|row| row.matches(&text)).collect();
        let of = |state, severity| {
            let passes = |row: &&&CveLine| takes(severity, row.severity) && row.is_in(state);
            named.iter().filter(passes).count() as u64
        };
        let states = filter.states(&Query::new(), |state| of(state, filter.severity));
        let severities = filter.severities(&Query::new(), |severity| of(filter.state, severity));
        let matching = of(filter.state, filter.severity);
        let counting = || all.iter().filter(|row| takes(None, row.severity));
        let fixable = || counting().filter(|row| row.hosts_in(FindingState::Fixable) > 0);
        let (total, with_fix) = (counting().count() as u64, fixable().count() as u64);
        let critical = fixable().filter(|row| row.severity == Severity::Critical).count() as u64;
        let after = filter.after.as_deref().and_then(order_of);
        let mut rows: Vec<CveLine> = (named.into_iter())
            .filter(|row| filter.takes_severity(row.severity) && row.is_in(filter.state))
            .filter(|row| after.is_none_or(|after| row.order() > after))
            .take(page.saturating_add(1))
            .cloned()
            .collect();
        let more = rows.len() > page;
        rows.truncate(page);
        let next = rows.last().filter(|_| more).map(CveLine::key);
        let fixable = (with_fix, critical);
        Self { layout, rows, filter, total, fixable, matching, next, as_of, told, states, severities }
    }

    /// The page's first line.
    pub fn sentence(&self) -> String {
        let (fixable, critical) = self.fixable;
        let known = |number| count(number, "CVE", "CVEs");
        match (self.total, fixable, critical) {
            (0, ..) if !self.told => "Nobody has looked for CVEs yet".to_owned(),
            (0, ..) => "No CVE is known on your hosts".to_owned(),
            (total, 0, _) => format!("{} on your hosts, none of which has a fix to install", known(total)),
            (_, fixable, 0) => {
                format!("{} on your hosts can be closed by an upgrade", known(fixable))
            }
            (_, fixable, critical) => {
                format!(
                    "{} on your hosts can be closed by an upgrade, {critical} of them critical",
                    known(fixable)
                )
            }
        }
    }

    /// The filter by state as links.
    pub fn states(&self) -> &[FilterLink] {
        &self.states
    }

    /// The filter by severity as links.
    pub fn severities(&self) -> &[FilterLink] {
        &self.severities
    }

    /// The heads of the columns with hosts.
    pub fn host_columns(&self) -> [&'static str; 4] {
        STATES.map(state_words)
    }

    /// The first page of this list.
    pub fn first_href(&self) -> String {
        format!("/cves{}", self.filter.first().query(Query::new()))
    }

    /// The next page of this list.
    pub fn next_href(&self) -> Option<String> {
        let key = self.next.clone()?;
        Some(format!("/cves{}", self.filter.after(key).query(Query::new())))
    }

    /// The value of the state filter for the form.
    pub fn state_word(&self) -> &'static str {
        self.filter.state.map(FindingState::word).unwrap_or_default()
    }

    /// The value of the severity filter for the form.
    pub fn severity_word(&self) -> &'static str {
        self.filter.severity.map(Severity::word).unwrap_or_default()
    }
}
