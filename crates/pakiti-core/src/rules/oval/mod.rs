//! OVAL definitions as rules of the index.
//!
//! [`compile`] makes a document's definitions rules per package, [`classify`] says what their tests are for,
//! [`leaf`] asks one test of one package, [`signature`] who made it, [`streams`] for which minor releases it is,
//! [`naming`] under which names packages are asked for, [`vendor`] what the vendor says around it; [`found`] judges a
//! package. Findings follow oval-semantics.md 7; the result of whole definitions, as `oscap` has it, is
//! [`crate::oval`]'s; [`whole`] makes findings of it where one package cannot answer. [`manifest`] says what
//! Ubuntu's OCI forms ask as package tests, [`pins`] which CVE which test tells, [`pro`] what only subscribers get.

mod asked;
mod classify;
mod compile;
mod describe;
mod explain;
mod fingerprint;
mod gates;
mod leaf;
mod manifest;
mod naming;
mod pins;
mod pro;
mod signature;
mod streams;
mod vendor;
mod whole;

pub use compile::NeedsSet;
pub(super) use describe::{describe, fixed_key, subject};
pub(super) use explain::{explain, published};
pub use fingerprint::fingerprints;
pub(super) use leaf::same_flavour;
pub use naming::{asked_names, names_sources};
pub use whole::{OvalRules, SILENT, oval_rules};

use crate::context::{Context, GroupContext};
use crate::finding::Found;
use crate::judgement::SourceId;
use crate::os_group::{self, OsGroupId};
use crate::oval::model::{Cve, Definition, Document, Place};
use crate::oval::platform;
use crate::oval::{Evaluation, HostFacts, HostIndex, Outcome, is_release_package};
use crate::package::{Package, PackageFormat};
use crate::repository::SourceMeta;
use crate::rules::view::View;
use asked::{Asked, outdoes};
use compile::{Rule, Rules, compile, gives_findings};
use leaf::holds;
use pins::Pins;
use signature::Maker;
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use streams::Streams;
use vendor::{Systems, Word};

/// All active OVAL sources.
#[derive(Debug, Default)]
pub(super) struct OvalIndex {
    documents: Vec<Compiled>,
    /// Names of product packages that gates ask for.
    products: HashSet<Box<str>>,
}

/// One document with its rules; a later index may share what was compiled.
#[derive(Debug, Clone)]
struct Compiled {
    source: SourceId,
    /// Place among the index's repositories.
    repository: u32,
    meta: SourceMeta,
    document: Arc<Document>,
    rules: Arc<Rules>,
    systems: Arc<Systems>,
    streams: Arc<Streams>,
    /// Definition -> its CVEs.
    cves: Arc<Vec<Vec<Cve>>>,
    /// Definition -> which of its tests tells which CVE, where it does so.
    pins: Arc<HashMap<Place, Pins>>,
    /// Whose packages it is about.
    formats: Vec<PackageFormat>,
    /// It names source packages.
    by_source: bool,
    /// It names kernel images, which are asked for by their line.
    by_line: bool,
    /// It names systems that no OS group is, and nobody mapped it.
    of_unknown_systems: bool,
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
        let document = manifest::with_package_tests(&document).map_or(document, Arc::new);
        let rules = compile(&document);
        let of_unknown_systems = meta.os_group.is_none() && platform::unknown_system(&document).is_some();
        let by_line = rules.by_name.keys().any(|name| name.contains('*'));
        let by_source = !meta.any_maker && names_sources(&document);
        let cves =
            |definition| if gives_findings(definition) { vendor::cves(definition) } else { Vec::new() };
        let cves: Vec<Vec<Cve>> = document.definitions.iter().map(cves).collect();
        let definitions = document.definitions.iter().zip(&cves).zip(0..);
        let pins = definitions
            .filter(|((_, cves), _)| !cves.is_empty())
            .filter_map(|((definition, cves), place)| Some((place, Pins::new(&document, definition, cves)?)));
        self.push(Compiled {
            source,
            repository,
            meta,
            rules: Arc::new(rules),
            systems: Arc::new(Systems::new(&document)),
            streams: Arc::new(Streams::new(&document)),
            pins: Arc::new(pins.collect()),
            cves: Arc::new(cves),
            formats: classify::formats_of(&document),
            by_line,
            by_source,
            of_unknown_systems,
            document,
        });
    }

    /// Takes over what another index compiled of a source's documents; gives the source's facts, if there are some.
    pub(super) fn adopt(&mut self, source: SourceId, repository: u32, from: &Self) -> Option<SourceMeta> {
        let mut meta = None;
        for compiled in from.documents.iter().filter(|compiled| compiled.source == source) {
            meta = Some(compiled.meta.clone());
            self.push(Compiled { repository, ..compiled.clone() });
        }
        meta
    }

    fn push(&mut self, compiled: Compiled) {
        self.products.extend(classify::product_names(&compiled.document).map(Into::into));
        self.documents.push(compiled);
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
        let (group, packages) = gates::stand_in(context, &self.systems);
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
        self.can_answer(group) && (self.is_foreign(group) || self.systems.speaks_for(definition, group))
    }

    /// Can it be asked for hosts of this group? Not if it names systems that nobody knows or mapped, nor if it is
    /// mapped to a release whose builds are others.
    fn can_answer(&self, group: &OsGroupId) -> bool {
        !self.of_unknown_systems && gates::can_answer(group, &self.systems)
    }

    /// Is the source mapped to this group, which the feed itself does not name?
    fn is_foreign(&self, group: &OsGroupId) -> bool {
        !self.systems.all().any(|own| own == group)
    }

    fn rule(&self, place: u32) -> Option<&Rule> {
        self.rules.rules.get(place as usize)
    }

    /// Which of its definition's CVEs a rule tells: their places.
    fn cves_of(&self, rule: &Rule) -> Vec<u32> {
        match self.pins.get(&rule.definition) {
            Some(pins) => pins.of(rule).into_iter().collect(),
            None => {
                let count = self.cves.get(rule.definition as usize).map_or(0, Vec::len);
                (0..u32::try_from(count).unwrap_or(u32::MAX)).collect()
            }
        }
    }

    /// Does the rule tell this one?
    fn tells(&self, rule: &Rule, cve: u32) -> bool {
        self.pins.get(&rule.definition).is_none_or(|pins| pins.of(rule).contains(&cve))
    }

    /// The module streams that the gates of a rule ask for; of what is asked whole, those that the host has.
    fn modules_of(&self, rule: &Rule, context: &GroupContext) -> Cow<'_, [Box<str>]> {
        if rule.is_of_set() {
            let stream = |value: &str| value.split(':').next().unwrap_or_default().to_owned();
            let own = context.modules.iter().map(|(name, value)| format!("{name}:{}", stream(value)).into());
            return Cow::Owned(own.collect());
        }
        Cow::Borrowed(self.rules.modules.get(rule.gates as usize).map_or(&[], Vec::as_slice))
    }

    /// What the vendor says of a package that a rule blames and nothing closes.
    fn word(
        &self,
        definition: &Definition,
        rule: &Rule,
        (package, context): (&str, &GroupContext),
        cve: Option<&str>,
    ) -> Word {
        let comment = vendor::criterion_of(&self.document, definition, rule.test, cve);
        vendor::word(definition, package, comment, &self.modules_of(rule, context))
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
        let hears = view.hears(compiled.repository) && compiled.can_answer(group);
        if !hears || !compiled.formats.contains(&package.format) {
            continue;
        }
        let named = compiled.rules.by_name.get(&*compiled.asked_as(package)).map_or(&[][..], Vec::as_slice);
        let seen = compiled.seen(package);
        let package = seen.as_ref().unwrap_or(package);
        let asked = Asked { compiled, place, context, group, package, gates: view.oval_gates(place) };
        judged = judged || asked.is_judged(named);
        asked.found(named, &mut findings);
    }
    (findings, judged)
}
