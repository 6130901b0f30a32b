//! What a report changes, and what it leaves alone.

use crate::spec::{Spec, T0, report};
use crate::watch::rows;
use crate::world::World;
use pakiti_core::present::HostState;
use pakiti_store::args;
use pakiti_store::ingest::Outcome;

/// Rows of the tables that grow with changes only.
async fn history(w: &World) -> [i64; 4] {
    [
        w.count("host_state").await,
        w.count("judgement").await,
        w.count("change_log").await,
        w.count("verdict").await,
    ]
}

fn host() -> Spec {
    report("a").group("A").pkg("bash", "5").pkg("ssl", "3")
}

on_both! {
    async fn an_unchanged_report_touches_one_row(w: &mut World) {
        w.ingest(&[host()]).await;
        let before = (history(w).await, w.host("a").await);
        w.watch().await;
        let stored = w.ingest(&[host().at(T0 + 60)]).await;
        assert_eq!(stored[0].outcome, Outcome::Unchanged);
        assert_eq!(w.touched().await, rows(&[("host", 1)]));
        assert_eq!(history(w).await, before.0);
        let after = w.host("a").await;
        assert_eq!((after.reports, after.row.last_report), (2, T0 + 60));
        assert_eq!((after.changed_at, after.first_report), (T0, T0));
        assert_eq!(after.row.counters, before.1.row.counters);
    }

    async fn an_unchanged_report_is_known_as_such_by_a_process_that_just_started(w: &mut World) {
        w.ingest(&[host()]).await;
        let mut other = w.another().await;
        w.watch().await;
        let stored = other.ingest(&[host().at(T0 + 60)]).await;
        assert_eq!(stored[0].outcome, Outcome::Unchanged);
        assert_eq!(w.touched().await, rows(&[("host", 1)]));
        assert_eq!(w.host("a").await.reports, 2);
        other.db.close().await;
    }

    async fn a_changed_package_closes_the_state_and_opens_one(w: &mut World) {
        w.ingest(&[host()]).await;
        let stored = w.ingest(&[host().pkg("new", "1").at(T0 + 60)]).await;
        assert_eq!(stored[0].outcome, Outcome::Changed);
        let sql = "SELECT since, until, seq FROM host_state ORDER BY since";
        let rows = w.db.fetch(sql, args![]).await.unwrap();
        assert_eq!(rows.len(), 2);
        assert_eq!((rows[0].int(0).unwrap(), rows[0].int_opt(1).unwrap()), (T0, Some(T0 + 60)));
        assert_eq!((rows[1].int(0).unwrap(), rows[1].int_opt(1).unwrap()), (T0 + 60, None));
        let after = w.host("a").await;
        assert_eq!((after.changed_at, after.first_report, after.reports), (T0 + 60, T0, 2));
        assert_eq!(after.row.counters.packages, 3);
    }

    async fn changes_are_logged_with_what_they_are_about(w: &mut World) {
        let first = w.ingest(&[host()]).await[0];
        let second = w.ingest(&[host().pkg("new", "1").at(T0 + 60)]).await[0];
        let sql = "SELECT kind, host_id, set_id, at FROM change_log ORDER BY seq";
        let rows = w.db.fetch(sql, args![]).await.unwrap();
        let log: Vec<(String, i64, i64, i64)> = rows
            .iter()
            .map(|r| (r.text(0).unwrap(), r.int(1).unwrap(), r.int(2).unwrap(), r.int(3).unwrap()))
            .collect();
        assert_eq!(log, [
            ("host-new".into(), first.host_id, first.set_id, T0),
            ("host-changed".into(), first.host_id, second.set_id, T0 + 60),
        ]);
    }

    async fn changed_facts_alone_open_no_state(w: &mut World) {
        w.ingest(&[host()]).await;
        let before = history(w).await;
        w.watch().await;
        let stored = w.ingest(&[host().reboot().fact("cpu").at(T0 + 60)]).await;
        assert_eq!(stored[0].outcome, Outcome::Changed);
        assert_eq!(w.touched().await, rows(&[("host", 1)]));
        assert_eq!(history(w).await, before);
        let after = w.host("a").await;
        assert!(after.row.reboot_required);
        assert_eq!(after.row.state, HostState::Reboot);
        assert_eq!(after.facts, r#"{"fact":"cpu"}"#);
        assert_eq!((after.changed_at, after.row.last_report), (T0, T0 + 60));
    }

    async fn a_changed_kernel_is_a_change_of_context(w: &mut World) {
        w.ingest(&[host()]).await;
        w.ingest(&[host().kernel("6.1.0-31").at(T0 + 60)]).await;
        assert_eq!(w.count("host_state").await, 2);
        let after = w.host("a").await;
        assert_eq!((after.row.kernel.as_str(), after.changed_at), ("6.1.0-31", T0 + 60));
    }

    async fn a_host_that_goes_back_to_an_old_set_gets_a_new_state_with_the_old_set(w: &mut World) {
        let first = w.ingest(&[host()]).await[0];
        w.ingest(&[host().pkg("new", "1").at(T0 + 60)]).await;
        let third = w.ingest(&[host().at(T0 + 120)]).await[0];
        assert_eq!(third.set_id, first.set_id);
        assert_eq!((w.count("host_state").await, w.count("package_set").await), (3, 2));
    }

    async fn several_changes_in_one_second_keep_their_order(w: &mut World) {
        for n in 0..4 {
            w.ingest(&[report("a").pkg("bash", &n.to_string())]).await;
        }
        let sql = "SELECT seq, until, set_id FROM host_state ORDER BY since, seq";
        let rows = w.db.fetch(sql, args![]).await.unwrap();
        let seqs: Vec<i64> = rows.iter().map(|r| r.int(0).unwrap()).collect();
        assert_eq!(seqs, [0, 1, 2, 3]);
        let open: Vec<bool> = rows.iter().map(|r| r.int_opt(1).unwrap().is_none()).collect();
        assert_eq!(open, [false, false, false, true]);
        assert_eq!(rows[3].int(2).unwrap(), w.host("a").await.set_id);
    }

    async fn a_report_that_was_overtaken_does_not_turn_time_back(w: &mut World) {
        w.ingest(&[host().at(T0 + 100)]).await;
        w.ingest(&[host().at(T0 + 50)]).await;
        assert_eq!(w.host("a").await.row.last_report, T0 + 100);
        w.ingest(&[host().pkg("new", "1").at(T0 + 60)]).await;
        assert_eq!(w.host("a").await.row.last_report, T0 + 100);
        let backwards = "SELECT COUNT(*) FROM host_state WHERE until < since";
        assert_eq!(w.number(backwards).await, 0);
    }
}
