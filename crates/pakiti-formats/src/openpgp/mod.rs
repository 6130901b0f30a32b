//! OpenPGP signatures over repository indices: clear-signed `InRelease`, detached `Release.gpg`.
//!
//! The mathematics is rPGP's (crate `pgp`, RFC 9580). rPGP judges no key: expiry, revocation, key flags, times
//! and hash algorithms are decided in `policy`, as `gpgv` (GnuPG 2.2) and apt 2.6 decide them. What is outside
//! the signed part of a clear-signed file is never returned; a file that has any is refused, as apt does.

mod cleartext;
mod keyring;
mod packets;
mod policy;

pub use keyring::{Keyring, KeyringError};

use pgp::packet::{Signature, SignatureType};
use std::fmt;

/// Signatures of one file that are looked at; real files carry at most five.
const MAX_SIGNATURES: usize = 32;

/// One signature that is good under the policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GoodSignature {
    /// Id of the key or subkey that made it, 16 lower-case hex digits.
    pub key_id: String,
    /// When it was made, unix seconds.
    pub created: i64,
}

/// A text with at least one good signature over it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// The signed text and nothing else; from a clear-signed file as `gpgv --output` writes it: dash escapes
    /// and blanks at line ends removed, every line ended by `\n`.
    pub text: Vec<u8>,
    /// Every good signature, in file order; never empty.
    pub good: Vec<GoodSignature>,
}

/// Why one signature does not count.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// No key of the keyring made it.
    #[error("its key is not in the keyring")]
    UnknownKey,
    /// It does not match the text.
    #[error("it does not match the text")]
    Mismatch,
    /// A type other than binary or text, a version other than 4 or 6, or an unknown critical subpacket.
    #[error("its form is not that of a signature over a text")]
    Form,
    /// MD5, SHA-1, RIPEMD-160 or unknown.
    #[error("its hash algorithm is not accepted")]
    WeakHash,
    /// No creation time, or one after `now`.
    #[error("it was made in the future")]
    Future,
    /// The signature itself has expired.
    #[error("it has expired")]
    Expired,
    /// The key, or the primary key it belongs to, has expired.
    #[error("its key has expired")]
    KeyExpired,
    /// The key, or the primary key it belongs to, is revoked.
    #[error("its key is revoked")]
    KeyRevoked,
    /// The key was made after the signature, or after `now`.
    #[error("its key is younger than the signature")]
    KeyTooYoung,
    /// No self-signature or subkey binding makes the key a key for signing.
    #[error("its key is not made for signing")]
    KeyNotForSigning,
}

/// A signature that does not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The key id that the signature names; empty when it names none.
    pub key_id: String,
    /// Why.
    pub reason: Unfit,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = if self.key_id.is_empty() { "without key id" } else { &self.key_id };
        write!(f, "{key}: {}", self.reason)
    }
}

/// Why a file has no good signature.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// The file does not start with `-----BEGIN PGP SIGNED MESSAGE-----`.
    #[error("not a clear-signed file")]
    NotClearSigned,
    /// The file ends inside its text or its signature.
    #[error("the clear-signed file is truncated")]
    Truncated,
    /// Something stands after the signature.
    #[error("line {line}: text outside the signed part")]
    TextOutside {
        /// Line, from 1.
        line: usize,
    },
    /// An armor header other than `Hash`.
    #[error("line {line}: unexpected header of a clear-signed file")]
    Header {
        /// Line, from 1.
        line: usize,
    },
    /// A line of the text starts with a dash that is not escaped.
    #[error("line {line}: dash not escaped in a clear-signed text")]
    Dash {
        /// Line, from 1.
        line: usize,
    },
    /// The signature cannot be decoded.
    #[error("the signature is not readable")]
    Unreadable,
    /// There are signatures, none of them good.
    #[error("no good signature ({})", .refused.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    NoneGood {
        /// Every signature with its reason, in file order.
        refused: Vec<Refused>,
    },
}

/// Verifies a clear-signed file against `keyring` at the time `now` (unix seconds). One good signature is enough.
///
/// # Errors
/// [`SignatureError`] when the file has another form or no signature is good.
pub fn verify_inline(data: &[u8], keyring: &Keyring, now: i64) -> Result<Verified, SignatureError> {
    let parts = cleartext::split(data)?;
    let mut signatures = Vec::new();
    for block in &parts.signatures {
        signatures.extend(packets::signatures(block)?);
    }
    let good = good_signatures(&parts.signed, &signatures, keyring, now)?;
    Ok(Verified { text: parts.text, good })
}

/// Verifies `data` against the detached `signature` (armored or binary) and `keyring` at the time `now` (unix
/// seconds). One good signature is enough; [`Verified::text`] is `data`.
///
/// # Errors
/// [`SignatureError`] when the signature is unreadable or none is good.
pub fn verify_detached(
    data: &[u8],
    signature: &[u8],
    keyring: &Keyring,
    now: i64,
) -> Result<Verified, SignatureError> {
    let signatures = packets::signatures(signature)?;
    let good = good_signatures(data, &signatures, keyring, now)?;
    Ok(Verified { text: data.to_vec(), good })
}

/// The text of a clear-signed file, its signatures not looked at: for suites that the administrator trusts and
/// for hosts without a keyring.
///
/// # Errors
/// [`SignatureError`] when the file has another form.
pub fn text_unverified(data: &[u8]) -> Result<Vec<u8>, SignatureError> {
    cleartext::split(data).map(|parts| parts.text)
}

fn good_signatures(
    data: &[u8],
    signatures: &[Signature],
    keyring: &Keyring,
    now: i64,
) -> Result<Vec<GoodSignature>, SignatureError> {
    let mut good = Vec::new();
    let mut refused = Vec::new();
    for signature in signatures.iter().take(MAX_SIGNATURES) {
        match check(data, signature, keyring, now) {
            Ok(signature) => good.push(signature),
            Err(reason) => refused.push(Refused { key_id: policy::issuer(signature), reason }),
        }
    }
    if good.is_empty() { Err(SignatureError::NoneGood { refused }) } else { Ok(good) }
}

fn check(data: &[u8], signature: &Signature, keyring: &Keyring, now: i64) -> Result<GoodSignature, Unfit> {
    if !matches!(signature.typ(), Some(SignatureType::Binary | SignatureType::Text)) {
        return Err(Unfit::Form);
    }
    let created = policy::check_data_signature(signature, now)?;
    // Two certificates may claim one key id: the first reason stands unless one of them verifies.
    let mut reason = Unfit::UnknownKey;
    for (certificate, key) in keyring.candidates(signature) {
        let outcome = policy::check_key(certificate, key, created, now)
            .and_then(|()| key.verify(certificate, signature, data).ok_or(Unfit::Mismatch));
        match outcome {
            Ok(()) => return Ok(GoodSignature { key_id: key.id(certificate), created }),
            Err(unfit) if reason == Unfit::UnknownKey => reason = unfit,
            Err(_) => {}
        }
    }
    Err(reason)
}
