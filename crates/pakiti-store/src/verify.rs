//! `pakiti verify`: recomputes sets, verdicts, judgements and counters without caches and lists differences.
//!
//! The same pure functions, none of the memo: what is stored must be what they say. It reads as of one moment
//! and holds nobody off, however long it takes.

use crate::args;
use crate::counters;
use crate::db::{Db, Tx};
use crate::error::{Result, StoreError};
use crate::generation;
use crate::judgement_rows::{Said, open_rows};
use crate::judging::{Bare, judge_bare};
use crate::memo::{Known, Memo, decode, read_context};
use crate::set_judgements::{self, SetKey};
use crate::totals;
use pakiti_core::package::PackageKey;
use pakiti_core::package_set::{PackageId, encode_ids, set_hash};
use pakiti_core::rules::RuleIndex;

/// What a verification found.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Verification {
    /// Package sets recomputed.
    pub sets: u64,
    /// Verdicts recomputed.
    pub verdicts: u64,
    /// Hosts compared with their verdict.
    pub hosts: u64,
    /// Cells summed up.
    pub cells: u64,
    /// Differences, one sentence each.
    pub differences: Vec<String>,
}

/// Verifies every `nth` set with its verdicts (1 = all), and all counters of hosts and cells.
///
/// # Errors
/// [`crate::error::StoreError::GenerationMoved`] if the rules are not the active ones.
pub async fn verify(db: &Db, index: &RuleIndex, nth: i64) -> Result<Verification> {
    let mut found = Verification::default();
    let mut tx = db.begin_read().await?;
    let generation = generation::read_at(&mut tx, index.generation).await?;
    // While a sweep is on its way, verdicts and hosts may be at neighbouring generations.
    let swept = generation.swept == generation.active;
    let mut memo = Memo::default();
    let sql = "SELECT id, hash, packages, ids FROM package_set WHERE id % $1 = 0 ORDER BY id";
    for row in tx.fetch(sql, args![nth.max(1)]).await? {
        let set_id = row.int(0)?;
        found.sets += 1;
        let packages = match read_set(&mut tx, &mut memo, &row.blob(3)?).await {
            Err(StoreError::Corrupt { what, reason }) => {
                found.differences.push(format!("package set {set_id}: {what} cannot be read: {reason}"));
                continue;
            }
            packages => packages?,
        };
        let keys = packages.iter().map(|(_, known)| known.1.key()).collect();
        if !matches_hash(keys, row.hash(1)?) || row.int(2)? != packages.len() as i64 {
            found.differences.push(format!("package set {set_id}: hash or number of packages differ"));
        }
        if swept {
            check_verdicts(&mut tx, index, set_id, &packages, &mut found).await?;
        }
    }
    if !swept {
        found.differences.push(format!(
            "re-evaluation to generation {} is not complete (swept to {})",
            generation.active, generation.swept
        ));
    }
    check_hosts(&mut tx, swept, &mut found).await?;
    if swept {
        crate::regroup::check(&mut tx, index, &mut found).await?;
    }
    check_cells(&mut tx, &mut found).await?;
    Ok(found)
}

async fn read_set(tx: &mut Tx, memo: &mut Memo, ids: &[u8]) -> Result<Vec<(PackageId, Known)>> {
    memo.load(tx, &decode(ids)?).await
}

fn matches_hash(mut keys: Vec<PackageKey>, hash: [u8; 32]) -> bool {
    set_hash(&mut keys).0 == hash
}

async fn check_verdicts(
    tx: &mut Tx,
    index: &RuleIndex,
    set_id: i64,
    packages: &[(PackageId, Known)],
    found: &mut Verification,
) -> Result<()> {
    let sql = format!(
        "SELECT v.context_id, g.id, c.record, v.digest, v.concerned, v.unknown_ids, v.exposed, g.record, {} \
         FROM verdict v JOIN context c ON c.id = v.context_id \
         JOIN group_context g ON g.id = COALESCE(v.group_context_id, c.group_context_id) WHERE v.set_id = $1",
        counters::of("v")
    );
    for row in tx.fetch(&sql, args![set_id]).await? {
        found.verdicts += 1;
        let context = read_context(&row.text(2)?)?;
        let Bare { group, rows, of_set, verdict } = judge_bare(index, &context, packages);
        let same = group.record() == row.text(7)?
            && verdict.digest.0 == row.hash(3)?
            && encode_ids(&verdict.concerned) == row.blob(4)?
            && encode_ids(&verdict.unknown) == row.blob(5)?
            && Some(encode_ids(&verdict.exposed)) == row.blob_opt(6)?
            && verdict.counters == counters::read(&row, 8)?;
        if !same {
            found.differences.push(format!("verdict of set {set_id}, context {} differs", row.int(0)?));
        }
        check_judgements(tx, row.int(1)?, rows, found).await?;
        check_set(tx, (set_id, row.int(0)?), of_set, found).await?;
    }
    Ok(())
}

/// The open rows must say what the judgements say, no more and no less.
async fn check_judgements(
    tx: &mut Tx,
    group_id: i64,
    wanted: Vec<(PackageId, Vec<Said>)>,
    found: &mut Verification,
) -> Result<()> {
    let mut stored = open_rows(tx, wanted.iter().map(|(id, _)| (group_id, *id))).await?;
    for (id, wanted) in wanted {
        let mut open = stored.remove(&(group_id, id)).unwrap_or_default();
        let missing = wanted.iter().any(|said| {
            let at = open.iter().position(|row| row.said == *said);
            at.map(|at| open.swap_remove(at)).is_none()
        });
        if missing || !open.is_empty() {
            found.differences.push(format!("judgement of package {id} in group context {group_id} differs"));
        }
    }
    Ok(())
}

/// The same of what whole sets tell.
async fn check_set(
    tx: &mut Tx,
    key: SetKey,
    wanted: Vec<(PackageId, Said)>,
    found: &mut Verification,
) -> Result<()> {
    let open = set_judgements::open_rows(tx, std::iter::once(key)).await?.remove(&key).unwrap_or_default();
    let stored =
        |(id, said): &(PackageId, Said)| open.iter().any(|row| row.package == *id && row.said == *said);
    if open.len() != wanted.len() || !wanted.iter().all(stored) {
        found.differences.push(format!("judgement of set {} as a whole in context {} differs", key.0, key.1));
    }
    Ok(())
}

async fn check_hosts(tx: &mut Tx, swept: bool, found: &mut Verification) -> Result<()> {
    let sql = format!(
        "SELECT h.id, v.set_id, \
         (SELECT COUNT(*) FROM host_state t WHERE t.host_id = h.id AND t.until IS NULL \
          AND t.set_id = h.set_id AND t.context_id = h.context_id), \
         (SELECT COUNT(*) FROM host_state t WHERE t.host_id = h.id AND t.until IS NULL), {}, {} \
         FROM host h LEFT JOIN verdict v ON v.set_id = h.set_id AND v.context_id = h.context_id",
        counters::of("h"),
        counters::of("v")
    );
    for row in tx.fetch(&sql, args![]).await? {
        found.hosts += 1;
        let id = row.int(0)?;
        if row.int_opt(1)?.is_none() {
            found.differences.push(format!("host {id} has no verdict"));
        } else if swept && counters::read(&row, 4)? != counters::read(&row, 4 + counters::WIDTH)? {
            found.differences.push(format!("counters of host {id} differ from its verdict"));
        }
        if (row.int(2)?, row.int(3)?) != (1, 1) {
            found.differences.push(format!("host {id} has not exactly one open state that matches it"));
        }
    }
    Ok(())
}

async fn check_cells(tx: &mut Tx, found: &mut Verification) -> Result<()> {
    let sums = totals::SUMS.map(|(column, of_host)| {
        (format!("c.{column}"), format!("CAST(COALESCE(SUM({of_host}), 0) AS BIGINT)"))
    });
    let (columns, sums): (Vec<String>, Vec<String>) = sums.into_iter().unzip();
    let columns = columns.join(", ");
    let sql = format!(
        "SELECT c.id, {columns}, {} FROM cell c LEFT JOIN host h ON h.cell_id = c.id GROUP BY c.id, {columns} ORDER BY c.id",
        sums.join(", ")
    );
    for row in tx.fetch(&sql, args![]).await? {
        found.cells += 1;
        for column in 1..=totals::SUMS.len() {
            if row.int(column)? != row.int(column + totals::SUMS.len())? {
                found.differences.push(format!("totals of cell {} differ from its hosts", row.int(0)?));
                break;
            }
        }
    }
    Ok(())
}
