//! Configured sources and their snapshots, as they are read.
//!
//! `source/change.rs` adds, changes and removes them, `source/snapshot.rs` makes a content the active one,
//! `source/freshness.rs` says until when OS groups count as fresh.

mod change;
mod freshness;
mod snapshot;

pub use change::{NewSource, SourceChange, add, change, note_attempt, remove, set_enabled, set_next_due};
pub use freshness::note_support_ends;
pub use snapshot::{NewSnapshot, active_beside, active_content, active_contents, switch};

use crate::args;
use crate::db::{Db, Row, Tx};
use crate::error::{Result, StoreError};
use crate::generation;
use crate::scope::Scope;
use pakiti_core::repository::SourceMeta;

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
    pub meta: SourceMeta,
    /// Package versions in it.
    pub packages: i64,
    /// Items that were skipped.
    pub skipped: i64,
    /// Names that differ from the snapshot before.
    pub changed_names: i64,
    /// Files, skipped items and signature as a record.
    pub report: String,
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

fn read_meta(text: &str) -> Result<SourceMeta> {
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

/// A transaction that changes sources: one at a time, so that the freshness of OS groups, read from all of
/// them, is written from what is true at the end.
async fn begin(db: &Db) -> Result<Tx> {
    let mut tx = db.begin().await?;
    generation::lock(&mut tx).await?;
    Ok(tx)
}
