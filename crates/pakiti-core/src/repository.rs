//! What a repository offers: the parsed content of one snapshot, independent of its wire format.
//!
//! Shapes follow apt's Release and Packages fields; yum repositories use the same shape with the fields that
//! they have, and bring advisories and modules ([`crate::advisory`], [`crate::module`]).

use crate::advisory::Advisory;
use crate::module::Modules;
use crate::os_group::OsGroupId;
use crate::oval::model::Document;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Whose rules decide about a repository's packages.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SourceKind {
    /// apt's: priorities and pins, the higher wins.
    #[default]
    Apt,
    /// dnf's: modules, excludes and priorities, the lower wins.
    Yum,
    /// No repository: OVAL definitions.
    Oval,
}

impl SourceKind {
    /// The word in documents and the database.
    pub fn word(self) -> &'static str {
        match self {
            Self::Apt => "apt",
            Self::Yum => "yum",
            Self::Oval => "oval",
        }
    }
}

/// Facts about a suite or repository as a whole, from `Release`/`InRelease`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceMeta {
    /// apt or yum.
    #[serde(default)]
    pub kind: SourceKind,
    /// What documents call a yum repository; apt repositories are named by codename and component.
    #[serde(default)]
    pub name: String,
    /// `Origin`; yum: the vendor of most of its packages.
    pub origin: String,
    /// `Label`.
    pub label: String,
    /// `Suite` (`oldstable`).
    pub suite: String,
    /// `Codename` (`bookworm-security`).
    pub codename: String,
    /// `Version` (`12.15`).
    pub version: String,
    /// URL it came from, without credentials; empty for paths. Hosts that report their repositories are matched by it.
    #[serde(default)]
    pub url: String,
    /// Host part of the URL it came from; empty for paths. apt's `origin` pins match it.
    pub site: String,
    /// `NotAutomatic: yes`.
    pub not_automatic: bool,
    /// `ButAutomaticUpgrades: yes`.
    pub but_automatic_upgrades: bool,
    /// `Date`, unix seconds.
    pub date: Option<i64>,
    /// `Valid-Until`, unix seconds.
    pub valid_until: Option<i64>,
    /// The OS group this repository speaks for; `None` = it does not say.
    pub os_group: Option<OsGroupId>,
    /// Further OS groups an administrator mapped it to (a third-party repository that several families share).
    #[serde(default)]
    pub further_groups: BTreeSet<OsGroupId>,
    /// yum: it publishes errata (updateinfo), so it tells security fixes from others.
    #[serde(default)]
    pub errata: bool,
    /// yum: modules hide none of its packages (`module_hotfixes=1`).
    #[serde(default)]
    pub module_hotfixes: bool,
    /// yum: packages of it that are no candidates (`excludepkgs`), as globs over name, name.arch or NEVRA.
    #[serde(default)]
    pub excludes: Vec<String>,
    /// Is every package of it a security fix?
    pub security: bool,
    /// Priority set by the administrator; `None` = apt's default rules, dnf's 99.
    pub priority: Option<i32>,
    /// Definitions: they are those of a whole release, so what they do not name is not affected.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub complete: bool,
    /// Its definitions mean a package whoever made it: rules of the installation itself.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub any_maker: bool,
    /// It speaks only to hosts of one of these host groups; empty = to those of every one.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub host_groups: BTreeSet<String>,
    /// It does not speak to hosts of any of these host groups.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub not_host_groups: BTreeSet<String>,
}

impl SourceMeta {
    /// Does it speak to a host of these host groups, as far as they decide it?
    pub fn speaks_to(&self, host_groups: &BTreeSet<String>) -> bool {
        (self.host_groups.is_empty() || !self.host_groups.is_disjoint(host_groups))
            && self.not_host_groups.is_disjoint(host_groups)
    }
}

/// One version of one package that a repository offers.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct IndexedPackage {
    /// Binary package name.
    pub name: String,
    /// deb: verbatim; rpm: `[epoch:]version-release`.
    pub version: String,
    /// Architecture of the build (`amd64`, `all`).
    pub arch: String,
    /// Component (`main`); empty for flat and yum repositories.
    pub component: String,
    /// Source package name.
    pub source_name: String,
    /// Source version.
    pub source_version: String,
    /// `Phased-Update-Percentage`, if below 100.
    pub phased: Option<u8>,
    /// rpm: other plain names it provides (no path, no `(`), sorted: what the modules' filter asks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub provides: Vec<String>,
    /// rpm: what it replaces.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub obsoletes: Vec<Dependency>,
}

/// A name with an optional bound on its version (rpm's `Obsoletes`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Dependency {
    /// Package name.
    pub name: String,
    /// The bound; `None` = every version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bound: Option<(Relation, String)>,
}

/// How a version must stand to a bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Relation {
    /// `<`
    #[serde(rename = "<")]
    Less,
    /// `<=`
    #[serde(rename = "<=")]
    LessOrEqual,
    /// `=`
    #[serde(rename = "=")]
    Equal,
    /// `>=`
    #[serde(rename = ">=")]
    GreaterOrEqual,
    /// `>`
    #[serde(rename = ">")]
    Greater,
}

/// The parsed content of one source at one fetch.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotContent {
    /// The repository as a whole.
    pub meta: SourceMeta,
    /// What it offers, sorted, without duplicates.
    pub packages: Vec<IndexedPackage>,
    /// yum: its errata, sorted by id.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub advisories: Vec<Advisory>,
    /// yum: its module streams and defaults.
    #[serde(default, skip_serializing_if = "Modules::is_empty")]
    pub modules: Modules,
    /// OVAL: its definitions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub definitions: Option<Arc<Document>>,
}

impl SnapshotContent {
    /// How many things it says: package versions, or definitions.
    pub fn items(&self) -> usize {
        self.definitions.as_ref().map_or(self.packages.len(), |document| document.definitions.len())
    }

    /// Puts the packages into canonical order and drops exact duplicates.
    pub fn canonicalise(&mut self) {
        self.packages.sort_unstable();
        self.packages.dedup();
        self.advisories.sort_unstable();
        self.advisories.dedup();
        self.modules.canonicalise();
    }
}
