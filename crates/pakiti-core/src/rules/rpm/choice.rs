//! The candidate for one installed rpm, its kind, and what would replace it under another name.
//!
//! Rules: contract.md "updates, dnf"; vendor-rules.md "Updates, equal to dnf 4": excludes, then modules, then the
//! best priority of the name, then the newest version. That only the newest of several installed instances has
//! an update is a rule of the whole set ([`crate::judge::superseded`]).

use super::modules::Membership;
use super::{Fix, Obsoleter, Offer, excludes, findings, order};
use crate::arch::rpm_accepts;
use crate::context::GroupContext;
use crate::judgement::{Covered, Judgement, Replacement, Update, UpdateKind, Why};
use crate::package::Package;
use crate::repository::Relation;
use crate::rules::view::View;
use crate::rules::{Repository, RuleIndex};
use crate::version::VersionKey;
use std::collections::{BTreeMap, BTreeSet};

/// Judges one rpm.
pub(in super::super) fn judge(
    index: &RuleIndex,
    view: &View,
    context: &GroupContext,
    package: &Package,
) -> Judgement {
    let choice = Choice { index, view, context, package };
    let offers = index.rpm.offers.get(package.name.as_str()).map_or(&[][..], Vec::as_slice);
    let covered = choice.covered(offers);
    // A version without an order is covered all the same, but nothing can be newer than it.
    let Some(installed) = order(&package.version) else {
        return Judgement { covered, ..Judgement::default() };
    };
    let mut updates =
        choice.candidates(offers, &installed).into_iter().map(|best| choice.update(offers, best, &installed));
    let update = updates.next();
    let further = updates.collect();
    let findings = findings::found(index, view, context, package, &installed);
    Judgement { update, covered, further, replaced_by: choice.replacements(&installed), findings }
}

/// What is to be replaced, and where.
struct Choice<'a> {
    index: &'a RuleIndex,
    view: &'a View,
    context: &'a GroupContext,
    package: &'a Package,
}

impl<'a> Choice<'a> {
    fn repository(&self, place: u32) -> Option<&'a Repository> {
        self.index.repositories.get(place as usize).filter(|_| self.view.hears(place))
    }

    fn covered(&self, offers: &[Offer]) -> Covered {
        let mut covered = Covered::default();
        for offer in offers.iter().filter(|offer| *offer.arch == *self.package.arch) {
            if let Some(repository) = self.repository(offer.repository) {
                covered.in_repository = true;
                let judged = self.view.judges(offer.repository, repository);
                covered.judged |= judged && self.context.os_group.is_some();
            }
        }
        covered
    }

    /// The versions that dnf would take, one per architecture that fits, the best first.
    fn candidates(&self, offers: &'a [Offer], installed: &VersionKey) -> Vec<&'a Offer> {
        // Cheap first: most packages are up to date.
        if !offers.iter().any(|offer| offer.key > *installed) {
            return Vec::new();
        }
        let visible: Vec<(&Offer, i32)> = offers
            .iter()
            .filter_map(|offer| Some((offer, self.visible(&self.package.name, offer)?)))
            .collect();
        let priority = visible.iter().map(|(_, priority)| *priority).min();
        let mut found: Vec<&Offer> = (visible.into_iter())
            .filter(|(offer, of)| Some(*of) == priority && self.may_replace(offer) && offer.key > *installed)
            .map(|(offer, _)| offer)
            .collect();
        found.sort_by(|a, b| self.rank(b).cmp(&self.rank(a)));
        let mut archs = BTreeSet::new();
        found.retain(|offer| archs.insert(&offer.arch));
        found
    }

    /// The newest; of equals the installed architecture, then the first repository by name.
    fn rank<'o>(&self, offer: &'o Offer) -> impl Ord + 'o {
        let same = *offer.arch == *self.package.arch;
        let repository = self.index.repositories.get(offer.repository as usize);
        let place = repository.map(|r| (r.meta.name.clone(), r.source));
        (offer.key.clone(), same, std::cmp::Reverse(place), offer.arch.clone())
    }

    /// The same architecture, or a change between `noarch` and another.
    fn may_replace(&self, offer: &Offer) -> bool {
        let installed = self.package.arch.as_str();
        *offer.arch == *installed || &*offer.arch == "noarch" || installed == "noarch"
    }

    /// The priority of an offer that dnf sees; `None` = it does not see it.
    fn visible(&self, name: &str, offer: &Offer) -> Option<i32> {
        let repository = self.repository(offer.repository)?;
        if !rpm_accepts(&self.context.arch, &offer.arch) || self.excluded(name, offer, repository) {
            return None;
        }
        if !repository.meta.module_hotfixes && !self.passes_modules(name, offer) {
            return None;
        }
        Some(repository.default_priority)
    }

    fn excluded(&self, name: &str, offer: &Offer, repository: &Repository) -> bool {
        let own = self.context.excludes.iter().map(String::as_str);
        let all = repository.meta.excludes.iter().map(String::as_str).chain(own);
        excludes::is_excluded(all, (name, &offer.version, &offer.arch))
    }

    fn passes_modules(&self, name: &str, offer: &Offer) -> bool {
        let modules = &self.view.modules;
        match modules.membership(&offer.streams) {
            Membership::Active(_) => true,
            Membership::Inactive => false,
            Membership::None => {
                let hidden = modules.hides(name) || offer.provides.iter().any(|name| modules.hides(name));
                !hidden && !self.keeps_its_module(name)
            }
        }
    }

    /// dnf's fail-safe: a modular package whose stream nobody describes is never replaced by a build of no
    /// described stream. A host keeps a copy of what it enabled, so dnf says so there too.
    fn keeps_its_module(&self, name: &str) -> bool {
        let mut label = self.package.module.splitn(3, ':');
        let (Some(module), Some(stream)) = (label.next(), label.next()) else { return false };
        name == self.package.name
            && !self.view.modules.is_known(&self.index.rpm, &format!("{module}:{stream}"))
    }

    fn update(&self, offers: &[Offer], best: &Offer, installed: &VersionKey) -> Update {
        let offering = offers.iter().filter(|offer| {
            offer.key == best.key
                && offer.arch == best.arch
                && self.visible(&self.package.name, offer).is_some()
        });
        let repositories: BTreeSet<String> =
            offering.filter_map(|offer| Some(self.repository(offer.repository)?.meta.name.clone())).collect();
        let fixes = self.fixes(best, installed);
        let security = self.security_offer(offers, best, installed);
        let strongest = fixes.iter().filter_map(|fix| self.kind(fix)).min();
        let kind = match security {
            Some(_) => UpdateKind::Security,
            None => strongest.unwrap_or(UpdateKind::Unknown),
        };
        let ids = fixes.iter().filter_map(|fix| self.index.rpm.advisories.get(fix.advisory as usize));
        let ids: BTreeSet<&str> = ids.map(|advisory| advisory.id.as_str()).collect();
        let proof = fixes.iter().find(|fix| self.kind(fix) == Some(kind));
        Update {
            candidate: best.version.to_string(),
            candidate_arch: (*best.arch != *self.package.arch).then(|| best.arch.to_string()),
            kind,
            repositories: repositories.into_iter().collect(),
            advisories: ids.into_iter().map(str::to_owned).collect(),
            phased: None,
            reboot: fixes.iter().any(|fix| fix.reboot),
            source: self.repository(best.repository).map_or(0, |repository| repository.source),
            why: self.why(best, proof.copied(), security),
        }
    }

    fn kind(&self, fix: &Fix) -> Option<UpdateKind> {
        Some(self.index.rpm.advisories.get(fix.advisory as usize)?.kind)
    }

    /// The fixes above the installed version and not above the candidate, oldest first.
    fn fixes(&self, best: &Offer, installed: &VersionKey) -> Vec<&'a Fix> {
        let fixes = self.index.rpm.fixes.get(self.package.name.as_str()).map_or(&[][..], Vec::as_slice);
        let named = |fix: &&Fix| *fix.arch == *self.package.arch || &*fix.arch == "noarch";
        let modules = &self.view.modules;
        let enabled = |fix: &&Fix| fix.module.as_deref().is_none_or(|m| modules.applies(&self.index.rpm, m));
        let mut found: Vec<&Fix> = (fixes.iter())
            .filter(|fix| fix.key > *installed && fix.key <= best.key)
            .filter(|fix| self.view.hears(fix.repository))
            .filter(named)
            .filter(enabled)
            .collect();
        let id = |fix: &Fix| self.index.rpm.advisories.get(fix.advisory as usize).map(|a| a.id.as_str());
        found.sort_by(|a, b| (&a.key, id(a)).cmp(&(&b.key, id(b))));
        found
    }

    /// A version in the range from a repository of which every package is a security fix.
    fn security_offer(&self, offers: &'a [Offer], best: &Offer, installed: &VersionKey) -> Option<&'a Offer> {
        let secure = |offer: &&Offer| self.repository(offer.repository).is_some_and(|r| r.meta.security);
        (offers.iter())
            .filter(|offer| offer.key > *installed && offer.key <= best.key && self.may_replace(offer))
            .filter(secure)
            .filter(|offer| self.visible(&self.package.name, offer).is_some())
            .min_by(|a, b| self.rank(a).cmp(&self.rank(b)))
    }

    fn why(&self, best: &Offer, fix: Option<&Fix>, security: Option<&Offer>) -> Why {
        let proof = security.unwrap_or(best);
        let repository = self.repository(proof.repository);
        let name = repository.map_or("", |repository| &repository.meta.name);
        let advisory = fix.and_then(|fix| Some((fix, self.index.rpm.advisories.get(fix.advisory as usize)?)));
        let (rule, fixed) = match (security, advisory) {
            (None, Some((fix, advisory))) => {
                let kind = advisory.kind.word();
                (format!("{} ({kind}) is fixed in {}", advisory.id, fix.version), &fix.version)
            }
            (Some(_), _) => {
                (format!("{name} offers {} (security repository)", proof.version), &proof.version)
            }
            (None, None) => {
                (format!("{name} offers {} (no advisory says why)", proof.version), &proof.version)
            }
        };
        let os_group = self.context.os_group.as_ref().map_or("not mapped", |group| &group.0);
        let mut gates = vec![format!("OS group {os_group}")];
        gates.extend(repository.and_then(|repository| repository.group_gate(self.context)));
        gates.push(format!("architecture {}", best.arch));
        if let Membership::Active(at) = self.view.modules.membership(&best.streams)
            && let Some(stream) = self.index.rpm.streams.get(at as usize)
        {
            gates.push(format!("module {}:{}", stream.name, stream.stream));
        }
        if let Some(priority) = repository.map(|repository| repository.default_priority) {
            gates.push(format!("priority {priority}"));
        }
        Why { rule, comparison: format!("{} < {fixed}", self.package.version), gates }
    }

    /// The builds that obsolete this one, those of the best priority of their name; a package may obsolete older
    /// versions of itself.
    fn replacements(&self, installed: &VersionKey) -> Vec<Replacement> {
        let Some(obsoleters) = self.index.rpm.obsoleters.get(self.package.name.as_str()) else {
            return Vec::new();
        };
        let mut found: BTreeMap<&str, Vec<&Offer>> = BTreeMap::new();
        for obsoleter in obsoleters.iter().filter(|o| matches(o, &self.package.version, installed)) {
            let offers = self.index.rpm.offers.get(&*obsoleter.name);
            found
                .entry(&obsoleter.name)
                .or_default()
                .extend(offers.and_then(|o| o.get(obsoleter.offer as usize)));
        }
        let mut rows = Vec::new();
        for (name, mut builds) in found {
            let best = self.best_priority(name);
            builds.retain(|offer| self.visible(name, offer).is_some_and(|priority| Some(priority) == best));
            builds.sort_by(|a, b| a.key.cmp(&b.key));
            builds.dedup_by(|a, b| a.key == b.key);
            let row =
                |offer: &Offer| Replacement { by: name.to_owned(), candidate: offer.version.to_string() };
            rows.extend(builds.into_iter().map(row));
        }
        rows
    }

    fn best_priority(&self, name: &str) -> Option<i32> {
        self.index.rpm.offers.get(name)?.iter().filter_map(|offer| self.visible(name, offer)).min()
    }
}

fn matches(obsoleter: &Obsoleter, version: &str, installed: &VersionKey) -> bool {
    let Some(bound) = &obsoleter.bound else { return true };
    let without_release = || order(version.rsplit_once('-').map_or(version, |(upstream, _)| upstream));
    let installed = match bound.has_release {
        true => Some(installed.clone()),
        false => without_release(),
    };
    installed.is_some_and(|installed| match bound.relation {
        Relation::Less => installed < bound.key,
        Relation::LessOrEqual => installed <= bound.key,
        Relation::Equal => installed == bound.key,
        Relation::GreaterOrEqual => installed >= bound.key,
        Relation::Greater => installed > bound.key,
    })
}
