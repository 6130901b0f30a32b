//! What a repository offers: the parsed content of one snapshot, independent of its wire format.
//!
//! Shapes follow apt's Release and Packages fields; yum repositories use the same shape with the fields that
//! they have.

use crate::os_group::OsGroupId;
use serde::{Deserialize, Serialize};

/// Facts about a suite or repository as a whole, from `Release`/`InRelease`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RepositoryMeta {
    /// `Origin`.
    pub origin: String,
    /// `Label`.
    pub label: String,
    /// `Suite` (`oldstable`).
    pub suite: String,
    /// `Codename` (`bookworm-security`).
    pub codename: String,
    /// `Version` (`12.15`).
    pub version: String,
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
    /// Is every package of it a security fix?
    pub security: bool,
    /// Priority set by the administrator; `None` = apt's default rules.
    pub priority: Option<i32>,
}

/// One version of one package that a repository offers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
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
}

/// The parsed content of one repository at one fetch.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RepositoryContent {
    /// The repository as a whole.
    pub meta: RepositoryMeta,
    /// What it offers, sorted, without duplicates.
    pub packages: Vec<IndexedPackage>,
}

impl RepositoryContent {
    /// Puts the packages into canonical order and drops exact duplicates.
    pub fn canonicalise(&mut self) {
        self.packages.sort_unstable();
        self.packages.dedup();
    }
}
