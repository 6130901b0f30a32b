//! What definitions about whole package sets say: one statement for each package that they may blame.

use super::{Explained, fixed_of, names_of, own_gates};
use crate::kernel::{self, KernelPart};
use crate::oval::Outcome;
use crate::oval::model::{Definition, Place};
use crate::package::Package;
use crate::rules::explain::{Answer, NotAffected, Statement, Statements, Unknown};
use crate::rules::oval::compile::Rule;
use crate::rules::oval::leaf::Fix;
use crate::rules::oval::whole::Set;
use crate::rules::oval::{Asked, holds};
use crate::version;
use std::collections::{BTreeMap, BTreeSet};

/// Why nobody can say whether a definition about whole package sets holds.
const NOT_TOLD: &str = "its criteria are about the whole package set and ask for what is not reported";
/// Why a definition that holds blames nobody.
const NOBODY: &str = "its criteria hold, and name no installed package";

impl Explained<'_> {
    /// The definitions among those of these rules that only the whole set answers.
    pub(super) fn of_sets(&self, rules: &[(&Rule, u32)], out: &mut Statements) {
        let mut by_definition: BTreeMap<Place, Vec<(&Rule, u32)>> = BTreeMap::new();
        for (rule, at) in rules.iter().filter(|(rule, _)| rule.is_of_set()) {
            by_definition.entry(rule.definition).or_default().push((rule, *at));
        }
        if by_definition.is_empty() {
            return;
        }
        let packages: Vec<&Package> = self.asking.packages.iter().collect();
        let set = Set {
            compiled: self.compiled,
            place: self.place,
            group: self.asking.group(),
            own: self.asking.os_group,
            view: self.asking.view(),
            packages: &packages,
        };
        for (place, mut rules) in by_definition {
            // What tells a fixed version says most of a package.
            rules.sort_by_key(|(rule, at)| (rule.fix == Fix::None, *at));
            let Some(definition) = self.compiled.document.definitions.get(place as usize) else { continue };
            self.of_set(&set, definition, (place, &rules), out);
            if out.is_full() {
                return;
            }
        }
    }

    fn of_set(
        &self,
        set: &Set<'_>,
        definition: &Definition,
        (place, rules): (Place, &[(&Rule, u32)]),
        out: &mut Statements,
    ) {
        let outcome = set.outcome(self.asking.context, place);
        let document = &self.compiled.document;
        let mut of_package: BTreeMap<usize, Vec<(&Rule, u32)>> = BTreeMap::new();
        let mut absent: BTreeSet<&str> = BTreeSet::new();
        for (rule, at) in rules {
            let places = if rule.is_of_running_kernel(document) {
                set.running_images(self.asking.context)
            } else {
                let names = names_of(document, rule);
                absent.extend(&names);
                let matching = |name: &str| match names.is_empty() {
                    true => self.matches(rule, name),
                    false => names.contains(&name),
                };
                let packages = self.asking.packages.iter().enumerate();
                let own = packages.filter(|(_, package)| package.format == rule.format);
                own.filter(|(_, package)| matching(&package.name)).map(|(at, _)| at).collect()
            };
            places.into_iter().for_each(|place| of_package.entry(place).or_default().push((rule, *at)));
        }
        let nobody = of_package.is_empty();
        for (place, rules) in of_package {
            let Some(package) = self.asking.packages.get(place) else { continue };
            absent.remove(package.name.as_str());
            if out.is_full() {
                return;
            }
            let findings = out.findings(self.asking, place, package).to_vec();
            let answers = |(rule, at): &(&Rule, u32)| {
                let mut statement = self.about(rule, definition, package);
                let answer = self.found((rule, *at), package, &findings, &mut statement)?;
                Some(Statement { answer, ..statement })
            };
            let told: Vec<Statement> = rules.iter().filter_map(answers).collect();
            let affected = told.iter().find(|statement| matches!(statement.answer, Answer::Affected(_)));
            let first = rules.first().map(|(rule, _)| self.about(rule, definition, package));
            let Some(mut statement) = affected.or(told.first()).cloned().or(first) else { continue };
            if told.is_empty() {
                statement.answer = not_found(outcome, package);
            }
            out.push(statement);
        }
        for name in absent {
            let rule = rules.iter().find(|(rule, _)| names_of(document, rule).contains(&name));
            let Some((rule, _)) = rule else { continue };
            let mut statement = self.base(rule, definition, name, &[]);
            statement.comparison = "not installed".to_owned();
            out.push_absent(statement);
        }
        if nobody && rules.iter().any(|(rule, _)| names_of(document, rule).is_empty()) {
            let answer = match outcome {
                Outcome::False => Answer::NotAffected(NotAffected::NotOfSet),
                Outcome::True => Answer::Unknown(Unknown::NotJudged(NOBODY)),
                _ => Answer::Unknown(Unknown::NotJudged(NOT_TOLD)),
            };
            let (source, meta) = (self.compiled.source, &self.compiled.meta);
            out.push(Statement::of_source(answer, source, meta, &definition.id));
        }
    }

    /// May a test by patterns mean a package of this name?
    fn matches(&self, rule: &Rule, name: &str) -> bool {
        let whole = self.compiled.rules.whole.iter().find(|whole| whole.definition == rule.definition);
        whole.is_some_and(|whole| whole.names.as_ref().is_none_or(|blamed| blamed.contain(name)))
    }

    /// What a rule says of an installed package, but for the answer.
    fn about(&self, rule: &Rule, definition: &Definition, package: &Package) -> Statement {
        let mut statement = self.base(rule, definition, &package.name, &[]);
        let (compiled, place, context) = (self.compiled, self.place, self.asking.group());
        let asked = Asked { compiled, place, group: self.asking.os_group, context, package, gates: &[] };
        statement.gates.extend(own_gates(&asked, rule));
        statement.arch.clone_from(&package.arch);
        statement.installed = Some(package.version.clone());
        statement.comparison = match (&rule.fix, fixed_of(rule)) {
            (Fix::Version { key, .. }, Some(fixed)) => {
                let own = version::sort_key(package.format, &package.version);
                let sign = if own.is_ok_and(|own| own < *key) { "<" } else { ">=" };
                format!("{} {sign} {fixed}", package.version)
            }
            _ if holds(&compiled.document, rule.test, package, asked.rebuilt()) => {
                format!("{} is installed; no version is fixed", package.version)
            }
            _ => format!("{} is installed", package.version),
        };
        statement
    }
}

/// The answer for a package in which a definition about the whole set finds nothing.
fn not_found(outcome: Outcome, package: &Package) -> Answer {
    match outcome {
        _ if kernel::part(package) == Some(KernelPart::Auxiliary) => {
            Answer::NotAffected(NotAffected::Auxiliary)
        }
        Outcome::True | Outcome::False => Answer::NotAffected(NotAffected::NotOfSet),
        _ => Answer::Unknown(Unknown::NotJudged(NOT_TOLD)),
    }
}
