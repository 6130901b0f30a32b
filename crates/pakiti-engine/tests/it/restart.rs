//! A new process on a database that is in use.

use crate::feed::Suite;
use crate::reports::v5;
use crate::world::{DAY, HOUR, T0};
use pakiti_core::present::HostState;
use pakiti_core::rules::EVALUATOR_VERSION;
use pakiti_engine::engine::bring_up;
use pakiti_engine::sweeper;
use pakiti_formats::report::Protocol;
use pakiti_store::generation;
use pakiti_store::ingest::Outcome;

const SUITE: &str = "bookworm-security";

on_both! {
    async fn a_new_engine_knows_rules_and_lists(w: &mut World) {
        w.serve(&Suite::debian(SUITE, &["bash 6"])).await;
        w.sync(SUITE).await.unwrap();
        let text = v5("a.example.org", &["bash 5"]);
        let first = w.feed(Protocol::V5, &text).await;
        w.set_time(T0 + HOUR);
        let (other, _writer) = w.another().await;
        assert_eq!(other.rules.current().generation, w.engine.rules.current().generation);
        let prepared = other.preparer.prepare(Protocol::V5, text.as_bytes(), w.now()).unwrap();
        assert_eq!(prepared.packages, Some(1), "the hashes of lists are not stored");
        let again = other.ingest(prepared).await.unwrap();
        assert_eq!((again.outcome, again.set_id, again.host_id), (Outcome::Unchanged, first.set_id, first.host_id));
        // A new host is judged by the rules that were stored.
        let text = v5("b.example.org", &["bash 5"]);
        let prepared = other.preparer.prepare(Protocol::V5, text.as_bytes(), w.now()).unwrap();
        other.ingest(prepared).await.unwrap();
        assert_eq!(w.host("b.example.org").await.row.counters.security, 1);
        other.db.close().await;
    }

    async fn a_source_that_was_fetched_is_not_fetched_again_by_a_new_process(w: &mut World) {
        w.serve(&Suite::debian(SUITE, &["bash 6"]).signed()).await;
        w.engine.background_once().await.unwrap();
        w.web.asked();
        let (other, _writer) = w.another().await;
        other.background_once().await.unwrap();
        assert!(w.web.paths().is_empty(), "it is not due");
        w.set_time(w.source(SUITE).await.next_due);
        other.background_once().await.unwrap();
        assert_eq!(w.web.asked().len(), 1, "not modified");
        other.db.close().await;
    }

    async fn another_evaluator_makes_every_verdict_anew(w: &mut World) {
        w.serve(&Suite::debian(SUITE, &["bash 6"])).await;
        w.sync(SUITE).await.unwrap();
        for host in ["a", "b", "c"] {
            w.feed(Protocol::V5, &v5(&format!("{host}.example.org"), &["bash 5", &format!("{host} 1")])).await;
        }
        assert!(bring_up(w.db(), T0).await.unwrap().is_empty());
        let before = w.generation().await;
        assert_eq!((before.active, before.evaluator), (before.swept, EVALUATOR_VERSION), "nothing to do");
        // As a binary of another evaluator would leave it.
        generation::adopt_evaluator(w.db(), EVALUATOR_VERSION + 1, T0).await.unwrap();
        w.db().execute("UPDATE host SET security = 7", vec![]).await.unwrap();
        w.db().execute("UPDATE cell SET security = security_hosts * 7", vec![]).await.unwrap();
        let sql = "UPDATE verdict SET security = 7, digest = $1";
        w.db().execute(sql, pakiti_store::args![[0u8; 32]]).await.unwrap();
        bring_up(w.db(), T0).await.unwrap();
        let after = w.generation().await;
        assert_eq!((after.active, after.evaluator), (before.active + 2, EVALUATOR_VERSION));
        assert!(sweeper::progress(w.db()).await.unwrap().is_some());
        w.engine.background_once().await.unwrap();
        assert_eq!(sweeper::progress(w.db()).await.unwrap(), None);
        assert_eq!(w.number("SELECT COUNT(*) FROM host WHERE security = 1").await, 3);
    }

    async fn support_ends_are_known_from_the_first_start(w: &mut World) {
        let groups = "SELECT COUNT(*) FROM os_group_state WHERE support_end IS NOT NULL";
        let known = w.number(groups).await;
        assert!(known > 20, "{known}");
        bring_up(w.db(), T0).await.unwrap();
        assert_eq!(w.number(groups).await, known);
        w.feed(Protocol::V5, &v5("a.example.org", &["bash 5"])).await;
        let end = w.host("a.example.org").await.support_end.unwrap();
        assert_eq!((end + 1) % DAY, 0, "the last day is supported to its end");
        w.set_time(end);
        assert_ne!(w.host("a.example.org").await.row.state, HostState::EndOfLife);
        w.set_time(end + 1);
        assert_eq!(w.host("a.example.org").await.row.state, HostState::EndOfLife);
    }
}
