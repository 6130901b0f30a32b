//! The real server killed with SIGKILL, again and again, while reports arrive, sources are synchronised and
//! verdicts re-evaluated; on both databases.
//!
//! Law 4: after each kill every acknowledged report is there with its exact packages, none is there twice, and
//! `pakiti verify --all` finds nothing. Five rounds; `PAKITI_TORTURE_ROUNDS` asks for more.

mod database;
mod fleet;
mod machine;

use crate::evaluate::archive::{Archive, index};
use database::Database;
use fleet::Fleet;
use machine::{Kill, Machine};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

const SOURCE: &str = "bookworm-security";
/// Packages in the suite beside the one every host has: enough for a synchronisation to take its time.
const FILLER: usize = 2000;

#[test]
fn nothing_acknowledged_is_lost_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    torture(&Database::sqlite(folder.path()));
}

#[test]
fn nothing_acknowledged_is_lost_on_postgresql() {
    let Some(database) = Database::postgres() else { return };
    torture(&database);
}

fn rounds() -> usize {
    std::env::var("PAKITI_TORTURE_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(5)
}

fn torture(database: &Database) {
    let archive = Archive::new();
    let url = archive.path().join(SOURCE).display().to_string();
    database.run(&["source", "add", SOURCE, "--kind", "apt", "--url", &url, "--trusted"]);
    let (mut fleet, mut cut_sweeps) = (Fleet::new(8, 8), 0);
    for round in 0..rounds() {
        let before = fleet.acknowledged();
        publish(&archive, round);
        cut_sweeps += usize::from(one_round(database, &mut fleet, round));
        database.quiet();
        let found = database.run(&["verify", "--all", "--output", "json"]);
        assert!(found.contains("\"differences\": []") || found.contains("\"differences\":[]"), "{found}");
        fleet.check(database);
        // What was cut off is taken up: the newest content holds for every host.
        database.run(&["source", "sync", SOURCE]);
        let hosts = fleet.hosts_stored();
        assert_eq!(database.number(&judged(round)), hosts, "hosts judged by the newest content");
        database.run(&["verify", "--all"]);
        println!("round {round}: {} reports acknowledged, {hosts} hosts", fleet.acknowledged() - before);
    }
    println!(
        "{} reports, of {} the answer was cut off; {cut_sweeps} sweeps",
        fleet.acknowledged(),
        fleet.cut_off
    );
    assert!(fleet.cut_off > 0, "no kill hit a report under way");
    assert!(rounds() < 4 || cut_sweeps > 0, "no kill hit a sweep");
}

/// Even rounds offer a fix to every host, odd ones take it back.
fn publish(archive: &Archive, round: usize) {
    let version = if round.is_multiple_of(2) { 6 + round } else { 5 };
    let mut lines = format!("shared {version} amd64\n");
    for n in 0..FILLER {
        lines.push_str(&format!("filler{n} {} amd64\n", round + n % 3));
    }
    archive.suite(SOURCE, "", &[("amd64", &index(&lines))]);
}

/// Counts the hosts with the numbers that the content of this round gives.
fn judged(round: usize) -> String {
    let security = usize::from(round.is_multiple_of(2));
    format!("SELECT COUNT(*) FROM host WHERE in_repository = 1 AND security = {security}")
}

/// Reports, a synchronisation beside them, and the kills; says whether a sweep was cut off.
fn one_round(database: &Database, fleet: &mut Fleet, round: usize) -> bool {
    let mut server = Machine::server(database);
    let acknowledged = AtomicUsize::new(0);
    let enough = 60 + round * 53 % 90;
    std::thread::scope(|scope| {
        fleet.feed(scope, &server.address(), &acknowledged);
        wait(|| acknowledged.load(Ordering::Relaxed) >= enough / 3);
        let mut sync = Machine::command(database, &["source", "sync", SOURCE]);
        let kill = Kill::of(round);
        if kill == Kill::Sweep {
            wait(|| sync.has_ended() || database.is_sweeping());
            sync.kill();
        }
        wait(|| acknowledged.load(Ordering::Relaxed) >= enough);
        server.kill();
        match kill {
            Kill::Both => sync.kill(),
            Kill::Server => assert!(sync.ends_well(), "the synchronisation beside it"),
            Kill::Sweep => {}
        }
    });
    fleet.collect();
    database.quiet();
    database.is_sweeping()
}

/// Until it is so; a minute at most.
#[track_caller]
fn wait(mut so: impl FnMut() -> bool) {
    let since = Instant::now();
    while !so() {
        assert!(since.elapsed() < Duration::from_secs(60), "waited for a minute");
        std::thread::sleep(Duration::from_millis(1));
    }
}
