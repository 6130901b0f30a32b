//! What a group context adds to the index: its verdicts as slots, and what they hold as keys.

use super::slot_set::SlotSet;
use pakiti_core::finding::{Finding, FindingState};
use pakiti_core::kernel::ImageCase;
use pakiti_core::package::PackageFormat;
use pakiti_core::package_set::PackageId;
use pakiti_core::severity::Severity;
use pakiti_store::fleet::{FleetVerdict, SetFinding};
use std::collections::HashMap;
use std::sync::Arc;

/// A map by numbers nobody outside chooses.
pub(super) type FastMap<K, V> = foldhash::HashMap<K, V>;

/// A package, as far as pages tell it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PackageFacts {
    /// Name.
    pub name: Arc<str>,
    /// Architecture.
    pub arch: Arc<str>,
    /// Installed version.
    pub version: Arc<str>,
    /// How its versions are compared.
    pub(super) format: PackageFormat,
}

/// What a source says in a finding, whichever package it says it of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Said {
    /// Source.
    pub source: i64,
    /// What documents call it.
    pub source_name: String,
    /// The version that closes it.
    pub fixed: Option<String>,
    /// The vendor's word where there is no fix.
    pub vendor_state: Option<String>,
    /// Advisory.
    pub advisory: Option<String>,
    /// Severity, and whose.
    pub severity: (Severity, Option<String>),
    /// CVSS base score in tenths.
    pub cvss_tenths: Option<u8>,
}

impl Said {
    pub(super) fn of(finding: Finding) -> Self {
        Self {
            source: finding.source,
            source_name: finding.source_name,
            fixed: finding.fixed,
            vendor_state: finding.vendor_state,
            advisory: finding.advisory,
            severity: (finding.severity, finding.severity_source),
            cvss_tenths: finding.cvss_tenths,
        }
    }
}

/// A finding of a key.
#[derive(Debug, Clone)]
pub(super) struct Found {
    /// The CVE or advisory, by its number.
    pub(super) subject: u32,
    /// As it stands on the hosts that hold the key.
    pub(super) state: FindingState,
    pub(super) since: i64,
    pub(super) said: Arc<Said>,
}

/// A package as verdicts of a group context hold it. An image of a kernel is a key for each way in which it stands, so
/// that the state of a finding is a fact of its key; so is a package in which whole sets find more.
#[derive(Debug, Clone)]
pub(super) struct Key {
    pub(super) package: PackageId,
    pub(super) case: ImageCase,
    /// What only the whole sets of its holders tell.
    pub(super) of_set: Arc<[SetFinding]>,
    pub(super) holders: SlotSet,
    pub(super) found: Arc<[Found]>,
}

/// A group context.
#[derive(Debug, Clone)]
pub(super) struct Group {
    pub(super) id: i64,
    /// The OS group of its hosts.
    pub(super) os_group: Arc<str>,
    /// How many verdicts it has: their slots are numbered from 0.
    pub(super) slots: u32,
    pub(super) keys: Vec<Key>,
    as_judged: FastMap<PackageId, u32>,
    others: HashMap<Variant, u32>,
}

/// A package that stands otherwise than it is judged alone.
type Variant = (PackageId, ImageCase, Arc<[SetFinding]>);

impl Group {
    pub(super) fn new(id: i64, os_group: &str) -> Self {
        let (keys, as_judged, others) = (Vec::new(), FastMap::default(), HashMap::new());
        Self { id, os_group: os_group.into(), slots: 0, keys, as_judged, others }
    }

    /// A new verdict; gives its slot.
    pub(super) fn add(&mut self, verdict: &FleetVerdict) -> u32 {
        let slot = self.slots;
        self.slots += 1;
        for package in &verdict.exposed {
            let image = verdict.images.iter().find(|(id, _)| id == package);
            let case = image.map_or(ImageCase::AsJudged, |(_, case)| case.clone());
            let of_set = verdict.of_set.iter().filter(|found| found.package_id == *package);
            let at = self.place((*package, case, of_set.cloned().collect()));
            if let Some(key) = self.keys.get_mut(at as usize) {
                key.holders.insert(slot);
            }
        }
        slot
    }

    fn place(&mut self, (package, case, of_set): Variant) -> u32 {
        let next = self.keys.len() as u32;
        let at = match (&case, of_set.is_empty()) {
            (ImageCase::AsJudged, true) => *self.as_judged.entry(package).or_insert(next),
            _ => *self.others.entry((package, case.clone(), of_set.clone())).or_insert(next),
        };
        if at == next {
            let holders = SlotSet::default();
            self.keys.push(Key { package, case, of_set, holders, found: Arc::new([]) });
        }
        at
    }

    /// Words for all of its slots.
    pub(super) fn words(&self) -> Vec<u64> {
        vec![0; (self.slots as usize).div_ceil(64)]
    }
}
