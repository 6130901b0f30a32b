//! Keyrings: the certificates a signature may come from.
//!
//! Read packet by packet (RFC 9580, section 10.1) instead of with rPGP's own certificate parser, which drops
//! what it does not expect and ends the whole keyring at the first certificate it cannot read.

use super::packets;
use pgp::packet::{Packet, PublicKey, PublicSubkey, Signature, UserId};
use pgp::types::{KeyDetails, KeyId};

/// Why a keyring cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyringError {
    /// Neither binary OpenPGP packets nor an armored block.
    #[error("not an OpenPGP keyring")]
    Unreadable,
    /// Readable, but without a public key.
    #[error("the keyring holds no public key")]
    Empty,
}

/// A set of certificates.
#[derive(Debug, Clone, Default)]
pub struct Keyring {
    certificates: Vec<Certificate>,
}

/// A primary key with everything signed onto it; nothing in it is verified yet.
#[derive(Debug, Clone)]
pub(super) struct Certificate {
    pub(super) primary: PublicKey,
    /// Direct-key signatures and key revocations.
    pub(super) direct: Vec<Signature>,
    pub(super) users: Vec<(UserId, Vec<Signature>)>,
    pub(super) subkeys: Vec<(PublicSubkey, Vec<Signature>)>,
}

/// Which key of a [`Certificate`].
#[derive(Debug, Clone, Copy)]
pub(super) enum Key<'a> {
    Primary,
    Subkey(&'a PublicSubkey, &'a [Signature]),
}

impl Keyring {
    /// Reads a keyring file: binary or armored, any number of certificates.
    ///
    /// # Errors
    /// [`KeyringError`] when there is no public key in it; single damaged packets are left out.
    pub fn load(data: &[u8]) -> Result<Self, KeyringError> {
        let packets = packets::packets(data).ok_or(KeyringError::Unreadable)?;
        let mut certificates = Vec::new();
        let mut signed = Signed::Nothing;
        for packet in packets {
            signed = add(&mut certificates, packet, signed);
        }
        if certificates.is_empty() { Err(KeyringError::Empty) } else { Ok(Self { certificates }) }
    }

    /// Adds the certificates of another keyring.
    pub fn extend(&mut self, other: Self) {
        self.certificates.extend(other.certificates);
    }

    /// Number of certificates.
    pub fn len(&self) -> usize {
        self.certificates.len()
    }

    /// Is there no certificate?
    pub fn is_empty(&self) -> bool {
        self.certificates.is_empty()
    }

    /// The keys that `signature` names as its issuer; one that names none has no candidate.
    pub(super) fn candidates(&self, signature: &Signature) -> impl Iterator<Item = (&Certificate, Key<'_>)> {
        let ids: Vec<KeyId> = signature.issuer_key_id().into_iter().copied().collect();
        let prints: Vec<_> = signature.issuer_fingerprint().into_iter().cloned().collect();
        let named = move |key: &dyn KeyDetails| {
            if prints.is_empty() {
                ids.contains(&key.legacy_key_id())
            } else {
                prints.contains(&key.fingerprint())
            }
        };
        let mut found = Vec::new();
        for certificate in &self.certificates {
            if named(&certificate.primary) {
                found.push((certificate, Key::Primary));
            }
            for (subkey, signatures) in &certificate.subkeys {
                if named(subkey) {
                    found.push((certificate, Key::Subkey(subkey, signatures)));
                }
            }
        }
        found.into_iter()
    }
}

/// What the next signature packet is about.
#[derive(Clone, Copy)]
enum Signed {
    Nothing,
    Primary,
    User,
    Subkey,
}

fn add(certificates: &mut Vec<Certificate>, packet: Option<Packet>, signed: Signed) -> Signed {
    let packet = match packet {
        Some(Packet::PublicKey(primary)) => {
            let (direct, users, subkeys) = (Vec::new(), Vec::new(), Vec::new());
            certificates.push(Certificate { primary, direct, users, subkeys });
            return Signed::Primary;
        }
        Some(packet) => packet,
        // An unreadable component: the signatures after it belong to nothing.
        None => return Signed::Nothing,
    };
    let Some(certificate) = certificates.last_mut() else { return Signed::Nothing };
    match (packet, signed) {
        (Packet::UserId(id), _) => {
            certificate.users.push((id, Vec::new()));
            Signed::User
        }
        (Packet::PublicSubkey(key), _) => {
            certificate.subkeys.push((key, Vec::new()));
            Signed::Subkey
        }
        (Packet::Signature(signature), signed) => {
            let list = match signed {
                Signed::Nothing => None,
                Signed::Primary => Some(&mut certificate.direct),
                Signed::User => certificate.users.last_mut().map(|(_, list)| list),
                Signed::Subkey => certificate.subkeys.last_mut().map(|(_, list)| list),
            };
            if let Some(list) = list {
                list.push(signature);
            }
            signed
        }
        (Packet::Trust(_) | Packet::Marker(_) | Packet::Padding(_), signed) => signed,
        _ => Signed::Nothing,
    }
}

impl Key<'_> {
    /// Key id, 16 lower-case hex digits.
    pub(super) fn id(self, certificate: &Certificate) -> String {
        hex_id(&match self {
            Self::Primary => certificate.primary.legacy_key_id(),
            Self::Subkey(key, _) => key.legacy_key_id(),
        })
    }

    /// When the key was made, unix seconds.
    pub(super) fn made(self, certificate: &Certificate) -> i64 {
        i64::from(match self {
            Self::Primary => certificate.primary.created_at().as_secs(),
            Self::Subkey(key, _) => key.created_at().as_secs(),
        })
    }

    /// `Some` if the mathematics of `signature` over `data` holds for this key.
    pub(super) fn verify(self, certificate: &Certificate, signature: &Signature, data: &[u8]) -> Option<()> {
        match self {
            Self::Primary => signature.verify(&certificate.primary, data).ok(),
            Self::Subkey(key, _) => signature.verify(key, data).ok(),
        }
    }
}

/// A key id as 16 lower-case hex digits.
pub(super) fn hex_id(id: &KeyId) -> String {
    id.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}
