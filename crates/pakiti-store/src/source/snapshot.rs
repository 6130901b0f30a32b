//! The switch to a new snapshot, and the contents in force.
//!
//! The switch is one transaction: snapshot stored, made active, generation + 1, touched names recorded,
//! freshness of the OS group rewritten. Superseded snapshots keep their facts and lose their content.

use super::begin;
use super::freshness::refresh_os_groups;
use crate::args;
use crate::db::{Db, Value, placeholders};
use crate::error::{Result, StoreError};
use crate::generation;
use pakiti_core::repository::SnapshotContent;
use pakiti_core::rules::Active;
use std::collections::BTreeMap;

/// A fetched and parsed content, ready to become the active snapshot.
#[derive(Debug)]
pub struct NewSnapshot<'a> {
    /// Content, canonicalised.
    pub content: &'a SnapshotContent,
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
        new.content.items() as i64,
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
pub async fn active_contents(db: &Db) -> Result<(i64, Vec<(i64, SnapshotContent)>)> {
    let (generation, active) = active_beside(db, &BTreeMap::new()).await?;
    let contents = active.into_iter().filter_map(|active| Some((active.source, active.content?)));
    Ok((generation, contents.collect()))
}

/// The same, without the contents of the snapshots (by source) that the caller has at hand.
pub async fn active_beside(db: &Db, known: &BTreeMap<i64, i64>) -> Result<(i64, Vec<Active>)> {
    let wanted = match known.is_empty() {
        true => "n.content".to_owned(),
        false => {
            format!("CASE WHEN n.id IN {} THEN NULL ELSE n.content END", placeholders(1, known.len(), 1))
        }
    };
    // One statement, so that generation and snapshots are of one moment.
    let sql = format!(
        "SELECT g.active, s.id, n.id, {wanted} FROM generation g \
         LEFT JOIN source s ON s.enabled = 1 AND s.snapshot_id IS NOT NULL \
         LEFT JOIN snapshot n ON n.id = s.snapshot_id WHERE g.id = 1 ORDER BY s.id"
    );
    let mut generation = 0;
    let mut all = Vec::new();
    for row in db.fetch(&sql, known.values().map(|id| Value::from(*id)).collect()).await? {
        generation = row.int(0)?;
        let (Some(source), Some(snapshot)) = (row.int_opt(1)?, row.int_opt(2)?) else { continue };
        let content = row.blob_opt(3)?.map(|packed| unpack(&packed)).transpose()?;
        if content.is_some() || known.get(&source) == Some(&snapshot) {
            all.push(Active { source, snapshot, content });
        }
    }
    Ok((generation, all))
}

/// Id and content of the active snapshot of one source.
pub async fn active_content(db: &Db, id: i64) -> Result<Option<(i64, SnapshotContent)>> {
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

fn unpack(packed: &[u8]) -> Result<SnapshotContent> {
    let corrupt = |reason: String| StoreError::Corrupt { what: "repository content", reason };
    let mut decoder = zstd::Decoder::new(packed).map_err(|e| corrupt(e.to_string()))?;
    let mut bytes = Vec::new();
    let mut bounded = std::io::Read::take(&mut decoder, CONTENT_LIMIT as u64);
    std::io::Read::read_to_end(&mut bounded, &mut bytes).map_err(|e| corrupt(e.to_string()))?;
    serde_json::from_slice(&bytes).map_err(|e| corrupt(e.to_string()))
}
