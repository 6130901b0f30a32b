//! The packages of one host: installed, updates, unknown ones, history of its sets.
//!
//! Lists are set x memo: the set's ids joined with the open judgement rows of the host's group context.
//! All take a [`HostDetail`], which only a scope gives out.

use crate::args;
use crate::db::{Db, Value, pieces, placeholders};
use crate::error::{Result, StoreError};
use crate::host::HostDetail;
use crate::intern::{PACKAGE_COLUMNS, read_package};
use crate::judgement_rows::read_finding;
use crate::memo::decode;
use crate::set_judgements;
use pakiti_core::context::{Context, GroupContext};
use pakiti_core::finding::Finding;
use pakiti_core::judgement::Update;
use pakiti_core::kernel::{self, KernelPart, KernelTruth};
use pakiti_core::package::Package;
use pakiti_core::package_set::PackageId;
use pakiti_core::version;
use std::collections::{HashMap, HashSet};

/// An update of a host.
#[derive(Debug, Clone)]
pub struct HostUpdate {
    /// The installed package.
    pub package: Package,
    /// What should replace it, and why.
    pub update: Update,
    /// When this update was first known.
    pub since: i64,
    /// Is the package on hold?
    pub held: bool,
}

/// What is known about an installed package.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PackageStatus {
    /// A repository knows it and offers nothing newer.
    UpToDate,
    /// A newer version is offered.
    Update,
    /// No source knows it.
    Unknown,
}

/// One period in which a host had the same packages and context.
#[derive(Debug, Clone)]
pub struct HostPeriod {
    /// From.
    pub since: i64,
    /// Until; `None` = still.
    pub until: Option<i64>,
    /// Packages in the set.
    pub packages: i64,
    /// Packages it has that the period before had not.
    pub added: usize,
    /// Packages the period before had and it has not.
    pub removed: usize,
    /// The context then.
    pub context: Context,
}

struct Lists {
    group_id: i64,
    group: String,
    concerned: Vec<PackageId>,
    unknown: Vec<PackageId>,
    exposed: Vec<PackageId>,
}

async fn lists(db: &Db, host: &HostDetail) -> Result<Lists> {
    let sql = "SELECT g.id, g.record, v.concerned, v.unknown_ids, v.exposed FROM verdict v \
               JOIN context c ON c.id = v.context_id \
               JOIN group_context g ON g.id = COALESCE(v.group_context_id, c.group_context_id) \
               WHERE v.set_id = $1 AND v.context_id = $2";
    let row = db.fetch_optional(sql, args![host.set_id, host.context_id]).await?;
    let row = row.ok_or(StoreError::NotFound { what: "verdict of host", name: host.row.name.clone() })?;
    Ok(Lists {
        group_id: row.int(0)?,
        group: row.text(1)?,
        concerned: decode(&row.blob(2)?)?,
        unknown: decode(&row.blob(3)?)?,
        exposed: decode(&row.blob_opt(4)?.unwrap_or_default())?,
    })
}

pub(crate) async fn packages_of(db: &Db, ids: &[PackageId]) -> Result<HashMap<PackageId, Package>> {
    let mut out = HashMap::with_capacity(ids.len());
    for piece in pieces(ids, 512) {
        let sql =
            format!("SELECT {PACKAGE_COLUMNS} FROM package WHERE id IN {}", placeholders(1, piece.len(), 1));
        let args = piece.iter().map(|id| Value::from(i64::from(*id))).collect();
        for row in db.fetch(&sql, args).await? {
            let (id, _, package) = read_package(&row)?;
            out.insert(id, package);
        }
    }
    Ok(out)
}

/// The statement for all packages that may be images of a kernel, by name: as ranges, which an index answers.
pub(crate) fn kernel_packages() -> String {
    let ranges = [
        ("kernel", "kernem"),
        ("linux", "linuy"),
        ("kpatch-patch-", "kpatch-patch."),
        ("kgraft-patch-", "kgraft-patch."),
    ];
    let ranges = ranges.map(|(from, to)| format!("(name >= '{from}' AND name < '{to}')"));
    format!("SELECT {PACKAGE_COLUMNS} FROM package WHERE {}", ranges.join(" OR "))
}

/// The updates of a host: security first, then by name.
pub async fn updates(db: &Db, host: &HostDetail) -> Result<Vec<HostUpdate>> {
    let lists = lists(db, host).await?;
    let context = crate::memo::read_context(&host.context)?;
    let mut packages = packages_of(db, &lists.concerned).await?;
    let mut out = Vec::with_capacity(lists.concerned.len());
    for piece in pieces(&lists.concerned, 512) {
        let sql = format!(
            "SELECT package_id, rule, since FROM judgement WHERE group_context_id = $1 AND kind = 'update' \
             AND until IS NULL AND package_id IN {}",
            placeholders(1, piece.len(), 2)
        );
        let mut args = args![lists.group_id];
        args.extend(piece.iter().map(|id| Value::from(i64::from(*id))));
        for row in db.fetch(&sql, args).await? {
            let update: Update = serde_json::from_str(&row.text(1)?)
                .map_err(|e| StoreError::Corrupt { what: "judgement", reason: e.to_string() })?;
            if let Some(package) = packages.remove(&(row.int(0)? as PackageId)) {
                let held = pakiti_core::verdict::is_held(&context, &package);
                out.push(HostUpdate { package, update, since: row.int(2)?, held });
            }
        }
    }
    out.sort_by(|a, b| (a.update.kind, &a.package).cmp(&(b.update.kind, &b.package)));
    Ok(out)
}

/// A finding of a host.
#[derive(Debug, Clone)]
pub struct HostFinding {
    /// The installed package.
    pub package: Package,
    /// The finding as it stands on this host; its gates are asked anew where the proof is wanted.
    pub finding: Finding,
    /// When it was first known of this package.
    pub since: i64,
}

/// The findings of a host: the worst first, then by package.
pub async fn findings(db: &Db, host: &HostDetail) -> Result<Vec<HostFinding>> {
    let lists = lists(db, host).await?;
    let context = crate::memo::read_context(&host.context)?;
    let truth = truth(db, host, &context).await?;
    let packages = packages_of(db, &lists.exposed).await?;
    let mut out = Vec::new();
    for piece in pieces(&lists.exposed, 512) {
        let sql = format!(
            "SELECT package_id, since, cve, source_id, state, fixed, rule FROM judgement \
             WHERE group_context_id = $1 AND kind = 'finding' AND until IS NULL AND package_id IN {}",
            placeholders(1, piece.len(), 2)
        );
        let mut args = args![lists.group_id];
        args.extend(piece.iter().map(|id| Value::from(i64::from(*id))));
        for row in db.fetch(&sql, args).await? {
            let Some(package) = packages.get(&(row.int(0)? as PackageId)) else { continue };
            let said = (row.text(2)?, row.int(3)?, &*row.text(4)?, row.text(5)?, &*row.text(6)?);
            let finding = on_host(&truth, package, read_finding(package, said)?);
            out.push(HostFinding { package: package.clone(), finding, since: row.int(1)? });
        }
    }
    add_set_findings(db, host, (&truth, &packages), &mut out).await?;
    let rank = |row: &HostFinding| (row.finding.state, row.finding.severity);
    out.sort_by(|a, b| {
        rank(a)
            .cmp(&rank(b))
            .then_with(|| a.package.cmp(&b.package))
            .then_with(|| a.finding.cve.cmp(&b.finding.cve))
    });
    Ok(out)
}

/// What only the whole set tells; it stands before what its package alone is judged to.
async fn add_set_findings(
    db: &Db,
    host: &HostDetail,
    (truth, packages): (&KernelTruth, &HashMap<PackageId, Package>),
    out: &mut Vec<HostFinding>,
) -> Result<()> {
    let more = set_judgements::findings(db, (host.set_id, host.context_id)).await?;
    let replaced: HashSet<_> = more
        .iter()
        .filter_map(|found| {
            let (id, subject, source) = found.key();
            Some((packages.get(&id)?, subject, source))
        })
        .collect();
    out.retain(|row| !replaced.contains(&(&row.package, row.finding.subject(), row.finding.source)));
    for found in &more {
        let Some(package) = packages.get(&found.package_id) else { continue };
        let finding = on_host(truth, package, found.read(package)?);
        out.push(HostFinding { package: package.clone(), finding, since: found.since });
    }
    Ok(())
}

/// What runs on the host, and which kernels it has.
async fn truth(db: &Db, host: &HostDetail, context: &Context) -> Result<KernelTruth> {
    let ids = host_ids(db, host).await?;
    let packages = packages_of(db, &ids).await?;
    let parts: Vec<_> =
        packages.values().filter_map(|package| Some((package, kernel::part(package)?))).collect();
    Ok(KernelTruth::new(context, parts.iter().map(|(package, part)| (*package, part))))
}

/// A finding as it stands on a host with these kernels.
pub(crate) fn on_host(truth: &KernelTruth, package: &Package, mut finding: Finding) -> Finding {
    if let Some(part @ KernelPart::Image { .. }) = kernel::part(package) {
        let fixed = finding.fixed.as_deref().and_then(|fixed| version::sort_key(package.format, fixed).ok());
        finding.state = truth.state(package, &part, finding.state, fixed.as_ref());
    }
    finding
}

async fn host_ids(db: &Db, host: &HostDetail) -> Result<Vec<PackageId>> {
    let row = db.fetch_optional("SELECT ids FROM package_set WHERE id = $1", args![host.set_id]).await?;
    let row = row.ok_or(StoreError::NotFound { what: "package set of host", name: host.row.name.clone() })?;
    decode(&row.blob(0)?)
}

/// What a host is judged by, for who wants the proof of a judgement: the group context it is judged in, its
/// context, its packages.
pub async fn subject(db: &Db, host: &HostDetail) -> Result<(GroupContext, Context, Vec<Package>)> {
    let lists = lists(db, host).await?;
    let group = serde_json::from_str(&lists.group)
        .map_err(|e| StoreError::Corrupt { what: "group context", reason: e.to_string() })?;
    let ids = host_ids(db, host).await?;
    let mut packages: Vec<Package> = packages_of(db, &ids).await?.into_values().collect();
    packages.sort();
    Ok((group, crate::memo::read_context(&host.context)?, packages))
}

/// The installed packages of a host by name, each with what is known about it.
pub async fn installed(db: &Db, host: &HostDetail) -> Result<Vec<(Package, PackageStatus)>> {
    let lists = lists(db, host).await?;
    let ids = host_ids(db, host).await?;
    let concerned: HashSet<PackageId> = lists.concerned.into_iter().collect();
    let unknown: HashSet<PackageId> = lists.unknown.into_iter().collect();
    let mut out: Vec<(Package, PackageStatus)> = packages_of(db, &ids)
        .await?
        .into_iter()
        .map(|(id, package)| {
            let status = if concerned.contains(&id) {
                PackageStatus::Update
            } else if unknown.contains(&id) {
                PackageStatus::Unknown
            } else {
                PackageStatus::UpToDate
            };
            (package, status)
        })
        .collect();
    out.sort_by(|a, b| {
        let key = |p: &Package| (p.name.clone(), p.arch.clone(), p.version.clone());
        key(&a.0).cmp(&key(&b.0))
    });
    Ok(out)
}

/// The packages no source knows, by name.
pub async fn unknown(db: &Db, host: &HostDetail) -> Result<Vec<Package>> {
    let lists = lists(db, host).await?;
    let mut out: Vec<Package> = packages_of(db, &lists.unknown).await?.into_values().collect();
    out.sort();
    Ok(out)
}

/// The periods of a host, newest first.
pub async fn periods(db: &Db, host: &HostDetail, limit: i64) -> Result<Vec<HostPeriod>> {
    let sql = "SELECT t.since, t.until, s.packages, s.ids, c.record FROM host_state t \
               JOIN package_set s ON s.id = t.set_id JOIN context c ON c.id = t.context_id \
               WHERE t.host_id = $1 ORDER BY t.since DESC, t.seq DESC LIMIT $2";
    let mut out: Vec<HostPeriod> = Vec::new();
    let mut newer: Option<HashSet<PackageId>> = None;
    // One more than asked for, so that the oldest shown has something to be compared with.
    for row in db.fetch(sql, args![host.row.id, limit + 1]).await? {
        let ids: HashSet<PackageId> = decode(&row.blob(3)?)?.into_iter().collect();
        if let (Some(newer), Some(period)) = (&newer, out.last_mut()) {
            period.added = newer.difference(&ids).count();
            period.removed = ids.difference(newer).count();
        }
        out.push(HostPeriod {
            since: row.int(0)?,
            until: row.int_opt(1)?,
            packages: row.int(2)?,
            added: ids.len(),
            removed: 0,
            context: crate::memo::read_context(&row.text(4)?)?,
        });
        newer = Some(ids);
    }
    out.truncate(limit.max(0) as usize);
    Ok(out)
}
