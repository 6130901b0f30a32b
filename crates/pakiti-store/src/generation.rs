//! Generations: which rules are in force, and how far re-evaluation has come.
//!
//! design.md, "Concurrency": a transaction that writes verdicts reads the active generation in it; the switch
//! locks it. A verdict is current if it was computed at the active generation or everything was swept to it.

use crate::args;
use crate::db::{Db, Row, Tx};
use crate::dialect;
use crate::error::{Result, StoreError};

/// The one row of `generation`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Generation {
    /// In force.
    pub active: i64,
    /// Every verdict is valid for this one.
    pub swept: i64,
    /// Cursor of the running sweep: the last package set done.
    pub sweep_set: i64,
    /// Evaluator that made the verdicts.
    pub evaluator: i64,
}

impl Generation {
    fn read(row: Option<Row>) -> Result<Self> {
        let row = row.ok_or(StoreError::NotFound { what: "generation", name: "1".into() })?;
        Ok(Self { active: row.int(0)?, swept: row.int(1)?, sweep_set: row.int(2)?, evaluator: row.int(3)? })
    }

    fn insist(self, expected: i64) -> Result<Self> {
        if self.active == expected {
            return Ok(self);
        }
        Err(StoreError::GenerationMoved { active: self.active, expected })
    }

    /// Is a verdict computed at `computed` valid for the active generation?
    pub fn is_current(&self, computed: i64) -> bool {
        computed == self.active || self.swept == self.active
    }
}

const READ: &str = "SELECT active, swept, sweep_set, evaluator FROM generation WHERE id = 1";

/// The generation as it is now, outside any transaction: a hint only.
///
/// # Errors
/// Database errors.
pub async fn peek(db: &Db) -> Result<Generation> {
    Generation::read(db.fetch_optional(READ, args![]).await?)
}

/// Holds the generation for this transaction, together with others that hold it, and insists that it is the
/// one of the caller's rules.
pub(crate) async fn hold_at(tx: &mut Tx, expected: i64) -> Result<Generation> {
    let row = tx.fetch_optional(dialect::read_generation(tx.dialect()), args![]).await?;
    Generation::read(row)?.insist(expected)
}

/// Locks the generation for this transaction alone: the first thing whoever changes it, sources or many hosts
/// does. Taken later it could deadlock with a transaction that holds it and waits for one of those rows.
pub(crate) async fn lock(tx: &mut Tx) -> Result<Generation> {
    Generation::read(tx.fetch_optional(dialect::lock_generation(tx.dialect()), args![]).await?)
}

/// Locks the generation and insists that it is the one of the caller's rules.
pub(crate) async fn lock_at(tx: &mut Tx, expected: i64) -> Result<Generation> {
    lock(tx).await?.insist(expected)
}

/// The generation in a reading transaction, which holds nobody off.
pub(crate) async fn read_at(tx: &mut Tx, expected: i64) -> Result<Generation> {
    Generation::read(tx.fetch_optional(READ, args![]).await?)?.insist(expected)
}

/// Moves to the next generation in this transaction and records which names it touches (`None` = all).
pub(crate) async fn advance(
    tx: &mut Tx,
    source_id: Option<i64>,
    names: Option<&[String]>,
    at: i64,
) -> Result<i64> {
    let next = lock(tx).await?.active + 1;
    // A sweep under way starts over: its cursor is of rules that are no longer in force.
    tx.execute("UPDATE generation SET active = $1, sweep_set = 0 WHERE id = 1", args![next]).await?;
    tx.execute(
        "INSERT INTO generation_change (generation, source_id, at, names) VALUES ($1, $2, $3, $4)",
        args![next, source_id, at, names.map(|names| names.join("\n").into_bytes())],
    )
    .await?;
    Ok(next)
}

/// Makes the rules of this binary's evaluator the ones in force: if verdicts are of another evaluator, a new
/// generation that touches everything begins. Gives that generation.
pub async fn adopt_evaluator(db: &Db, evaluator: i64, now: i64) -> Result<Option<i64>> {
    if peek(db).await?.evaluator == evaluator {
        return Ok(None);
    }
    let mut tx = db.begin().await?;
    // Asked again under the lock: of several processes that start together only one begins a generation.
    if lock(&mut tx).await?.evaluator == evaluator {
        return Ok(None);
    }
    let next = advance(&mut tx, None, None, now).await?;
    tx.execute("UPDATE generation SET evaluator = $1 WHERE id = 1", args![evaluator]).await?;
    tx.commit().await?;
    Ok(Some(next))
}

/// Stands among touched names for every name; no package can be called so.
pub const ALL_NAMES: &str = "*";

/// The package names touched since the last completed sweep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Touched {
    /// Every name.
    All,
    /// These names.
    Names(std::collections::HashSet<String>),
}

/// Names touched by the generations above `swept` up to `active`.
pub(crate) async fn touched(tx: &mut Tx, swept: i64, active: i64) -> Result<Touched> {
    let sql = "SELECT names FROM generation_change WHERE generation > $1 AND generation <= $2";
    let mut names = std::collections::HashSet::new();
    for row in tx.fetch(sql, args![swept, active]).await? {
        let Some(bytes) = row.blob_opt(0)? else { return Ok(Touched::All) };
        let text = String::from_utf8(bytes)
            .map_err(|e| StoreError::Corrupt { what: "touched names", reason: e.to_string() })?;
        if text.lines().any(|name| name == ALL_NAMES) {
            return Ok(Touched::All);
        }
        names.extend(text.lines().map(str::to_owned));
    }
    Ok(Touched::Names(names))
}

/// The largest package set id: what the cursor of a sweep walks to.
pub async fn last_set(db: &Db) -> Result<i64> {
    let row = db.fetch_optional("SELECT COALESCE(MAX(id), 0) FROM package_set", args![]).await?;
    row.map_or(Ok(0), |row| row.int(0))
}
