//! The page of one host: who it is, why it has its state, and six tabs.

pub mod advisory;
pub mod closing;
pub mod coverage;
pub mod findings;
pub mod packages;
pub mod reports;
pub mod todo;
pub mod updates;

use crate::view::format::{Ago, count, day, thousands};
use crate::view::hosts_filter::{Change, HostsFilter, NOT_MAPPED};
use crate::view::layout::Layout;
use crate::view::pill::Pill;
use crate::view::query::Query;
use crate::view::reason::{Names, Reason, reasons};
use crate::view::severity::{severity_look, state_look, state_words};
use crate::view::stale::StaleNotice;
use crate::view::state::StateLook;
use askama::Template;
use coverage::CoverageTab;
use findings::FindingsTab;
use packages::PackagesTab;
use pakiti_core::finding::FindingState;
use pakiti_core::present::{HostFacts, HostState};
use pakiti_core::severity::Severity;
use reports::ReportsTab;
use todo::TodoTab;
use updates::UpdatesTab;

/// What all tabs show above themselves.
#[derive(Debug, Clone)]
pub struct HostHead {
    /// Id in URLs.
    pub id: i64,
    /// Name.
    pub name: String,
    /// State.
    pub state: HostState,
    /// What the state follows from.
    pub facts: HostFacts,
    /// Host groups.
    pub groups: Vec<String>,
    /// The OS as reported.
    pub os: String,
    /// The OS group; `None` = not mapped.
    pub os_group: Option<String>,
    /// Architecture as reported.
    pub arch: String,
    /// Running kernel; `None` in containers.
    pub kernel: Option<String>,
    /// Why a reboot is required, in words (`running 6.1.0-40, installed 6.1.0-44`).
    pub reboot_reason: Option<String>,
    /// When the next report is expected, if the host has a rhythm.
    pub next_report: Option<i64>,
    /// Does a source that names vulnerabilities speak for it?
    pub findings_told: bool,
}

/// A number of findings, with the list that proves it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    /// CSS class.
    pub class: &'static str,
    /// The mark before it.
    pub mark: &'static str,
    /// `3 critical`.
    pub text: String,
    /// What stands before it: whom it and those after it are of.
    pub label: Option<&'static str>,
    /// What it counts.
    pub noun: &'static str,
    /// The list.
    pub href: String,
}

/// The tab that is shown, with its data.
#[derive(Debug, Clone)]
pub enum HostTab {
    /// What to do first.
    Todo(TodoTab),
    /// Findings.
    Findings(FindingsTab),
    /// Updates.
    Updates(UpdatesTab),
    /// Packages.
    Packages(PackagesTab),
    /// What the verdict was judged with.
    Coverage(CoverageTab),
    /// Reports over time.
    Reports(ReportsTab),
}

/// Names of the tabs, as `?tab=` has them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TabName {
    /// `todo`, the default.
    Todo,
    /// `findings`.
    Findings,
    /// `updates`.
    Updates,
    /// `packages`.
    Packages,
    /// `coverage`.
    Coverage,
    /// `reports`.
    Reports,
}

impl TabName {
    /// All tabs in order.
    pub const ALL: [Self; 6] =
        [Self::Todo, Self::Findings, Self::Updates, Self::Packages, Self::Coverage, Self::Reports];

    /// The value in URLs.
    pub fn word(self) -> &'static str {
        match self {
            Self::Todo => "todo",
            Self::Findings => "findings",
            Self::Updates => "updates",
            Self::Packages => "packages",
            Self::Coverage => "coverage",
            Self::Reports => "reports",
        }
    }

    /// The tab of a value in URLs; anything unknown is the first tab.
    pub fn from_word(word: &str) -> Self {
        Self::ALL.into_iter().find(|tab| tab.word() == word).unwrap_or(Self::Todo)
    }

    fn label(self) -> &'static str {
        match self {
            Self::Todo => "To do",
            Self::Findings => "Findings",
            Self::Updates => "Updates",
            Self::Packages => "Packages",
            Self::Coverage => "Coverage",
            Self::Reports => "Reports",
        }
    }
}

/// The page of one host.
#[derive(Debug, Clone, Template)]
#[template(path = "host.html")]
pub struct HostPage {
    /// The frame.
    pub layout: Layout,
    /// Who it is.
    pub head: HostHead,
    /// Sources of its OS group that are not up to date.
    pub stale: StaleNotice,
    /// What is shown of it.
    pub tab: HostTab,
}

/// One tab as a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TabLink {
    /// Its word.
    pub label: &'static str,
    /// Where it is.
    pub href: String,
    /// Its number, if it has one.
    pub count: Option<String>,
    /// Is it shown?
    pub current: bool,
}

impl HostPage {
    /// Which tab is shown.
    pub fn shown(&self) -> TabName {
        match self.tab {
            HostTab::Todo(_) => TabName::Todo,
            HostTab::Findings(_) => TabName::Findings,
            HostTab::Updates(_) => TabName::Updates,
            HostTab::Packages(_) => TabName::Packages,
            HostTab::Coverage(_) => TabName::Coverage,
            HostTab::Reports(_) => TabName::Reports,
        }
    }

    /// The tabs as links.
    pub fn tabs(&self) -> Vec<TabLink> {
        let c = &self.head.facts.counters;
        let found = c.findings.total();
        let number = |tab| match tab {
            // Where nobody looks, "0 findings" would be a lie.
            TabName::Findings => (self.head.findings_told || found > 0).then_some(found),
            TabName::Updates => Some(c.security + c.other),
            TabName::Packages => Some(c.packages),
            TabName::Todo | TabName::Coverage | TabName::Reports => None,
        };
        let links = TabName::ALL.into_iter().map(|tab| TabLink {
            label: tab.label(),
            href: self.head.tab_href(tab),
            count: number(tab).map(|n| thousands(u64::try_from(n).unwrap_or_default())),
            current: tab == self.shown(),
        });
        links.collect()
    }

    /// Why the host has its state.
    pub fn reasons(&self) -> Vec<Reason> {
        let names = Names {
            os: &self.head.os,
            os_group: self.head.os_group.as_deref(),
            reboot: self.head.reboot_reason.as_deref(),
        };
        reasons(&self.head.facts, &names, self.layout.now)
    }
}

impl HostHead {
    /// The host's page.
    pub fn href(&self) -> String {
        format!("/hosts/{}", self.id)
    }

    /// One tab of it.
    pub fn tab_href(&self, tab: TabName) -> String {
        let value = if tab == TabName::Todo { "" } else { tab.word() };
        format!("{}{}", self.href(), Query::new().with("tab", value).finish())
    }

    /// The pill of its state.
    pub fn pill(&self) -> Pill {
        self.state.pill()
    }

    /// The findings by severity, and those that no upgrade closes.
    pub fn tallies(&self) -> Vec<Tally> {
        let counts = &self.facts.counters.findings;
        let of = |number: i64, (class, mark), words: &str, state: FindingState, severity: &str| {
            let query = Query::new()
                .with("tab", "findings")
                .with("state", state.word())
                .with("severity", severity)
                .finish();
            let text = format!("{} {words}", thousands(u64::try_from(number).unwrap_or_default()));
            (number > 0).then(|| Tally {
                class,
                mark,
                text,
                label: None,
                noun: if number == 1 { "finding" } else { "findings" },
                href: format!("{}{query}", self.href()),
            })
        };
        let fixable = Severity::ALL.into_iter().map(|severity| {
            let words = match severity {
                Severity::Unknown => "of unknown severity",
                known => known.word(),
            };
            let number = counts.fixable_of(severity);
            of(number, severity_look(severity), words, FindingState::Fixable, severity.word())
        });
        let others = [
            (FindingState::PendingReboot, counts.pending_reboot),
            (FindingState::Unfixed, counts.unfixed),
            (FindingState::Leftover, counts.leftover),
        ];
        let others = others
            .into_iter()
            .map(|(state, number)| of(number, state_look(state), state_words(state), state, ""));
        let mut all: Vec<Tally> = fixable.flatten().collect();
        if let Some(first) = all.first_mut() {
            first.label = Some("Fixable:");
        }
        all.extend(others.flatten());
        all
    }

    /// The list of one of its groups.
    pub fn group_href(&self, group: &str) -> String {
        HostsFilter::default().href(&[Change::Group(Some(group))])
    }

    /// The list of all hosts with its OS group.
    pub fn os_href(&self) -> String {
        HostsFilter::default().href(&[Change::Os(Some(self.os_group.as_deref().unwrap_or(NOT_MAPPED)))])
    }

    /// `supported until 2028-06-30`.
    pub fn support(&self, now: &i64) -> Option<String> {
        let end = self.facts.support_end?;
        let word = if end < *now { "support ended" } else { "supported until" };
        Some(format!("{word} {}", day(end)))
    }

    /// Is the next report late?
    pub fn is_late(&self, now: &i64) -> bool {
        self.next_report.is_some_and(|next| next < *now)
    }

    /// `836 packages`.
    pub fn packages_words(&self) -> String {
        count(u64::try_from(self.facts.counters.packages).unwrap_or_default(), "package", "packages")
    }
}
