//! Sessions: a random token in a cookie, its BLAKE3 hash in the store.

use crate::app::App;
use axum::http::{HeaderMap, HeaderValue, header};
use pakiti_store::account;
use pakiti_store::error::Result;

/// A session ends after this long (seconds).
pub const SESSION_SECONDS: i64 = 12 * 3600;

/// Random bytes as hex; `None` if the system has no randomness.
pub fn random_hex<const N: usize>() -> Option<String> {
    let mut bytes = [0u8; N];
    getrandom::fill(&mut bytes).ok()?;
    Some(bytes.iter().map(|b| format!("{b:02x}")).collect())
}

/// The stored form of a token.
pub fn token_hash(token: &str) -> [u8; 32] {
    *blake3::hash(token.as_bytes()).as_bytes()
}

fn cookie_name(app: &App) -> &'static str {
    // `__Host-`: only over TLS, only this host, only the whole site.
    if app.options.secure_cookies { "__Host-pakiti" } else { "pakiti" }
}

/// The token a request carries.
pub fn token(app: &App, headers: &HeaderMap) -> Option<String> {
    let name = cookie_name(app);
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, value)| *key == name && value.len() <= 128)
        .map(|(_, value)| value.to_owned())
}

/// Opens a session for an account; gives the `Set-Cookie` value. `None` without randomness.
///
/// # Errors
/// Database errors.
pub async fn open(app: &App, account_id: i64) -> Result<Option<HeaderValue>> {
    let (Some(token), Some(csrf)) = (random_hex::<32>(), random_hex::<16>()) else { return Ok(None) };
    let now = app.now();
    account::open_session(&app.engine.db, token_hash(&token), account_id, &csrf, now, now + SESSION_SECONDS)
        .await?;
    Ok(HeaderValue::from_str(&cookie(app, &token, SESSION_SECONDS)).ok())
}

/// The `Set-Cookie` value that removes the cookie.
pub fn removal(app: &App) -> Option<HeaderValue> {
    HeaderValue::from_str(&cookie(app, "", 0)).ok()
}

fn cookie(app: &App, token: &str, seconds: i64) -> String {
    let secure = if app.options.secure_cookies { "; Secure" } else { "" };
    format!("{}={token}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}", cookie_name(app))
}
