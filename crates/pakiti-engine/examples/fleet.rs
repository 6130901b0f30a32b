//! A simulated fleet in a real store: how much CPU a change of a feed costs. Run by `cargo xtask fleet`.
//!
//! Hosts are made of the packages of a real repository (a `dists/<suite>` folder), a fifth of them with a package
//! set of their own; then 200 names change in the repository, and the change is re-evaluated and persisted.
//! Usage: `fleet SUITE_FOLDER DATABASE_FILE HOSTS DISTINCT_PERCENT NAMES`.

use pakiti_core::context::{Context, GroupContext};
use pakiti_core::os_group::OsGroupId;
use pakiti_core::package::{Package, PackageFormat};
use pakiti_core::package_set::set_hash;
use pakiti_core::repository::RepositoryContent;
use pakiti_core::rules::RuleIndex;
use pakiti_engine::rules::Rules;
use pakiti_engine::sweeper;
use pakiti_formats::repository::apt::AptOptions;
use pakiti_formats::repository::apt::suite::{self, LocalFolder};
use pakiti_store::db::Db;
use pakiti_store::ingest::{self, ReadyReport, ReportedSet};
use pakiti_store::memo::{Known, Memo};
use pakiti_store::source::{self, NewSnapshot, NewSource};
use pakiti_store::{generation, migrate};
use std::collections::BTreeSet;
use std::error::Error;
use std::sync::Arc;
use std::time::Instant;

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
    let [folder, database, hosts, percent, names] = args.as_slice() else {
        return Err("usage: fleet SUITE_FOLDER DATABASE_FILE HOSTS DISTINCT_PERCENT NAMES".into());
    };
    let (hosts, percent, names): (usize, usize, usize) = (hosts.parse()?, percent.parse()?, names.parse()?);
    let mut options = AptOptions::new(NOW);
    options.architectures = Some(vec!["amd64".into()]);
    options.check_valid_until = false;
    let before = suite::load(&LocalFolder { root: folder.into() }, &options)?.content;
    let db = Db::open(&format!("sqlite:{database}")).await?;
    migrate::migrate(&db, NOW).await?;
    generation::adopt_evaluator(&db, pakiti_core::rules::EVALUATOR_VERSION, NOW).await?;
    let new = NewSource {
        name: "suite".into(),
        kind: "apt".into(),
        url: folder.clone(),
        options: "{}".into(),
        os_group: String::new(),
        interval_seconds: 3_600,
    };
    let source = source::add(&db, &new, NOW).await?;
    switch(&db, source, &before, Vec::new(), 1).await?;

    let meter = Meter::start()?;
    fill(&db, &before, hosts, (hosts * percent / 100).max(1)).await?;
    println!("{hosts} hosts stored: {}", meter.read()?);

    let (after, touched) = changed(&before, names);
    println!("{} names change in {} of {} packages", touched.len(), names, after.packages.len());
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
    db.close().await;
    Ok(())
}

async fn switch(
    db: &Db,
    id: i64,
    content: &RepositoryContent,
    touched: Vec<String>,
    hash: u8,
) -> Outcome<()> {
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
async fn fill(db: &Db, content: &RepositoryContent, hosts: usize, sets: usize) -> Outcome<()> {
    let rules = Rules::load(db).await?;
    let index: Arc<RuleIndex> = rules.current();
    sweeper::sweep(db, &rules, NOW).await?;
    let pool = pool(content);
    let group = GroupContext {
        os_group: Some(OsGroupId("debian-12".into())),
        arch: "x86_64".into(),
        ..GroupContext::default()
    };
    let context = Arc::new(Context { group, kernel: Some("6.1.0-18-amd64".into()), ..Context::default() });
    let mut memo = Memo::default();
    let mut known: Vec<Option<i64>> = vec![None; sets];
    for first in (0..hosts).step_by(BATCH) {
        let batch: Vec<ReadyReport> = (first..hosts.min(first + BATCH))
            .map(|n| report(n, n % sets, known.get(n % sets).copied().flatten(), &pool, &context))
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

/// Packages hosts are made of: each name of the repository at an older version and at the one it has.
fn pool(content: &RepositoryContent) -> Vec<[Known; 2]> {
    let known = |name: &str, version: &str, arch: &str| {
        let package = Package::new(PackageFormat::Deb, name, version, arch);
        Arc::new((package.key(), package))
    };
    let step = (content.packages.len() / (3 * PACKAGES)).max(1);
    let chosen = content.packages.iter().step_by(step).take(3 * PACKAGES);
    chosen.map(|p| [known(&p.name, "0~old", &p.arch), known(&p.name, &p.version, &p.arch)]).collect()
}

fn report(n: usize, set: usize, id: Option<i64>, pool: &[[Known; 2]], context: &Arc<Context>) -> ReadyReport {
    let set = id.map_or_else(|| packages(set, pool), ReportedSet::Known);
    let mut identity = [0; 32];
    identity[..8].copy_from_slice(&(n as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15).to_be_bytes());
    ReadyReport {
        identity,
        name: format!("node{n:06}.example.org"),
        groups: vec![format!("site{}", n % 50)],
        set,
        context: context.clone(),
        facts_hash: [0; 32],
        facts: "{}".into(),
        os: "Debian GNU/Linux 12".into(),
        arch: "x86_64".into(),
        kernel: "6.1.0-18-amd64".into(),
        reboot_required: false,
        received_at: NOW,
    }
}

/// Every set has a common core and a part of its own; a few packages of it are old.
fn packages(set: usize, pool: &[[Known; 2]]) -> ReportedSet {
    let mut random = (set as u64).wrapping_add(1).wrapping_mul(0x2545_F491_4F6C_DD1D);
    let mut next = |below: usize| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        (random % below as u64) as usize
    };
    let core = PACKAGES * 8 / 10;
    let mut chosen: BTreeSet<usize> = (0..core.min(pool.len())).collect();
    while chosen.len() < PACKAGES.min(pool.len()) {
        chosen.insert(core + next(pool.len().saturating_sub(core).max(1)));
    }
    let packages: Vec<Known> = chosen
        .into_iter()
        .filter_map(|at| pool.get(at))
        .map(|[old, new]| if next(20) == 0 { old.clone() } else { new.clone() })
        .collect();
    let mut keys = packages.iter().map(|known| known.0).collect();
    ReportedSet::New { hash: set_hash(&mut keys).0, packages }
}

/// The same content with another version of `names` names that hosts have.
fn changed(before: &RepositoryContent, names: usize) -> (RepositoryContent, Vec<String>) {
    let mut after = before.clone();
    let step = (before.packages.len() / (3 * PACKAGES)).max(1);
    let mut touched = BTreeSet::new();
    for package in after.packages.iter_mut().step_by(step * 10).take(names) {
        package.version.push_str("+deb12u99");
        touched.insert(package.name.clone());
    }
    after.canonicalise();
    (after, touched.into_iter().collect())
}

/// CPU and wall time since a moment.
struct Meter {
    began: Instant,
    cpu: f64,
}

impl Meter {
    fn start() -> Outcome<Self> {
        Ok(Self { began: Instant::now(), cpu: cpu_seconds()? })
    }

    fn cpu(&self) -> Outcome<f64> {
        Ok(cpu_seconds()? - self.cpu)
    }

    fn read(&self) -> Outcome<String> {
        Ok(format!("{:.2} s of CPU, {:.2} s in all", self.cpu()?, self.began.elapsed().as_secs_f64()))
    }
}

/// User and system time of this process, seconds (Linux counts in hundredths).
fn cpu_seconds() -> Outcome<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let behind = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let mut fields = behind.split_whitespace().skip(11);
    let mut ticks = || fields.next().and_then(|f| f.parse::<f64>().ok()).ok_or("/proc/self/stat");
    Ok((ticks()? + ticks()?) / 100.0)
}
