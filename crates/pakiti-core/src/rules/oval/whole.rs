//! Definitions that one package cannot answer: evaluated whole, for a package set and a context.
//!
//! design.md "The heart": the small per-set list. The result is that of the evaluator in report mode
//! (oval-semantics.md 6: what is not known is no finding); blamed are the package tests that decide it on a way of
//! true nodes (oval-semantics.md 7), and of a negated test the packages that do not satisfy it.

use super::classify::{MAX_EXTENDS, is_product};
use super::compile::{KERNEL_IMAGES, NeedsSet, Whole, compile};
use super::leaf::{Fix, holds, same_flavour};
use super::manifest::with_package_tests;
use super::{Asked, Compiled, Maker, gates, outdoes};
use crate::context::{Context, GroupContext};
use crate::finding::{Found, FoundBy};
use crate::os_group::{self, OsGroupId};
use crate::oval::model::{Check, Document, Node, Operator, Place};
use crate::oval::{Evaluation, HostFacts, HostIndex, Outcome};
use crate::package::{Package, PackageFormat};
use crate::rules::view::View;
use crate::rules::{GroupRules, RuleIndex};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// What is told of definitions that could give findings and can give none.
pub const SILENT: &str = "names no package that a finding could be about";

/// How the definitions of a document are judged.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OvalRules {
    /// Rules that one package answers.
    pub rules: usize,
    /// Names of packages that they are about.
    pub names: usize,
    /// Definitions that are evaluated for whole sets, and why.
    pub whole: Vec<(Place, NeedsSet)>,
    /// Definitions that could give findings by their class and name no package to blame.
    pub silent: Vec<Place>,
}

/// How the definitions of a document are judged.
pub fn oval_rules(document: &Document) -> OvalRules {
    let rewritten = with_package_tests(document);
    let rules = compile(rewritten.as_ref().unwrap_or(document));
    let of_sets: usize = rules.whole.iter().map(|whole| whole.leaves.len()).sum();
    OvalRules {
        rules: rules.rules.len() - of_sets,
        names: rules.by_name.len(),
        whole: rules.whole.iter().map(|whole| (whole.definition, whole.reason)).collect(),
        silent: rules.silent,
    }
}

impl RuleIndex {
    /// Does any source say what only whole sets can answer?
    pub fn asks_whole_sets(&self) -> bool {
        self.oval.documents.iter().any(|compiled| !compiled.rules.whole.is_empty())
    }

    /// May a definition that only whole sets can answer blame this package? Sets without such a package need not be
    /// asked.
    pub fn asks_sets_of(&self, package: &Package) -> bool {
        self.oval.documents.iter().any(|compiled| compiled.rules.set_names.contain(&package.name))
    }

    /// The definitions that could give findings and blame no package that can be named: what they say of hosts nobody
    /// knows. By source: its name, the id of the first, and how many there are.
    pub fn silent_definitions(&self) -> impl Iterator<Item = (&str, &str, usize)> {
        self.oval.documents.iter().filter_map(|compiled| {
            let first = *compiled.rules.silent.first()?;
            let id = &*compiled.document.definitions.get(first as usize)?.id;
            Some((compiled.meta.name.as_str(), id, compiled.rules.silent.len()))
        })
    }

    /// What the definitions find that one package cannot answer: places in `packages`, ascending, with what is found
    /// there. `group` is the completed group context. [`GroupRules::of_set`] puts it beside what packages alone say.
    pub fn set_findings(
        &self,
        group: &GroupContext,
        context: &Context,
        packages: &[&Package],
    ) -> Vec<(usize, Found)> {
        let Some(own) = &group.os_group else { return Vec::new() };
        if !self.asks_whole_sets() || !packages.iter().any(|package| self.asks_sets_of(package)) {
            return Vec::new();
        }
        let view = self.view(group);
        let installed: HashSet<&str> = packages.iter().map(|package| package.name.as_str()).collect();
        let mut found = Vec::new();
        for (compiled, place) in self.oval.documents.iter().zip(0..) {
            if !view.hears(compiled.repository) || !compiled.can_answer(own) {
                continue;
            }
            let begins = |prefix: &str| installed.iter().any(|name| name.starts_with(prefix));
            let prefixes: HashSet<&Box<str>> =
                compiled.rules.set_names.prefixes.iter().filter(|prefix| begins(prefix)).collect();
            let may_blame = |whole: &&Whole| match &whole.names {
                Some(blamed) => {
                    blamed.names.iter().any(|name| installed.contains(&**name))
                        || blamed.prefixes.iter().any(|prefix| prefixes.contains(prefix))
                }
                None => true,
            };
            let speaks = |whole: &&Whole| {
                compiled.speaks_for(whole.definition, own)
                    && compiled.streams.speak_for(whole.definition, group)
            };
            let whole: Vec<&Whole> = compiled.rules.whole.iter().filter(may_blame).filter(speaks).collect();
            if !whole.is_empty() {
                let set = Set { compiled, place, group, own, view: &view, packages };
                found.extend(set.found(context, &whole));
            }
        }
        found.sort_by_key(|(at, _)| *at);
        found
    }
}

impl GroupRules<'_> {
    /// Puts what was found by whole sets beside what the package alone says: of one source the newer fix stands.
    pub fn join(&self, package: &Package, findings: &mut Vec<Found>, more: impl IntoIterator<Item = Found>) {
        let document = |found: &Found| match found.by {
            FoundBy::Definition { document, .. } => Some(document),
            FoundBy::Errata { .. } => None,
        };
        let mut known: HashMap<(Option<u32>, &str), usize> = HashMap::with_capacity(findings.len());
        for (at, found) in findings.iter().enumerate() {
            if let Some(subject) = self.subject(package, found) {
                known.insert((document(found), subject), at);
            }
        }
        for found in more {
            let Some(subject) = self.subject(package, &found) else { continue };
            let at = known.get(&(document(&found), subject)).and_then(|at| findings.get_mut(*at));
            match at {
                Some(same) if self.fixed_key(package, &found) > self.fixed_key(package, same) => {
                    *same = found
                }
                Some(_) => {}
                None => {
                    known.insert((document(&found), subject), findings.len());
                    findings.push(found);
                }
            }
        }
        self.weigh(package, findings);
    }
}

/// A package set asked of one document.
pub(super) struct Set<'a> {
    pub(super) compiled: &'a Compiled,
    pub(super) place: u32,
    pub(super) group: &'a GroupContext,
    pub(super) own: &'a OsGroupId,
    pub(super) view: &'a View,
    pub(super) packages: &'a [&'a Package],
}

/// Test, and whether the blamed packages satisfy it.
type Blamed = BTreeSet<(Place, bool)>;

impl Set<'_> {
    fn found(&self, context: &Context, whole: &[&Whole]) -> Vec<(usize, Found)> {
        let running = self.running_images(context);
        self.ask(context, |evaluation, places| {
            let mut closing: BTreeMap<(usize, &str), (&Fix, Found)> = BTreeMap::new();
            for whole in whole {
                for (at, rule) in self.blamed(whole, evaluation, places, &running) {
                    self.add(at, rule, &mut closing);
                }
            }
            closing.into_iter().map(|((at, _), (_, found))| (at, found)).collect()
        })
    }

    /// Does a definition hold for the set? Unknown where that cannot be said.
    pub(super) fn outcome(&self, context: &Context, definition: Place) -> Outcome {
        self.ask(context, |evaluation, _| evaluation.definition(definition))
    }

    /// The packages that hold the image of the running kernel, by its release; none in containers, which run the
    /// kernel of another host.
    pub(super) fn running_images(&self, context: &Context) -> Vec<usize> {
        let Some(release) = context.kernel.as_ref().filter(|_| self.group.container.is_none()) else {
            return Vec::new();
        };
        let names = ["", "unsigned-"].map(|kind| format!("{KERNEL_IMAGES}{kind}{release}"));
        let runs = |package: &Package| package.format == PackageFormat::Deb && names.contains(&package.name);
        let packages = self.packages.iter().enumerate();
        packages.filter(|(_, package)| runs(package)).map(|(at, _)| at).collect()
    }

    /// Asks an evaluation of the set; with it go the places of its packages in `packages`.
    fn ask<T>(
        &self,
        context: &Context,
        question: impl FnOnce(&mut Evaluation<'_>, &[Option<usize>]) -> T,
    ) -> T {
        let (group, products) = gates::stand_in(self.group, &self.compiled.systems);
        let (packages, places) = self.seen(products);
        let system = group.os_group.as_ref().and_then(os_group::describe).map_or("", |group| group.name);
        let context = Context { group, ..context.clone() };
        let facts = HostFacts {
            packages: &packages,
            context: &context,
            system,
            complete: false,
            assume_signed: true,
            files: &BTreeMap::new(),
        };
        let host = HostIndex::new(facts);
        question(&mut Evaluation::new(&self.compiled.document, &host), &places)
    }

    /// The packages that definitions of this document can mean, and their places; a clone that is mapped answers for
    /// the system as the other distribution would.
    fn seen(&self, products: Vec<Package>) -> (Vec<Package>, Vec<Option<usize>>) {
        let mapped = self.compiled.is_foreign(self.own);
        let (mut packages, mut places) = (Vec::new(), Vec::new());
        for (package, at) in self.packages.iter().zip(0..) {
            if self.asked(package).maker(None) == Maker::Foreign || (mapped && is_product(&package.name)) {
                continue;
            }
            let mut package = Package::clone(package);
            if mapped {
                package.key_id.clear();
            }
            packages.push(package);
            places.push(Some(at));
        }
        for product in products {
            if !packages.iter().any(|package| package.name == product.name) {
                packages.push(product);
                places.push(None);
            }
        }
        (packages, places)
    }

    fn asked<'s>(&'s self, package: &'s Package) -> Asked<'s> {
        let gates = self.view.oval_gates(self.place);
        let (compiled, place, context) = (self.compiled, self.place, self.group);
        Asked { compiled, place, group: self.own, context, package, gates }
    }

    /// What a definition blames: places of packages, and the rules of the tests.
    fn blamed(
        &self,
        whole: &Whole,
        evaluation: &mut Evaluation<'_>,
        places: &[Option<usize>],
        running: &[usize],
    ) -> Vec<(usize, u32)> {
        let document = &self.compiled.document;
        let definition = document.definitions.get(whole.definition as usize);
        let Some(criteria) = definition.and_then(|definition| definition.criteria.as_ref()) else {
            return Vec::new();
        };
        let mut tests = Blamed::new();
        if evaluation.definition(whole.definition) == Outcome::True {
            blame(document, evaluation, criteria, (Outcome::True, 0), &mut tests);
        }
        let mut found = Vec::new();
        for (test, satisfied, rule) in &whole.leaves {
            if !tests.contains(&(*test, *satisfied)) {
                continue;
            }
            if self.compiled.rule(*rule).is_some_and(|rule| rule.is_of_running_kernel(document)) {
                found.extend(running.iter().map(|at| (*at, *rule)));
                continue;
            }
            let wanted = Outcome::from(*satisfied);
            let instances = evaluation.instances(*test).into_iter();
            let own = instances.filter(|(_, outcome)| *outcome == wanted);
            found.extend(own.filter_map(|(at, _)| Some((places.get(at).copied()??, *rule))));
        }
        found
    }

    fn add<'s>(&'s self, at: usize, place: u32, closing: &mut BTreeMap<(usize, &'s str), (&'s Fix, Found)>) {
        let (Some(&package), Some(rule)) = (self.packages.get(at), self.compiled.rule(place)) else { return };
        let asked = self.asked(package);
        let flavoured = match &rule.fix {
            Fix::Version { version, .. } => same_flavour(package, version),
            Fix::None => true,
        };
        // The evaluator knows nothing of rebuilds.
        let rebuilt = asked.rebuilt() && !holds(&self.compiled.document, rule.test, package, true);
        if !flavoured || rebuilt {
            return;
        }
        for (subject, found) in asked.of_rule(place, rule) {
            match closing.get(&(at, subject)) {
                Some((fix, _)) if !outdoes(&rule.fix, fix) => {}
                _ => drop(closing.insert((at, subject), (&rule.fix, found))),
            }
        }
    }
}

/// The package tests that decide a node which has the wanted result.
fn blame(
    document: &Document,
    evaluation: &mut Evaluation<'_>,
    node: &Node,
    (wanted, depth): (Outcome, usize),
    found: &mut Blamed,
) {
    match node {
        Node::Criterion { test, negate, .. } => {
            let none =
                document.tests.get(*test as usize).is_some_and(|test| test.check == Check::NoneSatisfy);
            found.insert((*test, (wanted.negated(*negate) == Outcome::True) != none));
        }
        Node::Criteria { operator, negate, children } => {
            let wanted = wanted.negated(*negate);
            // Of "exactly one" and "an odd number" only what is true decides.
            if wanted == Outcome::False && !matches!(operator, Operator::And | Operator::Or) {
                return;
            }
            for child in children {
                if evaluation.node(child) == wanted {
                    blame(document, evaluation, child, (wanted, depth), found);
                }
            }
        }
        Node::Extend { definition, negate } if depth < MAX_EXTENDS => {
            let extended = document.definitions.get(*definition as usize);
            if let Some(criteria) = extended.and_then(|definition| definition.criteria.as_ref()) {
                blame(document, evaluation, criteria, (wanted.negated(*negate), depth + 1), found);
            }
        }
        Node::Extend { .. } => {}
    }
}
