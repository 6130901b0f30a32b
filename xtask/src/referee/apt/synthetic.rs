//! Synthetic hosts: dpkg status files made from the shared indexes.
//!
//! Every field apt tells builds apart by is kept (data.md: Depends, Breaks, Conflicts, Replaces, Provides,
//! Installed-Size, ...). Versions are those of the indexes, or lie just below or above one; some packages are held,
//! half installed or only configured, some have changed their architecture, some are in no index.
use std::collections::BTreeSet;

use anyhow::Context;

use super::archive::Archive;
use super::deb822::Stanza;
use super::seeded::Seeded;

/// Fields of an index that dpkg's status does not have.
const INDEX_FIELDS: [&str; 6] = ["Filename", "Size", "MD5sum", "SHA256", "Description-md5", "Tag"];
/// The architecture of the host.
const NATIVE: &str = "amd64";
/// Share of packages for which another suite has a newer version, percent.
const UPDATED: usize = 30;

/// Share of packages that are held on most hosts, percent.
pub(super) const USUALLY_HELD: usize = 4;

/// What the host shall be.
pub(super) struct Recipe {
    pub(super) seed: u64,
    /// Packages of the native architecture and `all`.
    pub(super) packages: usize,
    /// Packages of foreign architectures.
    pub(super) foreign: usize,
    /// Share of packages that are held, percent.
    pub(super) held: usize,
}

/// The status file of a host.
pub(super) fn status(archive: &Archive, recipe: &Recipe) -> anyhow::Result<String> {
    let mut seeded = Seeded::new(recipe.seed);
    let (main, later) = archive.suites.split_first().context("no suites")?;
    let native = |stanza: &&Stanza| matches!(stanza.get("Architecture"), NATIVE | "all");
    let is_updated = |name: &str| later.iter().any(|suite| suite.offers(name).iter().any(|s| native(&s)));
    let stanzas: Vec<&Stanza> = main.packages.values().filter_map(|all| all.iter().find(native)).collect();
    let (updated, others): (Vec<&Stanza>, Vec<&Stanza>) =
        stanzas.into_iter().partition(|stanza| is_updated(stanza.get("Package")));
    let count = recipe.packages * UPDATED / 100;
    let mut chosen = seeded.choose(&updated, count);
    chosen.extend(seeded.choose(&others, recipe.packages - chosen.len()));
    let mut text = String::new();
    for stanza in chosen {
        let newer: Vec<&str> = later
            .iter()
            .flat_map(|suite| suite.offers(stanza.get("Package")))
            .filter(native)
            .map(|offer| offer.get("Version"))
            .collect();
        text.push_str(&installed(stanza, &newer, recipe.held, &mut seeded).text());
    }
    let foreign: Vec<&Stanza> = later
        .iter()
        .flat_map(|suite| suite.packages.values().flatten())
        .filter(|stanza| !matches!(stanza.get("Architecture"), NATIVE | "all"))
        .collect();
    let mut taken = BTreeSet::new();
    for stanza in seeded.choose(&foreign, recipe.foreign) {
        // dpkg has one version of a package for each architecture.
        if !taken.insert((stanza.get("Package"), stanza.get("Architecture"))) {
            continue;
        }
        let mut package = as_installed(stanza);
        if seeded.chance(70) {
            package.set("Version", &format!("{}~", stanza.get("Version")));
        }
        // The first hosts of this referee hold none: their seeds shall go on making the same hosts.
        if recipe.held > USUALLY_HELD && seeded.chance(recipe.held) {
            package.set("Status", "hold ok installed");
        }
        text.push_str(&package.text());
    }
    Ok(text)
}

/// The stanza as dpkg keeps it.
pub(super) fn as_installed(stanza: &Stanza) -> Stanza {
    let mut package = stanza.clone();
    package.remove(&INDEX_FIELDS);
    package.set("Status", "install ok installed");
    package
}

fn installed(stanza: &Stanza, newer: &[&str], held: usize, seeded: &mut Seeded) -> Stanza {
    let mut package = as_installed(stanza);
    let version = stanza.get("Version");
    let version = match (seeded.below(10), newer.is_empty()) {
        (0 | 1, _) => format!("{version}~"),
        (2, _) => format!("{version}+local1"),
        (3 | 4, false) => newer[seeded.below(newer.len())].to_owned(),
        (5, false) => format!("{}~", newer[seeded.below(newer.len())]),
        _ => version.to_owned(),
    };
    package.set("Version", &version);
    if held > USUALLY_HELD && seeded.chance(held - USUALLY_HELD) {
        package.set("Status", "hold ok installed");
        return package;
    }
    match seeded.below(100) {
        0..USUALLY_HELD => package.set("Status", "hold ok installed"),
        USUALLY_HELD..6 => package.set("Status", "deinstall ok config-files"),
        6 => package.set("Status", "install ok unpacked"),
        7 => package.set("Status", "install reinstreq half-installed"),
        8..12 => {
            let changed = if stanza.get("Architecture") == "all" { NATIVE } else { "all" };
            package.set("Architecture", changed);
        }
        12..15 => {
            let local = format!("local-{}", stanza.get("Package"));
            package.set("Package", &local);
        }
        _ => {}
    }
    package
}
