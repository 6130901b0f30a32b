//! Packages that a file names, at versions on both sides of the fixed ones.
//!
//! Nothing is random: a choice is a digest of what is chosen, so every run asks the same.
use std::collections::BTreeSet;

use sha2::{Digest, Sha256};

use super::document::{Document, Fixed};
use super::model::{Deb, Rpm};

/// How many packages a made host gets.
pub(super) struct Recipe<'a> {
    pub(super) salt: &'a str,
    /// Of a hundred names.
    pub(super) percent: u64,
    pub(super) most: usize,
    /// Of a hundred versions these are below the one they are made from.
    pub(super) below: u64,
}

impl Recipe<'_> {
    /// Names of the file to install: none that is there already, and no kernel.
    fn chosen<'a>(&self, document: &'a Document, there: &BTreeSet<String>) -> Vec<(&'a str, Vec<&'a Fixed>)> {
        let names = document.fixed.iter().filter(|(name, _)| {
            !name.starts_with("kernel") && !there.contains(*name) && chance(name, self.salt, self.percent)
        });
        // Ubuntu has `3.x only` as a fixed version: oscap would compare it, but no package can have it.
        let possible = |fixed: &&Fixed| !fixed.evr.contains(char::is_whitespace);
        names
            .map(|(name, fixed)| (name.as_str(), fixed.iter().filter(possible).collect()))
            .take(self.most)
            .collect()
    }

    /// The fixed version, one just below or one just above.
    fn near(&self, evr: &str, text: &str, below: &str, above: &str) -> String {
        match (chance(text, "below", self.below), digest(text, "near") % 2) {
            (true, _) => format!("{evr}{below}"),
            (false, 0) => evr.to_owned(),
            (false, _) => format!("{evr}{above}"),
        }
    }
}

/// Packages of an rpm file; some of two architectures, of different versions.
pub(super) fn rpms(recipe: &Recipe<'_>, document: &Document, there: &BTreeSet<String>) -> Vec<Rpm> {
    let mut packages = Vec::new();
    for (name, fixed) in recipe.chosen(document, there) {
        for (arch, share) in [("x86_64", 100), ("i686", 15), ("i386", 15), ("noarch", 100)] {
            let fitting: Vec<&Fixed> =
                fixed.iter().filter(|fixed| fits(&fixed.arch, arch)).copied().collect();
            let wanted = chance(name, &format!("{}{arch}", recipe.salt), share);
            let of_other = packages.last().is_some_and(|last: &Rpm| last.name == name) && arch == "noarch";
            let Some(fixed) =
                pick(&fitting, &format!("{name}{arch}"), recipe.salt).filter(|_| wanted && !of_other)
            else {
                continue;
            };
            let evr = recipe.near(&fixed.evr, &format!("{name}{arch}"), "~1", ".1");
            packages.push(Rpm::new(name, &evr, arch));
        }
    }
    packages
}

fn fits(pattern: &str, arch: &str) -> bool {
    pattern.split('|').any(|word| word == arch) || (pattern.is_empty() && arch == "x86_64")
}

/// Packages of a dpkg file: every state, the architectures `all`, amd64 and i386, alone and together.
pub(super) fn debs(recipe: &Recipe<'_>, document: &Document, there: &BTreeSet<String>) -> Vec<Deb> {
    let mut packages = Vec::new();
    for (name, fixed) in recipe.chosen(document, there) {
        let archs: &[&str] = match digest(name, "archs") % 10 {
            0 => &["i386"],
            1 => &["amd64", "i386"],
            2 => &["i386", "amd64"],
            3 => &["all"],
            _ => &["amd64"],
        };
        for arch in archs {
            let salt = format!("{name}{arch}");
            let Some(fixed) = pick(&fixed, &salt, recipe.salt) else { continue };
            let evr = fixed.evr.strip_prefix("0:").unwrap_or(&fixed.evr);
            let version = recipe.near(evr, &salt, "~", "+b1");
            let (name, arch) = (name.to_owned(), (*arch).to_owned());
            packages.push(Deb { status: status(&salt).to_owned(), name, version, arch });
        }
    }
    packages
}

fn status(salt: &str) -> &'static str {
    match digest(salt, "status") % 20 {
        0 => "hold ok installed",
        1 => "install ok half-configured",
        2 => "install ok unpacked",
        3 => "install reinstreq half-installed",
        4 | 5 => "deinstall ok config-files",
        6 => "deinstall ok installed",
        _ => "install ok installed",
    }
}

fn pick<'a>(fixed: &[&'a Fixed], text: &str, salt: &str) -> Option<&'a Fixed> {
    let count = u64::try_from(fixed.len()).ok().filter(|count| *count > 0)?;
    fixed.get(usize::try_from(digest(text, salt) % count).ok()?).copied()
}

/// Is `text` among these of a hundred?
pub(super) fn chance(text: &str, salt: &str, percent: u64) -> bool {
    digest(text, salt) % 100 < percent
}

fn digest(text: &str, salt: &str) -> u64 {
    let sum = Sha256::digest(format!("{salt}\n{text}"));
    sum.iter().take(8).fold(0, |number, byte| (number << 8) | u64::from(*byte))
}
