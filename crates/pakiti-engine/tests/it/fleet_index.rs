//! The fleet index says what SQL says: of random fleets, after everything that can change them, for every scope.

mod compare;
mod fleet;

use compare::{same, some};
use fleet::Simulation;
use pakiti_engine::fleet_index::{CveQuery, Fleet, Refreshed};
use pakiti_store::args;
use pakiti_store::db::Dialect;
use pakiti_store::scope::Scope;

on_both! {
    async fn it_says_what_sql_says(w: &mut World) {
        let mut simulation = Simulation::start(w, 7).await;
        let fleet = Fleet::default();
        let (mut built, mut advanced) = (0, 0);
        for step in 0..40 {
            simulation.step(step).await;
            let (index, done) = fleet.refresh(simulation.db(), w.now()).await.unwrap();
            built += usize::from(done == Refreshed::Built);
            advanced += usize::from(done == Refreshed::Advanced);
            for scope in simulation.scopes().await {
                some(simulation.db(), &index, &scope, step).await;
            }
        }
        assert!(built > 5 && advanced > 5, "{built} times built, {advanced} times brought forward");
        assert!(w.number("SELECT COUNT(*) FROM set_judgement").await > 20, "sets were asked as a whole");
        let (kept, fresh) = (fleet.current().unwrap(), Fleet::default());
        let (fresh, _) = fresh.refresh(simulation.db(), w.now()).await.unwrap();
        assert_eq!(kept.list(&Scope::operator()), fresh.list(&Scope::operator()));
    }

    async fn it_is_read_anew_only_where_it_must(w: &mut World) {
        let mut simulation = Simulation::start(w, 3).await;
        let fleet = Fleet::default();
        let did = async || fleet.refresh(w.db(), w.now()).await.unwrap().1;
        simulation.feed().await;
        simulation.sweep().await;
        assert_eq!(did().await, Refreshed::Built, "there was none");
        assert_eq!(did().await, Refreshed::Same);
        simulation.report(&[1]).await;
        assert_eq!(did().await, Refreshed::Advanced);
        simulation.grant_host("host-1").await;
        assert_eq!(did().await, Refreshed::Advanced, "a host moved to a cell of its own");
        simulation.revoke_host("host-1").await;
        assert_eq!(did().await, Refreshed::Advanced, "and back");
        simulation.feed().await;
        assert_eq!(did().await, Refreshed::Built, "other rules");
        assert_eq!(did().await, Refreshed::Same, "nothing was done by them yet");
        simulation.report(&[2]).await;
        assert_eq!(did().await, Refreshed::Built, "a report was judged by them");
        simulation.sweep().await;
        assert_eq!(did().await, Refreshed::Built);
        assert_eq!(did().await, Refreshed::Same);
        w.set_time(w.now() + 3_600);
        assert_eq!(did().await, Refreshed::Built, "once an hour, whatever was told");
    }

    async fn a_host_that_is_gone_is_in_no_number(w: &mut World) {
        let mut simulation = Simulation::start(w, 5).await;
        simulation.feed().await;
        simulation.sweep().await;
        simulation.report(&[1, 2, 3]).await;
        let fleet = Fleet::default();
        let (before, _) = fleet.refresh(w.db(), w.now()).await.unwrap();
        // As whoever removes hosts must do it; undone at the end, for verify.
        let id = w.number("SELECT id FROM host WHERE name = 'host-1'").await;
        let run = async |sql: &str| assert!(w.db().execute(sql, args![id]).await.is_ok(), "{sql}");
        run("CREATE TABLE kept AS SELECT * FROM host WHERE id = $1").await;
        run("CREATE TABLE kept_state AS SELECT * FROM host_state WHERE host_id = $1").await;
        run("DELETE FROM host WHERE id = $1").await;
        run("INSERT INTO change_log (at, kind, host_id) VALUES (0, 'host-removed', $1)").await;
        let (after, done) = fleet.refresh(w.db(), w.now()).await.unwrap();
        assert_eq!((done, after.hosts()), (Refreshed::Advanced, before.hosts() - 1));
        same(w.db(), &after, &Scope::operator()).await;
        run("INSERT INTO host SELECT * FROM kept WHERE id = $1").await;
        run("INSERT INTO host_state SELECT * FROM kept_state WHERE host_id = $1").await;
    }

    async fn a_change_that_is_told_late_is_not_missed(w: &mut World) {
        let mut simulation = Simulation::start(w, 17).await;
        simulation.sweep().await;
        simulation.report(&[1, 2]).await;
        let fleet = Fleet::default();
        fleet.refresh(w.db(), w.now()).await.unwrap();
        if w.db().dialect() == Dialect::Sqlite {
            return; // Who writes, writes alone.
        }
        let mut late = w.db().begin().await.unwrap();
        late.execute("UPDATE host SET name = 'late' WHERE name = 'host-1'", args![]).await.unwrap();
        let told = "INSERT INTO change_log (at, kind, host_id) SELECT 0, 'host-moved', id FROM host WHERE name = 'late'";
        late.execute(told, args![]).await.unwrap();
        simulation.report(&[3]).await;
        assert_eq!(fleet.refresh(w.db(), w.now()).await.unwrap().0.hosts(), 3);
        late.commit().await.unwrap();
        let (index, done) = fleet.refresh(w.db(), w.now()).await.unwrap();
        assert_eq!(done, Refreshed::Advanced);
        assert!(index.host_names().any(|name| name == "late"));
        assert_eq!(fleet.refresh(w.db(), w.now()).await.unwrap().1, Refreshed::Same);
    }

    async fn nobody_waits_for_a_large_index_and_pages_say_of_when_it_is(w: &mut World) {
        let mut simulation = Simulation::start(w, 19).await;
        simulation.report(&[1, 2]).await;
        let fleet = Fleet::new(0);
        let first = fleet.view(w.db(), w.now()).await.unwrap();
        assert_eq!((first.index.hosts(), first.as_of), (2, None));
        let made = w.now();
        simulation.report(&[3]).await;
        w.set_time(made + 5);
        let stale = fleet.view(w.db(), w.now()).await.unwrap();
        assert_eq!((stale.index.hosts(), stale.as_of), (2, Some(made)));
        fleet.refresh(w.db(), w.now()).await.unwrap();
        let fresh = fleet.view(w.db(), w.now()).await.unwrap();
        assert_eq!((fresh.index.hosts(), fresh.index.made(), fresh.as_of), (3, made + 5, None));
    }

    async fn background_work_makes_the_first_index(w: &mut World) {
        Simulation::start(w, 23).await.report(&[1, 2]).await;
        let fleet = w.engine.fleet.clone();
        assert!(fleet.current().is_none());
        let kept = tokio::spawn(w.engine.clone().keep_fleet_index());
        let made = async {
            while fleet.current().is_none() {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(std::time::Duration::from_secs(60), made).await.unwrap();
        kept.abort();
        assert_eq!(fleet.current().unwrap().host_names().count(), 2);
    }

    async fn another_process_hears_of_everything(w: &mut World) {
        let mut simulation = Simulation::start(w, 11).await;
        simulation.feed().await;
        simulation.sweep().await;
        simulation.report(&[1, 2]).await;
        let (other, _writer) = w.another().await;
        let before = other.fleet.view(&other.db, w.now()).await.unwrap();
        simulation.report(&[1, 2, 3, 4]).await;
        let after = other.fleet.view(&other.db, w.now()).await.unwrap();
        assert_eq!((before.index.hosts(), after.index.hosts(), after.as_of), (2, 4, None));
        same(&other.db, &after.index, &Scope::operator()).await;
        other.db.close().await;
    }

    async fn pages_end_where_hosts_end(w: &mut World) {
        let mut simulation = Simulation::start(w, 13).await;
        simulation.feed().await;
        simulation.sweep().await;
        let all: Vec<usize> = (0..30).collect();
        simulation.report(&all).await;
        let (index, _) = Fleet::default().refresh(w.db(), w.now()).await.unwrap();
        let everybody = Scope::operator();
        let row = index.list(&everybody).into_iter().max_by_key(|row| row.hosts.iter().sum::<i64>()).unwrap();
        let holders = row.hosts.iter().sum::<i64>() as usize;
        let ask = |limit| index.holders(&everybody, &CveQuery { subject: &row.subject, limit, ..CveQuery::default() });
        assert!(holders > 3, "{row:?}");
        let page = |limit| ask(limit).map(|held| (held.hosts.len(), held.more)).unwrap();
        assert_eq!(page(holders), (holders, false));
        assert_eq!(page(holders - 1), (holders - 1, true));
        assert_eq!(page(0), (0, true));
        let nobody = CveQuery { subject: "CVE-0000-0", limit: 9, ..CveQuery::default() };
        assert!(index.holders(&everybody, &nobody).is_none());
        assert!(index.holders(&Scope::nothing(), &CveQuery { subject: &row.subject, ..nobody }).is_none());
        assert!(index.list(&Scope::nothing()).is_empty());
    }
}
