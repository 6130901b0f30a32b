//! Local accounts and their sessions. Passwords arrive as argon2id hashes, session tokens as BLAKE3 hashes:
//! neither secret is ever stored (or known here).

use crate::args;
use crate::db::{Db, Row};
use crate::error::{Result, StoreError};

/// What an account may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Sees the hosts it was granted.
    Viewer,
    /// Sees everything and configures.
    Administrator,
}

impl Role {
    /// The stored word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Administrator => "administrator",
        }
    }
}

/// A local account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Id.
    pub id: i64,
    /// Unique name.
    pub name: String,
    /// Role.
    pub role: Role,
    /// May it sign in?
    pub enabled: bool,
    /// When it was created.
    pub created_at: i64,
}

/// A signed-in person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// The account.
    pub account: Account,
    /// CSRF token of this session.
    pub csrf: String,
}

const COLUMNS: &str = "a.id, a.name, a.role, a.enabled, a.created_at";

fn read(row: &Row) -> Result<Account> {
    let role = if row.text(2)? == "administrator" { Role::Administrator } else { Role::Viewer };
    Ok(Account { id: row.int(0)?, name: row.text(1)?, role, enabled: row.flag(3)?, created_at: row.int(4)? })
}

/// Adds an account.
///
/// # Errors
/// [`StoreError::Exists`] if the name is taken.
pub async fn add(db: &Db, name: &str, password_hash: &str, role: Role, now: i64) -> Result<i64> {
    let sql = "INSERT INTO account (name, password_hash, role, enabled, created_at, password_changed_at) \
               VALUES ($1, $2, $3, 1, $4, $4) ON CONFLICT (name) DO NOTHING RETURNING id";
    let mut tx = db.begin().await?;
    let row = tx.fetch_optional(sql, args![name, password_hash, role.word(), now]).await?;
    let id = row.ok_or(StoreError::Exists { what: "account", name: name.to_owned() })?.int(0)?;
    tx.commit().await?;
    Ok(id)
}

/// All accounts by name.
pub async fn list(db: &Db) -> Result<Vec<Account>> {
    let sql = format!("SELECT {COLUMNS} FROM account a ORDER BY a.name");
    db.fetch(&sql, args![]).await?.iter().map(read).collect()
}

/// The account with this name and its password hash.
pub async fn by_name(db: &Db, name: &str) -> Result<Option<(Account, String)>> {
    let sql = format!("SELECT {COLUMNS}, a.password_hash FROM account a WHERE a.name = $1");
    let row = db.fetch_optional(&sql, args![name]).await?;
    row.map(|row| Ok((read(&row)?, row.text(5)?))).transpose()
}

/// Sets a new password and ends all sessions of the account.
pub async fn set_password(db: &Db, id: i64, password_hash: &str, now: i64) -> Result<()> {
    let mut tx = db.begin().await?;
    let sql = "UPDATE account SET password_hash = $2, password_changed_at = $3 WHERE id = $1";
    tx.execute(sql, args![id, password_hash, now]).await?;
    tx.execute("DELETE FROM session WHERE account_id = $1", args![id]).await?;
    tx.commit().await
}

/// Enables or disables an account; disabling ends its sessions.
pub async fn set_enabled(db: &Db, id: i64, enabled: bool) -> Result<()> {
    let mut tx = db.begin().await?;
    tx.execute("UPDATE account SET enabled = $2 WHERE id = $1", args![id, enabled]).await?;
    if !enabled {
        tx.execute("DELETE FROM session WHERE account_id = $1", args![id]).await?;
    }
    tx.commit().await
}

/// Gives an account a role; its sessions go on with it.
pub async fn set_role(db: &Db, id: i64, role: Role) -> Result<()> {
    db.execute("UPDATE account SET role = $2 WHERE id = $1", args![id, role.word()]).await?;
    Ok(())
}

/// Removes an account with its grants and sessions.
pub async fn remove(db: &Db, id: i64) -> Result<()> {
    db.execute("DELETE FROM account WHERE id = $1", args![id]).await?;
    Ok(())
}

/// Opens a session; expired ones are cleared on the way.
pub async fn open_session(
    db: &Db,
    token_hash: [u8; 32],
    account_id: i64,
    csrf: &str,
    now: i64,
    expires_at: i64,
) -> Result<()> {
    let mut tx = db.begin().await?;
    tx.execute("DELETE FROM session WHERE expires_at < $1", args![now]).await?;
    let sql = "INSERT INTO session (token_hash, account_id, csrf, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)";
    tx.execute(sql, args![token_hash, account_id, csrf, now, expires_at]).await?;
    tx.commit().await
}

/// The session of a token, if it is open and its account enabled.
pub async fn session(db: &Db, token_hash: [u8; 32], now: i64) -> Result<Option<Session>> {
    let sql = format!(
        "SELECT {COLUMNS}, s.csrf FROM session s JOIN account a ON a.id = s.account_id \
         WHERE s.token_hash = $1 AND s.expires_at >= $2 AND a.enabled = 1"
    );
    let row = db.fetch_optional(&sql, args![token_hash, now]).await?;
    row.map(|row| Ok(Session { account: read(&row)?, csrf: row.text(5)? })).transpose()
}

/// Ends a session.
pub async fn close_session(db: &Db, token_hash: [u8; 32]) -> Result<()> {
    db.execute("DELETE FROM session WHERE token_hash = $1", args![token_hash]).await?;
    Ok(())
}
