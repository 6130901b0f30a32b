//! Law 5: who may see what.

use crate::spec::report;
use crate::world::World;
use pakiti_store::account::{self, Role};
use pakiti_store::error::StoreError;
use pakiti_store::host::{self, HostQuery};
use pakiti_store::scope::Scope;
use pakiti_store::{grant, source};

/// Hosts in groups A, B and both, one in none; only B has Debian 11.
async fn fleet(w: &mut World) {
    w.ingest(&[
        report("a1").group("A").pkg("x", "1"),
        report("a2").group("A").pkg("x", "1"),
        report("b1").group("B").pkg("x", "1").os_group(Some("debian-11")),
        report("ab").groups(&["A", "B"]).pkg("x", "1"),
        report("none").pkg("x", "1").os_group(None),
    ])
    .await;
}

async fn viewer(w: &World, name: &str) -> i64 {
    account::add(&w.db, name, "-", Role::Viewer, w.now).await.unwrap()
}

/// Everything a scope can reach; every function that reads hosts must agree on it.
async fn reach(w: &World, scope: &Scope) -> Vec<String> {
    let listed = w.names(scope, &HostQuery { sort: host::Sort::Name, ..HostQuery::default() }).await;
    for name in ["a1", "a2", "b1", "ab", "none"] {
        let visible = listed.iter().any(|listed| listed == name);
        assert_eq!(finds(w, scope, name).await, [visible; 3], "{name}");
    }
    let counted: i64 = host::count_by_state(&w.db, scope, w.now).await.unwrap().iter().map(|(_, n)| n).sum();
    let summed = host::totals(&w.db, scope).await.unwrap()[0];
    assert_eq!((counted, summed), (listed.len() as i64, listed.len() as i64));
    listed
}

/// Is the host found by its exact name, by its id, by a search for its name?
async fn finds(w: &World, scope: &Scope, name: &str) -> [bool; 3] {
    let by_name = host::ids_by_name(&w.db, scope, name).await.unwrap();
    let by_id = match host::by_id(&w.db, scope, w.host(name).await.row.id, w.now).await {
        Ok(_) => true,
        // As if it did not exist.
        Err(StoreError::NotFound { what: "host", .. }) => false,
        Err(error) => panic!("{error}"),
    };
    let query = HostQuery { text: Some(name.into()), ..HostQuery::default() };
    [!by_name.is_empty(), by_id, !w.names(scope, &query).await.is_empty()]
}

on_both! {
    async fn the_operator_and_administrators_see_everything(w: &mut World) {
        fleet(w).await;
        assert_eq!(reach(w, &Scope::operator()).await, ["a1", "a2", "ab", "b1", "none"]);
        let admin = account::add(&w.db, "root", "-", Role::Administrator, w.now).await.unwrap();
        let scope = Scope::of_account(&w.db, admin).await.unwrap();
        assert!(scope.is_administrator());
        assert_eq!(reach(w, &scope).await.len(), 5);
    }

    async fn a_viewer_of_one_group_never_sees_hosts_of_another(w: &mut World) {
        fleet(w).await;
        let id = viewer(w, "v").await;
        grant::grant_group(&w.db, id, "A").await.unwrap();
        let scope = Scope::of_account(&w.db, id).await.unwrap();
        assert!(!scope.is_administrator());
        assert_eq!(reach(w, &scope).await, ["a1", "a2", "ab"]);
        assert_eq!(host::os_groups(&w.db, &scope).await.unwrap(), ["debian-12"]);
        let b = HostQuery { group: Some("B".into()), ..HostQuery::default() };
        assert_eq!(w.names(&scope, &b).await, ["ab"]);
        let old = HostQuery { os_group: Some("debian-11".into()), ..HostQuery::default() };
        assert_eq!(w.names(&scope, &old).await, Vec::<String>::new());
        grant::revoke_group(&w.db, id, "A").await.unwrap();
        let scope = Scope::of_account(&w.db, id).await.unwrap();
        assert_eq!(reach(w, &scope).await, Vec::<String>::new());
    }

    async fn groups_lists_the_host_groups_of_visible_hosts(w: &mut World) {
        w.ingest(&[report("a").group("A"), report("b").group("B"), report("c").group("C")]).await;
        let id = viewer(w, "v").await;
        grant::grant_group(&w.db, id, "A").await.unwrap();
        grant::grant_group(&w.db, id, "empty").await.unwrap();
        let scope = Scope::of_account(&w.db, id).await.unwrap();
        assert_eq!(host::groups(&w.db, &scope).await.unwrap(), ["A"]);
        assert_eq!(host::groups(&w.db, &Scope::operator()).await.unwrap(), ["A", "B", "C"]);
        assert_eq!(host::groups(&w.db, &Scope::nothing()).await.unwrap(), Vec::<String>::new());
    }

    async fn a_granted_host_is_seen_alone(w: &mut World) {
        fleet(w).await;
        let id = viewer(w, "v").await;
        let b1 = w.host("b1").await.row.id;
        grant::grant_host(&w.db, id, b1).await.unwrap();
        let scope = Scope::of_account(&w.db, id).await.unwrap();
        assert_eq!(reach(w, &scope).await, ["b1"]);
        assert_eq!(host::os_groups(&w.db, &scope).await.unwrap(), ["debian-11"]);
        assert_eq!(grant::of_account(&w.db, id).await.unwrap(), [("host".into(), "b1".into())]);
        let other = viewer(w, "other").await;
        grant::grant_host(&w.db, other, w.host("a1").await.row.id).await.unwrap();
        assert_eq!(reach(w, &Scope::of_account(&w.db, id).await.unwrap()).await, ["b1"]);
        assert_eq!(reach(w, &Scope::of_account(&w.db, other).await.unwrap()).await, ["a1"]);
        grant::revoke_host(&w.db, id, b1).await.unwrap();
        assert_eq!(reach(w, &Scope::of_account(&w.db, id).await.unwrap()).await, Vec::<String>::new());
    }

    async fn a_host_with_a_cell_of_its_own_stays_visible_to_its_group(w: &mut World) {
        fleet(w).await;
        let (one, all) = (viewer(w, "one").await, viewer(w, "all").await);
        grant::grant_group(&w.db, all, "A").await.unwrap();
        let a1 = w.host("a1").await.row.id;
        grant::grant_host(&w.db, one, a1).await.unwrap();
        assert_eq!(reach(w, &Scope::of_account(&w.db, all).await.unwrap()).await, ["a1", "a2", "ab"]);
        assert_eq!(reach(w, &Scope::of_account(&w.db, one).await.unwrap()).await, ["a1"]);
    }

    async fn no_grants_disabled_and_unknown_accounts_see_nothing(w: &mut World) {
        fleet(w).await;
        let id = viewer(w, "v").await;
        assert_eq!(reach(w, &Scope::of_account(&w.db, id).await.unwrap()).await, Vec::<String>::new());
        grant::grant_group(&w.db, id, "A").await.unwrap();
        account::set_enabled(&w.db, id, false).await.unwrap();
        assert_eq!(Scope::of_account(&w.db, id).await.unwrap(), Scope::nothing());
        account::set_enabled(&w.db, id, true).await.unwrap();
        assert_eq!(reach(w, &Scope::of_account(&w.db, id).await.unwrap()).await.len(), 3);
        let admin = account::add(&w.db, "root", "-", Role::Administrator, w.now).await.unwrap();
        account::set_enabled(&w.db, admin, false).await.unwrap();
        assert_eq!(Scope::of_account(&w.db, admin).await.unwrap(), Scope::nothing());
        assert_eq!(Scope::of_account(&w.db, 4711).await.unwrap(), Scope::nothing());
        assert_eq!(reach(w, &Scope::nothing()).await, Vec::<String>::new());
        assert_eq!(host::os_groups(&w.db, &Scope::nothing()).await.unwrap(), Vec::<String>::new());
    }

    async fn a_change_of_role_takes_effect_with_the_next_scope(w: &mut World) {
        fleet(w).await;
        let id = viewer(w, "v").await;
        account::set_role(&w.db, id, Role::Administrator).await.unwrap();
        assert_eq!(reach(w, &Scope::of_account(&w.db, id).await.unwrap()).await.len(), 5);
        account::set_role(&w.db, id, Role::Viewer).await.unwrap();
        assert_eq!(reach(w, &Scope::of_account(&w.db, id).await.unwrap()).await.len(), 0);
    }

    async fn a_removed_account_takes_its_grants_along(w: &mut World) {
        fleet(w).await;
        let id = viewer(w, "v").await;
        grant::grant_group(&w.db, id, "A").await.unwrap();
        grant::grant_host(&w.db, id, w.host("b1").await.row.id).await.unwrap();
        account::remove(&w.db, id).await.unwrap();
        assert_eq!((w.count("group_grant").await, w.count("host_grant").await), (0, 0));
        assert_eq!(Scope::of_account(&w.db, id).await.unwrap(), Scope::nothing());
    }

    async fn what_vendors_publish_is_seen_by_everybody(w: &mut World) {
        let id = w.source("main").await;
        let scope = Scope::nothing();
        assert_eq!(source::list(&w.db, &scope).await.unwrap().len(), 1);
        assert_eq!(source::by_id(&w.db, &scope, id).await.unwrap().name, "main");
        assert_eq!(source::by_name(&w.db, &scope, "main").await.unwrap().id, id);
    }
}
