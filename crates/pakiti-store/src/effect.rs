//! What re-evaluation changed, kept with the generation that caused it: "this sync changed N verdicts on M hosts".
//!
//! Written in the transactions of the sweep itself, so it says what is stored and survives a restart. The hosts
//! that changed most are shown only as far as a scope reaches.

use crate::args;
use crate::db::{Db, Tx, Value, placeholders};
use crate::error::{Result, StoreError};
use crate::scope::Scope;
use pakiti_core::verdict::Counters;
use serde::{Deserialize, Serialize};

/// Hosts that are named.
const NAMED: usize = 20;

/// A host whose numbers changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostChange {
    /// Id.
    pub host_id: i64,
    /// Security updates more (or less) than before.
    pub security: i64,
    /// Other updates more (or less) than before.
    pub other: i64,
    /// Its name; filled in when it is read.
    #[serde(default, skip_serializing)]
    pub name: String,
}

/// What the re-evaluation to one generation changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Effect {
    /// Verdicts that say something else.
    pub verdicts: i64,
    /// Hosts with other numbers.
    pub hosts: i64,
    /// The hosts that changed most, strongest first.
    pub most: Vec<HostChange>,
}

impl HostChange {
    pub(crate) fn new(host_id: i64, before: &Counters, after: &Counters) -> Self {
        let (security, other) = (after.security - before.security, after.other - before.other);
        Self { host_id, security, other, name: String::new() }
    }

    /// Strongest first: security updates gained or lost, then others, then the older host.
    fn rank(&self) -> impl Ord + use<> {
        (-self.security.abs(), -self.other.abs(), self.host_id)
    }
}

/// Keeps the strongest.
pub(crate) fn keep_most(most: &mut Vec<HostChange>) {
    // Numbers that only say how much is known are no news of the host.
    most.retain(|change| change.security != 0 || change.other != 0);
    most.sort_by_key(HostChange::rank);
    most.truncate(NAMED);
}

/// Adds what one step of a sweep did to the generation it sweeps to.
pub(crate) async fn add(
    tx: &mut Tx,
    generation: i64,
    (verdicts, hosts): (u64, u64),
    most: Vec<HostChange>,
) -> Result<()> {
    if verdicts == 0 && hosts == 0 {
        return Ok(());
    }
    let sql = "SELECT most FROM generation_change WHERE generation = $1";
    let Some(row) = tx.fetch_optional(sql, args![generation]).await? else { return Ok(()) };
    let mut all = read(&row.text(0)?)?;
    all.extend(most);
    keep_most(&mut all);
    let record = serde_json::to_string(&all).unwrap_or_default();
    let sql = "UPDATE generation_change SET verdicts = verdicts + $2, hosts = hosts + $3, most = $4 \
               WHERE generation = $1";
    tx.execute(sql, args![generation, verdicts as i64, hosts as i64, record]).await?;
    Ok(())
}

fn read(record: &str) -> Result<Vec<HostChange>> {
    serde_json::from_str(record)
        .map_err(|e| StoreError::Corrupt { what: "effect of a sweep", reason: e.to_string() })
}

/// What the re-evaluation to this generation has changed so far; hosts out of scope are not named.
///
/// # Errors
/// Database errors.
pub async fn of_generation(db: &Db, scope: &Scope, generation: i64) -> Result<Effect> {
    let sql = "SELECT verdicts, hosts, most FROM generation_change WHERE generation = $1";
    let Some(row) = db.fetch_optional(sql, args![generation]).await? else { return Ok(Effect::default()) };
    let changes = read(&row.text(2)?)?;
    let mut args: Vec<Value> = changes.iter().map(|change| Value::from(change.host_id)).collect();
    let mut most = Vec::new();
    if !changes.is_empty() {
        let list = placeholders(1, changes.len(), 1);
        let gate = scope.predicate("cell_id", &mut args);
        let rows =
            db.fetch(&format!("SELECT id, name FROM host WHERE id IN {list} AND {gate}"), args).await?;
        let mut names = std::collections::HashMap::new();
        for row in rows {
            names.insert(row.int(0)?, row.text(1)?);
        }
        let named = |change: HostChange| Some(HostChange { name: names.remove(&change.host_id)?, ..change });
        most = changes.into_iter().filter_map(named).collect();
    }
    Ok(Effect { verdicts: row.int(0)?, hosts: row.int(1)?, most })
}
