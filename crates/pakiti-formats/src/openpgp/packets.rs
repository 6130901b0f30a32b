//! From bytes to OpenPGP packets: armor off, bounded, one damaged packet does not hide the others.

use super::SignatureError;
use pgp::armor::Dearmor;
use pgp::packet::{Packet, PacketParser, Signature};
use std::io::Read;

/// Largest armored block that is decoded, bytes. The Debian keyring has 56 KB.
const MAX_BLOCK: u64 = 16 << 20;
/// Most packets read from one file.
const MAX_PACKETS: usize = 100_000;

const BEGIN: &[u8] = b"-----BEGIN PGP ";
const END: &[u8] = b"-----END PGP ";

/// The packets of `data`, binary or armored (several armored blocks in a row are read as one file). Packets that
/// rPGP cannot read are `None`. `None` as a whole: the armor is broken, or there is no packet.
pub(super) fn packets(data: &[u8]) -> Option<Vec<Option<Packet>>> {
    let binary =
        if data.first().is_some_and(|byte| byte & 0x80 != 0) { data.to_vec() } else { dearmor(data)? };
    let packets: Vec<_> =
        PacketParser::new(binary.as_slice()).take(MAX_PACKETS).map(|packet| packet.ok()).collect();
    if packets.is_empty() { None } else { Some(packets) }
}

/// The signature packets of a detached signature or of the signature block of a clear-signed file.
pub(super) fn signatures(data: &[u8]) -> Result<Vec<Signature>, SignatureError> {
    let mut found = Vec::new();
    for packet in packets(data).ok_or(SignatureError::Unreadable)?.into_iter().flatten() {
        match packet {
            Packet::Signature(signature) => found.push(signature),
            Packet::Marker(_) | Packet::Padding(_) => {}
            _ => return Err(SignatureError::Unreadable),
        }
    }
    if found.is_empty() { Err(SignatureError::Unreadable) } else { Ok(found) }
}

/// All armored blocks of `data`, decoded and joined; text between them is ignored.
fn dearmor(data: &[u8]) -> Option<Vec<u8>> {
    let mut binary = Vec::new();
    let mut rest = data;
    while let Some(start) = memchr::memmem::find(rest, BEGIN) {
        rest = rest.get(start..)?;
        let end = memchr::memmem::find(rest, END)?;
        let close = memchr::memchr(b'\n', rest.get(end..)?).map_or(rest.len(), |at| end + at + 1);
        let mut block = Vec::new();
        Dearmor::new(rest.get(..close)?).take(MAX_BLOCK).read_to_end(&mut block).ok()?;
        binary.append(&mut block);
        rest = rest.get(close..)?;
    }
    Some(binary)
}
