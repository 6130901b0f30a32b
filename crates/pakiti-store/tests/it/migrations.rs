//! Migrations: forward only, the same in both trees.

use crate::spec::T0;
use pakiti_store::args;
use pakiti_store::db::Db;
use pakiti_store::error::StoreError;
use pakiti_store::migrate::migrate;

on_both! {
    async fn migrating_twice_does_nothing(w: &mut World) {
        let before = w.db.fetch("SELECT number, name, at FROM schema_version", args![]).await.unwrap();
        assert_eq!(migrate(&w.db, T0 + 1).await.unwrap(), Vec::<&str>::new());
        let after = w.db.fetch("SELECT number, name, at FROM schema_version", args![]).await.unwrap();
        assert_eq!(before.len(), after.len());
        assert_eq!(after[0].int(2).unwrap(), T0, "when it ran stays as it was");
    }

    async fn every_migration_is_recorded_under_its_number(w: &mut World) {
        let rows = w.db.fetch("SELECT number, name FROM schema_version ORDER BY number", args![]).await.unwrap();
        let recorded: Vec<String> = rows.iter().map(|row| row.text(1).unwrap()).collect();
        assert_eq!(recorded, names("sqlite"));
        for row in rows {
            assert_eq!(row.text(1).unwrap()[..4].parse::<i64>().unwrap(), row.int(0).unwrap());
        }
    }

    async fn a_database_of_a_newer_release_is_refused_and_left_alone(w: &mut World) {
        w.raw("INSERT INTO schema_version (number, name, at) VALUES (9999, '9999_later', 0)", args![]).await;
        let refused = migrate(&w.db, T0).await.unwrap_err();
        assert!(matches!(refused, StoreError::NewerSchema { found: 9999, known: 1.. }), "{refused}");
        assert_eq!(w.count("schema_version").await, names("sqlite").len() as i64 + 1);
    }

    async fn processes_that_start_together_migrate_once(w: &mut World) {
        w.raw("DROP TABLE schema_version", args![]).await;
        for (table, _) in schema("sqlite").iter().rev() {
            w.raw(&format!("DROP TABLE {table}"), args![]).await;
        }
        let other = Db::open(&w.url).await.unwrap();
        let (a, b) = tokio::join!(migrate(&w.db, T0), migrate(&other, T0));
        let mut ran = [a.unwrap(), b.unwrap()].concat();
        ran.sort_unstable();
        assert_eq!(ran, names("sqlite"));
        other.close().await;
    }

    async fn both_databases_have_the_same_tables_and_columns(w: &mut World) {
        let mut found = Vec::new();
        for (table, columns) in schema("sqlite") {
            let list = columns.join(", ");
            w.db.fetch(&format!("SELECT {list} FROM {table} LIMIT 1"), args![]).await.unwrap();
            found.push((table, columns));
        }
        assert!(found.len() > 15, "{found:?}");
        assert_eq!(found, schema("postgres"));
    }
}

#[test]
fn both_trees_hold_the_same_numbers_and_names() {
    assert_eq!(names("sqlite"), names("postgres"));
    let numbers: Vec<i64> = names("sqlite").iter().map(|name| name[..4].parse().unwrap()).collect();
    assert_eq!(numbers, (1..=numbers.len() as i64).collect::<Vec<_>>());
}

#[tokio::test]
async fn an_url_of_another_database_is_refused_without_showing_its_password() {
    let refused = Db::open("mysql://root:secret@db/pakiti").await.unwrap_err();
    assert!(matches!(refused, StoreError::UnsupportedUrl(_)));
    assert!(!refused.to_string().contains("secret"), "{refused}");
}

fn tree(dialect: &str) -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(dialect)
}

fn names(dialect: &str) -> Vec<String> {
    let files = std::fs::read_dir(tree(dialect)).unwrap();
    let mut names: Vec<String> = files.map(|f| f.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names.iter().map(|name| name.strip_suffix(".sql").unwrap().to_owned()).collect()
}

/// Tables with their columns, in the order of the migrations.
fn schema(dialect: &str) -> Vec<(String, Vec<String>)> {
    let mut out: Vec<(String, Vec<String>)> = Vec::new();
    for name in names(dialect) {
        let text = std::fs::read_to_string(tree(dialect).join(format!("{name}.sql"))).unwrap();
        for line in text.lines() {
            if let Some(rest) = line.strip_prefix("CREATE TABLE ") {
                out.push((rest.trim_end_matches(" (").to_owned(), Vec::new()));
            } else if line.starts_with("  ") && !line.trim_start().starts_with("PRIMARY KEY") {
                let column = line.split_whitespace().next().unwrap().to_owned();
                out.last_mut().unwrap().1.push(column);
            }
        }
    }
    out
}
