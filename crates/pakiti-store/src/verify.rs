//! `pakiti verify`: recomputes sets, verdicts, judgements and counters without caches and lists differences.
//!
//! The same pure functions, none of the memo: what is stored must be what they say. It reads as of one moment
//! and holds nobody off, however long it takes.

use crate::args;
use crate::db::{Db, Tx, Value, pieces, placeholders};
use crate::error::{Result, StoreError};
use crate::generation;
use crate::judging::{Bare, judge_bare, read_counters, record};
use crate::memo::{Known, Memo, decode, read_context};
use pakiti_core::judgement::Judgement;
use pakiti_core::package::PackageKey;
use pakiti_core::package_set::{PackageId, encode_ids, set_hash};
use pakiti_core::rules::RuleIndex;
use std::collections::HashMap;

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
    let sql = "SELECT v.context_id, g.id, c.record, v.digest, v.concerned, v.unknown_ids, v.packages, \
               v.in_repository, v.judged, v.unknown, v.security, v.other, v.held, g.record \
               FROM verdict v JOIN context c ON c.id = v.context_id \
               JOIN group_context g ON g.id = COALESCE(v.group_context_id, c.group_context_id) WHERE v.set_id = $1";
    for row in tx.fetch(sql, args![set_id]).await? {
        found.verdicts += 1;
        let context = read_context(&row.text(2)?)?;
        let Bare { group, judgements, verdict } = judge_bare(index, &context, packages);
        let same = group.record() == row.text(13)?
            && verdict.digest.0 == row.hash(3)?
            && encode_ids(&verdict.concerned) == row.blob(4)?
            && encode_ids(&verdict.unknown) == row.blob(5)?
            && verdict.counters == read_counters(&row, 6)?;
        if !same {
            found.differences.push(format!("verdict of set {set_id}, context {} differs", row.int(0)?));
        }
        check_judgements(tx, row.int(1)?, &judgements, found).await?;
    }
    Ok(())
}

/// The open rows must say what the judgements say, no more and no less.
async fn check_judgements(
    tx: &mut Tx,
    group_id: i64,
    judgements: &[(PackageId, Judgement)],
    found: &mut Verification,
) -> Result<()> {
    let mut stored: HashMap<PackageId, Vec<String>> = HashMap::new();
    for piece in pieces(judgements, 512) {
        let sql = format!(
            "SELECT package_id, rule FROM judgement WHERE group_context_id = $1 AND kind = 'update' \
             AND until IS NULL AND package_id IN {}",
            placeholders(1, piece.len(), 2)
        );
        let mut args = args![group_id];
        args.extend(piece.iter().map(|(id, _)| Value::from(i64::from(*id))));
        for row in tx.fetch(&sql, args).await? {
            stored.entry(row.int(0)? as PackageId).or_default().push(row.text(1)?);
        }
    }
    for (id, judgement) in judgements {
        let wanted: Vec<String> = judgement.update.iter().map(record).collect();
        if stored.remove(id).unwrap_or_default() != wanted {
            found.differences.push(format!("judgement of package {id} in group context {group_id} differs"));
        }
    }
    Ok(())
}

async fn check_hosts(tx: &mut Tx, swept: bool, found: &mut Verification) -> Result<()> {
    let sql = "SELECT h.id, h.packages, h.in_repository, h.judged, h.unknown, h.security, h.other, h.held, \
               v.packages, v.in_repository, v.judged, v.unknown, v.security, v.other, v.held, \
               (SELECT COUNT(*) FROM host_state t WHERE t.host_id = h.id AND t.until IS NULL \
                AND t.set_id = h.set_id AND t.context_id = h.context_id), \
               (SELECT COUNT(*) FROM host_state t WHERE t.host_id = h.id AND t.until IS NULL) \
               FROM host h LEFT JOIN verdict v ON v.set_id = h.set_id AND v.context_id = h.context_id";
    for row in tx.fetch(sql, args![]).await? {
        found.hosts += 1;
        let id = row.int(0)?;
        if row.int_opt(8)?.is_none() {
            found.differences.push(format!("host {id} has no verdict"));
        } else if swept && read_counters(&row, 1)? != read_counters(&row, 8)? {
            found.differences.push(format!("counters of host {id} differ from its verdict"));
        }
        if (row.int(15)?, row.int(16)?) != (1, 1) {
            found.differences.push(format!("host {id} has not exactly one open state that matches it"));
        }
    }
    Ok(())
}

async fn check_cells(tx: &mut Tx, found: &mut Verification) -> Result<()> {
    let sql = "SELECT c.id, c.hosts, c.security_hosts, c.security, c.other, c.unknown, COUNT(h.id), \
               CAST(COALESCE(SUM(CASE WHEN h.security > 0 THEN 1 ELSE 0 END), 0) AS BIGINT), \
               CAST(COALESCE(SUM(h.security), 0) AS BIGINT), CAST(COALESCE(SUM(h.other), 0) AS BIGINT), \
               CAST(COALESCE(SUM(h.unknown), 0) AS BIGINT) \
               FROM cell c LEFT JOIN host h ON h.cell_id = c.id \
               GROUP BY c.id, c.hosts, c.security_hosts, c.security, c.other, c.unknown ORDER BY c.id";
    for row in tx.fetch(sql, args![]).await? {
        found.cells += 1;
        for column in 1..=5 {
            if row.int(column)? != row.int(column + 5)? {
                found.differences.push(format!("totals of cell {} differ from its hosts", row.int(0)?));
                break;
            }
        }
    }
    Ok(())
}
