//! Runs one test body on both databases.

use crate::world::World;
use futures_util::FutureExt as _;
use pakiti_store::args;
use pakiti_store::db::Db;
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::sync::atomic::{AtomicU32, Ordering};

/// Makes of each `async fn name(w: &mut World)` a module `name` with the tests `sqlite` and `postgres`.
macro_rules! on_both {
    ($($(#[$meta:meta])* async fn $name:ident($w:ident: &mut World) $body:block)*) => {$(
        $(#[$meta])*
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            async fn body($w: &mut crate::world::World) $body

            #[test]
            fn sqlite() {
                crate::harness::on_sqlite(body);
            }

            #[test]
            fn postgres() {
                crate::harness::on_postgres(body);
            }
        }
    )*};
}

/// Runs the body on a new SQLite file.
pub(crate) fn on_sqlite(body: impl AsyncFnOnce(&mut World)) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("pakiti.db");
    run(&format!("sqlite:{}", path.display()), body);
}

/// Runs the body on a new PostgreSQL database, which is dropped afterwards.
pub(crate) fn on_postgres(body: impl AsyncFnOnce(&mut World)) {
    let Some(server) = server() else { return };
    let name = new_name();
    admin(
        &server,
        &format!("CREATE DATABASE {name} TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en-US'"),
    );
    let run = AssertUnwindSafe(|| run(&sibling(&server, &name), body));
    let result = std::panic::catch_unwind(run);
    admin(&server, &format!("DROP DATABASE {name} WITH (FORCE)"));
    if let Err(panic) = result {
        resume_unwind(panic);
    }
}

/// The PostgreSQL server of the tests; `None`, with a word why, where there is none and none is required.
fn server() -> Option<String> {
    let url = std::env::var("PAKITI_TEST_POSTGRES").ok().filter(|url| !url.is_empty());
    if url.is_none() {
        let required = std::env::var("CI").is_ok_and(|ci| ci == "true");
        assert!(!required, "CI=true, but PAKITI_TEST_POSTGRES is not set: run scripts/with-postgres.sh");
        println!("not run: PAKITI_TEST_POSTGRES is not set (scripts/with-postgres.sh sets it)");
    }
    url
}

/// The URL of another database of the same server.
fn sibling(server: &str, name: &str) -> String {
    let (address, options) =
        server.split_once('?').map_or((server, String::new()), |(a, o)| (a, format!("?{o}")));
    let (address, _) = address.rsplit_once('/').unwrap();
    format!("{address}/{name}{options}")
}

fn new_name() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    format!("pakiti_test_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}

fn admin(server: &str, sql: &str) {
    runtime().block_on(async {
        let db = Db::open(server).await.unwrap();
        // CREATE and DROP DATABASE refuse transactions; `fetch` opens none.
        db.fetch(sql, args![]).await.unwrap();
        db.close().await;
    });
}

fn run(url: &str, body: impl AsyncFnOnce(&mut World)) {
    runtime().block_on(async {
        let mut world = World::open(url).await;
        let result = AssertUnwindSafe(body(&mut world)).catch_unwind().await;
        if let Err(panic) = result {
            world.db.close().await;
            resume_unwind(panic);
        }
        world.finish().await;
    });
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}
