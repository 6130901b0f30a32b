//! What the pages about CVEs ask of a whole fleet: of the store, and of the fleet index in a process of its own, so that
//! its memory is that of a server.

use crate::feed::Feed;
use crate::hosts;
use crate::meter::{Meter, Times, memory};
use crate::{BATCH, NOW, Outcome, PACKAGES};
use pakiti_core::finding::FindingState;
use pakiti_engine::fleet_index::{CveQuery, Fleet, FleetIndex};
use pakiti_engine::rules::Rules;
use pakiti_store::account::{self, Role};
use pakiti_store::db::Db;
use pakiti_store::ingest;
use pakiti_store::memo::Memo;
use pakiti_store::scope::Scope;
use pakiti_store::{cve, grant};
use std::path::Path;

/// Calls per number.
const CALLS: usize = 100;
/// Hosts per page.
const PAGE: usize = 100;

/// The same questions to the store.
pub(crate) async fn of_the_store(db: &Db) -> Outcome<()> {
    let meter = Meter::start()?;
    let rows = cve::list(db, &Scope::operator()).await?;
    println!("{} CVEs listed by SQL: {}", rows.len(), meter.read()?);
    if let Some(row) = rows.last() {
        let meter = Meter::start()?;
        let hosts = cve::hosts(db, &Scope::operator(), &row.subject, PAGE).await?;
        println!(
            "{} of {} hosts with {} by SQL: {}",
            hosts.len(),
            row.exposed_hosts(),
            row.subject,
            meter.read()?
        );
    }
    Ok(())
}

/// Builds the index of a stored fleet and asks it.
pub(crate) async fn of_the_index(feed: &str, database: &str, sets: usize) -> Outcome<()> {
    let db = Db::open(&format!("sqlite:{database}")).await?;
    let rules = Rules::load(&db).await?;
    println!("memory of a server with its rules: {}", memory()?);
    let fleet = Fleet::default();
    let meter = Meter::start()?;
    let (index, _) = fleet.refresh(&db, NOW).await?;
    println!("index built: {}", meter.read()?);
    println!("memory with the index: {}", memory()?);
    let [verdicts, keys, findings, holdings] = index.sizes();
    println!(
        "{} hosts, {verdicts} verdicts, {keys} packages with {findings} findings, {holdings} different sets of them",
        index.hosts()
    );
    let tenth = tenth(&db).await?;
    ask(&index, &Scope::operator(), "all hosts")?;
    ask(&index, &tenth, "a tenth of the cells")?;
    drop(index);
    change(&db, &fleet, &rules, (&Feed::load(Path::new(feed), PACKAGES, NOW)?, sets)).await?;
    db.close().await;
    Ok(())
}

/// An account that sees 5 of the 50 sites.
async fn tenth(db: &Db) -> Outcome<Scope> {
    let account = match account::by_name(db, "tenth").await? {
        Some((known, _)) => known.id,
        None => account::add(db, "tenth", "-", Role::Viewer, NOW).await?,
    };
    for site in 0..5 {
        grant::grant_group(db, account, &format!("site{site}")).await?;
    }
    Ok(Scope::of_account(db, account).await?)
}

fn ask(index: &FleetIndex, scope: &Scope, whose: &str) -> Outcome<()> {
    let mut times = Times::default();
    let mut rows = Vec::new();
    let meter = Meter::start()?;
    for _ in 0..CALLS {
        rows = times.take(|| index.list(scope));
    }
    let cpu = meter.cpu()? * 1000.0 / CALLS as f64;
    println!("{whose}: {} CVEs listed in {times}, {cpu:.1} ms of CPU", rows.len());
    let (mut first, mut next) = (Times::default(), Times::default());
    let (mut most, mut bad) = (0, 0);
    for row in rows.iter().step_by((rows.len() / CALLS).max(1)) {
        let query = CveQuery { subject: &row.subject, limit: PAGE, ..CveQuery::default() };
        let Some(held) = first.take(|| index.holders(scope, &query)) else { continue };
        most = most.max(held.counts.iter().sum());
        bad += usize::from(held.counts != row.hosts);
        let last = held.hosts.last().map(|host| (host.state, host.name.clone(), host.id));
        let after = last.as_ref().map(|(state, name, id)| (*state, &**name, *id));
        let query = CveQuery { after, state: Some(FindingState::Unfixed), ..query };
        next.take(|| index.holders(scope, &query));
    }
    println!(
        "{whose}: first page of hosts with a CVE (up to {most}) in {first}, the next in {next}; {bad} numbers differ"
    );
    Ok(())
}

/// Refreshes after nothing, after one batch of reports with new package sets, and all anew.
async fn change(db: &Db, fleet: &Fleet, rules: &Rules, (feed, sets): (&Feed, usize)) -> Outcome<()> {
    let meter = Meter::start()?;
    let (_, done) = fleet.refresh(db, NOW).await?;
    println!("refresh after no change ({done:?}): {}", meter.read()?);
    let batch: Vec<_> = (0..BATCH).map(|n| hosts::report(n, sets + n, None, feed)).collect();
    ingest::ingest(db, &mut Memo::default(), &rules.current(), &batch).await?;
    let meter = Meter::start()?;
    let (_, done) = fleet.refresh(db, NOW).await?;
    println!("refresh after {BATCH} hosts changed their packages ({done:?}): {}", meter.read()?);
    let batch: Vec<_> = (0..BATCH).map(|n| hosts::report(n, BATCH + n, None, feed)).collect();
    ingest::ingest(db, &mut Memo::default(), &rules.current(), &batch).await?;
    let meter = Meter::start()?;
    let (_, done) = fleet.refresh(db, NOW).await?;
    println!("refresh after {BATCH} hosts took known packages ({done:?}): {}", meter.read()?);
    Ok(())
}
