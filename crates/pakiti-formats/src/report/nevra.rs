//! One line of plain `rpm -qa`: `name-[epoch:]version-release[.arch]`.
//!
//! contract.md "Reports". Old rpm (RHEL 5) prints no architecture; it is told from the end of the release by
//! rpm's list of architectures.

use super::{PackageFlags, ReportedPackage, SkipReason, rpm};
use pakiti_core::package::{Package, PackageFormat};

/// The package of a line; text after the first TAB does not belong to it. `None` for `gpg-pubkey`.
pub(super) fn package(line: &str) -> Result<Option<ReportedPackage>, SkipReason> {
    let nevra = line.split('\t').next().unwrap_or_default().trim();
    let (nevr, arch) = match nevra.rsplit_once('.') {
        Some((nevr, rpm::NONE)) => (nevr, ""),
        Some((nevr, arch)) if rpm::is_arch(arch) => (nevr, arch),
        _ => (nevra, ""),
    };
    let (before_release, release) = nevr.rsplit_once('-').ok_or(SkipReason::NotNevra)?;
    let (name, version) = before_release.rsplit_once('-').ok_or(SkipReason::NotNevra)?;
    if name == rpm::KEY_RECORD {
        return Ok(None);
    }
    if name.is_empty() || version.is_empty() || release.is_empty() || nevr.contains(' ') {
        return Err(SkipReason::NotNevra);
    }
    let evr = nevr.get(name.len() + 1..).unwrap_or_default();
    let (version, epoch_known) = rpm::version(evr)?;
    let package = Package { version, ..Package::new(PackageFormat::Rpm, name, "", arch) };
    Ok(Some(ReportedPackage { package, flags: PackageFlags::default(), installed_at: None, epoch_known }))
}

#[cfg(test)]
mod tests {
    use super::{SkipReason, package};

    fn shown(line: &str) -> String {
        match package(line) {
            Ok(Some(p)) => {
                format!("{} {} {:?} {}", p.package.name, p.package.version, p.package.arch, p.epoch_known)
            }
            Ok(None) => "none".to_owned(),
            Err(reason) => reason.to_string(),
        }
    }

    #[test]
    fn lines_are_split_from_the_end() {
        assert_eq!(shown("gcc-c++-4.4.7-16.el6.x86_64"), r#"gcc-c++ 4.4.7-16.el6 "x86_64" false"#);
        assert_eq!(
            shown("bind-libs-32:9.8.2-1.el6.noarch\tx-1-1.src"),
            r#"bind-libs 32:9.8.2-1.el6 "noarch" true"#
        );
        assert_eq!(shown("bash-0:4.1-2.el6.i686"), r#"bash 4.1-2.el6 "i686" true"#);
        assert_eq!(shown("bash-3.2-32.el5"), r#"bash 3.2-32.el5 "" false"#);
    }

    #[test]
    fn keys_are_no_packages() {
        assert_eq!(shown("gpg-pubkey-fd431d51-4ae0493b.(none)"), "none");
        assert_eq!(shown("gpg-pubkey-fd431d51-4ae0493b"), "none");
    }

    #[test]
    fn other_text_is_refused() {
        for line in [
            "",
            "bash",
            "bash-4.1.x86_64",
            "-1-2.noarch",
            "a--2.noarch",
            "a-1-.noarch",
            "error: can not open a-b-c",
        ] {
            assert_eq!(package(line), Err(SkipReason::NotNevra), "{line}");
        }
        assert_eq!(package("a-x:1-2.noarch"), Err(SkipReason::BadVersion));
    }
}
