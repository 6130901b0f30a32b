//! `evr_string` and `debian_evr_string` (oval-semantics.md, section 3).
//!
//! Splitting is OVAL's own: an epoch is digits before a colon, and for `evr_string` a side that has one is newer
//! than a side that has none; the release follows the last dash, and a missing one is older than any.

use crate::version::{compare_deb_part, compare_rpm_part};
use std::cmp::Ordering;

/// A version taken apart as OVAL does.
struct Parts<'a> {
    /// `None` = no colon follows the leading digits.
    epoch: Option<&'a str>,
    version: &'a str,
    release: Option<&'a str>,
}

impl<'a> Parts<'a> {
    fn of(text: &'a str) -> Self {
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (epoch, rest) = match text.split_at_checked(digits) {
            Some((epoch, rest)) if rest.starts_with(':') => {
                // An empty epoch is the number 0.
                let epoch = if epoch.is_empty() { "0" } else { epoch };
                (Some(epoch), rest.strip_prefix(':').unwrap_or(rest))
            }
            _ => (None, text),
        };
        match rest.rsplit_once('-') {
            Some((version, release)) => Self { epoch, version, release: Some(release) },
            None => Self { epoch, version: rest, release: None },
        }
    }
}

/// The item's version against the state's, as `evr_string`.
pub(super) fn compare_rpm(item: &str, state: &str) -> Ordering {
    let (item, state) = (Parts::of(item), Parts::of(state));
    compare_optional(item.epoch, state.epoch)
        .then_with(|| compare_rpm_part(item.version, state.version))
        .then_with(|| compare_optional(item.release, state.release))
}

/// What is there is newer than what is missing.
fn compare_optional(a: Option<&str>, b: Option<&str>) -> Ordering {
    match (a, b) {
        (Some(a), Some(b)) => compare_rpm_part(a, b),
        _ => a.is_some().cmp(&b.is_some()),
    }
}

/// The item's version against the state's, as `debian_evr_string`; `None` = an epoch is out of range.
pub(super) fn compare_deb(item: &str, state: &str) -> Option<Ordering> {
    let (item, state) = (Parts::of(item), Parts::of(state));
    let order = deb_epoch(&item)?.cmp(&deb_epoch(&state)?);
    Some(
        order.then_with(|| compare_deb_part(item.version, state.version)).then_with(|| {
            compare_deb_part(item.release.unwrap_or_default(), state.release.unwrap_or_default())
        }),
    )
}

fn deb_epoch(parts: &Parts<'_>) -> Option<i32> {
    parts.epoch.unwrap_or("0").parse().ok()
}
