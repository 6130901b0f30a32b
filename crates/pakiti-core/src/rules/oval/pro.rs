//! Fixes that Canonical publishes for subscribers of Ubuntu Pro only.
//!
//! vendor-rules.md, Ubuntu box: a CVE fixed only in ESM is "fixable with Ubuntu Pro" on a host without the entitlement,
//! neither fixable nor without a fix. Evidence of the entitlement: the report names it, an ESM repository is enabled, or
//! the installed version is one of ESM.

use crate::context::GroupContext;
use crate::os_group;
use crate::package::Package;

/// Contract, "JSON": `vendor_state` of what only a subscription fixes.
pub(super) const FIXABLE_WITH_PRO: &str = "fixable with Ubuntu Pro";

/// Which part of Ubuntu Pro a fix is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pro {
    /// Packages of main.
    Infra,
    /// Packages of universe.
    Apps,
    /// The feed does not say which.
    Some,
}

/// Words of comments that name the subscription.
const WORDS: [&str; 6] =
    ["ubuntu pro", "ubuntu advantage", "esm-infra", "esm-apps", "expanded security", "extended security"];

impl Pro {
    /// By the fixed version and what the criterion says; `None` = it is for everybody.
    pub(super) fn of(version: &str, comment: &str) -> Option<Self> {
        let comment = comment.to_ascii_lowercase();
        if !is_esm(version) && !WORDS.iter().any(|word| comment.contains(word)) {
            return None;
        }
        // "Available with Ubuntu Pro (Infra-only)".
        let infra = comment.contains("infra-only") || comment.contains("esm-infra");
        Some(match (infra, comment.contains("esm-apps")) {
            (true, _) => Self::Infra,
            (false, true) => Self::Apps,
            (false, false) => Self::Some,
        })
    }

    /// Does a host of this group context get such a fix for the package?
    pub(super) fn is_for(self, context: &GroupContext, package: &Package) -> bool {
        let is_ubuntu =
            context.os_group.as_ref().and_then(os_group::family_of).is_some_and(|family| family == "ubuntu");
        let named = |part: &str| {
            let suite = format!("-{part}-");
            context.entitlements.contains(&format!("esm-{part}"))
                || context
                    .repositories
                    .iter()
                    .filter_map(|own| own.suite.as_ref())
                    .any(|own| own.contains(&suite))
        };
        !is_ubuntu
            || is_esm(&package.version)
            || match self {
                Self::Infra => named("infra"),
                Self::Apps => named("apps"),
                Self::Some => named("infra") || named("apps"),
            }
    }
}

/// Does the version name a build of ESM (`~esm1`, `+esm2`)?
fn is_esm(version: &str) -> bool {
    let behind = |(at, word): (usize, &str)| {
        let before = version.get(..at).and_then(|text| text.chars().next_back());
        let after = version.get(at + word.len()..).and_then(|text| text.chars().next());
        before.is_some_and(|c| !c.is_ascii_alphabetic()) && after.is_none_or(|c| !c.is_ascii_alphabetic())
    };
    version.match_indices("esm").any(behind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fixes_for_subscribers_are_told_by_version_or_comment() {
        assert_eq!(Pro::of("1.0-1ubuntu2", "Long Term Support"), None);
        assert_eq!(Pro::of("2.5.0-1ubuntu0.1~esm1", ""), Some(Pro::Some));
        assert_eq!(Pro::of("1.0+esm3", "Long Term Support"), Some(Pro::Some));
        assert_eq!(Pro::of("1.0-resmerised2", ""), None);
        assert_eq!(Pro::of("1.0", "Available with Ubuntu Pro: https://ubuntu.com/pro"), Some(Pro::Some));
        assert_eq!(
            Pro::of("4.4.0-235", "Available with Ubuntu Pro (Infra-only): https://ubuntu.com/pro"),
            Some(Pro::Infra)
        );
        assert_eq!(Pro::of("1.0~esm1", "in esm-apps"), Some(Pro::Apps));
    }
}
