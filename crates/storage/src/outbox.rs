//! The outbox: business events, kept in the transaction of the change they tell of.
//!
//! Guarantees: an event whose transaction committed is delivered at least once, in the order of commit; a
//! handler that fails is tried again and blocks the events behind it until it succeeds or gives up after
//! [`MAX_ATTEMPTS`]. It never delivers an event whose transaction was rolled back.

use foundation::{Clock, Instant, Result};
use serde_json::Value as Json;
use uuid::Uuid;

use crate::db::{Db, Tx};
use crate::{args, row};

/// Woken when a transaction that published was committed, so that a dispatcher need not ask again and again.
pub static WAKE: tokio::sync::Notify = tokio::sync::Notify::const_new();

/// After so many failures an event is set aside; it stays in the table with its error.
pub const MAX_ATTEMPTS: i64 = 10;

row! {
    /// An event that waits to be delivered.
    #[derive(Debug, Clone)]
    pub struct Event {
        /// Its place in the order of commits.
        pub seq: i64,
        /// Its identity, by which a handler can tell that it saw it before.
        pub id: Uuid,
        /// Its name, `indicators.changed`.
        pub event: String,
        /// Its content: ids, never personal values.
        pub payload: Json,
        /// How often delivery failed.
        pub attempts: i64,
    }
}

impl Tx {
    /// Writes an event into this transaction.
    pub async fn publish(&mut self, now: Instant, event: &str, payload: &Json) -> Result<()> {
        self.published = true;
        self.run(
            "INSERT INTO outbox (id, event, payload, created_at, attempts) VALUES ($1, $2, $3, $4, 0)",
            args![foundation::new_id(), event, payload, now],
        )
        .await
        .map(|_| ())
    }
}

/// The oldest events that wait, at most `limit`.
pub async fn waiting(db: &Db, limit: i64) -> Result<Vec<Event>> {
    db.all(
        "SELECT seq, id, event, payload, attempts FROM outbox
         WHERE delivered_at IS NULL AND attempts < $1 ORDER BY seq LIMIT $2",
        args![MAX_ATTEMPTS, limit],
    )
    .await
}

/// Marks events as delivered.
pub async fn delivered(db: &Db, clock: &dyn Clock, seqs: Vec<i64>) -> Result<()> {
    let mut tx = db.begin().await?;
    tx.run(
        "UPDATE outbox SET delivered_at = $1 WHERE seq IN (SELECT value FROM int_list($2))",
        args![clock.now(), seqs],
    )
    .await?;
    tx.commit().await
}

/// Notes that a handler failed.
pub async fn failed(db: &Db, seq: i64, error: &str) -> Result<()> {
    let mut tx = db.begin().await?;
    tx.run("UPDATE outbox SET attempts = attempts + 1, last_error = $2 WHERE seq = $1", args![seq, error])
        .await?;
    tx.commit().await
}

/// How many events wait, and how many were set aside after [`MAX_ATTEMPTS`].
pub async fn counts(db: &Db) -> Result<(i64, i64)> {
    let row = db.one::<(i64, i64)>(
        "SELECT CAST(COALESCE(SUM(CASE WHEN attempts < $1 THEN 1 ELSE 0 END), 0) AS BIGINT) AS waiting,
                CAST(COALESCE(SUM(CASE WHEN attempts < $1 THEN 0 ELSE 1 END), 0) AS BIGINT) AS aside
         FROM outbox WHERE delivered_at IS NULL",
        args![MAX_ATTEMPTS],
    );
    Ok(row.await?.unwrap_or((0, 0)))
}

/// Forgets events that were delivered before `before`.
pub async fn sweep(tx: &mut Tx, before: Instant) -> Result<u64> {
    tx.run("DELETE FROM outbox WHERE delivered_at < $1", args![before]).await
}
