//! What the definitions of OVAL sources say of one subject, rule by rule.
//!
//! [`crate::rules::explain`] says what is asked and what the answers are. The order of the questions is that of judging:
//! OS group, gates, maker, version; what judging then finds is the answer "affected".

mod criteria;
mod published;

pub(in super::super) use published::published;

use super::compile::gives_findings;
use super::leaf::{self, Fix};
use super::{Asked, Compiled, Rule, classify, describe, gates, holds, vendor};
use crate::context::Context;
use crate::finding::{FindingState, Found, FoundBy};
use crate::kernel::{self, KernelPart};
use crate::os_group;
use crate::oval::model::{Definition, Document, Node, Place};
use crate::oval::{Evaluation, HostFacts, HostIndex, Outcome};
use crate::package::{Package, PackageFormat};
use crate::rules::explain::{Answer, Asking, Gate, GateState, NotAffected, Statement, Statements, Unknown};
use criteria::{comment_of, path_to};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// What all OVAL sources say.
pub(in super::super) fn explain(asking: &Asking<'_>, out: &mut Statements) {
    for (compiled, place) in asking.index().oval.documents.iter().zip(0..) {
        if asking.index().speaks_for(&compiled.meta, Some(asking.os_group)) {
            Explained { compiled, place, asking }.explain(out);
        }
    }
}

/// One document that is asked.
struct Explained<'a> {
    compiled: &'a Compiled,
    place: u32,
    asking: &'a Asking<'a>,
}

/// Why a definition about whole package sets does not blame a package that one of its tests names.
const WHOLE: &str =
    "its criteria are about the whole package set: they do not hold here, or ask for what is not reported";

impl Explained<'_> {
    fn explain(&self, out: &mut Statements) {
        let document = &self.compiled.document;
        let about = |(definition, place): &(&Definition, Place)| {
            self.compiled.speaks_for(*place, self.asking.os_group)
                && !definition.deprecated
                && is_about(self.compiled, definition, *place, |id| self.asking.is(id))
        };
        let named: HashSet<Place> =
            document.definitions.iter().zip(0..).filter(about).map(|(_, place)| place).collect();
        if named.is_empty() {
            return;
        }
        if !self.asking.view().hears(self.compiled.repository) {
            let answer = Answer::Unknown(self.asking.silence(&self.compiled.meta));
            return out.push(Statement::of_source(answer, self.compiled.source, &self.compiled.meta, ""));
        }
        let rules: Vec<(&Rule, u32)> = (self.compiled.rules.rules.iter().zip(0..))
            .filter(|(rule, _)| named.contains(&rule.definition))
            .collect();
        self.without_rules(&named, &rules, out);
        let gates = self.gates(rules.iter().map(|(rule, _)| rule.gates).collect());
        for (rule, at) in rules {
            let gates = gates.get(&rule.gates).map_or(&[][..], Vec::as_slice);
            self.rule(rule, at, gates, out);
            if out.is_full() {
                return;
            }
        }
    }

    /// Definitions that have no rule, and why.
    fn without_rules(&self, named: &HashSet<Place>, rules: &[(&Rule, u32)], out: &mut Statements) {
        let with: HashSet<Place> = rules.iter().map(|(rule, _)| rule.definition).collect();
        let mut rest: Vec<Place> = named.difference(&with).copied().collect();
        rest.sort_unstable();
        for place in rest {
            let Some(definition) = self.compiled.document.definitions.get(place as usize) else { continue };
            let answer = if definition.id.contains(".unaffected:") {
                Answer::NotAffected(NotAffected::VendorSays(definition.metadata.title.to_string()))
            } else if !gives_findings(definition) {
                Answer::Unknown(Unknown::NotJudged("definitions of this class give no findings"))
            } else if self.is_whole(place) {
                Answer::Unknown(Unknown::NotJudged(WHOLE))
            } else {
                Answer::NotAffected(NotAffected::NothingNamed)
            };
            out.push(Statement::of_source(answer, self.compiled.source, &self.compiled.meta, &definition.id));
        }
    }

    fn rule(&self, rule: &Rule, at: u32, gates: &[Gate], out: &mut Statements) {
        let document = &self.compiled.document;
        let Some(definition) = document.definitions.get(rule.definition as usize) else { return };
        for name in names_of(document, rule) {
            let mut statement = self.base(rule, definition, name, gates);
            let instances: Vec<_> = self.asking.installed(name, self.compiled.format).collect();
            if instances.is_empty() {
                statement.comparison = "not installed".to_owned();
                out.push_absent(statement);
            }
            for (place, package) in instances {
                if out.is_full() {
                    return;
                }
                let findings = out.findings(self.asking, place, package).to_vec();
                out.push(self.instance(
                    rule,
                    at,
                    package,
                    &findings,
                    self.base(rule, definition, name, gates),
                ));
            }
        }
    }

    /// What every statement of a rule holds; the answer is that for a package that is not installed.
    fn base(&self, rule: &Rule, definition: &Definition, name: &str, gates: &[Gate]) -> Statement {
        let (compiled, group) = (self.compiled, self.asking.os_group);
        let cves = compiled.cves.get(rule.definition as usize).map_or(&[][..], Vec::as_slice);
        let cve =
            cves.iter().find(|cve| self.asking.is(&cve.id)).or(cves.first().filter(|_| cves.len() == 1));
        let mut all = vec![match compiled.is_foreign(group) {
            true => Gate::new(format!("OS group {group}: mapped to this source by an administrator"), true),
            false => Gate::new(format!("OS group {group}"), true),
        }];
        let groups = &self.asking.group().host_groups;
        let passed: Vec<&str> = compiled.meta.host_groups.intersection(groups).map(String::as_str).collect();
        if !passed.is_empty() {
            all.push(Gate::new(format!("host group {}", passed.join(", ")), true));
        }
        all.extend_from_slice(gates);
        Statement {
            package: name.to_owned(),
            fixed: fixed_of(rule),
            severity: vendor::severity(definition, cve, cves.len() < 2).0,
            advisory: vendor::advisory(definition).map(str::to_owned),
            criterion: path_to(&compiled.document, definition, rule.test),
            gates: all,
            ..Statement::of_source(
                Answer::NotAffected(NotAffected::NotInstalled),
                compiled.source,
                &compiled.meta,
                &definition.id,
            )
        }
    }

    fn instance(
        &self,
        rule: &Rule,
        at: u32,
        package: &Package,
        findings: &[Found],
        mut statement: Statement,
    ) -> Statement {
        let gates: &[bool] = &[];
        let asked =
            Asked { compiled: self.compiled, place: self.place, group: self.asking.os_group, package, gates };
        statement.arch.clone_from(&package.arch);
        statement.installed = Some(package.version.clone());
        let blocked = statement.gates.iter().find(|gate| gate.state != GateState::Passed).map(refusal);
        statement.gates.extend(own_gates(&asked, rule));
        let is_older = asked.is_older(rule);
        statement.comparison = match &statement.fixed {
            None => format!("{} is installed; no version is fixed", package.version),
            Some(fixed) => {
                let sign = if is_older { "<" } else { ">=" };
                format!("{} {sign} {fixed}", package.version)
            }
        };
        statement.answer = match blocked.or_else(|| asked.refusal(rule, is_older)) {
            Some(answer) => answer,
            None if kernel::part(package) == Some(KernelPart::Auxiliary) => {
                Answer::NotAffected(NotAffected::Auxiliary)
            }
            None => self.found(rule, at, package, findings, &mut statement),
        };
        statement
    }

    /// The rule holds: what judging made of it.
    fn found(
        &self,
        rule: &Rule,
        at: u32,
        package: &Package,
        findings: &[Found],
        statement: &mut Statement,
    ) -> Answer {
        let index = &self.asking.index().oval;
        let place_of = |found: &Found| match found.by {
            FoundBy::Definition { document, rule } if document == self.place => Some(rule),
            _ => None,
        };
        let subject = |found: &Found| describe::subject(index, (self.place, place_of(found)?), found.cve);
        let cves = self.compiled.cves.get(rule.definition as usize).map_or(&[][..], Vec::as_slice);
        let asked_cve = cves.iter().find(|cve| self.asking.is(&cve.id));
        let of_subject = |found: &&Found| match (asked_cve, subject(found)) {
            (Some(cve), Some(subject)) => *cve.id == *subject,
            (None, Some(subject)) => cves.is_empty() || cves.iter().any(|cve| *cve.id == *subject),
            (_, None) => false,
        };
        if let Some(found) = findings.iter().filter(of_subject).find(|found| place_of(found) == Some(at)) {
            let (state, kernel) = self.asking.on_host(package, found);
            statement.gates.extend(kernel);
            statement.severity = found.severity;
            if found.state == FindingState::Unfixed {
                statement.vendor_state = self.vendor_state(rule, package);
            }
            return Answer::Affected(state);
        }
        let by = findings.iter().filter(of_subject).find_map(place_of);
        match by.and_then(|by| self.compiled.rule(by)) {
            Some(by) => {
                let definition = self.compiled.document.definitions.get(by.definition as usize);
                let name = definition.map(|d| vendor::advisory(d).unwrap_or(&d.id)).unwrap_or_default();
                let fixed = fixed_of(by).map(|fixed| format!(" ({fixed})")).unwrap_or_default();
                Answer::NotAffected(NotAffected::Superseded(format!("{name}{fixed}")))
            }
            None if self.is_whole(rule.definition) => Answer::Unknown(Unknown::NotJudged(WHOLE)),
            None => Answer::Unknown(Unknown::UnderInvestigation(
                self.vendor_state(rule, package).unwrap_or_default(),
            )),
        }
    }

    fn is_whole(&self, definition: Place) -> bool {
        self.compiled.rules.whole.iter().any(|whole| whole.definition == definition)
    }

    fn vendor_state(&self, rule: &Rule, package: &Package) -> Option<String> {
        let definition = self.compiled.document.definitions.get(rule.definition as usize)?;
        let criterion = vendor::criterion(&self.compiled.document, definition, rule.test);
        Some(vendor::vendor_state(definition, &package.name, criterion))
    }

    /// The gates of the rules, each asked on its own: as judging asks them, and, where they are closed, whether they
    /// are so only because the host did not report the fact.
    fn gates(&self, wanted: BTreeSet<u32>) -> HashMap<u32, Vec<Gate>> {
        let compiled = self.compiled;
        let (group, packages) = gates::stand_in(self.asking.group(), &compiled.systems, compiled.format);
        let system = group.os_group.as_ref().and_then(os_group::describe).map_or("", |group| group.name);
        let context = Context { group, ..Context::default() };
        let mut reported = packages.clone();
        if !compiled.is_foreign(self.asking.os_group) {
            reported.extend_from_slice(self.asking.packages);
        }
        let files = BTreeMap::new();
        let host = |packages, complete| {
            let context = &context;
            HostIndex::new(HostFacts {
                packages,
                context,
                system,
                complete,
                assume_signed: true,
                files: &files,
            })
        };
        let (whole, told) = (host(&packages, true), host(&reported, false));
        let mut judged = Evaluation::new(&compiled.document, &whole);
        let mut asked = Evaluation::new(&compiled.document, &told);
        let mut gate = |node: &Node| {
            let state = match judged.node(node) {
                Outcome::True => GateState::Passed,
                _ if asked.node(node) == Outcome::Unknown => GateState::NotTold,
                _ => GateState::Closed,
            };
            Gate { words: comment_of(node).unwrap_or("a gate without a comment").to_owned(), state }
        };
        let mut all = HashMap::new();
        for place in wanted {
            let nodes = compiled.rules.gates.get(place as usize).map_or(&[][..], Vec::as_slice);
            all.insert(place, nodes.iter().map(&mut gate).collect());
        }
        all
    }
}

impl Asked<'_> {
    /// Is the version the only thing that can keep the rule from this package, and is it older than the fixed one?
    fn is_older(&self, rule: &Rule) -> bool {
        match rule.fix {
            Fix::None => true,
            Fix::Version { .. } => {
                holds(&self.compiled.document, rule.test, self.package, self.rebuilt())
                    || !holds(&self.compiled.document, rule.test, &self.oldest(), self.rebuilt())
            }
        }
    }

    /// The package in a version older than any.
    fn oldest(&self) -> Package {
        let version = if self.package.format == PackageFormat::Deb { "0~~" } else { "0~~-0~~" };
        Package { version: version.to_owned(), ..self.package.clone() }
    }

    /// What keeps the rule from this package, gates apart.
    fn refusal(&self, rule: &Rule, is_older: bool) -> Option<Answer> {
        let document = &self.compiled.document;
        if !self.made_by_the_vendor(rule) {
            return Some(Answer::NotAffected(NotAffected::OtherMaker(maker_words(self.package))));
        }
        if !is_older {
            return Some(Answer::NotAffected(NotAffected::Fixed));
        }
        if !self.is_of_flavour(rule) {
            let words = "the fix is of another flavour (ksplice, fips)".to_owned();
            return Some(Answer::NotAffected(NotAffected::GateClosed(words)));
        }
        let closed =
            std::iter::once(rule.test).chain(rule.same.iter().copied()).find(|test| !self.test(*test));
        closed.map(|test| {
            let definition = document.definitions.get(rule.definition as usize);
            let words = definition.map(|d| vendor::criterion(document, d, test)).unwrap_or_default();
            Answer::NotAffected(NotAffected::GateClosed(format!("{words} ({})", self.package.arch)))
        })
    }
}

/// The answer that a gate gives which is not passed.
fn refusal(gate: &Gate) -> Answer {
    match gate.state {
        GateState::NotTold => Answer::Unknown(Unknown::NotReported(gate.words.clone())),
        _ => Answer::NotAffected(NotAffected::GateClosed(gate.words.clone())),
    }
}

/// The gates that are asked of the package itself.
fn own_gates(asked: &Asked<'_>, rule: &Rule) -> Vec<Gate> {
    let mut gates = Vec::new();
    let key = asked.asks(rule).find_map(|test| leaf::key_of(&asked.compiled.document, test));
    if asked.package.format == PackageFormat::Rpm {
        gates.push(match asked.made_by_the_vendor(rule) {
            false => Gate::new(maker_words(asked.package), false),
            true => Gate::new(asked.maker(key).gate(asked.package), true),
        });
    }
    if !asked.is_of_flavour(rule) {
        gates.push(Gate::new("the fix is of another flavour (ksplice, fips)", false));
    }
    if asked.rebuilt() {
        gates.push(Gate::new("compared without dist tags: a rebuild has others", true));
    }
    if rule.kernel {
        gates.push(Gate::new("its test of the running kernel is answered by the installed images", true));
    }
    gates
}

fn maker_words(package: &Package) -> String {
    let known = [("vendor", &package.vendor), ("key", &package.key_id)];
    let told: Vec<String> = (known.iter().filter(|(_, value)| !value.is_empty()))
        .map(|(what, value)| format!("{what} {value}"))
        .collect();
    told.join(", ")
}

fn fixed_of(rule: &Rule) -> Option<String> {
    match &rule.fix {
        Fix::Version { version, .. } => Some(version.to_string()),
        Fix::None => None,
    }
}

/// The package names a rule is about.
fn names_of<'a>(document: &'a Document, rule: &Rule) -> Vec<&'a str> {
    let test = document.tests.get(rule.test as usize);
    let object = test.and_then(|test| document.objects.get(test.object as usize));
    object.map(|object| classify::names(document, object)).unwrap_or_default()
}

/// Is the definition about this CVE, advisory or definition id?
fn is_about(compiled: &Compiled, definition: &Definition, place: Place, is: impl Fn(&str) -> bool) -> bool {
    is(&definition.id)
        || definition.metadata.references.iter().any(|reference| is(&reference.id))
        || compiled.cves.get(place as usize).is_some_and(|cves| cves.iter().any(|cve| is(&cve.id)))
}
