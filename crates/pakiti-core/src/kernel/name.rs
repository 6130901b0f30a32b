//! What a package has to do with the kernel, by its name.
//!
//! vendor-rules.md "Kernel box": which packages hold images, which follow their image, which expose nothing.

use super::{KernelPart, series};
use crate::package::{Package, PackageFormat};
use crate::version;

/// Words in names of rpms built from the kernel that are no image.
const RPM_AUXILIARY: [&str; 25] = [
    "headers",
    "devel",
    "doc",
    "docs",
    "tools",
    "libs",
    "abi",
    "whitelists",
    "stablelists",
    "source",
    "macros",
    "syms",
    "rebuild",
    "debuginfo",
    "common",
    "cross",
    "srpm",
    "rpm",
    "selftests",
    "ipaclones",
    "man",
    "obs",
    "bootwrapper",
    "oprofile",
    "hmacgen",
];
/// rpms built from the kernel that do not begin with its name.
const RPM_TOOLS: [&str; 8] =
    ["perf", "bpftool", "python-perf", "python3-perf", "libperf", "libperf-devel", "rtla", "rv"];
/// Words in names of rpms that are parts of an image's flavour, not flavours.
const RPM_PARTS: [&str; 9] =
    ["core", "extra", "internal", "base", "optional", "kvm", "uki", "virt", "addons"];
/// Words in names of rpms after which only the kind of module follows.
const RPM_MODULES: [&str; 3] = ["modules", "drivers", "sound"];
/// Words in names of rpms that patch a running kernel: no images.
const RPM_LIVE_PATCHES: [&str; 2] = ["livepatch", "kgraft"];

/// Names of rpms that patch the kernel whose version follows: without that kernel they expose nothing.
const LIVE_PATCHES: [&str; 3] = ["kpatch-patch-", "kernel-livepatch-", "kgraft-patch-"];

/// The version of the kernel that a live patch is for, as `uname -r` begins: `kpatch-patch-3_10_0-1062_1_1`.
pub(super) fn patched_kernel(name: &str) -> Option<String> {
    let version = LIVE_PATCHES.iter().find_map(|prefix| name.strip_prefix(prefix))?;
    version.starts_with(|c: char| c.is_ascii_digit()).then(|| version.replace('_', "."))
}

/// What an rpm has to do with the kernel.
pub(super) fn rpm_part(package: &Package) -> Option<KernelPart> {
    if patched_kernel(&package.name).is_some() {
        let key = version::sort_key(package.format, &package.version).ok()?;
        return Some(KernelPart::Image { flavour: package.name.clone(), key });
    }
    if RPM_TOOLS.contains(&package.name.as_str()) {
        return Some(KernelPart::Auxiliary);
    }
    // Photon's is called linux.
    let photon = || package.name.strip_prefix("linux").filter(|_| package.version.contains(".ph"));
    let rest = package.name.strip_prefix("kernel").or_else(photon)?;
    // Amazon's series: kernel6.12.
    let series = rest.split('-').next().unwrap_or_default();
    if !series.is_empty() && !series.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let words = || rest.split('-').skip(1);
    if words().any(|word| RPM_AUXILIARY.contains(&word)) {
        return Some(KernelPart::Auxiliary);
    }
    if words().any(|word| word == "firmware") {
        return is_kernel_version(&package.version).then_some(KernelPart::Auxiliary);
    }
    // kernel-default-livepatch and the like name no kernel.
    if words().any(|word| RPM_LIVE_PATCHES.contains(&word)) {
        return None;
    }
    let before_modules = words().take_while(|word| !RPM_MODULES.contains(word));
    let own: Vec<&str> = before_modules.filter(|word| !RPM_PARTS.contains(word)).collect();
    let mut flavour = series.to_owned();
    if let Some(series) = series::of(&package.name, &package.version) {
        flavour = format!("{series}-");
    }
    flavour.push_str(&own.join("-"));
    let key = version::sort_key(package.format, &package.version).ok()?;
    Some(KernelPart::Image { flavour, key })
}

/// Firmware released by day (20240101) has CVEs of its own; that built from the kernel has the kernel's version.
fn is_kernel_version(version: &str) -> bool {
    let bare = version.split_once(':').map_or(version, |(_, bare)| bare);
    bare.split('.').next().is_some_and(|major| major.len() <= 2)
}

/// Names of dpkg packages that hold an image or its modules, before the release.
const DEB_IMAGES: [&str; 5] =
    ["linux-image-unsigned-", "linux-image-extra-", "linux-image-", "linux-modules-extra-", "linux-modules-"];
/// Names of dpkg packages built from the kernel that expose nothing.
const DEB_AUXILIARY: [&str; 14] = [
    "linux-headers-",
    "linux-libc-dev",
    "linux-tools-",
    "linux-doc",
    "linux-source",
    "linux-perf",
    "linux-kbuild-",
    "linux-compiler-",
    "linux-config-",
    "linux-support-",
    "linux-buildinfo-",
    "linux-cloud-tools-",
    "bpftool",
    "linux-image-",
];

/// What a dpkg package has to do with the kernel.
pub(super) fn deb_part(package: &Package) -> Option<KernelPart> {
    if let Some(release) = deb_release(&package.name) {
        if release.ends_with("-dbg") || release.ends_with("-dbgsym") {
            return Some(KernelPart::Auxiliary);
        }
        let words = release.split('-').filter(|word| word.starts_with(|c: char| c.is_ascii_alphabetic()));
        let mut numbers = release.split(['.', '-', '+']);
        let series = [numbers.next().unwrap_or_default(), numbers.next().unwrap_or_default()].join(".");
        let flavour = std::iter::once(series.as_str()).chain(words).collect::<Vec<_>>().join("-");
        let key = version::sort_key(package.format, &package.version).ok()?;
        return Some(KernelPart::Image { flavour, key });
    }
    let auxiliary = DEB_AUXILIARY.iter().any(|prefix| package.name.starts_with(prefix));
    auxiliary.then_some(KernelPart::Auxiliary)
}

/// The release (`uname -r`) that a dpkg image package is of; meta packages have none.
pub(super) fn deb_release(name: &str) -> Option<&str> {
    let release = DEB_IMAGES.iter().find_map(|prefix| name.strip_prefix(prefix))?;
    let release = release.strip_suffix("-unsigned").unwrap_or(release);
    release.starts_with(|c: char| c.is_ascii_digit()).then_some(release)
}

/// Does the package hold an image, not modules alone?
pub(super) fn holds_image(package: &Package) -> bool {
    match package.format {
        PackageFormat::Deb => {
            package.name.starts_with("linux-image-") && !package.name.starts_with("linux-image-extra-")
        }
        _ => {
            let modules = |word| RPM_MODULES.contains(&word) || ["extra", "kvm"].contains(&word);
            !package.name.split('-').any(modules) && patched_kernel(&package.name).is_none()
        }
    }
}
