//! The rule index: what all active snapshots say, compiled so that one package is judged by one look-up.
//!
//! Built from repository contents by [`RuleIndex::build`]; judged by [`RuleIndex::judge_package`]. The rules
//! of the choice are apt's for deb packages (contract.md, "updates, apt"; vendor-rules.md, "Updates, equal to
//! apt") and dnf's for rpm packages (`rpm`). The OS-group gate comes before any rule (law 8).

mod build;
mod choice;
mod ere;
pub mod explain;
mod expression;
mod findings;
mod glob;
mod oval;
pub mod pin;
mod rpm;
mod set;
mod view;

use crate::advisory::Advisory;
use crate::arch::deb_arch;
use crate::context::GroupContext;
use crate::judgement::{Covered, Judgement, SourceId};
use crate::os_group::OsGroupId;
use crate::package::{Package, PackageFormat};
use crate::package_set::ContentHash;
use crate::repository::{SourceKind, SourceMeta};
use crate::version::{self, VersionKey};
pub use build::Active;
use choice::{Choice, Contender};
pub use findings::FindingSummary;
use oval::OvalIndex;
pub use oval::{NeedsSet, OvalRules, SILENT, asked_names, fingerprints, names_sources, oval_rules};
use rpm::RpmIndex;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, RwLock};
use view::View;

/// Views kept; above it they are made anew.
const MOST_VIEWS: usize = 4_096;

/// Bumped whenever any verdict can change for the same input; a golden test enforces it.
pub const EVALUATOR_VERSION: i64 = 4;

/// One active repository.
#[derive(Debug)]
pub struct Repository {
    /// The source it came from.
    pub source: SourceId,
    /// Its facts.
    pub meta: SourceMeta,
    /// A security suite of the same vendor and OS group is active: its packages count as judged.
    pub judged: bool,
    default_priority: i32,
}

impl Repository {
    /// The gate that a source limited to host groups puts before this host; none where it is not limited.
    fn group_gate(&self, context: &GroupContext) -> Option<String> {
        let passed: Vec<&str> =
            self.meta.host_groups.intersection(&context.host_groups).map(String::as_str).collect();
        (!passed.is_empty()).then(|| format!("host group {}", passed.join(", ")))
    }

    fn tells_security(&self) -> bool {
        self.meta.security || self.meta.errata
    }

    /// Whose packages a security source judges: those of its kind, OS group and origin.
    fn vendor(&self) -> (SourceKind, Option<OsGroupId>, String) {
        (self.meta.kind, self.meta.os_group.clone(), self.meta.origin.clone())
    }
}

/// One version one repository offers.
#[derive(Debug)]
struct Offer {
    version: Box<str>,
    key: VersionKey,
    arch: u16,
    component: u16,
    repository: u32,
    phased: Option<u8>,
    source_name: Option<Box<str>>,
}

/// All rules of one generation.
#[derive(Debug, Default)]
pub struct RuleIndex {
    /// The generation these rules are of.
    pub generation: i64,
    /// Active repositories.
    pub repositories: Vec<Repository>,
    offers: HashMap<Box<str>, Vec<Offer>>,
    words: Vec<Box<str>>,
    rpm: RpmIndex,
    oval: OvalIndex,
    named_for_the_report: bool,
    /// Source -> the snapshot it was built of; 0 = of none that is stored.
    snapshots: BTreeMap<SourceId, i64>,
    /// The host groups that an active source is limited to, or kept from.
    named_host_groups: BTreeSet<String>,
    /// What group contexts see, by their hash: computed from the rest, kept because a fleet has few of them.
    views: RwLock<HashMap<ContentHash, Arc<View>>>,
}

impl RuleIndex {
    /// The host groups that decide which sources speak: of a host's groups only these belong into its context.
    pub fn named_host_groups(&self) -> &BTreeSet<String> {
        &self.named_host_groups
    }

    /// Those of a host's groups that belong into its context.
    pub fn host_groups_of<'g>(&self, groups: impl Iterator<Item = &'g str>) -> BTreeSet<String> {
        match self.named_host_groups.is_empty() {
            true => BTreeSet::new(),
            false => groups.filter(|g| self.named_host_groups.contains(*g)).map(str::to_owned).collect(),
        }
    }

    /// The gate: does this repository speak for hosts of this OS group?
    pub fn speaks_for(&self, meta: &SourceMeta, os_group: Option<&OsGroupId>) -> bool {
        match (&meta.os_group, os_group) {
            (Some(repository), Some(host)) => repository == host || meta.further_groups.contains(host),
            _ => self.named_for_the_report,
        }
    }

    /// The advisory with this id, as an active repository tells it; its packages are left out.
    pub fn advisory(&self, id: &str) -> Option<&Advisory> {
        self.rpm.advisory(id)
    }

    /// Can the packages of an rpm host tell more of its group context than the host did?
    pub fn asks_the_set(&self) -> bool {
        !self.rpm.is_empty() || !self.oval.is_empty()
    }

    /// The full version of an rpm whose epoch is not known, if a repository offers just this build.
    pub fn indexed_rpm_version(&self, package: &Package) -> Option<&str> {
        let offers = self.rpm.offers.get(package.name.as_str())?;
        let bare = |version: &'_ str| version.split_once(':').map_or(version, |(_, bare)| bare).to_owned();
        let same =
            |offer: &&rpm::Offer| *offer.arch == *package.arch && bare(&offer.version) == package.version;
        offers.iter().filter(same).max_by(|a, b| a.key.cmp(&b.key)).map(|offer| &*offer.version)
    }

    /// Can this package tell more of a group context: a module stream, or a product?
    pub fn tells(&self, package: &Package) -> bool {
        package.format == PackageFormat::Rpm
            && (self.rpm.tells(package) || self.oval.is_product(&package.name))
    }

    /// The group context with the module streams and products that the installed packages tell; `None` = it is
    /// complete.
    /// contract.md "Reports": what the host states wins.
    pub fn complete<'p>(
        &self,
        context: &GroupContext,
        packages: impl Iterator<Item = &'p Package>,
    ) -> Option<GroupContext> {
        if !self.asks_the_set() {
            return None;
        }
        let packages: Vec<&Package> = packages.collect();
        let view = self.view(context);
        let told = self.rpm.told_streams(context, &view.modules, packages.iter().copied());
        let products: BTreeMap<String, String> = (packages.iter())
            .filter(|package| self.oval.is_product(&package.name))
            .map(|package| (package.name.clone(), package.version.clone()))
            .collect();
        if told.is_empty() && products.is_empty() {
            return None;
        }
        let mut completed = context.clone();
        completed.modules.extend(told.into_iter().map(|(name, stream)| (name, format!("{stream}:enabled"))));
        completed.products = products;
        Some(completed)
    }

    /// The rules as one group context sees them: what is asked for many packages is found once.
    pub fn for_group<'a>(&'a self, context: &'a GroupContext) -> GroupRules<'a> {
        GroupRules { index: self, context, view: self.view(context) }
    }

    /// Judges one package: a pure function of the rules, the group context and the package.
    pub fn judge_package(&self, context: &GroupContext, package: &Package) -> Judgement {
        self.for_group(context).judge(package)
    }

    fn judge_deb(&self, view: &View, context: &GroupContext, package: &Package) -> Judgement {
        let Some(offers) = self.offers.get(package.name.as_str()) else { return Judgement::default() };
        let native = deb_arch(&context.arch);
        let mut covered = Covered::default();
        let mut contenders = Vec::new();
        for offer in offers {
            let Some(repository) = self.repositories.get(offer.repository as usize) else { continue };
            let component = self.text(offer.component);
            if !view.hears_component(offer.repository, component) {
                continue;
            }
            let arch = self.text(offer.arch);
            if arch == package.arch {
                covered.in_repository = true;
                covered.judged |= view.judges(offer.repository, repository) && context.os_group.is_some();
            }
            if arch_fits(&package.arch, arch, native) {
                contenders.push(Contender { offer, repository, arch, component });
            }
        }
        // A version without an order is covered all the same, but nothing can be newer than it.
        let update = version::sort_key(PackageFormat::Deb, &package.version).ok().and_then(|installed| {
            Choice { context, package, native, installed: &installed }.update(contenders)
        });
        Judgement { update, covered, ..Judgement::default() }
    }

    /// What a group context sees.
    fn view(&self, context: &GroupContext) -> Arc<View> {
        let hash = context.hash();
        if let Ok(views) = self.views.read()
            && let Some(view) = views.get(&hash)
        {
            return view.clone();
        }
        let view = Arc::new(View::new(self, context));
        if let Ok(mut views) = self.views.write() {
            if views.len() >= MOST_VIEWS {
                views.clear();
            }
            views.insert(hash, view.clone());
        }
        view
    }

    fn text(&self, id: u16) -> &str {
        self.words.get(id as usize).map_or("", |w| w)
    }
}

/// The rule index as one group context sees it.
#[derive(Debug)]
pub struct GroupRules<'a> {
    index: &'a RuleIndex,
    context: &'a GroupContext,
    view: Arc<View>,
}

impl GroupRules<'_> {
    /// Judges one package.
    pub fn judge(&self, package: &Package) -> Judgement {
        let Self { index, context, view } = self;
        let mut judgement = match package.format {
            PackageFormat::Deb => index.judge_deb(view, context, package),
            PackageFormat::Rpm => rpm::judge(index, view, context, package),
            _ => Judgement::default(),
        };
        let (found, judged) = oval::found(&index.oval, view, context, package);
        judgement.findings.extend(found);
        judgement.covered.judged |= judged;
        self.weigh(package, &mut judgement.findings);
        judgement
    }
}

/// Contract: an installed `all` moves to the native architecture and back; a foreign build only to its own
/// architecture or `all`.
fn arch_fits(installed: &str, offered: &str, native: &str) -> bool {
    offered == installed || offered == "all" || (installed == "all" && offered == native)
}

#[cfg(test)]
mod tests;
