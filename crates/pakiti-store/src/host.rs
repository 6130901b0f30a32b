//! Hosts as people read them: state counts, sums, one host; `host/list.rs` has the lists.
//!
//! Every function takes a [`Scope`]; lists filter by cell and never count or skip over the fleet. The state
//! expression below is `present::host_state` in SQL; a test compares both.

mod list;

pub use list::{HostPage, HostQuery, Key, Sort, list};

use crate::args;
use crate::counters;
use crate::db::{Db, Row, Value, placeholders};
use crate::error::{Result, StoreError};
use crate::scope::Scope;
use pakiti_core::present::{HostState, STALE_AFTER};
use pakiti_core::verdict::Counters;
use std::collections::HashMap;

/// A host in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostRow {
    /// Id.
    pub id: i64,
    /// Name.
    pub name: String,
    /// Host groups, by name.
    pub groups: Vec<String>,
    /// Reported system.
    pub os: String,
    /// OS group; empty = not mapped.
    pub os_group: String,
    /// Architecture.
    pub arch: String,
    /// Running kernel; empty = none.
    pub kernel: String,
    /// State at the time asked for.
    pub state: HostState,
    /// Numbers.
    pub counters: Counters,
    /// The host says it needs a reboot.
    pub reboot_required: bool,
    /// Unix time of the last report.
    pub last_report: i64,
}

/// `present::host_state` in SQL; `$now` and `$stale` are appended to the arguments.
fn state_expression(args: &mut Vec<Value>, now: i64) -> String {
    args.push(Value::from(now));
    let now_at = args.len();
    args.push(Value::from(now - STALE_AFTER));
    let stale_at = args.len();
    format!(
        "CAST(CASE WHEN b.fix_critical > 0 THEN 0 WHEN b.security > 0 OR b.fix_important > 0 OR b.fix_moderate > 0 \
         OR b.fix_low > 0 OR b.fix_none > 0 OR b.fix_unknown > 0 THEN 2 \
         WHEN b.reboot_required = 1 OR b.pending_reboot > 0 THEN 3 \
         WHEN g.support_end IS NOT NULL AND g.support_end < ${now_at} THEN 4 \
         WHEN b.last_report < ${stale_at} THEN 5 \
         WHEN b.os_group <> '' AND g.fresh_until IS NOT NULL AND g.fresh_until >= ${now_at} AND b.packages > 0 \
         AND b.in_repository * 100 >= b.packages * 90 AND b.judged * 100 >= b.packages * 90 THEN 7 ELSE 6 END AS BIGINT)"
    )
}

/// `FROM` with the state as a column, limited to the scope.
fn visible(scope: &Scope, args: &mut Vec<Value>, now: i64) -> String {
    let state = state_expression(args, now);
    let gate = scope.predicate("b.cell_id", args);
    format!(
        "FROM (SELECT b.*, {state} AS state FROM host b \
         LEFT JOIN os_group_state g ON g.os_group = b.os_group WHERE {gate}) h"
    )
}

/// The columns [`read_row`] reads.
fn row_columns() -> String {
    let own = "h.id, h.name, h.cell_id, h.os, h.os_group, h.arch, h.kernel, h.state, h.reboot_required, h.last_report";
    format!("{own}, {}", counters::of("h"))
}

/// How many they are.
const ROW_WIDTH: usize = 10 + counters::WIDTH;

fn read_row(row: &Row) -> Result<(i64, HostRow)> {
    let rank = row.int(7)?;
    let state = HostState::from_rank(rank)
        .ok_or_else(|| StoreError::Corrupt { what: "host state", reason: rank.to_string() })?;
    let host = HostRow {
        id: row.int(0)?,
        name: row.text(1)?,
        groups: Vec::new(),
        os: row.text(3)?,
        os_group: row.text(4)?,
        arch: row.text(5)?,
        kernel: row.text(6)?,
        state,
        reboot_required: row.flag(8)?,
        last_report: row.int(9)?,
        counters: counters::read(row, 10)?,
    };
    Ok((row.int(2)?, host))
}

async fn with_groups(db: &Db, rows: Vec<(i64, HostRow)>) -> Result<Vec<HostRow>> {
    let mut cells: Vec<i64> = rows.iter().map(|(cell, _)| *cell).collect();
    cells.sort_unstable();
    cells.dedup();
    let mut names: HashMap<i64, Vec<String>> = HashMap::new();
    if !cells.is_empty() {
        let sql = format!(
            "SELECT cg.cell_id, g.name FROM cell_group cg JOIN host_group g ON g.id = cg.group_id \
             WHERE cg.cell_id IN {} ORDER BY g.name",
            placeholders(1, cells.len(), 1)
        );
        for row in db.fetch(&sql, cells.into_iter().map(Value::from).collect()).await? {
            names.entry(row.int(0)?).or_default().push(row.text(1)?);
        }
    }
    Ok(rows
        .into_iter()
        .map(|(cell, mut host)| {
            host.groups = names.get(&cell).cloned().unwrap_or_default();
            host
        })
        .collect())
}

/// How many hosts in scope have each state, strongest first; states without a host are left out.
pub async fn count_by_state(db: &Db, scope: &Scope, now: i64) -> Result<Vec<(HostState, i64)>> {
    let mut args = Vec::new();
    let from = visible(scope, &mut args, now);
    let sql = format!("SELECT h.state, COUNT(*) {from} GROUP BY h.state ORDER BY h.state");
    let mut out = Vec::new();
    for row in db.fetch(&sql, args).await? {
        if let Some(state) = HostState::from_rank(row.int(0)?) {
            out.push((state, row.int(1)?));
        }
    }
    Ok(out)
}

/// The sums of the cells in scope: hosts, hosts with security updates, security updates, other updates. Exact
/// because cells are disjoint.
pub async fn totals(db: &Db, scope: &Scope) -> Result<[i64; 4]> {
    let mut args = Vec::new();
    let gate = scope.predicate("id", &mut args);
    let sql = format!(
        "SELECT CAST(COALESCE(SUM(hosts), 0) AS BIGINT), CAST(COALESCE(SUM(security_hosts), 0) AS BIGINT), \
         CAST(COALESCE(SUM(security), 0) AS BIGINT), CAST(COALESCE(SUM(other), 0) AS BIGINT) FROM cell WHERE {gate}"
    );
    let row = db.fetch_optional(&sql, args).await?;
    let row = row.ok_or(StoreError::NotFound { what: "totals", name: String::new() })?;
    Ok([row.int(0)?, row.int(1)?, row.int(2)?, row.int(3)?])
}

/// The OS groups of the hosts in scope.
pub async fn os_groups(db: &Db, scope: &Scope) -> Result<Vec<String>> {
    let mut args = Vec::new();
    let gate = scope.predicate("cell_id", &mut args);
    let sql = format!("SELECT DISTINCT os_group FROM host WHERE {gate} ORDER BY os_group");
    db.fetch(&sql, args).await?.iter().map(|row| row.text(0)).collect()
}

/// The host groups in scope.
pub async fn groups(db: &Db, scope: &Scope) -> Result<Vec<String>> {
    let mut args = Vec::new();
    let gate = scope.predicate("c.id", &mut args);
    let sql = format!(
        "SELECT DISTINCT g.name FROM cell c JOIN cell_group cg ON cg.cell_id = c.id \
         JOIN host_group g ON g.id = cg.group_id WHERE c.hosts > 0 AND {gate} ORDER BY g.name"
    );
    db.fetch(&sql, args).await?.iter().map(|row| row.text(0)).collect()
}

/// Everything about one host except its packages.
#[derive(Debug, Clone)]
pub struct HostDetail {
    /// As in lists.
    pub row: HostRow,
    /// Package set.
    pub set_id: i64,
    /// Context.
    pub context_id: i64,
    /// The context as a record.
    pub context: String,
    /// The last report's header as a record.
    pub facts: String,
    /// First report.
    pub first_report: i64,
    /// When packages or context last changed.
    pub changed_at: i64,
    /// Reports received.
    pub reports: i64,
    /// Until when its security sources count as fresh.
    pub fresh_until: Option<i64>,
    /// When vendor support of its OS group ends.
    pub support_end: Option<i64>,
}

/// One host in scope.
///
/// # Errors
/// [`StoreError::NotFound`] if there is none or the scope does not reach it: the two look the same.
pub async fn by_id(db: &Db, scope: &Scope, id: i64, now: i64) -> Result<HostDetail> {
    let mut args = Vec::new();
    let from = visible(scope, &mut args, now);
    args.push(Value::from(id));
    let sql = format!(
        "SELECT {}, h.set_id, h.context_id, c.record, h.facts, h.first_report, h.changed_at, h.reports, \
         o.fresh_until, o.support_end {from} JOIN context c ON c.id = h.context_id \
         LEFT JOIN os_group_state o ON o.os_group = h.os_group WHERE h.id = ${}",
        row_columns(),
        args.len()
    );
    let row = db.fetch_optional(&sql, args).await?;
    let row = row.ok_or(StoreError::NotFound { what: "host", name: id.to_string() })?;
    let host = with_groups(db, vec![read_row(&row)?]).await?.pop();
    Ok(HostDetail {
        row: host.ok_or(StoreError::NotFound { what: "host", name: id.to_string() })?,
        set_id: row.int(ROW_WIDTH)?,
        context_id: row.int(ROW_WIDTH + 1)?,
        context: row.text(ROW_WIDTH + 2)?,
        facts: row.text(ROW_WIDTH + 3)?,
        first_report: row.int(ROW_WIDTH + 4)?,
        changed_at: row.int(ROW_WIDTH + 5)?,
        reports: row.int(ROW_WIDTH + 6)?,
        fresh_until: row.int_opt(ROW_WIDTH + 7)?,
        support_end: row.int_opt(ROW_WIDTH + 8)?,
    })
}

/// Ids of the hosts in scope with this exact name.
pub async fn ids_by_name(db: &Db, scope: &Scope, name: &str) -> Result<Vec<i64>> {
    let mut args = args![name];
    let gate = scope.predicate("cell_id", &mut args);
    let sql = format!("SELECT id FROM host WHERE name = $1 AND {gate} ORDER BY id");
    db.fetch(&sql, args).await?.iter().map(|row| row.int(0)).collect()
}

/// The architectures of all hosts, for the server's own work.
pub async fn architectures(db: &Db) -> Result<Vec<String>> {
    let sql = "SELECT DISTINCT arch FROM host WHERE arch <> '' ORDER BY arch LIMIT 50";
    db.fetch(sql, args![]).await?.iter().map(|row| row.text(0)).collect()
}
