//! Small apt archives and dpkg status files in a folder of their own.

use sha2::{Digest, Sha256};
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A folder with suites and reports; it goes with its owner.
pub(crate) struct Archive {
    folder: TempDir,
}

impl Archive {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// A file; gives its path.
    pub(crate) fn file(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path.display().to_string()
    }

    /// An unsigned suite of Debian 12: further Release fields, then the indexes of `main` by architecture.
    pub(crate) fn suite(&self, codename: &str, fields: &str, indexes: &[(&str, &str)]) -> Suite {
        let folder = self.path().join(codename);
        let mut release = format!("Origin: Debian\nCodename: {codename}\n{fields}SHA256:\n");
        for (arch, text) in indexes {
            let name = format!("main/binary-{arch}/Packages");
            self.file(&format!("{codename}/{name}"), text);
            release.push_str(&format!(" {} {} {name}\n", sha256(text), text.len()));
        }
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("Release"), release).unwrap();
        Suite { folder }
    }
}

/// One suite.
pub(crate) struct Suite {
    pub(crate) folder: PathBuf,
}

impl Suite {
    /// `--source` for it, trusted as it is not signed.
    pub(crate) fn source(&self) -> String {
        format!("--source=apt={},trusted=yes", self.folder.display())
    }

    /// Replaces an index without telling Release.
    pub(crate) fn tamper(&self, arch: &str, text: &str) {
        fs::write(self.folder.join(format!("main/binary-{arch}/Packages")), text).unwrap();
    }
}

fn sha256(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Stanzas of an index: `name version arch` per line, then further fields after ` | `.
pub(crate) fn index(lines: &str) -> String {
    stanzas(lines, "")
}

/// A dpkg status file from lines as those of [`index`]; all are installed unless a line gives a `Status`.
pub(crate) fn status(lines: &str) -> String {
    stanzas(lines, "Status: install ok installed\n")
}

fn stanzas(lines: &str, common: &str) -> String {
    let mut text = String::new();
    for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (package, further) = line.split_once(" | ").unwrap_or((line, ""));
        let mut words = package.split(' ');
        for field in ["Package", "Version", "Architecture"] {
            text.extend(words.next().map(|word| format!("{field}: {word}\n")));
        }
        match further {
            "" => text.push_str(common),
            further => text.push_str(&format!("{further}\n")),
        }
        text.push('\n');
    }
    text
}
