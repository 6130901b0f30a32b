//! Law 4: a batch is stored whole or not at all, and what failed leaves no false memory.

use crate::spec::{Spec, T0, report};
use crate::watch::rows;
use pakiti_store::error::StoreError;
use pakiti_store::ingest::{Outcome, ReadyReport, ingest};
use pakiti_store::memo::Memo;
use std::time::Duration;

fn news() -> Vec<Spec> {
    vec![
        report("a").groups(&["A", "B"]).pkg("bash", "5").pkg("ssl", "3"),
        report("b").group("C").pkg("bash", "5").kernel("other"),
    ]
}

on_both! {
    async fn two_reports_of_one_host_in_a_batch_are_refused_and_leave_nothing(w: &mut World) {
        w.watch().await;
        let twice = [news(), vec![report("c").identity("a").pkg("zsh", "1")]].concat();
        let refused = w.try_ingest(&twice).await.unwrap_err();
        assert!(matches!(&refused, StoreError::Exists { name, .. } if name == "c"), "{refused}");
        assert_eq!(w.touched().await, rows(&[]));
        w.ingest(&news()).await;
        let refused = w.try_ingest(&[news()[0].clone(), news()[0].clone().pkg("x", "1")]).await;
        assert!(matches!(refused, Err(StoreError::Exists { .. })));
        assert_eq!(w.host("a").await.reports, 1);
    }

    async fn a_batch_that_fails_late_leaves_nothing_and_the_next_works_with_the_same_memo(w: &mut World) {
        w.watch().await;
        let bad = [news(), vec![report("z").known(999)]].concat();
        let refused = w.try_ingest(&bad).await.unwrap_err();
        assert!(!refused.is_lost_race(), "{refused}");
        assert_eq!(w.touched().await, rows(&[]));
        let stored = w.ingest(&news()).await;
        assert!(stored.iter().all(|s| s.outcome == Outcome::New));
        let stored = w.ingest(&news()).await;
        assert!(stored.iter().all(|s| s.outcome == Outcome::Unchanged));
    }

    async fn a_failure_forgets_only_what_was_not_stored(w: &mut World) {
        w.ingest(&news()).await;
        let changed = [news()[0].clone().pkg("zsh", "1").group("D"), report("z").known(999)];
        w.try_ingest(&changed).await.unwrap_err();
        assert_eq!(w.host("a").await.row.groups, ["A", "B"]);
        let stored = w.ingest(&changed[..1]).await;
        assert_eq!(stored[0].outcome, Outcome::Changed);
        assert_eq!(w.host("a").await.row.groups, ["A", "B", "D"]);
    }

    /// A caller may drop the future at any await: the transaction is rolled back and the memo must not keep
    /// ids of it.
    async fn a_batch_that_is_dropped_half_way_leaves_no_false_memory(w: &mut World) {
        let ready: Vec<ReadyReport> = news().iter().map(Spec::ready).collect();
        let mut memo = Memo::default();
        for n in 0..40u64 {
            let work = ingest(&w.db, &mut memo, &w.index, &ready);
            if let Ok(done) = tokio::time::timeout(Duration::from_micros(n * 150), work).await {
                done.unwrap();
            }
        }
        w.memo = memo;
        w.ingest(&news()).await;
        assert_eq!((w.count("host").await, w.count("package").await), (2, 2));
    }

    async fn old_rules_are_refused_by_ingest_sweep_and_verify(w: &mut World) {
        w.ingest(&news()).await;
        let mut old = w.another().await;
        w.sync(&[("main", crate::spec::main_repository(&[("bash", "6")]))]).await;
        let moved = |error: StoreError| matches!(error, StoreError::GenerationMoved { active: 1, expected: 0 });
        assert!(moved(old.try_ingest(&news()).await.unwrap_err()));
        assert!(moved(pakiti_store::sweep::Sweep::begin(&old.db, &old.index).await.unwrap_err()));
        assert!(moved(pakiti_store::verify::verify(&old.db, &old.index, 1).await.unwrap_err()));
        assert_eq!(w.host("a").await.reports, 1);
        old.reload().await;
        old.ingest(&news()).await;
        assert_eq!(w.host("a").await.reports, 2);
        old.db.close().await;
    }

    async fn a_sweep_under_way_is_refused_when_the_rules_move_on(w: &mut World) {
        w.ingest(&news()).await;
        w.switch("main", &crate::spec::main_repository(&[("bash", "6")])).await;
        w.reload().await;
        let sweep = pakiti_store::sweep::Sweep::begin(&w.db, &w.index).await.unwrap().unwrap();
        w.switch("main", &crate::spec::main_repository(&[("bash", "7")])).await;
        let mut memo = Memo::default();
        let refused = sweep.step(&w.db, &mut memo, &w.index, 1, T0).await.unwrap_err();
        assert!(matches!(refused, StoreError::GenerationMoved { active: 2, expected: 1 }));
        assert_eq!(w.count("judgement").await, 0);
    }
}
