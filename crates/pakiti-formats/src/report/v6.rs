//! Package lines of protocol 6: ten TAB separated columns, `-` = unknown or none.
//!
//! Rules: protocol6.md. Missing columns at the end are unknown, further ones are ignored. A value with a form
//! of its own that does not have it (key id, install time, an unknown flag) is unknown; it does not cost the
//! package.

use super::lines::{Columns, Line};
use super::{Limits, PackageFlags, PackageState, ReportedPackage, SkipReason, rpm, v5};
use pakiti_core::package::PackageFormat;

/// The package of a line of a host with this packaging system.
pub(super) fn package(
    format: PackageFormat,
    line: Line<'_>,
    limits: &Limits,
) -> Result<Option<ReportedPackage>, SkipReason> {
    let mut columns =
        Columns::of(line.text(limits.max_line)?).map(|value| if value == "-" { "" } else { value });
    let (Some(name), Some(version), Some(arch)) = (columns.next(), columns.next(), columns.next()) else {
        return Err(SkipReason::TooFewColumns);
    };
    match (name, version) {
        ("", _) => return Err(SkipReason::NoName),
        (_, "") => return Err(SkipReason::NoVersion),
        _ => {}
    }
    let Some(mut reported) = v5::named(format, [name, version, arch])? else { return Ok(None) };
    let mut column = || columns.next().unwrap_or_default();
    reported.package.source_name = column().to_owned();
    reported.package.source_version = column().to_owned();
    reported.package.vendor = column().to_owned();
    reported.package.module = column().to_owned();
    reported.flags = flags(column());
    reported.package.key_id = rpm::key_id(column());
    reported.installed_at = column().parse().ok();
    Ok(Some(reported))
}

/// The comma list of flags; words the protocol does not have are ignored.
fn flags(text: &str) -> PackageFlags {
    let mut flags = PackageFlags::default();
    for word in text.split(',').filter(|word| !word.is_empty()) {
        match word.trim() {
            "held" => flags.held = true,
            "auto" => flags.auto = true,
            word => flags.state = PackageState::from_name(word).or(flags.state),
        }
    }
    flags
}
