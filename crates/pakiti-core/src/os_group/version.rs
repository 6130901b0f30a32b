//! Version texts of systems, and how each family's rule makes an OS group id of one.
//!
//! Rules: contract.md "OS group ids"; point releases collapse as the vendors publish.

use super::family::{Family, VersionRule};

/// Longest version text that is read (`3.21.0_alpha20240923` has 20 bytes).
const MAX_TEXT: usize = 32;

/// A version as a system names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Version<'a> {
    pub(super) major: u32,
    /// The second component, digits as written.
    pub(super) minor: Option<&'a str>,
    /// The number of a SUSE service pack (`15-SP5`, `15 SP5`).
    pub(super) pack: Option<&'a str>,
    /// It ends in `_alpha...` or the like.
    pub(super) prerelease: bool,
}

/// Reads `9`, `9.3`, `7.9.2009`, `v3.18.4`, `3.21.0_alpha20240923`, `15-SP5`; anything else is no version.
pub(super) fn parse(text: &str) -> Option<Version<'_>> {
    if text.len() > MAX_TEXT {
        return None;
    }
    let text = text.strip_prefix(['v', 'V']).unwrap_or(text);
    if let Some((major, pack)) = text.split_once('-') {
        let pack = Some(service_pack(pack)?);
        return Some(Version { major: number(major)?, minor: None, pack, prerelease: false });
    }
    let (numbers, suffix) = match text.split_once('_') {
        Some((numbers, suffix)) => (numbers, Some(suffix)),
        None => (text, None),
    };
    if suffix.is_some_and(|s| s.is_empty() || !s.bytes().all(|b| b.is_ascii_alphanumeric())) {
        return None;
    }
    let mut parts = numbers.split('.');
    let major = parts.next().filter(|m| !m.starts_with('0')).and_then(number)?;
    let minor = parts.next();
    if minor.into_iter().chain(parts).any(|part| number(part).is_none()) {
        return None;
    }
    Some(Version { major, minor, pack: None, prerelease: suffix.is_some() })
}

/// The number of `SP5`.
pub(super) fn service_pack(word: &str) -> Option<&str> {
    let (head, digits) = word.split_at_checked(2)?;
    (head.eq_ignore_ascii_case("sp") && number(digits).is_some()).then_some(digits)
}

/// One component: up to eight digits.
fn number(text: &str) -> Option<u32> {
    if text.len() > 8 || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

/// The id of `family`'s group for `version`; `None` if the vendor has no such form of version.
pub(super) fn form_id(family: &Family, version: Version<'_>) -> Option<String> {
    let Version { major, minor, pack, prerelease } = version;
    if pack.is_some() && family.rule != VersionRule::ServicePack {
        return None;
    }
    let minor = minor.or(pack);
    let small = || minor.and_then(number).filter(|n| *n <= 99);
    let part = match family.rule {
        VersionRule::Rolling => return Some(family.id.to_owned()),
        VersionRule::Branch if prerelease => "edge".to_owned(),
        // A pre-release of anything else is not what the vendor publishes for.
        _ if prerelease => return None,
        VersionRule::Major { minor_below } if major < minor_below => format!("{major}.{}", small()?),
        VersionRule::Major { .. } => major.to_string(),
        VersionRule::MajorMinor { minor_required: false } if minor.is_none() => major.to_string(),
        VersionRule::MajorMinor { .. } | VersionRule::Branch => format!("{major}.{}", small()?),
        VersionRule::ServicePack => service_pack_part(major, minor.map_or(Some(0), |_| small())?),
        VersionRule::YearMonth => {
            let month = minor.filter(|m| m.len() == 2 && (1..=12).contains(&number(m).unwrap_or(0)))?;
            format!("{major}.{month}")
        }
        VersionRule::Amazon => amazon_part(major)?,
    };
    Some(format!("{}-{part}", family.id))
}

/// SUSE writes `15` for the release before the first service pack, but `16.0`.
fn service_pack_part(major: u32, pack: u32) -> String {
    if pack == 0 && major < 16 { major.to_string() } else { format!("{major}.{pack}") }
}

fn amazon_part(major: u32) -> Option<String> {
    match major {
        1 | 2010..=2018 => Some("1".to_owned()),
        2 | 2022..=2099 => Some(major.to_string()),
        _ => None,
    }
}
