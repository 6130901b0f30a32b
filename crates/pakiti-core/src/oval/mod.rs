//! OVAL 5.11, evaluated as the language says: [`model`] is a document, [`Evaluation`] its results on one host.
//!
//! Rules: oval-semantics.md sections 1 to 6. A host is what a report tells ([`HostFacts`]), made into a
//! [`HostIndex`] once and shared by the evaluations of all documents. What the results mean for a finding
//! (section 7) stands elsewhere.

mod boot;
mod collected;
mod compare;
mod component;
mod evaluation;
mod evr;
mod expansion;
mod facts;
pub mod field;
mod file_items;
mod host;
mod ip;
pub mod model;
mod object;
mod outcome;
mod package_items;
mod pattern;
mod pcre;
pub mod platform;
mod quick_pattern;
mod release;
mod sets;
mod signature;
pub mod snapshot;
mod state;
mod test;
mod variable;

pub use compare::compare_values;
pub use evaluation::{Evaluation, evaluate};
pub(crate) use expansion::expansions;
pub(crate) use facts::MANIFEST;
pub use host::{HostFacts, HostIndex};
pub(crate) use object::BY_PATTERN;
pub use outcome::{Flag, Outcome, Tally, existence};
pub(crate) use release::is_release_package;
