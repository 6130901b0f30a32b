//! The page of one CVE, or of an advisory without one: what the sources say, and which visible hosts have it.
//!
//! Everything on it follows from the findings of visible hosts, so it tells nothing of any other host.

use crate::view::format::count;
use crate::view::layout::Layout;
use crate::view::pill::Pill;
use crate::view::query::Query;
use crate::view::severity::{STATES, cve_href, cvss, severity_pill, state_look, state_pill, state_words};
use askama::Template;
use pakiti_core::finding::FindingState;
use pakiti_core::severity::Severity;

/// A package that brings it to a host.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PackageLine {
    /// Name.
    pub name: String,
    /// Architecture.
    pub arch: String,
    /// Installed version.
    pub installed: String,
    /// State on this host.
    pub state: FindingState,
    /// The version that closes it.
    pub fixed: Option<String>,
    /// The vendor's word where there is no fix.
    pub vendor_state: Option<String>,
}

impl PackageLine {
    /// The pill of its state.
    pub fn pill(&self) -> Pill {
        state_pill(self.state)
    }
}

/// A host that has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostLine {
    /// Id in URLs.
    pub id: i64,
    /// Name.
    pub name: String,
    /// OS group.
    pub os_group: String,
    /// The strongest state it has it in.
    pub state: FindingState,
    /// When it was first known of one of its packages.
    pub since: i64,
    /// The packages that bring it.
    pub packages: Vec<PackageLine>,
}

impl HostLine {
    /// The pill of its state.
    pub fn pill(&self) -> Pill {
        state_pill(self.state)
    }

    fn key(&self) -> String {
        format!("{}.{}.{}", self.state as u8, self.id, self.name)
    }
}

/// The state, name and id of the host that a page begins after, from its key; `None` = it is none.
pub fn order_of(key: &str) -> Option<(FindingState, &str, i64)> {
    let (state, rest) = key.split_once('.')?;
    let (id, name) = rest.split_once('.')?;
    let all =
        [FindingState::Fixable, FindingState::Unfixed, FindingState::PendingReboot, FindingState::Leftover];
    Some((*all.get(state.parse::<usize>().ok()?)?, name, id.parse().ok()?))
}

/// What one source says for one OS group and package.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Statement {
    /// OS group.
    pub os_group: String,
    /// Source: what documents call it, and its id.
    pub source: (String, i64),
    /// Package.
    pub package: String,
    /// The version that closes it.
    pub fixed: Option<String>,
    /// The vendor's word where there is no fix.
    pub vendor_state: Option<String>,
    /// Advisory or definition.
    pub advisory: Option<String>,
    /// Severity, and whose.
    pub severity: (Severity, Option<String>),
    /// CVSS base score in tenths.
    pub cvss_tenths: Option<u8>,
}

impl Statement {
    /// The source's page.
    pub fn source_href(&self) -> String {
        format!("/sources/{}", self.source.1)
    }

    /// The pill of the severity.
    pub fn pill(&self) -> Pill {
        severity_pill(self.severity.0)
    }

    /// `7.5`.
    pub fn cvss(&self) -> Option<String> {
        self.cvss_tenths.map(cvss)
    }
}

/// One state as a link with its number of hosts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateLink {
    /// Its word.
    pub label: &'static str,
    /// Where it leads.
    pub href: String,
    /// How many hosts.
    pub count: u64,
    /// Is it in force?
    pub current: bool,
}

/// The page of one CVE.
#[derive(Debug, Clone, Template)]
#[template(path = "cve.html")]
pub struct CvePage {
    /// The frame.
    pub layout: Layout,
    /// `CVE-2026-1`, `RHSA-2026:1`.
    pub subject: String,
    /// What the sources say, sorted.
    pub statements: Vec<Statement>,
    /// This page of the hosts.
    pub hosts: Vec<HostLine>,
    /// Only hosts in this state.
    pub state: Option<FindingState>,
    /// Is this the first page?
    pub first: bool,
    /// Key of the next page.
    pub next: Option<String>,
    /// The moment it is of, where something has changed since.
    pub as_of: Option<i64>,
    /// When it was first known of any of them.
    pub since: i64,
    counts: [u64; 4],
}

/// Who has it: numbers of all hosts, and some of them.
#[derive(Debug, Clone)]
pub struct Holders {
    /// Hosts by state, in the order of [`FindingState`].
    pub counts: [u64; 4],
    /// When it was first known of any of them.
    pub since: i64,
    /// What the sources say, sorted.
    pub statements: Vec<Statement>,
    /// The hosts of this page, in the order of state, name and id.
    pub hosts: Vec<HostLine>,
    /// Are there more after them?
    pub more: bool,
}

impl CvePage {
    /// A page of its hosts: of those in this state, the first page or one after it.
    pub fn new(
        layout: Layout,
        subject: &str,
        held: Holders,
        state: Option<FindingState>,
        first: bool,
    ) -> Self {
        let Holders { counts, since, statements, hosts, more } = held;
        let next = hosts.last().filter(|_| more).map(HostLine::key);
        let subject = subject.to_owned();
        Self { layout, subject, statements, hosts, state, first, next, as_of: None, since, counts }
    }

    /// Hosts in all states.
    pub fn total(&self) -> u64 {
        self.counts.iter().fold(0, |sum, number| sum.saturating_add(*number))
    }

    fn count(&self, state: FindingState) -> u64 {
        self.counts.get(state as usize).copied().unwrap_or_default()
    }

    /// `3 of your hosts have it: 2 fixable, 1 pending reboot`.
    pub fn sentence(&self) -> String {
        let words: Vec<String> = STATES
            .map(|state| (state, self.count(state)))
            .into_iter()
            .filter(|(_, number)| *number > 0)
            .map(|(state, number)| format!("{number} {}", state_words(state)))
            .collect();
        let have = if self.total() == 1 { "has" } else { "have" };
        format!("{} that you can see {have} it: {}.", count(self.total(), "host", "hosts"), words.join(", "))
    }

    /// The worst severity, and whose it is.
    pub fn severity(&self) -> (Severity, Option<&str>) {
        let worst = self.statements.iter().map(|said| &said.severity).min_by_key(|severity| severity.0);
        worst.map_or((Severity::Unknown, None), |(severity, whose)| (*severity, whose.as_deref()))
    }

    /// The pill of the worst severity.
    pub fn pill(&self) -> Pill {
        severity_pill(self.severity().0)
    }

    /// The highest CVSS base score.
    pub fn cvss(&self) -> Option<String> {
        self.statements.iter().filter_map(|said| said.cvss_tenths).max().map(cvss)
    }

    /// Its record at cve.org, if it is a CVE.
    pub fn record(&self) -> Option<String> {
        let (year, number) = self.subject.strip_prefix("CVE-")?.split_once('-')?;
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        (digits(year) && digits(number) && self.subject.len() < 30)
            .then(|| format!("https://www.cve.org/CVERecord?id={}", self.subject))
    }

    /// The findings of a host that are of this subject.
    pub fn host_href(&self, host: &HostLine) -> String {
        // What does not count is listed only when it is asked for.
        let uncounted = Some(Severity::None).filter(|none| self.severity().0 == *none);
        let query = Query::new()
            .with("tab", "findings")
            .with("severity", uncounted.map(Severity::word).unwrap_or_default())
            .with("q", &self.subject);
        format!("/hosts/{}{}", host.id, query.finish())
    }

    /// The states as links.
    pub fn states(&self) -> Vec<StateLink> {
        let href = |state: Option<FindingState>| self.href(state, "");
        let all = StateLink {
            label: "all states",
            href: href(None),
            count: self.total(),
            current: self.state.is_none(),
        };
        let each = STATES.into_iter().map(|state| StateLink {
            label: state_words(state),
            href: href(Some(state)),
            count: self.count(state),
            current: self.state == Some(state),
        });
        std::iter::once(all).chain(each.filter(|link| link.count > 0 || link.current)).collect()
    }

    /// The colour of the page's edge: that of the strongest state.
    pub fn class(&self) -> &'static str {
        let strongest = STATES.into_iter().find(|state| self.count(*state) > 0);
        strongest.map_or("plain", |state| state_look(state).0)
    }

    fn href(&self, state: Option<FindingState>, after: &str) -> String {
        let query = Query::new()
            .with("state", state.map(FindingState::word).unwrap_or_default())
            .with("after", after);
        format!("{}{}", cve_href(&self.subject), query.finish())
    }

    /// The first page of its hosts.
    pub fn first_href(&self) -> String {
        self.href(self.state, "")
    }

    /// The next page of its hosts.
    pub fn next_href(&self) -> Option<String> {
        self.next.as_deref().map(|key| self.href(self.state, key))
    }
}
