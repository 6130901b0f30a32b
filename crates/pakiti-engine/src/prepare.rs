//! From a report's bytes to what the store keeps: identity, package set, context, facts.
//!
//! An unchanged package list is recognised by the hash of its bytes and not parsed again (law 3); of a new one
//! only the lines that no list had before.
//! Identity (ADR 0003): host name and reported ip; the machine-id joins in only where the name has no domain,
//! because `localhost` and `node1` are many hosts.

mod lines;
mod list;

use lines::LineMemory;
use list::ListFacts;
use pakiti_core::context::{Context, GroupContext};
use pakiti_core::os_group::{self, OsGroupId, OsRelease};
use pakiti_formats::report::{self, Header, Limits, PackageLines, Protocol, ReportError, SkippedLine};
use pakiti_store::ingest::{ReadyReport, ReportedSet};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex};

/// The host group of hosts that name none.
pub const NO_GROUP: &str = "N/A";
/// apt preferences that are used; further ones are ignored.
const MOST_PINS: usize = 1_000;
/// dnf excludes and version locks that are used; a host that locks all it has stays below.
const MOST_EXCLUDES: usize = 4_000;
/// Package lists remembered by hash; above it the memory is emptied.
const REMEMBERED_LISTS: usize = 200_000;
/// Skipped lines told in words.
const EXAMPLES: usize = 10;

/// What a report said about its host, kept for people to read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Facts {
    /// Wire protocol, 5 or 6.
    pub protocol: u8,
    /// Further names.
    pub aliases: Vec<String>,
    /// Reported address.
    pub ip: Option<String>,
    /// CPU model.
    pub cpu: Option<String>,
    /// Tag.
    pub tag: Option<String>,
    /// Packager.
    pub packager: Option<String>,
    /// Hash of the machine-id.
    pub machine_id: Option<String>,
    /// os-release ID.
    pub os_id: Option<String>,
    /// os-release VERSION_ID.
    pub os_version_id: Option<String>,
    /// Boot id.
    pub boot_id: Option<String>,
    /// Boot time, unix seconds.
    pub boot_time: Option<i64>,
    /// Why a reboot is required.
    pub reboot_reason: Option<String>,
    /// `uname -v`.
    pub kernel_version: Option<String>,
    /// Lines of the report that were skipped.
    pub skipped: u64,
    /// The first of them, in words.
    pub skipped_examples: Vec<String>,
}

/// Prepares reports; remembers package lists and lines it has seen.
#[derive(Debug, Default)]
pub struct Preparer {
    limits: Limits,
    lists: Mutex<HashMap<[u8; 32], (i64, ListFacts)>>,
    lines: LineMemory,
}

/// A report ready for the store, and what must be remembered once its set is stored.
#[derive(Debug)]
pub struct Prepared {
    /// For the store.
    pub report: ReadyReport,
    /// How many packages it lists, if it was parsed.
    pub packages: Option<usize>,
    list_hash: [u8; 32],
    list: ListFacts,
}

impl Preparer {
    /// Parses a report of protocol 5 or 6.
    ///
    /// # Errors
    /// [`ReportError`] if there is no report in the bytes; bad lines are skipped and counted.
    pub fn prepare(&self, protocol: Protocol, body: &[u8], now: i64) -> Result<Prepared, ReportError> {
        let split = report::split(protocol, body, &self.limits)?;
        let list_hash = list_hash(protocol, &split.header, split.list.bytes);
        let first_line = split.list.first_line;
        let (set, list, packages) = match self.remembered(&list_hash) {
            Some((set_id, facts)) => (ReportedSet::Known(set_id), facts, None),
            None => {
                let lines = PackageLines::new(protocol, &split.header, split.list);
                let (set, facts) = list::read(protocol, &lines, first_line, &self.limits, &self.lines)?;
                let count = if let ReportedSet::New { packages, .. } = &set { packages.len() } else { 0 };
                (set, facts, Some(count))
            }
        };
        let mut examples: Vec<String> = split.skipped.iter().map(ToString::to_string).collect();
        let in_list = list.skipped_lines.iter().map(|at| SkippedLine { line: at.line + first_line, ..*at });
        examples.extend(in_list.map(|line| line.to_string()));
        examples.truncate(EXAMPLES);
        let skipped = split.skipped_count + list.skipped;
        let report = ready(protocol, split.header, set, &list, (skipped, examples), now);
        Ok(Prepared { report, packages, list_hash, list })
    }

    /// Remembers that this report's package list is stored as `set_id`.
    pub fn remember(&self, list_hash: [u8; 32], set_id: i64, list: &RememberedList) {
        let Ok(mut lists) = self.lists.lock() else { return };
        if lists.len() >= REMEMBERED_LISTS {
            lists.clear();
        }
        lists.insert(list_hash, (set_id, list.0.clone()));
    }

    fn remembered(&self, hash: &[u8; 32]) -> Option<(i64, ListFacts)> {
        self.lists.lock().ok()?.get(hash).cloned()
    }
}

/// The part of a prepared report that is remembered with its list.
#[derive(Debug, Clone)]
pub struct RememberedList(ListFacts);

impl Prepared {
    /// Takes it apart: the report for the store; list hash and facts for [`Preparer::remember`].
    pub fn into_parts(self) -> (ReadyReport, [u8; 32], RememberedList) {
        (self.report, self.list_hash, RememberedList(self.list))
    }
}

fn list_hash(protocol: Protocol, header: &Header, list: &[u8]) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(if protocol == Protocol::V6 { b"6" } else { b"5" });
    hasher.update(header.packager.as_deref().unwrap_or_default().as_bytes());
    hasher.update(&[0]);
    hasher.update(list);
    *hasher.finalize().as_bytes()
}

fn ready(
    protocol: Protocol,
    header: Header,
    set: ReportedSet,
    list: &ListFacts,
    (skipped, skipped_examples): (u64, Vec<String>),
    now: i64,
) -> ReadyReport {
    let context = context(&header, list);
    let mut groups = header.sites.clone();
    if groups.is_empty() {
        groups.push(NO_GROUP.to_owned());
    }
    groups.sort();
    groups.dedup();
    let identity = identity(&header);
    let reboot_required = header.reboot_required.as_ref().is_some_and(|(required, _)| *required);
    let facts = Facts {
        protocol: if protocol == Protocol::V6 { 6 } else { 5 },
        aliases: header.aliases,
        ip: header.ip,
        cpu: header.cpu,
        tag: header.tag,
        packager: header.packager,
        machine_id: header.machine_id,
        os_id: header.os_id,
        os_version_id: header.os_version_id,
        boot_id: header.boot_id,
        boot_time: header.boot_time,
        reboot_reason: header.reboot_required.map(|(_, reason)| reason).filter(|r| !r.is_empty()),
        kernel_version: header.kernel_version,
        skipped,
        skipped_examples,
    };
    let facts = serde_json::to_string(&facts).unwrap_or_default();
    let os = header.system.unwrap_or_default();
    let mut hasher = blake3::Hasher::new();
    for part in [header.host.as_str(), &os, &facts, if reboot_required { "1" } else { "0" }] {
        hasher.update(part.as_bytes()).update(&[0]);
    }
    for group in &groups {
        hasher.update(group.as_bytes()).update(&[0]);
    }
    ReadyReport {
        identity,
        name: header.host,
        groups,
        set,
        facts_hash: *hasher.finalize().as_bytes(),
        facts,
        os,
        arch: context.group.arch.clone(),
        kernel: context.kernel.clone().unwrap_or_default(),
        context: Arc::new(context),
        reboot_required,
        received_at: now,
    }
}

fn identity(header: &Header) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    let name = header.host.to_lowercase();
    hasher.update(name.as_bytes()).update(&[0]);
    hasher.update(header.ip.as_deref().unwrap_or_default().as_bytes()).update(&[0]);
    // `node1.` has an empty domain, which is none.
    let local = !name.trim_end_matches('.').contains('.') || name.starts_with("localhost.");
    if local {
        hasher.update(header.machine_id.as_deref().unwrap_or_default().as_bytes());
    }
    *hasher.finalize().as_bytes()
}

/// The OS group of a report: os-release facts win over the system name; vendors decide (law 8).
fn os_group_of(header: &Header, oracle: bool) -> Option<OsGroupId> {
    let release = OsRelease {
        id: header.os_id.as_deref(),
        version_id: header.os_version_id.as_deref(),
        like: header.os_like.as_deref(),
        codename: header.os_codename.as_deref(),
        system: header.system.as_deref(),
    };
    let group = match header.os_id {
        Some(_) => os_group::from_os_release(&release),
        None => header.system.as_deref().and_then(os_group::from_system),
    }?;
    // Oracle Linux's /etc/redhat-release claims to be Red Hat's; its release package tells the truth.
    match group.0.strip_prefix("rhel-") {
        Some(release) if oracle => Some(OsGroupId(format!("oracle-{release}"))),
        _ => Some(group),
    }
}

fn context(header: &Header, list: &ListFacts) -> Context {
    let container = header.container.clone();
    let own_kernel = container.is_none();
    Context {
        group: GroupContext {
            os_group: os_group_of(header, list.oracle),
            arch: header.arch.clone().unwrap_or_default(),
            foreign_archs: header.foreign_archs.clone(),
            releasever: header.releasever.clone(),
            entitlements: header.entitlements.clone(),
            container,
            modules: header.modules.clone(),
            repositories: header.repositories.clone(),
            // The cost of judging is pins times versions; no real host comes near.
            pins: header.pins.iter().take(MOST_PINS).cloned().collect(),
            excludes: header.excludes.iter().take(MOST_EXCLUDES).cloned().collect(),
            // The packages of a set tell them.
            products: Default::default(),
            // The store puts in what the rules in force name (`ReadyReport::groups`).
            host_groups: BTreeSet::new(),
        },
        kernel: header.kernel.clone().filter(|_| own_kernel),
        kernel_version: header.kernel_version.clone().filter(|_| own_kernel),
        default_kernel: header.default_kernel.clone().filter(|_| own_kernel),
        livepatch: header.livepatch.clone().filter(|_| own_kernel),
        held: list.held.as_ref().clone(),
    }
}
