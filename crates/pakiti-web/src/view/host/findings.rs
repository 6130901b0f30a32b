//! The findings of a host, grouped by the action that closes them: upgrade a package, reboot, wait for the vendor,
//! remove an old kernel image.
//!
//! contract.md "JSON" (findings); shared/design ("findings grouped by the action that closes them"). One row per
//! (package, CVE): two sources that say the same are two proofs of one finding, as they count once.

use crate::view::finding_filter::{FindingFilter, takes};
use crate::view::host::updates::FilterLink;
use crate::view::pill::Pill;
use crate::view::query::Query;
use crate::view::severity::{cve_href, cvss, severity_look, severity_pill, state_look};
use pakiti_core::finding::{FindingState, FindingWhy};
use pakiti_core::package::Package;
use pakiti_core::severity::Severity;
use pakiti_core::version;
use std::collections::{BTreeSet, HashMap};

/// What one source says about a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// The configured source.
    pub source: i64,
    /// What documents call it.
    pub source_name: String,
    /// Advisory, where it names one.
    pub advisory: Option<String>,
    /// Severity, and whose.
    pub severity: (Severity, Option<String>),
    /// The version that closes it.
    pub fixed: Option<String>,
    /// The vendor's word where there is no fix.
    pub vendor_state: Option<String>,
    /// Rule, criterion, comparison, gates.
    pub why: FindingWhy,
    /// When it was first known of this package.
    pub since: i64,
}

impl Proof {
    /// The source's page.
    pub fn source_href(&self) -> String {
        format!("/sources/{}", self.source)
    }

    /// `important by RHSA-2026:1`.
    pub fn severity_words(&self) -> String {
        match &self.severity {
            (severity, Some(whose)) => format!("{} by {whose}", severity.word()),
            (severity, None) => severity.word().to_owned(),
        }
    }
}

/// One finding of a host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingRow {
    /// The installed package.
    pub package: Package,
    /// CVE, else the advisory or definition.
    pub subject: String,
    /// State on this host.
    pub state: FindingState,
    /// Severity, and whose.
    pub severity: (Severity, Option<String>),
    /// CVSS base score in tenths, the highest told.
    pub cvss_tenths: Option<u8>,
    /// The version that closes it.
    pub fixed: Option<String>,
    /// The vendor's word where there is no fix.
    pub vendor_state: Option<String>,
    /// When it was first known of this package.
    pub since: i64,
    /// What each source says, the one that decides first; never empty.
    pub proofs: Vec<Proof>,
}

impl FindingRow {
    /// The page of its CVE.
    pub fn href(&self) -> String {
        cve_href(&self.subject)
    }

    /// The pill of its severity.
    pub fn pill(&self) -> Pill {
        let whose = self.severity.1.as_deref();
        severity_pill(self.severity.0).hint(whose.map(|whose| format!("by {whose}")).unwrap_or_default())
    }

    /// `7.5`.
    pub fn cvss(&self) -> Option<String> {
        self.cvss_tenths.map(cvss)
    }

    /// Its advisories, without its own subject and without repetition.
    pub fn advisories(&self) -> Vec<&str> {
        let mut all: Vec<&str> = self.proofs.iter().filter_map(|proof| proof.advisory.as_deref()).collect();
        all.retain(|advisory| *advisory != self.subject);
        all.sort_unstable();
        all.dedup();
        all
    }

    fn matches(&self, text: &str) -> bool {
        let text = text.to_lowercase();
        let has = |field: &str| field.to_lowercase().contains(&text);
        text.is_empty()
            || has(&self.package.name)
            || has(&self.subject)
            || self.advisories().into_iter().any(has)
            || self.vendor_state.as_deref().is_some_and(has)
    }

    /// What tells the group of its action, without the group's severity.
    fn action(&self) -> (u8, String) {
        let Package { name, arch, version, .. } = &self.package;
        match self.state {
            // Of packages that are installed side by side one upgrade replaces or outdoes all.
            FindingState::Fixable => (0, format!("{name} {arch}")),
            FindingState::PendingReboot => (1, String::new()),
            FindingState::Unfixed => (2, self.vendor_state.clone().unwrap_or_default()),
            FindingState::Leftover => (3, format!("{name} {arch} {version}")),
        }
    }
}

/// Findings that one action closes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingGroup {
    /// Which kind of action.
    pub state: FindingState,
    /// The worst severity of what it closes.
    pub worst: Severity,
    /// The action, as a heading.
    pub title: String,
    /// More about it.
    pub note: Option<String>,
    /// Does each row name its package, because the heading does not?
    pub mixed: bool,
    /// Does each row name its version, because several are installed side by side?
    pub several: bool,
    /// How many findings it closes, on all pages.
    pub total: u64,
    /// Does it begin on the page before?
    pub continued: bool,
    /// Those on this page.
    pub rows: Vec<FindingRow>,
}

impl FindingGroup {
    fn look(&self) -> (&'static str, &'static str) {
        match self.state {
            // What can be closed has the colour of the worst it closes.
            FindingState::Fixable => severity_look(self.worst),
            other => state_look(other),
        }
    }

    /// The CSS class of its edge.
    pub fn class(&self) -> &'static str {
        self.look().0
    }

    /// The mark before its heading.
    pub fn mark(&self) -> &'static str {
        self.look().1
    }
}

/// The kernel a reboot brings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NextKernel {
    /// Its release, as far as the packages tell.
    pub release: String,
    /// Will the host boot another one unless somebody chooses?
    pub other_boots: bool,
}

/// The findings of a host.
#[derive(Debug, Clone, Default)]
pub struct FindingsTab {
    /// What is shown, by action.
    pub groups: Vec<FindingGroup>,
    /// The filters in force.
    pub filter: FindingFilter,
    /// How many match the filters, on all pages.
    pub matching: u64,
    /// How many there are that count, whatever the filter.
    pub total: u64,
    /// Key of the next page.
    pub next: Option<String>,
    states: Vec<FilterLink>,
    severities: Vec<FilterLink>,
}

/// What the rows are ordered and paged by: the group, then the row in it.
type Key = (String, String);

impl FindingsTab {
    /// One page of at most `page` rows out of all findings of the host, whatever their order.
    pub fn new(
        all: Vec<FindingRow>,
        next_kernel: Option<&NextKernel>,
        filter: FindingFilter,
        page: usize,
    ) -> Self {
        let matching = |row: &FindingRow| row.matches(&filter.q);
        let of = |state: Option<FindingState>, severity: Option<Severity>| {
            let passes = |row: &&FindingRow| {
                takes(severity, row.severity.0)
                    && state.is_none_or(|state| state == row.state)
                    && matching(row)
            };
            all.iter().filter(passes).count() as u64
        };
        let base = Self::base();
        let states = filter.states(&base, |state| of(state, filter.severity));
        let severities = filter.severities(&base, |severity| of(filter.state, severity));
        let total = all.iter().filter(|row| takes(None, row.severity.0)).count() as u64;
        let shown = |row: &FindingRow| {
            filter.takes_severity(row.severity.0)
                && filter.state.is_none_or(|state| state == row.state)
                && matching(row)
        };
        let (rows, totals) = ordered(all.iter().filter(|row| shown(row)));
        let matching = rows.len() as u64;
        let after = filter.after.as_deref().map(|text| text.split_once('\n').unwrap_or((text, "")));
        let is_later = |key: &Key| after.is_none_or(|after| (key.0.as_str(), key.1.as_str()) > after);
        let begun: Option<&str> =
            rows.iter().rev().find(|(key, _)| !is_later(key)).map(|(key, _)| key.0.as_str());
        let mut later = rows.iter().filter(|(key, _)| is_later(key));
        let here: Vec<&(Key, &FindingRow)> = later.by_ref().take(page).collect();
        let more = later.next().is_some();
        let next = here.last().filter(|_| more).map(|((group, row), _)| format!("{group}\n{row}"));
        let mut groups: Vec<FindingGroup> = Vec::new();
        for run in here.chunk_by(|a, b| a.0.0 == b.0.0) {
            let Some(((key, _), first)) = run.first() else { continue };
            let whole = totals.get(key).cloned().unwrap_or_default();
            let rows = run.iter().map(|(_, row)| (*row).clone()).collect();
            let mut group = describe(first, &whole, next_kernel);
            (group.total, group.continued, group.rows) = (whole.total, begun == Some(key.as_str()), rows);
            groups.push(group);
        }
        Self { groups, filter, matching, total, next, states, severities }
    }

    fn base() -> Query {
        Query::new().with("tab", "findings")
    }

    /// The filter by state as links.
    pub fn states(&self) -> &[FilterLink] {
        &self.states
    }

    /// The filter by severity as links.
    pub fn severities(&self) -> &[FilterLink] {
        &self.severities
    }

    /// Query string of the first page.
    pub fn first_query(&self) -> String {
        self.filter.first().query(Self::base())
    }

    /// Query string of the next page.
    pub fn next_query(&self) -> Option<String> {
        self.next.clone().map(|key| self.filter.after(key).query(Self::base()))
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

/// What a group has in all.
#[derive(Debug, Clone, Default)]
struct Whole {
    total: u64,
    /// The newest version that closes one of them.
    target: Option<String>,
    installed: BTreeSet<String>,
    worst: Severity,
}

type Totals = HashMap<String, Whole>;

/// The rows in order, each with its key, and what the groups have in all: actions first that close the severest.
fn ordered<'a>(rows: impl Iterator<Item = &'a FindingRow>) -> (Vec<(Key, &'a FindingRow)>, Totals) {
    let rows: Vec<((u8, String), &FindingRow)> = rows.map(|row| (row.action(), row)).collect();
    let mut worst: HashMap<&(u8, String), Severity> = HashMap::new();
    for (action, row) in &rows {
        let known = worst.entry(action).or_insert(row.severity.0);
        *known = row.severity.0.min(*known);
    }
    let mut totals: Totals = HashMap::new();
    let mut out: Vec<(Key, &FindingRow)> = Vec::with_capacity(rows.len());
    for (action, row) in &rows {
        let severity = worst.get(action).copied().unwrap_or_default() as u8;
        let group = format!("{}{severity} {}", action.0, action.1);
        let package = &row.package;
        let whole = totals.entry(group.clone()).or_default();
        whole.total += 1;
        whole.worst = worst.get(action).copied().unwrap_or_default();
        whole.installed.insert(package.version.clone());
        if is_newer(row, whole.target.as_deref()) {
            whole.target.clone_from(&row.fixed);
        }
        let place = format!(
            "{} {} {} {} {}",
            row.severity.0 as u8, row.subject, package.name, package.arch, package.version
        );
        out.push(((group, place), row));
    }
    out.sort_by(|a, b| a.0.cmp(&b.0));
    (out, totals)
}

/// Does this row need a newer version than the target so far?
fn is_newer(row: &FindingRow, target: Option<&str>) -> bool {
    let key = |text: &str| version::sort_key(row.package.format, text).ok();
    match (&row.fixed, target) {
        (Some(_), None) => true,
        (Some(fixed), Some(target)) => key(fixed) > key(target),
        (None, _) => false,
    }
}

/// The heading of a group.
fn describe(row: &FindingRow, whole: &Whole, next: Option<&NextKernel>) -> FindingGroup {
    let installed = whole.installed.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
    let Package { name, version, arch, source_name, .. } = &row.package;
    let (title, note) = match row.state {
        FindingState::Fixable => {
            let title = match &whole.target {
                Some(target) => format!("Upgrade {name} to {target}"),
                None => format!("Upgrade {name}"),
            };
            let of_source = match source_name == name || source_name.is_empty() {
                true => String::new(),
                false => format!("; versions of its source package {source_name} are compared where the vendor names it"),
            };
            (title, Some(format!("Installed: {installed} ({arch}){of_source}.")))
        }
        FindingState::PendingReboot => match next {
            Some(NextKernel { release, other_boots: false }) => (
                format!("Reboot into kernel {release}"),
                Some("The fix is installed; the old kernel still runs.".to_owned()),
            ),
            Some(NextKernel { release, other_boots: true }) => (
                format!("Reboot into kernel {release}"),
                Some("The fix is installed, but the host says that it boots another kernel next: choose this one first.".to_owned()),
            ),
            None => ("Reboot".to_owned(), Some("The fix is installed; the old kernel still runs.".to_owned())),
        },
        FindingState::Unfixed => {
            let title = match row.vendor_state.as_deref().filter(|word| !word.is_empty()) {
                Some(word) => format!("No fix: {word}"),
                None => "No fix".to_owned(),
            };
            (title, Some("In the vendor's word. Nothing can be installed; see whether the package is needed.".to_owned()))
        }
        FindingState::Leftover => (
            format!("Remove old kernel image {name} {version}"),
            Some(format!("It neither runs nor boots next ({arch}); it exposes nothing until somebody boots it.")),
        ),
    };
    let mixed = matches!(row.state, FindingState::PendingReboot | FindingState::Unfixed);
    let several = row.state == FindingState::Fixable && whole.installed.len() > 1;
    FindingGroup {
        state: row.state,
        worst: whole.worst,
        title,
        note,
        mixed,
        several,
        total: 0,
        continued: false,
        rows: Vec::new(),
    }
}
