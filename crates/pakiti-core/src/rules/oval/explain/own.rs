//! What a rule asks of the package itself: its maker, its version, its line.

use super::super::leaf::{self, Fix};
use super::super::signature::told;
use super::super::{Asked, Rule, holds, vendor};
use crate::package::{Package, PackageFormat};
use crate::rules::explain::{Answer, Gate, GateState, NotAffected, Unknown};

impl Asked<'_> {
    /// Is the version the only thing that can keep the rule from this package, and is it older than the fixed one?
    pub(super) fn is_older(&self, rule: &Rule) -> bool {
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
    pub(super) fn refusal(&self, rule: &Rule, is_older: bool) -> Option<Answer> {
        let document = &self.compiled.document;
        if !self.made_by_the_vendor(rule) {
            return Some(Answer::Unknown(Unknown::OtherMaker(told(self.package))));
        }
        if !is_older {
            return Some(Answer::NotAffected(NotAffected::Fixed));
        }
        if !self.is_of_flavour(rule) {
            let words = "the fix is of another flavour (ksplice, fips, kernel series)".to_owned();
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
pub(super) fn refusal(gate: &Gate) -> Answer {
    match gate.state {
        GateState::NotTold => Answer::Unknown(Unknown::NotReported(gate.words.clone())),
        _ => Answer::NotAffected(NotAffected::GateClosed(gate.words.clone())),
    }
}

/// The gates that are asked of the package itself.
pub(super) fn own_gates(asked: &Asked<'_>, rule: &Rule) -> Vec<Gate> {
    let mut gates = Vec::new();
    let key = asked.asks(rule).find_map(|test| leaf::key_of(&asked.compiled.document, test));
    if asked.package.format == PackageFormat::Rpm {
        gates.push(match asked.made_by_the_vendor(rule) {
            false => Gate::new(told(asked.package), false),
            true => Gate::new(asked.maker(key).gate(asked.package), true),
        });
    }
    if !asked.is_of_flavour(rule) {
        gates.push(Gate::new("the fix is of another flavour (ksplice, fips, kernel series)", false));
    }
    if asked.rebuilt() {
        gates.push(Gate::new("compared without dist tags: a rebuild has others", true));
    }
    if rule.kernel {
        gates.push(Gate::new("its test of the running kernel is answered by the installed images", true));
    }
    gates
}
