//! Integration tests of pakiti-store: every storage test runs on SQLite and on PostgreSQL (law 6).
//! README.md beside this file says how.

#[macro_use]
mod harness;
mod accounts;
mod cells;
mod concurrency;
mod coverage;
mod db;
mod failures;
mod findings;
mod fleet;
mod host_groups;
mod ingest;
mod interning;
mod lists;
mod migrations;
mod packages;
mod random;
mod rpm;
mod scope;
mod set_findings;
mod source_change;
mod sources;
mod spec;
mod states;
mod sweeps;
mod switching;
mod verification;
mod watch;
mod world;
