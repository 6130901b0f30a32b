//! One way to talk to both databases: dynamic values in, dynamic rows out, one SQL text.
//!
//! Law 6 and ADR 0001. Statements use `$n`, `ON CONFLICT`, `RETURNING` and multi-row
//! `WITH v(..) AS (VALUES ..)`; every integer is 64 bits, every time is unix seconds.

use crate::dialect::{FRESH_PLANS, KEEP_PLANS, RENEW_PLANS};
use crate::error::{Result, StoreError};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions, PgRow};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteRow, SqliteSynchronous,
};
use sqlx::{AssertSqlSafe, Column as _, PgPool, Postgres, Row as _, Sqlite, SqlitePool, Transaction};
use std::str::FromStr;
use std::time::Duration;

/// A bound value.
#[derive(Debug, Clone)]
pub enum Value {
    /// 64-bit integer or NULL.
    Int(Option<i64>),
    /// Text or NULL.
    Text(Option<String>),
    /// Bytes or NULL.
    Blob(Option<Vec<u8>>),
    /// A column of many rows; only PostgreSQL has such (dialect.rs).
    Column(Column),
}

/// The values of one column, row by row.
#[derive(Debug, Clone)]
pub enum Column {
    /// Integers.
    Ints(Vec<Option<i64>>),
    /// Texts.
    Texts(Vec<Option<String>>),
    /// Bytes.
    Blobs(Vec<Option<Vec<u8>>>),
}

macro_rules! value_from {
    ($($from:ty => $variant:ident, $x:ident => $body:expr;)*) => {$(
        impl From<$from> for Value { fn from($x: $from) -> Self { Self::$variant($body) } }
    )*};
}
value_from! {
    i64 => Int, x => Some(x);
    bool => Int, x => Some(i64::from(x));
    Option<i64> => Int, x => x;
    &str => Text, x => Some(x.to_owned());
    String => Text, x => Some(x);
    &String => Text, x => Some(x.clone());
    Option<String> => Text, x => x;
    Option<&str> => Text, x => x.map(str::to_owned);
    Vec<u8> => Blob, x => Some(x);
    &[u8] => Blob, x => Some(x.to_vec());
    [u8; 32] => Blob, x => Some(x.to_vec());
    Option<Vec<u8>> => Blob, x => x;
}

/// Builds the argument list of a statement.
#[macro_export]
macro_rules! args {
    ($($x:expr),* $(,)?) => { vec![$($crate::db::Value::from($x)),*] };
}

/// A fetched row; columns are read by position.
#[derive(Debug)]
pub enum Row {
    /// From SQLite.
    Sqlite(SqliteRow),
    /// From PostgreSQL.
    Postgres(PgRow),
}

macro_rules! getter {
    ($(#[$doc:meta])* $name:ident, $(#[$doc_opt:meta])* $name_opt:ident, $t:ty) => {
        $(#[$doc])*
        ///
        /// # Errors
        /// [`StoreError::Shape`] if the column holds something else, NULL included.
        pub fn $name(&self, column: usize) -> Result<$t> {
            // sqlx reads SQLite's NULL as 0 or empty where PostgreSQL's is an error: here both are.
            self.$name_opt(column)?.ok_or_else(|| self.shape(column))
        }

        $(#[$doc_opt])*
        ///
        /// # Errors
        /// [`StoreError::Shape`] if the column holds something else.
        pub fn $name_opt(&self, column: usize) -> Result<Option<$t>> {
            let value = match self {
                Self::Sqlite(row) => row.try_get::<Option<$t>, _>(column),
                Self::Postgres(row) => row.try_get::<Option<$t>, _>(column),
            };
            value.map_err(|_| self.shape(column))
        }
    };
}

impl Row {
    getter!(
        /// A non-null integer.
        int,
        /// A nullable integer.
        int_opt,
        i64
    );
    getter!(
        /// A non-null text.
        text,
        /// A nullable text.
        text_opt,
        String
    );
    getter!(
        /// Non-null bytes.
        blob,
        /// Nullable bytes.
        blob_opt,
        Vec<u8>
    );

    /// 32 bytes: a hash or key.
    ///
    /// # Errors
    /// [`StoreError::Shape`] if it holds something else.
    pub fn hash(&self, column: usize) -> Result<[u8; 32]> {
        self.blob(column)?.try_into().map_err(|_| self.shape(column))
    }

    /// An integer read as yes/no.
    ///
    /// # Errors
    /// [`StoreError::Shape`] if it holds something else.
    pub fn flag(&self, column: usize) -> Result<bool> {
        Ok(self.int(column)? != 0)
    }

    fn shape(&self, column: usize) -> StoreError {
        let name = match self {
            Self::Sqlite(row) => row.try_column(column).map(|c| c.name().to_owned()),
            Self::Postgres(row) => row.try_column(column).map(|c| c.name().to_owned()),
        };
        StoreError::Shape { column, name: name.unwrap_or_default() }
    }
}

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

macro_rules! bind {
    ($db:ty, $sql:expr, $args:expr, $column:expr) => {{
        let mut query = sqlx::query::<$db>(AssertSqlSafe($sql));
        for arg in $args {
            query = match arg {
                Value::Int(x) => query.bind(x),
                Value::Text(x) => query.bind(x),
                Value::Blob(x) => query.bind(x),
                Value::Column(x) => $column(query, x),
            };
        }
        query
    }};
}

type Query<D> = sqlx::query::Query<'static, D, <D as sqlx::Database>::Arguments>;

fn bind_postgres(sql: &str, args: Vec<Value>) -> Query<Postgres> {
    bind!(Postgres, sql.to_owned(), args, |query: Query<Postgres>, column| match column {
        Column::Ints(x) => query.bind(x),
        Column::Texts(x) => query.bind(x),
        Column::Blobs(x) => query.bind(x),
    })
}

/// SQLite takes `$n`, but as a *name* that is searched among all names for every argument, so that a statement
/// costs the square of its arguments (a third of ingest's time, measured). `?` has no name: each `$n` becomes
/// one `?`, and the arguments follow the order in which they occur.
fn bind_sqlite(sql: &str, args: Vec<Value>) -> Query<Sqlite> {
    let mut text = String::with_capacity(sql.len());
    let mut order = Vec::with_capacity(args.len());
    let mut rest = sql;
    while let Some(at) = rest.find('$') {
        let (before, after) = rest.split_at(at);
        let digits = after.bytes().skip(1).take_while(u8::is_ascii_digit).count();
        let (number, behind) = after.split_at(1 + digits);
        text.push_str(before);
        match number.get(1..).and_then(|n| n.parse::<usize>().ok()) {
            Some(n) => {
                text.push('?');
                order.push(n - 1);
            }
            None => text.push_str(number),
        }
        rest = behind;
    }
    text.push_str(rest);
    if order.iter().enumerate().all(|(i, n)| i == *n) {
        return bind!(Sqlite, text, args, no_column);
    }
    let ordered = order.into_iter().filter_map(|n| args.get(n).cloned());
    bind!(Sqlite, text, ordered, no_column)
}

/// SQLite has no arrays; dialect.rs makes none for it.
fn no_column(query: Query<Sqlite>, _: Column) -> Query<Sqlite> {
    query.bind(None::<i64>)
}

/// `($1,$2),($3,$4)`: `rows` rows of `columns` placeholders, counting from `first`.
pub fn placeholders(rows: usize, columns: usize, first: usize) -> String {
    let mut out = String::with_capacity(rows * columns * 5);
    for row in 0..rows {
        out.push_str(if row == 0 { "(" } else { ",(" });
        for column in 0..columns {
            if column > 0 {
                out.push(',');
            }
            out.push('$');
            out.push_str(&(first + row * columns + column).to_string());
        }
        out.push(')');
    }
    out
}

/// Cuts `items` into pieces whose lengths are powers of two (at most `max`): few distinct statements, so each
/// is prepared once.
pub fn pieces<T>(mut items: &[T], max: usize) -> Vec<&[T]> {
    let mut out = Vec::new();
    while !items.is_empty() {
        let mut size = max.next_power_of_two();
        while size > items.len() || size > max {
            size /= 2;
        }
        let (head, tail) = items.split_at(size.max(1));
        out.push(head);
        items = tail;
    }
    out
}
