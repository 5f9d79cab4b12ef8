//! API keys.

use foundation::{Instant, Result};
use kit::{Fields, UnitId};
use serde_json::Value as Json;
use storage::{Db, Tx, args, row};
use uuid::Uuid;

use crate::grant::write_packs;

row! {
    /// A key of another program.
    #[derive(Debug, Clone)]
    pub struct ApiKey {
        /// Its identity.
        pub id: Uuid,
        /// What it is called.
        pub name: String,
        /// The subtree it may read and write.
        pub unit: UnitId,
        /// The fields, as JSON; none means all.
        pub packs: Option<Json>,
        /// When it was made.
        pub created_at: Instant,
        /// By whom.
        pub created_by: String,
        /// When it ends by itself.
        pub expires_at: Option<Instant>,
        /// When it was taken back.
        pub revoked_at: Option<Instant>,
        /// When it was last used, to a few minutes.
        pub last_used_at: Option<Instant>,
    }
}

const KEY: &str = "SELECT id, name, unit, packs, created_at, created_by, expires_at, revoked_at, last_used_at
    FROM api_key";

/// Every key, the newest first.
pub async fn all(db: &Db) -> Result<Vec<ApiKey>> {
    db.all(&format!("{KEY} ORDER BY created_at DESC, id"), args![]).await
}

/// A key.
pub async fn get(db: &Db, id: Uuid) -> Result<Option<ApiKey>> {
    db.one(&format!("{KEY} WHERE id = $1"), args![id]).await
}

/// The key with this hash, if it is valid at `now`.
pub async fn valid(db: &Db, hash: &[u8], now: Instant) -> Result<Option<ApiKey>> {
    let sql = format!(
        "{KEY} WHERE token_hash = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2)"
    );
    db.one(&sql, args![hash, now]).await
}

/// A key to be written.
pub struct NewKey<'a> {
    /// Its identity.
    pub id: Uuid,
    /// What is kept of its secret.
    pub hash: &'a [u8],
    /// What it is called.
    pub name: &'a str,
    /// Its subtree.
    pub unit: UnitId,
    /// Its fields.
    pub packs: &'a Fields,
    /// When it ends by itself.
    pub expires_at: Option<Instant>,
    /// By whom.
    pub created_by: &'a str,
}

/// Writes a key.
pub async fn insert(tx: &mut Tx, now: Instant, key: NewKey<'_>) -> Result<()> {
    tx.run(
        "INSERT INTO api_key (id, token_hash, name, unit, packs, created_at, created_by, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        args![
            key.id,
            key.hash,
            key.name,
            key.unit,
            write_packs(key.packs),
            now,
            key.created_by,
            key.expires_at
        ],
    )
    .await
    .map(|_| ())
}

/// Takes a key back.
pub async fn revoke(tx: &mut Tx, id: Uuid, now: Instant) -> Result<()> {
    tx.run("UPDATE api_key SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL", args![id, now])
        .await
        .map(|_| ())
}

/// Notes that a key was used.
pub async fn used(tx: &mut Tx, id: Uuid, now: Instant) -> Result<()> {
    tx.run("UPDATE api_key SET last_used_at = $2 WHERE id = $1", args![id, now]).await.map(|_| ())
}
