//! A suite's folder on this machine, none of whose files may lie elsewhere.
//!
//! The administrator names the folders a server may read. Links inside them are followed, but not out of them:
//! who may write there must not make the server read what only the server may.

use pakiti_formats::repository::apt::suite::{Folder, LocalFolder};
use std::io::{self, ErrorKind};
use std::path::PathBuf;

/// The folder of one Release.
#[derive(Debug, Clone)]
pub struct BoundFolder {
    /// The folder, canonical.
    pub root: PathBuf,
    /// Canonical folders that files may lie below.
    pub folders: Vec<PathBuf>,
}

impl Folder for BoundFolder {
    fn fetch(&self, path: &str, limit: u64) -> io::Result<Option<Vec<u8>>> {
        let canonical = match self.root.join(path).canonicalize() {
            Ok(canonical) => canonical,
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                return Ok(None);
            }
            Err(error) => return Err(error),
        };
        if !self.folders.iter().any(|folder| canonical.starts_with(folder)) {
            let reason = "a link that leads out of the folders the server may read";
            return Err(io::Error::new(ErrorKind::PermissionDenied, reason));
        }
        // Opening a pipe would wait for somebody to write into it.
        if !canonical.is_file() {
            return Err(io::Error::new(ErrorKind::InvalidInput, "not a regular file"));
        }
        LocalFolder { root: self.root.clone() }.fetch(path, limit)
    }
}
