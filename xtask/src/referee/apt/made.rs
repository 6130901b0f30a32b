//! Repositories that are made for a host: a Release with hashes and plain `Packages` files.
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use sha2::{Digest, Sha256};

use super::archive::Archive;
use super::deb822::Stanza;
use super::place::Place;
use super::seeded::Seeded;

/// Fields of a Release without its hashes, a line each.
pub(super) struct Facts {
    pub(super) text: &'static str,
    pub(super) site: &'static str,
    pub(super) suite: &'static str,
    /// The component of all packages; `None` = a flat repository.
    pub(super) component: Option<&'static str>,
}

/// Like bookworm-backports: taken only to follow what is installed from it.
pub(super) const BACKPORTS: Facts = Facts {
    text: "Origin: Debian Backports\nLabel: Debian Backports\nSuite: stable-backports\n\
           Codename: bookworm-backports\nNotAutomatic: yes\nButAutomaticUpgrades: yes\n",
    site: "deb.debian.org/debian",
    suite: "bookworm-backports",
    component: Some("main"),
};
/// Like experimental: never taken by itself.
pub(super) const NOT_AUTOMATIC: Facts = Facts {
    text: "Origin: Example\nLabel: Example Preview\nSuite: preview\nCodename: preview\nNotAutomatic: yes\n",
    site: "preview.example.net/debian",
    suite: "preview",
    component: Some("main"),
};
/// Another vendor's repository.
pub(super) const VENDOR: Facts = Facts {
    text: "Origin: Example Inc\nLabel: Example\nSuite: stable\nCodename: gold\nVersion: 4.2\n",
    site: "packages.example.org/apt",
    suite: "stable",
    component: Some("extra"),
};
/// What somebody builds at home, for i386 too.
pub(super) const LOCAL: Facts = Facts {
    text: "Origin: Local\nLabel: Local\nSuite: local\nCodename: local\n",
    site: "apt.example.net/local",
    suite: "local",
    component: Some("main"),
};
/// A flat repository, as `apt-ftparchive` makes one.
pub(super) const FLAT: Facts = Facts {
    text: "Origin: Flat\nLabel: Flat\n",
    site: "flat.example.net/debs",
    suite: "./",
    component: None,
};

/// Writes a repository below `root`.
pub(super) fn write(root: &Path, facts: &Facts, packages: &[Stanza]) -> anyhow::Result<Place> {
    let folder = root.join(facts.site.replace('/', "_")).join(facts.suite.trim_matches(['.', '/']));
    let place = Place {
        components: facts.component.into_iter().map(str::to_owned).collect(),
        ..Place::new(folder, facts.site, facts.suite)
    };
    let mut indexes: BTreeMap<String, String> = BTreeMap::new();
    let archs = packages.iter().map(|package| package.get("Architecture")).filter(|arch| *arch != "all");
    let mut archs: Vec<&str> = archs.collect();
    archs.sort_unstable();
    archs.dedup();
    for package in packages {
        let own = package.get("Architecture");
        // A package for all architectures stands in the index of each.
        for arch in archs.iter().filter(|arch| own == "all" || own == **arch) {
            let path = facts.component.map_or_else(
                || "Packages".to_owned(),
                |component| format!("{component}/binary-{arch}/Packages"),
            );
            let index = indexes.entry(path).or_default();
            if facts.component.is_some() || own != "all" || Some(arch) == archs.first() {
                index.push_str(&package.text());
            }
        }
    }
    let mut release =
        format!("{}Date: Fri, 20 Nov 2026 00:00:00 UTC\nArchitectures: {}\n", facts.text, archs.join(" "));
    release.push_str(
        &facts.component.map_or_else(String::new, |component| format!("Components: {component}\n")),
    );
    release.push_str("SHA256:\n");
    for (path, text) in indexes {
        let hash: String = Sha256::digest(&text).iter().map(|byte| format!("{byte:02x}")).collect();
        release.push_str(&format!(" {hash} {} {path}\n", text.len()));
        let file = place.folder.join(path);
        fs::create_dir_all(file.parent().unwrap_or(&place.folder))?;
        fs::write(file, text)?;
    }
    fs::write(place.folder.join("Release"), release)?;
    Ok(place)
}

/// How the versions of a made repository differ from those it is made of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Newer {
    /// Added to the upstream version.
    pub(super) upstream: &'static str,
    /// The new revision.
    pub(super) revision: &'static str,
}

/// Newer builds of `count` packages of the archive; a few come in two versions, a few are older.
pub(super) fn newer(archive: &Archive, newer: Newer, count: usize, seeded: &mut Seeded) -> Vec<Stanza> {
    let mut packages = Vec::new();
    for base in seeded.choose(&native(archive), count) {
        let mut package = base.clone();
        let version = package.get("Version").to_owned();
        match seeded.below(10) {
            0 => package.set("Version", &format!("{version}~older")),
            1 => {
                package.set("Version", &format!("{version}+second"));
                packages.push(package.clone());
                package.set("Version", &raised(&version, newer));
            }
            _ => package.set("Version", &raised(&version, newer)),
        }
        packages.push(package);
    }
    packages
}

/// The first native build of each name.
pub(super) fn native(archive: &Archive) -> Vec<&Stanza> {
    let mut first: BTreeMap<&str, &Stanza> = BTreeMap::new();
    for suite in &archive.suites {
        for (name, offers) in &suite.packages {
            let native = offers.iter().find(|offer| matches!(offer.get("Architecture"), "amd64" | "all"));
            if let Some(native) = native {
                first.entry(name).or_insert(native);
            }
        }
    }
    first.into_values().collect()
}

fn raised(version: &str, newer: Newer) -> String {
    let upstream = version.rsplit_once('-').map_or(version, |(upstream, _)| upstream);
    format!("{upstream}{}-{}", newer.upstream, newer.revision)
}
