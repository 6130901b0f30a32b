//! Comparing the host groups of stored contexts with those that the rules in force name.

use crate::args;
use crate::db::{Tx, Value};
use crate::dialect::{Type, lists};
use crate::error::{Result, StoreError};
use crate::verify::Verification;
use pakiti_core::rules::RuleIndex;
use serde::Deserialize;
use std::collections::{BTreeSet, HashMap};

/// Hosts compared at a time.
const PAGE: i64 = 1024;
/// Cells and group contexts remembered; above it they are read again.
const REMEMBERED: usize = 20_000;

/// What never changes while a sweep runs: cells and group contexts are stored under what they are.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// The host groups that a cell's hosts are to have in their context.
    pub(super) wanted: HashMap<i64, BTreeSet<String>>,
    /// Those that a group context has.
    pub(super) stored: HashMap<i64, BTreeSet<String>>,
}

impl Known {
    /// The next hosts whose context holds other host groups than wanted, at most `limit`, and the last host
    /// compared; `None` = there is none further.
    pub(super) async fn others(
        &mut self,
        tx: &mut Tx,
        index: &RuleIndex,
        mut after: i64,
        limit: usize,
    ) -> Result<(Vec<i64>, Option<i64>)> {
        let sql = "SELECT h.id, h.cell_id, c.group_context_id FROM host h JOIN context c ON c.id = h.context_id \
                   WHERE h.id > $1 ORDER BY h.id LIMIT $2";
        let mut found = Vec::new();
        loop {
            let mut page = Vec::new();
            for row in tx.fetch(sql, args![after, PAGE]).await? {
                page.push((row.int(0)?, row.int(1)?, row.int(2)?));
            }
            if page.is_empty() {
                return Ok((found, None));
            }
            self.learn(tx, index, &page).await?;
            for (host, cell, group) in page {
                after = host;
                if self.wanted.get(&cell) != self.stored.get(&group) {
                    found.push(host);
                }
                if found.len() >= limit {
                    return Ok((found, Some(after)));
                }
            }
        }
    }

    /// Reads what is not known yet of these (host, cell, group context).
    pub(super) async fn learn(
        &mut self,
        tx: &mut Tx,
        index: &RuleIndex,
        page: &[(i64, i64, i64)],
    ) -> Result<()> {
        if self.wanted.len() > REMEMBERED || self.stored.len() > REMEMBERED {
            self.wanted.clear();
            self.stored.clear();
        }
        let cells: BTreeSet<i64> =
            page.iter().map(|(_, cell, _)| *cell).filter(|cell| !self.wanted.contains_key(cell)).collect();
        let mut names: HashMap<i64, Vec<String>> = cells.iter().map(|cell| (*cell, Vec::new())).collect();
        for (list, args) in lists(tx.dialect(), Type::Int, values(cells), 128) {
            let sql = format!(
                "SELECT cg.cell_id, g.name FROM cell_group cg JOIN host_group g ON g.id = cg.group_id \
                 WHERE cg.cell_id {list}"
            );
            for row in tx.fetch(&sql, args).await? {
                names.entry(row.int(0)?).or_default().push(row.text(1)?);
            }
        }
        for (cell, names) in names {
            self.wanted.insert(cell, index.host_groups_of(names.iter().map(String::as_str)));
        }
        let groups: BTreeSet<i64> =
            page.iter().map(|(.., group)| *group).filter(|group| !self.stored.contains_key(group)).collect();
        for (list, args) in lists(tx.dialect(), Type::Int, values(groups), 128) {
            let sql = format!("SELECT id, record FROM group_context WHERE id {list}");
            for row in tx.fetch(&sql, args).await? {
                self.stored.insert(row.int(0)?, host_groups(&row.text(1)?)?);
            }
        }
        Ok(())
    }
}

/// What of `pakiti verify` concerns host groups: every context holds those that the rules in force name.
pub(crate) async fn check(tx: &mut Tx, index: &RuleIndex, found: &mut Verification) -> Result<()> {
    let mut known = Known::default();
    let mut after = Some(0);
    while let Some(reached) = after {
        let (hosts, next) = known.others(tx, index, reached, PAGE as usize).await?;
        after = next;
        for host in hosts {
            let text = format!("context of host {host} holds other host groups than the sources name");
            found.differences.push(text);
        }
    }
    Ok(())
}

/// The host groups in the record of a group context.
fn host_groups(record: &str) -> Result<BTreeSet<String>> {
    #[derive(Deserialize)]
    struct Part {
        #[serde(default)]
        host_groups: BTreeSet<String>,
    }
    let part: Part = serde_json::from_str(record)
        .map_err(|e| StoreError::Corrupt { what: "group context", reason: e.to_string() })?;
    Ok(part.host_groups)
}

pub(super) fn values(ids: impl IntoIterator<Item = i64>) -> Vec<Value> {
    ids.into_iter().map(Value::from).collect()
}
