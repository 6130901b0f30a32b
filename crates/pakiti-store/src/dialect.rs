//! The few places where the two databases need two texts (law 6); each pair is tested on both.

use crate::db::Dialect;

/// Reads the active generation so that it cannot move before this transaction ends. SQLite: the write lock
/// already holds everybody off.
pub(crate) fn read_generation(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => "SELECT active, swept, sweep_set, evaluator FROM generation WHERE id = 1",
        Dialect::Postgres => {
            "SELECT active, swept, sweep_set, evaluator FROM generation WHERE id = 1 FOR SHARE"
        }
    }
}

/// The same for the transaction that moves it.
pub(crate) fn lock_generation(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => "SELECT active, swept, sweep_set, evaluator FROM generation WHERE id = 1",
        Dialect::Postgres => {
            "SELECT active, swept, sweep_set, evaluator FROM generation WHERE id = 1 FOR UPDATE"
        }
    }
}

/// Ends a statement that selects rows this transaction will change.
pub(crate) fn for_update(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => "",
        Dialect::Postgres => " FOR UPDATE",
    }
}
