//! Totals of cells: sums over the hosts of a cell, changed together with the hosts (design.md, "The heart").

use crate::args;
use crate::db::Tx;
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

    /// Writes the changes, in id order so that two transactions cannot deadlock; cells whose sums stay are
    /// not touched.
    pub(crate) async fn write(self, tx: &mut Tx) -> Result<()> {
        let sql = "UPDATE cell SET hosts = hosts + $2, security_hosts = security_hosts + $3, \
                   security = security + $4, other = other + $5, unknown = unknown + $6 WHERE id = $1";
        for (cell, c) in self.cells {
            if c != Change::default() {
                let args = args![cell, c.hosts, c.security_hosts, c.security, c.other, c.unknown];
                tx.execute(sql, args).await?;
            }
        }
        Ok(())
    }
}
