//! Why a host is affected by a CVE or not, rule by rule: the answers of law 2 (design.md).
//!
//! [`GroupRules::explain`] asks every source that speaks for the OS group of a host, and tells for each rule what it
//! says: affected, not affected and why, or unknown and why. [`RuleIndex::published`] tells what sources say without a
//! host. Both are for people who ask about one subject; judging never goes this way, but its findings are what the
//! answer "affected" is taken from, so the two cannot differ. Bounded: at most [`MOST`] statements about installed
//! packages and [`MOST_ABSENT`] about others.

use super::set::OfSet;
use super::view::View;
use super::{GroupRules, RuleIndex, oval, rpm};
use crate::context::{Context, GroupContext};
use crate::finding::{FindingState, Found};
use crate::judgement::SourceId;
use crate::kernel::{self, KernelPart, KernelTruth};
use crate::os_group::OsGroupId;
use crate::package::{Package, PackageFormat};
use crate::repository::SourceMeta;
use crate::severity::Severity;
use serde::Serialize;
use std::collections::{BTreeSet, HashMap, HashSet};

/// Statements about installed packages.
pub const MOST: usize = 1_000;
/// Statements about packages that are not installed.
pub const MOST_ABSENT: usize = 200;

/// What a rule says of a host.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Answer {
    /// The package is vulnerable.
    Affected(FindingState),
    /// Nobody can say.
    Unknown(Unknown),
    /// The rule finds nothing.
    NotAffected(NotAffected),
}

/// Why nobody can say.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unknown {
    /// The reported system is of no OS group, so no source speaks for it.
    NotMapped,
    /// No source of this OS group speaks of it.
    NoSource(OsGroupId),
    /// A gate asks for a fact that the host did not report.
    NotReported(String),
    /// The vendor's word while it has not decided.
    UnderInvestigation(String),
    /// The source is for the OS group but does not speak to this host.
    Silent(String),
    /// The definition gives no findings.
    NotJudged(&'static str),
    /// The package is not the vendor's own.
    OtherMaker(String),
}

/// Why a rule finds nothing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum NotAffected {
    /// Another rule has a newer fix of the same CVE, and that one finds it.
    Superseded(String),
    /// The installed version is the fixed one or newer.
    Fixed,
    /// A gate is closed.
    GateClosed(String),
    /// Headers, tools and the like of a kernel expose nothing.
    Auxiliary,
    /// The vendor says so.
    VendorSays(String),
    /// An advisory without security impact.
    NoSecurity,
    /// It names no package that could be affected.
    NothingNamed,
    /// What it says of the whole package set does not hold, or blames others.
    NotOfSet,
    /// The package is not installed.
    NotInstalled,
}

impl Answer {
    /// The answer as one word for documents: `affected`, `not affected`, `unknown`.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Affected(_) => "affected",
            Self::Unknown(_) => "unknown",
            Self::NotAffected(_) => "not affected",
        }
    }

    /// What stands behind the word.
    pub fn reason(&self) -> String {
        match self {
            Self::Affected(state) => state.word().to_owned(),
            Self::Unknown(unknown) => match unknown {
                Unknown::NotMapped => "the reported system is of no known OS group".to_owned(),
                Unknown::NoSource(group) => format!("no source of {group} speaks of it"),
                Unknown::NotReported(fact) => format!("the host did not report: {fact}"),
                Unknown::UnderInvestigation(word) => format!("the vendor has not decided: {word}"),
                Unknown::Silent(reason) => format!("the source does not speak to this host: {reason}"),
                Unknown::NotJudged(reason) => (*reason).to_owned(),
                Unknown::OtherMaker(maker) => {
                    format!("made by somebody else, for whom the source does not speak: {maker}")
                }
            },
            Self::NotAffected(not) => match not {
                NotAffected::Superseded(by) => format!("superseded by {by}, a newer fix of the same"),
                NotAffected::Fixed => "the fix is installed".to_owned(),
                NotAffected::GateClosed(gate) => format!("gate closed: {gate}"),
                NotAffected::Auxiliary => {
                    "headers, tools and documentation of a kernel expose nothing".to_owned()
                }
                NotAffected::VendorSays(title) => format!("the vendor says so: {title}"),
                NotAffected::NoSecurity => "the advisory has no security impact".to_owned(),
                NotAffected::NothingNamed => "no package is named that could be affected".to_owned(),
                NotAffected::NotOfSet => {
                    "its criteria are about the whole package set and do not hold for this package".to_owned()
                }
                NotAffected::NotInstalled => "not installed".to_owned(),
            },
        }
    }
}

/// How a gate stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum GateState {
    /// It was passed.
    Passed,
    /// It is closed.
    Closed,
    /// The host did not report what it asks for.
    NotTold,
}

/// One gate that a rule asks.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Gate {
    /// In the feed's words, or ours.
    pub words: String,
    /// How it stands.
    pub state: GateState,
}

impl Gate {
    /// A gate that was passed or is closed.
    pub(super) fn new(words: impl Into<String>, passed: bool) -> Self {
        let state = if passed { GateState::Passed } else { GateState::Closed };
        Self { words: words.into(), state }
    }
}

/// What one rule of one source says of one package.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Statement {
    /// The answer.
    pub answer: Answer,
    /// The package the rule names; empty = it is about none.
    pub package: String,
    /// Its architecture; empty = not installed.
    pub arch: String,
    /// The installed version.
    pub installed: Option<String>,
    /// The version that closes it.
    pub fixed: Option<String>,
    /// The vendor's word where there is no fix.
    pub vendor_state: Option<String>,
    /// Severity, as far as the rule tells it.
    pub severity: Severity,
    /// The configured source.
    pub source: SourceId,
    /// What documents call it; empty = the statement is of none.
    pub source_name: String,
    /// Source, and definition or advisory.
    pub rule: String,
    /// The advisory, if it is not the rule itself.
    pub advisory: Option<String>,
    /// From the top of the criteria to the criterion that decides, in the feed's words.
    pub criterion: Vec<String>,
    /// What was compared.
    pub comparison: String,
    /// Gates in the order they are asked.
    pub gates: Vec<Gate>,
    /// Of when the feed is, unix seconds.
    pub feed_date: Option<i64>,
}

impl Statement {
    /// A statement of no source and about no package.
    pub(super) fn bare(answer: Answer) -> Self {
        Self {
            answer,
            package: String::new(),
            arch: String::new(),
            installed: None,
            fixed: None,
            vendor_state: None,
            severity: Severity::Unknown,
            source: 0,
            source_name: String::new(),
            rule: String::new(),
            advisory: None,
            criterion: Vec::new(),
            comparison: String::new(),
            gates: Vec::new(),
            feed_date: None,
        }
    }

    /// A statement of a source about no package.
    pub(super) fn of_source(answer: Answer, source: SourceId, meta: &SourceMeta, rule: &str) -> Self {
        Self {
            source,
            source_name: meta.name.clone(),
            rule: format!("{} {rule}", meta.name).trim().to_owned(),
            feed_date: meta.date,
            ..Self::bare(answer)
        }
    }
}

/// What a source publishes of a subject, whatever hosts have.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Published {
    /// OS groups it is said for.
    pub os_groups: Vec<OsGroupId>,
    /// What documents call the source.
    pub source_name: String,
    /// Definition or advisory.
    pub rule: String,
    /// The advisory, if it is not the rule itself.
    pub advisory: Option<String>,
    /// The version that closes it; `None` = there is none.
    pub fixed: Option<String>,
    /// The vendor's word where there is no fix.
    pub vendor_state: Option<String>,
    /// Severity.
    pub severity: Severity,
    /// Packages, sorted.
    pub packages: Vec<String>,
    /// Of when the feed is, unix seconds.
    pub feed_date: Option<i64>,
}

/// What is asked, of whom.
pub(super) struct Asking<'a> {
    pub(super) rules: &'a GroupRules<'a>,
    pub(super) os_group: &'a OsGroupId,
    pub(super) subject: &'a str,
    pub(super) packages: &'a [Package],
    by_name: HashMap<&'a str, Vec<usize>>,
    pub(super) context: &'a Context,
    truth: KernelTruth,
    /// What only the whole set tells of its packages.
    set: OfSet,
}

impl<'a> Asking<'a> {
    pub(super) fn index(&self) -> &'a RuleIndex {
        self.rules.index
    }

    pub(super) fn view(&self) -> &View {
        &self.rules.view
    }

    pub(super) fn group(&self) -> &'a GroupContext {
        self.rules.context
    }

    /// Is this the subject? Ids are told apart without regard to case.
    pub(super) fn is(&self, text: &str) -> bool {
        self.subject.eq_ignore_ascii_case(text)
    }

    /// Places of the installed packages of a name.
    pub(super) fn installed(
        &self,
        name: &str,
        format: PackageFormat,
    ) -> impl Iterator<Item = (usize, &'a Package)> + '_ {
        let places = self.by_name.get(name).map_or(&[][..], Vec::as_slice);
        let packages = places.iter().filter_map(|at| Some((*at, self.packages.get(*at)?)));
        packages.filter(move |(_, package)| package.format == format)
    }

    /// The state of a finding on this host, and how the kernel stands, if it is one.
    pub(super) fn on_host(&self, package: &Package, found: &Found) -> (FindingState, Option<Gate>) {
        match kernel::part(package) {
            Some(part @ KernelPart::Image { .. }) => {
                let fixed = self.rules.fixed_key(package, found);
                let gate = Gate::new(self.truth.gate(package, &part, fixed), true);
                (self.truth.state(package, &part, found.state, fixed), Some(gate))
            }
            _ => (found.state, None),
        }
    }

    /// The image in the build that runs, where another one is installed under its name.
    pub(super) fn replaced(&self, package: &Package) -> Option<Package> {
        self.truth.replaced(package, &kernel::part(package)?)
    }

    /// Why a source that is for this OS group does not speak to the host.
    pub(super) fn silence(&self, meta: &SourceMeta) -> Unknown {
        let list = |groups: &BTreeSet<String>| groups.iter().cloned().collect::<Vec<_>>().join(", ");
        Unknown::Silent(if meta.speaks_to(&self.group().host_groups) {
            "the host has not enabled it".to_owned()
        } else if meta.host_groups.is_disjoint(&self.group().host_groups) && !meta.host_groups.is_empty() {
            format!("it is limited to host groups {}", list(&meta.host_groups))
        } else {
            format!("it is kept from host groups {}", list(&meta.not_host_groups))
        })
    }
}

/// Statements as they come, bounded.
#[derive(Debug, Default)]
pub(super) struct Statements {
    about_installed: Vec<Statement>,
    about_absent: Vec<Statement>,
    seen_absent: HashSet<(String, String)>,
    findings: HashMap<usize, Vec<Found>>,
}

impl Statements {
    /// Is there no room for more about installed packages?
    pub(super) fn is_full(&self) -> bool {
        self.about_installed.len() >= MOST
    }

    pub(super) fn push(&mut self, statement: Statement) {
        if !self.is_full() {
            self.about_installed.push(statement);
        }
    }

    /// Adds that a package is not installed, once for each rule.
    pub(super) fn push_absent(&mut self, statement: Statement) {
        let named = (statement.package.clone(), statement.rule.clone());
        if self.about_absent.len() < MOST_ABSENT && self.seen_absent.insert(named) {
            self.about_absent.push(statement);
        }
    }

    /// What judging finds in an installed package.
    pub(super) fn findings(&mut self, asking: &Asking<'_>, at: usize, package: &Package) -> &[Found] {
        self.findings.entry(at).or_insert_with(|| {
            let mut findings = asking.rules.judge(package).findings;
            let more = asking.set.get(&at).into_iter().flatten().copied();
            asking.rules.join(package, &mut findings, more);
            findings
        })
    }

    fn finish(self) -> Vec<Statement> {
        let mut all = self.about_installed;
        all.extend(self.about_absent);
        all.sort();
        all.dedup();
        all
    }
}

impl GroupRules<'_> {
    /// What every rule about a CVE, advisory or definition says of a host with these packages: affected first, then
    /// unknown, then not affected. There is always a statement.
    pub fn explain(&self, context: &Context, packages: &[Package], subject: &str) -> Vec<Statement> {
        let Some(os_group) = &self.context.os_group else {
            return vec![Statement::bare(Answer::Unknown(Unknown::NotMapped))];
        };
        let mut by_name: HashMap<&str, Vec<usize>> = HashMap::new();
        for (at, package) in packages.iter().enumerate() {
            by_name.entry(&package.name).or_default().push(at);
        }
        let parts: Vec<_> = packages.iter().filter_map(|p| Some((p, kernel::part(p)?))).collect();
        let truth = KernelTruth::new(context, parts.iter().map(|(package, part)| (*package, part)));
        let all: Vec<&Package> = packages.iter().collect();
        let set = self.found_by_set(context, &truth, &all);
        let subject = subject.trim();
        let asking = Asking { rules: self, os_group, subject, packages, by_name, context, truth, set };
        let mut statements = Statements::default();
        if !asking.subject.is_empty() {
            oval::explain(&asking, &mut statements);
            rpm::findings::explain::explain(&asking, &mut statements);
        }
        let all = statements.finish();
        if all.is_empty() {
            return vec![Statement::bare(Answer::Unknown(Unknown::NoSource(os_group.clone())))];
        }
        all
    }
}

impl RuleIndex {
    /// What all sources publish of a CVE, advisory or definition; at most [`MOST`] rows.
    pub fn published(&self, subject: &str) -> Vec<Published> {
        let subject = subject.trim();
        if subject.is_empty() {
            return Vec::new();
        }
        let mut rows = oval::published(&self.oval, subject);
        rows.extend(rpm::findings::explain::published(self, subject));
        rows.sort();
        rows.dedup();
        rows.truncate(MOST);
        rows
    }
}
