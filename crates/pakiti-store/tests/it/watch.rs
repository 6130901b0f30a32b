//! Counts the rows a piece of work touches: triggers on every table of the store.

use crate::world::World;
use pakiti_store::args;
use pakiti_store::db::Dialect;
use std::collections::BTreeMap;

/// Every table that work of the server may touch.
const TABLES: [&str; 17] = [
    "generation",
    "generation_change",
    "package",
    "package_set",
    "group_context",
    "context",
    "verdict",
    "judgement",
    "host_group",
    "cell",
    "cell_group",
    "host",
    "host_state",
    "source",
    "snapshot",
    "os_group_state",
    "change_log",
];

impl World {
    /// From now on [`World::touched`] counts.
    pub(crate) async fn watch(&self) {
        self.raw("CREATE TABLE touches (tab TEXT NOT NULL)", args![]).await;
        if self.db.dialect() == Dialect::Postgres {
            let function = "CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS \
                            'BEGIN INSERT INTO touches VALUES (TG_TABLE_NAME); RETURN NULL; END'";
            self.raw(function, args![]).await;
        }
        for table in TABLES {
            match self.db.dialect() {
                Dialect::Sqlite => {
                    for event in ["INSERT", "UPDATE", "DELETE"] {
                        let sql = format!(
                            "CREATE TRIGGER touch_{table}_{event} AFTER {event} ON {table} \
                             BEGIN INSERT INTO touches VALUES ('{table}'); END"
                        );
                        self.raw(&sql, args![]).await;
                    }
                }
                Dialect::Postgres => {
                    let sql = format!(
                        "CREATE TRIGGER touch_{table} AFTER INSERT OR UPDATE OR DELETE ON {table} \
                         FOR EACH ROW EXECUTE FUNCTION touch()"
                    );
                    self.raw(&sql, args![]).await;
                }
            }
        }
    }

    /// Rows touched since the last call, by table.
    pub(crate) async fn touched(&self) -> BTreeMap<String, i64> {
        let sql = "SELECT tab, COUNT(*) FROM touches GROUP BY tab";
        let rows = self.db.fetch(sql, args![]).await.unwrap();
        self.raw("DELETE FROM touches", args![]).await;
        rows.iter().map(|row| (row.text(0).unwrap(), row.int(1).unwrap())).collect()
    }
}

/// What is expected of [`World::touched`].
pub(crate) fn rows(expected: &[(&str, i64)]) -> BTreeMap<String, i64> {
    expected.iter().map(|(table, rows)| ((*table).to_owned(), *rows)).collect()
}
