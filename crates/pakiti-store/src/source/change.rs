//! Sources as administrators change them, and how their attempts go.

use super::begin;
use super::freshness::refresh_os_groups;
use crate::args;
use crate::db::Db;
use crate::error::{Result, StoreError};
use crate::generation;
use crate::scope::Scope;

/// A source to be added.
#[derive(Debug, Clone)]
pub struct NewSource {
    /// Unique name.
    pub name: String,
    /// `apt`.
    pub kind: String,
    /// URL or path.
    pub url: String,
    /// Options as a record.
    pub options: String,
    /// OS group, or empty.
    pub os_group: String,
    /// Seconds between attempts.
    pub interval_seconds: i64,
}

/// Adds a source, due at once.
///
/// # Errors
/// [`StoreError::Exists`] if the name is taken.
pub async fn add(db: &Db, new: &NewSource, now: i64) -> Result<i64> {
    let sql = "INSERT INTO source (name, kind, url, options, os_group, enabled, interval_seconds, created_at, next_due) \
               VALUES ($1, $2, $3, $4, $5, 1, $6, $7, $7) ON CONFLICT (name) DO NOTHING RETURNING id";
    let args = args![&new.name, &new.kind, &new.url, &new.options, &new.os_group, new.interval_seconds, now];
    let mut tx = db.begin().await?;
    let row = tx.fetch_optional(sql, args).await?;
    let id = row.ok_or(StoreError::Exists { what: "source", name: new.name.clone() })?.int(0)?;
    tx.commit().await?;
    Ok(id)
}

/// What of a source becomes another; `None` = it stays. Its kind stays always: another kind is another source.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SourceChange {
    /// Unique name.
    pub name: Option<String>,
    /// URL or path.
    pub url: Option<String>,
    /// Options as a record.
    pub options: Option<String>,
    /// The options that the new ones were made of: if they are others by now, nothing is changed.
    pub options_were: Option<String>,
    /// OS group, or empty.
    pub os_group: Option<String>,
    /// Seconds between attempts.
    pub interval_seconds: Option<i64>,
}

/// Changes a source in place; its snapshots stay. Gives whether it must be fetched anew: where anything but its
/// interval changed, the next attempt is due now and is not conditional, so that its content takes the new meaning
/// by the ordinary [`super::switch`]. Until then hosts are judged as before.
///
/// # Errors
/// [`StoreError::NotFound`] if there is none or the scope may not change sources, [`StoreError::Exists`] if the new
/// name is taken, [`StoreError::SourceMoved`] if its options are no longer those the new ones were made of.
pub async fn change(db: &Db, scope: &Scope, id: i64, change: &SourceChange, now: i64) -> Result<bool> {
    let missing = || StoreError::NotFound { what: "source", name: id.to_string() };
    if !scope.is_administrator() {
        return Err(missing());
    }
    let mut tx = begin(db).await?;
    let sql = "SELECT name, url, options, os_group, interval_seconds, next_due FROM source WHERE id = $1";
    let row = tx.fetch_optional(sql, args![id]).await?.ok_or_else(missing)?;
    let were = row.text(2)?;
    if change.options_were.as_ref().is_some_and(|expected| *expected != were) {
        return Err(StoreError::SourceMoved);
    }
    let mut fields = Vec::new();
    let mut text = |column: usize, field: &'static str, new: &Option<String>| -> Result<String> {
        let old = row.text(column)?;
        Ok(match new {
            Some(new) if *new != old => {
                fields.push(field);
                new.clone()
            }
            _ => old,
        })
    };
    let name = text(0, "name", &change.name)?;
    let url = text(1, "url", &change.url)?;
    let options = text(2, "options", &change.options)?;
    let os_group = text(3, "os_group", &change.os_group)?;
    let anew = !fields.is_empty();
    let interval = change.interval_seconds.unwrap_or(row.int(4)?);
    if interval != row.int(4)? {
        fields.push("interval");
    }
    if fields.is_empty() {
        return Ok(false);
    }
    let taken = "SELECT id FROM source WHERE name = $1 AND id <> $2";
    if tx.fetch_optional(taken, args![&name, id]).await?.is_some() {
        return Err(StoreError::Exists { what: "source", name });
    }
    let due = if anew { now } else { row.int(5)?.min(now + interval) };
    let sql = "UPDATE source SET name = $2, url = $3, options = $4, os_group = $5, interval_seconds = $6, \
               next_due = $7, etag = CASE WHEN $8 = 1 THEN '' ELSE etag END, \
               last_modified = CASE WHEN $8 = 1 THEN '' ELSE last_modified END WHERE id = $1";
    tx.execute(sql, args![id, name, url, options, os_group, interval, due, anew]).await?;
    let sql = "INSERT INTO change_log (at, kind, source_id, detail) VALUES ($1, 'source-changed', $2, $3)";
    tx.execute(sql, args![now, id, fields.join(", ")]).await?;
    tx.commit().await?;
    Ok(anew)
}

/// Enables or disables a source; its rules enter or leave force with a new generation.
pub async fn set_enabled(db: &Db, id: i64, enabled: bool, now: i64) -> Result<()> {
    let mut tx = begin(db).await?;
    let sql =
        "UPDATE source SET enabled = $2, next_due = $3 WHERE id = $1 AND enabled <> $2 RETURNING snapshot_id";
    if let Some(row) = tx.fetch_optional(sql, args![id, enabled, now]).await?
        && row.int_opt(0)?.is_some()
    {
        generation::advance(&mut tx, Some(id), None, now).await?;
    }
    refresh_os_groups(&mut tx).await?;
    tx.commit().await
}

/// Removes a source and its snapshots; its rules leave force with a new generation.
///
/// # Errors
/// [`StoreError::NotFound`] if there is none.
pub async fn remove(db: &Db, id: i64, now: i64) -> Result<()> {
    let mut tx = begin(db).await?;
    if tx.execute("DELETE FROM source WHERE id = $1", args![id]).await? == 0 {
        return Err(StoreError::NotFound { what: "source", name: id.to_string() });
    }
    generation::advance(&mut tx, Some(id), None, now).await?;
    refresh_os_groups(&mut tx).await?;
    tx.commit().await
}

/// Notes an attempt that brought nothing new (`error` None: "not modified") or failed.
pub async fn note_attempt(db: &Db, id: i64, error: Option<&str>, next_due: i64, now: i64) -> Result<()> {
    let mut tx = begin(db).await?;
    let sql = "UPDATE source SET last_attempt = $2, last_error = $3, next_due = $4, \
               last_success = CASE WHEN $3 IS NULL THEN $2 ELSE last_success END WHERE id = $1";
    tx.execute(sql, args![id, now, error, next_due]).await?;
    refresh_os_groups(&mut tx).await?;
    tx.commit().await
}

/// Sets when a source is due.
pub async fn set_next_due(db: &Db, id: i64, next_due: i64) -> Result<()> {
    db.execute("UPDATE source SET next_due = $2 WHERE id = $1", args![id, next_due]).await?;
    Ok(())
}
