//! Re-evaluation: restartable, idempotent, and right whatever happens meanwhile.

use crate::spec::{Spec, main_repository, report, security_repository};
use crate::world::World;
use pakiti_core::verdict::Counters;
use pakiti_store::host::{HostQuery, Sort};
use pakiti_store::memo::Memo;
use pakiti_store::sweep::{Sweep, SweepStep};
use pakiti_store::{args, generation, host_packages};

/// 23 hosts with 23 sets.
fn fleet() -> Vec<Spec> {
    (0..23)
        .map(|n| {
            report(&format!("h{n:02}")).group(["A", "B"][n % 2]).pkg("bash", "1").pkg("own", &n.to_string())
        })
        .collect()
}

async fn numbers(w: &World) -> Vec<Counters> {
    let query = HostQuery { sort: Sort::Name, ..HostQuery::default() };
    w.list(&query).await.into_iter().map(|row| row.counters).collect()
}

on_both! {
    async fn a_sweep_killed_after_each_step_ends_as_one_that_ran_in_one_go(w: &mut World) {
        w.ingest(&fleet()).await;
        let (v2, v3) = (main_repository(&[("bash", "2")]), security_repository(&[("bash", "3")]));
        w.switch("main", &v2).await;
        w.reload().await;
        let one_go = w.sweep(100).await;
        assert_eq!(one_go, SweepStep { verdicts: 23, changed: 23, hosts: 23, done: true });
        let after_main = numbers(w).await;
        assert!(after_main.iter().all(|c| (c.other, c.security) == (1, 0)));
        for limit in [1, 5, 23] {
            w.sync(&[("security", security_repository(&[]))]).await;
            w.switch("security", &v3).await;
            w.reload().await;
            assert_eq!(w.sweep(limit).await, one_go, "in steps of {limit}");
            assert!(numbers(w).await.iter().all(|c| (c.other, c.security) == (0, 1)));
        }
    }

    async fn the_cursor_shows_how_far_a_sweep_is(w: &mut World) {
        w.ingest(&fleet()).await;
        w.switch("main", &main_repository(&[("bash", "2")])).await;
        w.reload().await;
        let last = generation::last_set(&w.db).await.unwrap();
        let sweep = Sweep::begin(&w.db, &w.index).await.unwrap().unwrap();
        let mut memo = Memo::default();
        let mut percents = vec![sweep.percent(&generation::peek(&w.db).await.unwrap())];
        loop {
            let step = sweep.step(&w.db, &mut memo, &w.index, 10, w.now).await.unwrap();
            if step.done {
                break;
            }
            let found = generation::peek(&w.db).await.unwrap();
            assert!(found.sweep_set > 0 && found.sweep_set <= last);
            percents.push(sweep.percent(&found));
        }
        assert_eq!(percents.len(), 3);
        assert!(percents.is_sorted() && percents[0] == 0 && percents[2] < 100, "{percents:?}");
        let found = generation::peek(&w.db).await.unwrap();
        assert_eq!((found.swept, found.sweep_set), (found.active, 0));
        assert!(Sweep::begin(&w.db, &w.index).await.unwrap().is_none());
    }

    async fn a_step_after_another_process_completed_the_sweep_does_nothing(w: &mut World) {
        w.ingest(&fleet()).await;
        w.switch("main", &main_repository(&[("bash", "2")])).await;
        w.reload().await;
        let late = Sweep::begin(&w.db, &w.index).await.unwrap().unwrap();
        w.sweep(100).await;
        let mut memo = Memo::default();
        let step = late.step(&w.db, &mut memo, &w.index, 10, w.now).await.unwrap();
        assert_eq!(step, SweepStep { done: true, ..SweepStep::default() });
        let found = generation::peek(&w.db).await.unwrap();
        assert_eq!((found.swept, found.sweep_set), (1, 0));
    }

    async fn a_step_of_no_sets_does_not_complete_a_sweep(w: &mut World) {
        w.ingest(&fleet()).await;
        w.switch("main", &main_repository(&[("bash", "2")])).await;
        w.reload().await;
        let sweep = Sweep::begin(&w.db, &w.index).await.unwrap().unwrap();
        assert!(!sweep.step(&w.db, &mut Memo::default(), &w.index, 0, w.now).await.unwrap().done);
    }

    /// Two hosts share a set; one reports while the sweep is on its way, which judges their verdict anew. The
    /// sweep must still bring the other host up to date.
    async fn a_report_during_a_sweep_does_not_leave_its_twins_behind(w: &mut World) {
        let twin = |host: &str| report(host).group("A").pkg("bash", "1");
        w.ingest(&[twin("a"), twin("b"), report("c").group("A").pkg("vim", "1")]).await;
        w.switch("main", &main_repository(&[("bash", "2")])).await;
        w.reload().await;
        w.ingest(&[twin("a").fact("changed")]).await;
        assert_eq!(w.host("a").await.row.counters.other, 1);
        let updates = host_packages::updates(&w.db, &w.host("a").await).await.unwrap();
        assert_eq!(updates.len(), 1, "its judgements are those of the new rules at once");
        assert_eq!(w.host("b").await.row.counters.other, 0, "one generation behind until the sweep");
        w.sweep(1).await;
        assert_eq!(w.host("b").await.row.counters.other, 1);
    }

    /// The same over two generations of which the second changes the verdict but not its numbers.
    async fn twins_are_not_left_behind_by_a_second_switch_either(w: &mut World) {
        let twin = |host: &str| report(host).group("A").pkg("bash", "1");
        w.ingest(&[twin("a"), twin("b")]).await;
        w.switch("main", &main_repository(&[("bash", "2")])).await;
        w.reload().await;
        w.ingest(&[twin("a").fact("changed")]).await;
        w.switch("main", &main_repository(&[("bash", "3")])).await;
        w.reload().await;
        w.sweep(1).await;
        assert_eq!(w.host("b").await.row.counters.other, 1);
    }

    async fn new_hosts_during_a_sweep_are_judged_by_the_new_rules_at_once(w: &mut World) {
        w.ingest(&fleet()).await;
        w.switch("main", &main_repository(&[("bash", "2")])).await;
        w.reload().await;
        let sweep = Sweep::begin(&w.db, &w.index).await.unwrap().unwrap();
        sweep.step(&w.db, &mut Memo::default(), &w.index, 5, w.now).await.unwrap();
        w.ingest(&[report("new").pkg("bash", "1"), report("twin").group("B").pkg("bash", "1").pkg("own", "20")]).await;
        assert_eq!(w.host("new").await.row.counters.other, 1);
        assert_eq!(w.host("twin").await.row.counters.other, 1);
        assert_eq!(w.differences().await.len(), 1, "the sweep that is not complete");
    }

    async fn another_evaluator_judges_everything_again(w: &mut World) {
        w.ingest(&fleet()).await;
        w.sync(&[("main", main_repository(&[("bash", "2")]))]).await;
        let before = w.active().await;
        assert_eq!(generation::adopt_evaluator(&w.db, 7, w.now).await.unwrap(), Some(before + 1));
        assert_eq!(generation::adopt_evaluator(&w.db, 7, w.now).await.unwrap(), None);
        assert_eq!(generation::peek(&w.db).await.unwrap().evaluator, 7);
        // As if the evaluator before had judged otherwise.
        w.raw("UPDATE verdict SET digest = $1, other = 5", args![[0u8; 32]]).await;
        w.reload().await;
        let step = w.sweep(4).await;
        assert_eq!((step.verdicts, step.changed), (23, 23));
        assert!(numbers(w).await.iter().all(|c| c.other == 1));
    }

    async fn processes_that_start_together_adopt_an_evaluator_once(w: &mut World) {
        let other = w.another().await;
        let (a, b) = tokio::join!(
            generation::adopt_evaluator(&w.db, 7, w.now),
            generation::adopt_evaluator(&other.db, 7, w.now)
        );
        assert_eq!([a.unwrap(), b.unwrap()].iter().flatten().count(), 1);
        assert_eq!(w.active().await, 1);
        other.db.close().await;
    }

    async fn a_sweep_over_nothing_completes(w: &mut World) {
        let step = w.sync(&[("main", main_repository(&[("bash", "2")]))]).await;
        assert_eq!(step, SweepStep { done: true, ..SweepStep::default() });
        assert_eq!(generation::last_set(&w.db).await.unwrap(), 0);
    }

    async fn one_package_in_two_group_contexts_is_judged_in_each(w: &mut World) {
        w.ingest(&[report("a").pkg("bash", "1"), report("b").pkg("bash", "1").os_group(Some("debian-13"))]).await;
        w.sync(&[("main", main_repository(&[("bash", "2")]))]).await;
        assert_eq!(w.count("package_set").await, 1);
        assert_eq!(w.host("a").await.row.counters.other, 1);
        let other = w.host("b").await.row.counters;
        assert_eq!((other.other, other.unknown), (0, 1), "Debian 12 does not speak for Debian 13");
        assert_eq!(w.count("judgement").await, 1);
    }
}
