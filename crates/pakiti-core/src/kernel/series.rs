//! Kernel series that a vendor keeps beside each other under one package name.
//!
//! vendor-rules.md: Oracle's UEK releases are lines of their own, and of Amazon Linux "kernel topic must equal the
//! running series": a fix of one series neither closes nor exposes images of another. Elsewhere a newer upstream
//! version under the same name is the normal fix (Fedora, Tumbleweed, the Amazon AMI).

use super::name::patched_kernel;
use crate::package::{Package, PackageFormat};

/// The series of an rpm whose name stands for several: `5.4` of kernel-uek 5.4.17-2136.el8uek.
pub(super) fn of<'v>(name: &str, version: &'v str) -> Option<&'v str> {
    let words = name.strip_prefix("kernel")?;
    let uek = words.split('-').any(|word| word.starts_with("uek"));
    // Amazon Linux 2 and 2023; names such as kernel6.12 tell the series themselves.
    let amazon = (words.is_empty() || words.starts_with('-'))
        && version.contains(".amzn2")
        && patched_kernel(name).is_none();
    if uek || amazon { numbers(version) } else { None }
}

/// Is a fixed version of the series of this package, as far as they can be told?
pub(crate) fn same_series(package: &Package, fixed: &str) -> bool {
    if package.format != PackageFormat::Rpm {
        return true;
    }
    match (of(&package.name, &package.version), numbers(fixed)) {
        (Some(own), Some(other)) => own == other,
        _ => true,
    }
}

/// The first numbers of an upstream version: two, of the kernels 2.6 three.
fn numbers(version: &str) -> Option<&str> {
    let bare = version.split_once(':').map_or(version, |(_, bare)| bare);
    let (upstream, _) = bare.split_once('-')?;
    let length = if upstream.starts_with("2.6.") { 3 } else { 2 };
    let mut parts = upstream.splitn(length + 1, '.');
    let known: Vec<&str> = parts.by_ref().take(length).collect();
    let digits = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if known.len() < length || !known.iter().all(digits) {
        return None;
    }
    match parts.next() {
        Some(rest) => upstream.get(..upstream.len() - rest.len() - 1),
        None => Some(upstream),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn series_stand_in_versions_where_one_name_has_several() {
        assert_eq!(of("kernel-uek", "5.4.17-2136.330.7.el8uek"), Some("5.4"));
        assert_eq!(of("kernel-uek-core", "0:5.15.0-200.1.el9uek"), Some("5.15"));
        assert_eq!(of("kernel-uek", "2.6.39-400.1.el6uek"), Some("2.6.39"));
        assert_eq!(of("kernel", "4.14.300-1.amzn2"), Some("4.14"));
        assert_eq!(of("kernel-modules-extra", "6.1.100-1.amzn2023"), Some("6.1"));
        for (name, version) in [
            ("kernel6.12", "6.12.1-100.amzn2023"),
            ("kernel-livepatch-5.10.179-166.674", "1.0-3.amzn2"),
            ("kernel", "4.9.38-16.amzn1"),
            ("kernel", "6.8.5-301.fc40"),
            ("kernel-default", "6.9.1-1.1"),
            ("kernel-uek", "1-1"),
            ("kernel-uek", ""),
        ] {
            assert_eq!(of(name, version), None, "{name} {version}");
        }
    }
}
