//! What definitions find that only a whole package set can answer, and the rows it is kept in.
//!
//! design.md "The heart": `set_judgement` holds for a (set, context) what `judgement` holds for a package alone; its
//! rows are opened and closed the same way. A row of a set stands before the row of the package alone that is about
//! the same CVE of the same source: of two fixes the newer closes both.

use crate::args;
use crate::cve::nameless;
use crate::db::{Db, Row, Tx, Value};
use crate::dialect::{Type, tables};
use crate::error::Result;
use crate::fleet::FleetFinding;
use crate::judgement_rows::{Said, of_found, read_finding, state_of};
use crate::memo::Memo;
use pakiti_core::context::Context;
use pakiti_core::finding::{Finding, Found};
use pakiti_core::kernel::KernelTruth;
use pakiti_core::package::Package;
use pakiti_core::package_set::PackageId;
use pakiti_core::rules::{FindingSummary, GroupRules};
use std::collections::{BTreeMap, HashMap};

/// A set and the context it is judged in, by id.
pub(crate) type SetKey = (i64, i64);

/// A package of a set with what it is judged to alone.
pub(crate) type Alone<'a> = (PackageId, &'a Package, &'a [Found]);

/// What a set adds to what its packages alone are judged to.
#[derive(Debug, Default)]
pub(crate) struct OfSet {
    /// The findings of a package with those of the set, summed up.
    pub(crate) summaries: HashMap<PackageId, FindingSummary>,
    /// What is found in addition, or with a newer fix.
    pub(crate) rows: Vec<(PackageId, Said)>,
}

/// Judges a set as a whole; the rules are those of the completed group context.
pub(crate) fn of_set(
    rules: &GroupRules<'_>,
    context: &Context,
    truth: &KernelTruth,
    packages: &[Alone<'_>],
) -> OfSet {
    let mut out = OfSet::default();
    let all: Vec<&Package> = packages.iter().map(|(_, package, _)| *package).collect();
    let alone = |at: usize, _: &Package| packages.get(at).map(|alone| alone.2.to_vec()).unwrap_or_default();
    for (at, findings) in rules.of_set(context, truth, &all, alone) {
        let Some((id, package, known)) = packages.get(at) else { continue };
        out.summaries.insert(*id, rules.summary(package, &findings));
        let is_known = |found: &&Found| !known.iter().any(|own| (own.by, own.cve) == (found.by, found.cve));
        let more = findings.iter().filter(is_known);
        let more = more.filter_map(|found| of_found(rules, Some(truth), package, found));
        out.rows.extend(more.map(|said| (*id, said)));
    }
    out
}

/// What is to be stored of sets, with the time it was found.
pub(crate) type FreshSets = BTreeMap<SetKey, (Vec<(PackageId, Said)>, i64)>;

/// Opens and closes rows so that exactly what these sets are judged to is open.
pub(crate) async fn persist(tx: &mut Tx, memo: &mut Memo, fresh: FreshSets) -> Result<()> {
    if fresh.values().all(|(rows, _)| rows.is_empty()) && !any_open(tx, memo).await? {
        return Ok(());
    }
    let mut stored = open_rows(tx, fresh.keys().copied()).await?;
    let (mut opened, mut closed) = (Vec::new(), Vec::new());
    for (key, (rows, now)) in fresh {
        let mut open = stored.remove(&key).unwrap_or_default();
        for (id, said) in rows {
            match open.iter().position(|row| row.package == id && row.said == said) {
                Some(at) => drop(open.swap_remove(at)),
                None => opened.push(row_args(key, id, &said, now)),
            }
        }
        closed.extend(open.into_iter().map(|row| args![row.id, now]));
    }
    for (table, args) in tables(tx.dialect(), &[Type::Int, Type::Int], closed, 128) {
        let sql = format!(
            "WITH v (id, now) AS ({table}) UPDATE set_judgement SET until = v.now FROM v \
             WHERE set_judgement.id = v.id AND set_judgement.until IS NULL"
        );
        tx.execute(&sql, args).await?;
    }
    if !opened.is_empty() {
        memo.set_rows = Some(true);
    }
    for (table, args) in tables(tx.dialect(), &TYPES, opened, 128) {
        let sql = format!(
            "INSERT INTO set_judgement (set_id, context_id, package_id, cve, source_id, state, fixed, rule, since) \
             {table} ON CONFLICT DO NOTHING"
        );
        tx.execute(&sql, args).await?;
    }
    Ok(())
}

const TYPES: [Type; 9] = {
    use Type::{Int, Text};
    [Int, Int, Int, Text, Int, Text, Text, Text, Int]
};

fn row_args((set_id, context_id): SetKey, id: PackageId, said: &Said, now: i64) -> Vec<Value> {
    args![
        set_id,
        context_id,
        i64::from(id),
        &said.subject,
        said.source,
        said.state,
        &said.fixed,
        &said.record,
        now,
    ]
}

/// Is any row open? Asked once a generation: most fleets have none.
async fn any_open(tx: &mut Tx, memo: &mut Memo) -> Result<bool> {
    if let Some(known) = memo.set_rows {
        return Ok(known);
    }
    let found = tx.fetch_optional("SELECT 1 FROM set_judgement WHERE until IS NULL LIMIT 1", args![]).await?;
    memo.set_rows = Some(found.is_some());
    Ok(found.is_some())
}

/// An open row.
#[derive(Debug)]
pub(crate) struct OpenRow {
    id: i64,
    pub(crate) package: PackageId,
    pub(crate) said: Said,
}

/// The open rows of these sets.
pub(crate) async fn open_rows(
    tx: &mut Tx,
    keys: impl Iterator<Item = SetKey>,
) -> Result<HashMap<SetKey, Vec<OpenRow>>> {
    let keys = keys.map(|(set_id, context_id)| args![set_id, context_id]).collect();
    let mut out: HashMap<SetKey, Vec<OpenRow>> = HashMap::new();
    for (table, args) in tables(tx.dialect(), &[Type::Int, Type::Int], keys, 128) {
        let sql = format!(
            "SELECT set_id, context_id, id, package_id, cve, source_id, state, fixed, rule FROM set_judgement \
             WHERE until IS NULL AND (set_id, context_id) IN ({table})"
        );
        for row in tx.fetch(&sql, args).await? {
            let said = Said {
                kind: "finding",
                subject: row.text(4)?,
                source: row.int(5)?,
                state: state_of(&row.text(6)?),
                fixed: row.text(7)?,
                record: row.text(8)?,
            };
            let open = OpenRow { id: row.int(2)?, package: row.int(3)? as PackageId, said };
            out.entry((row.int(0)?, row.int(1)?)).or_default().push(open);
        }
    }
    Ok(out)
}

/// A finding of a set, as it is stored: most who meet it only compare it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SetFinding {
    /// The package it is found in.
    pub package_id: PackageId,
    /// Since when.
    pub since: i64,
    /// Subject, source, state, fixed version, record.
    row: (String, i64, String, String, String),
}

impl SetFinding {
    /// CVE or advisory, and source: what tells it from others of its package.
    pub(crate) fn key(&self) -> (PackageId, &str, i64) {
        (self.package_id, &self.row.0, self.row.1)
    }

    /// The finding in full, as the package is judged without regard to what runs.
    pub(crate) fn read(&self, package: &Package) -> Result<Finding> {
        let (subject, source, state, fixed, record) = &self.row;
        read_finding(package, (subject.clone(), *source, state, fixed.clone(), record))
    }

    /// As a fleet index keeps it.
    pub fn fleet(&self) -> Result<FleetFinding> {
        let finding = self.read(&nameless())?;
        Ok(FleetFinding { package_id: self.package_id, finding, since: self.since })
    }

    fn of(row: &Row, first: usize) -> Result<Self> {
        Ok(Self {
            package_id: row.int(first)? as PackageId,
            since: row.int(first + 1)?,
            row: (
                row.text(first + 2)?,
                row.int(first + 3)?,
                row.text(first + 4)?,
                row.text(first + 5)?,
                row.text(first + 6)?,
            ),
        })
    }
}

/// By set and context: what the sets are found to have.
pub(crate) type SetFindings = HashMap<SetKey, Vec<SetFinding>>;

const COLUMNS: &str = "SELECT set_id, context_id, package_id, since, cve, source_id, state, fixed, rule \
                       FROM set_judgement WHERE until IS NULL";

/// The same of many sets.
pub(crate) async fn findings_of(tx: &mut Tx, keys: &[SetKey]) -> Result<SetFindings> {
    let keys = keys.iter().map(|key| args![key.0, key.1]).collect();
    let mut rows = Vec::new();
    for (table, args) in tables(tx.dialect(), &[Type::Int, Type::Int], keys, 128) {
        let sql = format!("{COLUMNS} AND (set_id, context_id) IN ({table}) ORDER BY id");
        rows.extend(tx.fetch(&sql, args).await?);
    }
    by_set(&rows)
}

/// The same of all sets.
pub(crate) async fn all_findings(db: &Db) -> Result<SetFindings> {
    by_set(&db.fetch(&format!("{COLUMNS} ORDER BY id"), args![]).await?)
}

fn by_set(rows: &[Row]) -> Result<SetFindings> {
    let mut out = SetFindings::new();
    for row in rows {
        out.entry((row.int(0)?, row.int(1)?)).or_default().push(SetFinding::of(row, 2)?);
    }
    Ok(out)
}

/// What a set in a context is found to have beside what its packages alone are.
pub(crate) async fn findings(db: &Db, (set_id, context_id): SetKey) -> Result<Vec<SetFinding>> {
    let sql = "SELECT package_id, since, cve, source_id, state, fixed, rule FROM set_judgement \
               WHERE set_id = $1 AND context_id = $2 AND until IS NULL ORDER BY id";
    db.fetch(sql, args![set_id, context_id]).await?.iter().map(|row| SetFinding::of(row, 0)).collect()
}
