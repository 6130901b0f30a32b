//! apt's own lists folder (`/var/lib/apt/lists`).
//!
//! Flat: the URL of a file with `/` turned into `_` and other odd characters into `%xx` (apt 2.6,
//! `URItoFileName`). Each `*_InRelease` or `*_Release` with the files that share its prefix is one suite. apt
//! keeps indexes compressed anew (`.lz4`), so the hash of their content is what Release can vouch for.

use super::suite::{self, Folder, LocalFolder, read_file};
use super::{AptError, AptOptions, LoadedSuite};
use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

/// A suite of a path, by name.
#[derive(Debug)]
pub struct NamedSuite {
    /// Folder name, or prefix in apt's lists (`deb.debian.org_debian_dists_bookworm`).
    pub name: String,
    /// The suite, or why it is refused.
    pub suite: Result<LoadedSuite, AptError>,
}

/// Loads what `path` holds: a `dists/<suite>` folder (one suite) or apt's lists folder (any number, by name).
///
/// # Errors
/// [`AptError`] when the folder cannot be listed or holds no Release; a refused suite is one of the results.
pub fn load_path(path: &Path, options: &AptOptions) -> Result<Vec<NamedSuite>, AptError> {
    if path.join("InRelease").is_file() || path.join("Release").is_file() {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let suite = suite::load(&LocalFolder { root: path.to_owned() }, options);
        return Ok(vec![NamedSuite { name, suite }]);
    }
    let prefixes = prefixes(path).map_err(|source| AptError::Unreadable { path: shown(path), source })?;
    if prefixes.is_empty() {
        return Err(AptError::NoRelease);
    }
    Ok(prefixes.into_iter().map(|prefix| load_prefix(path, prefix, options)).collect())
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

fn load_prefix(root: &Path, prefix: String, options: &AptOptions) -> NamedSuite {
    let mut options = options.clone();
    if options.site.is_empty() {
        options.site = site(&prefix);
    }
    let name = prefix.trim_end_matches('_').to_owned();
    let suite = suite::load(&ListsFolder { root: root.to_owned(), prefix }, &options);
    NamedSuite { name, suite }
}

/// What stands before `InRelease` or `Release` in the file names of `root`.
fn prefixes(root: &Path) -> io::Result<BTreeSet<String>> {
    let mut found = BTreeSet::new();
    for entry in std::fs::read_dir(root)? {
        let name = entry?.file_name();
        let Some(name) = name.to_str() else { continue };
        let prefix = ["InRelease", "Release"].iter().find_map(|file| name.strip_suffix(file));
        found.extend(prefix.filter(|prefix| prefix.ends_with('_')).map(str::to_owned));
    }
    Ok(found)
}

/// The host of the URL that a prefix was made of; empty for `file:` URLs, whose path begins at once.
fn site(prefix: &str) -> String {
    let host = prefix.split('_').next().unwrap_or_default();
    host.replace("%3a", ":").replace("%5f", "_")
}

/// One suite of apt's lists folder.
#[derive(Debug, Clone)]
pub struct ListsFolder {
    /// The lists folder.
    pub root: PathBuf,
    /// What the file names of this suite begin with, `_` at the end included.
    pub prefix: String,
}

impl Folder for ListsFolder {
    fn fetch(&self, path: &str, limit: u64) -> io::Result<Option<Vec<u8>>> {
        read_file(&self.root.join(format!("{}{}", self.prefix, file_name(path))), limit)
    }

    fn recompressed(&self) -> bool {
        true
    }
}

/// A path as apt writes it into a file name.
fn file_name(path: &str) -> String {
    const QUOTED: &[u8] = b"\\|{}[]<>\"^~_=!@#$%&*";
    let mut name = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'/' => name.push('_'),
            b'!'..=b'~' if !QUOTED.contains(&byte) => name.push(char::from(byte)),
            _ => name.push_str(&format!("%{byte:02x}")),
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_names_are_quoted_as_apt_quotes_them() {
        assert_eq!(file_name("main/binary-amd64/Packages.xz"), "main_binary-amd64_Packages.xz");
        assert_eq!(file_name("a_b~c/d+e:f"), "a%5fb%7ec_d+e:f");
        assert_eq!(site("deb.debian.org_debian_dists_bookworm_"), "deb.debian.org");
        assert_eq!(site("localhost:8080_x_"), "localhost:8080");
        assert_eq!(site("_srv_mirror_dists_x_"), "");
    }
}
