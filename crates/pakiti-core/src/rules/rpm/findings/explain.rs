//! What the advisories of yum repositories say of one subject, fix by fix.
//!
//! [`crate::rules::explain`] says what is asked and what the answers are.

use super::{Asked, Fix, is_of_vendor, severity, subject};
use crate::advisory::Advisory;
use crate::finding::FoundBy;
use crate::package::{Package, PackageFormat};
use crate::rules::explain::{
    Answer, Asking, Gate, MOST, NotAffected, Published, Statement, Statements, Unknown,
};
use crate::rules::rpm::order;
use crate::rules::{Repository, RuleIndex, oval};
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// Places of the advisories that are about a subject.
fn about(index: &RuleIndex, subject: &str) -> HashSet<u32> {
    let is = |text: &String| subject.eq_ignore_ascii_case(text);
    let advisories = index.rpm.advisories.iter().zip(0..);
    advisories.filter(|(a, _)| is(&a.id) || a.cves.iter().any(is)).map(|(_, place)| place).collect()
}

/// What all yum repositories say.
pub(in crate::rules) fn explain(asking: &Asking<'_>, out: &mut Statements) {
    let index = asking.index();
    let wanted = about(index, asking.subject);
    if wanted.is_empty() {
        return;
    }
    for (name, fixes) in &index.rpm.fixes {
        for (fix, at) in fixes.iter().zip(0..).filter(|(fix, _)| wanted.contains(&fix.advisory)) {
            let Some(repository) = index.repositories.get(fix.repository as usize) else { continue };
            let Some(advisory) = index.rpm.advisories.get(fix.advisory as usize) else { continue };
            if index.speaks_for(&repository.meta, Some(asking.os_group)) {
                Explained { asking, name, fix, at, repository, advisory }.explain(out);
            }
        }
    }
}

/// One fix that is asked.
struct Explained<'a> {
    asking: &'a Asking<'a>,
    name: &'a str,
    fix: &'a Fix,
    at: u32,
    repository: &'a Repository,
    advisory: &'a Advisory,
}

impl Explained<'_> {
    fn explain(&self, out: &mut Statements) {
        if !self.asking.view().hears(self.fix.repository) {
            let answer = Answer::Unknown(self.asking.silence(&self.repository.meta));
            let (source, meta) = (self.repository.source, &self.repository.meta);
            return out.push(Statement::of_source(answer, source, meta, ""));
        }
        let mut instances = self.asking.installed(self.name, PackageFormat::Rpm).peekable();
        if instances.peek().is_none() {
            let mut statement = self.base();
            statement.comparison = "not installed".to_owned();
            return out.push_absent(statement);
        }
        let fits = |package: &Package| {
            *self.fix.arch == *package.arch || &*self.fix.arch == "noarch" || package.arch == "noarch"
        };
        for (place, package) in instances.filter(|(_, package)| fits(package)).collect::<Vec<_>>() {
            if !out.is_full() {
                let statement = self.instance(place, package, out);
                out.push(statement);
            }
        }
    }

    fn base(&self) -> Statement {
        let (fix, meta) = (self.fix, &self.repository.meta);
        let mut gates = vec![Gate::new(format!("OS group {}", self.asking.os_group), true)];
        gates.extend(self.repository.group_gate(self.asking.group()).map(|words| Gate::new(words, true)));
        Statement {
            package: self.name.to_owned(),
            fixed: Some(fix.version.to_string()),
            severity: severity(self.advisory),
            criterion: vec![format!("{} is earlier than {}", self.name, fix.version)],
            gates,
            ..Statement::of_source(
                Answer::NotAffected(NotAffected::NotInstalled),
                self.repository.source,
                meta,
                &self.advisory.id,
            )
        }
    }

    fn instance(&self, place: usize, package: &Package, out: &mut Statements) -> Statement {
        let asking = self.asking;
        let asked = Asked { index: asking.index(), view: asking.view(), context: asking.group(), package };
        let mut statement = self.base();
        statement.arch.clone_from(&package.arch);
        statement.installed = Some(package.version.clone());
        let older = order(&package.version).is_some_and(|installed| installed < self.fix.key);
        let sign = if older { "<" } else { ">=" };
        statement.comparison = format!("{} {sign} {}", package.version, self.fix.version);
        let (own, stream) = (is_of_vendor(self.repository, package), asked.same_stream(self.fix));
        statement.gates.push(Gate::new(format!("architecture {}", self.fix.arch), true));
        let module = self
            .fix
            .module
            .as_deref()
            .map_or_else(|| "the module stream of the build".to_owned(), |module| format!("module {module}"));
        if self.fix.module.is_some() || !stream {
            statement.gates.push(Gate::new(&*module, stream));
        }
        let vendor = match package.vendor.as_str() {
            "" => "vendor not reported".to_owned(),
            vendor => format!("vendor {vendor}"),
        };
        statement.gates.push(Gate::new(&*vendor, own));
        statement.answer = if !asked.tells_security(self.fix) {
            Answer::NotAffected(NotAffected::NoSecurity)
        } else if !own {
            Answer::Unknown(Unknown::OtherMaker(vendor))
        } else if !stream {
            Answer::NotAffected(NotAffected::GateClosed(module))
        } else if !older {
            Answer::NotAffected(NotAffected::Fixed)
        } else if !oval::same_flavour(package, &self.fix.version) {
            let words = "the fix is of another flavour (ksplice, fips, kernel series)".to_owned();
            Answer::NotAffected(NotAffected::GateClosed(words))
        } else if let Some(reason) = asking.rules.harmless(package) {
            Answer::NotAffected(reason)
        } else {
            self.found(place, package, &mut statement, out)
        };
        statement
    }

    /// The fix concerns the package: what judging made of it.
    fn found(
        &self,
        place: usize,
        package: &Package,
        statement: &mut Statement,
        out: &mut Statements,
    ) -> Answer {
        let index = self.asking.index();
        let cves = &self.advisory.cves;
        let asked_cve = cves.iter().find(|cve| self.asking.is(cve));
        let mut newer = None;
        for found in out.findings(self.asking, place, package) {
            let FoundBy::Errata { fix } = found.by else { continue };
            let Some(subject) = subject(index, package, fix, found.cve) else { continue };
            let same = match asked_cve {
                Some(cve) => cve == subject,
                None => subject == self.advisory.id || cves.iter().any(|cve| cve == subject),
            };
            if same && fix == self.at {
                let (state, kernel) = self.asking.on_host(package, found);
                statement.gates.extend(kernel);
                return Answer::Affected(state);
            }
            newer = newer.or(same.then_some(fix));
        }
        let by = newer.and_then(|fix| index.rpm.fix(package, fix));
        let named = by.and_then(|by| {
            let advisory = index.rpm.advisories.get(by.advisory as usize)?;
            Some(format!("{} ({})", advisory.id, by.version))
        });
        Answer::NotAffected(NotAffected::Superseded(named.unwrap_or_else(|| "another advisory".to_owned())))
    }
}

/// What all yum repositories publish of a subject.
pub(in crate::rules) fn published(index: &RuleIndex, subject: &str) -> Vec<Published> {
    let wanted = about(index, subject);
    let mut by_fix: BTreeMap<(u32, u32, &str), BTreeSet<&str>> = BTreeMap::new();
    if !wanted.is_empty() {
        for (name, fixes) in &index.rpm.fixes {
            for fix in fixes.iter().filter(|fix| wanted.contains(&fix.advisory)) {
                by_fix.entry((fix.repository, fix.advisory, &fix.version)).or_default().insert(name);
            }
        }
    }
    let row = |((repository, advisory, fixed), packages): ((u32, u32, &str), BTreeSet<&str>)| {
        let meta = &index.repositories.get(repository as usize)?.meta;
        let advisory = index.rpm.advisories.get(advisory as usize)?;
        Some(Published {
            os_groups: meta.os_group.iter().chain(&meta.further_groups).cloned().collect(),
            source_name: meta.name.clone(),
            rule: advisory.id.clone(),
            advisory: None,
            fixed: Some(fixed.to_owned()),
            vendor_state: None,
            severity: severity(advisory),
            packages: packages.into_iter().map(str::to_owned).collect(),
            feed_date: meta.date,
        })
    };
    by_fix.into_iter().take(MOST).filter_map(row).collect()
}
