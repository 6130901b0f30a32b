//! Hosts as people read them: lists with filters and key paging, state counts, one host.
//!
//! Every function takes a [`Scope`]; lists filter by cell and never count or skip over the fleet. The state
//! expression below is `present::host_state` in SQL; a test compares both.

use crate::args;
use crate::db::{Db, Row, Value, placeholders};
use crate::error::{Result, StoreError};
use crate::judging::read_counters;
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

/// What a list is ordered by; ties are broken by id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// Strongest state first.
    #[default]
    State,
    /// Host name.
    Name,
    /// OS group.
    Os,
    /// Kernel.
    Kernel,
    /// Security updates.
    Security,
    /// Other updates.
    Other,
    /// Packages no source knows.
    Unknown,
    /// Last report.
    LastReport,
}

impl Sort {
    /// Every order with the word it has in URLs.
    pub const ALL: [(Self, &'static str); 8] = [
        (Self::State, "state"),
        (Self::Name, "name"),
        (Self::Os, "os"),
        (Self::Kernel, "kernel"),
        (Self::Security, "security"),
        (Self::Other, "other"),
        (Self::Unknown, "unknown"),
        (Self::LastReport, "last"),
    ];

    fn column(self) -> &'static str {
        match self {
            Self::State => "h.state",
            Self::Name => "h.name",
            Self::Os => "h.os_group",
            Self::Kernel => "h.kernel",
            Self::Security => "h.security",
            Self::Other => "h.other",
            Self::Unknown => "h.unknown",
            Self::LastReport => "h.last_report",
        }
    }

    fn key(self, row: &HostRow) -> Key {
        match self {
            Self::State => Key::Int(row.state.rank()),
            Self::Name => Key::Text(row.name.clone()),
            Self::Os => Key::Text(row.os_group.clone()),
            Self::Kernel => Key::Text(row.kernel.clone()),
            Self::Security => Key::Int(row.counters.security),
            Self::Other => Key::Int(row.counters.other),
            Self::Unknown => Key::Int(row.counters.unknown),
            Self::LastReport => Key::Int(row.last_report),
        }
    }
}

/// The sort value of the last row of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Key {
    /// Of a numeric order.
    Int(i64),
    /// Of a text order.
    Text(String),
}

/// A filtered, ordered page of hosts.
#[derive(Debug, Clone, Default)]
pub struct HostQuery {
    /// Part of name, reported system or kernel, any case.
    pub text: Option<String>,
    /// Only this state.
    pub state: Option<HostState>,
    /// Only this OS group; empty string = not mapped.
    pub os_group: Option<String>,
    /// Only this host group.
    pub group: Option<String>,
    /// Only hosts with security updates (true) or with other updates (false).
    pub security: Option<bool>,
    /// Only hosts with any update (true) or without one (false).
    pub pending: Option<bool>,
    /// Order.
    pub sort: Sort,
    /// Largest first.
    pub descending: bool,
    /// Continue after this row.
    pub after: Option<(Key, i64)>,
    /// Rows per page.
    pub limit: usize,
}

/// A page of hosts.
#[derive(Debug)]
pub struct HostPage {
    /// The rows.
    pub rows: Vec<HostRow>,
    /// Where the next page continues; `None` = this is the last.
    pub next: Option<(Key, i64)>,
}

/// `present::host_state` in SQL; `$now` and `$stale` are appended to the arguments.
fn state_expression(args: &mut Vec<Value>, now: i64) -> String {
    args.push(Value::from(now));
    let now_at = args.len();
    args.push(Value::from(now - STALE_AFTER));
    let stale_at = args.len();
    format!(
        "CAST(CASE WHEN b.security > 0 THEN 2 WHEN b.reboot_required = 1 THEN 3 \
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

fn conditions(query: &HostQuery, args: &mut Vec<Value>) -> String {
    let mut out = String::from("1 = 1");
    let mut add = |template: &str, value: Value| {
        args.push(value);
        out.push_str(" AND ");
        out.push_str(&template.replace('?', &format!("${}", args.len())));
    };
    if let Some(text) = &query.text {
        add(
            "(LOWER(h.name) LIKE ? ESCAPE '!' OR LOWER(h.os) LIKE ? ESCAPE '!' OR LOWER(h.kernel) LIKE ? ESCAPE '!')",
            Value::from(like(text)),
        );
    }
    if let Some(state) = query.state {
        add("h.state = ?", Value::from(state.rank()));
    }
    if let Some(group) = &query.os_group {
        add("h.os_group = ?", Value::from(group));
    }
    if let Some(group) = &query.group {
        add(
            "h.cell_id IN (SELECT cg.cell_id FROM cell_group cg JOIN host_group hg ON hg.id = cg.group_id WHERE hg.name = ?)",
            Value::from(group),
        );
    }
    match query.security {
        Some(true) => out.push_str(" AND h.security > 0"),
        Some(false) => out.push_str(" AND h.other > 0"),
        None => {}
    }
    match query.pending {
        Some(true) => out.push_str(" AND h.security + h.other > 0"),
        Some(false) => out.push_str(" AND h.security + h.other = 0"),
        None => {}
    }
    out
}

/// `%text%` with LIKE's own signs escaped by `!`.
pub(crate) fn like(text: &str) -> String {
    let mut out = String::from("%");
    // ASCII only, as LOWER is in both databases.
    for c in text.to_ascii_lowercase().chars() {
        if matches!(c, '%' | '_' | '!') {
            out.push('!');
        }
        out.push(c);
    }
    out.push('%');
    out
}

const ROW: &str = "h.id, h.name, h.cell_id, h.os, h.os_group, h.arch, h.kernel, h.state, h.packages, h.in_repository, \
     h.judged, h.unknown, h.security, h.other, h.held, h.reboot_required, h.last_report";

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
        counters: read_counters(row, 8)?,
        reboot_required: row.flag(15)?,
        last_report: row.int(16)?,
    };
    Ok((row.int(2)?, host))
}

/// One page of the hosts in scope.
pub async fn list(db: &Db, scope: &Scope, query: &HostQuery, now: i64) -> Result<HostPage> {
    let mut args = Vec::new();
    let from = visible(scope, &mut args, now);
    let mut filter = conditions(query, &mut args);
    let column = query.sort.column();
    let (direction, beyond) = if query.descending { ("DESC", "<") } else { ("ASC", ">") };
    if let Some((key, id)) = &query.after {
        args.push(match key {
            Key::Int(value) => Value::from(*value),
            Key::Text(value) => Value::from(value),
        });
        args.push(Value::from(*id));
        let (k, i) = (args.len() - 1, args.len());
        filter.push_str(&format!(" AND ({column}, h.id) {beyond} (${k}, ${i})"));
    }
    args.push(Value::from(query.limit as i64 + 1));
    let sql = format!(
        "SELECT {ROW} {from} WHERE {filter} ORDER BY {column} {direction}, h.id {direction} LIMIT ${}",
        args.len()
    );
    let rows = db.fetch(&sql, args).await?;
    let mut rows = rows.iter().map(read_row).collect::<Result<Vec<_>>>()?;
    let more = rows.len() > query.limit;
    rows.truncate(query.limit);
    let rows = with_groups(db, rows).await?;
    let next = rows.last().filter(|_| more).map(|row| (query.sort.key(row), row.id));
    Ok(HostPage { rows, next })
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
        "SELECT {ROW}, h.set_id, h.context_id, c.record, h.facts, h.first_report, h.changed_at, h.reports, \
         o.fresh_until, o.support_end {from} JOIN context c ON c.id = h.context_id \
         LEFT JOIN os_group_state o ON o.os_group = h.os_group WHERE h.id = ${}",
        args.len()
    );
    let row = db.fetch_optional(&sql, args).await?;
    let row = row.ok_or(StoreError::NotFound { what: "host", name: id.to_string() })?;
    let host = with_groups(db, vec![read_row(&row)?]).await?.pop();
    Ok(HostDetail {
        row: host.ok_or(StoreError::NotFound { what: "host", name: id.to_string() })?,
        set_id: row.int(17)?,
        context_id: row.int(18)?,
        context: row.text(19)?,
        facts: row.text(20)?,
        first_report: row.int(21)?,
        changed_at: row.int(22)?,
        reports: row.int(23)?,
        fresh_until: row.int_opt(24)?,
        support_end: row.int_opt(25)?,
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
