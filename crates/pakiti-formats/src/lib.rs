//! Pakiti: formats.
//! Bytes to core types, pure: reports of hosts and the feeds of vendors.
//!
//! Every byte is hostile until parsed: bounded size, depth and ratio, no panic; one bad record is skipped and
//! counted, never the rest.
#![deny(missing_docs)]
#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)
)]
pub mod report;

mod cve;
pub mod decompress;
pub mod definition;
pub mod openpgp;
pub mod repository;
mod xml;
