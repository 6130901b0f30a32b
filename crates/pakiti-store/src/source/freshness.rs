//! What the sources say about an OS group as a whole: until when it counts as fresh, when its support ends.

use super::{begin, read_meta};
use crate::args;
use crate::db::{Db, Tx};
use crate::error::Result;
use std::collections::HashMap;

/// Rewrites until when each OS group's security sources count as fresh: the earliest of them decides.
pub(super) async fn refresh_os_groups(tx: &mut Tx) -> Result<()> {
    let sql = "SELECT s.last_success, n.meta FROM source s JOIN snapshot n ON n.id = s.snapshot_id WHERE s.enabled = 1";
    let mut fresh: HashMap<String, i64> = HashMap::new();
    for row in tx.fetch(sql, args![]).await? {
        let meta = read_meta(&row.text(1)?)?;
        // Errata make a yum repository a security source, as a security suite is apt's.
        if !meta.security && !meta.errata {
            continue;
        }
        let fetched = row.int_opt(0)?.unwrap_or(0) + pakiti_core::present::SOURCE_FRESH_FOR;
        let until = meta.valid_until.map_or(fetched, |v| v.min(fetched));
        for group in meta.os_group.iter().chain(&meta.further_groups) {
            let entry = fresh.entry(group.0.clone()).or_insert(until);
            *entry = until.min(*entry);
        }
    }
    let sql = "UPDATE os_group_state SET fresh_until = NULL WHERE fresh_until IS NOT NULL";
    tx.execute(sql, args![]).await?;
    let mut groups: Vec<(String, i64)> = fresh.into_iter().collect();
    groups.sort();
    for (group, until) in groups {
        let sql = "INSERT INTO os_group_state (os_group, fresh_until) VALUES ($1, $2) \
                   ON CONFLICT (os_group) DO UPDATE SET fresh_until = excluded.fresh_until";
        tx.execute(sql, args![group, until]).await?;
    }
    Ok(())
}

/// Notes when vendor support of each OS group ends (unix seconds; `None` = not known).
pub async fn note_support_ends(db: &Db, ends: &[(&str, Option<i64>)]) -> Result<()> {
    let mut tx = begin(db).await?;
    let mut ends = ends.to_vec();
    ends.sort_unstable();
    for (group, end) in ends {
        let sql = "INSERT INTO os_group_state (os_group, support_end) VALUES ($1, $2) \
                   ON CONFLICT (os_group) DO UPDATE SET support_end = excluded.support_end";
        tx.execute(sql, args![group, end]).await?;
    }
    tx.commit().await
}
