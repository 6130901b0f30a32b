//! Cells and their totals: exact sums over hosts with the same host groups.

use crate::spec::{Spec, main_repository, report, security_repository};
use crate::watch::rows;
use crate::world::World;
use pakiti_store::account::{self, Role};
use pakiti_store::error::StoreError;
use pakiti_store::scope::Scope;
use pakiti_store::{args, grant, host};

/// Cells that have hosts: groups, hosts, hosts with security updates, security updates, others, unknown.
async fn cells(w: &World) -> Vec<(String, [i64; 5])> {
    let sql = "SELECT c.id, c.hosts, c.security_hosts, c.security, c.other, c.unknown, c.own_host_id \
               FROM cell c WHERE c.hosts > 0 ORDER BY c.id";
    let mut out = Vec::new();
    for row in w.db.fetch(sql, args![]).await.unwrap() {
        let names = "SELECT g.name FROM cell_group cg JOIN host_group g ON g.id = cg.group_id WHERE cg.cell_id = $1 ORDER BY g.name";
        let names = w.db.fetch(names, args![row.int(0).unwrap()]).await.unwrap();
        let mut name: Vec<String> = names.iter().map(|n| n.text(0).unwrap()).collect();
        if row.int_opt(6).unwrap().is_some() {
            name.push("#".into());
        }
        let numbers = [1, 2, 3, 4, 5].map(|column| row.int(column).unwrap());
        out.push((name.join("+"), numbers));
    }
    out.sort();
    out
}

/// Rules under which `bash 5` has a security update, `vim 1` another, and `zsh` is unknown.
async fn rules(w: &mut World) {
    w.sync(&[
        ("main", main_repository(&[("bash", "5"), ("vim", "2")])),
        ("security", security_repository(&[("bash", "6")])),
    ])
    .await;
}

fn a() -> Spec {
    report("a").pkgs(&[("bash", "5"), ("vim", "1")])
}

fn b() -> Spec {
    report("b").pkgs(&[("bash", "6"), ("vim", "1"), ("zsh", "1")])
}

on_both! {
    async fn the_totals_of_a_cell_are_the_sums_of_its_hosts(w: &mut World) {
        rules(w).await;
        w.ingest(&[a().group("A"), b().group("A"), report("c").groups(&["A", "B"]).pkg("bash", "5")]).await;
        assert_eq!(cells(w).await, [("A".into(), [2, 1, 1, 2, 1]), ("A+B".into(), [1, 1, 1, 0, 0])]);
        assert_eq!(host::totals(&w.db, &Scope::operator()).await.unwrap(), [3, 2, 2, 2]);
    }

    async fn the_order_in_which_a_host_names_its_groups_does_not_matter(w: &mut World) {
        w.ingest(&[report("a").groups(&["A", "B"]), report("b").groups(&["B", "A"]), report("c").groups(&["B", "A", "B"])]).await;
        assert_eq!(w.count("cell").await, 1);
        assert_eq!(w.count("cell_group").await, 2);
    }

    async fn a_host_without_groups_is_in_the_cell_of_no_group(w: &mut World) {
        w.ingest(&[report("a"), report("b")]).await;
        assert_eq!(cells(w).await, [(String::new(), [2, 0, 0, 0, 0])]);
    }

    async fn a_host_that_changes_groups_takes_its_numbers_along(w: &mut World) {
        rules(w).await;
        w.ingest(&[a().group("A"), b().group("A")]).await;
        w.ingest(&[a().group("B")]).await;
        assert_eq!(cells(w).await, [("A".into(), [1, 0, 0, 1, 1]), ("B".into(), [1, 1, 1, 1, 0])]);
        assert_eq!(w.host("a").await.row.groups, ["B"]);
        assert_eq!(w.count("host_state").await, 2, "groups are no state");
    }

    async fn an_updated_host_changes_the_totals_by_the_difference(w: &mut World) {
        rules(w).await;
        w.ingest(&[a().group("A"), b().group("A")]).await;
        w.ingest(&[report("a").group("A").pkgs(&[("bash", "6"), ("vim", "1")])]).await;
        assert_eq!(cells(w).await, [("A".into(), [2, 0, 0, 2, 1])]);
    }

    async fn a_sweep_changes_the_totals_of_every_cell(w: &mut World) {
        w.ingest(&[a().group("A"), b().group("B"), a().identity("a2").group("B")]).await;
        rules(w).await;
        assert_eq!(cells(w).await, [("A".into(), [1, 1, 1, 1, 0]), ("B".into(), [2, 1, 1, 2, 1])]);
    }

    async fn a_granted_host_has_a_cell_of_its_own_until_the_last_grant_is_revoked(w: &mut World) {
        rules(w).await;
        let id = w.ingest(&[a().group("A"), b().group("A")]).await[0].host_id;
        let x = account::add(&w.db, "x", "-", Role::Viewer, w.now).await.unwrap();
        let y = account::add(&w.db, "y", "-", Role::Viewer, w.now).await.unwrap();
        grant::grant_host(&w.db, x, id).await.unwrap();
        grant::grant_host(&w.db, y, id).await.unwrap();
        assert_eq!(cells(w).await, [("A".into(), [1, 0, 0, 1, 1]), ("A+#".into(), [1, 1, 1, 1, 0])]);
        grant::revoke_host(&w.db, x, id).await.unwrap();
        assert_eq!(cells(w).await.len(), 2);
        grant::revoke_host(&w.db, y, id).await.unwrap();
        assert_eq!(cells(w).await, [("A".into(), [2, 1, 1, 2, 1])]);
    }

    async fn a_cell_of_ones_own_lasts_across_reports_with_the_present_groups(w: &mut World) {
        let id = w.ingest(&[a().group("A")]).await[0].host_id;
        let x = account::add(&w.db, "x", "-", Role::Viewer, w.now).await.unwrap();
        grant::grant_host(&w.db, x, id).await.unwrap();
        w.ingest(&[a().group("A").reboot()]).await;
        assert_eq!(cells(w).await[0].0, "A+#");
        w.ingest(&[a().group("B").pkg("new", "1")]).await;
        assert_eq!(cells(w).await[0].0, "B+#");
        assert_eq!(w.host("a").await.row.groups, ["B"]);
        grant::revoke_host(&w.db, x, id).await.unwrap();
        assert_eq!(cells(w).await[0].0, "B");
        w.ingest(&[a().group("B").pkg("newer", "1")]).await;
        assert_eq!(cells(w).await[0].0, "B");
    }

    async fn granting_and_revoking_twice_changes_nothing_more(w: &mut World) {
        let id = w.ingest(&[a().group("A")]).await[0].host_id;
        let x = account::add(&w.db, "x", "-", Role::Viewer, w.now).await.unwrap();
        grant::grant_host(&w.db, x, id).await.unwrap();
        w.watch().await;
        grant::grant_host(&w.db, x, id).await.unwrap();
        assert_eq!(w.touched().await, rows(&[]));
        grant::revoke_host(&w.db, x, id).await.unwrap();
        w.touched().await;
        grant::revoke_host(&w.db, x, id).await.unwrap();
        assert_eq!(w.touched().await, rows(&[]));
    }

    async fn a_grant_of_a_host_that_is_not_there_is_refused(w: &mut World) {
        let x = account::add(&w.db, "x", "-", Role::Viewer, w.now).await.unwrap();
        for result in [grant::grant_host(&w.db, x, 77).await, grant::revoke_host(&w.db, x, 77).await] {
            assert!(matches!(result, Err(StoreError::NotFound { what: "host", .. })));
        }
    }

    async fn a_host_group_granted_before_any_host_reports_it_is_there(w: &mut World) {
        let x = account::add(&w.db, "x", "-", Role::Viewer, w.now).await.unwrap();
        grant::grant_group(&w.db, x, "later").await.unwrap();
        grant::grant_group(&w.db, x, "later").await.unwrap();
        assert_eq!(grant::of_account(&w.db, x).await.unwrap(), [("group".into(), "later".into())]);
        w.ingest(&[a().group("later")]).await;
        let scope = Scope::of_account(&w.db, x).await.unwrap();
        assert_eq!(w.names(&scope, &host::HostQuery::default()).await, ["a"]);
        assert_eq!(grant::revoke_group(&w.db, x, "later").await.unwrap(), 1);
        assert_eq!(grant::revoke_group(&w.db, x, "later").await.unwrap(), 0);
    }
}
