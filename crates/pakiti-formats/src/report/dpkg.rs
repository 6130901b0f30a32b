//! What dpkg writes: the status of a package and its source.
//!
//! Rules: dpkg(1) "Information about packages", dpkg-query(1) (abbreviated status), deb-control(5) (`Source`).
//! Every state but `config-files` and `not-installed` is listed (protocol6.md).

use super::{PackageFlags, PackageState, ReportedPackage, SkipReason};
use pakiti_core::package::{Package, PackageFormat};

/// The flags of a package with this status, in dpkg's three words (`hold ok installed`), abbreviated (`hi `)
/// or as the state alone (`installed`); no status at all means installed. `None` = not listed: only its
/// configuration is left, or nothing.
pub(super) fn status(text: &str) -> Option<PackageFlags> {
    let mut words = text.split_ascii_whitespace();
    let (first, last) = (words.next().unwrap_or_default(), words.nth(1));
    let (held, state) = match (first, last) {
        (want, Some(state)) => (want == "hold", state),
        (abbreviated, None) => expand(abbreviated).unwrap_or((false, abbreviated)),
    };
    match state {
        "config-files" | "not-installed" => None,
        _ => Some(PackageFlags { held, auto: false, state: PackageState::from_name(state) }),
    }
}

/// Held and state of dpkg's abbreviation: wanted action, state, and perhaps `R` for "reinstall required".
fn expand(abbreviated: &str) -> Option<(bool, &'static str)> {
    let (want, state) = match abbreviated.as_bytes() {
        [want, state] | [want, state, b'R'] => (want, state),
        _ => return None,
    };
    if !b"uihrp".contains(want) {
        return None;
    }
    let state = match state {
        b'n' => "not-installed",
        b'c' => "config-files",
        b'H' => "half-installed",
        b'U' => "unpacked",
        b'F' => "half-configured",
        b'W' => "triggers-awaited",
        b't' => "triggers-pending",
        b'i' => "installed",
        _ => return None,
    };
    Some((*want == b'h', state))
}

/// Name and version of a `Source` value: `name` or `name (version)`.
pub(super) fn source(text: &str) -> (&str, Option<&str>) {
    match text.split_once('(') {
        Some((name, version)) => (name.trim(), Some(version.trim_end().trim_end_matches(')').trim())),
        None => (text.trim(), None),
    }
}

/// A deb package with its source.
///
/// # Errors
/// Name, version or architecture missing.
pub(super) fn package(
    [name, version, arch]: [&str; 3],
    (source_name, source_version): (&str, &str),
    flags: PackageFlags,
) -> Result<ReportedPackage, SkipReason> {
    match (name, version, arch) {
        ("", _, _) => return Err(SkipReason::NoName),
        (_, "", _) => return Err(SkipReason::NoVersion),
        (_, _, "") => return Err(SkipReason::NoArchitecture),
        _ if version.contains([' ', '\t']) => return Err(SkipReason::BadVersion),
        _ => {}
    }
    let package = Package {
        source_name: source_name.to_owned(),
        source_version: source_version.to_owned(),
        ..Package::new(PackageFormat::Deb, name, version, arch)
    };
    Ok(ReportedPackage { package, flags, installed_at: None, epoch_known: true })
}

#[cfg(test)]
mod tests {
    use super::{PackageFlags, PackageState, source, status};

    #[test]
    fn all_spellings_of_a_status_say_the_same() {
        let plain = Some(PackageFlags::default());
        assert_eq!(
            [status("install ok installed"), status("ii "), status("installed"), status("")],
            [plain; 4]
        );
        let held = Some(PackageFlags { held: true, ..PackageFlags::default() });
        assert_eq!([status("hold ok installed"), status("hi")], [held; 2]);
        for gone in ["deinstall ok config-files", "rc ", "config-files", "unknown ok not-installed", "un "] {
            assert_eq!(status(gone), None, "{gone}");
        }
        let half = Some(PackageFlags { state: Some(PackageState::HalfInstalled), ..PackageFlags::default() });
        assert_eq!([status("install reinstreq half-installed"), status("iHR")], [half; 2]);
    }

    #[test]
    fn sources_may_carry_a_version() {
        assert_eq!(source("util-linux"), ("util-linux", None));
        assert_eq!(source("gcc-12 (12.2.0-14)"), ("gcc-12", Some("12.2.0-14")));
        assert_eq!(source("x(1"), ("x", Some("1")));
    }
}
