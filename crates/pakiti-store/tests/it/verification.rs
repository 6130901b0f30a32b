//! `verify` finds what should not be there.

use crate::spec::{main_repository, report, security_repository};
use crate::world::World;
use pakiti_store::db::Value;
use pakiti_store::{args, verify};

async fn fleet(w: &mut World) {
    w.ingest(&[
        report("a").group("A").pkg("bash", "1").pkg("own", "1"),
        report("b").group("A").pkg("bash", "1").pkg("own", "1"),
        report("c").group("B").pkg("ssl", "1"),
    ])
    .await;
    w.sync(&[
        ("main", main_repository(&[("bash", "2")])),
        ("security", security_repository(&[("ssl", "2")])),
    ])
    .await;
    assert_eq!(w.differences().await, Vec::<String>::new());
    w.damage();
}

/// Damages something; exactly one difference that says `what` must be found.
async fn finds(w: &mut World, sql: &str, args: Vec<Value>, what: &str) {
    fleet(w).await;
    assert!(w.raw(sql, args).await > 0, "{sql}");
    let found = w.differences().await;
    assert!(found.len() == 1 && found[0].contains(what), "{sql}: {found:?}");
}

on_both! {
    async fn everything_is_counted(w: &mut World) {
        fleet(w).await;
        let found = verify::verify(&w.db, &w.index, 1).await.unwrap();
        assert_eq!((found.sets, found.verdicts, found.hosts, found.cells), (2, 2, 3, 2));
        let every_second = verify::verify(&w.db, &w.index, 2).await.unwrap();
        assert_eq!((every_second.sets, every_second.hosts), (1, 3));
        assert_eq!(verify::verify(&w.db, &w.index, 0).await.unwrap().sets, 2, "0 is taken for all");
    }

    async fn finds_wrong_counters_of_a_host(w: &mut World) {
        // `held` is in no total.
        finds(w, "UPDATE host SET held = held + 1 WHERE name = 'a'", args![], "counters of host").await;
    }

    async fn finds_wrong_totals_of_a_cell(w: &mut World) {
        finds(w, "UPDATE cell SET unknown = unknown + 1 WHERE hosts = 2", args![], "totals of cell").await;
    }

    async fn finds_a_host_missing_from_the_totals(w: &mut World) {
        finds(w, "UPDATE cell SET hosts = 1 WHERE hosts = 2", args![], "totals of cell").await;
    }

    async fn finds_a_wrong_digest(w: &mut World) {
        let sql = "UPDATE verdict SET digest = $1 WHERE packages = 1";
        finds(w, sql, args![[9u8; 32]], "verdict of set").await;
    }

    async fn finds_a_wrong_list_of_concerned_packages(w: &mut World) {
        let sql = "UPDATE verdict SET concerned = $1 WHERE packages = 1";
        finds(w, sql, args![Vec::<u8>::new()], "verdict of set").await;
    }

    async fn finds_a_wrong_list_of_unknown_packages(w: &mut World) {
        let sql = "UPDATE verdict SET unknown_ids = $1 WHERE packages = 2";
        finds(w, sql, args![Vec::<u8>::new()], "verdict of set").await;
    }

    async fn finds_a_judgement_that_says_something_else(w: &mut World) {
        finds(w, "UPDATE judgement SET rule = '{}' WHERE state = 'bugfix'", args![], "judgement of package").await;
    }

    async fn finds_a_judgement_that_was_closed(w: &mut World) {
        finds(w, "UPDATE judgement SET until = 1 WHERE state = 'security'", args![], "judgement of package").await;
    }

    async fn finds_a_judgement_too_many(w: &mut World) {
        let sql = "INSERT INTO judgement (group_context_id, package_id, kind, cve, source_id, state, fixed, rule, since) \
                   SELECT j.group_context_id, p.id, 'update', '', 1, 'bugfix', '2', '{}', 0 \
                   FROM judgement j, package p WHERE j.state = 'bugfix' AND p.name = 'own'";
        finds(w, sql, args![], "judgement of package").await;
    }

    async fn finds_a_wrong_set_hash(w: &mut World) {
        finds(w, "UPDATE package_set SET hash = $1 WHERE packages = 1", args![[9u8; 32]], "package set").await;
    }

    async fn finds_a_wrong_number_of_packages(w: &mut World) {
        finds(w, "UPDATE package_set SET packages = 9 WHERE packages = 1", args![], "package set").await;
    }

    async fn finds_a_set_that_names_a_package_that_is_not_there(w: &mut World) {
        let ids = pakiti_core::package_set::encode_ids(&[999]);
        finds(w, "UPDATE package_set SET ids = $1 WHERE packages = 1", args![ids], "package 999 does not exist").await;
    }

    async fn finds_a_set_that_cannot_be_decoded(w: &mut World) {
        let sql = "UPDATE package_set SET ids = $1 WHERE packages = 1";
        finds(w, sql, args![vec![0x80u8]], "cannot be read").await;
    }

    async fn finds_a_package_that_is_not_what_its_key_says(w: &mut World) {
        finds(w, "UPDATE package SET vendor = 'x' WHERE name = 'ssl'", args![], "hash or number").await;
    }

    async fn finds_a_host_without_verdict(w: &mut World) {
        finds(w, "DELETE FROM verdict WHERE packages = 1", args![], "has no verdict").await;
    }

    async fn finds_a_host_without_open_state(w: &mut World) {
        let sql = "UPDATE host_state SET until = 1 WHERE host_id IN (SELECT id FROM host WHERE name = 'a')";
        finds(w, sql, args![], "open state").await;
    }

    async fn finds_a_second_open_state(w: &mut World) {
        let sql = "INSERT INTO host_state (host_id, since, seq, set_id, context_id) \
                   SELECT t.host_id, 0, 0, s.id, t.context_id FROM host_state t, host h, package_set s \
                   WHERE h.id = t.host_id AND h.name = 'a' AND s.id <> t.set_id";
        finds(w, sql, args![], "open state").await;
    }

    async fn says_that_a_sweep_is_not_complete(w: &mut World) {
        fleet(w).await;
        w.switch("main", &main_repository(&[("bash", "3")])).await;
        w.reload().await;
        let found = w.differences().await;
        assert!(found.len() == 1 && found[0].contains("not complete"), "{found:?}");
    }

    async fn one_damaged_set_does_not_stop_the_others(w: &mut World) {
        fleet(w).await;
        w.raw("UPDATE package_set SET ids = $1 WHERE packages = 1", args![vec![0x80u8]]).await;
        w.raw("UPDATE verdict SET digest = $1 WHERE packages = 2", args![[9u8; 32]]).await;
        assert_eq!(w.differences().await.len(), 2);
    }
}
