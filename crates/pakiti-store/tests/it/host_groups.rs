//! Sources that are limited to host groups: contexts hold the groups that a source names, from the switch on.

use crate::spec::{Spec, T0, main_repository, report, security_repository};
use crate::world::World;
use pakiti_core::repository::SnapshotContent;
use pakiti_store::memo::Memo;
use pakiti_store::scope::Scope;
use pakiti_store::sweep::Sweep;
use pakiti_store::{args, generation, grant, host, host_packages, source};

const PACKAGES: [(&str, &str); 2] = [("bash", "2"), ("vim", "1")];

fn limited(mut content: SnapshotContent, only: &[&str], not: &[&str]) -> SnapshotContent {
    content.meta.host_groups = only.iter().map(|name| (*name).to_owned()).collect();
    content.meta.not_host_groups = not.iter().map(|name| (*name).to_owned()).collect();
    content
}

fn security(only: &[&str], not: &[&str]) -> SnapshotContent {
    limited(security_repository(&PACKAGES), only, not)
}

/// Hosts `a` of group A, `b` of B, `ab` of both and `none`, all with the same packages.
fn reports() -> Vec<Spec> {
    [("a", &["A"][..]), ("b", &["B"]), ("ab", &["A", "B"]), ("none", &[])]
        .into_iter()
        .map(|(host, groups)| report(host).groups(groups).pkgs(&[("bash", "1"), ("vim", "1")]))
        .collect()
}

/// The hosts with a security update, by name.
async fn exposed(w: &World) -> Vec<String> {
    let mut names = Vec::new();
    for name in ["a", "ab", "b", "none"] {
        let found = w.host(name).await;
        let listed = host_packages::updates(&w.db, &found).await.unwrap();
        assert_eq!(listed.len() as i64, found.row.counters.security, "{name}");
        names.extend((found.row.counters.security > 0).then(|| name.to_owned()));
    }
    names
}

async fn security_total(w: &World) -> i64 {
    host::totals(&w.db, &Scope::operator()).await.unwrap()[2]
}

on_both! {
    async fn hosts_share_a_context_unless_a_source_names_their_groups(w: &mut World) {
        w.ingest(&reports()).await;
        w.sync(&[("security", security(&[], &[]))]).await;
        assert_eq!(w.number("SELECT COUNT(DISTINCT context_id) FROM host").await, 1);
        assert_eq!(exposed(w).await, ["a", "ab", "b", "none"]);
        w.sync(&[("security", security(&["A"], &[]))]).await;
        assert_eq!(w.number("SELECT COUNT(DISTINCT context_id) FROM host").await, 2, "A, and all others");
    }

    async fn a_limit_takes_effect_without_a_new_report_and_goes_again(w: &mut World) {
        w.ingest(&reports()).await;
        w.sync(&[("main", main_repository(&[("vim", "1")])), ("security", security(&[], &[]))]).await;
        let state = "SELECT COUNT(*) FROM host_state";
        assert_eq!((security_total(w).await, w.number(state).await), (4, 4));
        let limits: [(&[&str], &[&str], &[&str]); 6] = [
            (&["A"], &[], &["a", "ab"]),
            (&["A"], &["B"], &["a"]),
            (&[], &["A"], &["b", "none"]),
            (&["C"], &[], &[]),
            (&["B", "C"], &[], &["ab", "b"]),
            (&[], &[], &["a", "ab", "b", "none"]),
        ];
        for (n, (only, not, expected)) in limits.into_iter().enumerate() {
            w.now = T0 + 60 * (n as i64 + 1);
            w.sync(&[("security", security(only, not))]).await;
            assert_eq!(exposed(w).await, expected, "only {only:?}, not {not:?}");
            assert_eq!(security_total(w).await, expected.len() as i64);
            assert_eq!(w.differences().await, Vec::<String>::new());
        }
        assert_eq!(w.number("SELECT COUNT(DISTINCT context_id) FROM host").await, 1, "as at the beginning");
        // A removed source names nothing any more.
        w.sync(&[("security", security(&["A"], &[]))]).await;
        let id = w.source("security").await;
        source::remove(&w.db, id, w.now).await.unwrap();
        w.sync(&[]).await;
        assert_eq!(exposed(w).await, Vec::<String>::new());
        assert_eq!(w.number("SELECT COUNT(DISTINCT context_id) FROM host").await, 1);
    }

    async fn history_tells_when_the_context_changed(w: &mut World) {
        w.ingest(&reports()).await;
        w.sync(&[("security", security(&[], &[]))]).await;
        w.now = T0 + 100;
        let step = w.sync(&[("security", security(&["A"], &[]))]).await;
        assert_eq!((step.hosts, step.done), (2, true), "b and none have no update any more");
        let (a, b) = (w.host("a").await, w.host("b").await);
        assert_eq!((a.changed_at, b.changed_at), (T0 + 100, T0), "only what a source names is new");
        let periods = host_packages::periods(&w.db, &a, 5).await.unwrap();
        let periods: Vec<_> = periods.iter().map(|p| (p.since, p.until, p.context.group.host_groups.len())).collect();
        assert_eq!(periods, [(T0 + 100, None, 1), (T0, Some(T0 + 100), 0)]);
        // A report that was on its way does not turn time back.
        w.ingest(&[report("a").groups(&["A"]).pkg("bash", "2").at(T0 + 50)]).await;
        let a = w.host("a").await;
        assert_eq!((a.changed_at, a.row.counters.security), (T0 + 100, 0));
        assert_eq!(w.number("SELECT COUNT(*) FROM host_state WHERE until < since").await, 0);
    }

    async fn an_unchanged_report_stays_unchanged(w: &mut World) {
        w.sync(&[("security", security(&["A"], &[]))]).await;
        w.ingest(&reports()).await;
        assert_eq!(exposed(w).await, ["a", "ab"]);
        w.ingest(&reports()).await;
        assert_eq!(w.count("host_state").await, 4);
        // From A to B: what the source says goes.
        w.ingest(&[report("a").groups(&["B"]).pkgs(&[("bash", "1"), ("vim", "1")]).at(T0 + 1)]).await;
        assert_eq!(exposed(w).await, ["ab"]);
    }

    async fn a_sweep_killed_between_batches_goes_on(w: &mut World) {
        let hosts: Vec<Spec> = (0..30)
            .map(|n| {
                let group = if n % 3 == 0 { "A" } else { "B" };
                report(&format!("h{n}")).group(group).pkg("bash", "1").pkg(&format!("own{}", n % 7), "1")
            })
            .collect();
        w.ingest(&hosts).await;
        w.sync(&[("security", security(&[], &[]))]).await;
        w.switch("security", &security(&["A"], &[])).await;
        w.reload().await;
        let regrouped = "SELECT COUNT(*) FROM host h JOIN context c ON c.id = h.context_id \
                         WHERE c.record LIKE '%host_groups%'";
        // Stored in the order of their identities, so that neither of the two below is among the first.
        for expected in [3, 8, 10, 10] {
            // Each step in a process of its own.
            let sweep = Sweep::begin(&w.db, &w.index).await.unwrap().unwrap();
            sweep.step(&w.db, &mut Memo::default(), &w.index, 3, w.now).await.unwrap();
            assert_eq!(w.number(regrouped).await, expected);
            // Reports meanwhile: of a host that has its context, and of one that has it not yet.
            w.ingest(&[hosts[0].clone(), hosts[27].clone()].map(|spec| spec.at(w.now))).await;
        }
        w.sweep(3).await;
        assert_eq!(w.differences().await, Vec::<String>::new());
        assert_eq!(w.number("SELECT COUNT(*) FROM host WHERE security > 0").await, 10);
        assert_eq!(generation::peek(&w.db).await.unwrap().swept, w.index.generation);
    }

    async fn two_processes_sweep_at_once(w: &mut World) {
        let hosts: Vec<Spec> = (0..40)
            .map(|n| report(&format!("h{n}")).group(["A", "B"][n % 2]).pkg("bash", "1").pkg(&format!("own{n}"), "1"))
            .collect();
        w.ingest(&hosts).await;
        w.sync(&[("security", security(&[], &[]))]).await;
        w.switch("security", &security(&["A"], &[])).await;
        w.reload().await;
        let mut other = w.another().await;
        futures_util::future::join(w.sweep(3), other.sweep(3)).await;
        assert_eq!(w.differences().await, Vec::<String>::new());
        assert_eq!(w.number("SELECT COUNT(*) FROM host WHERE security > 0").await, 20);
        assert_eq!(w.count("host_state").await, 60, "each host of A moved once");
        other.db.close().await;
    }

    async fn a_host_with_a_cell_of_its_own_keeps_its_groups(w: &mut World) {
        w.ingest(&reports()).await;
        let account = pakiti_store::account::add(
            &w.db, "anna", "x", pakiti_store::account::Role::Viewer, w.now,
        ).await.unwrap();
        let a = w.host("a").await.row.id;
        grant::grant_host(&w.db, account, a).await.unwrap();
        w.sync(&[("security", security(&["A"], &[]))]).await;
        assert_eq!(exposed(w).await, ["a", "ab"]);
        let scope = Scope::of_account(&w.db, account).await.unwrap();
        assert_eq!(host::totals(&w.db, &scope).await.unwrap(), [1, 1, 1, 0]);
    }

    async fn verify_tells_a_context_with_other_host_groups(w: &mut World) {
        w.sync(&[("security", security(&["A"], &[]))]).await;
        w.ingest(&reports()).await;
        let (a, b) = (w.host("a").await, w.host("b").await);
        w.raw("UPDATE host SET context_id = $2 WHERE id = $1", args![b.row.id, a.context_id]).await;
        let found = w.differences().await;
        let expected = format!("context of host {} holds other host groups than the sources name", b.row.id);
        assert!(found.contains(&expected), "{found:?}");
        w.damage();
    }
}
