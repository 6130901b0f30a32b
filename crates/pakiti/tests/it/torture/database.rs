//! The database of a torture run, looked at by the store's own functions while no server runs.

use pakiti_store::args;
use pakiti_store::db::Db;
use pakiti_store::generation;
use pakiti_store::host::{self, HostDetail};
use pakiti_store::host_packages;
use pakiti_store::scope::Scope;
use std::path::Path;
use std::process::Command;

/// A database of its own; a PostgreSQL one is dropped at the end.
pub(super) struct Database {
    pub(super) url: String,
    server: Option<(String, String)>,
    runtime: tokio::runtime::Runtime,
}

impl Database {
    pub(super) fn sqlite(folder: &Path) -> Self {
        let url = format!("sqlite:{}", folder.join("pakiti.db").display());
        Self { url, server: None, runtime: runtime() }
    }

    /// `None`, with a word why, where there is no server and none is required.
    pub(super) fn postgres() -> Option<Self> {
        let server = std::env::var("PAKITI_TEST_POSTGRES").ok().filter(|url| !url.is_empty());
        let Some(server) = server else {
            let required = std::env::var("CI").is_ok_and(|ci| ci == "true");
            assert!(!required, "CI=true, but PAKITI_TEST_POSTGRES is not set: run scripts/with-postgres.sh");
            println!("not run: PAKITI_TEST_POSTGRES is not set (scripts/with-postgres.sh sets it)");
            return None;
        };
        let name = format!("pakiti_torture_{}", std::process::id());
        let (address, options) = server.split_once('?').unwrap_or((&server, ""));
        let url = format!("{}/{name}?{options}", address.rsplit_once('/').unwrap().0);
        let database = Self { url, server: Some((server.clone(), name.clone())), runtime: runtime() };
        database.admin(&format!("CREATE DATABASE {name} TEMPLATE template0"));
        Some(database)
    }

    fn admin(&self, sql: &str) {
        let Some((server, _)) = &self.server else { return };
        self.runtime.block_on(async {
            let db = Db::open(server).await.unwrap();
            db.fetch(sql, args![]).await.unwrap();
            db.close().await;
        });
    }

    /// Runs a command that must succeed; gives its standard output.
    #[track_caller]
    pub(super) fn run(&self, args: &[&str]) -> String {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pakiti"));
        let output = command.args(args).env("PAKITI_DATABASE", &self.url).output().expect("pakiti runs");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "pakiti {args:?}: {}\n{text}{error}", output.status);
        text
    }

    /// What `look` sees.
    pub(super) fn look<T>(&self, look: impl AsyncFnOnce(&Db) -> T) -> T {
        self.runtime.block_on(async {
            let db = Db::open(&self.url).await.unwrap();
            let seen = look(&db).await;
            db.close().await;
            seen
        })
    }

    /// The number a statement gives.
    pub(super) fn number(&self, sql: &str) -> i64 {
        self.look(async |db| db.fetch(sql, args![]).await.unwrap()[0].int(0).unwrap())
    }

    /// Is a content in force that not every verdict is brought to?
    pub(super) fn is_sweeping(&self) -> bool {
        self.look(async |db| {
            let state = generation::peek(db).await.unwrap();
            state.active != state.swept
        })
    }

    /// Waits until PostgreSQL has noticed that its clients are dead: it may still commit what they asked for last.
    pub(super) fn quiet(&self) {
        let others = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() \
                      AND backend_type = 'client backend' AND pid <> pg_backend_pid()";
        if self.server.is_some() {
            super::wait(|| self.number(others) == 0);
        }
    }

    /// The hosts of this name.
    pub(super) fn hosts(&self, name: &str) -> Vec<Seen> {
        self.look(async |db| {
            let mut seen = Vec::new();
            for id in host::ids_by_name(db, &Scope::operator(), name).await.unwrap() {
                seen.push(Seen::of(db, host::by_id(db, &Scope::operator(), id, 0).await.unwrap()).await);
            }
            seen
        })
    }
}

/// What the database says of one host.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Seen {
    /// Reports received.
    pub(super) reports: i64,
    /// States it had.
    pub(super) states: usize,
    /// `name version`, sorted.
    pub(super) packages: Vec<String>,
}

impl Seen {
    async fn of(db: &Db, host: HostDetail) -> Self {
        let installed = host_packages::installed(db, &host).await.unwrap();
        let mut packages: Vec<String> =
            installed.iter().map(|(package, _)| format!("{} {}", package.name, package.version)).collect();
        packages.sort();
        let states = host_packages::periods(db, &host, 100_000).await.unwrap().len();
        Self { reports: host.reports, states, packages }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Some((_, name)) = &self.server {
            self.admin(&format!("DROP DATABASE {name} WITH (FORCE)"));
        }
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap()
}
