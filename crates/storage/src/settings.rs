//! Small facts of the installation: the root unit, the time of the demo, what was applied.

use foundation::{Clock, Result};

use crate::args;
use crate::db::{Db, Tx};

/// The value kept under `key`.
pub async fn get(db: &Db, key: &str) -> Result<Option<String>> {
    Ok(db.one::<(String,)>("SELECT value FROM setting WHERE key = $1", args![key]).await?.map(|r| r.0))
}

/// Keeps `value` under `key`.
pub async fn set(tx: &mut Tx, clock: &dyn Clock, key: &str, value: &str) -> Result<()> {
    tx.run(
        "INSERT INTO setting (key, value, changed_at) VALUES ($1, $2, $3)
         ON CONFLICT (key) DO UPDATE SET value = excluded.value, changed_at = excluded.changed_at",
        args![key, value, clock.now()],
    )
    .await
    .map(|_| ())
}

/// Forgets `key`.
pub async fn remove(tx: &mut Tx, key: &str) -> Result<()> {
    tx.run("DELETE FROM setting WHERE key = $1", args![key]).await.map(|_| ())
}
