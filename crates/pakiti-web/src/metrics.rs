//! `/metrics` in the Prometheus text format: what the feeder did, and how the store and the sources are.

use crate::app::App;
use pakiti_store::error::Result;
use pakiti_store::scope::Scope;
use pakiti_store::{generation, host, source};
use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};

/// Counters since the start of the process.
#[derive(Debug, Default)]
pub struct Metrics {
    /// Reports stored of hosts never seen before.
    pub reports_new: AtomicU64,
    /// Reports stored that changed a host.
    pub reports_changed: AtomicU64,
    /// Reports stored that changed nothing.
    pub reports_unchanged: AtomicU64,
    /// Reports of mode report-only: answered, not stored.
    pub reports_not_stored: AtomicU64,
    /// Reports refused as unreadable (4xx).
    pub reports_refused: AtomicU64,
    /// Reports turned away for now (5xx).
    pub reports_failed: AtomicU64,
    /// Bytes of reports received.
    pub report_bytes: AtomicU64,
}

/// Adds one.
pub fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}

/// The text of `/metrics`.
///
/// # Errors
/// Database errors.
pub async fn render(app: &App) -> Result<String> {
    let m = &app.metrics;
    let db = &app.engine.db;
    let scope = Scope::operator();
    let mut out = String::new();
    head(&mut out, "pakiti_reports_total", "counter", "Reports by outcome since start.");
    for (outcome, counter) in [
        ("new", &m.reports_new),
        ("changed", &m.reports_changed),
        ("unchanged", &m.reports_unchanged),
        ("not_stored", &m.reports_not_stored),
        ("refused", &m.reports_refused),
        ("failed", &m.reports_failed),
    ] {
        line(&mut out, "pakiti_reports_total", &[("outcome", outcome)], value(counter));
    }
    head(&mut out, "pakiti_report_bytes_total", "counter", "Bytes of reports received since start.");
    line(&mut out, "pakiti_report_bytes_total", &[], value(&m.report_bytes));
    head(&mut out, "pakiti_reports_waiting", "gauge", "Reports waiting for the writer.");
    line(&mut out, "pakiti_reports_waiting", &[], app.engine.writer.waiting() as i64);
    head(&mut out, "pakiti_hosts", "gauge", "Hosts by state.");
    for (state, hosts) in host::count_by_state(db, &scope, app.now()).await? {
        line(&mut out, "pakiti_hosts", &[("state", state.word())], hosts);
    }
    let state = generation::peek(db).await?;
    head(&mut out, "pakiti_generation", "gauge", "Active generation, and the one verdicts are swept to.");
    line(&mut out, "pakiti_generation", &[("of", "active")], state.active);
    line(&mut out, "pakiti_generation", &[("of", "swept")], state.swept);
    sources(&mut out, app).await?;
    Ok(out)
}

async fn sources(out: &mut String, app: &App) -> Result<()> {
    let all = source::all(&app.engine.db).await?;
    let age = "pakiti_source_last_success_timestamp_seconds";
    head(out, age, "gauge", "Last successful synchronisation of a source.");
    for source in &all {
        line(out, age, &[("source", &source.name)], source.last_success.unwrap_or(0));
    }
    head(out, "pakiti_source_failed", "gauge", "Did the last attempt fail?");
    for source in &all {
        line(out, "pakiti_source_failed", &[("source", &source.name)], source.last_error.is_some().into());
    }
    Ok(())
}

fn value(counter: &AtomicU64) -> i64 {
    i64::try_from(counter.load(Ordering::Relaxed)).unwrap_or(i64::MAX)
}

fn head(out: &mut String, name: &str, kind: &str, help: &str) {
    // Writing to a String cannot fail.
    let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} {kind}");
}

fn line(out: &mut String, name: &str, labels: &[(&str, &str)], value: i64) {
    let labels: Vec<String> = labels.iter().map(|(k, v)| format!("{k}=\"{}\"", escape(v))).collect();
    let labels = if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
    let _ = writeln!(out, "{name}{labels} {value}");
}

fn escape(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}
