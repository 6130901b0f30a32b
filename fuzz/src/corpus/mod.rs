//! Seeds: what mutation begins with. Small files of our own in `fuzz/corpus`, and pieces of real data.
//!
//! Real data are found as in the tests of the other crates: below `PAKITI_SHARED`, else below `../shared` as seen
//! from the workspace. They are cut so small that thousands of inputs a second go through a target.

pub(crate) mod oval;
pub(crate) mod real;

use crate::Target;
use pakiti_formats::decompress::{DecompressLimits, bytes};
use std::path::{Path, PathBuf};

/// Largest real file that is read, bytes as it stands on disk.
const LARGEST_FILE: u64 = 300 << 10;
/// Most bytes of it after decompression.
const LARGEST_TEXT: u64 = 16 << 20;

/// The folder `data` of the shared folder, if it is there.
pub fn shared_data() -> Option<PathBuf> {
    let root = std::env::var_os("PAKITI_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared"), PathBuf::from);
    Some(root.join("data")).filter(|data| data.is_dir())
}

/// The seeds of a target in the repository, in the order of their names.
///
/// # Errors
/// What reading them gave.
pub fn own(target: &Target) -> std::io::Result<Vec<Vec<u8>>> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(target.corpus())?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .collect();
    paths.sort();
    paths.iter().map(std::fs::read).collect()
}

/// Every file below a folder that is not too large, in the order of its path.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let Ok(meta) = entry.metadata() else { continue };
            if meta.is_dir() {
                folders.push(entry.path());
            } else if meta.len() <= LARGEST_FILE {
                found.push(entry.path());
            }
        }
    }
    found.sort();
    found
}

/// The text of a file, decompressed if it is compressed; none if it is too large or no text.
fn text(path: &Path) -> Option<String> {
    let data = std::fs::read(path).ok()?;
    let limits = DecompressLimits { max_bytes: LARGEST_TEXT, ..DecompressLimits::default() };
    String::from_utf8(bytes(&data, &limits).ok()?.into_owned()).ok()
}

/// The first whole lines of a text, at most `most` bytes.
fn head(text: &str, most: usize) -> &str {
    let end = text.floor_char_boundary(most);
    if end == text.len() {
        return text;
    }
    let cut = text.get(..end).unwrap_or_default();
    cut.get(..=cut.rfind('\n').unwrap_or(0)).unwrap_or(cut)
}
