//! A whole server in a test: a new database, a clock that stands still, the router of the product, and people
//! who sign in through its form.

#[macro_use]
pub(crate) mod databases;
pub(crate) mod client;
pub(crate) mod fleet;
pub(crate) mod html;
pub(crate) mod oval;
pub(crate) mod report;
pub(crate) mod suite;
pub(crate) mod yum;

use client::{Answer, Client};
use pakiti_engine::engine::{Engine, bring_up};
use pakiti_engine::source::options::SourceOptions;
use pakiti_engine::source::{fetch, sync::Sync};
use pakiti_store::account::{self, Role};
use pakiti_store::db::Db;
use pakiti_store::grant;
use pakiti_store::source::{self, NewSource};
use pakiti_web::access::password;
use pakiti_web::{App, ServeOptions, routes};
use report::Report;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use tempfile::TempDir;
use tokio::task::JoinHandle;

/// 2026-11-22 00:00 UTC: where the clock stands when a server starts.
pub(crate) const NOW: i64 = 1_795_305_600;
/// A day in seconds.
pub(crate) const DAY: i64 = 86_400;
/// The password of everybody.
pub(crate) const PASSWORD: &str = "correct horse battery staple";

/// A running server without a port.
pub(crate) struct TestServer {
    pub(crate) app: App,
    pub(crate) db: Db,
    /// The URL of its database, for a second handle.
    pub(crate) url: String,
    router: axum::Router,
    clock: Arc<AtomicI64>,
    folder: TempDir,
    writer: JoinHandle<()>,
}

impl TestServer {
    /// On a new SQLite file.
    pub(crate) async fn start() -> Self {
        Self::start_with(ServeOptions::default()).await
    }

    /// On a new SQLite file, reached as `options` say.
    pub(crate) async fn start_with(options: ServeOptions) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("pakiti.db").display());
        Self::start_on(&url, folder, options).await
    }

    /// On the (new) database at `url`.
    pub(crate) async fn start_on(url: &str, folder: TempDir, options: ServeOptions) -> Self {
        let db = Db::open(url).await.unwrap();
        bring_up(&db, NOW).await.unwrap();
        let clock = Arc::new(AtomicI64::new(NOW));
        let hands = clock.clone();
        let sync = Sync {
            db: db.clone(),
            client: fetch::client().unwrap(),
            folders: vec![folder.path().canonicalize().unwrap()],
            default_keyrings: Vec::new(),
        };
        let clock_of_engine = Arc::new(move || hands.load(Ordering::SeqCst));
        let (engine, writer) = Engine::start(db.clone(), sync, clock_of_engine).await.unwrap();
        let app = App::new(engine, options);
        let router = routes::router(app.clone());
        Self { app, db, url: url.to_owned(), router, clock, folder, writer }
    }

    /// Sets the clock.
    pub(crate) fn set_clock(&self, now: i64) {
        self.clock.store(now, Ordering::SeqCst);
    }

    /// The time on its clock.
    pub(crate) fn now(&self) -> i64 {
        self.clock.load(Ordering::SeqCst)
    }

    /// The folder that sources may be read from.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Kills the writer, as a server that shuts down does.
    pub(crate) async fn close_writer(&mut self) {
        self.writer.abort();
        assert!((&mut self.writer).await.unwrap_err().is_cancelled());
    }

    /// Somebody who is not signed in.
    pub(crate) fn nobody(&self) -> Client {
        Client::new(self.router.clone())
    }

    /// Adds an account; gives its id.
    pub(crate) async fn add_user(&self, name: &str, role: Role) -> i64 {
        let hash = password::hash(PASSWORD).unwrap();
        account::add(&self.db, name, &hash, role, self.now()).await.unwrap()
    }

    /// Adds an account and signs it in through the form.
    pub(crate) async fn with_user(&self, name: &str, role: Role) -> Client {
        self.add_user(name, role).await;
        let mut client = self.nobody();
        let answer = client.sign_in(name, PASSWORD).await;
        assert_eq!(answer.status, 303, "{}", answer.text());
        client
    }

    /// A viewer who may see one host group.
    pub(crate) async fn with_viewer_of(&self, name: &str, group: &str) -> Client {
        let id = self.add_user(name, Role::Viewer).await;
        grant::grant_group(&self.db, id, group).await.unwrap();
        let mut client = self.nobody();
        assert_eq!(client.sign_in(name, PASSWORD).await.status, 303);
        client
    }

    /// Sends a body to the feeder; empty words are left out of the query.
    pub(crate) async fn feed(&self, protocol: &str, mode: &str, body: impl Into<Vec<u8>>) -> Answer {
        let mut path = "/feed/?".to_owned();
        if !mode.is_empty() {
            path.push_str(&format!("mode={mode}&"));
        }
        if !protocol.is_empty() {
            path.push_str(&format!("protocol={protocol}"));
        }
        self.nobody().post(&path, body).await
    }

    /// Sends a report of protocol 6 that must be taken; gives the host's id.
    pub(crate) async fn report(&self, report: &Report) -> i64 {
        let answer = self.feed("6", "", report.text()).await;
        assert_eq!((answer.status, answer.text().as_str()), (200, "OK\n"));
        answer.header("x-pakiti-host").unwrap().parse().unwrap()
    }

    /// Configures an `apt` source of suite `codename` below this server's folder.
    pub(crate) async fn add_source(&self, name: &str, codename: &str) -> i64 {
        let url = self.folder().display().to_string();
        self.add_source_at(
            name,
            &url,
            SourceOptions { suite: codename.to_owned(), trusted: true, ..SourceOptions::default() },
        )
        .await
    }

    /// Configures an `apt` source.
    pub(crate) async fn add_source_at(&self, name: &str, url: &str, options: SourceOptions) -> i64 {
        let new = NewSource {
            name: name.to_owned(),
            kind: "apt".to_owned(),
            url: url.to_owned(),
            options: options.record(),
            os_group: String::new(),
            interval_seconds: 3600,
        };
        source::add(&self.db, &new, self.now()).await.unwrap()
    }

    /// Synchronises a source as the scheduler does; the words of the failure, if it fails.
    pub(crate) async fn sync(&self, id: i64) -> Result<(), String> {
        let all = source::all(&self.db).await.unwrap();
        let source = all.iter().find(|source| source.id == id).unwrap();
        self.app.engine.sync_source(source).await.map(drop).map_err(|error| error.to_string())
    }

    /// One round of what the server does beside answering: due sources, and hosts to be judged again.
    pub(crate) async fn background(&self) {
        self.app.engine.background_once().await.unwrap();
    }

    /// Does it still answer?
    pub(crate) async fn is_alive(&self) -> bool {
        let answer = self.nobody().get("/health").await;
        (answer.status, answer.text().as_str()) == (200, "ok\n")
    }
}

/// Where cargo keeps what tests leave behind: `target/`.
pub(crate) fn target() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap().to_owned()
}
