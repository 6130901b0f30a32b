//! One package, asked of one document.
//!
//! oval-semantics.md 7; vendor-rules.md, general gates: maker, line of builds, what the vendor says of it.

use super::Compiled;
use super::compile::Rule;
use super::leaf::{self, Fix, holds};
use super::signature::{Maker, maker};
use super::vendor::{self, Word};
use crate::context::GroupContext;
use crate::finding::{FindingState, Found, FoundBy};
use crate::os_group::OsGroupId;
use crate::oval::model::{Definition, Place};
use crate::package::Package;
use crate::rules::rpm::NO_CVE;
use std::collections::BTreeMap;

/// One package asked of one document.
pub(super) struct Asked<'a> {
    pub(super) compiled: &'a Compiled,
    pub(super) place: u32,
    pub(super) group: &'a OsGroupId,
    pub(super) context: &'a GroupContext,
    pub(super) package: &'a Package,
    pub(super) gates: &'a [bool],
}

impl<'a> Asked<'a> {
    /// Does the document speak for the package? Where its rules of that name say by which key it is signed, they are
    /// asked: the key says more than the vendor.
    pub(super) fn is_judged(&self, named: &[u32]) -> bool {
        let Compiled { meta, rules, streams, by_source, .. } = self.compiled;
        let of_format = |rule: &&Rule| rule.format == self.package.format;
        let of_name = || named.iter().filter_map(|place| self.compiled.rule(*place)).filter(of_format);
        // A source package that is not told cannot be looked for.
        let unseen = *by_source && self.package.source_name.is_empty();
        let whole = (meta.complete && !unseen) || rules.set_names.spell(&self.package.name);
        let speaks = (whole && streams.any_for(self.context))
            || of_name().any(|rule| streams.speak_for(rule.definition, self.context));
        speaks
            && match named {
                [] => self.maker(None) != Maker::Foreign,
                _ => of_name().any(|rule| self.made_by_the_vendor(rule)),
            }
    }

    pub(super) fn found(&self, named: &[u32], findings: &mut Vec<Found>) {
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
    pub(super) fn holds(&self, rule: &Rule) -> bool {
        rule.format == self.package.format
            && self.gates.get(rule.gates as usize).copied().unwrap_or(false)
            && self.compiled.speaks_for(rule.definition, self.group)
            && self.compiled.streams.speak_for(rule.definition, self.context)
            && self.is_of_flavour(rule)
            && self.compiled.means(rule, &self.package.name)
            && self.asks(rule).all(|test| self.test(test))
            && self.made_by_the_vendor(rule)
    }

    /// The tests of a rule.
    pub(super) fn asks<'r>(&self, rule: &'r Rule) -> impl Iterator<Item = Place> + 'r {
        std::iter::once(rule.test).chain(rule.same.iter().copied())
    }

    pub(super) fn is_of_flavour(&self, rule: &Rule) -> bool {
        match &rule.fix {
            Fix::Version { version, .. } => leaf::same_flavour(self.package, version),
            Fix::None => true,
        }
    }

    pub(super) fn test(&self, test: Place) -> bool {
        holds(&self.compiled.document, test, self.package, self.rebuilt())
    }

    /// A package of another vendor is no package of the definition's, signed or not. The key says more than the
    /// vendor's name.
    pub(super) fn made_by_the_vendor(&self, rule: &Rule) -> bool {
        let mut keys =
            self.asks(rule).filter_map(|test| leaf::key_of(&self.compiled.document, test)).peekable();
        if keys.peek().is_none() {
            return self.maker(None) != Maker::Foreign;
        }
        keys.all(|key| self.maker(Some(key)) != Maker::Foreign)
    }

    pub(super) fn maker(&self, key: Option<&str>) -> Maker {
        // An administrator's own rule means whatever is installed under the name.
        if self.compiled.meta.any_maker {
            return Maker::Named;
        }
        maker(self.package, self.group, key.filter(|_| !self.compiled.is_foreign(self.group)))
    }

    /// CentOS rebuilds are compared without their dist tags (vendor-rules.md, CentOS Linux).
    pub(super) fn rebuilt(&self) -> bool {
        self.group.0.starts_with("centos-") && self.compiled.is_foreign(self.group)
    }

    /// One finding per CVE of the definition, or one for the advisory.
    pub(super) fn of_rule(&self, place: u32, rule: &Rule) -> Vec<(&'a str, Found)> {
        let compiled = self.compiled;
        let Some(definition) = compiled.document.definitions.get(rule.definition as usize) else {
            return Vec::new();
        };
        if rule.fix == Fix::None && !self.is_vulnerable(definition, rule) {
            return Vec::new();
        }
        let state = match rule.fix {
            Fix::Version { .. } if !self.needs_pro(rule) => FindingState::Fixable,
            _ => FindingState::Unfixed,
        };
        let cves = compiled.cves.get(rule.definition as usize).map_or(&[][..], Vec::as_slice);
        let by = FoundBy::Definition { document: self.place, rule: place };
        let found = |cve: u32| {
            let of = cves.get(cve as usize);
            let (severity, _) = vendor::severity(definition, of, cves.len() < 2);
            Found { by, cve, state, severity, running: false, counted: true }
        };
        if cves.is_empty() {
            let subject = vendor::advisory(definition).unwrap_or(&definition.id);
            return vec![(subject, found(NO_CVE))];
        }
        let told = compiled.cves_of(rule).into_iter();
        told.filter_map(|at| Some((&*cves.get(at as usize)?.id, found(at)))).collect()
    }

    /// Does the vendor say of a package without a fix that it is vulnerable? Comments never say otherwise.
    pub(super) fn is_vulnerable(&self, definition: &Definition, rule: &Rule) -> bool {
        let word =
            vendor::word(definition, &self.package.name, "", &self.compiled.modules_of(rule, self.context));
        matches!(word, Word::Unfixed(_))
    }

    /// Is the fix for subscribers of Ubuntu Pro only, of which the host is none?
    pub(super) fn needs_pro(&self, rule: &Rule) -> bool {
        rule.pro.is_some_and(|pro| !pro.is_for(self.context, self.package))
    }
}

/// Of two fixes for one CVE the newer closes both; a fix stands before none.
pub(super) fn outdoes(new: &Fix, old: &Fix) -> bool {
    match (new.key(), old.key()) {
        (Some(new), Some(old)) => new > old,
        (Some(_), None) => true,
        (None, _) => false,
    }
}
