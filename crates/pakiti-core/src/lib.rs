//! The meaning of Pakiti, pure: no I/O, no clock, no database.
//!
//! Packages and their version orders, OS groups, contexts, rules and their compiler, judgements and
//! verdicts. Everything here is a function of its arguments; time enters as a parameter.
#![deny(missing_docs)]
#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)
)]

pub mod advisory;
pub mod arch;
pub mod context;
pub mod finding;
pub mod judge;
pub mod judgement;
pub mod kernel;
pub mod local_rule;
pub mod module;
pub mod os_group;
pub mod oval;
pub mod package;
pub mod package_set;
pub mod present;
pub mod repository;
pub mod rules;
pub mod severity;
pub mod verdict;
pub mod version;
