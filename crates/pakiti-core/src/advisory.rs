//! Advisories of a yum repository (`updateinfo.xml`): which versions fix what.
//!
//! Fields follow createrepo_c's updateinfo; the words of type and severity differ between vendors and are
//! reduced here (vendor-rules.md: SUSE says `recommended`, `optional`, `feature`).

use crate::judgement::UpdateKind;
use serde::{Deserialize, Serialize};

/// One advisory.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Advisory {
    /// `RHSA-2015:0092`, `ALSA-2024:1234`, `FEDORA-EPEL-...`.
    pub id: String,
    /// What it is for.
    pub kind: UpdateKind,
    /// The vendor's word, lower case (`critical`, `important`, ...); empty = not told.
    #[serde(default)]
    pub severity: String,
    /// One line.
    #[serde(default)]
    pub title: String,
    /// First published, unix seconds.
    #[serde(default)]
    pub issued: Option<i64>,
    /// Last changed, unix seconds.
    #[serde(default)]
    pub updated: Option<i64>,
    /// CVE ids it references, sorted.
    #[serde(default)]
    pub cves: Vec<String>,
    /// It asks for a reboot as a whole.
    #[serde(default)]
    pub reboot: bool,
    /// The fixed packages, sorted.
    pub packages: Vec<AdvisoryPackage>,
}

/// One fixed package of an advisory.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AdvisoryPackage {
    /// Binary package name.
    pub name: String,
    /// `[epoch:]version-release`, the epoch left out when it is 0.
    pub version: String,
    /// Architecture of the build.
    pub arch: String,
    /// `name:stream:context` of the module its collection is for, the context left out where none is told;
    /// `None` = no module.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub module: Option<String>,
    /// This package asks for a reboot.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reboot: bool,
}

/// The kind that a feed's word for the type of an update means.
pub fn kind_of(word: &str) -> UpdateKind {
    match word.trim().to_ascii_lowercase().as_str() {
        "security" => UpdateKind::Security,
        // SUSE: "recommended" is what others call bugfix.
        "bugfix" | "recommended" => UpdateKind::Bugfix,
        // SUSE: "optional" and "feature".
        "enhancement" | "feature" | "optional" => UpdateKind::Enhancement,
        "newpackage" => UpdateKind::Newpackage,
        _ => UpdateKind::Unknown,
    }
}
