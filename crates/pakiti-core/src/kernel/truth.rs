//! What runs on a host, which of its images boots next, and how each of them stands.
//!
//! vendor-rules.md "Kernel box"; oval-semantics.md 7, "pending reboot or wrong default".

use super::case::{ImageCase, state_of};
use super::name::{holds_image, patched_kernel};
use super::release::{boot_line, is_of};
use super::{KernelPart, build};
use crate::context::Context;
use crate::finding::FindingState;
use crate::package::Package;
use crate::version::VersionKey;
use std::collections::HashMap;

/// What runs on a host, and which images it has.
#[derive(Debug, Default)]
pub struct KernelTruth {
    /// The running release, if an installed package owns it.
    running: Option<(String, String)>,
    /// `uname -v`: the build that runs, which need not be the installed one.
    build: Option<String>,
    /// Release that boots next, if the host tells.
    next: Option<String>,
    /// Flavour and order of the installed image that `next` is of.
    default: Option<(String, VersionKey)>,
    /// Live patching, as the host tells it or an installed live patch of the running kernel.
    live_patch: Option<String>,
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
    /// The newest of the line that runs; the default boot entry is another image.
    Newest,
    /// It neither runs nor boots.
    Old,
}

impl KernelTruth {
    /// From the image packages of a set.
    pub fn new<'a>(context: &Context, images: impl Iterator<Item = (&'a Package, &'a KernelPart)>) -> Self {
        let mut truth = Self {
            next: context.default_kernel.clone(),
            build: context.kernel_version.clone(),
            live_patch: context.livepatch.clone(),
            ..Self::default()
        };
        if context.group.container.is_some() {
            return truth;
        }
        for (package, part) in images {
            let KernelPart::Image { flavour, key } = part else { continue };
            if !holds_image(package) {
                truth.note_live_patch(package, context);
                continue;
            }
            if let Some(release) = &context.kernel
                && is_of(package, flavour, release)
            {
                truth.running = Some((release.clone(), flavour.clone()));
            }
            if truth.next.as_ref().is_some_and(|next| is_of(package, flavour, next)) {
                truth.default = Some((flavour.clone(), key.clone()));
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

    fn note_live_patch(&mut self, package: &Package, context: &Context) {
        let runs = |release: &String| is_of(package, "", release);
        if self.live_patch.is_none()
            && patched_kernel(&package.name).is_some()
            && context.kernel.as_ref().is_some_and(runs)
        {
            self.live_patch = Some(package.name.clone());
        }
    }

    /// Is it told which build runs?
    pub fn knows_build(&self) -> bool {
        self.build.is_some() && self.running.is_some()
    }

    /// The image in the build that runs, where another one was installed under its name since.
    pub fn replaced(&self, package: &Package, part: &KernelPart) -> Option<Package> {
        let build = self.build.as_deref()?;
        (self.standing(package, part) == Standing::Running).then(|| build::older(package, build)).flatten()
    }

    /// How this image stands.
    pub fn standing(&self, package: &Package, part: &KernelPart) -> Standing {
        let KernelPart::Image { flavour, key } = part else { return Standing::Untold };
        let Some((release, running_flavour)) = &self.running else { return Standing::Untold };
        if is_of(package, flavour, release) {
            return Standing::Running;
        }
        let line = boot_line(flavour);
        let newest = line == boot_line(running_flavour) && self.menu.get(line) == Some(key);
        match &self.next {
            Some(next) if is_of(package, flavour, next) => Standing::Next,
            Some(_) if newest => Standing::Newest,
            None if newest => Standing::Next,
            _ => Standing::Old,
        }
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
        let fixed = || fixed.is_some_and(|fixed| self.has_fix(part, fixed));
        state_of(self.standing(package, part), state, fixed)
    }

    /// How this image stands, as far as the states of its findings depend on it.
    pub fn case(&self, package: &Package, part: &KernelPart) -> ImageCase {
        let KernelPart::Image { flavour, .. } = part else { return ImageCase::AsJudged };
        match self.standing(package, part) {
            Standing::Untold | Standing::Next | Standing::Newest => ImageCase::AsJudged,
            Standing::Running => ImageCase::Running { newest: self.newest.get(flavour).cloned() },
            Standing::Old => ImageCase::Old,
        }
    }

    /// The default boot entry, if a reboot into it leaves out the installed image that holds the fix.
    fn wrong_default(&self, part: &KernelPart, fixed: Option<&VersionKey>) -> Option<&str> {
        let (KernelPart::Image { flavour, .. }, Some(next), Some(fixed)) = (part, &self.next, fixed) else {
            return None;
        };
        let boots_fix =
            self.default.as_ref().is_some_and(|(default, key)| default == flavour && key >= fixed);
        (self.has_fix(part, fixed) && !boots_fix).then_some(next)
    }

    /// What was asked, for people; `fixed` closes the finding.
    pub fn gate(&self, package: &Package, part: &KernelPart, fixed: Option<&VersionKey>) -> String {
        let Some((release, _)) = &self.running else {
            return "the running kernel is not told, or is of no installed package".to_owned();
        };
        match self.standing(package, part) {
            Standing::Running => {
                let mut gate = format!("runs: kernel {release}");
                if let Some(default) = self.wrong_default(part, fixed) {
                    gate.push_str(&format!(
                        "; the default boot entry is kernel {default}, not the fixed image: a reboot alone does \
                         not help"
                    ));
                }
                if let Some(patch) = &self.live_patch {
                    gate.push_str(&format!("; live patch present ({patch}): what it closes is not known"));
                }
                gate
            }
            Standing::Next => format!("boots next; kernel {release} runs"),
            Standing::Newest => {
                let default = self.next.as_deref().unwrap_or_default();
                format!("newest image, but the default boot entry is kernel {default}; kernel {release} runs")
            }
            Standing::Old | Standing::Untold => format!("does not run: kernel {release} does"),
        }
    }
}
