//! A simulated fleet in a real store: how much CPU a change of a feed costs. Run by `cargo xtask fleet`.
//!
//! Hosts are made of the packages of a real feed (a `dists/<suite>` folder, or a file of OVAL definitions), a fifth of
//! them with a package set of their own; then 200 names change in the feed, and the change is re-evaluated (without
//! any store, too) and persisted. Where there are findings, the fleet index of it is asked too. Usage: `fleet FEED DATABASE_FILE HOSTS DISTINCT_PERCENT NAMES`.

mod compute;
mod feed;
mod hosts;
mod meter;
mod pages;

use feed::Feed;
use meter::Meter;
use pakiti_core::repository::SnapshotContent;
use pakiti_core::rules::RuleIndex;
use pakiti_engine::rules::Rules;
use pakiti_engine::sweeper;
use pakiti_store::db::Db;
use pakiti_store::ingest::{self, ReadyReport};
use pakiti_store::memo::Memo;
use pakiti_store::source::{self, NewSnapshot, NewSource};
use pakiti_store::{generation, migrate};
use std::error::Error;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

/// Any time will do: nothing here expires.
const NOW: i64 = 1_795_000_000;
/// Packages of a host.
const PACKAGES: usize = 1_000;
/// Reports per transaction, as the server takes them.
const BATCH: usize = 128;

type Outcome<T> = Result<T, Box<dyn Error>>;

#[tokio::main]
async fn main() -> Outcome<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if let ["index", folder, database, sets] = args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        return pages::of_the_index(folder, database, sets.parse()?).await;
    }
    let [folder, database, hosts, percent, names] = args.as_slice() else {
        return Err("usage: fleet FEED DATABASE_FILE HOSTS DISTINCT_PERCENT NAMES".into());
    };
    let (hosts, percent, names): (usize, usize, usize) = (hosts.parse()?, percent.parse()?, names.parse()?);
    let feed = Feed::load(Path::new(folder), PACKAGES, NOW)?;
    let db = Db::open(&format!("sqlite:{database}")).await?;
    migrate::migrate(&db, NOW).await?;
    generation::adopt_evaluator(&db, pakiti_core::rules::EVALUATOR_VERSION, NOW).await?;
    let new = NewSource {
        name: "feed".into(),
        kind: feed.kind.into(),
        url: folder.clone(),
        options: "{}".into(),
        os_group: String::new(),
        interval_seconds: 3_600,
    };
    let source = source::add(&db, &new, NOW).await?;
    switch(&db, source, &feed.content, Vec::new(), 1).await?;

    let meter = Meter::start()?;
    let sets = (hosts * percent / 100).max(1);
    fill(&db, &feed, hosts, sets).await?;
    println!("{hosts} hosts stored: {}", meter.read()?);

    let (after, touched) = feed.changed(names, PACKAGES);
    println!("{} names change in a feed of {} items", touched.len(), after.items());
    switch(&db, source, &after, touched, 2).await?;
    let rules = Rules::load(&db).await?;
    let meter = Meter::start()?;
    let swept = sweeper::sweep(&db, &rules, NOW + 60).await?;
    println!(
        "re-evaluated and persisted: {} verdicts looked at, {} changed, {} hosts recounted: {}",
        swept.verdicts,
        swept.changed,
        swept.hosts,
        meter.read()?
    );
    println!("cpu_seconds\t{:.2}", meter.cpu()?);
    if feed.kind == "oval" {
        pages::of_the_store(&db).await?;
    }
    compute::measure(&rules.current(), &feed, sets)?;
    db.close().await;
    if feed.kind == "oval" {
        let sets = sets.to_string();
        let done =
            Command::new(std::env::current_exe()?).args(["index", folder, database, &sets]).status()?;
        if !done.success() {
            return Err("the process of the index failed".into());
        }
    }
    Ok(())
}

async fn switch(db: &Db, id: i64, content: &SnapshotContent, touched: Vec<String>, hash: u8) -> Outcome<()> {
    let new = NewSnapshot {
        content,
        replaces: source::active_content(db, id).await?.map(|(id, _)| id),
        hash: [hash; 32],
        skipped: 0,
        report: "{}".into(),
        touched,
        etag: String::new(),
        last_modified: String::new(),
    };
    source::switch(db, id, &new, NOW + 3_600, NOW).await?;
    Ok(())
}

/// Stores the fleet: host `n` has package set `n % sets`.
async fn fill(db: &Db, feed: &Feed, hosts: usize, sets: usize) -> Outcome<()> {
    let rules = Rules::load(db).await?;
    let index: Arc<RuleIndex> = rules.current();
    sweeper::sweep(db, &rules, NOW).await?;
    let mut memo = Memo::default();
    let mut known: Vec<Option<i64>> = vec![None; sets];
    for first in (0..hosts).step_by(BATCH) {
        let batch: Vec<ReadyReport> = (first..hosts.min(first + BATCH))
            .map(|n| hosts::report(n, n % sets, known.get(n % sets).copied().flatten(), feed))
            .collect();
        let stored = ingest::ingest(db, &mut memo, &index, &batch).await?;
        for (stored, n) in stored.iter().zip(first..) {
            if let Some(slot) = known.get_mut(n % sets) {
                *slot = Some(stored.set_id);
            }
        }
    }
    Ok(())
}
