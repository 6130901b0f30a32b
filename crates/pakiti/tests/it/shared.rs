//! Where the tests find the real data that is not in the repository.

use std::path::{Path, PathBuf};

/// The file or folder `path` of the shared data: below `PAKITI_SHARED`, else below `../shared` as seen from
/// the workspace root. If it is absent, says so and gives `None`; with `CI=true` it panics, so that no test
/// passes there by having been left out.
pub(crate) fn shared_data(path: &str) -> Option<PathBuf> {
    let root = std::env::var_os("PAKITI_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"), PathBuf::from);
    let file = root.join(path);
    if file.exists() {
        return Some(file);
    }
    assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "{} is absent", file.display());
    eprintln!("left out: {} is absent", file.display());
    None
}
