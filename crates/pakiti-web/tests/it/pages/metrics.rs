//! `/metrics`: lines that Prometheus reads, with numbers that are true.

use super::house;
use crate::harness::TestServer;
use crate::harness::suite::Suite;
use pakiti_store::account::Role;
use std::collections::{BTreeMap, BTreeSet};

/// Reads the text format (prometheus.io, "Exposition formats"): each family has HELP and TYPE before its samples,
/// no sample comes twice.
fn parse(text: &str) -> BTreeMap<String, f64> {
    assert!(text.ends_with('\n'));
    let (mut helped, mut typed) = (BTreeSet::new(), BTreeSet::new());
    let mut samples = BTreeMap::new();
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# HELP ") {
            assert!(helped.insert(rest.split(' ').next().unwrap()), "{line}");
        } else if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').unwrap();
            assert!(
                matches!(kind, "counter" | "gauge") && helped.contains(name) && typed.insert(name),
                "{line}"
            );
            assert_eq!(kind == "counter", name.ends_with("_total"), "{line}");
        } else {
            let (sample, value) = line.rsplit_once(' ').unwrap();
            let name = sample.split('{').next().unwrap();
            assert!(typed.contains(name), "{line}");
            assert!(name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'), "{line}");
            let labels = sample.strip_prefix(name).unwrap();
            assert!(labels.is_empty() || (labels.starts_with('{') && labels.ends_with("\"}")), "{line}");
            assert!(samples.insert(sample.to_owned(), value.parse().unwrap()).is_none(), "{line}");
        }
    }
    assert_eq!(helped, typed);
    samples
}

#[tokio::test]
async fn the_metrics_are_well_formed_and_true() {
    let (server, fleet, client) = house().await;
    let answer = client.get("/metrics").await;
    assert_eq!(answer.header("content-type"), Some("text/plain; version=0.0.4; charset=utf-8"));
    let samples = parse(&answer.text());
    let of = |name: &str| samples[name];
    assert_eq!(of("pakiti_reports_total{outcome=\"new\"}"), 57.0);
    let hosts: f64 =
        samples.iter().filter(|(name, _)| name.starts_with("pakiti_hosts{")).map(|(_, n)| n).sum();
    assert_eq!(hosts, 57.0);
    assert_eq!(of("pakiti_reports_waiting"), 0.0);
    assert_eq!(of("pakiti_generation{of=\"active\"}"), of("pakiti_generation{of=\"swept\"}"));
    assert_eq!(of("pakiti_source_failed{source=\"debian-12\"}"), 0.0);
    server.feed("5", "", "nonsense").await;
    server.feed("5", "report-only", "#\nhost: x\n#\n").await;
    std::fs::remove_dir_all(server.folder().join("dists")).unwrap();
    server.sync(fleet.main).await.unwrap_err();
    let samples = parse(&client.page("/metrics").await);
    assert_eq!(samples["pakiti_reports_total{outcome=\"refused\"}"], 1.0);
    assert_eq!(samples["pakiti_reports_total{outcome=\"not_stored\"}"], 1.0);
    assert_eq!(samples["pakiti_source_failed{source=\"debian-12\"}"], 1.0);
}

#[tokio::test]
async fn names_of_sources_cannot_break_the_format() {
    let server = TestServer::start().await;
    Suite::debian("bookworm").package("bash", "1").write(server.folder());
    for name in ["quote\"", "back\\slash", "new\nline 5", "brace} 1", "é\u{202e}"] {
        server.add_source(name, "bookworm").await;
    }
    let client = server.with_user("root", Role::Administrator).await;
    let samples = parse(&client.page("/metrics").await);
    assert!(samples.contains_key("pakiti_source_failed{source=\"quote\\\"\"}"), "{samples:?}");
    assert!(samples.contains_key("pakiti_source_failed{source=\"new\\nline 5\"}"));
}
