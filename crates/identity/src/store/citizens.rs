//! What citizens proved, their sessions, the codes on their way.

use foundation::{Instant, Result};
use storage::{Db, Tx, args, row};
use uuid::Uuid;

use crate::citizen::{IDLE_S, LONGEST_S, TRIES};

/// The kind of a telephone.
pub const PHONE: &str = "phone";
/// The kind of a name at a provider.
pub const PROVIDER: &str = "provider";
/// Codes are counted so long against floods.
const COUNTED_S: i64 = 86_400;

row! {
    /// A session and what was proved in it.
    #[derive(Debug, Clone)]
    pub struct Known {
        /// Its identity.
        pub id: Uuid,
        /// The telephone's proof.
        pub phone: Option<Uuid>,
        /// The provider's.
        pub provider: Option<Uuid>,
        /// The telephone.
        pub number: Option<String>,
        /// When it was last used, to an hour.
        pub seen_at: Instant,
    }
}

row! {
    /// A code that was sent, after a try was charged.
    #[derive(Debug, Clone)]
    pub struct Sent {
        /// Its identity.
        pub id: Uuid,
        /// Where to.
        pub phone: String,
        /// What is kept of its digits.
        pub code: Vec<u8>,
    }
}

/// A code to be kept.
#[derive(Debug)]
pub struct New<'a> {
    /// Its identity.
    pub id: Uuid,
    /// Of the browser that asked.
    pub token_hash: &'a [u8],
    /// Where to.
    pub phone: &'a str,
    /// From where it was asked for.
    pub address: &'a [u8],
    /// What is kept of its digits.
    pub code: &'a [u8],
    /// The language of the message.
    pub lang: &'a str,
    /// How long it holds.
    pub expires_at: Instant,
}

/// The id of what was proved; the same each time.
pub async fn proof(tx: &mut Tx, now: Instant, kind: &str, realm: &str, value: &str) -> Result<Uuid> {
    let row: Option<(Uuid,)> = tx
        .one(
            "INSERT INTO citizen_proof (id, kind, realm, value, created_at) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (kind, realm, value) DO UPDATE SET value = citizen_proof.value RETURNING id",
            args![foundation::new_id(), kind, realm, value, now],
        )
        .await?;
    row.map(|r| r.0).ok_or_else(|| foundation::error::internal("citizen_proof", "Không ghi được đăng nhập"))
}

/// Begins a session; gives its identity.
pub async fn open(
    tx: &mut Tx,
    now: Instant,
    token_hash: &[u8],
    phone: Option<Uuid>,
    provider: Option<Uuid>,
) -> Result<Uuid> {
    let id = foundation::new_id();
    tx.run(
        "INSERT INTO citizen_session (id, token_hash, phone, provider, created_at, seen_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $5, $6)",
        args![id, token_hash, phone, provider, now, now.plus_seconds(LONGEST_S)],
    )
    .await?;
    Ok(id)
}

/// The session with this hash, if it is valid at `now`.
pub async fn session(db: &Db, token_hash: &[u8], now: Instant) -> Result<Option<Known>> {
    db.one(
        "SELECT s.id, s.phone, s.provider, p.value AS number, s.seen_at
         FROM citizen_session s LEFT JOIN citizen_proof p ON p.id = s.phone
         WHERE s.token_hash = $1 AND s.expires_at > $2 AND s.seen_at > $3",
        args![token_hash, now, now.plus_seconds(-IDLE_S)],
    )
    .await
}

/// Notes that a session was used.
pub async fn seen(tx: &mut Tx, id: Uuid, now: Instant) -> Result<()> {
    tx.run("UPDATE citizen_session SET seen_at = $2 WHERE id = $1", args![id, now]).await.map(|_| ())
}

/// Ends one session.
pub async fn close(tx: &mut Tx, id: Uuid) -> Result<()> {
    tx.run("DELETE FROM citizen_session WHERE id = $1", args![id]).await.map(|_| ())
}

/// Forgets what was proved, and every session and code with it.
pub async fn forget(tx: &mut Tx, proof: Uuid) -> Result<()> {
    tx.run("DELETE FROM citizen_session WHERE phone = $1 OR provider = $1", args![proof]).await?;
    tx.run(
        "DELETE FROM citizen_code WHERE phone IN
         (SELECT value FROM citizen_proof WHERE id = $1 AND kind = 'phone')",
        args![proof],
    )
    .await?;
    tx.run("DELETE FROM citizen_proof WHERE id = $1", args![proof]).await.map(|_| ())
}

/// How many codes went to this telephone since `since`.
pub async fn codes_to(tx: &mut Tx, phone: &str, since: Instant) -> Result<i64> {
    let sql = "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM citizen_code WHERE phone = $1 AND created_at > $2";
    Ok(tx.one::<(i64,)>(sql, args![phone, since]).await?.map_or(0, |r| r.0))
}

/// How many codes were asked for from this address since `since`.
pub async fn codes_from(tx: &mut Tx, address: &[u8], since: Instant) -> Result<i64> {
    let sql = "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM citizen_code WHERE address = $1 AND created_at > $2";
    Ok(tx.one::<(i64,)>(sql, args![address, since]).await?.map_or(0, |r| r.0))
}

/// Keeps a code.
pub async fn keep_code(tx: &mut Tx, now: Instant, new: &New<'_>) -> Result<()> {
    tx.run(
        "INSERT INTO citizen_code (id, token_hash, phone, address, code, lang, tries, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, 0, $7, $8)",
        args![new.id, new.token_hash, new.phone, new.address, new.code, new.lang, now, new.expires_at],
    )
    .await
    .map(|_| ())
}

/// The telephone of a code and the language of its message, for whoever sends it.
pub async fn phone_of(db: &Db, id: Uuid) -> Result<Option<(String, String)>> {
    db.one("SELECT phone, lang FROM citizen_code WHERE id = $1", args![id]).await
}

/// Whether this browser may still try a code, and at which telephone it came.
pub async fn waits(db: &Db, token_hash: &[u8], now: Instant) -> Result<Option<String>> {
    let sql = "SELECT phone FROM citizen_code WHERE token_hash = $1 AND used_at IS NULL
               AND expires_at > $2 AND tries < $3";
    Ok(db.one::<(String,)>(sql, args![token_hash, now, TRIES]).await?.map(|r| r.0))
}

/// Charges a try of a code before it is looked at, so that many at once gain nothing. None when there is no
/// such code, or no longer.
pub async fn charge(tx: &mut Tx, token_hash: &[u8], now: Instant) -> Result<Option<Sent>> {
    tx.one(
        "UPDATE citizen_code SET tries = tries + 1
         WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2 AND tries < $3
         RETURNING id, phone, code",
        args![token_hash, now, TRIES],
    )
    .await
}

/// Uses a code; says whether nobody had.
pub async fn use_code(tx: &mut Tx, id: Uuid, now: Instant) -> Result<bool> {
    let sql = "UPDATE citizen_code SET used_at = $2 WHERE id = $1 AND used_at IS NULL";
    Ok(tx.run(sql, args![id, now]).await? > 0)
}

/// Keeps that a way through the provider was begun.
pub async fn begin_way(tx: &mut Tx, token_hash: &[u8], expires_at: Instant) -> Result<()> {
    let sql = "INSERT INTO citizen_door (token_hash, expires_at) VALUES ($1, $2)";
    tx.run(sql, args![token_hash, expires_at]).await.map(|_| ())
}

/// Ends a way; says whether it was begun, is not over and did not end before.
pub async fn end_way(tx: &mut Tx, token_hash: &[u8], now: Instant) -> Result<bool> {
    let sql = "DELETE FROM citizen_door WHERE token_hash = $1 AND expires_at > $2";
    Ok(tx.run(sql, args![token_hash, now]).await? > 0)
}

/// Forgets what is over.
pub async fn sweep(tx: &mut Tx, now: Instant) -> Result<()> {
    let idle = now.plus_seconds(-IDLE_S);
    tx.run("DELETE FROM citizen_session WHERE expires_at < $1 OR seen_at < $2", args![now, idle]).await?;
    let counted = now.plus_seconds(-COUNTED_S);
    tx.run("DELETE FROM citizen_code WHERE created_at < $1", args![counted]).await?;
    tx.run("DELETE FROM citizen_door WHERE expires_at < $1", args![now]).await.map(|_| ())
}
