//! Which image package a kernel release (`uname -r`) is of.
//!
//! vendor-rules.md "Kernel box", "running release -> package".

use super::name::{deb_release, patched_kernel};
use crate::package::{Package, PackageFormat};

/// Does this image package belong to the kernel that calls itself `release` (`uname -r`)?
pub(super) fn is_of(package: &Package, flavour: &str, release: &str) -> bool {
    if package.format == PackageFormat::Deb {
        return deb_release(&package.name) == Some(release);
    }
    if let Some(patched) = patched_kernel(&package.name) {
        let rest = release.strip_prefix(&patched);
        return rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-']));
    }
    let bare = package.version.split_once(':').map_or(package.version.as_str(), |(_, bare)| bare);
    // EL5: 2.6.18-398.el5, 2.6.18-398.el5PAE; later: V-R.arch, V-R.arch+rt, V-R.arch.debug; Photon: V-R-esx.
    if let Some(rest) = release.strip_prefix(bare) {
        let rest = rest.strip_prefix(&format!(".{}", package.arch)).unwrap_or(rest);
        let told = rest.split(['.', '+', '-']).filter(|word| !word.is_empty());
        let own = flavour.split('-').filter(|word| !word.is_empty() && !is_in_version(word, bare));
        return told.eq(own);
    }
    is_of_suse(package, flavour, bare, release)
}

/// SUSE: 4.12.14-122.80-default is of kernel-default-4.12.14-122.80.1, which has one part more. kernel-default-base is
/// built from it and has a release of its own behind that: 5.14.21-150500.55.44.1.150500.6.19.2.
fn is_of_suse(package: &Package, flavour: &str, bare: &str, release: &str) -> bool {
    let Some((shortened, told)) = release.rsplit_once('-') else { return false };
    let rest = bare.strip_prefix(shortened).and_then(|rest| rest.strip_prefix('.'));
    let Some(rest) = rest.filter(|_| told == flavour) else { return false };
    match rest.split_once('.') {
        None => true,
        // Before the codestream (150300) stood in releases they had three parts: 5.3.18-59.40.1.18.25.1.
        Some((_, own)) => {
            let codestream = own.bytes().take_while(u8::is_ascii_digit).count() >= 6;
            package.name.ends_with("-base") && (codestream || own.split('.').count() == 3)
        }
    }
}

/// Does the version of a build tell this word of its flavour, so that `uname -r` need not? (4.18.0-553.rt7.342.el8,
/// 5.4.17-2136.el8uek, ELRepo's lines, Amazon's series)
fn is_in_version(word: &str, bare: &str) -> bool {
    match word {
        "rt" => bare.contains(".rt"),
        "uek" | "plus" => bare.contains(word),
        "lt" | "ml" => true,
        _ => word.starts_with(|c: char| c.is_ascii_digit()) && word.contains('.'),
    }
}

/// Without the series of flavours: images of all series stand in one boot menu.
pub(super) fn boot_line(flavour: &str) -> &str {
    let series = flavour.split_once('-').filter(|(series, _)| series.contains('.'));
    series.map_or(flavour, |(_, words)| words)
}
