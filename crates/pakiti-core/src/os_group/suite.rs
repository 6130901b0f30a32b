//! From apt suites and Debian's base-files to an OS group.
//!
//! vendor-rules.md, Debian and Ubuntu boxes: suite = codename, with pockets behind `-` or `/`.

use super::detect::by_codename;
use super::family::FAMILIES;
use super::{OsGroupId, day_of, table};

/// What vendors put behind the codename for the parts of one release.
const POCKETS: &[&str] = &[
    "/updates",
    "-security",
    "-updates",
    "-backports",
    "-backports-sloppy",
    "-proposed",
    "-proposed-updates",
    "-lts",
    "-debug",
    "-security-debug",
    "-backports-debug",
    "-proposed-updates-debug",
    "-infra",
    "-infra-security",
    "-infra-updates",
    "-apps",
    "-apps-security",
    "-apps-updates",
];

/// Debian's releases and the day each became `stable` (distro-info-data), oldest first; the last is
/// `testing`.
const BECAME_STABLE: &[(&str, Option<&str>)] = &[
    ("debian-7", Some("2013-05-04")),
    ("debian-8", Some("2015-04-26")),
    ("debian-9", Some("2017-06-17")),
    ("debian-10", Some("2019-07-06")),
    ("debian-11", Some("2021-08-14")),
    ("debian-12", Some("2023-06-10")),
    ("debian-13", Some("2025-08-09")),
    ("debian-14", None),
];

/// From this day on Debian 14 may be stable: what the moving suites mean is no longer known.
const MOVING_SUITES_KNOWN_BEFORE: &str = "2027-06-01";

/// The OS group an apt suite serves, told by the `Origin` and `Codename` of its Release file
/// (`Debian`, `bookworm-security`). Unknown origins (third parties) give `None`, and so do moving suites
/// (`stable`): their Release file has a codename, or see [`from_moving_suite`].
pub fn from_codename(origin: &str, codename: &str) -> Option<OsGroupId> {
    let codename = without_pocket(codename.trim())?;
    let origin = origin.trim();
    let mut families = FAMILIES.iter().filter(|f| f.origins.iter().any(|o| o.eq_ignore_ascii_case(origin)));
    families.find_map(|family| by_codename(family, codename))
}

/// The OS group Debian's `stable`, `oldstable`, `oldoldstable` or `testing` (with pockets) meant on
/// `unix_day` (days since 1970-01-01). `None` for other origins, before 2013, and for days after which a
/// release that this table does not know may have come.
pub fn from_moving_suite(origin: &str, suite: &str, unix_day: i64) -> Option<OsGroupId> {
    let back = match without_pocket(suite.trim())? {
        "oldoldstable" => 2,
        "oldstable" => 1,
        "stable" => 0,
        "testing" => -1,
        _ => return None,
    };
    if !origin.trim().eq_ignore_ascii_case("debian") || unix_day >= day_of(MOVING_SUITES_KNOWN_BEFORE)? {
        return None;
    }
    let released = |day: Option<&str>| day.and_then(day_of).is_some_and(|d| d <= unix_day);
    let stable = BECAME_STABLE.iter().rposition(|(_, day)| released(*day))?;
    let at = i64::try_from(stable).ok()? - back;
    let (id, _) = BECAME_STABLE.get(usize::try_from(at).ok()?)?;
    Some(OsGroupId((*id).to_owned()))
}

/// The OS group of an installed Debian `base-files`, where its version is certain: point releases
/// (`12.4+deb12u11`) and the older form with the codename (`7.1wheezy11`). A plain `12.4` was in testing and
/// unstable too; other suffixes are of other vendors (`9.4ubuntu4.13`).
pub fn from_base_files(version: &str) -> Option<OsGroupId> {
    let end = version.find(|c: char| !c.is_ascii_digit() && c != '.')?;
    let (number, suffix) = version.split_at_checked(end)?;
    let major = number.split('.').next().filter(|m| !m.is_empty())?;
    let id = format!("debian-{major}");
    let group = table::GROUPS.iter().find(|g| g.id == id)?;
    let revision = match suffix.strip_prefix("+deb") {
        Some(rest) => rest.strip_prefix(major)?.strip_prefix('u')?,
        None => suffix.strip_prefix(group.codename?)?,
    };
    let counted = !revision.is_empty() && revision.bytes().all(|b| b.is_ascii_digit());
    counted.then_some(OsGroupId(id))
}

/// The suite's release name; `None` if what follows is no pocket of the vendors.
fn without_pocket(suite: &str) -> Option<&str> {
    let end = suite.find(['-', '/']).unwrap_or(suite.len());
    let (name, pocket) = suite.split_at_checked(end)?;
    (pocket.is_empty() || POCKETS.contains(&pocket)).then_some(name)
}
