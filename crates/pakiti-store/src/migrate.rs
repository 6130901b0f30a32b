//! Migrations: forward only, embedded, the same numbers and names for both databases.
//!
//! A migration and its row in `schema_version` are one transaction; PostgreSQL processes that start together
//! take turns by an advisory lock, SQLite by its write lock.

use crate::args;
use crate::db::{Db, Dialect};
use crate::error::{Result, StoreError};

/// One step: number, name, text for SQLite, text for PostgreSQL.
struct Migration {
    number: i64,
    name: &'static str,
    sqlite: &'static str,
    postgres: &'static str,
}

macro_rules! migration {
    ($number:literal, $name:literal) => {
        Migration {
            number: $number,
            name: $name,
            sqlite: include_str!(concat!("../migrations/sqlite/", $name, ".sql")),
            postgres: include_str!(concat!("../migrations/postgres/", $name, ".sql")),
        }
    };
}

const MIGRATIONS: &[Migration] = &[
    migration!(1, "0001_create_schema"),
    migration!(2, "0002_keep_effects"),
    migration!(3, "0003_keep_findings"),
];

/// Brings the database to this binary's schema; gives the names of the migrations that ran.
///
/// # Errors
/// A failing statement (nothing of that migration stays), or a database of a newer release.
pub async fn migrate(db: &Db, now: i64) -> Result<Vec<&'static str>> {
    let mut tx = db.begin().await?;
    if db.dialect() == Dialect::Postgres {
        tx.execute("SELECT pg_advisory_xact_lock($1)", args![MIGRATION_LOCK]).await?;
    }
    tx.script(
        "CREATE TABLE IF NOT EXISTS schema_version (number BIGINT PRIMARY KEY, name TEXT NOT NULL, at BIGINT NOT NULL)",
    )
    .await?;
    let row = tx.fetch_optional("SELECT COALESCE(MAX(number), 0) FROM schema_version", args![]).await?;
    let found = row.map_or(Ok(0), |row| row.int(0))?;
    let known = MIGRATIONS.last().map_or(0, |m| m.number);
    if found > known {
        return Err(StoreError::NewerSchema { found, known });
    }
    let mut ran = Vec::new();
    for migration in MIGRATIONS.iter().filter(|m| m.number > found) {
        let text = match db.dialect() {
            Dialect::Sqlite => migration.sqlite,
            Dialect::Postgres => migration.postgres,
        };
        tx.script(text).await?;
        tx.execute(
            "INSERT INTO schema_version (number, name, at) VALUES ($1, $2, $3)",
            args![migration.number, migration.name, now],
        )
        .await?;
        ran.push(migration.name);
    }
    tx.commit().await?;
    Ok(ran)
}

/// Advisory lock number of migrations ("PAKI").
const MIGRATION_LOCK: i64 = 0x5041_4b49;
