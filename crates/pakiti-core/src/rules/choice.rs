//! The choice of a candidate among the versions that repositories offer for one installed package.
//!
//! Rules: contract.md "updates, apt"; where it is silent apt 2.6.1 (`pkgPolicy::GetCandidateVer`). Equal content
//! gives an equal answer: neither the order of repositories nor their ids decide anything but `source` among
//! repositories that are alike in all else.

use super::expression::IndexFile;
use super::pin::{self, Pins};
use super::{Offer, Repository};
use crate::context::GroupContext;
use crate::judgement::{Update, UpdateKind, Why};
use crate::package::Package;
use crate::version::VersionKey;
use std::collections::BTreeSet;

/// apt's priority of the installed version.
const INSTALLED_PRIORITY: i32 = 100;
/// From this priority on apt takes a version even if it is a downgrade.
const FORCED_PRIORITY: i32 = 1000;

/// An offer that competes for being the candidate.
#[derive(Debug, Clone, Copy)]
pub(super) struct Contender<'a> {
    pub(super) offer: &'a Offer,
    pub(super) repository: &'a Repository,
    pub(super) arch: &'a str,
    pub(super) component: &'a str,
}

/// What is to be replaced, and where.
pub(super) struct Choice<'a> {
    pub(super) context: &'a GroupContext,
    pub(super) package: &'a Package,
    pub(super) native: &'a str,
    pub(super) installed: &'a VersionKey,
}

/// What apt calls a version: the offers of the same version and of the same kind of build (`all` or not).
struct Build<'a, 'o> {
    offers: &'a [Contender<'o>],
    key: &'a VersionKey,
    priority: i32,
}

impl Contender<'_> {
    fn is_security(&self) -> bool {
        self.repository.meta.security
    }

    /// `codename/component`, as contract.md names apt repositories.
    fn repository_name(&self) -> String {
        let suite = self.suite();
        if self.component.is_empty() { suite.to_owned() } else { format!("{suite}/{}", self.component) }
    }

    fn suite(&self) -> &str {
        let meta = &self.repository.meta;
        if meta.codename.is_empty() { &meta.suite } else { &meta.codename }
    }

    /// Everything but the version that tells two offers apart; the source's id comes last.
    fn place(&self) -> impl Ord {
        let meta = &self.repository.meta;
        let (phased, source_name) = (self.offer.phased, &self.offer.source_name);
        (
            (self.suite(), self.component, meta.origin.as_str(), meta.label.as_str(), meta.suite.as_str()),
            (meta.version.as_str(), meta.site.as_str(), self.arch, phased, self.offer.version.as_ref()),
            (source_name, self.repository.source),
        )
    }
}

impl Choice<'_> {
    /// The update that is due, if any.
    pub(super) fn update(&self, mut all: Vec<Contender<'_>>) -> Option<Update> {
        if !all.iter().any(|c| c.offer.key > *self.installed) {
            return None;
        }
        // Newest first; of equal versions first the builds for the installed architecture.
        all.sort_by(|a, b| {
            (b.offer.key.cmp(&a.offer.key))
                .then_with(|| self.is_other_kind(a).cmp(&self.is_other_kind(b)))
                .then_with(|| a.place().cmp(&b.place()))
        });
        let best = self.candidate(&all)?;
        let security = (all.iter())
            .filter(|c| c.offer.key > *self.installed && c.offer.key <= *best.key && c.is_security())
            .min_by(|a, b| a.offer.key.cmp(&b.offer.key).then_with(|| a.place().cmp(&b.place())));
        let first = best.offers.first()?;
        let repositories: BTreeSet<String> = best.offers.iter().map(Contender::repository_name).collect();
        Some(Update {
            candidate: first.offer.version.to_string(),
            candidate_arch: (first.arch != self.package.arch).then(|| first.arch.to_owned()),
            kind: if security.is_some() { UpdateKind::Security } else { UpdateKind::Bugfix },
            repositories: repositories.into_iter().collect(),
            advisories: Vec::new(),
            phased: phased(&best, &all, self.installed),
            reboot: false,
            source: first.repository.source,
            why: self.why(security.unwrap_or(first), best.priority),
        })
    }

    fn is_other_kind(&self, contender: &Contender<'_>) -> bool {
        (contender.arch == "all") != (self.package.arch == "all")
    }

    /// The build apt would install, if it is newer than the installed one. `all` is newest first.
    fn candidate<'a, 'o>(&self, all: &'a [Contender<'o>]) -> Option<Build<'a, 'o>> {
        let pins = Pins::read(&self.context.pins, &self.subject());
        let builds =
            all.chunk_by(|a, b| a.offer.key == b.offer.key && self.is_other_kind(a) == self.is_other_kind(b));
        let mut best: Option<Build<'a, 'o>> = None;
        let mut installed = self.priority(&pins, &[]);
        for offers in builds {
            let Some(first) = offers.first() else { continue };
            let (key, priority) = (&first.offer.key, self.priority(&pins, offers));
            let eligible = priority >= FORCED_PRIORITY || (priority > 0 && key >= self.installed);
            if self.is_installed(first) {
                installed = priority;
            } else if eligible && best.as_ref().is_none_or(|best| priority > best.priority) {
                best = Some(Build { offers, key, priority });
            }
        }
        best.filter(|best| best.key > self.installed && best.priority >= installed)
    }

    fn is_installed(&self, contender: &Contender<'_>) -> bool {
        contender.offer.key == *self.installed && !self.is_other_kind(contender)
    }

    fn subject(&self) -> pin::Subject<'_> {
        pin::Subject { name: &self.package.name, arch: &self.package.arch, native: self.native }
    }

    /// The priority of one build; without offers that of the installed one that nobody offers.
    fn priority(&self, pins: &Pins<'_>, offers: &[Contender<'_>]) -> i32 {
        let package = self.package;
        let indexes: Vec<(IndexFile<'_>, i32)> = offers.iter().flat_map(|c| self.indexes(c)).collect();
        let installed = offers.first().is_none_or(|first| self.is_installed(first));
        let of_files = indexes.iter().map(|(file, default)| pins.of_index(file, *default));
        let of_status = installed.then(|| pins.of_status_file(INSTALLED_PRIORITY));
        let of_files = of_files.chain(of_status).max().unwrap_or(pin::NEVER);
        let (text, source_name) = offers.first().map_or_else(
            || (package.version.as_str(), package.source_or_name()),
            |first| (&*first.offer.version, first.offer.source_name.as_deref().unwrap_or(&package.name)),
        );
        let version = pin::Version { text, source_name, installed };
        // A version that is nowhere but in indexes never to be used cannot be pinned back.
        let pinned = (of_files != pin::NEVER)
            .then(|| pins.of_version(&self.subject(), &version, indexes.iter().map(|(file, _)| file)));
        pinned.flatten().unwrap_or(of_files)
    }

    /// The index files that hold an offer, each with the priority it has where nothing is pinned.
    fn indexes<'o>(&'o self, c: &Contender<'o>) -> impl Iterator<Item = (IndexFile<'o>, i32)> {
        let (meta, component, own) = (&c.repository.meta, c.component, c.arch);
        let of_all = own == "all";
        let archs = std::iter::once(if of_all { self.native } else { own });
        let foreign = self.context.foreign_archs.iter().map(String::as_str).filter(move |_| of_all);
        let default = c.repository.default_priority;
        archs.chain(foreign).map(move |arch| (IndexFile { meta, component, arch }, default))
    }

    fn why(&self, proof: &Contender<'_>, priority: i32) -> Why {
        let suite = if proof.is_security() { "security suite" } else { "not a security suite" };
        let os_group = self.context.os_group.as_ref().map_or("not mapped", |g| &g.0);
        let version = &proof.offer.version;
        let mut gates = vec![format!("OS group {os_group}")];
        gates.extend(proof.repository.group_gate(self.context));
        gates.push(format!("architecture {}", proof.arch));
        gates.push(format!("priority {priority}"));
        Why {
            rule: format!("{} offers {version} ({suite})", proof.repository_name()),
            comparison: format!("{} < {version}", self.package.version),
            gates,
        }
    }
}

/// The percentage of a phased update. apt holds nothing back where a security suite has a version in between; that
/// the candidate itself is in one too changes nothing (vendor-rules.md, Ubuntu box; asked of apt 2.6.1).
fn phased(best: &Build<'_, '_>, all: &[Contender<'_>], installed: &VersionKey) -> Option<u8> {
    if all.iter().any(|c| c.is_security() && c.offer.key > *installed && c.offer.key < *best.key) {
        return None;
    }
    best.offers.iter().filter_map(|c| c.offer.phased).filter(|&p| p < 100).max()
}
