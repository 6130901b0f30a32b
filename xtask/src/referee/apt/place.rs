//! A place that packages come from: its folder here, and where apt believes it to be.
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use anyhow::Context;

/// One suite, or one flat repository.
#[derive(Debug, Clone)]
pub(super) struct Place {
    /// The folder that holds its Release.
    pub(super) folder: PathBuf,
    /// Host and path of the archive: `deb.debian.org/debian`.
    pub(super) site: String,
    /// As in sources.list; a flat one ends in `/`.
    pub(super) suite: String,
    /// Its components; none = flat.
    pub(super) components: Vec<String>,
}

impl Place {
    /// A suite with the component `main`.
    pub(super) fn new(folder: PathBuf, site: &str, suite: &str) -> Place {
        Place { folder, site: site.to_owned(), suite: suite.to_owned(), components: vec!["main".to_owned()] }
    }

    /// `InRelease` or `Release`.
    pub(super) fn release(&self) -> anyhow::Result<PathBuf> {
        let mut files = ["InRelease", "Release"].iter().map(|name| self.folder.join(name));
        files.find(|file| file.is_file()).with_context(|| format!("no Release in {}", self.folder.display()))
    }

    /// The files that apt would have of it: path, and path below the Release.
    pub(super) fn indexes(&self) -> anyhow::Result<Vec<(PathBuf, String)>> {
        let mut found = Vec::new();
        if self.components.is_empty() {
            found.push(String::new());
        }
        for component in &self.components {
            let folder = self.folder.join(component);
            for entry in fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
                let name = entry?.file_name().to_string_lossy().into_owned();
                found.extend(name.starts_with("binary-").then(|| format!("{component}/{name}/")));
            }
        }
        found.sort_unstable();
        let mut indexes = Vec::new();
        for folder in found {
            let paths = ["Packages.xz", "Packages"].map(|name| format!("{folder}{name}"));
            let file = paths.into_iter().find(|path| self.folder.join(path).is_file());
            indexes.extend(file.map(|path| (self.folder.join(&path), path)));
        }
        Ok(indexes)
    }

    /// Its line of sources.list. Signatures are Pakiti's matter, apt has fetched it already.
    pub(super) fn source_line(&self) -> String {
        format!("deb [trusted=yes] http://{} {} {}\n", self.site, self.suite, self.components.join(" "))
    }

    /// Puts its files into apt's lists folder, under the names that apt gives them.
    pub(super) fn link_into(&self, lists: &Path) -> anyhow::Result<()> {
        let site = self.site.replace('/', "_");
        let prefix = match self.suite.strip_suffix('/') {
            Some(path) => format!("{site}_{path}_"),
            None => format!("{site}_dists_{}_", self.suite),
        };
        let release = self.release()?;
        let name = release.file_name().unwrap_or_default().to_string_lossy();
        symlink(&release, lists.join(format!("{prefix}{name}")))?;
        for (index, path) in self.indexes()? {
            symlink(index, lists.join(format!("{prefix}{}", path.replace('/', "_"))))?;
        }
        Ok(())
    }
}
