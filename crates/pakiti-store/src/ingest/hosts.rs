//! The rows of hosts and of their states, as a report changes them.

use super::{Pending, ReadyReport};
use crate::args;
use crate::counters;
use crate::db::{Tx, Value};
use crate::dialect::{Type, for_update, lists, tables};
use crate::error::{Result, StoreError};
use pakiti_core::verdict::Counters;
use std::collections::{HashMap, HashSet};

/// The row of a host as it was before this report.
pub(super) struct Before {
    pub(super) host_id: i64,
    pub(super) cell_id: i64,
    name: String,
    set_id: i64,
    context_id: i64,
    last_report: i64,
    /// When set or context last changed: also without a report, as sources name other host groups.
    changed_at: i64,
    pub(super) counters: Counters,
    /// A grant gave it a cell of its own.
    pub(super) own_cell: bool,
}

impl Before {
    /// The time of what is newest of it.
    pub(super) fn newest(&self) -> i64 {
        self.last_report.max(self.changed_at)
    }
}

/// What a host becomes.
pub(crate) struct After {
    pub(crate) cell_id: i64,
    pub(crate) set_id: i64,
    pub(crate) context_id: i64,
    pub(crate) counters: Counters,
    /// Since when.
    pub(crate) at: i64,
}

/// The hosts of these reports, by identity, locked until the transaction ends.
pub(super) async fn before(tx: &mut Tx, pending: &[Pending<'_>]) -> Result<HashMap<[u8; 32], Before>> {
    let mut out = HashMap::new();
    let identities = pending.iter().map(|pending| Value::from(pending.report.identity)).collect();
    for (list, args) in lists(tx.dialect(), Type::Blob, identities, 128) {
        let sql = format!(
            "SELECT identity, id, cell_id, set_id, context_id, last_report, \
             changed_at, name, {} FROM host WHERE identity {list} ORDER BY identity{}",
            counters::LIST,
            for_update(tx.dialect())
        );
        for row in tx.fetch(&sql, args).await? {
            let before = Before {
                host_id: row.int(1)?,
                cell_id: row.int(2)?,
                set_id: row.int(3)?,
                context_id: row.int(4)?,
                last_report: row.int(5)?,
                changed_at: row.int(6)?,
                name: row.text(7)?,
                counters: counters::read(&row, 8)?,
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
    let cells = cells.into_iter().map(Value::from).collect();
    let mut own = HashSet::new();
    for (list, args) in lists(tx.dialect(), Type::Int, cells, 128) {
        let sql = format!("SELECT id FROM cell WHERE own_host_id IS NOT NULL AND id {list}");
        for row in tx.fetch(&sql, args).await? {
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
    let rows = new.iter().map(|(pending, after)| columns(pending.report, after)).collect();
    for (table, args) in tables(tx.dialect(), &TYPES, rows, 128) {
        let sql = format!(
            "WITH v ({COLUMNS}, at) AS ({table}) INSERT INTO host ({COLUMNS}, last_report, first_report, \
             changed_at, reports) SELECT {COLUMNS}, at, at, at, 1 FROM v WHERE 1 = 1 RETURNING id, identity"
        );
        for row in tx.insert(&sql, args, new.len()).await? {
            ids.insert(row.hash(1)?, row.int(0)?);
        }
    }
    let mut opened = Vec::with_capacity(new.len());
    for (pending, after) in new {
        let id = ids.get(&pending.report.identity).copied();
        let missing = || StoreError::NotFound { what: "host", name: pending.report.name.clone() };
        opened.push((id.ok_or_else(missing)?, after));
    }
    open_states(tx, &opened, NEW).await?;
    Ok(ids)
}

/// Rewrites the rows of hosts; where packages or context changed, their states too.
pub(super) async fn update(tx: &mut Tx, changed: &[(&Pending<'_>, &Before, After)]) -> Result<()> {
    let set: Vec<String> = COLUMNS.split(", ").map(|column| format!("{column} = v.{column}")).collect();
    let rows = changed.iter().map(|(pending, _, after)| columns(pending.report, after)).collect();
    for (table, args) in tables(tx.dialect(), &TYPES, rows, 128) {
        let sql = format!(
            "WITH v ({COLUMNS}, at) AS ({table}) UPDATE host SET {}, last_report = v.at, \
             reports = host.reports + 1, changed_at = CASE WHEN host.set_id = v.set_id \
             AND host.context_id = v.context_id THEN host.changed_at ELSE v.at END \
             FROM v WHERE host.identity = v.identity",
            set.join(", ")
        );
        tx.execute(&sql, args).await?;
    }
    let (moved, stayed): (Vec<_>, Vec<_>) = changed.iter().partition(|(_, before, after)| {
        (before.set_id, before.context_id) != (after.set_id, after.context_id)
    });
    let elsewhere = stayed.iter().filter(|(pending, before, after)| {
        (&before.name, before.cell_id) != (&pending.report.name, after.cell_id)
    });
    let elsewhere: Vec<(i64, i64)> = elsewhere.map(|(_, before, after)| (before.host_id, after.at)).collect();
    tell_moved(tx, &elsewhere).await?;
    let moved: Vec<(i64, &After)> = moved.iter().map(|(_, before, after)| (before.host_id, after)).collect();
    renew_states(tx, &moved).await
}

/// Tells in the change log that these hosts have another name or are in another cell, each with when.
pub(crate) async fn tell_moved(tx: &mut Tx, hosts: &[(i64, i64)]) -> Result<()> {
    let rows = hosts.iter().map(|(host_id, at)| args![*at, MOVED, *host_id]).collect();
    for (table, args) in tables(tx.dialect(), &[Type::Int, Type::Text, Type::Int], rows, 128) {
        tx.execute(&format!("INSERT INTO change_log (at, kind, host_id) {table}"), args).await?;
    }
    Ok(())
}

/// Closes the open state of each host and opens the next.
pub(crate) async fn renew_states(tx: &mut Tx, moved: &[(i64, &After)]) -> Result<()> {
    let rows = moved.iter().map(|(host_id, after)| args![*host_id, after.at]).collect();
    for (table, args) in tables(tx.dialect(), &[Type::Int, Type::Int], rows, 128) {
        let sql = format!(
            "WITH v (host_id, at) AS ({table}) UPDATE host_state SET until = v.at \
             FROM v WHERE host_state.host_id = v.host_id AND host_state.until IS NULL"
        );
        tx.execute(&sql, args).await?;
    }
    open_states(tx, moved, CHANGED).await
}

/// The words of the change log.
const NEW: &str = "host-new";
const CHANGED: &str = "host-changed";
const MOVED: &str = "host-moved";

/// What a report tells about a host, in the order of [`columns`].
const COLUMNS: &str = "identity, name, cell_id, set_id, context_id, facts_hash, os, os_group, arch, kernel, \
                       reboot_required, facts, packages, in_repository, judged, unknown, security, other, held, \
                       fix_critical, fix_important, fix_moderate, fix_low, fix_none, fix_unknown, unfixed, \
                       pending_reboot, leftover";
/// Of [`COLUMNS`] and the time.
const TYPES: [Type; 13 + counters::WIDTH] = {
    use Type::{Blob, Int, Text};
    let told = [Blob, Text, Int, Int, Int, Blob, Text, Text, Text, Text, Int, Text];
    let mut types = [Int; 13 + counters::WIDTH];
    let mut at = 0;
    while at < told.len() {
        types[at] = told[at];
        at += 1;
    }
    types
};

fn columns(report: &ReadyReport, after: &After) -> Vec<Value> {
    let mut values = args![
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
    ];
    values.extend(counters::values(&after.counters));
    values.push(Value::from(after.at));
    values
}

/// Opens a state for each host and tells it in the change log. Several within one second are told apart by
/// their number.
async fn open_states(tx: &mut Tx, opened: &[(i64, &After)], kind: &str) -> Result<()> {
    let rows = opened.iter().map(|(id, a)| args![*id, a.at, a.set_id, a.context_id]).collect();
    // A new host has no state to be told apart from.
    let seq = match kind {
        NEW => "0",
        _ => "(SELECT COUNT(*) FROM host_state t WHERE t.host_id = v.host_id AND t.since = v.at)",
    };
    for (table, mut args) in tables(tx.dialect(), &[Type::Int; 4], rows, 128) {
        let sql = format!(
            "WITH v (host_id, at, set_id, context_id) AS ({table}) \
             INSERT INTO host_state (host_id, since, seq, set_id, context_id) \
             SELECT v.host_id, v.at, {seq}, v.set_id, v.context_id FROM v"
        );
        match kind {
            // It looks nothing up but references.
            NEW => tx.insert(&sql, args.clone(), opened.len()).await?,
            _ => tx.fetch(&sql, args.clone()).await?,
        };
        args.push(Value::from(kind));
        let sql = format!(
            "WITH v (host_id, at, set_id, context_id) AS ({table}) \
             INSERT INTO change_log (at, kind, host_id, set_id, context_id) \
             SELECT v.at, ${}, v.host_id, v.set_id, v.context_id FROM v",
            args.len()
        );
        tx.execute(&sql, args).await?;
    }
    Ok(())
}
