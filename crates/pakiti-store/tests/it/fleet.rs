//! What the fleet index reads: the moment, who changed, verdicts, findings.

use crate::spec::{report, security_repository};
use crate::world::World;
use pakiti_store::account::{self, Role};
use pakiti_store::fleet::{self, Change, Reading};
use pakiti_store::grant;
use pakiti_store::scope::Scope;

/// Names of the hosts that the log tells after a change.
async fn changed(w: &World, after: i64) -> Vec<String> {
    let mut reading = Reading::begin(&w.db).await.unwrap();
    let told = reading.changes(after, &[]).await.unwrap();
    let ids: Vec<i64> = told.into_iter().filter_map(|change| change.host_id).collect();
    let mut names: Vec<String> =
        reading.hosts_of(&ids).await.unwrap().into_iter().map(|host| host.name).collect();
    names.sort();
    names
}

on_both! {
    async fn every_change_of_a_host_is_told(w: &mut World) {
        w.ingest(&[report("a").pkg("bash", "1"), report("b").pkg("bash", "1")]).await;
        let first = fleet::marks(&w.db).await.unwrap().last_change;
        assert_eq!(changed(w, 0).await, ["a", "b"]);
        assert!(changed(w, first).await.is_empty());
        w.ingest(&[report("a").pkg("bash", "1").at(w.now + 60)]).await;
        assert_eq!(fleet::marks(&w.db).await.unwrap().last_change, first, "nothing changed");
        // Another group, another name, other packages, a cell of its own and back.
        let mut last = first;
        let mut told = async |w: &World| {
            let names = changed(w, last).await;
            last = fleet::marks(&w.db).await.unwrap().last_change;
            names
        };
        w.ingest(&[report("a").pkg("bash", "1").group("one")]).await;
        assert_eq!(told(w).await, ["a"]);
        w.ingest(&[report("a").pkg("bash", "1").group("one").reboot()]).await;
        assert!(told(w).await.is_empty(), "of no concern");
        w.ingest(&[report("renamed").identity("a").pkg("bash", "1").group("one")]).await;
        assert_eq!(told(w).await, ["renamed"]);
        w.ingest(&[report("b").pkg("bash", "2")]).await;
        assert_eq!(told(w).await, ["b"]);
        let reader = account::add(&w.db, "reader", "-", Role::Viewer, w.now).await.unwrap();
        let host = w.host("b").await.row.id;
        grant::grant_host(&w.db, reader, host).await.unwrap();
        assert_eq!(told(w).await, ["b"]);
        grant::revoke_host(&w.db, reader, host).await.unwrap();
        assert_eq!(told(w).await, ["b"]);
    }

    async fn a_reading_is_of_one_moment(w: &mut World) {
        w.ingest(&[report("a").pkg("bash", "1")]).await;
        let mut reading = Reading::begin(&w.db).await.unwrap();
        let marks = reading.marks();
        assert_eq!(marks.last_change, 1);
        w.ingest(&[report("b").pkg("bash", "1")]).await;
        assert_eq!(reading.hosts(0, 10).await.unwrap().len(), 1);
        drop(reading);
        let mut reading = Reading::begin(&w.db).await.unwrap();
        assert!(reading.marks().last_change > marks.last_change);
        let hosts = reading.hosts(0, 10).await.unwrap();
        assert_eq!(hosts.iter().map(|host| host.name.as_str()).collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(reading.hosts(hosts[0].id, 10).await.unwrap(), hosts[1..]);
        assert_eq!(reading.hosts(0, 1).await.unwrap(), hosts[..1]);
        assert!(reading.hosts_of(&[hosts[1].id + 1]).await.unwrap().is_empty());
        let verdicts = reading.verdicts(&[hosts[0].verdict, (999, 999)]).await.unwrap();
        assert_eq!(verdicts.len(), 1);
        assert_eq!((verdicts[0].key, verdicts[0].os_group.as_str()), (hosts[0].verdict, "debian-12"));
        assert!(verdicts[0].exposed.is_empty() && verdicts[0].images.is_empty());
    }

    async fn the_log_is_read_from_where_it_was_left(w: &mut World) {
        w.ingest(&[report("a"), report("b"), report("c")]).await;
        let mut reading = Reading::begin(&w.db).await.unwrap();
        let numbers = |told: Vec<Change>| told.into_iter().map(|change| change.seq).collect::<Vec<_>>();
        assert_eq!(numbers(reading.changes(0, &[]).await.unwrap()), [1, 2, 3]);
        assert_eq!(numbers(reading.changes(2, &[]).await.unwrap()), [3]);
        assert_eq!(numbers(reading.changes(2, &[1, 0, 77]).await.unwrap()), [1, 3], "what was missed and has come");
    }

    async fn a_scope_reaches_its_cells(w: &mut World) {
        w.sync(&[("security", security_repository(&[("bash", "2")]))]).await;
        w.ingest(&[report("a").group("one"), report("b").group("two")]).await;
        let reader = account::add(&w.db, "reader", "-", Role::Viewer, w.now).await.unwrap();
        grant::grant_group(&w.db, reader, "two").await.unwrap();
        let scope = Scope::of_account(&w.db, reader).await.unwrap();
        let mut reading = Reading::begin(&w.db).await.unwrap();
        let mut hosts = reading.hosts(0, 10).await.unwrap();
        hosts.sort_by(|a, b| a.name.cmp(&b.name));
        let reached = |scope: &Scope| hosts.iter().map(|host| scope.covers(host.cell_id)).collect::<Vec<_>>();
        assert_eq!(reached(&scope), [false, true]);
        assert_eq!(reached(&Scope::operator()), [true, true]);
        assert_eq!(reached(&Scope::nothing()), [false, false]);
    }
}
