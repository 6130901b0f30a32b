//! The scheduler: what is due, what one source's trouble does to others, when it is tried again.

use crate::feed::Suite;
use crate::reports::v5;
use crate::web::Reply;
use crate::world::{HOUR, T0, World};
use pakiti_engine::sweeper;
use pakiti_formats::report::Protocol;
use pakiti_store::source;

const ONE: &str = "bookworm";
const TWO: &str = "bookworm-updates";
const THREE: &str = "bookworm-security";

/// Three sources of one vendor.
async fn three(w: &World) {
    for codename in [ONE, TWO, THREE] {
        w.serve(&Suite::debian(codename, &["bash 6"])).await;
    }
}

/// The suites that were asked for since the last call.
fn asked(w: &World) -> Vec<String> {
    let mut suites: Vec<String> =
        w.web.paths().iter().map(|path| path.split('/').nth(2).unwrap().to_owned()).collect();
    suites.sort();
    suites.dedup();
    suites
}

on_both! {
    async fn one_broken_source_does_not_stop_the_others(w: &mut World) {
        three(w).await;
        // In the order of names it is the first.
        w.web.set(&format!("/dists/{ONE}/InRelease"), Reply::Status(500));
        w.feed(Protocol::V5, &v5("a.example.org", &["bash 5"])).await;
        w.engine.background_once().await.unwrap();
        assert!(w.source(ONE).await.last_error.unwrap().contains("500"));
        assert!(w.source(ONE).await.snapshot.is_none());
        for name in [TWO, THREE] {
            let source = w.source(name).await;
            assert!(source.snapshot.is_some() && source.last_error.is_none(), "{name}");
        }
        assert_eq!(w.host("a.example.org").await.row.counters.security, 1);
        assert_eq!(sweeper::progress(w.db()).await.unwrap(), None);
    }

    async fn only_enabled_sources_that_are_due_are_fetched(w: &mut World) {
        three(w).await;
        source::set_enabled(w.db(), w.source(ONE).await.id, false, T0).await.unwrap();
        source::set_next_due(w.db(), w.source(TWO).await.id, T0 + 1).await.unwrap();
        w.engine.background_once().await.unwrap();
        assert_eq!(asked(w), [THREE]);
        w.engine.background_once().await.unwrap();
        assert!(asked(w).is_empty(), "it is not due again");
        w.set_time(T0 + 1);
        w.engine.background_once().await.unwrap();
        assert_eq!(asked(w), [TWO]);
        source::set_enabled(w.db(), w.source(ONE).await.id, true, T0 + 1).await.unwrap();
        w.engine.background_once().await.unwrap();
        assert_eq!(asked(w), [ONE]);
    }

    async fn a_source_is_due_after_its_interval_and_sooner_after_a_failure(w: &mut World) {
        three(w).await;
        w.web.set(&format!("/dists/{ONE}/InRelease"), Reply::Status(500));
        w.engine.background_once().await.unwrap();
        let usual = T0 + 6 * HOUR * 7 / 8..=T0 + 6 * HOUR * 9 / 8;
        for name in [TWO, THREE] {
            assert!(usual.contains(&w.source(name).await.next_due), "{name}");
        }
        let soon = T0 + 900 * 7 / 8..=T0 + 900 * 9 / 8;
        let due = w.source(ONE).await.next_due;
        assert!(soon.contains(&due), "{due}");
        w.set_time(due);
        w.publish(&Suite::debian(ONE, &["bash 6"]));
        w.engine.background_once().await.unwrap();
        let source = w.source(ONE).await;
        assert_eq!((source.last_error, source.last_success), (None, Some(due)));
        assert!((due + 6 * HOUR * 7 / 8..=due + 6 * HOUR * 9 / 8).contains(&source.next_due));
        // "Not modified" is a success too.
        let due = w.source(THREE).await.next_due;
        w.set_time(due);
        w.engine.background_once().await.unwrap();
        assert!(w.source(THREE).await.next_due >= due + 6 * HOUR * 7 / 8);
    }

    async fn what_another_process_changed_is_taken_up(w: &mut World) {
        three(w).await;
        w.engine.background_once().await.unwrap();
        w.feed(Protocol::V5, &v5("a.example.org", &["bash 5"])).await;
        assert_eq!(w.host("a.example.org").await.row.counters.security, 1);
        let (other, _writer) = w.another().await;
        source::set_enabled(&other.db, w.source(THREE).await.id, false, T0).await.unwrap();
        assert_eq!(w.host("a.example.org").await.row.counters.security, 1);
        w.engine.background_once().await.unwrap();
        let counters = w.host("a.example.org").await.row.counters;
        assert_eq!((counters.security, counters.other), (0, 1));
        assert_eq!(w.engine.rules.current().generation, w.generation().await.active);
        other.db.close().await;
    }

    async fn a_source_that_goes_away_meanwhile_is_left_alone(w: &mut World) {
        three(w).await;
        let listed = w.source(TWO).await;
        source::remove(w.db(), listed.id, T0).await.unwrap();
        assert!(w.engine.sync_source(&listed).await.is_err());
        w.engine.background_once().await.unwrap();
        assert!(w.source(ONE).await.snapshot.is_some() && w.source(THREE).await.snapshot.is_some());
    }
}
