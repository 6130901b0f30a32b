//! What can go wrong in the store.

use thiserror::Error;

/// An error of the store.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The database refused or could not be reached.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    /// A database URL that names neither SQLite nor PostgreSQL.
    #[error("unsupported database URL `{0}`: use sqlite:PATH or postgres://...")]
    UnsupportedUrl(String),
    /// A stored value does not have the shape the code expects.
    #[error("column {column} (`{name}`) holds an unexpected value")]
    Shape {
        /// Position in the row.
        column: usize,
        /// Its name.
        name: String,
    },
    /// A stored record cannot be decoded.
    #[error("stored {what} cannot be read: {reason}")]
    Corrupt {
        /// What was read.
        what: &'static str,
        /// Why it failed.
        reason: String,
    },
    /// A migration this binary does not know: the database was written by a newer release.
    #[error("the database is at schema {found}, this binary knows {known}: use a newer pakiti")]
    NewerSchema {
        /// Schema of the database.
        found: i64,
        /// Newest schema of this binary.
        known: i64,
    },
    /// The active generation moved on while a batch was prepared: evaluate again with the new rules.
    #[error("the active generation is {active}, the rules are of {expected}")]
    GenerationMoved {
        /// Active in the database.
        active: i64,
        /// Generation of the caller's rules.
        expected: i64,
    },
    /// A name that must be unique is taken.
    #[error("{what} `{name}` exists already")]
    Exists {
        /// Kind of thing.
        what: &'static str,
        /// Its name.
        name: String,
    },
    /// Another process made another snapshot of the source active meanwhile; nothing of the switch stayed.
    #[error("another process has just synchronised this source")]
    SnapshotMoved,
    /// Another changed the options of the source since they were read; nothing of the change stayed.
    #[error("somebody else has just changed this source")]
    SourceMoved,
    /// Something named does not exist, or the scope does not reach it.
    #[error("{what} `{name}` not found")]
    NotFound {
        /// Kind of thing.
        what: &'static str,
        /// Its name or id.
        name: String,
    },
}

impl StoreError {
    /// Did this transaction lose a race (deadlock, a key another process took meanwhile, a busy database)?
    /// Nothing of it stayed, and the same work can be tried again at once.
    pub fn is_lost_race(&self) -> bool {
        let Self::Database(sqlx::Error::Database(error)) = self else { return false };
        // PostgreSQL: serialization failure, deadlock; SQLite: the three kinds of busy.
        error.is_unique_violation()
            || matches!(error.code().as_deref(), Some("40001" | "40P01" | "5" | "261" | "517"))
    }
}

/// Result of the store.
pub type Result<T> = std::result::Result<T, StoreError>;
