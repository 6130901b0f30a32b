//! Which build of a kernel runs, where another one was installed under the same package name since.
//!
//! Debian replaces kernels in place (protocol6.md, `kernel-version`): `uname -r` stays and only `uname -v` tells that
//! the fixed build is not the running one. Ubuntu tells the last number of the version there.

use super::name::deb_release;
use crate::package::{Package, PackageFormat};
use crate::version::{self, VersionKey};

/// The image package in the version that runs, by what `uname -v` says; `None` = the installed one, or it is not told.
pub(super) fn older(package: &Package, told: &str) -> Option<Package> {
    if package.format != PackageFormat::Deb {
        return None;
    }
    let version = debian(told).or_else(|| ubuntu(&package.name, told))?;
    let key = |version: &str| -> Option<VersionKey> { version::sort_key(package.format, version).ok() };
    // A newer one than is installed says nothing: another kernel was put back, or the text is no version.
    (key(&version)? < key(&package.version)?).then(|| Package {
        source_version: String::new(),
        version,
        ..package.clone()
    })
}

/// The line of a kernel image package of Canonical's, whatever its build: `linux-image-4.15.0-*-generic`.
pub(crate) fn deb_line(name: &str) -> Option<String> {
    let release = deb_release(name)?;
    let (upstream, rest) = release.split_once('-')?;
    let (abi, flavour) = rest.split_once('-')?;
    let prefix = name.strip_suffix(release)?;
    let is_abi = !abi.is_empty() && abi.bytes().all(|byte| byte.is_ascii_digit());
    is_abi.then(|| format!("{prefix}{upstream}-*-{flavour}"))
}

/// `#1 SMP PREEMPT_DYNAMIC Debian 6.1.76-1 (2024-02-01)`
fn debian(told: &str) -> Option<String> {
    let (_, rest) = told.split_once("Debian ")?;
    let version = rest.split_whitespace().next()?;
    version.starts_with(|c: char| c.is_ascii_digit()).then(|| version.to_owned())
}

/// `#101-Ubuntu SMP ...` or `#101~20.04.1-Ubuntu SMP ...` of `linux-image-5.15.0-91-generic`: 5.15.0-91.101
fn ubuntu(name: &str, told: &str) -> Option<String> {
    let number = told.strip_prefix('#')?.split_whitespace().next()?.strip_suffix("-Ubuntu")?;
    let release = deb_release(name)?;
    let words = release.splitn(3, '-').take(2).collect::<Vec<_>>();
    let numbers = |text: &str| {
        text.starts_with(|c: char| c.is_ascii_digit())
            && text.chars().all(|c| c.is_ascii_digit() || ".~".contains(c))
    };
    let [upstream, abi] = words.as_slice() else { return None };
    (numbers(upstream) && numbers(abi) && numbers(number)).then(|| format!("{upstream}-{abi}.{number}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runs(name: &str, version: &str, told: &str) -> Option<String> {
        older(&Package::new(PackageFormat::Deb, name, version, "amd64"), told).map(|package| package.version)
    }

    #[test]
    fn uname_tells_the_build_that_runs() {
        let debian = "linux-image-6.1.0-18-amd64";
        let told = "#1 SMP PREEMPT_DYNAMIC Debian 6.1.76-1 (2024-02-01)";
        assert_eq!(runs(debian, "6.1.90-1", told).as_deref(), Some("6.1.76-1"));
        assert_eq!(runs(debian, "6.1.76-1", told), None, "the installed build runs");
        assert_eq!(runs(debian, "6.1.69-1", told), None, "an older one was put back");
        let backport = "#1 SMP Debian 6.1.76-1~bpo11+1 (2024-03-01)";
        assert_eq!(runs(debian, "6.1.90-1~bpo11+1", backport).as_deref(), Some("6.1.76-1~bpo11+1"));
        let ubuntu = "linux-image-5.15.0-91-generic";
        let told = "#101-Ubuntu SMP Tue Nov 14 13:30:08 UTC 2023";
        assert_eq!(runs(ubuntu, "5.15.0-91.102", told).as_deref(), Some("5.15.0-91.101"));
        assert_eq!(runs(ubuntu, "5.15.0-91.101", told), None);
        let hwe = "#101~20.04.1-Ubuntu SMP Thu Nov 16 14:22:28 UTC 2023";
        assert_eq!(runs(ubuntu, "5.15.0-91.102~20.04.1", hwe).as_deref(), Some("5.15.0-91.101~20.04.1"));
    }

    #[test]
    fn what_is_no_version_tells_nothing() {
        for told in
            ["", "#1 SMP", "Debian", "Debian ", "Debian kernel 1", "#-Ubuntu", "#x-Ubuntu", "#1-Ubuntuu"]
        {
            assert_eq!(runs("linux-image-5.15.0-91-generic", "5.15.0-91.102", told), None, "{told}");
        }
        assert_eq!(runs("linux-image-generic", "5", "#1-Ubuntu"), None);
        let rpm = Package::new(PackageFormat::Rpm, "kernel", "4.18.0-513", "x86_64");
        assert_eq!(older(&rpm, "#1 SMP Debian 1.0 (2024)"), None);
    }
}
