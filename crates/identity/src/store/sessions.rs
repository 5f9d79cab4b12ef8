//! Sessions.

use foundation::{Instant, Result};
use storage::{Db, Tx, args, row};
use uuid::Uuid;

use crate::token::{self, Token};

/// A session ends after so many seconds without use: a working day and its overtime.
pub const IDLE_S: i64 = 12 * 3600;
/// And in any case after so many.
pub const LONGEST_S: i64 = 7 * 86_400;

row! {
    /// A session as its owner sees it.
    #[derive(Debug, Clone)]
    pub struct Listed {
        /// Its identity.
        pub id: Uuid,
        /// The browser.
        pub agent: String,
        /// When it began.
        pub created_at: Instant,
        /// When it was last used, to a few minutes.
        pub seen_at: Instant,
        /// Whether it is the one that asks.
        pub here: bool,
    }
}

row! {
    /// A valid session and its person.
    #[derive(Debug, Clone)]
    pub struct Known {
        /// Its identity.
        pub id: Uuid,
        /// Whose.
        pub account: Uuid,
        /// What they are called.
        pub name: String,
        /// When it was last used, to a few minutes.
        pub seen_at: Instant,
        /// When it ends in any case.
        pub expires_at: Instant,
    }
}

/// Begins a session; its text goes into the cookie.
pub async fn open(tx: &mut Tx, now: Instant, account: Uuid, agent: &str) -> Result<Token> {
    let token = token::fresh()?;
    let agent: String = agent.chars().filter(|c| !c.is_control()).take(200).collect();
    tx.run(
        "INSERT INTO session (id, token_hash, account, agent, created_at, seen_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $5, $6)",
        args![foundation::new_id(), token.hash.clone(), account, agent, now, now.plus_seconds(LONGEST_S)],
    )
    .await?;
    Ok(token)
}

/// The session with this hash, if it is valid at `now` and its person may sign in.
pub async fn valid(db: &Db, hash: &[u8], now: Instant) -> Result<Option<Known>> {
    db.one(
        "SELECT s.id, s.account, a.name, s.seen_at, s.expires_at
         FROM session s JOIN account a ON a.id = s.account
         WHERE s.token_hash = $1 AND s.expires_at > $2 AND s.seen_at > $3 AND a.disabled_at IS NULL",
        args![hash, now, now.plus_seconds(-IDLE_S)],
    )
    .await
}

/// Notes that a session was used.
pub async fn seen(tx: &mut Tx, id: Uuid, now: Instant) -> Result<()> {
    tx.run("UPDATE session SET seen_at = $2 WHERE id = $1", args![id, now]).await.map(|_| ())
}

/// The sessions of an account that are valid at `now`, the last used first.
pub async fn of_account(db: &Db, account: Uuid, here: &[u8], now: Instant) -> Result<Vec<Listed>> {
    db.all(
        "SELECT id, agent, created_at, seen_at, token_hash = $2 AS here FROM session
         WHERE account = $1 AND expires_at > $3 AND seen_at > $4 ORDER BY seen_at DESC, id",
        args![account, here, now, now.plus_seconds(-IDLE_S)],
    )
    .await
}

/// Ends the session with this hash.
pub async fn close(tx: &mut Tx, hash: &[u8]) -> Result<u64> {
    tx.run("DELETE FROM session WHERE token_hash = $1", args![hash]).await
}

/// Ends one session of an account.
pub async fn close_one(tx: &mut Tx, account: Uuid, id: Uuid) -> Result<u64> {
    tx.run("DELETE FROM session WHERE account = $1 AND id = $2", args![account, id]).await
}

/// Ends all sessions of an account but the one with this hash.
pub async fn close_others(tx: &mut Tx, account: Uuid, but: &[u8]) -> Result<u64> {
    tx.run("DELETE FROM session WHERE account = $1 AND token_hash <> $2", args![account, but]).await
}

/// Forgets sessions that ended.
pub async fn sweep(tx: &mut Tx, now: Instant) -> Result<u64> {
    let sql = "DELETE FROM session WHERE expires_at < $1 OR seen_at < $2";
    tx.run(sql, args![now, now.plus_seconds(-IDLE_S)]).await
}
