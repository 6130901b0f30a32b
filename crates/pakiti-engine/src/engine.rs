//! The engine: everything a running server does beside answering requests.
//!
//! Opens the database, brings schema and evaluator up to date, owns rules and writer, runs the scheduler of
//! sources and the re-evaluation.

use crate::Clock;
use crate::fleet_index::Fleet;
use crate::prepare::{Prepared, Preparer};
use crate::rules::Rules;
use crate::source::schedule::next_due;
use crate::source::sync::{Sync, SyncError, Synced};
use crate::sweeper::{self, Swept};
use crate::writer::{IngestError, Writer};
use pakiti_core::os_group;
use pakiti_core::rules::EVALUATOR_VERSION;
use pakiti_store::db::Db;
use pakiti_store::error::StoreError;
use pakiti_store::ingest::Stored;
use pakiti_store::scope::Scope;
use pakiti_store::source::{self, Source};
use pakiti_store::{generation, migrate};
use std::sync::Arc;
use std::time::Duration;

/// A running engine; cheap to clone.
#[derive(Clone)]
pub struct Engine {
    /// The database.
    pub db: Db,
    /// The rules in force.
    pub rules: Rules,
    /// Prepares reports.
    pub preparer: Arc<Preparer>,
    /// Stores reports.
    pub writer: Writer,
    /// Synchronises sources.
    pub sync: Arc<Sync>,
    /// Which hosts have which CVE.
    pub fleet: Fleet,
    /// The time.
    pub clock: Clock,
}

/// Brings a database up to date: schema, evaluator, facts about OS groups. Gives the migrations that ran.
///
/// # Errors
/// Database errors.
pub async fn bring_up(db: &Db, now: i64) -> Result<Vec<&'static str>, StoreError> {
    let ran = migrate::migrate(db, now).await?;
    let ends: Vec<(&str, Option<i64>)> = os_group::all()
        .iter()
        .map(|group| (group.id, group.support_end_day().map(|day| (day + 1) * 86_400 - 1)))
        .collect();
    source::note_support_ends(db, &ends).await?;
    generation::adopt_evaluator(db, EVALUATOR_VERSION, now).await?;
    Ok(ran)
}

impl Engine {
    /// Starts the engine on an open, up-to-date database. The handle ends when the last engine is dropped and
    /// every accepted report is stored.
    ///
    /// # Errors
    /// Database errors.
    pub async fn start(
        db: Db,
        sync: Sync,
        clock: Clock,
    ) -> Result<(Self, tokio::task::JoinHandle<()>), StoreError> {
        let rules = Rules::load(&db).await?;
        let (writer, task) = Writer::start(db.clone(), rules.clone());
        let preparer = Arc::new(Preparer::default());
        let (sync, fleet) = (Arc::new(sync), Fleet::default());
        Ok((Self { db, rules, preparer, writer, sync, fleet, clock }, task))
    }

    /// Stores a prepared report; returns when it is durable.
    ///
    /// # Errors
    /// [`IngestError`].
    pub async fn ingest(&self, prepared: Prepared) -> Result<Stored, IngestError> {
        let (report, list_hash, list) = prepared.into_parts();
        let stored = self.writer.store(report).await?;
        self.preparer.remember(list_hash, stored.set_id, &list);
        Ok(stored)
    }

    /// Synchronises one source and, if it changed, re-evaluates.
    ///
    /// # Errors
    /// [`SyncError`].
    pub async fn sync_source(&self, source: &Source) -> Result<(Synced, Swept), SyncError> {
        let now = (self.clock)();
        let due = next_due(source.id, source.interval_seconds, false, now);
        let synced = self.sync.run(source, due, now).await;
        if synced.is_err() {
            let retry = next_due(source.id, source.interval_seconds, true, now);
            source::set_next_due(&self.db, source.id, retry).await?;
        }
        self.due_again_if_changed(source, now).await?;
        let synced = synced?;
        let swept = match synced {
            Synced::NotModified => Swept::default(),
            Synced::Changed { .. } => self.reevaluate().await?,
        };
        Ok((synced, swept))
    }

    /// Changed while it was fetched: what came is an answer to what was asked before.
    async fn due_again_if_changed(&self, asked: &Source, now: i64) -> Result<(), StoreError> {
        let of = |s: &Source| (s.name.clone(), s.url.clone(), s.options.clone(), s.os_group.clone());
        match source::by_id(&self.db, &Scope::operator(), asked.id).await {
            Ok(source) if of(&source) != of(asked) => source::set_next_due(&self.db, asked.id, now).await,
            Ok(_) | Err(StoreError::NotFound { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Takes over the rules in force and brings every verdict to them.
    ///
    /// # Errors
    /// Database errors.
    pub async fn reevaluate(&self) -> Result<Swept, StoreError> {
        self.rules.reload(&self.db).await?;
        sweeper::sweep(&self.db, &self.rules, (self.clock)()).await
    }

    /// Runs scheduler and re-evaluation until the returned future is dropped: every `tick` it looks for due
    /// sources and for a sweep somebody else left.
    pub async fn background(self, tick: Duration) {
        loop {
            if let Err(error) = self.background_once().await {
                tracing::error!(error = %error, "background work failed, trying again");
            }
            tokio::time::sleep(tick).await;
        }
    }

    /// Keeps the fleet index near the database until the returned future is dropped.
    pub async fn keep_fleet_index(self) {
        self.fleet.keep(self.db, self.clock).await;
    }

    /// One round of [`Engine::background`].
    ///
    /// # Errors
    /// Database errors; failures of single sources are noted at the source and logged.
    pub async fn background_once(&self) -> Result<(), StoreError> {
        self.catch_up().await?;
        for listed in source::all(&self.db).await? {
            if self.is_due(&listed)
                && let Some(source) = self.still_due(listed.id).await?
            {
                let done = self.sync_source(&source).await;
                tell(&source.name, done);
            }
        }
        Ok(())
    }

    /// Takes up a sweep that somebody else left, or rules that somebody else changed.
    async fn catch_up(&self) -> Result<(), StoreError> {
        let state = generation::peek(&self.db).await?;
        if state.active != state.swept || state.active != self.rules.current().generation {
            let swept = self.reevaluate().await?;
            tracing::info!(verdicts = swept.verdicts, changed = swept.changed, "re-evaluated");
        }
        Ok(())
    }

    fn is_due(&self, source: &Source) -> bool {
        source.enabled && source.next_due <= (self.clock)()
    }

    /// The source as it is now: the ones before it took their time, and another process or an administrator may
    /// have been at it.
    async fn still_due(&self, id: i64) -> Result<Option<Source>, StoreError> {
        match source::by_id(&self.db, &Scope::operator(), id).await {
            Ok(source) => Ok(Some(source).filter(|source| self.is_due(source))),
            Err(StoreError::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// Logs how a source of the scheduler went.
fn tell(name: &str, done: Result<(Synced, Swept), SyncError>) {
    match done.map(in_words) {
        Ok(result) => tracing::info!(source.name = name, result, "source synchronised"),
        Err(error) => warn(name, &error),
    }
}

fn warn(name: &str, error: &SyncError) {
    tracing::warn!(source.name = name, %error, "source not synchronised");
}

fn in_words((synced, swept): (Synced, Swept)) -> String {
    match synced {
        Synced::NotModified => "not modified".to_owned(),
        Synced::Changed { packages, names, .. } => format!(
            "{packages} packages, {names} names touched; {} verdicts changed, on {} hosts",
            swept.changed, swept.hosts
        ),
    }
}
