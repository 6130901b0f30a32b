//! Hosts for feeds: real package lists as hosts of the vendor, and made ones that hold all a feed names.

use crate::debian::shared;
use pakiti_core::context::{Context, GroupContext};
use pakiti_core::os_group::OsGroupId;
use pakiti_core::oval::field::Field;
use pakiti_core::oval::model::{Document, Kind, Operation, VariableValue};
use pakiti_core::package::{Package, PackageFormat};
use pakiti_core::version;
use pakiti_formats::report::{Limits, ReportFormat, parse};
use std::collections::BTreeMap;

/// A host with its context.
#[derive(Clone)]
pub(super) struct Host {
    pub(super) packages: Vec<Package>,
    pub(super) context: Context,
}

impl Host {
    pub(super) fn of(group: &str, packages: Vec<Package>) -> Self {
        let group = GroupContext {
            os_group: Some(OsGroupId(group.into())),
            arch: "x86_64".into(),
            ..GroupContext::default()
        };
        Self { packages, context: Context { group, ..Context::default() } }
    }

    pub(super) fn running(mut self, kernel: &str) -> Self {
        self.context.kernel = Some(kernel.into());
        self
    }
}

pub(super) fn rpm(name: &str, version: &str) -> Package {
    Package::new(PackageFormat::Rpm, name, version, "x86_64")
}

/// A real list as a host of `group`: its release package is `release`, and nobody tells who made the packages.
pub(super) fn listed(file: &str, group: &str, release: Option<(&str, &str)>) -> Option<Host> {
    let path = shared()?.join("data/hosts").join(file);
    let format = if file.starts_with("dpkg/") { ReportFormat::DpkgQuery } else { ReportFormat::RpmQa };
    let report = parse(format, &std::fs::read(path).unwrap(), &Limits::default()).unwrap();
    let mut packages: Vec<Package> = report.packages.into_iter().map(|one| one.package).collect();
    if let Some((name, version)) = release {
        packages.retain(|package| !package.name.ends_with("-release"));
        packages.push(rpm(name, version));
    }
    packages.iter_mut().for_each(|package| package.vendor.clear());
    Some(Host::of(group, packages))
}

/// Every name that a document's package tests ask for, with the highest version that some state is below.
pub(super) fn named(document: &Document) -> BTreeMap<(String, PackageFormat), Option<String>> {
    let mut found: BTreeMap<(String, PackageFormat), Option<String>> = BTreeMap::new();
    for test in &document.tests {
        let format = match test.kind {
            Kind::RpmInfo => PackageFormat::Rpm,
            Kind::DpkgInfo => PackageFormat::Deb,
            _ => continue,
        };
        let Some(object) = document.objects.get(test.object as usize) else { continue };
        let states = test.states.iter().filter_map(|state| document.states.get(*state as usize));
        let below: Vec<&str> = states
            .flat_map(|state| &state.entities)
            .filter(|entity| entity.field == Field::Evr && entity.operation == Operation::LessThan)
            .map(|entity| &*entity.value)
            .collect();
        for entity in object.entities.iter().filter(|entity| entity.field == Field::Name) {
            let variable = entity.variable.and_then(|place| document.variables.get(place as usize));
            let names: Vec<&str> = match variable.map(|variable| &variable.value) {
                Some(VariableValue::Constant(values)) => values.iter().map(|value| &**value).collect(),
                _ => vec![&entity.value],
            };
            for name in names {
                let newest = found.entry((name.to_owned(), format)).or_default();
                for version in below.iter().filter(|version| !version.contains(" only")) {
                    let key = |text: &str| version::sort_key(format, text).ok();
                    // Ubuntu has "2.8.0- 1".
                    let version: String = version.split_whitespace().collect();
                    if newest.as_deref().and_then(key) < key(&version) {
                        *newest = Some(version);
                    }
                }
            }
        }
    }
    found
}

/// A host with every package a document names, at the version that `version` makes of the newest fixed one.
pub(super) fn made(
    document: &Document,
    group: &str,
    release: &[(&str, &str)],
    version: impl Fn(Option<&str>) -> Option<String>,
) -> Host {
    let mut packages = Vec::new();
    for ((name, format), newest) in named(document) {
        if name.ends_with("-release") && format == PackageFormat::Rpm {
            continue;
        }
        let arch = if format == PackageFormat::Deb { "amd64" } else { "x86_64" };
        let version = version(newest.as_deref());
        let version = version.map(|text| text.strip_prefix("0:").unwrap_or(&text).to_owned());
        packages.extend(version.map(|version| Package::new(format, &name, &version, arch)));
    }
    packages.extend(release.iter().map(|(name, version)| rpm(name, version)));
    Host::of(group, packages)
}
