//! Re-evaluation: what it does to hosts, that it can be ended anywhere, and ingest beside it.

use crate::feed::Suite;
use crate::reports::v5;
use crate::world::World;
use pakiti_engine::sweeper;
use pakiti_formats::report::Protocol;
use pakiti_store::generation;
use std::time::Duration;

const SUITE: &str = "bookworm-security";

/// Hosts `h0`, `h1`, ..., each with a set of its own that holds bash 5.
async fn fleet(w: &World, count: usize) {
    let reports = (0..count).map(|n| v5(&format!("h{n}.example.org"), &["bash 5", &format!("own{n} 1")]));
    let texts: Vec<String> = reports.collect();
    let stored = texts.iter().map(|text| w.feed(Protocol::V5, text));
    futures_util::future::join_all(stored).await;
}

/// Makes a new content the active snapshot without re-evaluating.
async fn switch(w: &World, suite: &Suite) {
    w.publish(suite);
    w.engine.sync.run(&w.source(SUITE).await, w.now(), w.now()).await.unwrap();
    w.engine.rules.reload(w.db()).await.unwrap();
}

async fn with_security(w: &World) -> i64 {
    w.number("SELECT COUNT(*) FROM host WHERE security > 0").await
}

on_both! {
    async fn a_change_of_a_source_reaches_every_host_it_concerns(w: &mut World) {
        w.feed(Protocol::V5, &v5("other.example.org", &["curl 8"])).await;
        fleet(w, 10).await;
        w.serve(&Suite::debian(SUITE, &["bash 5", "curl 8"])).await;
        let (_, swept) = w.sync(SUITE).await.unwrap();
        assert_eq!((swept.verdicts, swept.changed, swept.hosts), (11, 11, 11), "all of it is new");
        w.publish(&Suite::debian(SUITE, &["bash 6", "curl 8"]));
        let (_, swept) = w.sync(SUITE).await.unwrap();
        assert_eq!((swept.verdicts, swept.changed, swept.hosts), (10, 10, 10));
        assert_eq!(with_security(w).await, 10);
        assert_eq!(w.host("other.example.org").await.row.counters.security, 0);
        // A newer candidate: what the verdicts say changes, the numbers do not.
        w.publish(&Suite::debian(SUITE, &["bash 7", "curl 8"]));
        let (_, swept) = w.sync(SUITE).await.unwrap();
        assert_eq!((swept.verdicts, swept.changed, swept.hosts), (10, 10, 0));
    }

    async fn progress_is_told_in_percent(w: &mut World) {
        // A new database adopts the evaluator, without a set to look at.
        assert_eq!(sweeper::progress(w.db()).await.unwrap(), Some(99));
        w.engine.reevaluate().await.unwrap();
        assert_eq!(sweeper::progress(w.db()).await.unwrap(), None);
        fleet(w, 100).await;
        w.serve(&Suite::debian(SUITE, &["bash 6"])).await;
        w.engine.sync.run(&w.source(SUITE).await, w.now(), w.now()).await.unwrap();
        assert_eq!(sweeper::progress(w.db()).await.unwrap(), Some(0));
        let index = w.engine.rules.reload(w.db()).await.unwrap();
        let sweep = pakiti_store::sweep::Sweep::begin(w.db(), &index).await.unwrap().unwrap();
        let mut memo = pakiti_store::memo::Memo::default();
        sweep.step(w.db(), &mut memo, &index, 50, w.now()).await.unwrap();
        assert_eq!(sweeper::progress(w.db()).await.unwrap(), Some(50));
        w.engine.reevaluate().await.unwrap();
        assert_eq!(sweeper::progress(w.db()).await.unwrap(), None);
        assert_eq!(with_security(w).await, 100);
    }

    async fn a_sweep_that_was_ended_goes_on_where_it_was(w: &mut World) {
        fleet(w, 640).await;
        w.serve(&Suite::debian(SUITE, &["bash 5"])).await;
        w.sync(SUITE).await.unwrap();
        switch(w, &Suite::debian(SUITE, &["bash 6"])).await;
        let sweep = sweeper::sweep(w.db(), &w.engine.rules, w.now());
        let moved = async {
            while generation::peek(w.db()).await.unwrap().sweep_set == 0 {
                tokio::time::sleep(Duration::from_micros(100)).await;
            }
        };
        // The first to be ready ends the other.
        tokio::select! {
            swept = sweep => panic!("complete before it could be ended: {swept:?}"),
            () = moved => {}
        }
        let percent = sweeper::progress(w.db()).await.unwrap();
        assert!(percent.is_some_and(|percent| percent > 0), "{percent:?}");
        let done = with_security(w).await;
        assert!((1..640).contains(&done), "{done}");
        let (other, _writer) = w.another().await;
        let swept = other.reevaluate().await.unwrap();
        assert_eq!((swept.hosts as i64 + done, swept.verdicts as i64 + done), (640, 640), "nothing is done twice");
        assert_eq!(with_security(w).await, 640);
        other.db.close().await;
    }

    async fn reports_arrive_while_verdicts_are_brought_up_to_date(w: &mut World) {
        fleet(w, 300).await;
        w.serve(&Suite::debian(SUITE, &["bash 5"])).await;
        w.sync(SUITE).await.unwrap();
        switch(w, &Suite::debian(SUITE, &["bash 6", "own7 2"])).await;
        let sweep = sweeper::sweep(w.db(), &w.engine.rules, w.now());
        let texts: Vec<String> = (0..200)
            .map(|n| match n % 4 {
                // New hosts, unchanged ones, ones that took the update, ones that got the set of another.
                0 => v5(&format!("new{n}.example.org"), &["bash 5", "own7 1"]),
                1 => v5(&format!("h{n}.example.org"), &["bash 5", &format!("own{n} 1")]),
                2 => v5(&format!("h{n}.example.org"), &["bash 6", &format!("own{n} 1")]),
                _ => v5(&format!("h{n}.example.org"), &["bash 5", &format!("own{} 1", n + 1)]),
            })
            .collect();
        let reports = futures_util::future::join_all(texts.iter().map(|text| w.feed(Protocol::V5, text)));
        let (swept, _) = futures_util::future::join(sweep, reports).await;
        swept.unwrap();
        assert_eq!(sweeper::progress(w.db()).await.unwrap(), None);
        assert_eq!(w.number("SELECT COUNT(*) FROM host").await, 350);
        // All but the fifty that took the update.
        assert_eq!(with_security(w).await, 300);
    }

    async fn rules_that_move_on_during_a_sweep_win(w: &mut World) {
        fleet(w, 200).await;
        w.serve(&Suite::debian(SUITE, &["bash 5"])).await;
        w.sync(SUITE).await.unwrap();
        switch(w, &Suite::debian(SUITE, &["bash 6"])).await;
        let (other, _writer) = w.another().await;
        let newer = async {
            w.publish(&Suite::debian(SUITE, &["bash 4"]));
            other.sync.run(&w.source(SUITE).await, w.now(), w.now()).await.unwrap();
        };
        let sweep = sweeper::sweep(w.db(), &w.engine.rules, w.now());
        let (swept, ()) = futures_util::future::join(sweep, newer).await;
        swept.unwrap();
        w.engine.background_once().await.unwrap();
        assert_eq!(with_security(w).await, 0);
        assert_eq!(sweeper::progress(w.db()).await.unwrap(), None);
        other.db.close().await;
    }
}
