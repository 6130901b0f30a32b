//! Which signatures and keys count, at a given time.
//!
//! After GnuPG 2.2 (`g10/getkey.c`, `merge_selfsigs`) and apt 2.6 (`methods/gpgv.cc`): a revoked or expired key
//! never counts, whenever it signed; flags and expiry come from the newest valid self-signature that tells
//! them; a signing subkey needs a binding by the primary key and a back-signature. Designated revokers are not
//! followed: they stand in other certificates.

use super::Unfit;
use super::keyring::{Certificate, Key, hex_id};
use pgp::crypto::hash::HashAlgorithm;
use pgp::packet::{PublicSubkey, Signature, SignatureType, SignatureVersion, SubpacketData};
use pgp::types::{KeyDetails, Tag};

/// Hashes that a signature over data may use: apt's list of trusted digests and SHA-3.
fn strong(hash: HashAlgorithm) -> bool {
    use HashAlgorithm::{Sha3_256, Sha3_512, Sha224, Sha256, Sha384, Sha512};
    matches!(hash, Sha224 | Sha256 | Sha384 | Sha512 | Sha3_256 | Sha3_512)
}

/// Self-signatures may also use SHA-1, as keys of the years before 2015 have no others.
fn strong_enough_for_self(hash: HashAlgorithm) -> bool {
    strong(hash) || hash == HashAlgorithm::Sha1
}

/// The key id a signature names, 16 lower-case hex digits; empty when it names none.
pub(super) fn issuer(signature: &Signature) -> String {
    if let Some(id) = signature.issuer_key_id().first() {
        return hex_id(id);
    }
    let prints = signature.issuer_fingerprint();
    prints.first().map(|print| print.to_string().to_lowercase()).unwrap_or_default()
}

/// Form, hash and times of a signature over data; gives its creation time, unix seconds.
pub(super) fn check_data_signature(signature: &Signature, now: i64) -> Result<i64, Unfit> {
    if !well_formed(signature) {
        return Err(Unfit::Form);
    }
    if !signature.hash_alg().is_some_and(strong) {
        return Err(Unfit::WeakHash);
    }
    let created = created(signature).filter(|created| *created <= now).ok_or(Unfit::Future)?;
    if expired(signature, created, now) { Err(Unfit::Expired) } else { Ok(created) }
}

/// Version 4 or 6, without critical subpackets whose meaning is not known (critical notations are such).
fn well_formed(signature: &Signature) -> bool {
    matches!(signature.version(), SignatureVersion::V4 | SignatureVersion::V6)
        && signature.config().is_some_and(|config| {
            !config.hashed_subpackets().any(|packet| {
                packet.is_critical
                    && matches!(
                        packet.data,
                        SubpacketData::Other(..)
                            | SubpacketData::Experimental(..)
                            | SubpacketData::Notation(_)
                    )
            })
        })
}

fn created(signature: &Signature) -> Option<i64> {
    signature.created().map(|time| i64::from(time.as_secs()))
}

fn expired(signature: &Signature, created: i64, now: i64) -> bool {
    let lifetime = signature.signature_expiration_time().map_or(0, |time| i64::from(time.as_secs()));
    lifetime > 0 && created + lifetime <= now
}

/// When a self-signature was made, if it may count at `now` at all; its mathematics is not looked at.
fn countable(signature: &Signature, now: i64) -> Option<i64> {
    let made = created(signature).filter(|made| *made <= now)?;
    let fit = well_formed(signature) && signature.hash_alg().is_some_and(strong_enough_for_self);
    (fit && !expired(signature, made, now)).then_some(made)
}

fn flags(signature: &Signature) -> Option<bool> {
    let mut subpackets = signature.config()?.hashed_subpackets();
    subpackets.find_map(|packet| match &packet.data {
        SubpacketData::KeyFlags(flags) => Some(flags.sign()),
        _ => None,
    })
}

fn lifetime(signature: &Signature) -> Option<i64> {
    signature.key_expiration_time().map(|time| i64::from(time.as_secs())).filter(|seconds| *seconds > 0)
}

/// May `key` have made a signature at `created`, seen at `now`?
pub(super) fn check_key(
    certificate: &Certificate,
    key: Key<'_>,
    created: i64,
    now: i64,
) -> Result<(), Unfit> {
    if key.made(certificate) > created {
        return Err(Unfit::KeyTooYoung);
    }
    let primary_signs = check_primary(certificate, now)?;
    match key {
        Key::Primary if primary_signs => Ok(()),
        Key::Primary => Err(Unfit::KeyNotForSigning),
        Key::Subkey(subkey, signatures) => check_subkey(certificate, subkey, signatures, now),
    }
}

/// Is the primary key in force, and may it sign data itself?
fn check_primary(certificate: &Certificate, now: i64) -> Result<bool, Unfit> {
    let primary = &certificate.primary;
    let valid = |signature: &&Signature| signature.verify_key(primary).is_ok();
    if certificate.direct.iter().filter(typed(SignatureType::KeyRevocation)).any(|s| valid(&s)) {
        return Err(Unfit::KeyRevoked);
    }
    let direct = certificate.direct.iter().filter(typed(SignatureType::Key));
    let direct = newest(direct.filter(|s| countable(s, now).is_some()).filter(valid), now);
    let users: Vec<_> =
        certificate.users.iter().filter_map(|user| self_signature(certificate, user, now)).collect();
    if direct.is_none() && users.is_empty() {
        return Err(Unfit::KeyNotForSigning);
    }
    let seconds = direct
        .and_then(lifetime)
        .or_else(|| newest(users.iter().copied().filter(|s| lifetime(s).is_some()), now).and_then(lifetime));
    let made = i64::from(primary.created_at().as_secs());
    if made > now {
        return Err(Unfit::KeyTooYoung);
    }
    if seconds.is_some_and(|seconds| made + seconds <= now) {
        return Err(Unfit::KeyExpired);
    }
    let told = newest(direct.into_iter().chain(users).filter(|s| flags(s).is_some()), now);
    Ok(told.and_then(flags).unwrap_or(true))
}

fn typed(wanted: SignatureType) -> impl Fn(&&Signature) -> bool {
    move |signature| signature.typ() == Some(wanted)
}

fn newest<'a>(signatures: impl Iterator<Item = &'a Signature>, now: i64) -> Option<&'a Signature> {
    signatures.max_by_key(|signature| countable(signature, now))
}

/// The newest valid self-signature on a user id; `None` when there is none or it is a revocation.
fn self_signature<'a>(
    certificate: &Certificate,
    (user, signatures): &'a (pgp::packet::UserId, Vec<Signature>),
    now: i64,
) -> Option<&'a Signature> {
    let own = signatures
        .iter()
        .filter(|signature| countable(signature, now).is_some())
        .filter(|signature| signature.verify_certification(&certificate.primary, Tag::UserId, user).is_ok());
    newest(own, now).filter(|signature| signature.typ() != Some(SignatureType::CertRevocation))
}

fn check_subkey(
    certificate: &Certificate,
    subkey: &PublicSubkey,
    signatures: &[Signature],
    now: i64,
) -> Result<(), Unfit> {
    let primary = &certificate.primary;
    let valid = |signature: &&Signature| signature.verify_subkey_binding(primary, subkey).is_ok();
    if signatures.iter().filter(typed(SignatureType::SubkeyRevocation)).any(|s| valid(&s)) {
        return Err(Unfit::KeyRevoked);
    }
    let bindings = signatures.iter().filter(typed(SignatureType::SubkeyBinding));
    let bindings = bindings.filter(|s| countable(s, now).is_some()).filter(valid);
    let binding = newest(bindings, now).ok_or(Unfit::KeyNotForSigning)?;
    let made = i64::from(subkey.created_at().as_secs());
    if lifetime(binding).is_some_and(|seconds| made + seconds <= now) {
        return Err(Unfit::KeyExpired);
    }
    // Without the back-signature anybody could adopt another's signing key as a subkey.
    let back = binding
        .embedded_signature()
        .filter(|back| countable(back, now).is_some())
        .is_some_and(|back| back.verify_primary_key_binding(subkey, primary).is_ok());
    if back && flags(binding).unwrap_or(true) { Ok(()) } else { Err(Unfit::KeyNotForSigning) }
}
