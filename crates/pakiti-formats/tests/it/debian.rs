//! The real Debian indices of the shared data (data/debian/MANIFEST.md) and the time they are read at.

use std::path::PathBuf;

/// 2026-11-22T00:00:00Z: after the indices were made, before bookworm-security expires (2026-11-27).
pub(crate) const NOW: i64 = 1_795_305_600;
/// Debian's keyring, where Debian installs it.
pub(crate) const KEYRING: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";

/// The folder of the shared data; `None` (told on stdout) when it is absent, which CI does not allow.
pub(crate) fn shared() -> Option<PathBuf> {
    let default = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared");
    let root = std::env::var_os("PAKITI_SHARED").map_or_else(|| PathBuf::from(default), PathBuf::from);
    if root.join("data").is_dir() {
        return Some(root);
    }
    absent(&format!("shared data at {}", root.display()))
}

/// Debian's keyring; `None` (told on stdout) when it is absent, which CI does not allow.
pub(crate) fn keyring() -> Option<Vec<u8>> {
    std::fs::read(KEYRING).ok().or_else(|| absent(KEYRING))
}

fn absent<T>(what: &str) -> Option<T> {
    assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "no {what}");
    println!("skipped: no {what}");
    None
}

/// The folder of a suite.
pub(crate) fn suite(name: &str) -> Option<PathBuf> {
    shared().map(|root| root.join("data/debian/dists").join(name))
}

/// A file of a suite.
pub(crate) fn suite_file(suite_name: &str, path: &str) -> Option<PathBuf> {
    suite(suite_name).map(|folder| folder.join(path))
}
