//! Sources as an administrator configures them, and when what they say counts as fresh.

use crate::spec::{DAY, T0, main_repository, report, security_repository};
use crate::world::{World, new_source};
use pakiti_core::present::{HostState, SOURCE_FRESH_FOR};
use pakiti_store::error::StoreError;
use pakiti_store::scope::Scope;
use pakiti_store::source;

/// A host that is good as long as its sources are fresh.
async fn good_host(w: &mut World) {
    w.ingest(&[report("a").pkg("ssl", "2")]).await;
    w.sync(&[("main", main_repository(&[("ssl", "2")])), ("security", security_repository(&[("ssl", "2")]))])
        .await;
}

async fn state_at(w: &mut World, now: i64) -> HostState {
    w.ingest(&[report("a").pkg("ssl", "2").at(now)]).await;
    w.now = now;
    w.host("a").await.row.state
}

on_both! {
    async fn a_source_is_read_back_as_it_was_added(w: &mut World) {
        let new = source::NewSource { os_group: "debian-12".into(), options: r#"{"a":1}"#.into(), ..new_source("main") };
        let id = source::add(&w.db, &new, T0).await.unwrap();
        let found = source::by_id(&w.db, &Scope::operator(), id).await.unwrap();
        assert_eq!((found.name, found.kind, found.url), (new.name, new.kind, new.url));
        assert_eq!((found.options, found.os_group, found.interval_seconds), (new.options, new.os_group, DAY));
        assert!(found.enabled && found.snapshot.is_none() && found.last_error.is_none());
        assert_eq!((found.next_due, found.last_attempt, found.last_success), (T0, None, None));
        assert_eq!(w.active().await, 0, "without a snapshot no rule changed");
    }

    async fn a_source_has_a_name_of_its_own(w: &mut World) {
        source::add(&w.db, &new_source("main"), T0).await.unwrap();
        let refused = source::add(&w.db, &new_source("main"), T0).await.unwrap_err();
        assert!(matches!(&refused, StoreError::Exists { what: "source", name } if name == "main"));
    }

    async fn sources_are_listed_by_name(w: &mut World) {
        for name in ["b", "a", "C"] {
            w.source(name).await;
        }
        let names: Vec<String> = source::all(&w.db).await.unwrap().into_iter().map(|s| s.name).collect();
        assert_eq!(names, ["C", "a", "b"]);
        assert_eq!(source::list(&w.db, &Scope::operator()).await.unwrap().len(), 3);
    }

    async fn what_is_not_there_is_not_found(w: &mut World) {
        let scope = Scope::operator();
        assert!(matches!(source::by_id(&w.db, &scope, 9).await, Err(StoreError::NotFound { .. })));
        assert!(matches!(source::by_name(&w.db, &scope, "x").await, Err(StoreError::NotFound { .. })));
        assert!(matches!(source::remove(&w.db, 9, T0).await, Err(StoreError::NotFound { .. })));
        assert_eq!(source::active_content(&w.db, 9).await.unwrap(), None);
        assert_eq!(w.active().await, 0);
    }

    async fn an_attempt_that_failed_keeps_the_last_success(w: &mut World) {
        let id = w.source("main").await;
        source::note_attempt(&w.db, id, None, T0 + 10, T0 + 1).await.unwrap();
        source::note_attempt(&w.db, id, Some("refused"), T0 + 20, T0 + 2).await.unwrap();
        let found = source::by_id(&w.db, &Scope::operator(), id).await.unwrap();
        assert_eq!((found.last_attempt, found.last_success), (Some(T0 + 2), Some(T0 + 1)));
        assert_eq!((found.last_error.as_deref(), found.next_due), (Some("refused"), T0 + 20));
        source::note_attempt(&w.db, id, None, T0 + 30, T0 + 3).await.unwrap();
        let found = source::by_id(&w.db, &Scope::operator(), id).await.unwrap();
        assert_eq!((found.last_success, found.last_error), (Some(T0 + 3), None));
        source::set_next_due(&w.db, id, T0 + 99).await.unwrap();
        assert_eq!(source::by_id(&w.db, &Scope::operator(), id).await.unwrap().next_due, T0 + 99);
    }

    async fn a_host_is_good_only_while_its_security_source_is_fresh(w: &mut World) {
        good_host(w).await;
        assert_eq!(w.host("a").await.fresh_until, Some(T0 + SOURCE_FRESH_FOR));
        assert_eq!(state_at(w, T0 + SOURCE_FRESH_FOR).await, HostState::Good);
        assert_eq!(state_at(w, T0 + SOURCE_FRESH_FOR + 1).await, HostState::Unknown);
    }

    async fn not_modified_makes_a_source_fresh_again_and_a_failure_does_not(w: &mut World) {
        good_host(w).await;
        let later = T0 + SOURCE_FRESH_FOR + 1;
        let id = w.source("security").await;
        source::note_attempt(&w.db, id, Some("no route"), later, later).await.unwrap();
        assert_eq!(state_at(w, later).await, HostState::Unknown);
        source::note_attempt(&w.db, id, None, later, later).await.unwrap();
        assert_eq!(state_at(w, later).await, HostState::Good);
    }

    async fn a_main_repository_says_nothing_about_security(w: &mut World) {
        w.ingest(&[report("a").pkg("ssl", "2")]).await;
        w.sync(&[("main", main_repository(&[("ssl", "2")]))]).await;
        let host = w.host("a").await;
        assert_eq!((host.fresh_until, host.row.state), (None, HostState::Unknown));
    }

    async fn a_snapshot_past_its_valid_until_is_never_fresh(w: &mut World) {
        w.ingest(&[report("a").pkg("ssl", "2")]).await;
        let mut content = security_repository(&[("ssl", "2")]);
        content.meta.valid_until = Some(T0 + 100);
        w.sync(&[("security", content)]).await;
        assert_eq!(state_at(w, T0 + 100).await, HostState::Good);
        assert_eq!(state_at(w, T0 + 101).await, HostState::Unknown);
        // A vendor frozen in time: "not modified" does not help.
        let id = w.source("security").await;
        source::note_attempt(&w.db, id, None, T0, T0 + 101).await.unwrap();
        assert_eq!(state_at(w, T0 + 101).await, HostState::Unknown);
    }

    async fn of_two_security_sources_the_older_decides(w: &mut World) {
        good_host(w).await;
        w.now = T0 + DAY;
        w.sync(&[("security-2", security_repository(&[("tls", "2")]))]).await;
        assert_eq!(w.host("a").await.fresh_until, Some(T0 + SOURCE_FRESH_FOR));
        let id = w.source("security").await;
        source::note_attempt(&w.db, id, None, T0, T0 + 2 * DAY).await.unwrap();
        assert_eq!(w.host("a").await.fresh_until, Some(T0 + DAY + SOURCE_FRESH_FOR));
    }

    async fn without_its_security_source_a_host_is_unknown_never_good(w: &mut World) {
        good_host(w).await;
        assert_eq!(w.host("a").await.row.state, HostState::Good);
        let id = w.source("security").await;
        source::set_enabled(&w.db, id, false, T0).await.unwrap();
        assert_eq!(w.host("a").await.row.state, HostState::Unknown, "at once, before any sweep");
        w.reload().await;
        w.sweep(1).await;
        let host = w.host("a").await;
        assert_eq!((host.row.counters.judged, host.row.state), (0, HostState::Unknown));
        source::set_enabled(&w.db, id, true, T0).await.unwrap();
        w.reload().await;
        w.sweep(1).await;
        assert_eq!(w.host("a").await.row.state, HostState::Good);
        source::remove(&w.db, id, T0).await.unwrap();
        assert_eq!(w.host("a").await.row.state, HostState::Unknown);
        assert_eq!(w.host("a").await.fresh_until, None);
    }

    async fn without_any_source_every_package_is_unknown(w: &mut World) {
        good_host(w).await;
        for name in ["main", "security"] {
            let id = w.source(name).await;
            source::remove(&w.db, id, T0).await.unwrap();
        }
        w.reload().await;
        w.sweep(10).await;
        let host = w.host("a").await;
        assert_eq!((host.row.counters.unknown, host.row.state), (1, HostState::Unknown));
        assert_eq!((w.count("source").await, w.count("snapshot").await), (0, 0));
    }
}
