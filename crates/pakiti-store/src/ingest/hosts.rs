//! The rows of hosts and of their states, as a report changes them.

use super::{Pending, ReadyReport};
use crate::args;
use crate::db::{Tx, Value, pieces, placeholders};
use crate::dialect::for_update;
use crate::error::{Result, StoreError};
use crate::judging::read_counters;
use pakiti_core::verdict::Counters;
use std::collections::{HashMap, HashSet};

/// The row of a host as it was before this report.
pub(super) struct Before {
    pub(super) host_id: i64,
    pub(super) cell_id: i64,
    set_id: i64,
    context_id: i64,
    pub(super) last_report: i64,
    pub(super) counters: Counters,
    /// A grant gave it a cell of its own.
    pub(super) own_cell: bool,
}

/// What a host becomes.
pub(super) struct After {
    pub(super) cell_id: i64,
    pub(super) set_id: i64,
    pub(super) context_id: i64,
    pub(super) counters: Counters,
    /// Since when.
    pub(super) at: i64,
}

/// The hosts of these reports, by identity, locked until the transaction ends.
pub(super) async fn before(tx: &mut Tx, pending: &[Pending<'_>]) -> Result<HashMap<[u8; 32], Before>> {
    let mut out = HashMap::new();
    for piece in pieces(pending, 128) {
        let sql = format!(
            "SELECT identity, id, cell_id, set_id, context_id, last_report, \
             packages, in_repository, judged, unknown, security, other, held \
             FROM host WHERE identity IN {} ORDER BY identity{}",
            placeholders(1, piece.len(), 1),
            for_update(tx.dialect())
        );
        let args = piece.iter().map(|pending| Value::from(pending.report.identity)).collect();
        for row in tx.fetch(&sql, args).await? {
            let before = Before {
                host_id: row.int(1)?,
                cell_id: row.int(2)?,
                set_id: row.int(3)?,
                context_id: row.int(4)?,
                last_report: row.int(5)?,
                counters: read_counters(&row, 6)?,
                own_cell: false,
            };
            out.insert(row.hash(0)?, before);
        }
    }
    mark_own_cells(tx, &mut out).await?;
    Ok(out)
}

/// A statement of its own: when the first had to wait for a grant, this one sees the cell the grant made.
async fn mark_own_cells(tx: &mut Tx, hosts: &mut HashMap<[u8; 32], Before>) -> Result<()> {
    let cells: HashSet<i64> = hosts.values().map(|host| host.cell_id).collect();
    let cells: Vec<i64> = cells.into_iter().collect();
    let mut own = HashSet::new();
    for piece in pieces(&cells, 128) {
        let list = placeholders(1, piece.len(), 1);
        let sql = format!("SELECT id FROM cell WHERE own_host_id IS NOT NULL AND id IN {list}");
        for row in tx.fetch(&sql, piece.iter().map(|id| Value::from(*id)).collect()).await? {
            own.insert(row.int(0)?);
        }
    }
    for host in hosts.values_mut() {
        host.own_cell = own.contains(&host.cell_id);
    }
    Ok(())
}

/// Stores new hosts with their first state; gives their ids by identity.
///
/// A conflict on the identity (another process stored the host first) fails the batch; it is tried again.
pub(super) async fn insert(tx: &mut Tx, new: &[(&Pending<'_>, After)]) -> Result<HashMap<[u8; 32], i64>> {
    let mut ids = HashMap::with_capacity(new.len());
    for piece in pieces(new, 128) {
        let sql = format!(
            "WITH v ({COLUMNS}, at) AS (VALUES {}) INSERT INTO host ({COLUMNS}, last_report, first_report, \
             changed_at, reports) SELECT {COLUMNS}, at, at, at, 1 FROM v WHERE 1 = 1 RETURNING id, identity",
            placeholders(piece.len(), WIDTH, 1)
        );
        let args = piece.iter().flat_map(|(pending, after)| columns(pending.report, after)).collect();
        for row in tx.fetch(&sql, args).await? {
            ids.insert(row.hash(1)?, row.int(0)?);
        }
    }
    let mut opened = Vec::with_capacity(new.len());
    for (pending, after) in new {
        let id = ids.get(&pending.report.identity).copied();
        let missing = || StoreError::NotFound { what: "host", name: pending.report.name.clone() };
        opened.push((id.ok_or_else(missing)?, after));
    }
    open_states(tx, &opened, "host-new").await?;
    Ok(ids)
}

/// Rewrites the rows of hosts; where packages or context changed, their states too.
pub(super) async fn update(tx: &mut Tx, changed: &[(&Pending<'_>, &Before, After)]) -> Result<()> {
    for piece in pieces(changed, 128) {
        let set: Vec<String> = COLUMNS.split(", ").map(|column| format!("{column} = v.{column}")).collect();
        let sql = format!(
            "WITH v ({COLUMNS}, at) AS (VALUES {}) UPDATE host SET {}, last_report = v.at, \
             reports = host.reports + 1, changed_at = CASE WHEN host.set_id = v.set_id \
             AND host.context_id = v.context_id THEN host.changed_at ELSE v.at END \
             FROM v WHERE host.identity = v.identity",
            placeholders(piece.len(), WIDTH, 1),
            set.join(", ")
        );
        let args = piece.iter().flat_map(|(pending, _, after)| columns(pending.report, after)).collect();
        tx.execute(&sql, args).await?;
    }
    let moved: Vec<(i64, &After)> = changed
        .iter()
        .filter(|(_, before, after)| (before.set_id, before.context_id) != (after.set_id, after.context_id))
        .map(|(_, before, after)| (before.host_id, after))
        .collect();
    for piece in pieces(&moved, 128) {
        let sql = format!(
            "WITH v (host_id, at) AS (VALUES {}) UPDATE host_state SET until = v.at \
             FROM v WHERE host_state.host_id = v.host_id AND host_state.until IS NULL",
            placeholders(piece.len(), 2, 1)
        );
        let args = piece.iter().flat_map(|(host_id, after)| args![*host_id, after.at]).collect();
        tx.execute(&sql, args).await?;
    }
    open_states(tx, &moved, "host-changed").await
}

/// What a report tells about a host, in the order of [`columns`].
const COLUMNS: &str = "identity, name, cell_id, set_id, context_id, facts_hash, os, os_group, arch, kernel, \
                       reboot_required, facts, packages, in_repository, judged, unknown, security, other, held";
/// [`COLUMNS`] and the time.
const WIDTH: usize = 20;

fn columns(report: &ReadyReport, after: &After) -> Vec<Value> {
    let c = &after.counters;
    args![
        report.identity,
        &report.name,
        after.cell_id,
        after.set_id,
        after.context_id,
        report.facts_hash,
        &report.os,
        report.context.group.os_group.as_ref().map_or("", |g| &g.0),
        &report.arch,
        &report.kernel,
        report.reboot_required,
        &report.facts,
        c.packages,
        c.in_repository,
        c.judged,
        c.unknown,
        c.security,
        c.other,
        c.held,
        after.at,
    ]
}

/// Opens a state for each host and tells it in the change log. Several within one second are told apart by
/// their number.
async fn open_states(tx: &mut Tx, opened: &[(i64, &After)], kind: &str) -> Result<()> {
    for piece in pieces(opened, 128) {
        let rows = placeholders(piece.len(), 4, 1);
        let args =
            || piece.iter().flat_map(|(id, a)| args![*id, a.at, a.set_id, a.context_id]).collect::<Vec<_>>();
        let sql = format!(
            "WITH v (host_id, at, set_id, context_id) AS (VALUES {rows}) \
             INSERT INTO host_state (host_id, since, seq, set_id, context_id) \
             SELECT v.host_id, v.at, (SELECT COUNT(*) FROM host_state t WHERE t.host_id = v.host_id \
             AND t.since = v.at), v.set_id, v.context_id FROM v"
        );
        tx.execute(&sql, args()).await?;
        let sql = format!(
            "WITH v (host_id, at, set_id, context_id) AS (VALUES {rows}) \
             INSERT INTO change_log (at, kind, host_id, set_id, context_id) \
             SELECT v.at, ${}, v.host_id, v.set_id, v.context_id FROM v",
            piece.len() * 4 + 1
        );
        let mut all = args();
        all.push(Value::from(kind));
        tx.execute(&sql, all).await?;
    }
    Ok(())
}
