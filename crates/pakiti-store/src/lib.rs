//! The only SQL of Pakiti: SQLite and PostgreSQL behind one text.
//!
//! Every read or write for a person takes a [`scope::Scope`] (law 5). Integers are 64 bits, times unix
//! seconds, JSON only in records nobody filters by.
#![deny(missing_docs)]

pub mod account;
mod counters;
pub mod cve;
pub mod db;
mod dialect;
pub mod effect;
pub mod error;
pub mod fleet;
pub mod generation;
pub mod grant;
pub mod host;
pub mod host_packages;
pub mod ingest;
mod intern;
mod judgement_rows;
mod judging;
pub mod memo;
pub mod migrate;
mod regroup;
pub mod scope;
mod set_judgements;
pub mod source;
pub mod sweep;
mod totals;
pub mod verify;
