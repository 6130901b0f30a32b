//! What the fleet index is made of: hosts, verdicts and open findings of everybody, as of one moment.
//!
//! design.md "The heart": the index is kept in memory by the engine and answers people within their scope; here is what
//! it reads, and by what it sees that the database moved on. New hosts, and hosts that changed packages, context, cell
//! or name are told by `change_log` in the transaction of the change; verdicts and judgements that are stored already
//! change only while a generation is not swept.

use crate::args;
use crate::cve::nameless;
use crate::db::{Db, Row, Tx, Value};
use crate::dialect::{Type, lists, tables};
use crate::error::{Result, StoreError};
use crate::generation::Generation;
use crate::host_packages::kernel_packages;
use crate::intern::{PACKAGE_COLUMNS, read_package};
use crate::judgement_rows::read_finding;
use crate::memo::{decode, read_context};
use crate::set_judgements;
pub use crate::set_judgements::SetFinding;
use pakiti_core::context::Context;
use pakiti_core::finding::Finding;
use pakiti_core::kernel::{self, ImageCase, KernelPart, KernelTruth};
use pakiti_core::package::Package;
use pakiti_core::package_set::PackageId;
use std::collections::{HashMap, HashSet};

/// Rows or values per statement.
const CHUNK: usize = 256;

/// Where the database is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Marks {
    /// The rules in force, and how far verdicts were brought to them.
    pub generation: Generation,
    /// The last change of the log that can be seen. On PostgreSQL one before it may still come: of a transaction that
    /// took its number earlier and commits later.
    pub last_change: i64,
}

/// Where the database is now, in one statement.
///
/// # Errors
/// Database errors.
pub async fn marks(db: &Db) -> Result<Marks> {
    read_marks(db.fetch_optional(MARKS, args![]).await?)
}

const MARKS: &str = "SELECT active, swept, sweep_set, evaluator, (SELECT COALESCE(MAX(seq), 0) FROM change_log) \
                     FROM generation WHERE id = 1";

fn read_marks(row: Option<Row>) -> Result<Marks> {
    let row = row.ok_or(StoreError::NotFound { what: "generation", name: "1".into() })?;
    let generation = Generation {
        active: row.int(0)?,
        swept: row.int(1)?,
        sweep_set: row.int(2)?,
        evaluator: row.int(3)?,
    };
    Ok(Marks { generation, last_change: row.int(4)? })
}

/// A change that the log tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// Its number.
    pub seq: i64,
    /// The host that changed; `None` = it is about something else.
    pub host_id: Option<i64>,
}

/// A host: where it stands in the order of names, who may see it, what it is judged by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FleetHost {
    /// Id.
    pub id: i64,
    /// Name.
    pub name: String,
    /// Its cell.
    pub cell_id: i64,
    /// Its package set and context.
    pub verdict: (i64, i64),
}

/// A verdict: which packages have findings, and how its kernels stand.
#[derive(Debug, Clone)]
pub struct FleetVerdict {
    /// Package set and context.
    pub key: (i64, i64),
    /// The group context its packages were judged in.
    pub group_id: i64,
    /// The OS group of that.
    pub os_group: String,
    /// Packages with findings.
    pub exposed: Vec<PackageId>,
    /// Those of them that are images of a kernel and whose findings are not in the states as judged.
    pub images: Vec<(PackageId, ImageCase)>,
    /// What only the whole set tells.
    pub of_set: Vec<SetFinding>,
}

/// An open finding as judged, without its proof.
#[derive(Debug, Clone)]
pub struct FleetFinding {
    /// The package.
    pub package_id: PackageId,
    /// What is said.
    pub finding: Finding,
    /// Since when.
    pub since: i64,
}

/// Reading the database as it is at one moment; nobody waits for it.
#[derive(Debug)]
pub struct Reading {
    tx: Tx,
    marks: Marks,
    images: Option<HashMap<PackageId, (Package, KernelPart)>>,
    contexts: HashMap<i64, Context>,
    /// Do whole sets tell anything? `None` = not asked.
    of_sets: Option<bool>,
}

impl Reading {
    /// Begins.
    ///
    /// # Errors
    /// Database errors, here and below.
    pub async fn begin(db: &Db) -> Result<Self> {
        let mut tx = db.begin_read().await?;
        let marks = read_marks(tx.fetch_optional(MARKS, args![]).await?)?;
        Ok(Self { tx, marks, images: None, contexts: HashMap::new(), of_sets: None })
    }

    /// The moment.
    pub fn marks(&self) -> Marks {
        self.marks
    }

    /// The next hosts after this id, by id.
    pub async fn hosts(&mut self, after: i64, limit: usize) -> Result<Vec<FleetHost>> {
        let sql = format!("SELECT {HOST} FROM host WHERE id > $1 ORDER BY id LIMIT $2");
        self.tx.fetch(&sql, args![after, limit as i64]).await?.iter().map(read_host).collect()
    }

    /// The hosts of these ids, as far as there are such.
    pub async fn hosts_of(&mut self, ids: &[i64]) -> Result<Vec<FleetHost>> {
        let mut out = Vec::with_capacity(ids.len());
        let ids = ids.iter().map(|id| Value::from(*id)).collect();
        for (list, args) in lists(self.tx.dialect(), Type::Int, ids, CHUNK) {
            for row in self.tx.fetch(&format!("SELECT {HOST} FROM host WHERE id {list}"), args).await? {
                out.push(read_host(&row)?);
            }
        }
        Ok(out)
    }

    /// What the log tells after this change, in order; and of these before it, what has come.
    pub async fn changes(&mut self, after: i64, missing: &[i64]) -> Result<Vec<Change>> {
        let missing = missing.iter().map(|seq| Value::from(*seq)).collect();
        let mut rows = Vec::new();
        for (list, args) in lists(self.tx.dialect(), Type::Int, missing, CHUNK) {
            let sql = format!("SELECT seq, host_id FROM change_log WHERE seq {list}");
            rows.extend(self.tx.fetch(&sql, args).await?);
        }
        let sql = "SELECT seq, host_id FROM change_log WHERE seq > $1 ORDER BY seq";
        rows.extend(self.tx.fetch(sql, args![after]).await?);
        rows.iter().map(|row| Ok(Change { seq: row.int(0)?, host_id: row.int_opt(1)? })).collect()
    }

    /// The verdicts of these (set, context), as far as there are such.
    pub async fn verdicts(&mut self, keys: &[(i64, i64)]) -> Result<Vec<FleetVerdict>> {
        let mut out = Vec::with_capacity(keys.len());
        let rows = keys.iter().map(|key| args![key.0, key.1]).collect();
        for (table, args) in tables(self.tx.dialect(), &[Type::Int, Type::Int], rows, CHUNK) {
            let sql = format!(
                "WITH k (set_id, context_id) AS ({table}) SELECT v.set_id, v.context_id, g.id, g.os_group, v.exposed \
                 FROM k JOIN verdict v ON v.set_id = k.set_id AND v.context_id = k.context_id \
                 JOIN context c ON c.id = v.context_id \
                 JOIN group_context g ON g.id = COALESCE(v.group_context_id, c.group_context_id)"
            );
            for row in self.tx.fetch(&sql, args).await? {
                out.push(FleetVerdict {
                    key: (row.int(0)?, row.int(1)?),
                    group_id: row.int(2)?,
                    os_group: row.text(3)?,
                    exposed: decode(&row.blob_opt(4)?.unwrap_or_default())?,
                    images: Vec::new(),
                    of_set: Vec::new(),
                });
            }
        }
        self.stand(&mut out).await?;
        self.add_set_findings(&mut out).await?;
        Ok(out)
    }

    /// Most fleets have none: that is asked once.
    async fn add_set_findings(&mut self, verdicts: &mut [FleetVerdict]) -> Result<()> {
        let any = match self.of_sets {
            Some(any) => any,
            None => {
                let sql = "SELECT 1 FROM set_judgement WHERE until IS NULL LIMIT 1";
                self.tx.fetch_optional(sql, args![]).await?.is_some()
            }
        };
        self.of_sets = Some(any);
        if !any {
            return Ok(());
        }
        let keys: Vec<_> = verdicts.iter().map(|verdict| verdict.key).collect();
        let mut found = set_judgements::findings_of(&mut self.tx, &keys).await?;
        for verdict in verdicts {
            verdict.of_set = found.remove(&verdict.key).unwrap_or_default();
        }
        Ok(())
    }

    /// Tells of verdicts with findings in images how these stand.
    async fn stand(&mut self, verdicts: &mut [FleetVerdict]) -> Result<()> {
        let images = match self.images.take() {
            Some(images) => images,
            None => read_images(&mut self.tx).await?,
        };
        let images = &*self.images.insert(images);
        let mut with_images: Vec<&mut FleetVerdict> =
            verdicts.iter_mut().filter(|v| v.exposed.iter().any(|id| images.contains_key(id))).collect();
        let sets = with_images.iter().map(|verdict| verdict.key.0).collect();
        let sets = installed_images(&mut self.tx, sets, images).await?;
        let contexts = with_images.iter().map(|verdict| verdict.key.1).collect();
        read_contexts(&mut self.tx, contexts, &mut self.contexts).await?;
        for verdict in &mut with_images {
            let (Some(installed), Some(context)) =
                (sets.get(&verdict.key.0), self.contexts.get(&verdict.key.1))
            else {
                continue;
            };
            let installed = installed.iter().filter_map(|id| images.get(id));
            let truth = KernelTruth::new(context, installed.map(|(package, part)| (package, part)));
            let exposed = verdict.exposed.iter().filter_map(|id| Some((*id, images.get(id)?)));
            let cases = exposed.map(|(id, (package, part))| (id, truth.case(package, part)));
            verdict.images = cases.filter(|(_, case)| *case != ImageCase::AsJudged).collect();
        }
        Ok(())
    }

    /// The open findings of these packages in a group context.
    pub async fn findings(&mut self, group_id: i64, packages: &[PackageId]) -> Result<Vec<FleetFinding>> {
        let mut out = Vec::new();
        let nameless = nameless();
        let ids = packages.iter().map(|id| Value::from(i64::from(*id))).collect();
        for (list, mut args) in lists(self.tx.dialect(), Type::Int, ids, CHUNK) {
            args.push(Value::from(group_id));
            let sql = format!(
                "SELECT package_id, since, cve, source_id, state, fixed, rule FROM judgement \
                 WHERE package_id {list} AND group_context_id = ${} AND kind = 'finding' AND until IS NULL",
                args.len()
            );
            for row in self.tx.fetch(&sql, args).await? {
                let said = (row.text(2)?, row.int(3)?, &*row.text(4)?, row.text(5)?, &*row.text(6)?);
                let finding = read_finding(&nameless, said)?;
                out.push(FleetFinding { package_id: row.int(0)? as PackageId, finding, since: row.int(1)? });
            }
        }
        Ok(out)
    }

    /// These packages.
    pub async fn packages(&mut self, ids: &[PackageId]) -> Result<Vec<(PackageId, Package)>> {
        let mut out = Vec::with_capacity(ids.len());
        let ids = ids.iter().map(|id| Value::from(i64::from(*id))).collect();
        for (list, args) in lists(self.tx.dialect(), Type::Int, ids, CHUNK) {
            let sql = format!("SELECT {PACKAGE_COLUMNS} FROM package WHERE id {list}");
            for row in self.tx.fetch(&sql, args).await? {
                let (id, _, package) = read_package(&row)?;
                out.push((id, package));
            }
        }
        Ok(out)
    }
}

/// The columns of a [`FleetHost`].
const HOST: &str = "id, name, cell_id, set_id, context_id";

fn read_host(row: &Row) -> Result<FleetHost> {
    let verdict = (row.int(3)?, row.int(4)?);
    Ok(FleetHost { id: row.int(0)?, name: row.text(1)?, cell_id: row.int(2)?, verdict })
}

async fn read_images(tx: &mut Tx) -> Result<HashMap<PackageId, (Package, KernelPart)>> {
    let mut out = HashMap::new();
    for row in tx.fetch(&kernel_packages(), args![]).await? {
        let (id, _, package) = read_package(&row)?;
        if let Some(part @ KernelPart::Image { .. }) = kernel::part(&package) {
            out.insert(id, (package, part));
        }
    }
    Ok(out)
}

/// The images in each of these sets; one without findings may be the fixed one.
async fn installed_images(
    tx: &mut Tx,
    sets: HashSet<i64>,
    images: &HashMap<PackageId, (Package, KernelPart)>,
) -> Result<HashMap<i64, Vec<PackageId>>> {
    let mut out = HashMap::new();
    for (list, args) in lists(tx.dialect(), Type::Int, sets.into_iter().map(Value::from).collect(), CHUNK) {
        for row in tx.fetch(&format!("SELECT id, ids FROM package_set WHERE id {list}"), args).await? {
            let mut ids = decode(&row.blob(1)?)?;
            ids.retain(|id| images.contains_key(id));
            out.insert(row.int(0)?, ids);
        }
    }
    Ok(out)
}

async fn read_contexts(tx: &mut Tx, ids: HashSet<i64>, known: &mut HashMap<i64, Context>) -> Result<()> {
    let missing = ids.into_iter().filter(|id| !known.contains_key(id)).map(Value::from).collect();
    for (list, args) in lists(tx.dialect(), Type::Int, missing, CHUNK) {
        for row in tx.fetch(&format!("SELECT id, record FROM context WHERE id {list}"), args).await? {
            known.insert(row.int(0)?, read_context(&row.text(1)?)?);
        }
    }
    Ok(())
}
