//! Reading the index: all of it, or what changed since.
//!
//! While the rules in force are swept to, verdicts and judgements of a (set, context) and of a (group context, package)
//! never change: then only hosts can have moved, to verdicts that are known or new.

use super::group::{FastMap, Found, Group, PackageFacts, Said};
use super::seen::Seen;
use super::subjects::{Names, Subjects};
use super::{FleetIndex, Host, Slot};
use pakiti_core::kernel::ImageCase;
use pakiti_core::package::Package;
use pakiti_core::package_set::PackageId;
use pakiti_core::version;
use pakiti_store::error::{Result, StoreError};
use pakiti_store::fleet::{FleetFinding, FleetHost, FleetVerdict, Reading, SetFinding};
use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

/// Hosts per statement.
const HOSTS: usize = 5_000;
/// Verdicts, or packages, per step.
const STEP: usize = 512;
/// The slot of a host whose verdict is not stored: there is none.
const NOWHERE: Slot = (u32::MAX, u32::MAX);

/// An index being read.
struct Load {
    reading: Reading,
    index: FleetIndex,
    cells: FastMap<i64, u32>,
    groups: FastMap<i64, u32>,
    texts: HashSet<Arc<str>>,
    said: HashSet<Arc<Said>>,
}

/// Reads all of it.
pub(super) async fn build(mut reading: Reading, now: i64) -> Result<FleetIndex> {
    let marks = reading.marks();
    let mut seen = Seen::until(marks.last_change);
    seen.take(&reading.changes(seen.last(), &[]).await?, now);
    let index = FleetIndex {
        marks,
        seen,
        made: now,
        built: now,
        hosts: Arc::default(),
        cells: Arc::default(),
        groups: Vec::new(),
        slots: Arc::default(),
        packages: Arc::default(),
        names: Arc::default(),
        subjects: Arc::default(),
    };
    let mut load = Load::new(reading, index);
    let mut hosts: Vec<FleetHost> = Vec::new();
    loop {
        let after = hosts.last().map_or(i64::MIN, |host| host.id);
        let more = load.reading.hosts(after, HOSTS).await?;
        if more.is_empty() {
            break;
        }
        hosts.extend(more);
    }
    load.verdicts(&hosts).await?;
    let mut placed: Vec<Host> = hosts.into_iter().map(|host| load.place(host)).collect();
    sort(&mut placed);
    load.index.hosts = Arc::new(placed);
    Ok(load.index)
}

/// Reads what changed since `old`, which must be of the same rules, all verdicts brought to them.
pub(super) async fn advance(mut reading: Reading, old: &FleetIndex, now: i64) -> Result<FleetIndex> {
    let mut index = FleetIndex { marks: reading.marks(), made: now, ..old.clone() };
    let told = reading.changes(index.seen.last(), &index.seen.missing()).await?;
    index.seen.take(&told, now);
    let changed: BTreeSet<i64> = told.iter().filter_map(|change| change.host_id).collect();
    if changed.is_empty() {
        return Ok(index);
    }
    let changed: Vec<i64> = changed.into_iter().collect();
    let mut load = Load::new(reading, index);
    let hosts = load.reading.hosts_of(&changed).await?;
    load.verdicts(&hosts).await?;
    let changed: HashSet<i64> = changed.into_iter().collect();
    let mut placed: Vec<Host> =
        old.hosts.iter().filter(|host| !changed.contains(&host.id)).cloned().collect();
    placed.extend(hosts.into_iter().map(|host| load.place(host)));
    sort(&mut placed);
    load.index.hosts = Arc::new(placed);
    Ok(load.index)
}

fn sort(hosts: &mut [Host]) {
    hosts.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
}

impl Load {
    fn new(reading: Reading, index: FleetIndex) -> Self {
        let cells = index.cells.iter().copied().zip(0..).collect();
        let groups = index.groups.iter().map(|group| group.id).zip(0..).collect();
        Self { reading, index, cells, groups, texts: HashSet::new(), said: HashSet::new() }
    }

    /// Makes the verdicts of these hosts slots, with their packages and findings.
    async fn verdicts(&mut self, hosts: &[FleetHost]) -> Result<()> {
        let known: Vec<usize> = self.index.groups.iter().map(|group| group.keys.len()).collect();
        let missing: BTreeSet<(i64, i64)> = hosts.iter().map(|host| host.verdict).collect();
        let missing: Vec<(i64, i64)> =
            missing.into_iter().filter(|key| !self.index.slots.contains_key(key)).collect();
        for step in missing.chunks(STEP) {
            for verdict in self.reading.verdicts(step).await? {
                self.add(&verdict);
            }
        }
        let mut new = false;
        for at in 0..self.index.groups.len() {
            new |= self.findings(at, known.get(at).copied().unwrap_or_default()).await?;
        }
        if new {
            let (groups, names) = (self.index.groups.clone(), self.index.names.clone());
            let subjects = tokio::task::spawn_blocking(move || Subjects::of(&groups, &names)).await;
            let lost = |e: tokio::task::JoinError| StoreError::Corrupt {
                what: "fleet index",
                reason: e.to_string(),
            };
            self.index.subjects = Arc::new(subjects.map_err(lost)?);
        }
        Ok(())
    }

    fn add(&mut self, verdict: &FleetVerdict) {
        let next = self.index.groups.len() as u32;
        let at = *self.groups.entry(verdict.group_id).or_insert(next);
        if at == next {
            self.index.groups.push(Arc::new(Group::new(verdict.group_id, &verdict.os_group)));
        }
        if let Some(group) = self.index.groups.get_mut(at as usize) {
            let slot = Arc::make_mut(group).add(verdict);
            Arc::make_mut(&mut self.index.slots).insert(verdict.key, (at, slot));
        }
    }

    /// Reads what is found in the keys of a group context from the `known`th on; gives whether there are any.
    async fn findings(&mut self, at: usize, known: usize) -> Result<bool> {
        let Some(group) = self.index.groups.get(at).cloned() else { return Ok(false) };
        let keys = group.keys.get(known..).unwrap_or_default();
        let ids: BTreeSet<PackageId> = keys.iter().map(|key| key.package).collect();
        let ids: Vec<PackageId> = ids.into_iter().collect();
        let mut found: FastMap<PackageId, Vec<FleetFinding>> = FastMap::default();
        for step in ids.chunks(STEP) {
            self.packages(step).await?;
            for finding in self.reading.findings(group.id, step).await? {
                found.entry(finding.package_id).or_default().push(finding);
            }
        }
        let cases: Vec<(PackageId, ImageCase, Arc<[SetFinding]>)> =
            keys.iter().map(|key| (key.package, key.case.clone(), key.of_set.clone())).collect();
        drop(group);
        let names = Arc::make_mut(&mut self.index.names);
        let mut made = Vec::with_capacity(cases.len());
        for (id, case, of_set) in &cases {
            let Some(package) = self.index.packages.get(id) else { continue };
            let of_set = of_set.iter().map(SetFinding::fleet).collect::<Result<Vec<_>>>()?;
            let key = |found: &FleetFinding| (found.finding.subject().to_owned(), found.finding.source);
            let replaced: HashSet<_> = of_set.iter().map(key).collect();
            let judged = found.get(id).map_or(&[][..], Vec::as_slice).iter();
            let judged = judged.filter(|alone| replaced.is_empty() || !replaced.contains(&key(alone)));
            let judged = judged.chain(&of_set);
            made.push(judged.map(|judged| stand(package, case, judged, names, &mut self.said)).collect());
        }
        if let Some(group) = self.index.groups.get_mut(at) {
            let keys = Arc::make_mut(group).keys.iter_mut().skip(known);
            keys.zip(made).for_each(|(key, found): (_, Arc<[Found]>)| key.found = found);
        }
        Ok(!cases.is_empty())
    }

    async fn packages(&mut self, ids: &[PackageId]) -> Result<()> {
        let missing: Vec<PackageId> =
            ids.iter().copied().filter(|id| !self.index.packages.contains_key(id)).collect();
        let read = self.reading.packages(&missing).await?;
        if read.len() < missing.len() {
            return Err(StoreError::NotFound { what: "package of verdict", name: format!("{missing:?}") });
        }
        for (id, package) in read {
            let facts = Arc::new(self.facts(&package));
            Arc::make_mut(&mut self.index.packages).insert(id, facts);
        }
        Ok(())
    }

    fn facts(&mut self, package: &Package) -> PackageFacts {
        let [name, arch, version] = [&package.name, &package.arch, &package.version].map(|text| {
            match self.texts.get(text.as_str()) {
                Some(known) => known.clone(),
                None => {
                    let text = Arc::<str>::from(text.as_str());
                    self.texts.insert(text.clone());
                    text
                }
            }
        });
        PackageFacts { name, arch, version, format: package.format }
    }

    fn place(&mut self, host: FleetHost) -> Host {
        let next = self.cells.len() as u32;
        let cell = *self.cells.entry(host.cell_id).or_insert(next);
        if cell == next {
            Arc::make_mut(&mut self.index.cells).push(host.cell_id);
        }
        let slot = self.index.slots.get(&host.verdict).copied().unwrap_or(NOWHERE);
        Host { id: host.id, name: host.name.into(), cell, slot }
    }
}

/// A finding as it stands where the package is held like this.
fn stand(
    package: &PackageFacts,
    case: &ImageCase,
    judged: &FleetFinding,
    names: &mut Names,
    known: &mut HashSet<Arc<Said>>,
) -> Found {
    let finding = judged.finding.clone();
    let subject = names.number(finding.subject());
    let fixed = finding.fixed.as_deref().filter(|_| *case != ImageCase::AsJudged);
    let fixed = fixed.and_then(|fixed| version::sort_key(package.format, fixed).ok());
    let state = case.state(finding.state, fixed.as_ref());
    let said = Said::of(finding);
    let said = match known.get(&said) {
        Some(known) => known.clone(),
        None => {
            let said = Arc::new(said);
            known.insert(said.clone());
            said
        }
    };
    Found { subject, state, since: judged.since, said }
}
