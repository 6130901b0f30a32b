//! CVEs across the hosts of a scope: which there are, and who has one.
//!
//! Both follow from set x memo (design.md, "The heart"): open findings of (group context, package), and the verdicts
//! of visible hosts that hold these packages. Kernels count as they stand on each host.

use crate::args;
use crate::db::{Db, Value, pieces, placeholders};
use crate::error::Result;
use crate::host_packages::{kernel_packages, on_host, packages_of};
use crate::intern::read_package;
use crate::judgement_rows::read_finding;
use crate::memo::{decode, read_context};
use crate::scope::Scope;
use crate::set_judgements::{self, SetFindings};
use pakiti_core::context::Context;
use pakiti_core::finding::{Finding, FindingState};
use pakiti_core::kernel::{self, KernelPart, KernelTruth};
use pakiti_core::package::Package;
use pakiti_core::package_set::PackageId;
use pakiti_core::severity::Severity;
use pakiti_core::version::{self, VersionKey};
use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeSet, HashMap, HashSet};

/// One CVE (or advisory without one) as the hosts of a scope have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CveRow {
    /// `CVE-2024-1234`, or the advisory.
    pub subject: String,
    /// The worst severity any source gives it.
    pub severity: Severity,
    /// The highest CVSS base score, in tenths.
    pub cvss_tenths: Option<u8>,
    /// Hosts by the strongest state they have it in: fixable, unfixed, pending reboot, leftover.
    pub hosts: [i64; 4],
    /// Names of the packages concerned, sorted.
    pub packages: BTreeSet<String>,
    /// When it was first known of any of them.
    pub since: i64,
}

impl CveRow {
    /// Hosts that have it in any state but leftover.
    pub fn exposed_hosts(&self) -> i64 {
        self.hosts.iter().take(3).sum()
    }

    /// The order of lists: the worst first, then by hosts, then the newest.
    pub fn worse(&self, other: &Self) -> Ordering {
        let rank = |row: &Self| (row.severity, Reverse(row.exposed_hosts()));
        rank(self).cmp(&rank(other)).then_with(|| other.subject.cmp(&self.subject))
    }
}

/// A host that has a CVE.
#[derive(Debug, Clone)]
pub struct CveHost {
    /// Id.
    pub host_id: i64,
    /// Name.
    pub name: String,
    /// OS group.
    pub os_group: String,
    /// The package that brings it.
    pub package: Package,
    /// The finding as it stands on this host.
    pub finding: Finding,
    /// When it was first known of this package.
    pub since: i64,
}

/// A verdict of visible hosts.
struct Seen {
    set_id: i64,
    context_id: i64,
    group_id: i64,
    hosts: i64,
    exposed: Vec<PackageId>,
    /// The whole set.
    ids: Vec<PackageId>,
}

/// Every CVE that a host of the scope has, the worst first.
pub async fn list(db: &Db, scope: &Scope) -> Result<Vec<CveRow>> {
    let seen = seen(db, scope, None).await?;
    let groups: BTreeSet<i64> = seen.iter().map(|verdict| verdict.group_id).collect();
    let findings = open_findings(db, &groups, None).await?;
    let packages = packages(db, &seen).await?;
    let kernels = Kernels::read(db, &seen).await?;
    let of_sets = set_judgements::all_findings(db).await?;
    let mut table = Table::default();
    let mut noted: HashMap<(i64, PackageId), Vec<Noted>> = HashMap::new();
    for verdict in &seen {
        let truth = kernels.truth(verdict);
        for id in &verdict.exposed {
            let (key, Some(package)) = ((verdict.group_id, *id), packages.get(id)) else { continue };
            let known = findings.get(&key).map_or(&[][..], Vec::as_slice);
            let of_set = joined(&of_sets, verdict, *id, known)?;
            let of_set: Option<Vec<Noted>> = of_set
                .map(|all| all.iter().map(|(finding, since)| table.note(package, finding, *since)).collect());
            let of_package = match &of_set {
                Some(of_set) => of_set,
                None => noted.entry(key).or_insert_with(|| {
                    known.iter().map(|(finding, since)| table.note(package, finding, *since)).collect()
                }),
            };
            let part = kernel::part(package).filter(|part| matches!(part, KernelPart::Image { .. }));
            for noted in of_package.iter() {
                let state = match &part {
                    Some(part) => truth.state(package, part, noted.state, noted.fixed.as_ref()),
                    None => noted.state,
                };
                table.meet(noted.row, state);
            }
        }
        table.count(verdict.hosts);
    }
    Ok(table.finish())
}

/// What a package has with what only the set of this verdict tells of it; `None` = that is nothing.
fn joined(
    of_sets: &SetFindings,
    verdict: &Seen,
    id: PackageId,
    alone: &[(Finding, i64)],
) -> Result<Option<Vec<(Finding, i64)>>> {
    let of_set = of_sets.get(&(verdict.set_id, verdict.context_id)).into_iter().flatten();
    let of_set: Vec<_> = of_set.filter(|found| found.package_id == id).collect();
    if of_set.is_empty() {
        return Ok(None);
    }
    let replaced: HashSet<_> = of_set.iter().map(|found| found.key()).collect();
    let kept = alone.iter().filter(|(found, _)| !replaced.contains(&(id, found.subject(), found.source)));
    let mut all: Vec<(Finding, i64)> = kept.cloned().collect();
    for found in of_set {
        all.push((found.read(&nameless())?, found.since));
    }
    Ok(Some(all))
}

/// A finding of a package, short: a fleet meets each one thousands of times.
struct Noted {
    row: usize,
    state: FindingState,
    fixed: Option<VersionKey>,
}

/// Rows while they are counted.
#[derive(Default)]
struct Table {
    rows: Vec<CveRow>,
    places: HashMap<String, usize>,
    /// By row: the strongest state in the verdict at hand.
    states: Vec<Option<FindingState>>,
    /// Rows met in it.
    met: Vec<usize>,
}

impl Table {
    fn note(&mut self, package: &Package, finding: &Finding, since: i64) -> Noted {
        let next = self.rows.len();
        let at = *self.places.entry(finding.subject().to_owned()).or_insert(next);
        if at == next {
            self.states.push(None);
            self.rows.push(CveRow {
                subject: finding.subject().to_owned(),
                severity: finding.severity,
                cvss_tenths: None,
                hosts: [0; 4],
                packages: BTreeSet::new(),
                since,
            });
        }
        if let Some(row) = self.rows.get_mut(at) {
            row.severity = row.severity.min(finding.severity);
            row.cvss_tenths = row.cvss_tenths.max(finding.cvss_tenths);
            row.since = row.since.min(since);
            if !row.packages.contains(&package.name) {
                row.packages.insert(package.name.clone());
            }
        }
        let image = matches!(kernel::part(package), Some(KernelPart::Image { .. }));
        let fixed = finding.fixed.as_deref().filter(|_| image);
        let fixed = fixed.and_then(|fixed| version::sort_key(package.format, fixed).ok());
        Noted { row: at, state: finding.state, fixed }
    }

    fn meet(&mut self, row: usize, state: FindingState) {
        if let Some(known) = self.states.get_mut(row) {
            match known {
                Some(known) => *known = state.min(*known),
                None => {
                    *known = Some(state);
                    self.met.push(row);
                }
            }
        }
    }

    /// Ends a verdict of this many hosts.
    fn count(&mut self, hosts: i64) {
        for at in self.met.drain(..) {
            let state = self.states.get_mut(at).and_then(Option::take);
            let count = self.rows.get_mut(at).zip(state).and_then(|(row, s)| row.hosts.get_mut(s as usize));
            if let Some(count) = count {
                *count += hosts;
            }
        }
    }

    fn finish(mut self) -> Vec<CveRow> {
        self.rows.sort_by(CveRow::worse);
        self.rows
    }
}

/// The hosts of the scope that have this CVE, by name; at most `limit` rows.
pub async fn hosts(db: &Db, scope: &Scope, subject: &str, limit: usize) -> Result<Vec<CveHost>> {
    let findings = open_findings(db, &BTreeSet::new(), Some(subject)).await?;
    let groups: BTreeSet<i64> = findings.keys().map(|(group, _)| *group).collect();
    let mut wanted: HashSet<PackageId> = findings.keys().map(|(_, id)| *id).collect();
    let of_sets = set_judgements::all_findings(db).await?;
    let about = of_sets.values().flatten().filter(|found| found.key().1 == subject);
    wanted.extend(about.map(|found| found.package_id));
    let mut seen = seen(db, scope, Some(&groups).filter(|_| of_sets.is_empty())).await?;
    seen.iter_mut().for_each(|verdict| verdict.exposed.retain(|id| wanted.contains(id)));
    seen.retain(|verdict| !verdict.exposed.is_empty());
    let packages = packages(db, &seen).await?;
    let kernels = Kernels::read(db, &seen).await?;
    let mut out = Vec::new();
    for verdict in &seen {
        let truth = kernels.truth(verdict);
        let named = named_hosts(db, scope, verdict).await?;
        for id in &verdict.exposed {
            let Some(package) = packages.get(id) else { continue };
            let alone = findings.get(&(verdict.group_id, *id)).map_or(&[][..], Vec::as_slice);
            let of_set = joined(&of_sets, verdict, *id, alone)?;
            let all = of_set.as_deref().unwrap_or(alone).iter();
            for (finding, since) in all.filter(|(finding, _)| finding.subject() == subject) {
                let finding = on_host(&truth, package, finding.clone());
                out.extend(named.iter().map(|(host_id, name, os_group)| CveHost {
                    host_id: *host_id,
                    name: name.clone(),
                    os_group: os_group.clone(),
                    package: package.clone(),
                    finding: finding.clone(),
                    since: *since,
                }));
            }
        }
    }
    out.sort_by(|a, b| {
        let key = |host: &'_ CveHost| (host.finding.state, host.name.clone(), host.host_id);
        key(a).cmp(&key(b)).then_with(|| a.package.cmp(&b.package))
    });
    out.truncate(limit);
    Ok(out)
}

/// The verdicts of visible hosts that have findings; of these group contexts only, if any are named.
async fn seen(db: &Db, scope: &Scope, groups: Option<&BTreeSet<i64>>) -> Result<Vec<Seen>> {
    let mut args = args![];
    let gate = scope.predicate("h.cell_id", &mut args);
    let sql = format!(
        "SELECT v.set_id, v.context_id, COALESCE(v.group_context_id, c.group_context_id), v.exposed, n.hosts, s.ids FROM \
         (SELECT h.set_id, h.context_id, COUNT(*) AS hosts FROM host h WHERE {gate} GROUP BY h.set_id, h.context_id) n \
         JOIN verdict v ON v.set_id = n.set_id AND v.context_id = n.context_id \
         JOIN package_set s ON s.id = v.set_id \
         JOIN context c ON c.id = v.context_id WHERE v.exposed IS NOT NULL ORDER BY v.set_id, v.context_id"
    );
    let mut out = Vec::new();
    for row in db.fetch(&sql, args).await? {
        let group_id = row.int(2)?;
        let exposed = decode(&row.blob(3)?)?;
        if exposed.is_empty() || groups.is_some_and(|groups| !groups.contains(&group_id)) {
            continue;
        }
        out.push(Seen {
            set_id: row.int(0)?,
            context_id: row.int(1)?,
            group_id,
            hosts: row.int(4)?,
            exposed,
            ids: decode(&row.blob(5)?)?,
        });
    }
    Ok(out)
}

/// Open findings by (group context, package), each with since when; the fixed versions are as judged.
async fn open_findings(
    db: &Db,
    groups: &BTreeSet<i64>,
    subject: Option<&str>,
) -> Result<HashMap<(i64, PackageId), Vec<(Finding, i64)>>> {
    let columns = "SELECT group_context_id, package_id, since, cve, source_id, state, fixed, rule FROM judgement \
                   WHERE kind = 'finding' AND until IS NULL";
    let mut rows = Vec::new();
    if let Some(subject) = subject {
        rows.extend(db.fetch(&format!("{columns} AND cve = $1"), args![subject]).await?);
    }
    let groups: Vec<i64> = groups.iter().copied().collect();
    for piece in pieces(&groups, 512) {
        let sql = format!("{columns} AND group_context_id IN {}", placeholders(1, piece.len(), 1));
        rows.extend(db.fetch(&sql, piece.iter().map(|id| Value::from(*id)).collect()).await?);
    }
    let nameless = nameless();
    let mut out: HashMap<_, Vec<(Finding, i64)>> = HashMap::new();
    for row in rows {
        let said = (row.text(3)?, row.int(4)?, &*row.text(5)?, row.text(6)?, &*row.text(7)?);
        let finding = read_finding(&nameless, said)?;
        out.entry((row.int(0)?, row.int(1)? as PackageId)).or_default().push((finding, row.int(2)?));
    }
    Ok(out)
}

/// Stands for the package of a finding where nobody asks for the proof.
pub(crate) fn nameless() -> Package {
    Package::new(pakiti_core::package::PackageFormat::Other, "", "", "")
}

/// The packages with findings.
async fn packages(db: &Db, seen: &[Seen]) -> Result<HashMap<PackageId, Package>> {
    let ids: BTreeSet<PackageId> = seen.iter().flat_map(|verdict| verdict.exposed.iter().copied()).collect();
    packages_of(db, &ids.into_iter().collect::<Vec<_>>()).await
}

/// Kernel images, and the contexts they are judged in: read once for all verdicts.
struct Kernels {
    images: HashMap<PackageId, (Package, KernelPart)>,
    contexts: HashMap<i64, Context>,
}

impl Kernels {
    async fn read(db: &Db, seen: &[Seen]) -> Result<Self> {
        let mut images = HashMap::new();
        for row in db.fetch(&kernel_packages(), args![]).await? {
            let (id, _, package) = read_package(&row)?;
            if let Some(part @ KernelPart::Image { .. }) = kernel::part(&package) {
                images.insert(id, (package, part));
            }
        }
        let wanted = |verdict: &&Seen| verdict.exposed.iter().any(|id| images.contains_key(id));
        let ids: BTreeSet<i64> = seen.iter().filter(wanted).map(|verdict| verdict.context_id).collect();
        let ids: Vec<i64> = ids.into_iter().collect();
        let mut contexts = HashMap::new();
        for piece in pieces(&ids, 512) {
            let sql =
                format!("SELECT id, record FROM context WHERE id IN {}", placeholders(1, piece.len(), 1));
            for row in db.fetch(&sql, piece.iter().map(|id| Value::from(*id)).collect()).await? {
                contexts.insert(row.int(0)?, read_context(&row.text(1)?)?);
            }
        }
        Ok(Self { images, contexts })
    }

    /// What runs on the hosts of a verdict, and which images they have; an image without findings may be the fixed
    /// one.
    fn truth(&self, verdict: &Seen) -> KernelTruth {
        let Some(context) = self.contexts.get(&verdict.context_id) else { return KernelTruth::default() };
        let installed = verdict.ids.iter().filter_map(|id| self.images.get(id));
        KernelTruth::new(context, installed.map(|(package, part)| (package, part)))
    }
}

async fn named_hosts(db: &Db, scope: &Scope, verdict: &Seen) -> Result<Vec<(i64, String, String)>> {
    let mut args = args![verdict.set_id, verdict.context_id];
    let gate = scope.predicate("h.cell_id", &mut args);
    let sql = format!(
        "SELECT h.id, h.name, h.os_group FROM host h WHERE h.set_id = $1 AND h.context_id = $2 AND {gate} ORDER BY h.name"
    );
    let rows = db.fetch(&sql, args).await?;
    rows.iter().map(|row| Ok((row.int(0)?, row.text(1)?, row.text(2)?))).collect()
}
