//! One way to talk to both databases: dynamic values in, dynamic rows out, one SQL text.
//!
//! Law 6 and ADR 0001. Statements use `$n`, `ON CONFLICT`, `RETURNING` and multi-row
//! `WITH v(..) AS (VALUES ..)`; every integer is 64 bits, every time is unix seconds.

mod statement;

pub use statement::{Column, Row, Value, pieces, placeholders};

use crate::args;
use crate::dialect::{FRESH_PLANS, KEEP_PLANS, RENEW_PLANS};
use crate::error::{Result, StoreError};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{AssertSqlSafe, PgPool, Postgres, Sqlite, SqlitePool, Transaction};
use statement::{bind_postgres, bind_sqlite};
use std::str::FromStr;
use std::time::Duration;

/// Which database is behind the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// SQLite, bundled.
    Sqlite,
    /// PostgreSQL.
    Postgres,
}

#[derive(Debug, Clone)]
enum Pools {
    /// One writing connection: SQLite has one writer; people and background work queue for it in turn.
    Sqlite {
        read: SqlitePool,
        write: SqlitePool,
    },
    Postgres(PgPool),
}

/// An open database.
#[derive(Debug, Clone)]
pub struct Db {
    pools: Pools,
}

/// A transaction; dropped without [`Tx::commit`] it is rolled back.
#[derive(Debug)]
pub struct Tx {
    inner: TxInner,
}

#[derive(Debug)]
enum TxInner {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

impl Db {
    /// Opens `sqlite:PATH` or `postgres://...`. SQLite: WAL, fsync at every commit, foreign keys on.
    ///
    /// # Errors
    /// An unknown URL, or a database that cannot be opened.
    pub async fn open(url: &str) -> Result<Self> {
        if let Some(path) = url.strip_prefix("sqlite:") {
            return Self::open_sqlite(path.trim_start_matches("//")).await;
        }
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            let options = PgConnectOptions::from_str(url)?
                .application_name("pakiti")
                .statement_cache_capacity(400)
                .options([FRESH_PLANS]);
            let pool = PgPoolOptions::new()
                .max_connections(10)
                .acquire_timeout(Duration::from_secs(15))
                .connect_with(options)
                .await?;
            return Ok(Self { pools: Pools::Postgres(pool) });
        }
        // The URL may hold a password: only its scheme is shown.
        Err(StoreError::UnsupportedUrl(url.split(':').next().unwrap_or_default().to_owned()))
    }

    async fn open_sqlite(path: &str) -> Result<Self> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(20))
            .pragma("cache_size", "-32000")
            .pragma("temp_store", "memory")
            .statement_cache_capacity(256);
        let write = SqlitePoolOptions::new()
            .max_connections(1)
            .acquire_timeout(Duration::from_secs(60))
            .connect_with(options.clone())
            .await?;
        let read = SqlitePoolOptions::new()
            .max_connections(4)
            .acquire_timeout(Duration::from_secs(15))
            .connect_with(options.pragma("query_only", "on"))
            .await?;
        Ok(Self { pools: Pools::Sqlite { read, write } })
    }

    /// Which database this is.
    pub fn dialect(&self) -> Dialect {
        match self.pools {
            Pools::Sqlite { .. } => Dialect::Sqlite,
            Pools::Postgres(_) => Dialect::Postgres,
        }
    }

    /// Begins a writing transaction.
    pub async fn begin(&self) -> Result<Tx> {
        let inner = match &self.pools {
            Pools::Sqlite { write, .. } => TxInner::Sqlite(write.begin_with("BEGIN IMMEDIATE").await?),
            Pools::Postgres(pool) => TxInner::Postgres(begin_postgres(pool, "BEGIN").await?),
        };
        Ok(Tx { inner })
    }

    /// Begins a transaction that only reads, all of it as of one moment; it holds nobody off.
    ///
    /// # Errors
    /// Database errors.
    pub async fn begin_read(&self) -> Result<Tx> {
        let inner = match &self.pools {
            Pools::Sqlite { read, .. } => TxInner::Sqlite(read.begin().await?),
            Pools::Postgres(pool) => {
                let statement = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
                TxInner::Postgres(begin_postgres(pool, statement).await?)
            }
        };
        Ok(Tx { inner })
    }

    /// Runs one reading statement outside any transaction.
    pub async fn fetch(&self, sql: &str, args: Vec<Value>) -> Result<Vec<Row>> {
        match &self.pools {
            Pools::Sqlite { read, .. } => {
                let rows = bind_sqlite(sql, args).fetch_all(read).await?;
                Ok(rows.into_iter().map(Row::Sqlite).collect())
            }
            Pools::Postgres(pool) => {
                let rows = bind_postgres(sql, args).fetch_all(pool).await?;
                Ok(rows.into_iter().map(Row::Postgres).collect())
            }
        }
    }

    /// The first row, if any.
    pub async fn fetch_optional(&self, sql: &str, args: Vec<Value>) -> Result<Option<Row>> {
        Ok(self.fetch(sql, args).await?.into_iter().next())
    }

    /// Runs one writing statement in a transaction of its own; gives the number of rows touched.
    pub async fn execute(&self, sql: &str, args: Vec<Value>) -> Result<u64> {
        let mut tx = self.begin().await?;
        let touched = tx.execute(sql, args).await?;
        tx.commit().await?;
        Ok(touched)
    }

    /// Closes all connections; SQLite checkpoints its log.
    pub async fn close(&self) {
        match &self.pools {
            Pools::Sqlite { read, write } => {
                read.close().await;
                write.close().await;
            }
            Pools::Postgres(pool) => pool.close().await,
        }
    }
}

/// Begins in a task of its own: where the caller is dropped meanwhile (a person closes the page), the transaction is
/// still taken over and rolled back. Else the connection would go back to the pool with it open.
async fn begin_postgres(pool: &PgPool, statement: &'static str) -> Result<Transaction<'static, Postgres>> {
    let pool = pool.clone();
    let begun = tokio::spawn(async move { pool.begin_with(statement).await });
    Ok(begun.await.map_err(|_| sqlx::Error::WorkerCrashed)??)
}

impl Tx {
    /// Which database this is.
    pub fn dialect(&self) -> Dialect {
        match self.inner {
            TxInner::Sqlite(_) => Dialect::Sqlite,
            TxInner::Postgres(_) => Dialect::Postgres,
        }
    }

    /// Runs a statement and gives its rows (`RETURNING` included).
    pub async fn fetch(&mut self, sql: &str, args: Vec<Value>) -> Result<Vec<Row>> {
        match &mut self.inner {
            TxInner::Sqlite(tx) => {
                let rows = bind_sqlite(sql, args).fetch_all(&mut **tx).await?;
                Ok(rows.into_iter().map(Row::Sqlite).collect())
            }
            TxInner::Postgres(tx) => {
                let rows = bind_postgres(sql, args).fetch_all(&mut **tx).await?;
                Ok(rows.into_iter().map(Row::Postgres).collect())
            }
        }
    }

    /// The first row, if any.
    pub async fn fetch_optional(&mut self, sql: &str, args: Vec<Value>) -> Result<Option<Row>> {
        Ok(self.fetch(sql, args).await?.into_iter().next())
    }

    /// Runs a statement; gives the number of rows touched.
    pub async fn execute(&mut self, sql: &str, args: Vec<Value>) -> Result<u64> {
        match &mut self.inner {
            TxInner::Sqlite(tx) => Ok(bind_sqlite(sql, args).execute(&mut **tx).await?.rows_affected()),
            TxInner::Postgres(tx) => Ok(bind_postgres(sql, args).execute(&mut **tx).await?.rows_affected()),
        }
    }

    /// Runs a statement that inserts this many rows which refer to others, and gives its rows.
    pub(crate) async fn insert(&mut self, sql: &str, args: Vec<Value>, rows: usize) -> Result<Vec<Row>> {
        // Below it the two round trips cost more.
        const MANY: usize = 8;
        if rows < MANY || self.dialect() == Dialect::Sqlite {
            return self.fetch(sql, args).await;
        }
        self.execute(KEEP_PLANS, args![]).await?;
        let rows = self.fetch(sql, args).await?;
        self.execute(RENEW_PLANS, args![]).await?;
        Ok(rows)
    }

    /// Runs a script of several statements without arguments (migrations).
    pub(crate) async fn script(&mut self, sql: &str) -> Result<()> {
        match &mut self.inner {
            TxInner::Sqlite(tx) => {
                sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut **tx).await?;
            }
            TxInner::Postgres(tx) => {
                sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut **tx).await?;
            }
        }
        Ok(())
    }

    /// Makes it durable.
    pub async fn commit(self) -> Result<()> {
        match self.inner {
            TxInner::Sqlite(tx) => tx.commit().await?,
            TxInner::Postgres(tx) => tx.commit().await?,
        }
        Ok(())
    }
}
