//! Sources: what is configured, how it is fetched, when it is due.
//!
//! Walk "a source is synchronised" (design.md): conditional GET -> signature and hashes -> formats -> diff
//! against the active snapshot -> generation + 1 -> re-evaluation.

pub mod check;
pub mod fetch;
pub mod folder;
pub mod interval;
pub mod options;
pub mod report;
pub mod schedule;
pub mod sync;
mod touched;
