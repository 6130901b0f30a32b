//! Everything except the package set that decides a verdict.
//!
//! design.md "The words": a context is one canonical record stored under its hash; the *group context* is the
//! part that per-package rules may read (all but the running kernel and the holds). Lists keep the reporter's
//! order where order means something (repositories, pins) and are sorted where it does not.

use crate::os_group::OsGroupId;
use crate::package_set::ContentHash;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The part of a context that per-package rules may read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupContext {
    /// OS group; `None` = the reported system is not mapped.
    pub os_group: Option<OsGroupId>,
    /// Machine architecture as reported (`x86_64`).
    pub arch: String,
    /// Foreign architectures of dpkg, sorted.
    pub foreign_archs: BTreeSet<String>,
    /// dnf's releasever, when reported.
    pub releasever: Option<String>,
    /// Entitlements (`esm-infra`, `eus`, ...).
    pub entitlements: BTreeSet<String>,
    /// Container technology the report was made in.
    pub container: Option<String>,
    /// Module name -> `stream:state` as reported.
    pub modules: BTreeMap<String, String>,
    /// The host's own enabled repositories, in its order.
    pub repositories: Vec<HostRepository>,
    /// apt preferences, in their order.
    pub pins: Vec<Pin>,
    /// dnf excludes and version locks.
    pub excludes: BTreeSet<String>,
    /// Installed product packages (`sles-release`, `oraclelinux-release`) and their versions, as far as
    /// definitions ask for them; the packages of a set tell them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub products: BTreeMap<String, String>,
    /// Those of the host's groups that an active source names: others decide nothing, so that hosts of different
    /// groups share their group context.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub host_groups: BTreeSet<String>,
}

/// A context: what [`GroupContext`] holds, the running kernel and the held packages.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Context {
    /// The part per-package rules may read.
    pub group: GroupContext,
    /// `uname -r`; `None` in containers and where not reported.
    pub kernel: Option<String>,
    /// `uname -v`.
    pub kernel_version: Option<String>,
    /// The next boot's kernel release.
    pub default_kernel: Option<String>,
    /// Live patching technology and its state.
    pub livepatch: Option<String>,
    /// Held packages as `name:arch`.
    pub held: BTreeSet<String>,
}

/// One repository a host has enabled, as protocol 6 reports it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostRepository {
    /// Repository id.
    pub id: String,
    /// `apt` or `yum`.
    pub kind: String,
    /// Base URL without credentials.
    pub url: String,
    /// apt: `suite components...`.
    pub suite: Option<String>,
    /// Priority, when the host sets one.
    pub priority: Option<i32>,
}

/// One apt preference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pin {
    /// Package pattern: a name, a glob, or `*`.
    pub package: String,
    /// `release a=...,n=...`, `origin host`, or `version glob`; empty = every version.
    pub expression: String,
    /// Pin priority.
    pub priority: i32,
}

impl GroupContext {
    /// The canonical record: JSON with fields in declaration order.
    pub fn record(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
    /// The hash the group context is stored under.
    pub fn hash(&self) -> ContentHash {
        ContentHash(*blake3::hash(self.record().as_bytes()).as_bytes())
    }
}

impl Context {
    /// The canonical record: JSON with fields in declaration order.
    pub fn record(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
    /// The hash the context is stored under.
    pub fn hash(&self) -> ContentHash {
        ContentHash(*blake3::hash(self.record().as_bytes()).as_bytes())
    }
}
