//! Random sequences of reports and snapshots: what is stored is what the pure functions say.

use crate::spec::{Spec, T0, main_repository, report, security_repository};
use crate::world::World;
use pakiti_core::judge::{Judged, judge};
use pakiti_core::judgement::Update;
use pakiti_core::package::Package;
use pakiti_core::repository::SnapshotContent;
use pakiti_store::{generation, host_packages};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use std::collections::BTreeMap;

const NAMES: [&str; 4] = ["bash", "ssl", "vim", "zsh"];

/// One thing that happens; hosts, names and versions are of a small alphabet, so that they meet.
#[derive(Debug, Clone)]
enum Event {
    /// A batch of reports.
    Reports(Vec<Report>),
    /// A snapshot of `main` or `security`: versions 0 to 3 by name, 0 = not offered.
    /// Limited to hosts of group A or B, kept from those of A, or not limited.
    Snapshot { security: bool, versions: [u8; 4], limit: u8 },
    /// A source is switched off or on.
    Toggle { security: bool },
    /// Some steps of a sweep.
    Sweep { steps: u8 },
    /// The process starts anew: its memo is gone.
    Restart,
    /// A newer evaluator.
    Evaluator,
}

#[derive(Debug, Clone)]
struct Report {
    host: u8,
    versions: [u8; 4],
    group: u8,
    kernel: u8,
    mapped: bool,
    held: bool,
    reboot: bool,
}

impl Report {
    fn spec(&self, at: i64) -> Spec {
        let mut spec = report(&format!("h{}", self.host)).kernel(&self.kernel.to_string()).at(at);
        spec = spec.groups([&["A"][..], &["B"], &["A", "B"], &[]][usize::from(self.group)]);
        spec = if self.held { spec.held("bash") } else { spec };
        spec = if self.reboot { spec.reboot() } else { spec };
        spec = if self.mapped { spec } else { spec.os_group(None) };
        offered(&self.versions).iter().fold(spec, |spec, (name, version)| spec.pkg(name, version))
    }
}

fn offered(versions: &[u8; 4]) -> Vec<(&'static str, &'static str)> {
    let words = ["", "1", "2", "3"];
    let all = NAMES.iter().zip(versions);
    all.filter(|(_, v)| **v > 0).map(|(name, v)| (*name, words[usize::from(*v)])).collect()
}

fn limited(mut content: SnapshotContent, limit: u8) -> SnapshotContent {
    match limit {
        1 => content.meta.host_groups = ["A".to_owned()].into(),
        2 => content.meta.host_groups = ["B".to_owned()].into(),
        3 => content.meta.not_host_groups = ["A".to_owned()].into(),
        _ => {}
    }
    content
}

fn a_report() -> impl Strategy<Value = Report> {
    let flags = (prop::bool::weighted(0.9), any::<bool>(), any::<bool>());
    (0..5u8, [0..4u8, 0..4u8, 0..4u8, 0..4u8], 0..4u8, 0..2u8, flags).prop_map(
        |(host, versions, group, kernel, (mapped, held, reboot))| Report {
            host,
            versions,
            group,
            kernel,
            mapped,
            held,
            reboot,
        },
    )
}

fn an_event() -> impl Strategy<Value = Event> {
    prop_oneof![
        5 => vec(a_report(), 1..5).prop_map(Event::Reports),
        3 => (any::<bool>(), [0..4u8, 0..4u8, 0..4u8, 0..4u8], 0..6u8)
            .prop_map(|(security, versions, limit)| Event::Snapshot { security, versions, limit }),
        1 => any::<bool>().prop_map(|security| Event::Toggle { security }),
        3 => (1..4u8).prop_map(|steps| Event::Sweep { steps }),
        1 => Just(Event::Restart),
        1 => Just(Event::Evaluator),
    ]
}

/// Plays the events; `last` is what each host reported last.
async fn play(w: &mut World, events: &[Event], last: &mut BTreeMap<String, Spec>) {
    for (n, event) in events.iter().enumerate() {
        w.now = T0 + n as i64;
        match event {
            Event::Reports(reports) => {
                let by_host: BTreeMap<u8, Spec> = reports.iter().map(|r| (r.host, r.spec(w.now))).collect();
                let batch: Vec<Spec> = by_host.into_values().collect();
                w.ingest_patiently(&batch).await;
                last.extend(batch.into_iter().map(|spec| (spec.host.clone(), spec)));
            }
            Event::Snapshot { security: false, versions, limit } => {
                w.switch("main", &limited(main_repository(&offered(versions)), *limit)).await;
            }
            Event::Snapshot { security: true, versions, limit } => {
                w.switch("security", &limited(security_repository(&offered(versions)), *limit)).await;
            }
            Event::Toggle { security } => {
                let id = w.source(if *security { "security" } else { "main" }).await;
                let found =
                    pakiti_store::source::by_id(&w.db, &pakiti_store::scope::Scope::operator(), id).await;
                pakiti_store::source::set_enabled(&w.db, id, !found.unwrap().enabled, w.now).await.unwrap();
            }
            Event::Sweep { steps } => some_steps(w, *steps).await,
            Event::Restart => w.memo.clear(),
            Event::Evaluator => {
                let version = n as i64 + 1;
                generation::adopt_evaluator(&w.db, version, w.now).await.unwrap();
            }
        }
    }
}

async fn some_steps(w: &mut World, steps: u8) {
    use pakiti_store::{memo::Memo, sweep::Sweep};
    w.reload().await;
    let mut memo = Memo::default();
    for _ in 0..steps {
        if let Some(sweep) = Sweep::begin(&w.db, &w.index).await.unwrap() {
            sweep.step(&w.db, &mut memo, &w.index, 2, w.now).await.unwrap();
        }
    }
}

async fn check(w: &mut World, last: &BTreeMap<String, Spec>) {
    w.reload().await;
    w.sweep(3).await;
    assert_eq!(w.differences().await, Vec::<String>::new());
    assert_eq!(w.count("host").await, last.len() as i64);
    for (name, spec) in last {
        let Judged { judgements, verdict, .. } = judge(&w.index, &spec.context_in(&w.index), &spec.packages);
        let host = w.host(name).await;
        assert_eq!(host.row.counters, verdict.counters, "{name}");
        let naive = spec.packages.iter().zip(judgements);
        let naive: BTreeMap<&Package, Update> = naive.filter_map(|(p, j)| Some((p, j.update?))).collect();
        let listed = host_packages::updates(&w.db, &host).await.unwrap();
        let listed: BTreeMap<&Package, Update> =
            listed.iter().map(|u| (&u.package, u.update.clone())).collect();
        assert_eq!(listed, naive, "{name}");
    }
    let broken = "SELECT COUNT(*) FROM judgement WHERE until < since";
    assert_eq!(w.number(broken).await, 0);
}

/// The same sequences in every run: a failure must be one that a colleague sees too.
fn runner(cases: u32) -> TestRunner {
    let config = Config { cases, max_shrink_iters: 200, failure_persistence: None, ..Config::default() };
    TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha))
}

fn on(cases: u32, run: impl Fn(&[Event])) {
    let events = vec(an_event(), 1..25);
    runner(cases)
        .run(&events, |events| {
            run(&events);
            Ok(())
        })
        .unwrap();
}

async fn case(w: &mut World, events: &[Event]) {
    let mut last = BTreeMap::new();
    play(w, events, &mut last).await;
    check(w, &last).await;
}

#[test]
fn any_sequence_of_events_leaves_what_the_pure_functions_say_on_sqlite() {
    on(60, |events| crate::harness::on_sqlite(async |w: &mut World| case(w, events).await));
}

#[test]
fn any_sequence_of_events_leaves_what_the_pure_functions_say_on_postgres() {
    on(20, |events| crate::harness::on_postgres(async |w: &mut World| case(w, events).await));
}
