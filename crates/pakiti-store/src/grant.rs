//! Grants: which host groups and hosts an account may see, and the cells that follow from them.
//!
//! A host with a grant of its own is a cell of its own (design.md, "The words"), so that a scope is always a
//! set of cells.

use crate::args;
use crate::counters;
use crate::db::{Db, Tx};
use crate::error::{Result, StoreError};
use crate::ingest::hosts::tell_moved;
use crate::intern::cell_of;
use crate::totals::CellChanges;

/// The own cell of a host with the groups of the given shared cell.
pub(crate) async fn own_cell(tx: &mut Tx, host_id: i64, shared: i64) -> Result<i64> {
    let sql = "SELECT group_id FROM cell_group WHERE cell_id = $1 ORDER BY group_id";
    let rows = tx.fetch(sql, args![shared]).await?;
    let ids = rows.iter().map(|row| row.int(0)).collect::<Result<Vec<_>>>()?;
    cell_of(tx, &ids, Some(host_id)).await
}

/// Lets an account see a host group; the group is created if no host reported it yet.
pub async fn grant_group(db: &Db, account_id: i64, group: &str) -> Result<()> {
    let mut tx = db.begin().await?;
    tx.execute("INSERT INTO host_group (name) VALUES ($1) ON CONFLICT (name) DO NOTHING", args![group])
        .await?;
    let sql = "INSERT INTO group_grant (account_id, group_id) SELECT $1, id FROM host_group WHERE name = $2 \
               ON CONFLICT DO NOTHING";
    tx.execute(sql, args![account_id, group]).await?;
    tx.commit().await
}

/// Takes a host group from an account.
pub async fn revoke_group(db: &Db, account_id: i64, group: &str) -> Result<u64> {
    let sql = "DELETE FROM group_grant WHERE account_id = $1 AND group_id IN (SELECT id FROM host_group WHERE name = $2)";
    db.execute(sql, args![account_id, group]).await
}

/// Lets an account see one host: the host moves into a cell of its own.
///
/// # Errors
/// [`StoreError::NotFound`] if no host has this id.
pub async fn grant_host(db: &Db, account_id: i64, host_id: i64) -> Result<()> {
    let mut tx = db.begin().await?;
    let sql = "INSERT INTO host_grant (account_id, host_id) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    let from = host_cell(&mut tx, host_id).await?;
    tx.execute(sql, args![account_id, host_id]).await?;
    let to = own_cell(&mut tx, host_id, from).await?;
    move_host(&mut tx, host_id, from, to).await?;
    tx.commit().await
}

/// Takes a host from an account; without any grant left the host returns to the shared cell of its groups.
pub async fn revoke_host(db: &Db, account_id: i64, host_id: i64) -> Result<()> {
    let mut tx = db.begin().await?;
    let from = host_cell(&mut tx, host_id).await?;
    let sql = "DELETE FROM host_grant WHERE account_id = $1 AND host_id = $2";
    tx.execute(sql, args![account_id, host_id]).await?;
    let left =
        tx.fetch_optional("SELECT 1 FROM host_grant WHERE host_id = $1 LIMIT 1", args![host_id]).await?;
    if left.is_none() {
        let sql = "SELECT group_id FROM cell_group WHERE cell_id = $1 ORDER BY group_id";
        let rows = tx.fetch(sql, args![from]).await?;
        let ids = rows.iter().map(|row| row.int(0)).collect::<Result<Vec<_>>>()?;
        let to = cell_of(&mut tx, &ids, None).await?;
        move_host(&mut tx, host_id, from, to).await?;
    }
    tx.commit().await
}

async fn host_cell(tx: &mut Tx, host_id: i64) -> Result<i64> {
    let lock = crate::dialect::for_update(tx.dialect());
    let sql = format!("SELECT cell_id FROM host WHERE id = $1{lock}");
    let row = tx.fetch_optional(&sql, args![host_id]).await?;
    row.ok_or(StoreError::NotFound { what: "host", name: host_id.to_string() })?.int(0)
}

/// Moves a host between cells together with its share of their totals.
async fn move_host(tx: &mut Tx, host_id: i64, from: i64, to: i64) -> Result<()> {
    if from == to {
        return Ok(());
    }
    let sql = format!("UPDATE host SET cell_id = $2 WHERE id = $1 RETURNING {}, last_report", counters::LIST);
    let row = tx.fetch_optional(&sql, args![host_id, to]).await?;
    let row = row.ok_or(StoreError::NotFound { what: "host", name: host_id.to_string() })?;
    let counters = counters::read(&row, 0)?;
    let mut changes = CellChanges::default();
    changes.leave(from, &counters);
    changes.enter(to, &counters);
    changes.write(tx).await?;
    // Who keeps cells of hosts in memory hears of it by this. The time is not asked for: that of its last report.
    tell_moved(tx, &[(host_id, row.int(counters::WIDTH)?)]).await
}

/// What an account was granted, as `group NAME` / `host NAME` pairs by name.
pub async fn of_account(db: &Db, account_id: i64) -> Result<Vec<(String, String)>> {
    let sql = "SELECT 'group', g.name FROM group_grant r JOIN host_group g ON g.id = r.group_id WHERE r.account_id = $1 \
               UNION ALL SELECT 'host', h.name FROM host_grant r JOIN host h ON h.id = r.host_id \
               WHERE r.account_id = $1 ORDER BY 1, 2";
    let rows = db.fetch(sql, args![account_id]).await?;
    rows.iter().map(|row| Ok((row.text(0)?, row.text(1)?))).collect()
}
