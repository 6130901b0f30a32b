//! One process on one database, and what tests do with it.

use crate::spec::{DAY, Spec, T0, touched};
use pakiti_core::repository::SnapshotContent;
use pakiti_core::rules::RuleIndex;
use pakiti_store::db::{Db, Value};
use pakiti_store::error::{Result, StoreError};
use pakiti_store::host::{HostDetail, HostQuery, HostRow};
use pakiti_store::ingest::{ReadyReport, Stored, ingest};
use pakiti_store::memo::Memo;
use pakiti_store::scope::Scope;
use pakiti_store::source::{NewSnapshot, NewSource};
use pakiti_store::sweep::{Sweep, SweepStep};
use pakiti_store::{args, generation, host, migrate, source, verify};

/// A process: its database, its rules, its memo, its clock.
pub(crate) struct World {
    pub(crate) db: Db,
    pub(crate) url: String,
    pub(crate) index: RuleIndex,
    pub(crate) memo: Memo,
    pub(crate) now: i64,
    damaged: bool,
}

impl World {
    /// Opens a database and brings it up to date.
    pub(crate) async fn open(url: &str) -> Self {
        let db = Db::open(url).await.unwrap();
        migrate::migrate(&db, T0).await.unwrap();
        let mut world = Self {
            db,
            url: url.to_owned(),
            index: RuleIndex::default(),
            memo: Memo::default(),
            now: T0,
            damaged: false,
        };
        world.reload().await;
        world
    }

    /// Another process on the same database.
    pub(crate) async fn another(&self) -> Self {
        Self::open(&self.url).await
    }

    /// This test damages rows on purpose: nothing is verified at its end.
    pub(crate) fn damage(&mut self) {
        self.damaged = true;
    }

    /// What the harness does after every test: the sweep is brought to its end, and everything must be right.
    pub(crate) async fn finish(mut self) {
        if !self.damaged {
            self.reload().await;
            self.sweep(100).await;
            assert_eq!(self.differences().await, Vec::<String>::new(), "verify after the test");
        }
        self.db.close().await;
    }

    /// Takes over the rules in force.
    pub(crate) async fn reload(&mut self) {
        let (generation, contents) = source::active_contents(&self.db).await.unwrap();
        self.index = RuleIndex::build(generation, contents);
    }

    /// Stores reports as one batch.
    pub(crate) async fn try_ingest(&mut self, reports: &[Spec]) -> Result<Vec<Stored>> {
        let ready: Vec<ReadyReport> = reports.iter().map(Spec::ready).collect();
        ingest(&self.db, &mut self.memo, &self.index, &ready).await
    }

    /// Stores reports as one batch that must succeed.
    pub(crate) async fn ingest(&mut self, reports: &[Spec]) -> Vec<Stored> {
        self.try_ingest(reports).await.unwrap()
    }

    /// As a server does: tries again after a lost race, with the newer rules when they moved on.
    pub(crate) async fn ingest_patiently(&mut self, reports: &[Spec]) -> Vec<Stored> {
        for _ in 0..50 {
            match self.try_ingest(reports).await {
                Err(StoreError::GenerationMoved { .. }) => self.reload().await,
                Err(error) if error.is_lost_race() => {}
                result => return result.unwrap(),
            }
        }
        panic!("a batch lost 50 races in a row");
    }

    /// Makes the content the active snapshot of the source with this name (added if new), if it differs; gives
    /// the new generation.
    pub(crate) async fn switch(&mut self, name: &str, content: &SnapshotContent) -> Option<i64> {
        let id = self.source(name).await;
        let old = source::active_content(&self.db, id).await.unwrap();
        if old.as_ref().map(|(_, old)| old) == Some(content) {
            source::note_attempt(&self.db, id, None, self.now + DAY, self.now).await.unwrap();
            return None;
        }
        let (replaces, old) = old.unzip();
        let new = NewSnapshot {
            content,
            replaces,
            hash: *blake3::hash(&serde_json::to_vec(content).unwrap()).as_bytes(),
            skipped: 0,
            report: "{}".into(),
            touched: touched(old.as_ref(), content),
            etag: String::new(),
            last_modified: String::new(),
        };
        Some(source::switch(&self.db, id, &new, self.now + DAY, self.now).await.unwrap())
    }

    /// The content of a source's active snapshot.
    pub(crate) async fn active_content(&self, id: i64) -> Option<SnapshotContent> {
        source::active_content(&self.db, id).await.unwrap().map(|(_, content)| content)
    }

    /// The id of the source with this name; added if new.
    pub(crate) async fn source(&mut self, name: &str) -> i64 {
        match source::by_name(&self.db, &Scope::operator(), name).await {
            Ok(source) => source.id,
            Err(_) => source::add(&self.db, &new_source(name), self.now).await.unwrap(),
        }
    }

    /// Synchronises sources and re-evaluates to the end; gives what the sweep did.
    pub(crate) async fn sync(&mut self, contents: &[(&str, SnapshotContent)]) -> SweepStep {
        for (name, content) in contents {
            self.switch(name, content).await;
        }
        self.reload().await;
        self.sweep(100).await
    }

    /// Sweeps to the end in steps of `limit` sets, with a new memo for each, as if it were killed in between.
    pub(crate) async fn sweep(&mut self, limit: i64) -> SweepStep {
        let mut total = SweepStep::default();
        while let Some(sweep) = Sweep::begin(&self.db, &self.index).await.unwrap() {
            let mut memo = Memo::default();
            let step = sweep.step(&self.db, &mut memo, &self.index, limit, self.now).await.unwrap();
            total.verdicts += step.verdicts;
            total.changed += step.changed;
            total.hosts += step.hosts;
            total.done = step.done;
        }
        total
    }

    /// Everything `verify` finds.
    pub(crate) async fn differences(&self) -> Vec<String> {
        verify::verify(&self.db, &self.index, 1).await.unwrap().differences
    }

    /// The number a statement gives.
    pub(crate) async fn number(&self, sql: &str) -> i64 {
        self.db.fetch_optional(sql, args![]).await.unwrap().unwrap().int(0).unwrap()
    }

    /// The rows of a table.
    pub(crate) async fn count(&self, table: &str) -> i64 {
        self.number(&format!("SELECT COUNT(*) FROM {table}")).await
    }

    /// Runs a statement behind the store's back.
    pub(crate) async fn raw(&self, sql: &str, args: Vec<Value>) -> u64 {
        self.db.execute(sql, args).await.unwrap()
    }

    /// The one host of this name.
    pub(crate) async fn host(&self, name: &str) -> HostDetail {
        let ids = host::ids_by_name(&self.db, &Scope::operator(), name).await.unwrap();
        assert_eq!(ids.len(), 1, "hosts named {name}");
        host::by_id(&self.db, &Scope::operator(), ids[0], self.now).await.unwrap()
    }

    /// The rows of a query, as the operator sees them.
    pub(crate) async fn list(&self, query: &HostQuery) -> Vec<HostRow> {
        self.list_as(&Scope::operator(), query).await
    }

    /// The rows of a query, as a scope sees them.
    pub(crate) async fn list_as(&self, scope: &Scope, query: &HostQuery) -> Vec<HostRow> {
        let query = HostQuery { limit: 1000, ..query.clone() };
        host::list(&self.db, scope, &query, self.now).await.unwrap().rows
    }

    /// The names of all hosts of a query, in its order.
    pub(crate) async fn names(&self, scope: &Scope, query: &HostQuery) -> Vec<String> {
        self.list_as(scope, query).await.into_iter().map(|row| row.name).collect()
    }

    /// The generation in force.
    pub(crate) async fn active(&self) -> i64 {
        generation::peek(&self.db).await.unwrap().active
    }
}

/// A source as an administrator adds it.
pub(crate) fn new_source(name: &str) -> NewSource {
    NewSource {
        name: name.into(),
        kind: "apt".into(),
        url: format!("https://deb.example.org/{name}"),
        options: "{}".into(),
        os_group: String::new(),
        interval_seconds: DAY,
    }
}
