//! The state of a host in SQL is `present::host_state`, for every combination of what it follows from.

use crate::spec::{T0, report};
use crate::world::World;
use pakiti_core::present::{HostFacts, HostState, STALE_AFTER, host_state};
use pakiti_core::verdict::Counters;
use pakiti_store::db::{Tx, Value};
use pakiti_store::host::{self, HostQuery};
use pakiti_store::scope::Scope;
use pakiti_store::{args, source};
use std::collections::HashMap;

const TIMES: [Option<i64>; 4] = [None, Some(T0 - 1), Some(T0), Some(T0 + 1)];
const REPORTS: [i64; 3] = [T0, T0 - STALE_AFTER, T0 - STALE_AFTER - 1];
/// packages, in a repository, judged
const COVERAGES: [(i64, i64, i64); 8] = [
    (0, 0, 0),
    (1, 1, 1),
    (1, 0, 1),
    (100, 90, 90),
    (100, 89, 100),
    (100, 100, 89),
    (19, 18, 18),
    (19, 17, 18),
];

/// All facts, each with the OS group that has its `fresh_until` and `support_end`.
fn grid() -> Vec<(HostFacts, String)> {
    let mut out = Vec::new();
    for (f, fresh_until) in TIMES.into_iter().enumerate() {
        for (s, support_end) in TIMES.into_iter().enumerate() {
            for last_report in REPORTS {
                for (packages, in_repository, judged) in COVERAGES {
                    for (security, reboot_required) in [(0, false), (1, false), (0, true), (2, true)] {
                        let counters =
                            Counters { packages, in_repository, judged, security, ..Counters::default() };
                        let facts = HostFacts {
                            counters,
                            reboot_required,
                            mapped: true,
                            last_report,
                            fresh_until,
                            support_end,
                        };
                        out.push((facts, format!("os-{f}{s}")));
                    }
                }
            }
        }
    }
    // A host without OS group has neither time.
    for last_report in REPORTS {
        let counters = Counters { packages: 1, in_repository: 1, judged: 1, ..Counters::default() };
        let none = (None, None);
        let facts = HostFacts {
            counters,
            reboot_required: false,
            mapped: false,
            last_report,
            fresh_until: none.0,
            support_end: none.1,
        };
        out.push((facts, String::new()));
    }
    out
}

/// Puts a host with these facts beside the one that is there.
async fn insert(tx: &mut Tx, n: i64, facts: &HostFacts, os_group: &str) {
    let sql = "INSERT INTO host (identity, name, cell_id, set_id, context_id, facts_hash, os, os_group, arch, kernel, \
               reboot_required, facts, first_report, last_report, changed_at, reports, packages, in_repository, \
               judged, unknown, security, other, held) \
               SELECT $1, $2, cell_id, set_id, context_id, facts_hash, os, $3, arch, kernel, $4, facts, \
               $5, $5, $5, 1, $6, $7, $8, 0, $9, 0, 0 FROM host WHERE name = 'seed'";
    let mut args: Vec<Value> =
        args![blake3::hash(&n.to_le_bytes()).as_bytes().as_slice(), format!("{n}"), os_group];
    let c = &facts.counters;
    args.extend(args![
        facts.reboot_required,
        facts.last_report,
        c.packages,
        c.in_repository,
        c.judged,
        c.security
    ]);
    assert_eq!(tx.execute(sql, args).await.unwrap(), 1);
}

async fn store(w: &mut World, grid: &[(HostFacts, String)]) {
    w.damage();
    w.ingest(&[report("seed")]).await;
    let mut tx = w.db.begin().await.unwrap();
    let mut groups: HashMap<&str, &HostFacts> = HashMap::new();
    for (n, (facts, os_group)) in grid.iter().enumerate() {
        insert(&mut tx, n as i64, facts, os_group).await;
        groups.insert(os_group, facts);
    }
    for (os_group, facts) in groups.into_iter().filter(|(os_group, _)| !os_group.is_empty()) {
        let sql = "INSERT INTO os_group_state (os_group, fresh_until, support_end) VALUES ($1, $2, $3)";
        tx.execute(sql, args![os_group, facts.fresh_until, facts.support_end]).await.unwrap();
    }
    tx.commit().await.unwrap();
    w.raw("DELETE FROM host_state", args![]).await;
    w.raw("DELETE FROM host WHERE name = 'seed'", args![]).await;
}

on_both! {
    async fn the_state_in_sql_is_the_state_of_the_pure_function(w: &mut World) {
        let grid = grid();
        store(w, &grid).await;
        let mut counts: HashMap<HostState, i64> = HashMap::new();
        let mut after = None;
        let mut seen = 0;
        loop {
            let query = HostQuery { after, limit: 500, ..HostQuery::default() };
            let page = host::list(&w.db, &Scope::operator(), &query, T0).await.unwrap();
            for row in page.rows {
                let (facts, os_group) = &grid[row.name.parse::<usize>().unwrap()];
                assert_eq!(row.state, host_state(facts, T0), "{facts:?} in `{os_group}`");
                *counts.entry(row.state).or_default() += 1;
                seen += 1;
            }
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(seen, grid.len());
        let counted = host::count_by_state(&w.db, &Scope::operator(), T0).await.unwrap();
        assert_eq!(counted.iter().copied().collect::<HashMap<_, _>>(), counts);
        let states: Vec<HostState> = counted.iter().map(|(state, _)| *state).collect();
        use HostState::{EndOfLife, Good, Reboot, Security, Stale, Unknown};
        assert_eq!(states, [Security, Reboot, EndOfLife, Stale, Unknown, Good], "strongest first");
    }

    async fn the_end_of_vendor_support_makes_a_host_end_of_life(w: &mut World) {
        w.ingest(&[report("a").pkg("x", "1"), report("b").os_group(None)]).await;
        source::note_support_ends(&w.db, &[("debian-12", Some(T0 + 10)), ("debian-13", None)]).await.unwrap();
        assert_eq!(w.host("a").await.row.state, HostState::Unknown);
        w.now = T0 + 11;
        assert_eq!(w.host("a").await.row.state, HostState::EndOfLife);
        assert_eq!(w.host("a").await.support_end, Some(T0 + 10));
        assert_eq!(w.host("b").await.row.state, HostState::Unknown);
        source::note_support_ends(&w.db, &[("debian-12", None)]).await.unwrap();
        assert_eq!(w.host("a").await.support_end, None);
    }
}
