//! Writes apt suites: a Release with the right hashes and one Packages file, unsigned.

use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::path::Path;

/// What a suite is and offers.
#[derive(Debug, Clone)]
pub(crate) struct Suite {
    codename: String,
    label: String,
    valid_until: String,
    stanzas: Vec<String>,
}

impl Suite {
    /// `bookworm` and its kind: label `Debian`, or `Debian-Security` if the codename ends so.
    pub(crate) fn debian(codename: &str) -> Self {
        let security = codename.ends_with("-security");
        Self {
            codename: codename.to_owned(),
            label: if security { "Debian-Security" } else { "Debian" }.to_owned(),
            valid_until: String::new(),
            stanzas: Vec::new(),
        }
    }

    /// With a package of its own source.
    pub(crate) fn package(self, name: &str, version: &str) -> Self {
        self.stanza(&format!("Package: {name}\nVersion: {version}\nArchitecture: amd64\n"))
    }

    /// With a stanza as it is.
    pub(crate) fn stanza(mut self, stanza: &str) -> Self {
        self.stanzas.push(stanza.to_owned());
        self
    }

    /// With a `Valid-Until` (RFC 2822).
    pub(crate) fn valid_until(mut self, date: &str) -> Self {
        self.valid_until = format!("Valid-Until: {date}\n");
        self
    }

    /// Writes it to `dists/<codename>` below `root`.
    pub(crate) fn write(&self, root: &Path) {
        let folder = root.join("dists").join(&self.codename);
        std::fs::create_dir_all(folder.join("main/binary-amd64")).unwrap();
        let packages = self.stanzas.join("\n");
        std::fs::write(folder.join("main/binary-amd64/Packages"), &packages).unwrap();
        let mut hash = String::new();
        for byte in Sha256::digest(&packages) {
            let _ = write!(hash, "{byte:02x}");
        }
        let release = format!(
            "Origin: Debian\nLabel: {}\nSuite: {}\nCodename: {}\nDate: Sat, 21 Nov 2026 00:00:00 UTC\n{}\
             Architectures: amd64\nComponents: main\nSHA256:\n {hash} {} main/binary-amd64/Packages\n",
            self.label,
            self.codename,
            self.codename,
            self.valid_until,
            packages.len(),
        );
        std::fs::write(folder.join("Release"), release).unwrap();
    }
}
