//! The layer below the store: values in, rows out, transactions.

use crate::spec::report;
use pakiti_store::args;
use pakiti_store::db::{Db, pieces, placeholders};
use pakiti_store::error::StoreError;

on_both! {
    async fn every_kind_of_value_comes_back_as_it_went_in(w: &mut World) {
        w.raw("CREATE TABLE t (i BIGINT, s TEXT, b BYTEA)", args![]).await;
        let (text, bytes) = ("ä'\"\\ \u{1F600}\n", vec![0u8, 255, 7]);
        w.raw("INSERT INTO t VALUES ($1, $2, $3)", args![i64::MIN, text, bytes.clone()]).await;
        w.raw("INSERT INTO t VALUES ($1, $2, $3)", args![None::<i64>, None::<&str>, None::<Vec<u8>>]).await;
        w.raw("INSERT INTO t VALUES ($1, $2, $3)", args![true, String::new(), Vec::<u8>::new()]).await;
        let rows = w.db.fetch("SELECT i, s, b FROM t WHERE i IS NOT NULL ORDER BY i", args![]).await.unwrap();
        assert_eq!(rows[0].int(0).unwrap(), i64::MIN);
        assert_eq!((rows[0].text(1).unwrap(), rows[0].blob(2).unwrap()), (text.to_owned(), bytes));
        assert!(rows[1].flag(0).unwrap());
        assert_eq!((rows[1].text(1).unwrap(), rows[1].blob(2).unwrap()), (String::new(), Vec::new()));
        let nulls = w.db.fetch_optional("SELECT i, s, b FROM t WHERE i IS NULL", args![]).await.unwrap().unwrap();
        assert_eq!(nulls.int_opt(0).unwrap(), None);
        assert_eq!((nulls.text_opt(1).unwrap(), nulls.blob_opt(2).unwrap()), (None, None));
    }

    async fn a_value_of_another_shape_is_an_error_that_names_the_column(w: &mut World) {
        let sql = "SELECT CAST(7 AS BIGINT) AS seven, 'text', CAST(NULL AS BIGINT)";
        let row = w.db.fetch_optional(sql, args![]).await.unwrap().unwrap();
        assert!(matches!(row.int(1), Err(StoreError::Shape { column: 1, .. })));
        assert!(matches!(row.int(2), Err(StoreError::Shape { column: 2, .. })));
        assert!(matches!(row.text(0), Err(StoreError::Shape { column: 0, .. })));
        assert!(matches!(row.int(9), Err(StoreError::Shape { column: 9, .. })));
        assert!(row.text(0).unwrap_err().to_string().contains("`seven`"));
        assert!(matches!(row.hash(1), Err(StoreError::Shape { column: 1, .. })));
    }

    async fn a_transaction_that_is_dropped_leaves_nothing(w: &mut World) {
        let mut tx = w.db.begin().await.unwrap();
        tx.execute("INSERT INTO host_group (name) VALUES ('x')", args![]).await.unwrap();
        drop(tx);
        assert_eq!(w.count("host_group").await, 0);
        let mut tx = w.db.begin().await.unwrap();
        tx.execute("INSERT INTO host_group (name) VALUES ('x')", args![]).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(w.count("host_group").await, 1);
    }

    async fn a_reading_transaction_sees_one_moment_and_cannot_write(w: &mut World) {
        w.ingest(&[report("a")]).await;
        let mut tx = w.db.begin_read().await.unwrap();
        let count = "SELECT COUNT(*) FROM host";
        assert_eq!(tx.fetch_optional(count, args![]).await.unwrap().unwrap().int(0).unwrap(), 1);
        w.ingest(&[report("b")]).await;
        assert_eq!(tx.fetch_optional(count, args![]).await.unwrap().unwrap().int(0).unwrap(), 1);
        assert!(tx.execute("DELETE FROM host_state", args![]).await.is_err());
        drop(tx);
        assert_eq!(w.count("host").await, 2);
    }

    async fn a_statement_of_people_cannot_write(w: &mut World) {
        if w.db.dialect() == pakiti_store::db::Dialect::Sqlite {
            assert!(w.db.fetch("DELETE FROM generation", args![]).await.is_err());
        }
        assert_eq!(w.count("generation").await, 1);
    }

    async fn a_taken_key_is_a_lost_race_and_a_wrong_statement_is_not(w: &mut World) {
        let sql = "INSERT INTO host_group (name) VALUES ('x')";
        w.raw(sql, args![]).await;
        assert!(w.db.execute(sql, args![]).await.unwrap_err().is_lost_race());
        assert!(!w.db.execute("INSERT INTO nowhere VALUES (1)", args![]).await.unwrap_err().is_lost_race());
        let orphan = "INSERT INTO cell_group (cell_id, group_id) VALUES (1, 99)";
        assert!(!w.db.execute(orphan, args![]).await.unwrap_err().is_lost_race());
    }

    async fn what_was_committed_is_there_after_closing(w: &mut World) {
        w.ingest(&[report("a").pkg("x", "1")]).await;
        w.db.close().await;
        w.db = Db::open(&w.url).await.unwrap();
        w.memo.clear();
        assert_eq!(w.host("a").await.row.counters.packages, 1);
    }
}

#[tokio::test]
async fn a_sqlite_path_is_taken_with_and_without_slashes() {
    let dir = tempfile::tempdir().unwrap();
    for url in
        [format!("sqlite:{}/a.db", dir.path().display()), format!("sqlite://{}/a.db", dir.path().display())]
    {
        Db::open(&url).await.unwrap().close().await;
    }
    assert!(dir.path().join("a.db").exists());
    assert!(Db::open(&format!("sqlite:{}/none/a.db", dir.path().display())).await.is_err());
}

#[test]
fn placeholders_count_on_from_the_first() {
    assert_eq!(placeholders(1, 3, 1), "($1,$2,$3)");
    assert_eq!(placeholders(2, 2, 3), "($3,$4),($5,$6)");
    assert_eq!(placeholders(0, 2, 1), "");
}

#[test]
fn pieces_are_powers_of_two_and_lose_nothing() {
    for length in 0..300 {
        let items: Vec<usize> = (0..length).collect();
        for max in [1, 8, 128] {
            let cut = pieces(&items, max);
            assert_eq!(cut.concat(), items);
            assert!(cut.iter().all(|piece| piece.len().is_power_of_two() && piece.len() <= max));
        }
    }
}
