//! What the indexes offer, read by apt's own helper.
use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use anyhow::Context;

use super::asked;
use super::deb822::{self, Stanza};
use super::place::Place;

/// Reads files in every compression that apt knows.
const HELPER: &str = "/usr/lib/apt/apt-helper";

/// Every suite a host asks.
#[derive(Debug, Clone, Default)]
pub(super) struct Archive {
    /// Suites in the order they were named.
    pub(super) suites: Vec<Rc<Suite>>,
}

/// One suite.
#[derive(Debug)]
pub(super) struct Suite {
    /// Is it a security suite, by contract.md's rule?
    pub(super) security: bool,
    /// Name -> what is offered under it.
    pub(super) packages: BTreeMap<String, Vec<Stanza>>,
}

/// Suites that were read, by folder: hosts share them, and Debian's largest takes seconds.
#[derive(Debug, Default)]
pub(super) struct Shelf(HashMap<PathBuf, Rc<Suite>>);

impl Shelf {
    /// What these places offer.
    pub(super) fn archive(&mut self, places: &[Place]) -> anyhow::Result<Archive> {
        let mut archive = Archive::default();
        for place in places {
            if !self.0.contains_key(&place.folder) {
                let indexes: Vec<PathBuf> = place.indexes()?.into_iter().map(|(index, _)| index).collect();
                let suite = Suite::read(&place.release()?, &indexes)?;
                self.0.insert(place.folder.clone(), Rc::new(suite));
            }
            archive.suites.extend(self.0.get(&place.folder).cloned());
        }
        Ok(archive)
    }
}

impl Archive {
    /// Suites of apt's lists folder.
    pub(super) fn of_lists(folder: &Path) -> anyhow::Result<Archive> {
        let mut files = fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
        files.sort_by_key(fs::DirEntry::file_name);
        let names: Vec<String> =
            files.iter().map(|file| file.file_name().to_string_lossy().into_owned()).collect();
        let mut archive = Archive::default();
        for release in names.iter().filter(|name| name.ends_with("_InRelease")) {
            let prefix = release.trim_end_matches("InRelease");
            let indexes = names.iter().filter(|name| name.starts_with(prefix) && name.contains("_Packages"));
            let indexes: Vec<PathBuf> = indexes.map(|name| folder.join(name)).collect();
            archive.suites.push(Rc::new(Suite::read(&folder.join(release), &indexes)?));
        }
        Ok(archive)
    }
}

impl Suite {
    fn read(release: &Path, indexes: &[PathBuf]) -> anyhow::Result<Suite> {
        let text = fs::read_to_string(release).with_context(|| release.display().to_string())?;
        let field =
            |name: &str| text.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().trim();
        let security = field("Label:") == "Debian-Security"
            || [field("Suite:"), field("Codename:")]
                .iter()
                .any(|name| name.ends_with("-security") || name.ends_with("/updates"));
        let mut packages: BTreeMap<String, Vec<Stanza>> = BTreeMap::new();
        for index in indexes {
            let text = asked::output(HELPER, &["cat-file", &index.display().to_string()])?;
            for stanza in deb822::stanzas(&text) {
                packages.entry(stanza.get("Package").to_owned()).or_default().push(stanza);
            }
        }
        Ok(Suite { security, packages })
    }

    /// What this suite offers of a package.
    pub(super) fn offers(&self, name: &str) -> &[Stanza] {
        self.packages.get(name).map_or(&[], Vec::as_slice)
    }
}
