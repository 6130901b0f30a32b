//! Totals of cells: sums over the hosts of a cell, changed together with the hosts (design.md, "The heart").

use crate::db::{Dialect, Tx, Value};
use crate::dialect::{Type, lists, tables};
use crate::error::Result;
use pakiti_core::severity::Severity;
use pakiti_core::verdict::Counters;
use std::collections::BTreeMap;

/// Each column of a cell, and the number of a host `h` it sums up.
pub(crate) const SUMS: [(&str, &str); 9] = [
    ("hosts", "CASE WHEN h.id IS NULL THEN 0 ELSE 1 END"),
    ("security_hosts", "CASE WHEN h.security > 0 THEN 1 ELSE 0 END"),
    ("security", "h.security"),
    ("other", "h.other"),
    ("unknown", "h.unknown"),
    ("exposed_hosts", "CASE WHEN h.fix_critical > 0 THEN 1 ELSE 0 END"),
    ("critical", "h.fix_critical"),
    ("fixable", "h.fix_critical + h.fix_important + h.fix_moderate + h.fix_low + h.fix_none + h.fix_unknown"),
    ("unfixed", "h.unfixed"),
];

/// What one host adds to the columns of [`SUMS`], in their order.
fn share(counters: &Counters) -> [i64; SUMS.len()] {
    let critical = counters.findings.fixable_of(Severity::Critical);
    [
        1,
        i64::from(counters.security > 0),
        counters.security,
        counters.other,
        counters.unknown,
        i64::from(critical > 0),
        critical,
        counters.findings.fixable_total(),
        counters.findings.unfixed,
    ]
}

/// How the totals of cells change in one transaction.
#[derive(Debug, Default)]
pub(crate) struct CellChanges {
    cells: BTreeMap<i64, [i64; SUMS.len()]>,
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
        for (sum, one) in change.iter_mut().zip(share(counters)) {
            *sum += sign * one;
        }
    }

    /// Writes the changes; the rows are locked in id order so that two transactions cannot deadlock. Cells whose
    /// sums stay are not touched.
    pub(crate) async fn write(self, tx: &mut Tx) -> Result<()> {
        let changed = self.cells.into_iter().filter(|(_, change)| change.iter().any(|sum| *sum != 0));
        let changed: Vec<(i64, [i64; SUMS.len()])> = changed.collect();
        // Not FOR UPDATE: that would wait for the key locks which the hosts just inserted hold on their cells.
        if tx.dialect() == Dialect::Postgres {
            let ids = changed.iter().map(|(cell, _)| Value::from(*cell)).collect();
            for (list, args) in lists(tx.dialect(), Type::Int, ids, 128) {
                tx.fetch(&format!("SELECT id FROM cell WHERE id {list} ORDER BY id FOR NO KEY UPDATE"), args)
                    .await?;
            }
        }
        let row = |(cell, change): &(i64, [i64; SUMS.len()])| {
            std::iter::once(*cell).chain(*change).map(Value::from).collect()
        };
        let rows = changed.iter().map(row).collect();
        let columns = SUMS.map(|(column, _)| column);
        let set = columns.map(|column| format!("{column} = cell.{column} + v.{column}")).join(", ");
        for (table, args) in tables(tx.dialect(), &[Type::Int; 1 + SUMS.len()], rows, 128) {
            let sql = format!(
                "WITH v (id, {}) AS ({table}) UPDATE cell SET {set} FROM v WHERE cell.id = v.id",
                columns.join(", ")
            );
            tx.execute(&sql, args).await?;
        }
        Ok(())
    }
}
