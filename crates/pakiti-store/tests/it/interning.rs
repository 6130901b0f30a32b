//! Law 3: packages, sets and contexts are stored once and shared.

use crate::spec::{Spec, T0, many_packages, report};
use pakiti_store::args;
use pakiti_store::ingest::Outcome;
use std::collections::HashSet;

on_both! {
    async fn equal_packages_sets_and_contexts_are_stored_once(w: &mut World) {
        let all: Vec<Spec> = ["a", "b", "c"].iter().map(|h| report(h).pkg("bash", "5").pkg("ssl", "3")).collect();
        w.ingest(&all[..2]).await;
        w.ingest(&all[2..]).await;
        w.ingest(&[report("d").pkg("ssl", "3")]).await;
        assert_eq!(w.count("package").await, 2);
        assert_eq!(w.count("package_set").await, 2);
        assert_eq!(w.count("context").await, 1);
        assert_eq!(w.count("group_context").await, 1);
        assert_eq!(w.count("verdict").await, 2);
    }

    async fn a_set_has_the_hash_of_its_packages_keys_in_every_database(w: &mut World) {
        let host = report("a").pkg("b", "2").pkg("a", "1").pkg("c", "3");
        w.ingest(&[host.clone(), report("z").pkg("c", "3")]).await;
        let rows = w.db.fetch("SELECT hash FROM package_set ORDER BY packages DESC", args![]).await.unwrap();
        assert_eq!(rows[0].hash(0).unwrap(), host.set_hash());
        // The set does not depend on ids: b came first here, a there.
        assert_eq!(rows[0].hash(0).unwrap(), report("q").pkg("a", "1").pkg("c", "3").pkg("b", "2").set_hash());
    }

    async fn a_package_is_read_back_as_it_was_reported(w: &mut World) {
        let mut host = report("a").pkg("ssl", "1:3.0~rc1-2");
        host.packages[0].source_name = "openssl".into();
        host.packages[0].source_version = "3".into();
        host.packages[0].vendor = "Débian".into();
        host.packages[0].module = "m:1".into();
        host.packages[0].key_id = "0123456789abcdef".into();
        w.ingest(&[host.clone(), report("b").pkg("ssl", "1:3.0~rc1-2")]).await;
        assert_eq!(w.count("package").await, 2, "with and without source and vendor are two packages");
        let detail = w.host("a").await;
        let installed = pakiti_store::host_packages::installed(&w.db, &detail).await.unwrap();
        assert_eq!(installed[0].0, host.packages[0]);
    }

    async fn a_version_without_order_has_no_version_key(w: &mut World) {
        w.ingest(&[report("a").pkg("good", "1.0-1").pkg("bad", "not a version!")]).await;
        assert_eq!(w.number("SELECT COUNT(*) FROM package WHERE version_key IS NULL").await, 1);
    }

    async fn contexts_that_differ_only_in_the_kernel_share_their_group_context(w: &mut World) {
        w.ingest(&[report("a").kernel("6.1.0-1"), report("b").kernel("6.1.0-2"), report("c").os_group(None)]).await;
        assert_eq!(w.count("context").await, 3);
        assert_eq!(w.count("group_context").await, 2);
        assert_eq!(w.host("c").await.row.os_group, "");
    }

    /// After a batch of nothing but new packages they are inserted without a question first.
    async fn what_another_process_stored_since_is_found_though_nothing_was_asked_first(w: &mut World) {
        let host = |name: &str, from: usize, to: usize| {
            (from..to).fold(report(name), |spec, n| spec.pkg(&format!("pkg{n:04}"), "1"))
        };
        let mut other = w.another().await;
        w.ingest(&[host("a", 0, 40)]).await;
        other.ingest(&[host("b", 40, 80)]).await;
        for (name, from, to) in [("c", 20, 100), ("d", 90, 130), ("e", 60, 125)] {
            w.ingest(&[host(name, from, to)]).await;
            other.ingest(&[host(&format!("{name}2"), from + 5, to + 5)]).await;
        }
        assert_eq!(w.count("package").await, 135);
        other.finish().await;
    }

    async fn a_batch_of_300_new_hosts_shares_one_set(w: &mut World) {
        let all: Vec<Spec> = (0..300).map(|n| many_packages(report(&format!("host{n:03}")), 700)).collect();
        let stored = w.ingest(&all).await;
        assert!(stored.iter().all(|s| s.outcome == Outcome::New));
        assert_eq!(stored.iter().map(|s| s.host_id).collect::<HashSet<_>>().len(), 300);
        assert_eq!(stored.iter().map(|s| s.set_id).collect::<HashSet<_>>().len(), 1);
        assert_eq!((w.count("package").await, w.count("package_set").await), (700, 1));
        assert_eq!((w.count("host").await, w.count("host_state").await), (300, 300));
        assert_eq!(w.count("verdict").await, 1);
    }

    async fn outcomes_are_in_the_order_of_the_batch(w: &mut World) {
        let old: Vec<Spec> = (0..20).map(|n| report(&format!("h{n}")).pkg("a", "1")).collect();
        let before = w.ingest(&old).await;
        let new: Vec<Spec> = (0..20).map(|n| if n % 2 == 0 { old[n].clone() } else { old[n].clone().pkg("b", "1") }).collect();
        let after = w.ingest(&new).await;
        for (n, (before, after)) in before.iter().zip(&after).enumerate() {
            assert_eq!(before.host_id, after.host_id);
            assert_eq!(after.outcome, if n % 2 == 0 { Outcome::Unchanged } else { Outcome::Changed });
        }
    }

    async fn a_set_known_by_id_is_taken_as_it_is(w: &mut World) {
        let first = w.ingest(&[report("a").pkg("bash", "5")]).await[0];
        let stored = w.ingest(&[report("b").known(first.set_id), report("a").known(first.set_id)]).await;
        assert_eq!((stored[0].set_id, stored[0].outcome), (first.set_id, Outcome::New));
        assert_eq!((stored[1].set_id, stored[1].outcome), (first.set_id, Outcome::Unchanged));
        let detail = w.host("b").await;
        let installed = pakiti_store::host_packages::installed(&w.db, &detail).await.unwrap();
        assert_eq!(installed[0].0.name, "bash");
        assert_eq!(w.count("package_set").await, 1);
    }

    async fn a_known_set_in_a_context_of_its_own_is_judged_in_it(w: &mut World) {
        let first = w.ingest(&[report("a").pkg("bash", "5")]).await[0];
        w.memo.clear();
        w.ingest(&[report("b").known(first.set_id).kernel("other")]).await;
        assert_eq!(w.count("verdict").await, 2);
    }

    async fn hosts_are_told_apart_by_identity_not_by_name(w: &mut World) {
        w.ingest(&[report("localhost").identity("1"), report("localhost").identity("2").pkg("a", "1")]).await;
        w.ingest(&[report("renamed").identity("1")]).await;
        assert_eq!(w.count("host").await, 2);
        assert_eq!(w.host("renamed").await.reports, 2);
        assert_eq!(w.host("localhost").await.row.counters.packages, 1);
    }

    async fn a_host_without_packages_is_a_host(w: &mut World) {
        w.ingest(&[report("empty").at(T0)]).await;
        let host = w.host("empty").await;
        assert_eq!(host.row.counters, pakiti_core::verdict::Counters::default());
        assert_eq!(host.row.state, pakiti_core::present::HostState::Unknown);
    }
}
