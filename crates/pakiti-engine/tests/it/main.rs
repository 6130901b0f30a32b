//! Integration tests of pakiti-engine. What touches the store runs on SQLite and on PostgreSQL (law 6), and ends
//! with a clean `verify`; sources are fetched from a web server in the test.
//!
//! `scripts/with-postgres.sh cargo test -p pakiti-engine` runs both halves.

#[macro_use]
mod harness;
mod background;
mod feed;
mod fleet_index;
mod host_groups;
mod identity;
mod local;
mod oval;
mod prepare;
mod real;
mod redirects;
mod refused;
mod remembered;
mod reports;
mod restart;
mod sweeping;
mod sync;
mod trust;
mod unchanged;
mod web;
mod world;
mod writer;
mod yum;
