//! The keyrings a distribution installs for its own archive.
//!
//! contract.md "Sources": the default keyring is the distribution's, if installed. Every one that is there is
//! taken, whatever `Origin` a Release claims: a Release must not choose the keys it is checked with.

use std::path::{Path, PathBuf};

/// Where Debian and Ubuntu install them.
pub(crate) const FOLDER: &str = "/usr/share/keyrings";

/// The keyrings of Debian and Ubuntu; of the two spellings the first that exists.
const NAMES: [[&str; 2]; 2] = [
    ["debian-archive-keyring.gpg", "debian-archive-keyring.pgp"],
    ["ubuntu-archive-keyring.gpg", "ubuntu-archive-keyring.pgp"],
];

/// The distributions' keyrings in `folder` (usually [`FOLDER`]); empty if none is installed.
pub(crate) fn installed(folder: &Path) -> Vec<PathBuf> {
    let exists = |names: &[&str; 2]| names.iter().map(|name| folder.join(name)).find(|path| path.exists());
    NAMES.iter().filter_map(exists).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_spelling_that_exists_is_taken() {
        let folder = tempfile::tempdir().unwrap();
        assert!(installed(folder.path()).is_empty());
        for name in ["ubuntu-archive-keyring.pgp", "debian-archive-keyring.pgp", "debian-archive-keyring.gpg"]
        {
            std::fs::write(folder.path().join(name), b"").unwrap();
        }
        let found = installed(folder.path());
        let names: Vec<_> = found.iter().filter_map(|path| path.file_name()?.to_str()).collect();
        assert_eq!(names, ["debian-archive-keyring.gpg", "ubuntu-archive-keyring.pgp"]);
    }
}
