//! Two processes at once on one database: nothing doubled, nothing lost.

use crate::spec::{DAY, Spec, T0, main_repository, many_packages, report, security_repository};
use crate::world::World;
use pakiti_core::repository::SnapshotContent;
use pakiti_store::account::{self, Role};
use pakiti_store::error::StoreError;
use pakiti_store::memo::Memo;
use pakiti_store::sweep::Sweep;
use pakiti_store::{grant, source, verify};

/// 40 hosts with 300 packages each, many of them shared, in shuffled groups and contexts.
fn fleet() -> Vec<Spec> {
    let host = |n: usize| {
        let spec = report(&format!("h{n:02}")).kernel(&format!("6.{}", n % 5));
        let spec = spec.groups(&[["A", "B", "C"][n % 3], ["A", "B", "C", "D"][n % 4]]);
        many_packages(spec, 290 + n % 10).pkg("own", &(n / 2).to_string())
    };
    (0..40).map(host).collect()
}

async fn store(w: &mut World, batches: Vec<Vec<Spec>>) {
    for batch in &batches {
        w.ingest_patiently(batch).await;
    }
}

fn batches(specs: &[Spec], size: usize) -> Vec<Vec<Spec>> {
    specs.chunks(size).map(<[Spec]>::to_vec).collect()
}

fn old_rules() -> SnapshotContent {
    main_repository(&[("pkg0000", "2"), ("pkg0001", "1"), ("own", "1")])
}

fn new_rules() -> SnapshotContent {
    security_repository(&[("pkg0001", "2"), ("pkg0002", "2"), ("own", "9")])
}

/// As the background task of a server: sweeps with the rules in force until nothing is left to do.
async fn sweep_patiently(w: &mut World) {
    let mut memo = Memo::default();
    loop {
        let step = async {
            match Sweep::begin(&w.db, &w.index).await? {
                Some(sweep) => sweep.step(&w.db, &mut memo, &w.index, 3, w.now).await.map(Some),
                None => Ok(None),
            }
        };
        match step.await {
            Ok(Some(_)) => {}
            Ok(None) => return,
            Err(StoreError::GenerationMoved { .. }) => w.reload().await,
            // A step has the generation for itself: it can lose no race.
            Err(error) => panic!("{error}"),
        }
    }
}

/// Stores batches; only the rules may move on meanwhile.
async fn store_at_once(w: &mut World, batches: Vec<Vec<Spec>>) {
    for batch in &batches {
        loop {
            match w.try_ingest(batch).await {
                Err(StoreError::GenerationMoved { .. }) => w.reload().await,
                done => break drop(done.unwrap()),
            }
        }
    }
}

on_both! {
    async fn two_processes_storing_the_same_new_things_double_nothing(w: &mut World) {
        w.sync(&[("main", old_rules())]).await;
        let mut other = w.another().await;
        let forth = fleet();
        let back: Vec<Spec> = forth.iter().rev().cloned().collect();
        tokio::join!(store(w, batches(&forth, 7)), store(&mut other, batches(&back, 11)));
        assert_eq!(w.count("host").await, 40);
        assert_eq!(w.number("SELECT CAST(SUM(reports) AS BIGINT) FROM host").await, 80);
        assert_eq!(w.count("host_state").await, 40);
        assert_eq!(w.number("SELECT COUNT(DISTINCT key) FROM package").await, w.count("package").await);
        assert_eq!(w.count("package").await, 299 + 20);
        other.db.close().await;
    }

    async fn processes_that_store_different_hosts_with_the_same_new_packages_lose_no_race(w: &mut World) {
        w.sync(&[("main", old_rules())]).await;
        let mut other = w.another().await;
        let all = fleet();
        let (mine, theirs): (Vec<Spec>, Vec<Spec>) = all.into_iter().partition(|s| s.host.ends_with(['0', '2', '4', '6', '8']));
        // Without patience: everything new is inserted in one order, so nobody deadlocks.
        let first = async {
            for batch in batches(&mine, 5) {
                w.ingest(&batch).await;
            }
        };
        let second = async {
            for batch in batches(&theirs, 4).iter().rev() {
                other.ingest(batch).await;
            }
        };
        tokio::join!(first, second);
        assert_eq!(w.count("host").await, 40);
        other.db.close().await;
    }

    async fn changes_of_the_same_hosts_from_two_processes_are_all_kept(w: &mut World) {
        let base = fleet();
        store(w, batches(&base, 40)).await;
        let mut other = w.another().await;
        let changed = |tag: &str| -> Vec<Vec<Spec>> {
            let round = |n: usize| base.iter().map(|s| s.clone().pkg(tag, &n.to_string()).at(T0 + n as i64)).collect();
            (0..4).map(round).collect()
        };
        let (mine, theirs) = (changed("mine"), changed("theirs"));
        tokio::join!(store(w, mine), store(&mut other, theirs));
        assert_eq!(w.number("SELECT CAST(SUM(reports) AS BIGINT) FROM host").await, 40 * 9);
        assert_eq!(w.number("SELECT COUNT(*) FROM host_state WHERE until IS NULL").await, 40);
        assert_eq!(w.count("host_state").await, 40 * 9);
        other.db.close().await;
    }

    async fn a_switch_and_its_sweep_amid_two_ingesting_processes_end_right(w: &mut World) {
        w.sync(&[("main", old_rules())]).await;
        let all = fleet();
        store(w, batches(&all[..20], 20)).await;
        let (mut second, mut sweeper) = (w.another().await, w.another().await);
        let switching = async {
            for round in 0..3 {
                let rules = if round % 2 == 0 { new_rules() } else { security_repository(&[("own", "5")]) };
                sweeper.switch("security", &rules).await;
                sweep_patiently(&mut sweeper).await;
            }
        };
        let mine: Vec<Spec> = all.iter().map(|s| s.clone().fact("again").at(T0 + 5)).collect();
        let theirs: Vec<Spec> = all.iter().rev().map(|s| s.clone().pkg("new", "1").at(T0 + 9)).collect();
        tokio::join!(store(w, batches(&mine, 6)), store(&mut second, batches(&theirs, 9)), switching);
        sweep_patiently(&mut sweeper).await;
        assert_eq!(w.count("host").await, 40);
        second.db.close().await;
        sweeper.db.close().await;
    }

    async fn a_sweep_and_reports_of_the_hosts_it_recounts_do_not_deadlock(w: &mut World) {
        let all = fleet();
        store(w, batches(&all, 40)).await;
        let mut sweeper = w.another().await;
        let sweeping = async {
            for round in 0..6 {
                sweeper.switch("security", &security_repository(&[("pkg0001", ["2", "1"][round % 2]), ("pkg0002", "1")])).await;
                sweep_patiently(&mut sweeper).await;
            }
        };
        let rounds = (0..12).map(|n| all.iter().map(|s| s.clone().pkg("round", &n.to_string())).collect()).collect();
        tokio::join!(sweeping, store_at_once(w, rounds));
        sweeper.db.close().await;
    }

    /// PostgreSQL may find a deadlock here: one of the two is told that it lost a race, and tries again.
    async fn unchanged_reports_of_the_same_hosts_from_two_processes_are_all_counted(w: &mut World) {
        let all: Vec<Spec> = (0..128).map(|n| report(&format!("h{n}")).pkg("a", "1")).collect();
        w.ingest(&all).await;
        let mut other = w.another().await;
        let back: Vec<Spec> = all.iter().rev().cloned().collect();
        tokio::join!(store(w, vec![all; 15]), store(&mut other, vec![back; 15]));
        assert_eq!(w.number("SELECT CAST(SUM(reports) AS BIGINT) FROM host").await, 128 * 31);
        other.db.close().await;
    }

    async fn two_sweeping_processes_share_the_work(w: &mut World) {
        store(w, batches(&fleet(), 40)).await;
        w.switch("main", &old_rules()).await;
        let mut other = w.another().await;
        w.reload().await;
        tokio::join!(sweep_patiently(w), sweep_patiently(&mut other));
        assert_eq!(w.number("SELECT COUNT(*) FROM host WHERE other > 0").await, 40);
        other.db.close().await;
    }

    async fn grants_amid_ingest_keep_the_cells_right(w: &mut World) {
        let all = fleet();
        store(w, batches(&all, 40)).await;
        let account = account::add(&w.db, "x", "-", Role::Viewer, T0).await.unwrap();
        let other = w.another().await;
        let granting = async {
            for id in (1..=40).chain(1..=40) {
                // One in three is taken back.
                loop {
                    let done = match grant::grant_host(&other.db, account, id).await {
                        Ok(()) if id % 3 == 0 => grant::revoke_host(&other.db, account, id).await,
                        done => done,
                    };
                    match done {
                        Err(error) if error.is_lost_race() => {}
                        done => break done.unwrap(),
                    }
                }
            }
        };
        let rounds: Vec<Vec<Spec>> = (0..4)
            .map(|n| all.iter().map(|s| s.clone().pkg("round", &n.to_string()).group(["A", "E"][n % 2])).collect())
            .collect();
        tokio::join!(granting, store(w, rounds));
        let own = "SELECT COUNT(*) FROM host h JOIN cell c ON c.id = h.cell_id WHERE c.own_host_id = h.id";
        assert_eq!(w.number(own).await, w.count("host_grant").await);
        assert_eq!(w.count("host_grant").await, 27);
        other.db.close().await;
    }

    async fn verify_amid_ingest_sees_one_moment_and_holds_nobody_off(w: &mut World) {
        w.sync(&[("main", old_rules())]).await;
        let all = fleet();
        let checker = w.another().await;
        let checking = async {
            for _ in 0..10 {
                let found = verify::verify(&checker.db, &checker.index, 1).await.unwrap();
                assert_eq!(found.differences, Vec::<String>::new());
            }
        };
        tokio::join!(checking, store(w, batches(&all, 3)));
        checker.db.close().await;
    }

    async fn attempts_of_two_sources_at_once_leave_the_freshness_of_both(w: &mut World) {
        let other = w.another().await;
        w.sync(&[("s1", security_repository(&[("a", "1")])), ("s2", security_repository(&[("b", "1")]))]).await;
        w.ingest(&[report("h").pkg("a", "1")]).await;
        let (one, two) = (w.source("s1").await, w.source("s2").await);
        for day in 1..20 {
            let now = T0 + day * DAY;
            let (a, b) = tokio::join!(
                source::note_attempt(&w.db, one, None, now, now),
                source::note_attempt(&other.db, two, None, now, now)
            );
            a.unwrap();
            b.unwrap();
            let fresh = w.host("h").await.fresh_until;
            assert_eq!(fresh, Some(now + pakiti_core::present::SOURCE_FRESH_FOR));
        }
        other.db.close().await;
    }

    async fn switches_of_sources_from_two_processes_do_not_deadlock(w: &mut World) {
        let mut other = w.another().await;
        let (one, two) = (w.source("s1").await, w.source("s2").await);
        w.switch("s1", &old_rules()).await;
        w.switch("s2", &new_rules()).await;
        let toggling = async {
            for round in 0..20 {
                source::set_enabled(&w.db, two, round % 2 == 1, T0).await.unwrap();
                source::note_attempt(&w.db, one, None, T0, T0).await.unwrap();
            }
        };
        let switching = async {
            for round in 0..20 {
                let version = round.to_string();
                other.switch("s2", &security_repository(&[("own", &version)])).await;
            }
        };
        tokio::join!(toggling, switching);
        assert_eq!(w.active().await, 42);
        other.db.close().await;
    }
}
