//! The writer: groups, answers, failures, limits, end.

use crate::feed::Suite;
use crate::reports::v5;
use crate::world::{T0, World};
use futures_util::FutureExt as _;
use pakiti_engine::prepare::Preparer;
use pakiti_engine::writer::{IngestError, Writer};
use pakiti_formats::report::Protocol;
use pakiti_store::args;
use pakiti_store::db::{Db, Dialect, Tx};
use pakiti_store::ingest::{Outcome, ReadyReport, ReportedSet, Stored};
use std::time::Duration;
use tokio::task::JoinHandle;

fn ready(text: &str) -> ReadyReport {
    Preparer::default().prepare(Protocol::V5, text.as_bytes(), T0).unwrap().report
}

fn report(host: &str, packages: &[&str]) -> ReadyReport {
    ready(&v5(&format!("{host}.example.org"), packages))
}

type Answer = JoinHandle<Result<Stored, IngestError>>;

/// Hands a report over, now; a task of its own waits for the answer.
fn send(writer: &Writer, report: ReadyReport) -> Answer {
    let writer = writer.clone();
    let mut answer = Box::pin(async move { writer.store(report).await });
    match answer.as_mut().now_or_never() {
        Some(answer) => tokio::spawn(async move { answer }),
        None => tokio::spawn(answer),
    }
}

/// Until this many reports wait.
async fn until_waiting(writer: &Writer, count: usize) {
    while writer.waiting() != count {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// Lets the writer take a report while the database is held: it then waits, and what comes now is grouped after
/// it.
async fn occupied(w: &World) -> (Tx, Answer) {
    let held = w.hold().await;
    let first = send(&w.engine.writer, report("first", &["bash 5"]));
    until_waiting(&w.engine.writer, 0).await;
    (held, first)
}

/// Counts the transactions that inserted or changed hosts: PostgreSQL tells by the rows, SQLite by the commit
/// frames of its log, which `keep` (an open reader) keeps from being reset.
struct Commits {
    keep: Option<(Tx, std::path::PathBuf)>,
    before: usize,
}

impl Commits {
    async fn begin(w: &World) -> Self {
        if w.db().dialect() == Dialect::Postgres {
            return Self { keep: None, before: 0 };
        }
        let path = w.url.strip_prefix("sqlite:").unwrap();
        let mut reader = Db::open(&w.url).await.unwrap().begin_read().await.unwrap();
        reader.fetch("SELECT COUNT(*) FROM host", args![]).await.unwrap();
        let log = std::path::PathBuf::from(format!("{path}-wal"));
        let before = commit_frames(&log);
        Self { keep: Some((reader, log)), before }
    }

    async fn count(&self, w: &World) -> usize {
        match &self.keep {
            Some((_, log)) => commit_frames(log) - self.before,
            None => w.number("SELECT COUNT(DISTINCT xmin::text) FROM host").await as usize,
        }
    }
}

fn commit_frames(log: &std::path::Path) -> usize {
    let log = std::fs::read(log).unwrap();
    let number = |at: usize| u32::from_be_bytes(log[at..at + 4].try_into().unwrap());
    let (page, salt) = (number(8) as usize, &log[16..24]);
    let frames = (32..log.len()).step_by(page + 24).take_while(|at| log.get(at + 8..at + 16) == Some(salt));
    frames.filter(|at| number(at + 4) != 0).count()
}

on_both! {
    async fn reports_that_wait_share_commits(w: &mut World) {
        let commits = Commits::begin(w).await;
        let (held, first) = occupied(w).await;
        let answers: Vec<Answer> =
            (0..300).map(|n| send(&w.engine.writer, report(&format!("h{n}"), &["bash 5"]))).collect();
        assert_eq!(w.engine.writer.waiting(), 300);
        assert!(answers.iter().all(|answer| !answer.is_finished()), "answered before it was stored");
        drop(held);
        first.await.unwrap().unwrap();
        for answer in answers {
            assert_eq!(answer.await.unwrap().unwrap().outcome, Outcome::New);
        }
        // The first alone, then 128, 128 and 44.
        assert_eq!(commits.count(w).await, 4);
        assert_eq!(w.number("SELECT COUNT(*) FROM host").await, 301);
    }

    async fn an_answer_means_that_others_see_the_report(w: &mut World) {
        let other = Db::open(&w.url).await.unwrap();
        for n in 0..20 {
            let stored = w.engine.writer.store(report(&format!("h{n}"), &["bash 5"])).await.unwrap();
            let rows = other.fetch("SELECT id FROM host WHERE id = $1", args![stored.host_id]).await.unwrap();
            assert_eq!(rows.len(), 1);
        }
        other.close().await;
    }

    async fn a_second_report_of_a_host_waits_for_the_next_group(w: &mut World) {
        let commits = Commits::begin(w).await;
        let (held, first) = occupied(w).await;
        let one = send(&w.engine.writer, report("twice", &["bash 5"]));
        let two = send(&w.engine.writer, report("twice", &["bash 6"]));
        let other = send(&w.engine.writer, report("other", &["bash 5"]));
        drop(held);
        first.await.unwrap().unwrap();
        let (one, two, other) =
            (one.await.unwrap().unwrap(), two.await.unwrap().unwrap(), other.await.unwrap().unwrap());
        assert_eq!((one.outcome, two.outcome, other.outcome), (Outcome::New, Outcome::Changed, Outcome::New));
        assert_eq!(one.host_id, two.host_id);
        let host = w.host("twice.example.org").await;
        assert_eq!((host.set_id, host.reports), (two.set_id, 2), "the later report holds");
        assert_eq!(w.number("SELECT COUNT(*) FROM host_state").await, 4);
        assert_eq!(commits.count(w).await, 3);
    }

    async fn a_host_that_reports_all_the_time_does_not_keep_others_waiting(w: &mut World) {
        let (held, first) = occupied(w).await;
        let mut answers = Vec::new();
        for n in 0..200 {
            answers.push(send(&w.engine.writer, report("flood", &[&format!("bash {n}")])));
        }
        for n in 0..100 {
            answers.push(send(&w.engine.writer, report(&format!("h{n}"), &["bash 5"])));
        }
        drop(held);
        first.await.unwrap().unwrap();
        for answer in answers {
            answer.await.unwrap().unwrap();
        }
        let last_new = "SELECT MAX(seq) FROM change_log WHERE kind = 'host-new'";
        let sql = format!("SELECT COUNT(*) FROM change_log WHERE kind = 'host-changed' AND seq < ({last_new})");
        assert_eq!(w.number(&sql).await, 0, "the others are in the first group");
        let bash = w.number("SELECT COUNT(*) FROM host_state WHERE until IS NULL").await;
        assert_eq!(bash, 102);
    }

    async fn a_report_that_cannot_be_stored_takes_no_other_with_it(w: &mut World) {
        let (held, first) = occupied(w).await;
        let mut answers = Vec::new();
        for n in 0..9 {
            let mut report = report(&format!("h{n}"), &["bash 5"]);
            if n == 4 {
                // A set that does not exist.
                report.set = ReportedSet::Known(999_999);
            }
            answers.push(send(&w.engine.writer, report));
        }
        drop(held);
        first.await.unwrap().unwrap();
        for (n, answer) in answers.into_iter().enumerate() {
            match answer.await.unwrap() {
                Ok(stored) => assert_eq!((n != 4, stored.outcome), (true, Outcome::New)),
                Err(error) => {
                    assert_eq!(n, 4, "{error}");
                    assert!(matches!(&error, IngestError::Store(reason) if reason.contains("999999")), "{error}");
                }
            }
        }
        assert_eq!(w.number("SELECT COUNT(*) FROM host").await, 9);
        // The writer goes on, with what it knew before forgotten.
        w.engine.writer.store(report("after", &["bash 5"])).await.unwrap();
    }

    async fn rules_that_moved_on_are_taken_over_and_the_report_judged_by_them(w: &mut World) {
        let suite = Suite::debian("bookworm-security", &["bash 6", "vim 9"]);
        w.serve(&suite).await;
        let (other, _writer) = w.another().await;
        let before = w.engine.rules.current().generation;
        other.sync_source(&w.source("bookworm-security").await).await.unwrap();
        assert_eq!(w.engine.rules.current().generation, before, "this engine has not heard of it");
        w.engine.writer.store(report("a", &["bash 5"])).await.unwrap();
        assert_eq!(w.engine.rules.current().generation, before + 1);
        assert_eq!(w.host("a.example.org").await.row.counters.security, 1);
        other.db.close().await;
    }

    async fn above_the_limit_reports_are_turned_away_and_when_it_ends_the_waiting_are_told(w: &mut World) {
        let (held, first) = occupied(w).await;
        let shared = report("x", &["bash 5"]);
        let mut answers = Vec::new();
        for n in 0..4096_u32 {
            let mut report = shared.clone();
            report.identity[..4].copy_from_slice(&n.to_be_bytes());
            answers.push(send(&w.engine.writer, report));
        }
        assert_eq!(w.engine.writer.waiting(), 4096);
        let refused = w.engine.writer.store(report("late", &["bash 5"])).await;
        assert!(matches!(refused, Err(IngestError::Busy)), "{refused:?}");
        w.writer.abort();
        assert!((&mut w.writer).await.unwrap_err().is_cancelled());
        drop(held);
        for answer in answers.into_iter().chain([first]) {
            assert!(matches!(answer.await.unwrap(), Err(IngestError::Closed)));
        }
        let late = w.engine.writer.store(report("later", &["bash 5"])).await;
        assert!(matches!(late, Err(IngestError::Closed)), "{late:?}");
        assert_eq!(w.number("SELECT COUNT(*) FROM host").await, 0);
    }

    async fn the_end_waits_for_every_report_that_was_taken(w: &mut World) {
        let (writer, task) = Writer::start(w.db().clone(), w.engine.rules.clone());
        let held = w.hold().await;
        let answers: Vec<Answer> =
            (0..200).map(|n| send(&writer, report(&format!("h{n}"), &["bash 5"]))).collect();
        // The reporters go away, and the last handle with them.
        for answer in answers {
            answer.abort();
            assert!(answer.await.is_err());
        }
        drop(writer);
        assert!(!task.is_finished());
        drop(held);
        task.await.unwrap();
        assert_eq!(w.number("SELECT COUNT(*) FROM host").await, 200);
    }
}
