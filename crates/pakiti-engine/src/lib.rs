//! Work without HTTP serving: ingest, source synchronisation, re-evaluation.
//!
//! Bytes come in, core types go to the store; nothing here knows SQL or HTML. Time is a [`Clock`].
#![deny(missing_docs)]

pub mod engine;
pub mod fleet_index;
pub mod local_rules;
pub mod prepare;
pub mod rules;
pub mod source;
pub mod sweeper;
pub mod writer;

use std::sync::Arc;

/// Gives the time, unix seconds. Only the binary reads the machine's clock.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;
