//! The systems that definitions name, as OS groups.
//!
//! vendor-rules.md (table): platforms are names of systems; what no OS group has is left out.

use super::model::{Document, Node};
use crate::os_group::{self, OsGroupId};
use std::collections::{BTreeSet, HashMap};

/// Every OS group that a document names; where no platform does, the one that its ids or
/// criteria name.
pub fn groups(document: &Document) -> BTreeSet<OsGroupId> {
    let mut known: HashMap<&str, Option<OsGroupId>> = HashMap::new();
    let mut all = BTreeSet::new();
    for platform in document.definitions.iter().flat_map(|definition| &definition.metadata.platforms) {
        if !known.contains_key(&**platform) {
            let group = group_of(platform);
            all.extend(group.clone());
            known.insert(platform, group);
        }
    }
    if all.is_empty() {
        let mut definitions = document.definitions.iter();
        all.extend(definitions.find_map(|definition| {
            group_of_id(&definition.id).or_else(|| definition.criteria.as_ref().and_then(group_of_criteria))
        }));
    }
    all
}

/// The OS group of a platform as feeds name it.
pub fn group_of(platform: &str) -> Option<OsGroupId> {
    let name = platform.trim();
    // Local rules name the group itself.
    let id = OsGroupId(name.to_owned());
    if os_group::format_of(&id).is_some() {
        return Some(id);
    }
    // VMware writes "Photon 3", CIS "Debian 8".
    match name.strip_prefix("Photon ") {
        Some(version) if !version.starts_with("OS") => {
            os_group::from_system(&format!("VMware Photon OS {version}"))
        }
        _ => os_group::from_system(name),
    }
}

/// AlmaLinux names its release in the criterion that asks for it: `AlmaLinux 9 is installed`.
fn group_of_criteria(node: &Node) -> Option<OsGroupId> {
    match node {
        Node::Criteria { children, .. } => children.iter().find_map(group_of_criteria),
        Node::Criterion { comment, .. } => group_of(comment.strip_suffix(" is installed")?),
        Node::Extend { .. } => None,
    }
}

/// Ubuntu's files name their release in every id: `oval:com.ubuntu.bionic:def:...`.
fn group_of_id(id: &str) -> Option<OsGroupId> {
    let codename = id.strip_prefix("oval:com.ubuntu.")?.split([':', '.']).next()?;
    os_group::from_codename("Ubuntu", codename)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn platforms_of_real_feeds_have_their_os_group() {
        for (platform, group) in [
            ("Red Hat Enterprise Linux 7", "rhel-7"),
            ("Ubuntu 18.04 LTS", "ubuntu-18.04"),
            ("Debian 8", "debian-8"),
            ("Debian GNU/Linux 11", "debian-11"),
            ("Oracle Linux 5", "oracle-5"),
            ("Photon 3", "photon-3"),
            ("AlmaLinux 9", "almalinux-9"),
            ("SUSE Linux Enterprise Server 12 SP5", "sles-12.5"),
            ("openSUSE Leap 15.5", "opensuse-leap-15.5"),
        ] {
            assert_eq!(group_of(platform).map(|id| id.0).as_deref(), Some(group), "{platform}");
        }
    }
}
