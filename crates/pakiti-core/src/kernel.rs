//! Kernel truth: only the running kernel exposes a host.
//!
//! vendor-rules.md "Kernel box": image packages and their modules are judged by what runs; headers, tools and
//! the like expose nothing; flavours (kernel, kernel-rt, kernel-uek, generic, aws) never replace each other.

use crate::context::Context;
use crate::finding::{FindingCounts, FindingState};
use crate::package::{Package, PackageFormat};
use crate::version::{self, VersionKey};
use std::collections::HashMap;

/// What a package has to do with the kernel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KernelPart {
    /// An image, or modules that go with it.
    Image {
        /// Its flavour line: what stands in its name (`rt`, `uek`; empty = the plain kernel), for dpkg with the
        /// series (`5.4-generic`: another series is another source).
        flavour: String,
        /// Newer images of the same flavour are newer.
        key: VersionKey,
    },
    /// Headers, tools, documentation, meta packages: no exposure.
    Auxiliary,
}

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
    "firmware",
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

/// What this package has to do with the kernel; `None` = nothing.
pub fn part(package: &Package) -> Option<KernelPart> {
    match package.format {
        PackageFormat::Rpm => rpm_part(package),
        PackageFormat::Deb => deb_part(package),
        _ => None,
    }
}

/// Names of rpms that patch the kernel whose version follows: without that kernel they expose nothing.
const LIVE_PATCHES: [&str; 3] = ["kpatch-patch-", "kernel-livepatch-", "kgraft-patch-"];

/// The version of the kernel that a live patch is for, as `uname -r` begins: `kpatch-patch-3_10_0-1062_1_1`.
fn patched_kernel(name: &str) -> Option<String> {
    let version = LIVE_PATCHES.iter().find_map(|prefix| name.strip_prefix(prefix))?;
    version.starts_with(|c: char| c.is_ascii_digit()).then(|| version.replace('_', "."))
}

fn rpm_part(package: &Package) -> Option<KernelPart> {
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
    // kernel-default-livepatch and the like name no kernel.
    if words().any(|word| RPM_LIVE_PATCHES.contains(&word)) {
        return None;
    }
    let before_modules = words().take_while(|word| !RPM_MODULES.contains(word));
    let own: Vec<&str> = before_modules.filter(|word| !RPM_PARTS.contains(word)).collect();
    let mut flavour = series.to_owned();
    flavour.push_str(&own.join("-"));
    let key = version::sort_key(package.format, &package.version).ok()?;
    Some(KernelPart::Image { flavour, key })
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

fn deb_part(package: &Package) -> Option<KernelPart> {
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
fn deb_release(name: &str) -> Option<&str> {
    let release = DEB_IMAGES.iter().find_map(|prefix| name.strip_prefix(prefix))?;
    let release = release.strip_suffix("-unsigned").unwrap_or(release);
    release.starts_with(|c: char| c.is_ascii_digit()).then_some(release)
}

/// Does the package hold an image, not modules alone?
fn holds_image(package: &Package) -> bool {
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

/// Does this image package belong to the kernel that calls itself `release` (`uname -r`)?
fn is_of(package: &Package, flavour: &str, release: &str) -> bool {
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
    // SUSE: 4.12.14-122.80-default is of kernel-default-4.12.14-122.80.1, which has one part more.
    let Some((shortened, told)) = release.rsplit_once('-') else { return false };
    let rest = bare.strip_prefix(shortened).and_then(|rest| rest.strip_prefix('.'));
    told == flavour && rest.is_some_and(|rest| !rest.contains('.'))
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

/// Without the series of dpkg flavours: images of all series stand in one boot menu.
fn boot_line(flavour: &str) -> &str {
    let series = flavour.split_once('-').filter(|(series, _)| series.contains('.'));
    series.map_or(flavour, |(_, words)| words)
}

/// What runs on a host, and which images it has.
#[derive(Debug, Default)]
pub struct KernelTruth {
    /// The running release, if an installed package owns it.
    running: Option<(String, String)>,
    /// Release that boots next, if the host tells.
    next: Option<String>,
    /// Newest installed image per flavour.
    newest: HashMap<String, VersionKey>,
    /// Newest installed image per line of the boot menu.
    menu: HashMap<String, VersionKey>,
}

/// How an installed image stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Nothing is known of the running kernel, or no package owns it: the state as judged.
    Untold,
    /// It runs.
    Running,
    /// It does not run; the next boot takes it.
    Next,
    /// It neither runs nor boots.
    Old,
}

impl KernelTruth {
    /// From the image packages of a set.
    pub fn new<'a>(context: &Context, images: impl Iterator<Item = (&'a Package, &'a KernelPart)>) -> Self {
        let mut truth = Self { next: context.default_kernel.clone(), ..Self::default() };
        if context.group.container.is_some() {
            return truth;
        }
        for (package, part) in images {
            let KernelPart::Image { flavour, key } = part else { continue };
            if !holds_image(package) {
                continue;
            }
            if let Some(release) = &context.kernel
                && is_of(package, flavour, release)
            {
                truth.running = Some((release.clone(), flavour.clone()));
            }
            for (newest, line) in
                [(&mut truth.newest, flavour.as_str()), (&mut truth.menu, boot_line(flavour))]
            {
                let newest = newest.entry(line.to_owned()).or_insert_with(|| key.clone());
                if *key > *newest {
                    *newest = key.clone();
                }
            }
        }
        truth
    }

    /// How this image stands.
    pub fn standing(&self, package: &Package, part: &KernelPart) -> Standing {
        let KernelPart::Image { flavour, key } = part else { return Standing::Untold };
        let Some((release, running_flavour)) = &self.running else { return Standing::Untold };
        if is_of(package, flavour, release) {
            return Standing::Running;
        }
        let boots = match &self.next {
            Some(next) => is_of(package, flavour, next),
            None => {
                let line = boot_line(flavour);
                line == boot_line(running_flavour) && self.menu.get(line) == Some(key)
            }
        };
        if boots { Standing::Next } else { Standing::Old }
    }

    /// Is an image of this flavour installed that holds the fix?
    pub fn has_fix(&self, part: &KernelPart, fixed: &VersionKey) -> bool {
        let KernelPart::Image { flavour, .. } = part else { return false };
        self.newest.get(flavour).is_some_and(|newest| newest >= fixed)
    }

    /// The state of a finding of an image package that alone is judged `state`.
    pub fn state(
        &self,
        package: &Package,
        part: &KernelPart,
        state: FindingState,
        fixed: Option<&VersionKey>,
    ) -> FindingState {
        match self.standing(package, part) {
            Standing::Untold | Standing::Next => state,
            Standing::Old => FindingState::Leftover,
            Standing::Running => match fixed {
                Some(fixed) if state == FindingState::Fixable && self.has_fix(part, fixed) => {
                    FindingState::PendingReboot
                }
                _ => state,
            },
        }
    }

    /// What was asked, for people.
    pub fn gate(&self, package: &Package, part: &KernelPart) -> String {
        match (self.standing(package, part), &self.running) {
            (Standing::Running, Some((release, _))) => format!("runs: kernel {release}"),
            (Standing::Next, Some((release, _))) => format!("boots next; kernel {release} runs"),
            (Standing::Old, Some((release, _))) => format!("does not run: kernel {release} does"),
            _ => "the running kernel is not told, or is of no installed package".to_owned(),
        }
    }
}

/// The findings of one image package by the version that fixes them, so that a set with thousands of kernel
/// findings is counted by a few look-ups.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImageCounts {
    /// Fixing version (`None` first: no fix) -> counts.
    by_fix: Vec<(Option<VersionKey>, FindingCounts)>,
}

impl ImageCounts {
    /// Sums findings up: each with its fixing version and its counts.
    pub fn new(findings: impl Iterator<Item = (Option<VersionKey>, FindingCounts)>) -> Self {
        let mut sums: std::collections::BTreeMap<Option<VersionKey>, FindingCounts> = Default::default();
        for (fixed, counts) in findings {
            sums.entry(fixed).or_default().merge(&counts);
        }
        Self { by_fix: sums.into_iter().collect() }
    }

    /// What they count on a host where these images are installed.
    pub fn on(&self, truth: &KernelTruth, package: &Package, part: &KernelPart) -> FindingCounts {
        let mut sum = FindingCounts::default();
        let standing = truth.standing(package, part);
        for (fixed, counts) in &self.by_fix {
            let pending = || fixed.as_ref().is_some_and(|fixed| truth.has_fix(part, fixed));
            let counts = match standing {
                Standing::Untold | Standing::Next => *counts,
                Standing::Old => counts.all_as(FindingState::Leftover),
                Standing::Running if pending() => FindingCounts {
                    fixable: Default::default(),
                    pending_reboot: counts.pending_reboot + counts.fixable_total(),
                    ..*counts
                },
                Standing::Running => *counts,
            };
            sum.merge(&counts);
        }
        sum
    }
}
