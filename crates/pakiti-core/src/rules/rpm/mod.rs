//! The rpm side of the rule index: offers, errata, obsoletes and module streams of yum repositories.
//!
//! Rules: contract.md "updates, dnf"; vendor-rules.md "Updates, equal to dnf 4". [`choice`] finds the candidate
//! and its kind, [`modules`] which streams are active, [`excludes`] what is no candidate.

mod choice;
mod excludes;
pub(super) mod findings;
pub(super) mod modules;

pub(super) use choice::judge;
pub(super) use findings::NO_CVE;

use crate::advisory::Advisory;
use crate::module::ModuleStream;
use crate::package::{Package, PackageFormat};
use crate::repository::{Dependency, IndexedPackage, Relation, SnapshotContent};
use crate::version::{self, VersionKey};
use std::collections::{BTreeMap, HashMap, HashSet};

/// dnf's priority of a repository that names none; the lower wins.
pub(super) const DEFAULT_PRIORITY: i32 = 99;

/// One build that a repository offers.
#[derive(Debug)]
pub(super) struct Offer {
    pub(super) version: Box<str>,
    pub(super) key: VersionKey,
    pub(super) arch: Box<str>,
    pub(super) repository: u32,
    /// Places in [`RpmIndex::streams`] of the module builds it belongs to.
    pub(super) streams: Box<[u32]>,
    pub(super) provides: Box<[Box<str>]>,
}

/// One build that an advisory names as the fixed one.
#[derive(Debug)]
pub(super) struct Fix {
    pub(super) version: Box<str>,
    pub(super) key: VersionKey,
    pub(super) arch: Box<str>,
    /// Place in [`RpmIndex::advisories`].
    pub(super) advisory: u32,
    pub(super) repository: u32,
    /// `name:stream[:context]`
    pub(super) module: Option<Box<str>>,
    pub(super) reboot: bool,
}

/// A build that replaces packages of another name.
#[derive(Debug)]
pub(super) struct Obsoleter {
    pub(super) name: Box<str>,
    /// Place in the offers of that name.
    pub(super) offer: u32,
    pub(super) bound: Option<Bound>,
}

/// A bound on the versions that are replaced.
#[derive(Debug)]
pub(super) struct Bound {
    pub(super) relation: Relation,
    pub(super) key: VersionKey,
    /// Without one, rpm leaves the release of the other side out too.
    pub(super) has_release: bool,
}

/// One build of a module stream.
#[derive(Debug)]
pub(super) struct Stream {
    pub(super) name: Box<str>,
    pub(super) stream: Box<str>,
    pub(super) context: Box<str>,
    pub(super) repository: u32,
    pub(super) requires: Vec<BTreeMap<String, Vec<String>>>,
    /// Names of its packages, sorted.
    pub(super) names: Vec<Box<str>>,
}

/// What all active yum repositories say.
#[derive(Debug, Default)]
pub(super) struct RpmIndex {
    pub(super) offers: HashMap<Box<str>, Vec<Offer>>,
    pub(super) obsoleters: HashMap<Box<str>, Vec<Obsoleter>>,
    pub(super) fixes: HashMap<Box<str>, Vec<Fix>>,
    /// Without their packages, which are [`RpmIndex::fixes`].
    pub(super) advisories: Vec<Advisory>,
    /// Advisory id -> its first place in `advisories`.
    advisory_places: HashMap<Box<str>, u32>,
    pub(super) streams: Vec<Stream>,
    /// (repository, module) -> default stream.
    pub(super) defaults: BTreeMap<(u32, String), String>,
    /// `name\0version\0arch` -> places in `streams`.
    builds: HashMap<Box<str>, Vec<u32>>,
    /// Names of all modular packages.
    modular_names: HashSet<Box<str>>,
}

impl RpmIndex {
    /// Adds what one repository says. Versions that have no order were dropped by the formats.
    pub(super) fn add(&mut self, repository: u32, content: SnapshotContent) {
        let SnapshotContent { packages, advisories, modules, meta: _, definitions: _ } = content;
        for stream in modules.streams {
            self.add_stream(repository, stream);
        }
        let defaults = modules.defaults.into_iter();
        self.defaults.extend(defaults.map(|(module, stream)| ((repository, module), stream)));
        for package in packages {
            self.add_offer(repository, package);
        }
        for advisory in advisories {
            self.add_advisory(repository, advisory);
        }
    }

    /// Is there no yum repository?
    pub(super) fn is_empty(&self) -> bool {
        self.offers.is_empty() && self.fixes.is_empty() && self.streams.is_empty()
    }

    /// Tells every offer its module builds: they may stand in another repository than the package.
    pub(super) fn finish(&mut self) {
        let builds = &self.builds;
        for (name, offers) in &mut self.offers {
            if !self.modular_names.contains(name) {
                continue;
            }
            for offer in offers {
                if let Some(streams) = builds.get(build_key(name, &offer.version, &offer.arch).as_str()) {
                    offer.streams = streams.clone().into_boxed_slice();
                }
            }
        }
    }

    /// The advisory with this id, without its packages.
    pub(super) fn advisory(&self, id: &str) -> Option<&Advisory> {
        self.advisories.get(*self.advisory_places.get(id)? as usize)
    }

    /// A fix by its place among those of the package's name.
    pub(super) fn fix(&self, package: &Package, place: u32) -> Option<&Fix> {
        self.fixes.get(package.name.as_str())?.get(place as usize)
    }

    /// Can this package tell a module stream, by its label or its build?
    pub(super) fn tells(&self, package: &Package) -> bool {
        !package.module.is_empty() || self.modular_names.contains(package.name.as_str())
    }

    /// The module builds that hold an installed package, by its name, version and architecture.
    pub(super) fn builds_of(&self, name: &str, version: &str, arch: &str) -> &[u32] {
        if !self.modular_names.contains(name) {
            return &[];
        }
        self.builds.get(build_key(name, version, arch).as_str()).map_or(&[], Vec::as_slice)
    }

    fn add_stream(&mut self, repository: u32, stream: ModuleStream) {
        let at = self.streams.len() as u32;
        let mut names: Vec<Box<str>> = Vec::new();
        for artifact in &stream.artifacts {
            let Some((name, version, arch)) = split_artifact(artifact) else { continue };
            self.builds.entry(build_key(name, version, arch).into()).or_default().push(at);
            names.push(name.into());
        }
        names.sort_unstable();
        names.dedup();
        self.modular_names.extend(names.iter().cloned());
        self.streams.push(Stream {
            name: stream.name.into(),
            stream: stream.stream.into(),
            context: stream.context.into(),
            repository,
            requires: stream.requires,
            names,
        });
    }

    fn add_offer(&mut self, repository: u32, package: IndexedPackage) {
        let Some(key) = order(&package.version) else { return };
        let offers = self.offers.entry(package.name.as_str().into()).or_default();
        let at = offers.len() as u32;
        offers.push(Offer {
            version: package.version.into(),
            key,
            arch: package.arch.into(),
            repository,
            streams: Box::default(),
            provides: package.provides.into_iter().map(String::into_boxed_str).collect(),
        });
        for Dependency { name, bound } in package.obsoletes {
            let bound = match bound {
                None => None,
                // A bound without an order matches nothing.
                Some((relation, version)) => match order(&version) {
                    None => continue,
                    Some(key) => Some(Bound { relation, key, has_release: version.contains('-') }),
                },
            };
            let obsoleter = Obsoleter { name: package.name.as_str().into(), offer: at, bound };
            self.obsoleters.entry(name.into()).or_default().push(obsoleter);
        }
    }

    fn add_advisory(&mut self, repository: u32, mut advisory: Advisory) {
        let at = self.advisories.len() as u32;
        for package in std::mem::take(&mut advisory.packages) {
            let Some(key) = order(&package.version) else { continue };
            self.fixes.entry(package.name.into()).or_default().push(Fix {
                version: package.version.into(),
                key,
                arch: package.arch.into(),
                advisory: at,
                repository,
                module: package.module.map(String::into_boxed_str),
                reboot: package.reboot || advisory.reboot,
            });
        }
        self.advisory_places.entry(advisory.id.as_str().into()).or_insert(at);
        self.advisories.push(advisory);
    }
}

/// The order of a version; `None` = it has none.
pub(super) fn order(version: &str) -> Option<VersionKey> {
    version::sort_key(PackageFormat::Rpm, version).ok()
}

fn build_key(name: &str, version: &str, arch: &str) -> String {
    format!("{name}\0{version}\0{arch}")
}

/// `name-epoch:version-release.arch` as (name, `[epoch:]version-release`, arch).
fn split_artifact(artifact: &str) -> Option<(&str, &str, &str)> {
    let (rest, arch) = artifact.rsplit_once('.')?;
    let (rest, _release) = rest.rsplit_once('-')?;
    let (name, _version) = rest.rsplit_once('-')?;
    let version = artifact.get(name.len() + 1..artifact.len() - arch.len() - 1)?;
    Some((name, version.strip_prefix("0:").unwrap_or(version), arch))
}
