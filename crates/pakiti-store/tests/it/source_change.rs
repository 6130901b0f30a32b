//! A source is changed in place: its snapshots stay, and the next attempt is made anew where it must be.

use crate::spec::{DAY, T0, main_repository, report, repository};
use crate::world::{World, new_source};
use pakiti_store::error::StoreError;
use pakiti_store::scope::Scope;
use pakiti_store::source::{self, SourceChange, SourceChange as Change};

fn url(url: &str) -> Change {
    Change { url: Some(url.into()), ..Change::default() }
}

/// A synchronised source with validators; its id.
async fn fetched(w: &mut World) -> i64 {
    w.ingest(&[report("a").pkg("bash", "1")]).await;
    w.sync(&[("main", main_repository(&[("bash", "2")]))]).await;
    let id = w.source("main").await;
    w.raw("UPDATE source SET etag = 'e', last_modified = 'm' WHERE id = $1", pakiti_store::args![id]).await;
    id
}

async fn change(w: &World, id: i64, change: &Change, now: i64) -> bool {
    source::change(&w.db, &Scope::operator(), id, change, now).await.unwrap()
}

async fn read(w: &World, id: i64) -> source::Source {
    source::by_id(&w.db, &Scope::operator(), id).await.unwrap()
}

on_both! {
    async fn every_field_but_the_kind_changes_and_the_snapshot_stays(w: &mut World) {
        let id = fetched(w).await;
        let (before, active) = (read(w, id).await, w.active().await);
        let all = SourceChange {
            name: Some("other".into()),
            url: Some("https://deb.example.org/other".into()),
            options: Some("{\"a\":1}".into()),
            os_group: Some("debian-12".into()),
            options_were: None,
            interval_seconds: Some(60),
        };
        assert!(change(w, id, &all, T0 + 5).await);
        let after = read(w, id).await;
        let expected = source::Source {
            name: "other".into(),
            url: "https://deb.example.org/other".into(),
            options: "{\"a\":1}".into(),
            os_group: "debian-12".into(),
            interval_seconds: 60,
            next_due: T0 + 5,
            etag: String::new(),
            last_modified: String::new(),
            ..before
        };
        assert_eq!(after, expected);
        assert_eq!((w.active().await, w.host("a").await.row.counters.other), (active, 1), "judged as before");
        assert_eq!(w.number("SELECT COUNT(*) FROM change_log WHERE kind = 'source-changed'").await, 1);
        assert!(!change(w, id, &all, T0 + 6).await, "it is so already");
        assert_eq!(read(w, id).await.next_due, T0 + 5);
        // What the next fetch brings replaces the snapshot.
        w.sync(&[("other", repository("bookworm-new", true, &[("bash", "3")]))]).await;
        assert_eq!(w.host("a").await.row.counters.security, 1);
        assert_eq!(source::snapshots(&w.db, &Scope::operator(), id, 9).await.unwrap().len(), 2);
    }

    async fn options_made_of_others_than_are_there_now_change_nothing(w: &mut World) {
        let id = fetched(w).await;
        let made_of = |were: &str| SourceChange {
            options: Some("{\"b\":2}".into()),
            options_were: Some(were.into()),
            ..SourceChange::default()
        };
        let scope = Scope::operator();
        let before = read(w, id).await;
        let refused = source::change(&w.db, &scope, id, &made_of("{\"c\":3}"), T0 + 5).await;
        assert!(matches!(refused, Err(StoreError::SourceMoved)), "{refused:?}");
        assert_eq!(read(w, id).await, before);
        assert!(change(w, id, &made_of(&before.options), T0 + 5).await);
    }

    async fn another_interval_alone_asks_for_nothing_anew(w: &mut World) {
        let id = fetched(w).await;
        let interval = |seconds| Change { interval_seconds: Some(seconds), ..Change::default() };
        assert!(!change(w, id, &interval(7 * DAY), T0 + 1).await);
        let found = read(w, id).await;
        assert_eq!((found.next_due, found.etag.as_str(), found.last_modified.as_str()), (T0 + DAY, "e", "m"));
        assert!(!change(w, id, &interval(60), T0 + 1).await);
        assert_eq!(read(w, id).await.next_due, T0 + 61, "no later than the shorter interval says");
    }

    async fn a_name_that_is_taken_changes_nothing(w: &mut World) {
        let id = fetched(w).await;
        source::add(&w.db, &new_source("taken"), T0).await.unwrap();
        let before = read(w, id).await;
        let taken = Change { name: Some("taken".into()), ..url("https://x.example.org") };
        let refused = source::change(&w.db, &Scope::operator(), id, &taken, T0).await.unwrap_err();
        assert!(matches!(&refused, StoreError::Exists { what: "source", name } if name == "taken"));
        assert_eq!(read(w, id).await, before);
        let own = Change { name: Some("main".into()), ..url("https://x.example.org") };
        assert!(change(w, id, &own, T0).await);
    }

    async fn only_administrators_change_sources(w: &mut World) {
        let id = fetched(w).await;
        let before = read(w, id).await;
        let refused = source::change(&w.db, &Scope::nothing(), id, &url("https://x.example.org"), T0).await;
        assert!(matches!(refused, Err(StoreError::NotFound { .. })));
        assert_eq!(read(w, id).await, before);
        let gone = source::change(&w.db, &Scope::operator(), 99, &Change::default(), T0).await;
        assert!(matches!(gone, Err(StoreError::NotFound { .. })));
    }
}
