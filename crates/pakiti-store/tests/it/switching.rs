//! A new snapshot becomes the active one.

use crate::spec::{DAY, T0, main_repository, report, security_repository};
use crate::watch::rows;
use pakiti_store::scope::Scope;
use pakiti_store::source::{self, NewSnapshot};
use pakiti_store::sweep::SweepStep;
use pakiti_store::{args, effect, generation};

on_both! {
    async fn a_switch_begins_the_next_generation(w: &mut World) {
        assert_eq!(w.switch("main", &main_repository(&[("a", "1")])).await, Some(1));
        assert_eq!(w.switch("main", &main_repository(&[("a", "2")])).await, Some(2));
        assert_eq!(w.switch("main", &main_repository(&[("a", "2")])).await, None);
        let found = generation::peek(&w.db).await.unwrap();
        assert_eq!((found.active, found.swept, found.sweep_set), (2, 0, 0));
        assert!(!found.is_current(0) && found.is_current(2));
    }

    async fn a_switch_is_read_back_with_its_snapshot(w: &mut World) {
        let mut content = security_repository(&[("a", "1"), ("b", "2")]);
        content.meta.valid_until = Some(T0 + 5);
        let id = w.source("security").await;
        let new = NewSnapshot {
            content: &content,
            replaces: None,
            hash: [3; 32],
            skipped: 4,
            report: r#"{"files":[]}"#.into(),
            touched: vec!["a".into(), "b".into()],
            etag: "\"x\"".into(),
            last_modified: "Thu".into(),
        };
        assert_eq!(source::switch(&w.db, id, &new, T0 + 9, T0 + 1).await.unwrap(), 1);
        let found = source::by_name(&w.db, &Scope::operator(), "security").await.unwrap();
        assert_eq!((found.etag.as_str(), found.last_modified.as_str()), ("\"x\"", "Thu"));
        assert_eq!((found.last_attempt, found.last_success, found.next_due), (Some(T0 + 1), Some(T0 + 1), T0 + 9));
        let snapshot = found.snapshot.unwrap();
        assert_eq!((snapshot.generation, snapshot.fetched_at, snapshot.hash), (1, T0 + 1, [3; 32]));
        assert_eq!((snapshot.packages, snapshot.skipped, snapshot.changed_names), (2, 4, 2));
        assert_eq!((snapshot.meta, snapshot.report.as_str()), (content.meta.clone(), r#"{"files":[]}"#));
        assert_eq!(w.active_content(id).await, Some(content));
    }

    async fn a_superseded_snapshot_keeps_its_facts_and_loses_its_content(w: &mut World) {
        for version in ["1", "2", "3"] {
            w.switch("main", &main_repository(&[("a", version)])).await;
        }
        w.switch("other", &main_repository(&[("b", "1")])).await;
        assert_eq!(w.number("SELECT COUNT(*) FROM snapshot WHERE content IS NOT NULL").await, 2);
        let id = w.source("main").await;
        let snapshots = source::snapshots(&w.db, &Scope::operator(), id, 2).await.unwrap();
        let generations: Vec<i64> = snapshots.iter().map(|s| s.generation).collect();
        assert_eq!(generations, [3, 2]);
        assert_eq!(snapshots[1].changed_names, 1);
        assert_eq!(w.active_content(id).await, Some(main_repository(&[("a", "3")])));
    }

    async fn active_contents_are_those_of_enabled_sources_at_their_generation(w: &mut World) {
        let (main, security) = (main_repository(&[("a", "1")]), security_repository(&[("a", "2")]));
        w.switch("main", &main).await;
        w.switch("security", &security).await;
        w.source("never fetched").await;
        let (m, s) = (w.source("main").await, w.source("security").await);
        let all = source::active_contents(&w.db).await.unwrap();
        assert_eq!(all, (2, vec![(m, main.clone()), (s, security)]));
        source::set_enabled(&w.db, s, false, T0).await.unwrap();
        assert_eq!(source::active_contents(&w.db).await.unwrap(), (3, vec![(m, main)]));
        // What the caller has at hand is not read again; another snapshot of the same source is.
        let (_, all) = source::active_beside(&w.db, &Default::default()).await.unwrap();
        let snapshot = all[0].snapshot;
        let (_, kept) = source::active_beside(&w.db, &[(m, snapshot)].into()).await.unwrap();
        assert_eq!(kept.iter().map(|a| (a.source, a.content.is_some())).collect::<Vec<_>>(), [(m, false)]);
        let (_, moved) = source::active_beside(&w.db, &[(m, snapshot + 1)].into()).await.unwrap();
        assert_eq!(moved.iter().map(|a| (a.source, a.content.is_some())).collect::<Vec<_>>(), [(m, true)]);
        source::set_enabled(&w.db, s, false, T0).await.unwrap();
        assert_eq!(w.active().await, 3, "disabled already");
    }

    async fn a_switch_sweeps_only_sets_with_a_touched_name(w: &mut World) {
        let hosts = [report("a").pkg("bash", "1"), report("b").pkg("vim", "1"), report("c").pkg("bash", "1").pkg("vim", "1")];
        w.ingest(&hosts).await;
        let first = w.sync(&[("main", main_repository(&[("bash", "1"), ("vim", "1"), ("zsh", "1")]))]).await;
        assert_eq!(first.verdicts, 3);
        let step = w.sync(&[("main", main_repository(&[("bash", "1"), ("vim", "2"), ("zsh", "2")]))]).await;
        assert_eq!(step, SweepStep { verdicts: 2, changed: 2, hosts: 2, done: true });
        let step = w.sync(&[("main", main_repository(&[("bash", "1"), ("vim", "2"), ("zsh", "3")]))]).await;
        assert_eq!(step, SweepStep { verdicts: 0, changed: 0, hosts: 0, done: true });
    }

    async fn names_touched_by_several_switches_are_swept_together(w: &mut World) {
        w.ingest(&[report("a").pkg("bash", "1"), report("b").pkg("vim", "1"), report("c").pkg("zsh", "1")]).await;
        w.sync(&[("main", main_repository(&[("bash", "1"), ("vim", "1"), ("zsh", "1")]))]).await;
        w.switch("main", &main_repository(&[("bash", "2"), ("vim", "1"), ("zsh", "1")])).await;
        w.switch("main", &main_repository(&[("bash", "2"), ("vim", "2"), ("zsh", "1")])).await;
        w.reload().await;
        assert_eq!(w.sweep(100).await.verdicts, 2);
    }

    async fn a_verdict_that_stays_is_not_written(w: &mut World) {
        w.ingest(&[report("a").pkg("bash", "2")]).await;
        w.sync(&[("main", main_repository(&[("bash", "2")]))]).await;
        // A version below the installed one touches the name and changes nothing.
        w.switch("main", &main_repository(&[("bash", "1"), ("bash", "2")])).await;
        w.reload().await;
        w.watch().await;
        let step = w.sweep(100).await;
        assert_eq!(step, SweepStep { verdicts: 1, changed: 0, hosts: 0, done: true });
        assert_eq!(w.touched().await, rows(&[("generation", 1)]));
    }

    async fn judgements_are_closed_and_opened_never_overwritten(w: &mut World) {
        w.ingest(&[report("a").pkg("bash", "1"), report("b").pkg("bash", "1")]).await;
        for (day, version) in [(1, "1"), (2, "2"), (3, "3"), (4, "1")] {
            w.now = T0 + day * DAY;
            w.sync(&[("main", main_repository(&[("bash", version)]))]).await;
        }
        let sql = "SELECT fixed, since, until, state, kind FROM judgement ORDER BY since";
        let found = w.db.fetch(sql, args![]).await.unwrap();
        let short: Vec<_> =
            found.iter().map(|r| (r.text(0).unwrap(), r.int(1).unwrap(), r.int_opt(2).unwrap())).collect();
        assert_eq!(short, [
            ("2".into(), T0 + 2 * DAY, Some(T0 + 3 * DAY)),
            ("3".into(), T0 + 3 * DAY, Some(T0 + 4 * DAY)),
        ]);
        assert_eq!((found[0].text(3).unwrap().as_str(), found[0].text(4).unwrap().as_str()), ("bugfix", "update"));
    }

    async fn an_update_that_moves_to_another_source_is_another_judgement(w: &mut World) {
        w.ingest(&[report("a").pkg("bash", "1")]).await;
        w.sync(&[("main", main_repository(&[("bash", "2")]))]).await;
        w.now += DAY;
        let security = w.source("security").await;
        w.sync(&[("main", main_repository(&[("bash", "1")])), ("security", security_repository(&[("bash", "2")]))]).await;
        let sql = "SELECT source_id, state FROM judgement WHERE until IS NULL";
        let open = w.db.fetch(sql, args![]).await.unwrap();
        assert_eq!((open.len(), open[0].int(0).unwrap()), (1, security));
        assert_eq!(open[0].text(1).unwrap(), "security");
        assert_eq!(w.count("judgement").await, 2);
    }

    async fn switches_and_changed_verdicts_are_logged(w: &mut World) {
        w.ingest(&[report("a").pkg("bash", "1")]).await;
        w.sync(&[("main", main_repository(&[("bash", "2"), ("vim", "1")]))]).await;
        let sql = "SELECT kind, source_id, set_id, detail FROM change_log ORDER BY seq";
        let log = w.db.fetch(sql, args![]).await.unwrap();
        let kinds: Vec<String> = log.iter().map(|row| row.text(0).unwrap()).collect();
        assert_eq!(kinds, ["host-new", "snapshot", "verdict"]);
        assert_eq!(log[1].int(1).unwrap(), w.source("main").await);
        assert_eq!(log[1].text(3).unwrap(), "2 names changed");
        assert_eq!(log[2].int(2).unwrap(), w.host("a").await.set_id);
    }

    async fn an_unknown_source_cannot_be_switched(w: &mut World) {
        let content = main_repository(&[("a", "1")]);
        let new = NewSnapshot {
            content: &content,
            replaces: None,
            hash: [0; 32],
            skipped: 0,
            report: String::new(),
            touched: Vec::new(),
            etag: String::new(),
            last_modified: String::new(),
        };
        assert!(source::switch(&w.db, 77, &new, T0, T0).await.is_err());
        assert_eq!((w.active().await, w.count("snapshot").await), (0, 0));
    }

    async fn a_diff_against_another_snapshot_than_the_active_one_is_refused(w: &mut World) {
        w.switch("main", &main_repository(&[("a", "1")])).await;
        let id = w.source("main").await;
        let (first, _) = source::active_content(&w.db, id).await.unwrap().unwrap();
        w.switch("main", &main_repository(&[("a", "2")])).await;
        let content = main_repository(&[("a", "3")]);
        for replaces in [None, Some(first)] {
            let new = NewSnapshot {
                content: &content,
                replaces,
                hash: [7; 32],
                skipped: 0,
                report: "{}".into(),
                touched: vec!["a".into()],
                etag: String::new(),
                last_modified: String::new(),
            };
            let refused = source::switch(&w.db, id, &new, T0, T0).await.unwrap_err();
            assert!(matches!(refused, pakiti_store::error::StoreError::SnapshotMoved), "{refused}");
        }
        assert_eq!((w.active().await, w.active_content(id).await), (2, Some(main_repository(&[("a", "2")]))));
    }

    async fn what_a_sweep_changed_is_told_with_its_generation(w: &mut World) {
        let (h1, h2) = (report("h1").pkgs(&[("a", "1"), ("b", "1")]), report("h2").pkg("a", "1"));
        w.ingest(&[h1, h2, report("h3").pkg("c", "1")]).await;
        w.sync(&[("main", main_repository(&[("a", "1"), ("b", "2"), ("c", "1")]))]).await;
        w.sync(&[("main", main_repository(&[("a", "2"), ("b", "2"), ("c", "1")]))]).await;
        let operator = Scope::operator();
        let first = effect::of_generation(&w.db, &operator, 1).await.unwrap();
        let named = |e: &effect::Effect| -> Vec<(String, i64, i64)> {
            e.most.iter().map(|c| (c.name.clone(), c.security, c.other)).collect()
        };
        assert_eq!((first.verdicts, first.hosts), (3, 3));
        assert_eq!(named(&first)[0], ("h1".to_owned(), 0, 1));
        let second = effect::of_generation(&w.db, &operator, 2).await.unwrap();
        assert_eq!(named(&second), [("h1".to_owned(), 0, 1), ("h2".to_owned(), 0, 1)]);
        let nobody = effect::of_generation(&w.db, &Scope::nothing(), 2).await.unwrap();
        assert!(nobody.most.is_empty());
        assert_eq!(effect::of_generation(&w.db, &operator, 9).await.unwrap(), effect::Effect::default());
    }

    async fn a_damaged_content_is_an_error_not_a_panic(w: &mut World) {
        w.damage();
        w.switch("main", &main_repository(&[("a", "1")])).await;
        for content in [vec![], vec![1, 2, 3], zstd::encode_all(&b"{"[..], 1).unwrap()] {
            w.raw("UPDATE snapshot SET content = $1", args![content]).await;
            let refused = source::active_contents(&w.db).await.unwrap_err();
            assert!(matches!(refused, pakiti_store::error::StoreError::Corrupt { .. }), "{refused}");
        }
    }
}
