//! Module streams of a yum repository (`modules.yaml`, modulemd 2): which builds belong to which stream.
//!
//! Rules: libmodulemd's document format; libdnf's filtering reads exactly these fields.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a repository says about modules.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Modules {
    /// Every build of every stream, sorted.
    pub streams: Vec<ModuleStream>,
    /// Module -> its default stream; a module may have none.
    pub defaults: BTreeMap<String, String>,
}

/// One build of a module stream.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ModuleStream {
    /// Module.
    pub name: String,
    /// Stream.
    pub stream: String,
    /// Version of the build.
    pub version: u64,
    /// Context of the build.
    pub context: String,
    /// Architecture.
    pub arch: String,
    /// What it needs at run time, the alternatives; each: module -> streams (empty = any; `-x` = all but x).
    #[serde(default)]
    pub requires: Vec<BTreeMap<String, Vec<String>>>,
    /// Its packages as `name-epoch:version-release.arch`, sources left out, sorted.
    pub artifacts: Vec<String>,
}

impl Modules {
    /// Does the repository say nothing about modules?
    pub fn is_empty(&self) -> bool {
        self.streams.is_empty() && self.defaults.is_empty()
    }

    /// Puts the streams into canonical order and drops exact duplicates.
    pub fn canonicalise(&mut self) {
        self.streams.sort_unstable();
        self.streams.dedup();
    }
}
