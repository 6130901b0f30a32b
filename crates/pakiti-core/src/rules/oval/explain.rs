//! What the definitions of OVAL sources say of one subject, rule by rule.
//!
//! [`crate::rules::explain`] says what is asked and what the answers are. The order of the questions is that of judging:
//! OS group, gates, maker, version; what judging then finds is the answer "affected".

mod criteria;
mod of_set;
mod own;
mod published;

pub(in super::super) use published::published;

use super::classify::Classifier;
use super::compile::gives_findings;
use super::leaf::Fix;
use super::pro::FIXABLE_WITH_PRO;
use super::streams::Standing;
use super::{Asked, Compiled, Rule, Word, classify, describe, gates, naming, vendor};
use crate::context::Context;
use crate::finding::{FindingState, Found, FoundBy};
use crate::os_group;
use crate::oval::model::{Definition, Document, Node, Place};
use crate::oval::{Evaluation, HostFacts, HostIndex, Outcome};
use crate::package::{Package, PackageFormat};
use crate::rules::explain::{Answer, Asking, Gate, GateState, NotAffected, Statement, Statements, Unknown};
use criteria::{comment_of, path_to};
use own::{own_gates, refusal};
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// What all OVAL sources say.
pub(in super::super) fn explain(asking: &Asking<'_>, out: &mut Statements) {
    for (compiled, place) in asking.index().oval.documents.iter().zip(0..) {
        if asking.index().speaks_for(&compiled.meta, Some(asking.os_group)) {
            Explained { compiled, place, asking, by_name: OnceCell::new() }.explain(out);
        }
    }
}

/// One document that is asked.
struct Explained<'a> {
    compiled: &'a Compiled,
    place: u32,
    asking: &'a Asking<'a>,
    /// Places of the installed packages, by the name under which the document asks for them.
    by_name: OnceCell<HashMap<String, Vec<usize>>>,
}

/// Why a definition that could give findings gives none.
const SILENT: &str = "it names no package that a finding could be about, or is too large to be judged";
/// Why the rules of a definition do not tell what is asked.
const NO_VERSION: &str =
    "it names no version that could be compared, or tells this by no test of its criteria";

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
            .filter(|(rule, _)| named.contains(&rule.definition) && self.tells(rule))
            .collect();
        self.without_rules(&named, &rules, out);
        self.of_sets(&rules, out);
        let rules = rules.into_iter().filter(|(rule, _)| !rule.is_of_set());
        let rules: Vec<(&Rule, u32)> = rules.collect();
        let gates = self.gates(rules.iter().map(|(rule, _)| rule.gates).collect());
        for (rule, at) in rules {
            let gates = gates.get(&rule.gates).map_or(&[][..], Vec::as_slice);
            self.rule(rule, at, gates, out);
            if out.is_full() {
                return;
            }
        }
    }

    /// Is the CVE that is asked for among those that the rule tells? Of others every rule of the definition speaks.
    fn tells(&self, rule: &Rule) -> bool {
        let cves = self.compiled.cves.get(rule.definition as usize).map_or(&[][..], Vec::as_slice);
        let asked = cves.iter().zip(0..).find(|(cve, _)| self.asking.is(&cve.id));
        asked.is_none_or(|(_, at)| self.compiled.tells(rule, at))
    }

    /// Definitions that have no rule, and why; and those that say more than their rules.
    fn without_rules(&self, named: &HashSet<Place>, rules: &[(&Rule, u32)], out: &mut Statements) {
        let with: HashSet<Place> = rules.iter().map(|(rule, _)| rule.definition).collect();
        let silent: HashSet<Place> = self.compiled.rules.silent.iter().copied().collect();
        let mut rest: Vec<Place> =
            named.iter().filter(|place| !with.contains(place) || silent.contains(place)).copied().collect();
        rest.sort_unstable();
        if rest.is_empty() {
            return;
        }
        let classifier = Classifier::new(&self.compiled.document);
        for place in rest {
            let Some(definition) = self.compiled.document.definitions.get(place as usize) else { continue };
            let answer = if definition.id.contains(".unaffected:") {
                Answer::NotAffected(NotAffected::VendorSays(definition.metadata.title.to_string()))
            } else if !gives_findings(definition) {
                Answer::Unknown(Unknown::NotJudged("definitions of this class give no findings"))
            } else if silent.contains(&place) {
                Answer::Unknown(Unknown::NotJudged(SILENT))
            } else if definition.criteria.as_ref().is_some_and(|node| classifier.can_hold(node, 0)) {
                Answer::Unknown(Unknown::NotJudged(NO_VERSION))
            } else {
                Answer::NotAffected(NotAffected::NothingNamed)
            };
            out.push(Statement::of_source(answer, self.compiled.source, &self.compiled.meta, &definition.id));
        }
    }

    fn rule(&self, rule: &Rule, at: u32, gates: &[Gate], out: &mut Statements) {
        let document = &self.compiled.document;
        let Some(definition) = document.definitions.get(rule.definition as usize) else { return };
        let mut asked = HashSet::new();
        for name in names_of(document, rule) {
            // One line of kernel images has many names.
            if !asked.insert(naming::kept_as(name)) {
                continue;
            }
            let mut statement = self.base(rule, definition, name, gates);
            let mut instances = self.installed(name, rule.format);
            instances.retain(|(_, package)| self.compiled.means(rule, &package.name));
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

    /// The installed packages that the document means by a name.
    fn installed(&self, name: &str, format: PackageFormat) -> Vec<(usize, &Package)> {
        let by_name = self.by_name.get_or_init(|| {
            let mut all: HashMap<String, Vec<usize>> = HashMap::new();
            for (at, package) in self.asking.packages.iter().enumerate() {
                all.entry(self.compiled.asked_as(package).into_owned()).or_default().push(at);
            }
            all
        });
        let places = by_name.get(&*naming::kept_as(name)).map_or(&[][..], Vec::as_slice);
        let packages = places.iter().filter_map(|at| Some((*at, self.asking.packages.get(*at)?)));
        packages.filter(|(_, package)| package.format == format).collect()
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
        all.extend(self.stream_gate(rule));
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

    /// The minor stream that a definition is limited to.
    fn stream_gate(&self, rule: &Rule) -> Option<Gate> {
        let streams = &self.compiled.streams;
        let words = streams.words(rule.definition)?;
        let state = match streams.standing(rule.definition, self.asking.group()) {
            Standing::Within => GateState::Passed,
            Standing::NotTold => GateState::NotTold,
            Standing::Without => GateState::Closed,
        };
        Some(Gate { words, state })
    }

    fn instance(
        &self,
        rule: &Rule,
        at: u32,
        package: &Package,
        findings: &[Found],
        mut statement: Statement,
    ) -> Statement {
        let by = FoundBy::Definition { document: self.place, rule: at };
        let runs = findings.iter().any(|found| found.running && found.by == by);
        let older = runs.then(|| self.asking.replaced(package)).flatten();
        let judged = older.as_ref().unwrap_or(package);
        let compared = self.compiled.compared(judged);
        let seen = self.compiled.seen(judged);
        let judged = seen.as_ref().unwrap_or(judged);
        let (gates, group): (&[bool], _) = (&[], self.asking.os_group);
        let (compiled, place, context) = (self.compiled, self.place, self.asking.group());
        let asked = Asked { compiled, place, group, context, package: judged, gates };
        statement.package.clone_from(&package.name);
        statement.arch.clone_from(&package.arch);
        statement.installed = Some(package.version.clone());
        let blocked = statement.gates.iter().find(|gate| gate.state != GateState::Passed).map(refusal);
        statement.gates.extend(own_gates(&asked, rule));
        let is_older = asked.is_older(rule);
        statement.comparison = match &statement.fixed {
            None => format!("{compared} is installed; no version is fixed"),
            Some(fixed) => {
                let sign = if is_older { "<" } else { ">=" };
                let runs = if older.is_some() { "running " } else { "" };
                format!("{runs}{compared} {sign} {fixed}")
            }
        };
        statement.answer = match blocked.or_else(|| asked.refusal(rule, is_older)) {
            Some(answer) => answer,
            None => match self.asking.rules.harmless(package) {
                Some(reason) => Answer::NotAffected(reason),
                None => {
                    self.found((rule, at), package, findings, &mut statement).unwrap_or_else(|| {
                        match self.word(rule, package) {
                            Some(Word::NotAffected(word)) => {
                                Answer::NotAffected(NotAffected::VendorSays(word))
                            }
                            word => {
                                let word = word.map(Word::text).unwrap_or_default();
                                Answer::Unknown(Unknown::UnderInvestigation(word))
                            }
                        }
                    })
                }
            },
        };
        statement
    }

    /// What judging made of a rule that holds; `None` = nothing.
    fn found(
        &self,
        (rule, at): (&Rule, u32),
        package: &Package,
        findings: &[Found],
        statement: &mut Statement,
    ) -> Option<Answer> {
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
                statement.vendor_state = match rule.fix {
                    Fix::Version { .. } => Some(FIXABLE_WITH_PRO.to_owned()),
                    Fix::None => self.word(rule, package).map(Word::text),
                };
            }
            return Some(Answer::Affected(state));
        }
        let by = findings.iter().filter(of_subject).find_map(place_of);
        let by = self.compiled.rule(by?)?;
        let definition = self.compiled.document.definitions.get(by.definition as usize);
        let name = definition.map(|d| vendor::advisory(d).unwrap_or(&d.id)).unwrap_or_default();
        let fixed = fixed_of(by).map(|fixed| format!(" ({fixed})")).unwrap_or_default();
        Some(Answer::NotAffected(NotAffected::Superseded(format!("{name}{fixed}"))))
    }

    fn word(&self, rule: &Rule, package: &Package) -> Option<Word> {
        let definition = self.compiled.document.definitions.get(rule.definition as usize)?;
        let cves = self.compiled.cves.get(rule.definition as usize).map_or(&[][..], Vec::as_slice);
        let asked = cves.iter().find(|cve| self.asking.is(&cve.id)).map(|cve| &*cve.id);
        Some(self.compiled.word(definition, rule, (&package.name, self.asking.group()), asked))
    }

    /// The gates of the rules, each asked on its own: as judging asks them, and, where they are closed, whether they
    /// are so only because the host did not report the fact.
    fn gates(&self, wanted: BTreeSet<u32>) -> HashMap<u32, Vec<Gate>> {
        let compiled = self.compiled;
        let (group, packages) = gates::stand_in(self.asking.group(), &compiled.systems);
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
