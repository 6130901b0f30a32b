//! What is known of a host, and its index: packages by name, facts made when they are first asked for.
//!
//! Rules: oval-semantics.md, sections 5 and 6.

use super::facts::FileFacts;
use super::package_items::{PackageParts, native_arch};
use crate::context::Context;
use crate::os_group::{OsGroupId, from_system};
use crate::package::{Package, PackageFormat};
use std::collections::{BTreeMap, HashMap};
use std::sync::OnceLock;

/// What is known of a host.
#[derive(Debug, Clone, Copy)]
pub struct HostFacts<'a> {
    /// Installed packages.
    pub packages: &'a [Package],
    /// The rest of the report.
    pub context: &'a Context,
    /// The OS name as reported; empty = unknown.
    pub system: &'a str,
    /// The report is the whole host: what is unknown is absent (`--facts complete`).
    pub complete: bool,
    /// Packages without a reported key count as signed by the key that is asked for.
    pub assume_signed: bool,
    /// Files given as they are: path and content.
    pub files: &'a BTreeMap<String, String>,
}

/// Packages of one format: their positions, sorted by name.
#[derive(Debug, Default)]
struct ByName<'a> {
    positions: Vec<u32>,
    ranges: HashMap<&'a str, (usize, usize)>,
}

impl<'a> ByName<'a> {
    fn of(packages: &'a [Package], format: PackageFormat) -> Self {
        let name =
            |position: &u32| packages.get(*position as usize).map_or("", |package| package.name.as_str());
        let numbered = (0u32..).zip(packages);
        let mut positions: Vec<u32> =
            numbered.filter(|(_, package)| package.format == format).map(|(position, _)| position).collect();
        positions.sort_by_key(name);
        let mut ranges: HashMap<&str, (usize, usize)> = HashMap::with_capacity(positions.len());
        for (at, position) in positions.iter().enumerate() {
            ranges.entry(name(position)).or_insert((at, at)).1 = at + 1;
        }
        Self { positions, ranges }
    }

    fn get(&self, name: &str) -> &[u32] {
        let range = self.ranges.get(name).map(|&(start, end)| start..end);
        range.and_then(|range| self.positions.get(range)).unwrap_or_default()
    }
}

/// A host as the evaluations of all documents share it.
#[derive(Debug)]
pub struct HostIndex<'a> {
    facts: HostFacts<'a>,
    os_group: Option<OsGroupId>,
    rpm: ByName<'a>,
    deb: ByName<'a>,
    native_arch: &'a str,
    parts: Vec<PackageParts<'a>>,
    files: OnceLock<FileFacts>,
}

impl<'a> HostIndex<'a> {
    /// The index of a host.
    pub fn new(facts: HostFacts<'a>) -> Self {
        let own = from_system(facts.system).or_else(|| facts.context.group.os_group.clone());
        Self {
            facts,
            os_group: own,
            rpm: ByName::of(facts.packages, PackageFormat::Rpm),
            deb: ByName::of(facts.packages, PackageFormat::Deb),
            native_arch: native_arch(&facts),
            parts: facts.packages.iter().map(PackageParts::of).collect(),
            files: OnceLock::new(),
        }
    }

    /// What it was made from.
    pub fn facts(&self) -> &HostFacts<'a> {
        &self.facts
    }

    /// The group of the system's own name, else the one the context says.
    pub(super) fn os_group(&self) -> Option<&OsGroupId> {
        self.os_group.as_ref()
    }

    pub(super) fn package(&self, position: u32) -> Option<&'a Package> {
        self.facts.packages.get(position as usize)
    }

    pub(super) fn parts(&self, position: u32) -> Option<&PackageParts<'a>> {
        self.parts.get(position as usize)
    }

    /// The positions of all rpms, sorted by name.
    pub(super) fn rpms(&self) -> &[u32] {
        &self.rpm.positions
    }

    /// The positions of the rpms of this name.
    pub(super) fn rpms_named(&self, name: &str) -> &[u32] {
        self.rpm.get(name)
    }

    /// The positions of all deb packages, sorted by name.
    pub(super) fn debs(&self) -> &[u32] {
        &self.deb.positions
    }

    /// The one instance of a deb package that oscap's probe sees: that of the native architecture.
    pub(super) fn deb_named(&self, name: &str) -> Option<u32> {
        let positions = self.deb.get(name);
        let is_native = |position: &&u32| {
            let arch = self.package(**position).map_or("", |package| package.arch.as_str());
            matches!(arch, "" | "all") || arch == self.native_arch || self.native_arch.is_empty()
        };
        positions.iter().find(is_native).copied()
    }

    pub(super) fn native_arch(&self) -> &'a str {
        self.native_arch
    }

    /// Files given and files made from what is reported.
    pub(super) fn files(&self) -> &FileFacts {
        self.files.get_or_init(|| FileFacts::of(self))
    }
}
