//! Builders: a report, a repository, a set of packages.

use pakiti_core::context::{Context, GroupContext};
use pakiti_core::os_group::OsGroupId;
use pakiti_core::package::{Package, PackageFormat};
use pakiti_core::package_set::set_hash;
use pakiti_core::repository::{IndexedPackage, SnapshotContent, SourceMeta};
use pakiti_core::rules::RuleIndex;
use pakiti_store::ingest::{ReadyReport, ReportedSet};
use std::collections::BTreeSet;
use std::sync::Arc;

/// When the world of the tests begins (unix seconds).
pub(crate) const T0: i64 = 1_700_000_000;
/// A day in seconds.
pub(crate) const DAY: i64 = 86_400;

/// What a report says; [`Spec::ready`] makes it ready for the store.
#[derive(Debug, Clone)]
pub(crate) struct Spec {
    pub(crate) host: String,
    identity: String,
    groups: Vec<String>,
    pub(crate) packages: Vec<Package>,
    known: Option<i64>,
    pub(crate) context: Context,
    os: String,
    reboot: bool,
    fact: String,
    pub(crate) at: i64,
}

/// A report of a Debian 12 host without groups and packages, at [`T0`].
pub(crate) fn report(host: &str) -> Spec {
    let group = GroupContext {
        os_group: Some(OsGroupId("debian-12".into())),
        arch: "x86_64".into(),
        ..GroupContext::default()
    };
    Spec {
        host: host.into(),
        identity: host.into(),
        groups: Vec::new(),
        packages: Vec::new(),
        known: None,
        context: Context { group, kernel: Some("6.1.0-30-amd64".into()), ..Context::default() },
        os: "Debian GNU/Linux 12".into(),
        reboot: false,
        fact: String::new(),
        at: T0,
    }
}

impl Spec {
    pub(crate) fn identity(mut self, identity: &str) -> Self {
        self.identity = identity.into();
        self
    }

    pub(crate) fn group(mut self, group: &str) -> Self {
        self.groups.push(group.into());
        self
    }

    pub(crate) fn groups(mut self, groups: &[&str]) -> Self {
        self.groups = groups.iter().map(|group| (*group).into()).collect();
        self
    }

    pub(crate) fn pkg(self, name: &str, version: &str) -> Self {
        self.pkg_arch(name, version, "amd64")
    }

    pub(crate) fn pkg_arch(mut self, name: &str, version: &str, arch: &str) -> Self {
        self.packages.push(Package::new(PackageFormat::Deb, name, version, arch));
        self
    }

    pub(crate) fn pkgs(self, packages: &[(&str, &str)]) -> Self {
        packages.iter().fold(self, |spec, (name, version)| spec.pkg(name, version))
    }

    /// The set is not reported but named by its id.
    pub(crate) fn known(mut self, set_id: i64) -> Self {
        self.known = Some(set_id);
        self
    }

    /// `None` = not mapped.
    pub(crate) fn os_group(mut self, group: Option<&str>) -> Self {
        self.context.group.os_group = group.map(|group| OsGroupId(group.into()));
        self
    }

    pub(crate) fn os(mut self, os: &str) -> Self {
        self.os = os.into();
        self
    }

    pub(crate) fn arch(mut self, arch: &str) -> Self {
        self.context.group.arch = arch.into();
        self
    }

    pub(crate) fn kernel(mut self, kernel: &str) -> Self {
        self.context.kernel = Some(kernel.into());
        self
    }

    pub(crate) fn held(mut self, name: &str) -> Self {
        self.context.held.insert(name.into());
        self
    }

    pub(crate) fn reboot(mut self) -> Self {
        self.reboot = true;
        self
    }

    /// Something in the header that decides nothing.
    pub(crate) fn fact(mut self, fact: &str) -> Self {
        self.fact = fact.into();
        self
    }

    pub(crate) fn at(mut self, at: i64) -> Self {
        self.at = at;
        self
    }

    pub(crate) fn identity_hash(&self) -> [u8; 32] {
        *blake3::hash(self.identity.as_bytes()).as_bytes()
    }

    pub(crate) fn set_hash(&self) -> [u8; 32] {
        set_hash(&mut self.packages.iter().map(Package::key).collect()).0
    }

    fn facts_hash(&self) -> [u8; 32] {
        let facts = (&self.host, &self.groups, &self.fact, &self.os, self.reboot);
        *blake3::hash(format!("{facts:?}").as_bytes()).as_bytes()
    }

    /// The context it is judged in: with the host groups that the rules name.
    pub(crate) fn context_in(&self, index: &RuleIndex) -> Context {
        let mut context = self.context.clone();
        context.group.host_groups = index.host_groups_of(self.groups.iter().map(String::as_str));
        context
    }

    pub(crate) fn ready(&self) -> ReadyReport {
        let mut packages: Vec<_> = self.packages.iter().map(|p| Arc::new((p.key(), p.clone()))).collect();
        packages.sort_unstable_by_key(|known| known.0);
        packages.dedup_by_key(|known| known.0);
        let new = ReportedSet::New { hash: self.set_hash(), packages };
        ReadyReport {
            identity: self.identity_hash(),
            name: self.host.clone(),
            groups: self.groups.clone(),
            set: self.known.map_or(new, ReportedSet::Known),
            context: Arc::new(self.context.clone()),
            facts_hash: self.facts_hash(),
            facts: format!("{{\"fact\":\"{}\"}}", self.fact),
            os: self.os.clone(),
            arch: self.context.group.arch.clone(),
            kernel: self.context.kernel.clone().unwrap_or_default(),
            reboot_required: self.reboot,
            received_at: self.at,
        }
    }
}

/// `packages` distinct packages with version 1.
pub(crate) fn many_packages(host: Spec, packages: usize) -> Spec {
    (0..packages).fold(host, |spec, n| spec.pkg(&format!("pkg{n:04}"), "1"))
}

/// The main repository of Debian 12.
pub(crate) fn main_repository(packages: &[(&str, &str)]) -> SnapshotContent {
    repository("bookworm", false, packages)
}

/// The security repository of Debian 12.
pub(crate) fn security_repository(packages: &[(&str, &str)]) -> SnapshotContent {
    repository("bookworm-security", true, packages)
}

/// A repository of Debian 12 with these names and versions, all of them for amd64.
pub(crate) fn repository(codename: &str, security: bool, packages: &[(&str, &str)]) -> SnapshotContent {
    let meta = SourceMeta {
        origin: "Debian".into(),
        codename: codename.into(),
        os_group: Some(OsGroupId("debian-12".into())),
        security,
        ..SourceMeta::default()
    };
    let packages = packages
        .iter()
        .map(|(name, version)| IndexedPackage {
            name: (*name).into(),
            version: (*version).into(),
            arch: "amd64".into(),
            component: "main".into(),
            source_name: (*name).into(),
            source_version: (*version).into(),
            phased: None,
            ..Default::default()
        })
        .collect();
    let mut content = SnapshotContent { meta, packages, ..Default::default() };
    content.canonicalise();
    content
}

/// The names that differ between two contents; all names if the repository's own facts differ.
pub(crate) fn touched(old: Option<&SnapshotContent>, new: &SnapshotContent) -> Vec<String> {
    if new.definitions.is_some() {
        return vec![pakiti_store::generation::ALL_NAMES.to_owned()];
    }
    let empty = SnapshotContent::default();
    let old = old.unwrap_or(&empty);
    let all: BTreeSet<&IndexedPackage> = old.packages.iter().chain(&new.packages).collect();
    let names: BTreeSet<&str> = all
        .into_iter()
        .filter(|p| {
            old.meta != new.meta
                || old.modules != new.modules
                || !(old.packages.contains(p) && new.packages.contains(p))
        })
        .map(|p| p.name.as_str())
        .collect();
    names.into_iter().map(str::to_owned).collect()
}
