//! One engine on one database, with a web server and a folder to fetch from, and what tests do with it.

use crate::feed::Suite;
use crate::web::Web;
use pakiti_engine::engine::{Engine, bring_up};
use pakiti_engine::source::fetch;
use pakiti_engine::source::options::SourceOptions;
use pakiti_engine::source::sync::{Sync, SyncError, Synced};
use pakiti_engine::sweeper::Swept;
use pakiti_formats::report::Protocol;
use pakiti_store::db::{Db, Dialect, Tx};
use pakiti_store::generation::Generation;
use pakiti_store::host::HostDetail;
use pakiti_store::ingest::Stored;
use pakiti_store::scope::Scope;
use pakiti_store::source::{NewSource, Source};
use pakiti_store::{args, generation, host, source, verify};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use tokio::task::JoinHandle;

/// 2026-11-22T00:00:00Z.
pub(crate) const T0: i64 = 1_795_305_600;
pub(crate) const HOUR: i64 = 3600;
pub(crate) const DAY: i64 = 86_400;

/// An engine and what is around it.
pub(crate) struct World {
    pub(crate) engine: Engine,
    pub(crate) writer: JoinHandle<()>,
    pub(crate) url: String,
    pub(crate) web: Web,
    clock: Arc<AtomicI64>,
    dir: tempfile::TempDir,
}

impl World {
    /// Starts an engine on a database, brought up to date.
    pub(crate) async fn open(url: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let db = Db::open(url).await.unwrap();
        bring_up(&db, T0).await.unwrap();
        let clock = Arc::new(AtomicI64::new(T0));
        let (engine, writer) = start(db, &[canonical(dir.path())], &clock).await;
        Self { engine, writer, url: url.to_owned(), web: Web::start().await, clock, dir }
    }

    /// Another process on the same database, at the same time of day.
    pub(crate) async fn another(&self) -> (Engine, JoinHandle<()>) {
        let db = Db::open(&self.url).await.unwrap();
        start(db, &[self.folder()], &self.clock).await
    }

    /// What the harness does after every test: re-evaluation is brought to its end, and everything must be right.
    pub(crate) async fn finish(self) {
        let (engine, _writer) = self.another().await;
        engine.reevaluate().await.unwrap();
        let found = verify::verify(&engine.db, &engine.rules.current(), 1).await.unwrap();
        assert_eq!(found.differences, Vec::<String>::new(), "verify after the test");
        engine.db.close().await;
        self.engine.db.close().await;
    }

    pub(crate) fn db(&self) -> &Db {
        &self.engine.db
    }

    pub(crate) fn now(&self) -> i64 {
        self.clock.load(Ordering::Relaxed)
    }

    pub(crate) fn set_time(&self, now: i64) {
        self.clock.store(now, Ordering::Relaxed);
    }

    /// The folder the engine may read sources from.
    pub(crate) fn folder(&self) -> PathBuf {
        canonical(self.dir.path())
    }

    /// Parses and stores a report.
    pub(crate) async fn feed(&self, protocol: Protocol, report: &str) -> Stored {
        let prepared = self.engine.preparer.prepare(protocol, report.as_bytes(), self.now()).unwrap();
        self.engine.ingest(prepared).await.unwrap()
    }

    /// The one host of this name.
    pub(crate) async fn host(&self, name: &str) -> HostDetail {
        let ids = host::ids_by_name(self.db(), &Scope::operator(), name).await.unwrap();
        assert_eq!(ids.len(), 1, "hosts named {name}");
        host::by_id(self.db(), &Scope::operator(), ids[0], self.now()).await.unwrap()
    }

    /// Adds a source of kind `apt`.
    pub(crate) async fn add(&self, name: &str, url: &str, options: &SourceOptions) -> Source {
        self.add_raw(name, url, &options.record(), "").await
    }

    /// Adds a source as the database holds it.
    pub(crate) async fn add_raw(&self, name: &str, url: &str, options: &str, os_group: &str) -> Source {
        let new = NewSource {
            name: name.into(),
            kind: "apt".into(),
            url: url.into(),
            options: options.into(),
            os_group: os_group.into(),
            interval_seconds: 6 * HOUR,
        };
        source::add(self.db(), &new, self.now()).await.unwrap();
        self.source(name).await
    }

    /// Publishes a suite on the web and adds it as a trusted source of its codename's name.
    pub(crate) async fn serve(&self, suite: &Suite) -> Source {
        let base = self.publish(suite);
        let options = SourceOptions { trusted: true, ..SourceOptions::default() };
        self.add(&suite.codename, &base, &options).await
    }

    /// Publishes a suite on the web; gives the URL of its folder.
    pub(crate) fn publish(&self, suite: &Suite) -> String {
        let path = format!("/dists/{}", suite.codename);
        self.web.publish(&path, &suite.files());
        self.web.url(&path)
    }

    /// A source as it is now.
    pub(crate) async fn source(&self, name: &str) -> Source {
        source::by_name(self.db(), &Scope::operator(), name).await.unwrap()
    }

    /// Synchronises a source by name.
    pub(crate) async fn sync(&self, name: &str) -> Result<(Synced, Swept), SyncError> {
        self.engine.sync_source(&self.source(name).await).await
    }

    /// Synchronises a source that must be refused: the reason, which must also be noted at it, and nothing else
    /// of it may change.
    pub(crate) async fn refusal(&self, name: &str) -> String {
        let before = (self.source(name).await, self.generation().await);
        let error = self.sync(name).await.unwrap_err().to_string();
        let (after, generation) = (self.source(name).await, self.generation().await);
        assert_eq!(after.last_error.as_deref(), Some(error.as_str()));
        assert_eq!(after.last_attempt, Some(self.now()));
        assert_eq!((after.last_success, &after.snapshot), (before.0.last_success, &before.0.snapshot));
        assert_eq!((after.etag, after.last_modified), (before.0.etag, before.0.last_modified));
        assert_eq!(generation, before.1, "the generation after a refusal");
        error
    }

    pub(crate) async fn generation(&self) -> Generation {
        generation::peek(self.db()).await.unwrap()
    }

    /// The number a statement gives.
    pub(crate) async fn number(&self, sql: &str) -> i64 {
        self.db().fetch_optional(sql, args![]).await.unwrap().unwrap().int(0).unwrap()
    }

    /// Holds every writer off until it is dropped.
    pub(crate) async fn hold(&self) -> Tx {
        let db = Db::open(&self.url).await.unwrap();
        let mut tx = db.begin().await.unwrap();
        if tx.dialect() == Dialect::Postgres {
            tx.fetch("SELECT id FROM generation WHERE id = 1 FOR UPDATE", args![]).await.unwrap();
        }
        tx
    }
}

async fn start(db: Db, folders: &[PathBuf], clock: &Arc<AtomicI64>) -> (Engine, JoinHandle<()>) {
    let sync = Sync {
        db: db.clone(),
        client: fetch::client().unwrap(),
        folders: folders.to_vec(),
        default_keyrings: Vec::new(),
    };
    let clock = clock.clone();
    Engine::start(db, sync, Arc::new(move || clock.load(Ordering::Relaxed))).await.unwrap()
}

fn canonical(path: &Path) -> PathBuf {
    path.canonicalize().unwrap()
}
