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

/// The first system that a document names, if none of its systems is known.
pub fn unknown_system(document: &Document) -> Option<&str> {
    let platforms = || document.definitions.iter().flat_map(|definition| &definition.metadata.platforms);
    let first = platforms().find(|platform| !platform.trim().is_empty())?;
    groups(document).is_empty().then_some(first)
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
        _ => os_group::from_system(name).or_else(|| os_group::from_system(&base_of_suse(name)?)),
    }
}

/// What SUSE puts behind or between the words of a base product that is supported longer, or for some customers.
const SUSE_STREAMS: [&str; 10] =
    ["LTSS", "ESPOS", "BCL", "TERADATA", "SECURITY", "CORE", "EXTREME", "EXTENDED", "CLIENT", "TOOLS"];

/// The base product of a stream of SUSE's: `SUSE Linux Enterprise Server 12 SP4-LTSS`. Whether a host has the stream is
/// asked by the criteria, which name its release package. Real Time 12 is installed upon the Server.
fn base_of_suse(name: &str) -> Option<String> {
    let rest = name.strip_prefix("SUSE Linux Enterprise ")?;
    let rest = match rest.strip_prefix("Real Time ") {
        Some(version) => format!("Server {}", version.strip_prefix("Extension ").unwrap_or(version)),
        None => rest.to_owned(),
    };
    let is_stream = |word: &&str| SUSE_STREAMS.iter().any(|stream| stream.eq_ignore_ascii_case(word));
    let mut words = vec!["SUSE Linux Enterprise"];
    for word in rest.split_whitespace().filter(|word| !is_stream(word)) {
        let (base, streams) = word.split_once('-').unwrap_or((word, ""));
        words.push(if streams.split('-').all(|part| is_stream(&part)) { base } else { word });
    }
    Some(words.join(" "))
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
            ("SUSE Linux Enterprise Server 12 SP4-LTSS", "sles-12.4"),
            ("SUSE Linux Enterprise Server 12 SP3-ESPOS", "sles-12.3"),
            ("SUSE Linux Enterprise Server 12 SP2-BCL", "sles-12.2"),
            ("SUSE Linux Enterprise Server 11 SP4 LTSS", "sles-11.4"),
            ("SUSE Linux Enterprise Server 11-SECURITY", "sles-11"),
            ("SUSE Linux Enterprise Server 15-LTSS", "sles-15"),
            ("SUSE Linux Enterprise Server LTSS 15 SP3", "sles-15.3"),
            ("SUSE Linux Enterprise Server LTSS Extended Security 12 SP5", "sles-12.5"),
            ("SUSE Linux Enterprise Server for SAP Applications 15 SP4-LTSS", "sles-sap-15.4"),
            ("SUSE Linux Enterprise Real Time 12 SP5", "sles-12.5"),
            ("SUSE Linux Enterprise Real Time Extension 12 SP2", "sles-12.2"),
            ("SUSE Linux Enterprise High Performance Computing 15-LTSS", "sle-hpc-15"),
            ("SUSE Linux Enterprise High Performance Computing 15 SP2-ESPOS", "sle-hpc-15.2"),
        ] {
            assert_eq!(group_of(platform).map(|id| id.0).as_deref(), Some(group), "{platform}");
        }
    }

    #[test]
    fn hosts_are_not_named_by_the_streams_of_feeds() {
        for name in [
            "SUSE Linux Enterprise Server 12 SP4-LTSS",
            "SUSE Linux Enterprise Real Time 12 SP5",
            "SUSE Linux Enterprise Server LTSS 15 SP3",
        ] {
            assert_eq!(os_group::from_system(name), None, "{name}");
        }
        for other in [
            "SUSE Linux Enterprise Module for Basesystem 15 SP5",
            "SUSE Linux Enterprise Server 12 SP4-OTHER",
            "SUSE Linux Enterprise Live Patching 15 SP4",
            "SUSE Manager Server 4.3",
            "SUSE Linux Enterprise LTSS",
        ] {
            assert_eq!(group_of(other), None, "{other}");
        }
    }
}
