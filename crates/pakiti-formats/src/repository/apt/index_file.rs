//! One index of a suite: which of its forms is read, from where, and the proof that it is the one Release means.
//!
//! Debian wiki "DebianRepository/Format" (compression, "Acquire-By-Hash"); contract.md "Sources": hashes are those of
//! the compressed or of the uncompressed file. With `Acquire-By-Hash: yes` the name below `by-hash` is asked
//! first, in folders as on the web; apt's own lists have plain names only.

use super::release::{Release, ReleaseCheck, ReleaseFile, hex};
use super::suite::{Folder, Index};
use super::{LoadedFile, packages};
use crate::decompress::{self, DecompressError, DecompressLimits};
use crate::repository::{SkipList, SkipReason};
use pakiti_core::repository::IndexedPackage;
use sha2::{Digest, Sha256};
use std::io::{self, Read};

/// Largest index whose stored size Release does not tell, bytes.
const MAX_INDEX: u64 = 1 << 30;
/// The forms of an index, the one to prefer first.
pub(super) const SUFFIXES: [&str; 6] = [".xz", ".zst", ".gz", ".bz2", ".lz4", ""];

/// Reads the first form of an index that is there and right; forms that are wrong go to `skipped`. A form that is
/// absent is no error: `None`.
pub(super) fn read(
    folder: &dyn Folder,
    release: &Release,
    index: &Index,
    packages: &mut Vec<IndexedPackage>,
    skipped: &mut SkipList,
) -> Option<LoadedFile> {
    let content = release.files.get(&index.path);
    let paths = SUFFIXES.map(|suffix| format!("{}{suffix}", index.path));
    // A form that Release does not name is asked for last, and only if its content can be proven.
    let (named, others): (Vec<_>, Vec<_>) = paths.iter().partition(|path| release.files.contains_key(*path));
    let others = others.into_iter().filter(|_| content.is_some());
    for path in named.into_iter().chain(others) {
        let stored = release.files.get(path);
        let candidate = Candidate { path, component: &index.component, stored, content };
        let before = packages.len();
        let mut lines = SkipList::default();
        match candidate.read(folder, release.by_hash, packages, &mut lines) {
            Ok(None) => {}
            Ok(Some(file)) => {
                skipped.extend(lines);
                return Some(file);
            }
            Err(reason) => {
                packages.truncate(before);
                skipped.push(path, 0, reason);
            }
        }
    }
    None
}

/// One form of an index.
struct Candidate<'a> {
    path: &'a str,
    component: &'a str,
    /// What Release says of this form.
    stored: Option<&'a ReleaseFile>,
    /// What Release says of the uncompressed form.
    content: Option<&'a ReleaseFile>,
}

impl Candidate<'_> {
    fn read(
        &self,
        folder: &dyn Folder,
        by_hash: bool,
        packages: &mut Vec<IndexedPackage>,
        skipped: &mut SkipList,
    ) -> Result<Option<LoadedFile>, SkipReason> {
        let Some((data, proven)) = self.fetch(folder, by_hash)? else { return Ok(None) };
        // Either the stored bytes are the ones that Release names, or what comes out of them must be.
        let content = match (proven, self.stored) {
            (true, _) => None,
            (false, Some(_)) if !folder.recompressed() => return Err(SkipReason::HashMismatch),
            (false, _) => Some(self.content.ok_or(SkipReason::HashMismatch)?),
        };
        let stanzas = self.scan(&data, content, packages, skipped)?;
        Ok(Some(LoadedFile {
            path: self.path.to_owned(),
            sha256: hex(&Sha256::digest(&data)),
            size: data.len() as u64,
            stanzas,
        }))
    }

    /// The stored bytes, and whether they are proven to be those that Release names. The name below `by-hash` comes
    /// first: it holds what this very Release means, even when the mirror has switched since. A mirror that lacks
    /// it, refuses it or has something else there may still have the plain name.
    fn fetch(&self, folder: &dyn Folder, by_hash: bool) -> Result<Option<(Vec<u8>, bool)>, SkipReason> {
        let exact = self.stored.filter(|_| !folder.recompressed());
        let limit = exact.map_or(MAX_INDEX, |stored| stored.size);
        let get = |path: &str| {
            folder.fetch(path, limit).map_err(|error| match error.kind() {
                io::ErrorKind::FileTooLarge => SkipReason::HashMismatch,
                _ => SkipReason::Unreadable(error),
            })
        };
        let mut refused = None;
        if let Some(stored) = exact.filter(|_| by_hash)
            && let Some(path) = self.by_hash(stored)
        {
            match get(&path) {
                Ok(Some(data)) if stored.matches(&data) => return Ok(Some((data, true))),
                Ok(Some(_)) => refused = Some(SkipReason::HashMismatch),
                Ok(None) => {}
                Err(reason) => refused = Some(reason),
            }
        }
        match (get(self.path)?, refused) {
            (Some(data), _) => {
                let proven = self.stored.is_some_and(|stored| stored.matches(&data));
                Ok(Some((data, proven)))
            }
            // Something was there: this is not a file that the mirror leaves out.
            (None, Some(reason)) => Err(reason),
            (None, None) => Ok(None),
        }
    }

    /// `main/binary-amd64/by-hash/SHA256/<hash>`; beside the Release of a flat repository `by-hash/SHA256/<hash>`.
    fn by_hash(&self, stored: &ReleaseFile) -> Option<String> {
        let name = stored.by_hash()?;
        Some(match self.path.rsplit_once('/') {
            Some((folder, _)) => format!("{folder}/by-hash/{name}"),
            None => format!("by-hash/{name}"),
        })
    }

    /// Scans `data`; with `content`, only if what comes out of it is that.
    fn scan(
        &self,
        data: &[u8],
        content: Option<&ReleaseFile>,
        packages: &mut Vec<IndexedPackage>,
        skipped: &mut SkipList,
    ) -> Result<u64, SkipReason> {
        let max_bytes = self.content.map_or(DecompressLimits::default().max_bytes, |content| content.size);
        let limits = DecompressLimits { max_bytes, ..DecompressLimits::default() };
        let file = packages::PackagesFile { name: self.path, component: self.component };
        let mut input = Checked {
            inner: decompress::reader(data, &limits).map_err(SkipReason::Decompress)?,
            check: content.map(ReleaseCheck::new),
        };
        let stanzas = packages::scan(&mut input, file, packages, skipped).map_err(unreadable)?;
        // The scanner stops early at a bound: such a file does not pass, and must not.
        if input.check.is_none_or(ReleaseCheck::passed) { Ok(stanzas) } else { Err(SkipReason::HashMismatch) }
    }
}

fn unreadable(error: io::Error) -> SkipReason {
    match DecompressError::from_io(error) {
        // Release tells the size: one byte more is another file.
        DecompressError::TooLarge { .. } => SkipReason::HashMismatch,
        error => SkipReason::Decompress(error),
    }
}

/// Checks what is read through it.
struct Checked<'a, R> {
    inner: R,
    check: Option<ReleaseCheck<'a>>,
}

impl<R: Read> Read for Checked<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        if let (Some(check), Some(data)) = (&mut self.check, buffer.get(..count)) {
            check.update(data);
        }
        Ok(count)
    }
}
