//! The demo's administrator: `admin` with a password that is made up and told once.

use crate::cli::{now, told};
use anyhow::Context as _;
use pakiti_store::account::{self, Role};
use pakiti_store::db::Db;
use pakiti_web::access::password;

/// Name to sign in with.
pub(super) const NAME: &str = "admin";
/// Letters and digits that are not mistaken for each other; 32 of them, so that each is as likely.
const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
/// Characters of a password: 100 bits.
const LENGTH: usize = 20;

/// Makes the administrator, or gives the one of an earlier run a new password; gives the password.
///
/// # Errors
/// No randomness, a database that refuses.
pub(super) async fn make(db: &Db) -> anyhow::Result<String> {
    let password = new_password()?;
    let hash = password::hash(&password).map_err(told)?;
    match account::by_name(db, NAME).await.map_err(told)? {
        Some((known, _)) => {
            account::set_password(db, known.id, &hash, now()).await.map_err(told)?;
            account::set_role(db, known.id, Role::Administrator).await.map_err(told)?;
            account::set_enabled(db, known.id, true).await.map_err(told)?;
        }
        None => {
            account::add(db, NAME, &hash, Role::Administrator, now()).await.map_err(told)?;
        }
    }
    Ok(password)
}

/// Twenty characters in groups of five.
fn new_password() -> anyhow::Result<String> {
    let mut random = [0u8; LENGTH];
    getrandom::fill(&mut random).context("no randomness")?;
    let letters = random.iter().map(|byte| ALPHABET.get(usize::from(byte % 32)).copied().unwrap_or(b'a'));
    let mut password = String::new();
    for (place, letter) in letters.enumerate() {
        if place > 0 && place % 5 == 0 {
            password.push('-');
        }
        password.push(char::from(letter));
    }
    Ok(password)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_strong_and_differ() {
        let (one, other) = (new_password().unwrap(), new_password().unwrap());
        assert_ne!(one, other);
        assert_eq!((one.len(), one.split('-').count()), (23, 4));
        assert!(password::check_strength(&one).is_ok());
        assert_eq!(ALPHABET.iter().collect::<std::collections::BTreeSet<_>>().len(), 32);
    }
}
