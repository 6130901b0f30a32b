//! What people see: one struct per page, filled by the routes, rendered by askama.
//!
//! Everything here is pure: a page gets ready data and `now` (unix seconds) through its [`layout::Layout`] and
//! renders; it knows neither the store nor axum. Rules: design.md ("Colour of a host", "The words"),
//! contract.md (updates, coverage), shared/design (the look). Every page is whole without JavaScript, holds no
//! inline script or style (CSP `default-src 'self'`) and is escaped by askama; the few types that print markup
//! of their own ([`pill::Pill`], [`format::Ago`]) are templates too.

pub mod asset;
pub mod command;
pub mod cve;
pub mod cves;
pub mod error;
pub mod finding_filter;
pub mod format;
pub mod host;
pub mod hosts;
pub mod hosts_filter;
pub mod layout;
pub mod pill;
pub mod query;
pub mod reason;
pub mod rules;
pub mod severity;
pub mod sign_in;
pub mod source;
pub mod source_edit;
pub mod source_facts;
pub mod sources;
pub mod stale;
pub mod state;
