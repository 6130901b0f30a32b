//! Configured sources, their snapshots, and the switch to a new one.
//!
//! The switch is one transaction: snapshot stored, made active, generation + 1, touched names recorded,
//! freshness of the OS group rewritten. Superseded snapshots keep their facts and lose their content.

use crate::args;
use crate::db::{Db, Row, Tx};
use crate::error::{Result, StoreError};
use crate::generation;
use crate::scope::Scope;
use pakiti_core::repository::{RepositoryContent, RepositoryMeta};
use std::collections::HashMap;

/// A source as configured, and how its last attempts went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Id.
    pub id: i64,
    /// Unique name.
    pub name: String,
    /// `apt`, ...
    pub kind: String,
    /// URL or path.
    pub url: String,
    /// Kind-specific options as a record.
    pub options: String,
    /// OS group it speaks for; empty = what the feed says.
    pub os_group: String,
    /// Is it synchronised and used?
    pub enabled: bool,
    /// Seconds between attempts.
    pub interval_seconds: i64,
    /// Unix time of the next attempt.
    pub next_due: i64,
    /// Validator of the last answer.
    pub etag: String,
    /// Validator of the last answer.
    pub last_modified: String,
    /// Last attempt.
    pub last_attempt: Option<i64>,
    /// Last attempt that succeeded (new content or "not modified").
    pub last_success: Option<i64>,
    /// Why the last attempt failed; `None` = it did not.
    pub last_error: Option<String>,
    /// Active snapshot.
    pub snapshot: Option<Snapshot>,
}

/// One fetch of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// Id.
    pub id: i64,
    /// Generation it began.
    pub generation: i64,
    /// When it was fetched.
    pub fetched_at: i64,
    /// Hash of the content.
    pub hash: [u8; 32],
    /// The repository's facts.
    pub meta: RepositoryMeta,
    /// Package versions in it.
    pub packages: i64,
    /// Items that were skipped.
    pub skipped: i64,
    /// Names that differ from the snapshot before.
    pub changed_names: i64,
    /// Files, skipped items and signature as a record.
    pub report: String,
}

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

/// A fetched and parsed content, ready to become the active snapshot.
#[derive(Debug)]
pub struct NewSnapshot<'a> {
    /// Content, canonicalised.
    pub content: &'a RepositoryContent,
    /// The snapshot that `touched` was found against; `None` = there was none.
    pub replaces: Option<i64>,
    /// Its hash.
    pub hash: [u8; 32],
    /// Items skipped.
    pub skipped: i64,
    /// Files, skipped items and signature as a record.
    pub report: String,
    /// Names that differ from the active snapshot.
    pub touched: Vec<String>,
    /// Validators of the answer.
    pub etag: String,
    /// Validators of the answer.
    pub last_modified: String,
}

const COLUMNS: &str = "s.id, s.name, s.kind, s.url, s.options, s.os_group, s.enabled, s.interval_seconds, s.next_due, \
     s.etag, s.last_modified, s.last_attempt, s.last_success, s.last_error, s.snapshot_id, n.generation, \
     n.fetched_at, n.hash, n.meta, n.packages, n.skipped, n.changed_names, n.report";

fn read(row: &Row) -> Result<Source> {
    let snapshot = match row.int_opt(14)? {
        None => None,
        Some(id) => Some(Snapshot {
            id,
            generation: row.int(15)?,
            fetched_at: row.int(16)?,
            hash: row.hash(17)?,
            meta: read_meta(&row.text(18)?)?,
            packages: row.int(19)?,
            skipped: row.int(20)?,
            changed_names: row.int(21)?,
            report: row.text(22)?,
        }),
    };
    Ok(Source {
        id: row.int(0)?,
        name: row.text(1)?,
        kind: row.text(2)?,
        url: row.text(3)?,
        options: row.text(4)?,
        os_group: row.text(5)?,
        enabled: row.flag(6)?,
        interval_seconds: row.int(7)?,
        next_due: row.int(8)?,
        etag: row.text(9)?,
        last_modified: row.text(10)?,
        last_attempt: row.int_opt(11)?,
        last_success: row.int_opt(12)?,
        last_error: row.text_opt(13)?,
        snapshot,
    })
}

fn read_meta(text: &str) -> Result<RepositoryMeta> {
    serde_json::from_str(text)
        .map_err(|e| StoreError::Corrupt { what: "repository facts", reason: e.to_string() })
}

/// All sources by name. What vendors publish is no secret of a host group: every signed-in person may see it.
pub async fn list(db: &Db, _scope: &Scope) -> Result<Vec<Source>> {
    all(db).await
}

/// All sources by name, for the server's own work.
pub async fn all(db: &Db) -> Result<Vec<Source>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM source s LEFT JOIN snapshot n ON n.id = s.snapshot_id ORDER BY s.name"
    );
    db.fetch(&sql, args![]).await?.iter().map(read).collect()
}

/// The source with this id.
pub async fn by_id(db: &Db, _scope: &Scope, id: i64) -> Result<Source> {
    let sql = format!(
        "SELECT {COLUMNS} FROM source s LEFT JOIN snapshot n ON n.id = s.snapshot_id WHERE s.id = $1"
    );
    let row = db.fetch_optional(&sql, args![id]).await?;
    read(&row.ok_or(StoreError::NotFound { what: "source", name: id.to_string() })?)
}

/// The source with this name.
pub async fn by_name(db: &Db, _scope: &Scope, name: &str) -> Result<Source> {
    let sql = format!(
        "SELECT {COLUMNS} FROM source s LEFT JOIN snapshot n ON n.id = s.snapshot_id WHERE s.name = $1"
    );
    let row = db.fetch_optional(&sql, args![name]).await?;
    read(&row.ok_or(StoreError::NotFound { what: "source", name: name.to_owned() })?)
}

/// The snapshots of a source, newest first.
pub async fn snapshots(db: &Db, _scope: &Scope, source_id: i64, limit: i64) -> Result<Vec<Snapshot>> {
    let sql = "SELECT id, generation, fetched_at, hash, meta, packages, skipped, changed_names, report \
               FROM snapshot WHERE source_id = $1 ORDER BY id DESC LIMIT $2";
    let mut out = Vec::new();
    for row in db.fetch(sql, args![source_id, limit]).await? {
        out.push(Snapshot {
            id: row.int(0)?,
            generation: row.int(1)?,
            fetched_at: row.int(2)?,
            hash: row.hash(3)?,
            meta: read_meta(&row.text(4)?)?,
            packages: row.int(5)?,
            skipped: row.int(6)?,
            changed_names: row.int(7)?,
            report: row.text(8)?,
        });
    }
    Ok(out)
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

/// A transaction that changes sources: one at a time, so that the freshness of OS groups, read from all of
/// them, is written from what is true at the end.
async fn begin(db: &Db) -> Result<Tx> {
    let mut tx = db.begin().await?;
    generation::lock(&mut tx).await?;
    Ok(tx)
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

/// Makes a content the active snapshot of its source; gives the new generation.
///
/// # Errors
/// [`StoreError::SnapshotMoved`] if the active snapshot is not the one it replaces, database errors otherwise.
pub async fn switch(db: &Db, id: i64, new: &NewSnapshot<'_>, next_due: i64, now: i64) -> Result<i64> {
    let content = serde_json::to_vec(new.content)
        .map_err(|e| StoreError::Corrupt { what: "repository content", reason: e.to_string() })?;
    let packed = zstd::bulk::compress(&content, 3)
        .map_err(|e| StoreError::Corrupt { what: "repository content", reason: e.to_string() })?;
    let meta = serde_json::to_string(&new.content.meta).unwrap_or_default();
    let mut tx = begin(db).await?;
    let row = tx.fetch_optional("SELECT snapshot_id FROM source WHERE id = $1", args![id]).await?;
    let row = row.ok_or(StoreError::NotFound { what: "source", name: id.to_string() })?;
    if row.int_opt(0)? != new.replaces {
        return Err(StoreError::SnapshotMoved);
    }
    let next = generation::advance(&mut tx, Some(id), Some(&new.touched), now).await?;
    tx.execute("UPDATE snapshot SET content = NULL WHERE source_id = $1", args![id]).await?;
    let sql = "INSERT INTO snapshot (source_id, generation, fetched_at, hash, meta, packages, skipped, changed_names, report, content) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING id";
    let args = args![
        id,
        next,
        now,
        new.hash,
        meta,
        new.content.packages.len() as i64,
        new.skipped,
        new.touched.len() as i64,
        &new.report,
        packed,
    ];
    let row = tx.fetch_optional(sql, args).await?;
    let snapshot = row.ok_or(StoreError::NotFound { what: "snapshot", name: id.to_string() })?.int(0)?;
    let sql = "UPDATE source SET snapshot_id = $2, etag = $3, last_modified = $4, last_attempt = $5, \
               last_success = $5, last_error = NULL, next_due = $6 WHERE id = $1";
    tx.execute(sql, args![id, snapshot, &new.etag, &new.last_modified, now, next_due]).await?;
    let sql = "INSERT INTO change_log (at, kind, source_id, detail) VALUES ($1, 'snapshot', $2, $3)";
    tx.execute(sql, args![now, id, format!("{} names changed", new.touched.len())]).await?;
    refresh_os_groups(&mut tx).await?;
    tx.commit().await?;
    Ok(next)
}

/// The contents of all active snapshots of enabled sources, with the generation they belong to.
pub async fn active_contents(db: &Db) -> Result<(i64, Vec<(i64, RepositoryContent)>)> {
    // One statement, so that generation and snapshots are of one moment.
    let sql = "SELECT g.active, s.id, n.content FROM generation g \
               LEFT JOIN source s ON s.enabled = 1 AND s.snapshot_id IS NOT NULL \
               LEFT JOIN snapshot n ON n.id = s.snapshot_id WHERE g.id = 1 ORDER BY s.id";
    let mut generation = 0;
    let mut contents = Vec::new();
    for row in db.fetch(sql, args![]).await? {
        generation = row.int(0)?;
        if let (Some(id), Some(packed)) = (row.int_opt(1)?, row.blob_opt(2)?) {
            contents.push((id, unpack(&packed)?));
        }
    }
    Ok((generation, contents))
}

/// Id and content of the active snapshot of one source.
pub async fn active_content(db: &Db, id: i64) -> Result<Option<(i64, RepositoryContent)>> {
    let sql = "SELECT n.id, n.content FROM source s JOIN snapshot n ON n.id = s.snapshot_id WHERE s.id = $1";
    match db.fetch_optional(sql, args![id]).await? {
        Some(row) => match row.blob_opt(1)? {
            Some(packed) => Ok(Some((row.int(0)?, unpack(&packed)?))),
            None => Ok(None),
        },
        None => Ok(None),
    }
}

/// Above this a stored content is taken for damaged (bytes after decompression).
const CONTENT_LIMIT: usize = 1 << 30;

fn unpack(packed: &[u8]) -> Result<RepositoryContent> {
    let corrupt = |reason: String| StoreError::Corrupt { what: "repository content", reason };
    let mut decoder = zstd::Decoder::new(packed).map_err(|e| corrupt(e.to_string()))?;
    let mut bytes = Vec::new();
    let mut bounded = std::io::Read::take(&mut decoder, CONTENT_LIMIT as u64);
    std::io::Read::read_to_end(&mut bounded, &mut bytes).map_err(|e| corrupt(e.to_string()))?;
    serde_json::from_slice(&bytes).map_err(|e| corrupt(e.to_string()))
}

/// Rewrites until when each OS group's security sources count as fresh: the earliest of them decides.
async fn refresh_os_groups(tx: &mut Tx) -> Result<()> {
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

/// Sets when a source is due.
pub async fn set_next_due(db: &Db, id: i64, next_due: i64) -> Result<()> {
    db.execute("UPDATE source SET next_due = $2 WHERE id = $1", args![id, next_due]).await?;
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
