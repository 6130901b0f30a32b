//! Where things are: build output and the shared folder with real data.

use std::path::PathBuf;

use crate::source_tree::workspace_root;

/// Cargo's target folder.
pub(crate) fn target() -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(folder) => PathBuf::from(folder),
        None => workspace_root().join("target"),
    }
}

/// The folder with real vendor data and the load generator: `PAKITI_SHARED`, else `../shared`.
pub(crate) fn shared() -> Option<PathBuf> {
    let folder = match std::env::var_os("PAKITI_SHARED") {
        Some(folder) => PathBuf::from(folder),
        None => workspace_root().join("../shared"),
    };
    folder.is_dir().then_some(folder)
}
