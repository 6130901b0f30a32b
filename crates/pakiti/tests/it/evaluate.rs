//! `pakiti evaluate` as it is run, on small archives of its own and on the shared Debian 12 data.

mod apt;
pub(crate) mod archive;
mod oval;
pub(crate) mod oval_file;
mod real;
mod refused;
mod reports;
mod web;
mod yum;

use crate::command::{Run, pakiti};
use serde_json::Value;

/// The time of all runs.
const NOW: &str = "--now=2026-11-22T00:00:00Z";

/// Runs `pakiti evaluate --output=json` at [`NOW`].
fn evaluate(report: &str, args: &[String]) -> Run {
    let mut all = ["evaluate", "--output=json", NOW, "--report", report].map(str::to_owned).to_vec();
    all.extend_from_slice(args);
    pakiti(&all)
}

/// The document, broken into lines; order and spelling are untouched.
fn lines(run: &Run) -> String {
    let text = run.text();
    assert!(text.ends_with("}\n") && text.matches('\n').count() == 1, "one object on one line: {text}");
    let mut text = text.trim_end().replace("[{", "[\n  {").replace("},{", "},\n  {");
    for name in ["host", "updates", "obsoletes", "findings", "coverage", "skipped"] {
        text = text.replace(&format!(",\"{name}\":"), &format!(",\n\"{name}\":"));
    }
    text
}

/// The rows of the document's array `name`, one on a line, as `field field ...` of `fields`.
fn rows(run: &Run, name: &str, fields: &[&str]) -> String {
    let document: Value = serde_json::from_str(run.text()).unwrap();
    let shown = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let row = |row: &Value| fields.iter().map(|field| shown(&row[*field])).collect::<Vec<_>>().join(" ");
    document[name].as_array().unwrap().iter().map(row).collect::<Vec<_>>().join("\n")
}

/// The value at a pointer (`/host/arch`).
fn value(run: &Run, pointer: &str) -> Value {
    let document: Value = serde_json::from_str(run.text()).unwrap();
    document.pointer(pointer).cloned().unwrap_or_else(|| panic!("no {pointer}"))
}
