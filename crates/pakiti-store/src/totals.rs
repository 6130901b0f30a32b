//! Totals of cells: sums over the hosts of a cell, changed together with the hosts (design.md, "The heart").

use crate::args;
use crate::db::{Dialect, Tx, Value};
use crate::dialect::{Type, lists, tables};
use crate::error::Result;
use pakiti_core::verdict::Counters;
use std::collections::BTreeMap;

/// How the totals of cells change in one transaction.
#[derive(Debug, Default)]
pub(crate) struct CellChanges {
    cells: BTreeMap<i64, Change>,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Change {
    hosts: i64,
    security_hosts: i64,
    security: i64,
    other: i64,
    unknown: i64,
}

impl CellChanges {
    /// A host with these counters enters the cell.
    pub(crate) fn enter(&mut self, cell: i64, counters: &Counters) {
        self.add(cell, counters, 1);
    }

    /// A host with these counters leaves the cell.
    pub(crate) fn leave(&mut self, cell: i64, counters: &Counters) {
        self.add(cell, counters, -1);
    }

    fn add(&mut self, cell: i64, counters: &Counters, sign: i64) {
        let change = self.cells.entry(cell).or_default();
        change.hosts += sign;
        change.security_hosts += sign * i64::from(counters.security > 0);
        change.security += sign * counters.security;
        change.other += sign * counters.other;
        change.unknown += sign * counters.unknown;
    }

    /// Writes the changes; the rows are locked in id order so that two transactions cannot deadlock. Cells whose
    /// sums stay are not touched.
    pub(crate) async fn write(self, tx: &mut Tx) -> Result<()> {
        let changed: Vec<(i64, Change)> =
            self.cells.into_iter().filter(|(_, change)| *change != Change::default()).collect();
        // Not FOR UPDATE: that would wait for the key locks which the hosts just inserted hold on their cells.
        if tx.dialect() == Dialect::Postgres {
            let ids = changed.iter().map(|(cell, _)| Value::from(*cell)).collect();
            for (list, args) in lists(tx.dialect(), Type::Int, ids, 128) {
                tx.fetch(&format!("SELECT id FROM cell WHERE id {list} ORDER BY id FOR NO KEY UPDATE"), args)
                    .await?;
            }
        }
        let row = |(cell, c): &(i64, Change)| {
            args![*cell, c.hosts, c.security_hosts, c.security, c.other, c.unknown]
        };
        let rows = changed.iter().map(row).collect();
        for (table, args) in tables(tx.dialect(), &[Type::Int; 6], rows, 128) {
            let sql = format!(
                "WITH v (id, hosts, security_hosts, security, other, unknown) AS ({table}) \
                 UPDATE cell SET hosts = cell.hosts + v.hosts, security_hosts = cell.security_hosts + v.security_hosts, \
                 security = cell.security + v.security, other = cell.other + v.other, \
                 unknown = cell.unknown + v.unknown FROM v WHERE cell.id = v.id"
            );
            tx.execute(&sql, args).await?;
        }
        Ok(())
    }
}
