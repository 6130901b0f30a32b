//! Package lines of protocol 5: `NAME VERSION[-RELEASE] ARCH`, separated by TABs or blanks.
//!
//! Rules: pakiti3-interfaces.md 1.2. As in Pakiti 3 all backslashes are deleted from the list first. Unlike
//! Pakiti 3, a CR at the end of a line does not belong to the architecture, and a line that fits no pattern is
//! skipped instead of repeating the line before it (G-16).

use super::lines::{Columns, Line};
use super::{Limits, PackageFlags, ReportedPackage, SkipReason, rpm};
use pakiti_core::package::{Package, PackageFormat};
use std::borrow::Cow;

/// The list as Pakiti 3 reads it.
pub(super) fn without_backslashes(list: &[u8]) -> Cow<'_, [u8]> {
    if memchr::memchr(b'\\', list).is_none() {
        return Cow::Borrowed(list);
    }
    Cow::Owned(list.iter().copied().filter(|b| *b != b'\\').collect())
}

/// The package of a line of a host with this packaging system.
pub(super) fn package(
    format: PackageFormat,
    line: Line<'_>,
    limits: &Limits,
) -> Result<Option<ReportedPackage>, SkipReason> {
    let [name, version, arch] = columns(line.text(limits.max_line)?).ok_or(SkipReason::TooFewColumns)?;
    named(format, [name, version, arch])
}

/// A package of which only name, version and architecture are known; `None` for rpm's key records.
pub(super) fn named(
    format: PackageFormat,
    [name, version, arch]: [&str; 3],
) -> Result<Option<ReportedPackage>, SkipReason> {
    let (version, epoch_known) = match format {
        PackageFormat::Rpm if name == rpm::KEY_RECORD => return Ok(None),
        PackageFormat::Rpm => rpm::version(version)?,
        _ if version.contains(' ') => return Err(SkipReason::BadVersion),
        _ => (version.to_owned(), true),
    };
    let arch = if arch == rpm::NONE { "" } else { arch };
    let package = Package { version, ..Package::new(format, name, "", arch) };
    Ok(Some(ReportedPackage { package, flags: PackageFlags::default(), installed_at: None, epoch_known }))
}

/// Name, version and architecture of a line: the first three of its TAB separated columns, else the last two
/// words are version and architecture and the name is what stands before them.
fn columns(text: &str) -> Option<[&str; 3]> {
    const SEPARATORS: [char; 2] = [' ', '\t'];
    let mut by_tab = Columns::of(text);
    if let (Some(name), Some(version), Some(arch)) = (by_tab.next(), by_tab.next(), by_tab.next())
        && !name.is_empty()
        && !version.is_empty()
        && !arch.is_empty()
    {
        return Some([name, version, arch]);
    }
    let (rest, arch) = text.trim_matches(SEPARATORS).rsplit_once(SEPARATORS)?;
    let (name, version) = rest.trim_end_matches(SEPARATORS).rsplit_once(SEPARATORS)?;
    Some([name.trim_end_matches(SEPARATORS), version, arch])
}

#[cfg(test)]
mod tests {
    use super::columns;

    #[test]
    fn columns_are_separated_by_tabs_or_blanks() {
        assert_eq!(columns("bash\t0:5.1-6\tx86_64"), Some(["bash", "0:5.1-6", "x86_64"]));
        assert_eq!(columns("bash 0:5.1-6 x86_64"), Some(["bash", "0:5.1-6", "x86_64"]));
        assert_eq!(columns("bash 0:5.1-6\tx86_64"), Some(["bash", "0:5.1-6", "x86_64"]));
        assert_eq!(columns("bash\t5.1-6\tamd64\tbash\t5.1-6\t-"), Some(["bash", "5.1-6", "amd64"]));
        assert_eq!(columns(" my tool  1.0 x86 "), Some(["my tool", "1.0", "x86"]));
    }

    #[test]
    fn fewer_than_three_columns_are_no_package() {
        for text in ["bash", "bash 5.1-6", "bash\t5.1-6", "bash\t\tx86_64", "\t5.1\tx86_64", "", "\t\t\t"] {
            assert_eq!(columns(text), None, "{text:?}");
        }
    }
}
