//! The canonical sorted set of packages of a host, by id, and its compact encoding.
//!
//! Encoding (design.md "The heart"): ids ascending, each as the LEB128 of its distance to the previous one;
//! about 1.1 bytes a package. The set's hash is over the packages' keys, not their ids, so it is the same in
//! every database.

use crate::package::PackageKey;
use thiserror::Error;

/// Id of an interned package; never reused.
pub type PackageId = u32;

/// BLAKE3 of a package set or a context.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContentHash(pub [u8; 32]);

/// A stored set that cannot be read back.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum SetError {
    /// The bytes end within a number.
    #[error("package set ends within a number at byte {0}")]
    Truncated(usize),
    /// A number is larger than any package id.
    #[error("package set holds a number above 32 bits at byte {0}")]
    Overflow(usize),
}

/// The hash of a set: BLAKE3 over the distinct keys in ascending order. Sorts and deduplicates `keys`.
pub fn set_hash(keys: &mut Vec<PackageKey>) -> ContentHash {
    // Keys are hashes: their first eight bytes nearly always decide, as one number instead of a memcmp.
    keys.sort_unstable_by(|a, b| head(a).cmp(&head(b)).then_with(|| a.cmp(b)));
    keys.dedup();
    // One call over all bytes: BLAKE3 then hashes many chunks at once.
    let mut bytes = Vec::with_capacity(keys.len() * 32);
    for key in keys.iter() {
        bytes.extend_from_slice(&key.0);
    }
    ContentHash(*blake3::hash(&bytes).as_bytes())
}

/// The first eight bytes as a number that orders as they do.
fn head(key: &PackageKey) -> u64 {
    key.0.first_chunk().map_or(0, |bytes| u64::from_be_bytes(*bytes))
}

/// Encodes ascending distinct ids as delta-LEB128.
pub fn encode_ids(ids: &[PackageId]) -> Vec<u8> {
    let mut out = Vec::with_capacity(ids.len() + ids.len() / 4);
    let mut previous = 0u32;
    for &id in ids {
        let mut delta = id.wrapping_sub(previous);
        previous = id;
        while delta >= 0x80 {
            out.push((delta as u8 & 0x7f) | 0x80);
            delta >>= 7;
        }
        out.push(delta as u8);
    }
    out
}

/// Decodes what [`encode_ids`] wrote.
///
/// # Errors
/// [`SetError`] if the bytes are not such an encoding.
pub fn decode_ids(bytes: &[u8]) -> Result<Vec<PackageId>, SetError> {
    let mut ids = Vec::with_capacity(bytes.len());
    let (mut previous, mut value, mut shift) = (0u64, 0u64, 0u32);
    for (at, &byte) in bytes.iter().enumerate() {
        if shift > 28 {
            return Err(SetError::Overflow(at));
        }
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 != 0 {
            shift += 7;
            continue;
        }
        previous += value;
        ids.push(u32::try_from(previous).map_err(|_| SetError::Overflow(at))?);
        (value, shift) = (0, 0);
    }
    if shift != 0 {
        return Err(SetError::Truncated(bytes.len()));
    }
    Ok(ids)
}
