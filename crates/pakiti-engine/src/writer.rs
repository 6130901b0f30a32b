//! The ingest writer: one task that stores reports in groups.
//!
//! Group commit (design.md, "Concurrency"): whatever waits when the last commit ended goes into the next one,
//! up to 128 reports with distinct identities. An answer is sent only after the commit (law 4). If a group
//! fails, its reports are tried one by one, so that one bad report cannot take others with it.

use crate::rules::Rules;
use futures_util::FutureExt as _;
use pakiti_store::db::Db;
use pakiti_store::error::StoreError;
use pakiti_store::ingest::{ReadyReport, Stored, ingest};
use pakiti_store::memo::Memo;
use std::collections::{HashSet, VecDeque};
use std::panic::AssertUnwindSafe;
use thiserror::Error;
use tokio::sync::{mpsc, oneshot};

/// Most reports in one commit.
const GROUP: usize = 128;
/// Most reports waiting; more are told to come back later.
const WAITING: usize = 4096;
/// How often a group is tried again when the rules moved on under it or it lost a race.
const RETRIES: usize = 5;

/// Why a report was not stored.
#[derive(Debug, Error)]
pub enum IngestError {
    /// Too many reports are waiting.
    #[error("too many reports are waiting, try again later")]
    Busy,
    /// The server is shutting down.
    #[error("the server is shutting down, try again later")]
    Closed,
    /// The database refused.
    #[error("the report could not be stored: {0}")]
    Store(String),
}

struct Job {
    report: ReadyReport,
    answer: oneshot::Sender<Result<Stored, IngestError>>,
}

/// Hands reports to the writer.
#[derive(Debug, Clone)]
pub struct Writer {
    jobs: mpsc::Sender<Job>,
}

impl Writer {
    /// Starts the writer task. It ends, with nothing lost, when the last handle is dropped.
    pub fn start(db: Db, rules: Rules) -> (Self, tokio::task::JoinHandle<()>) {
        let (jobs, queue) = mpsc::channel(WAITING);
        let task = tokio::spawn(run(db, rules, queue));
        (Self { jobs }, task)
    }

    /// Stores a report; returns when it is durable.
    ///
    /// # Errors
    /// [`IngestError`]; nothing of the report is stored then.
    pub async fn store(&self, report: ReadyReport) -> Result<Stored, IngestError> {
        let (answer, stored) = oneshot::channel();
        self.jobs.try_send(Job { report, answer }).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => IngestError::Busy,
            mpsc::error::TrySendError::Closed(_) => IngestError::Closed,
        })?;
        stored.await.unwrap_or(Err(IngestError::Closed))
    }

    /// Reports waiting now.
    pub fn waiting(&self) -> usize {
        WAITING - self.jobs.capacity()
    }
}

async fn run(db: Db, rules: Rules, mut queue: mpsc::Receiver<Job>) {
    let mut memo = Memo::default();
    let mut waiting: VecDeque<Job> = VecDeque::new();
    loop {
        if waiting.is_empty() {
            match queue.recv().await {
                Some(job) => waiting.push_back(job),
                None => return,
            }
        }
        fill(&mut queue, &mut waiting);
        let group = next_group(&mut waiting);
        store_group(&db, &rules, &mut memo, group).await;
    }
}

/// Takes over what waits until a whole group of distinct identities is at hand: many reports of one host must
/// not make the groups of all others small.
fn fill(queue: &mut mpsc::Receiver<Job>, waiting: &mut VecDeque<Job>) {
    let mut seen: HashSet<[u8; 32]> = waiting.iter().map(|job| job.report.identity).collect();
    while seen.len() < GROUP
        && waiting.len() < WAITING
        && let Ok(job) = queue.try_recv()
    {
        seen.insert(job.report.identity);
        waiting.push_back(job);
    }
}

/// The next group: distinct identities; a second report of a host waits for the next group.
fn next_group(waiting: &mut VecDeque<Job>) -> Vec<Job> {
    let mut seen = HashSet::new();
    let mut group = Vec::new();
    let mut later = VecDeque::new();
    while let Some(job) = waiting.pop_front() {
        if group.len() < GROUP && seen.insert(job.report.identity) {
            group.push(job);
        } else {
            later.push_back(job);
        }
    }
    *waiting = later;
    group
}

async fn store_group(db: &Db, rules: &Rules, memo: &mut Memo, group: Vec<Job>) {
    let (reports, answers): (Vec<_>, Vec<_>) = group.into_iter().map(|job| (job.report, job.answer)).unzip();
    let results = match store_all(db, rules, memo, &reports).await {
        Ok(stored) => stored.into_iter().map(Ok).collect(),
        Err(error) if reports.len() == 1 => vec![Err(IngestError::Store(error))],
        Err(error) => {
            tracing::warn!(error, reports = reports.len(), "a group of reports failed, trying one by one");
            one_by_one(db, rules, memo, &reports).await
        }
    };
    for (answer, result) in answers.into_iter().zip(results) {
        // A reporter that went away does not change what became of its report.
        let _ = answer.send(result);
    }
}

async fn one_by_one(
    db: &Db,
    rules: &Rules,
    memo: &mut Memo,
    reports: &[ReadyReport],
) -> Vec<Result<Stored, IngestError>> {
    let mut results = Vec::with_capacity(reports.len());
    for report in reports {
        let stored = store_all(db, rules, memo, std::slice::from_ref(report)).await;
        let stored = stored.map(|stored| stored.into_iter().next());
        results.push(match stored {
            Ok(stored) => stored.ok_or(IngestError::Closed),
            Err(error) => Err(IngestError::Store(error)),
        });
    }
    results
}

/// Stores reports with the rules in force; when they moved on, takes over the new ones and judges again. Gives
/// the reason in words if it cannot.
async fn store_all(
    db: &Db,
    rules: &Rules,
    memo: &mut Memo,
    reports: &[ReadyReport],
) -> Result<Vec<Stored>, String> {
    let mut index = rules.current();
    let mut tries = 0;
    loop {
        let again = tries < RETRIES;
        match guarded(ingest(db, memo, &index, reports)).await? {
            Err(StoreError::GenerationMoved { .. }) if again => {
                index = rules.reload(db).await.map_err(|e| e.to_string())?;
            }
            Err(error) if again && error.is_lost_race() => {}
            result => return result.map_err(|e| e.to_string()),
        }
        tries += 1;
    }
}

/// A panic costs the report that caused it, not the writer: without it no report could be stored any more. The
/// transaction is rolled back as it is dropped, and `ingest` leaves an empty memo behind.
async fn guarded<T>(work: impl Future<Output = T>) -> Result<T, String> {
    AssertUnwindSafe(work).catch_unwind().await.map_err(|_| "storing it failed unexpectedly".to_owned())
}

#[cfg(test)]
mod tests {
    use super::guarded;

    #[tokio::test]
    async fn a_panic_while_storing_is_an_error_of_that_report() {
        assert_eq!(guarded(async { 1 }).await, Ok(1));
        assert!(
            guarded(async { panic!("as a broken rule would") }).await.is_err_and(|e: String| !e.is_empty())
        );
    }
}
