//! The machine's clock: the one place that reads it. Everything below the binary takes the time as a parameter.

use jiff::Timestamp;

/// The time now.
#[allow(clippy::disallowed_methods, reason = "this is the binary's clock")]
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}
