//! The demo's folder: one that was asked for and stays, or one of its own that goes with it.

use anyhow::Context as _;
use std::fs::{self, DirBuilder};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

/// A folder; a temporary one is removed when this is dropped.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    temporary: bool,
}

impl Folder {
    /// `wanted`, or a new one below the system's folder for temporary files, for this user only.
    ///
    /// # Errors
    /// A folder that cannot be made, no randomness.
    pub(super) fn make(wanted: Option<&Path>) -> anyhow::Result<Self> {
        if let Some(path) = wanted {
            let made = DirBuilder::new().recursive(true).mode(0o700).create(path);
            made.with_context(|| format!("cannot make the folder {}", path.display()))?;
            let path = path.canonicalize().with_context(|| format!("{}", path.display()))?;
            return Ok(Self { path, temporary: false });
        }
        let mut random = [0u8; 8];
        getrandom::fill(&mut random).context("no randomness")?;
        let name: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
        let path = std::env::temp_dir().join(format!("pakiti-demo-{name}"));
        let made = DirBuilder::new().mode(0o700).create(&path);
        made.with_context(|| format!("cannot make the folder {}", path.display()))?;
        Ok(Self { path, temporary: true })
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Does it go with the demo?
    pub(super) fn is_temporary(&self) -> bool {
        self.temporary
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if self.temporary
            && let Err(error) = fs::remove_dir_all(&self.path)
        {
            eprintln!("pakiti: cannot remove {}: {error}", self.path.display());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_temporary_folder_goes_and_a_wanted_one_stays() {
        let temporary = Folder::make(None).unwrap();
        let path = temporary.path().to_owned();
        fs::write(path.join("file"), "").unwrap();
        assert!(path.is_dir() && temporary.is_temporary());
        drop(temporary);
        assert!(!path.exists());
        let base = tempfile::tempdir().unwrap();
        let wanted = Folder::make(Some(&base.path().join("a/b"))).unwrap();
        let path = wanted.path().to_owned();
        drop(wanted);
        assert!(path.is_dir());
    }
}
