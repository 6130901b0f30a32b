//! The host that gates are asked of: nothing but what tells a system and its products.
//!
//! Law 8: a clone that an administrator maps to another distribution's definitions answers their questions for the
//! system as that distribution would.

use super::vendor::Systems;
use crate::context::GroupContext;
use crate::os_group::{self, OsGroupId};
use crate::package::{Package, PackageFormat};

/// The package that owns the release file, by family.
const RELEASE_PACKAGES: [(&str, &str); 9] = [
    ("rhel", "redhat-release"),
    ("centos", "centos-release"),
    ("centos-stream", "centos-stream-release"),
    ("almalinux", "almalinux-release"),
    ("rocky", "rocky-release"),
    ("oracle", "oraclelinux-release"),
    ("fedora", "fedora-release"),
    ("amazon", "system-release"),
    ("photon", "photon-release"),
];

/// The group context and packages that gates are asked of.
pub(super) fn stand_in(context: &GroupContext, systems: &Systems) -> (GroupContext, Vec<Package>) {
    let format = context.os_group.as_ref().and_then(os_group::format_of).unwrap_or(PackageFormat::Rpm);
    let package = |name: &str, version: &str| Package::new(format, name, version, &context.arch);
    let mut group = context.clone();
    if let Some(mapped) = context.os_group.as_ref().and_then(|own| mapped_to(own, systems)) {
        let release = version_of(&mapped);
        let dotted = if release.contains('.') { release.to_owned() } else { format!("{release}.0") };
        let owner = RELEASE_PACKAGES.iter().find(|(family, _)| Some(*family) == os_group::family_of(&mapped));
        let packages = owner.map(|(_, name)| package(name, &format!("{dotted}-1"))).into_iter().collect();
        group.os_group = Some(mapped);
        group.products.clear();
        return (group, packages);
    }
    let mut packages: Vec<Package> =
        context.products.iter().map(|(name, version)| package(name, version)).collect();
    // The report may leave the release package out; its OS group is known all the same.
    if let Some(own) = &context.os_group
        && let Some((_, name)) =
            RELEASE_PACKAGES.iter().find(|(family, _)| Some(*family) == os_group::family_of(own))
        && !packages.iter().any(|package| package.name.starts_with(name))
    {
        packages.push(package(name, &format!("{}.0-1", version_of(own))));
    }
    (group, packages)
}

/// The group of the feed that stands for a host of a group that it does not name: the one of the same version, or
/// the only one.
fn mapped_to(own: &OsGroupId, systems: &Systems) -> Option<OsGroupId> {
    let mut groups: Vec<&OsGroupId> = systems.all().collect();
    groups.sort();
    groups.dedup();
    if groups.is_empty() || groups.contains(&own) {
        return None;
    }
    let same = groups.iter().find(|group| major(group) == major(own));
    let only = groups.first().filter(|group| groups.len() == 1 && !(is_rebuilt(group) && is_rebuilt(own)));
    same.or(only).map(|group| (*group).clone())
}

/// Can the feed's definitions be asked for a host of this group at all? Builds of one major release say nothing of
/// another one's, whatever an administrator maps.
pub(super) fn can_answer(own: &OsGroupId, systems: &Systems) -> bool {
    let mut groups = systems.all().peekable();
    groups.peek().is_none() || groups.any(|group| group == own) || mapped_to(own, systems).is_some()
}

/// Red Hat's releases and their rebuilds: the same major version is the same line of builds.
fn is_rebuilt(group: &OsGroupId) -> bool {
    os_group::family_of(group).is_some_and(|family| REBUILDS.contains(&family))
}

const REBUILDS: [&str; 9] = [
    "rhel",
    "centos",
    "centos-stream",
    "almalinux",
    "rocky",
    "oracle",
    "scientific",
    "eurolinux",
    "cloudlinux",
];

fn major(group: &OsGroupId) -> Option<&str> {
    version_of(group).split('.').next()
}

/// The version in an id: `7` of `rhel-7`.
fn version_of(group: &OsGroupId) -> &str {
    group.0.rsplit('-').next().unwrap_or_default()
}
