//! Passwords: argon2id (RFC 9106, the crate's defaults: 19 MiB, 2 passes), never kept in clear.

use argon2::Argon2;
use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use thiserror::Error;

/// Shortest password.
const SHORTEST: usize = 10;
/// Longest password: the work must not follow from the length.
const LONGEST: usize = 1000;

/// A password that is not taken.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum PasswordError {
    /// Too short.
    #[error("the password is shorter than {SHORTEST} characters")]
    TooShort,
    /// Too long.
    #[error("the password is longer than {LONGEST} bytes")]
    TooLong,
    /// All characters the same, or nothing but a well-known one.
    #[error("the password is too easy to guess")]
    TooEasy,
    /// No randomness to be had, or the hash failed.
    #[error("the password could not be hashed")]
    Hash,
}

/// Is the password worth taking?
///
/// # Errors
/// [`PasswordError`].
pub fn check_strength(password: &str) -> Result<(), PasswordError> {
    if password.chars().count() < SHORTEST {
        return Err(PasswordError::TooShort);
    }
    if password.len() > LONGEST {
        return Err(PasswordError::TooLong);
    }
    let distinct: std::collections::BTreeSet<char> = password.chars().collect();
    let known = ["1234567890", "password", "passwort", "qwertyuiop", "administrator", "pakiti"];
    let lower = password.to_lowercase();
    if distinct.len() < 4
        || known.iter().any(|word| lower.trim_end_matches(|c: char| !c.is_alphabetic()) == *word)
    {
        return Err(PasswordError::TooEasy);
    }
    Ok(())
}

/// Hashes a password with a fresh salt.
///
/// # Errors
/// [`PasswordError`], also for passwords that are not worth taking.
pub fn hash(password: &str) -> Result<String, PasswordError> {
    check_strength(password)?;
    let mut salt = [0u8; 16];
    getrandom::fill(&mut salt).map_err(|_| PasswordError::Hash)?;
    let salt = SaltString::encode_b64(&salt).map_err(|_| PasswordError::Hash)?;
    let hash = Argon2::default().hash_password(password.as_bytes(), &salt);
    Ok(hash.map_err(|_| PasswordError::Hash)?.to_string())
}

/// Does the password belong to the hash? Without a hash (no such account) the same work is done, so that time
/// does not tell which names exist.
pub fn verify(password: &str, hash: Option<&str>) -> bool {
    if password.len() > LONGEST {
        return false;
    }
    let parsed = PasswordHash::new(hash.unwrap_or(NOBODY));
    let good = parsed.is_ok_and(|p| Argon2::default().verify_password(password.as_bytes(), &p).is_ok());
    good && hash.is_some()
}

/// A hash of nothing anybody has.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5IG5vYm9keSBubw$6Hd1x0bq2kYt0m3oDPW6H1mJc0cZ7k3l1m0yq2b8s0E";

#[cfg(test)]
mod tests {
    use super::*;
    use argon2::Params;

    #[test]
    fn the_hash_of_nobody_costs_what_a_real_one_costs() {
        let parsed = PasswordHash::new(NOBODY).unwrap();
        let real = hash("correct horse battery").unwrap();
        let real = PasswordHash::new(&real).unwrap();
        assert_eq!((parsed.algorithm, parsed.version), (real.algorithm, real.version));
        assert_eq!(Params::try_from(&parsed).unwrap(), Params::try_from(&real).unwrap());
        assert_eq!(parsed.hash.unwrap().len(), real.hash.unwrap().len());
        assert_eq!(parsed.salt.unwrap().len(), real.salt.unwrap().len());
        // The whole work was done: the answer is "another password", not "unreadable".
        let answer = Argon2::default().verify_password(b"anything", &parsed);
        assert_eq!(answer, Err(argon2::password_hash::Error::Password));
    }

    #[test]
    fn a_password_fits_only_its_own_hash() {
        let stored = hash("correct horse battery").unwrap();
        assert!(verify("correct horse battery", Some(&stored)));
        assert!(!verify("correct horse batterx", Some(&stored)));
        assert!(!verify("correct horse battery", None));
        assert!(!verify("correct horse battery", Some("not a hash")));
        assert_ne!(stored, hash("correct horse battery").unwrap(), "every hash has a salt of its own");
    }

    #[test]
    fn passwords_that_are_not_worth_taking_are_refused() {
        for (password, error) in [
            ("short", PasswordError::TooShort),
            (&"x".repeat(1001), PasswordError::TooLong),
            ("aaaaaaaaaaaa", PasswordError::TooEasy),
            ("administrator", PasswordError::TooEasy),
            ("Administrator1!", PasswordError::TooEasy),
        ] {
            assert_eq!(hash(password), Err(error), "{password:.20}");
        }
    }
}
