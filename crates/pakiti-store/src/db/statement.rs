//! What goes into a statement and what comes out: values, their places in the text, rows.
//!
//! Law 6 and ADR 0001: every integer is 64 bits, every time is unix seconds.

use crate::error::{Result, StoreError};
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Column as _, Postgres, Row as _, Sqlite};

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

pub(super) type Query<D> = sqlx::query::Query<'static, D, <D as sqlx::Database>::Arguments>;

pub(super) fn bind_postgres(sql: &str, args: Vec<Value>) -> Query<Postgres> {
    bind!(Postgres, sql.to_owned(), args, |query: Query<Postgres>, column| match column {
        Column::Ints(x) => query.bind(x),
        Column::Texts(x) => query.bind(x),
        Column::Blobs(x) => query.bind(x),
    })
}

/// SQLite takes `$n`, but as a *name* that is searched among all names for every argument, so that a statement
/// costs the square of its arguments (a third of ingest's time, measured). `?` has no name: each `$n` becomes
/// one `?`, and the arguments follow the order in which they occur.
pub(super) fn bind_sqlite(sql: &str, args: Vec<Value>) -> Query<Sqlite> {
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
