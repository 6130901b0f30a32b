//! OVAL definitions as rules of the index.
//!
//! [`compile`] makes a document's definitions rules per package, [`classify`] says what their tests are for,
//! [`leaf`] asks one test of one package, [`signature`] who made it, [`vendor`] what the vendor says around it;
//! [`found`] judges a package. Findings follow oval-semantics.md 7; the result of whole definitions, as `oscap` has
//! it, is [`crate::oval`]'s; [`whole`] makes findings of it where one package cannot answer.

mod classify;
mod compile;
mod describe;
mod explain;
mod fingerprint;
mod gates;
mod leaf;
mod signature;
mod vendor;
mod whole;

pub use compile::NeedsSet;
pub(super) use describe::{describe, fixed_key, subject};
pub(super) use explain::{explain, published};
pub use fingerprint::fingerprints;
pub(super) use leaf::same_flavour;
pub use whole::{OvalRules, oval_rules};

use crate::context::{Context, GroupContext};
use crate::finding::{FindingState, Found, FoundBy};
use crate::judgement::SourceId;
use crate::os_group::{self, OsGroupId};
use crate::oval::model::{Cve, Document, Place};
use crate::oval::{Evaluation, HostFacts, HostIndex, Outcome, is_release_package};
use crate::package::{Package, PackageFormat};
use crate::repository::SourceMeta;
use crate::rules::rpm::NO_CVE;
use crate::rules::view::View;
use compile::{Rule, Rules, compile, gives_findings};
use leaf::{Fix, holds};
use signature::{Maker, maker};
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use vendor::Systems;

/// All active OVAL sources.
#[derive(Debug, Default)]
pub(super) struct OvalIndex {
    documents: Vec<Compiled>,
    /// Names of product packages that gates ask for.
    products: HashSet<Box<str>>,
}

/// One document with its rules.
#[derive(Debug)]
struct Compiled {
    source: SourceId,
    /// Place among the index's repositories.
    repository: u32,
    meta: SourceMeta,
    document: Arc<Document>,
    rules: Rules,
    systems: Systems,
    /// Definition -> its CVEs.
    cves: Vec<Vec<Cve>>,
    format: PackageFormat,
}

impl OvalIndex {
    /// Adds what one source says.
    pub(super) fn add(
        &mut self,
        source: SourceId,
        repository: u32,
        meta: SourceMeta,
        document: Arc<Document>,
    ) {
        let rules = compile(&document);
        self.products.extend(classify::product_names(&document).map(Into::into));
        let cves =
            |definition| if gives_findings(definition) { vendor::cves(definition) } else { Vec::new() };
        self.documents.push(Compiled {
            source,
            repository,
            meta,
            rules,
            systems: Systems::new(&document),
            cves: document.definitions.iter().map(cves).collect(),
            format: classify::format_of(&document),
            document,
        });
    }

    /// Is there no OVAL source?
    pub(super) fn is_empty(&self) -> bool {
        self.documents.is_empty()
    }

    /// Do gates ask for this package? The owner of the release file is asked for by no name. Further `*-release`
    /// packages would only part hosts that no gate tells apart.
    pub(super) fn is_product(&self, name: &str) -> bool {
        !self.documents.is_empty() && (self.products.contains(name) || is_release_package(name))
    }

    /// Which gates of each document are open to a group context; a document that does not speak has none.
    pub(super) fn gates(&self, context: &GroupContext, hears: impl Fn(u32) -> bool) -> Vec<Vec<bool>> {
        let asked = |compiled: &Compiled| match hears(compiled.repository) {
            true => compiled.open_gates(context),
            false => Vec::new(),
        };
        self.documents.iter().map(asked).collect()
    }
}

impl Compiled {
    /// Gates ask for system, products, modules and the architecture; all else a host has does not count.
    fn open_gates(&self, context: &GroupContext) -> Vec<bool> {
        let (group, packages) = gates::stand_in(context, &self.systems, self.format);
        let system = group.os_group.as_ref().and_then(os_group::describe).map_or("", |group| group.name);
        // Gates ask uname for the machine, never for the kernel; without one oscap's probe would find nothing.
        let context = Context { group, kernel: Some(String::new()), ..Context::default() };
        let facts = HostFacts {
            packages: &packages,
            context: &context,
            system,
            complete: true,
            assume_signed: true,
            files: &BTreeMap::new(),
        };
        let host = HostIndex::new(facts);
        let mut evaluation = Evaluation::new(&self.document, &host);
        let mut open = |gates: &Vec<_>| gates.iter().all(|gate| evaluation.node(gate) == Outcome::True);
        self.rules.gates.iter().map(&mut open).collect()
    }

    /// The OS-group gate of one definition (law 8): its own platforms, unless an administrator mapped the source to
    /// a group it says nothing of.
    fn speaks_for(&self, definition: Place, group: &OsGroupId) -> bool {
        self.is_foreign(group) || self.systems.speaks_for(definition, group)
    }

    /// Is the source mapped to this group, which the feed itself does not name?
    fn is_foreign(&self, group: &OsGroupId) -> bool {
        !self.systems.all().any(|own| own == group)
    }

    fn rule(&self, place: u32) -> Option<&Rule> {
        self.rules.rules.get(place as usize)
    }
}

/// What the definitions find in one package; and does a document of a whole release speak for it?
pub(super) fn found(
    index: &OvalIndex,
    view: &View,
    context: &GroupContext,
    package: &Package,
) -> (Vec<Found>, bool) {
    let Some(group) = &context.os_group else { return (Vec::new(), false) };
    let (mut findings, mut judged) = (Vec::new(), false);
    for (compiled, place) in index.documents.iter().zip(0..) {
        if !view.hears(compiled.repository) || compiled.format != package.format {
            continue;
        }
        let named = compiled.rules.by_name.get(package.name.as_str()).map_or(&[][..], Vec::as_slice);
        let asked = Asked { compiled, place, group, package, gates: view.oval_gates(place) };
        judged |= (compiled.meta.complete || !named.is_empty()) && asked.maker(None) != Maker::Foreign;
        asked.found(named, &mut findings);
    }
    (findings, judged)
}

/// One package asked of one document.
struct Asked<'a> {
    compiled: &'a Compiled,
    place: u32,
    group: &'a OsGroupId,
    package: &'a Package,
    gates: &'a [bool],
}

impl<'a> Asked<'a> {
    fn found(&self, named: &[u32], findings: &mut Vec<Found>) {
        let mut closing: BTreeMap<&str, (&Fix, Found)> = BTreeMap::new();
        for place in named {
            let Some(rule) = self.compiled.rule(*place).filter(|rule| self.holds(rule)) else { continue };
            for (subject, found) in self.of_rule(*place, rule) {
                match closing.get(subject) {
                    Some((fix, _)) if !outdoes(&rule.fix, fix) => {}
                    _ => drop(closing.insert(subject, (&rule.fix, found))),
                }
            }
        }
        findings.extend(closing.into_values().map(|(_, found)| found));
    }

    /// Does the rule hold for this package, kernels apart?
    fn holds(&self, rule: &Rule) -> bool {
        self.gates.get(rule.gates as usize).copied().unwrap_or(false)
            && self.compiled.speaks_for(rule.definition, self.group)
            && self.is_of_flavour(rule)
            && self.asks(rule).all(|test| self.test(test))
            && self.made_by_the_vendor(rule)
    }

    /// The tests of a rule.
    fn asks<'r>(&self, rule: &'r Rule) -> impl Iterator<Item = Place> + 'r {
        std::iter::once(rule.test).chain(rule.same.iter().copied())
    }

    fn is_of_flavour(&self, rule: &Rule) -> bool {
        match &rule.fix {
            Fix::Version { version, .. } => leaf::same_flavour(&self.package.version, version),
            Fix::None => true,
        }
    }

    fn test(&self, test: Place) -> bool {
        holds(&self.compiled.document, test, self.package, self.rebuilt())
    }

    /// A package of another vendor is no package of the definition's, signed or not. The key says more than the
    /// vendor's name.
    fn made_by_the_vendor(&self, rule: &Rule) -> bool {
        let mut keys =
            self.asks(rule).filter_map(|test| leaf::key_of(&self.compiled.document, test)).peekable();
        if keys.peek().is_none() {
            return self.maker(None) != Maker::Foreign;
        }
        keys.all(|key| self.maker(Some(key)) != Maker::Foreign)
    }

    fn maker(&self, key: Option<&str>) -> Maker {
        maker(self.package, self.group, key.filter(|_| !self.compiled.is_foreign(self.group)))
    }

    /// CentOS rebuilds are compared without their dist tags (vendor-rules.md, CentOS Linux).
    fn rebuilt(&self) -> bool {
        self.group.0.starts_with("centos-") && self.compiled.is_foreign(self.group)
    }

    /// One finding per CVE of the definition, or one for the advisory.
    fn of_rule(&self, place: u32, rule: &Rule) -> Vec<(&'a str, Found)> {
        let compiled = self.compiled;
        let Some(definition) = compiled.document.definitions.get(rule.definition as usize) else {
            return Vec::new();
        };
        let state = match rule.fix {
            Fix::Version { .. } => FindingState::Fixable,
            Fix::None => FindingState::Unfixed,
        };
        let word = || {
            vendor::vendor_state(
                definition,
                &self.package.name,
                vendor::criterion(&compiled.document, definition, rule.test),
            )
        };
        if state == FindingState::Unfixed && vendor::is_undetermined(&word()) {
            return Vec::new();
        }
        let cves = compiled.cves.get(rule.definition as usize).map_or(&[][..], Vec::as_slice);
        let by = FoundBy::Definition { document: self.place, rule: place };
        let found = |cve: u32| {
            let of = cves.get(cve as usize);
            let (severity, _) = vendor::severity(definition, of, cves.len() < 2);
            Found { by, cve, state, severity, counted: true }
        };
        if cves.is_empty() {
            let subject = vendor::advisory(definition).unwrap_or(&definition.id);
            return vec![(subject, found(NO_CVE))];
        }
        cves.iter().zip(0..).map(|(cve, at)| (&*cve.id, found(at))).collect()
    }
}

/// Of two fixes for one CVE the newer closes both; a fix stands before none.
fn outdoes(new: &Fix, old: &Fix) -> bool {
    match (new.key(), old.key()) {
        (Some(new), Some(old)) => new > old,
        (Some(_), None) => true,
        (None, _) => false,
    }
}
