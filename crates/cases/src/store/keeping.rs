//! When the program looks at a case next, and what it reminded of.

use foundation::{Instant, Result};
use storage::{Db, Tx, args};

use crate::case::CaseId;

/// Cases that are to be looked at, with the versions they have.
pub async fn awake(db: &Db, now: Instant, limit: i64) -> Result<Vec<CaseId>> {
    let rows: Vec<(i64,)> = db
        .all(
            "SELECT seq FROM cases WHERE wake_at IS NOT NULL AND wake_at <= $1
             ORDER BY wake_at, seq LIMIT $2",
            args![now, limit],
        )
        .await?;
    Ok(rows.into_iter().map(|r| r.0).collect())
}

/// It is looked at next at `at`, or when it changes.
pub async fn sleep(tx: &mut Tx, id: CaseId, at: Option<Instant>) -> Result<()> {
    tx.run("UPDATE cases SET wake_at = $2 WHERE seq = $1", args![id, at]).await.map(|_| ())
}

/// Writes down a reminder; says whether it is a new one.
pub async fn remind(
    tx: &mut Tx,
    id: CaseId,
    kind: &str,
    rung: i64,
    promise: Instant,
    now: Instant,
) -> Result<bool> {
    let n = tx
        .run(
            "INSERT INTO case_reminder (seq, kind, rung, promise, at) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (seq, kind, rung, promise) DO NOTHING",
            args![id, kind, rung, promise, now],
        )
        .await?;
    Ok(n > 0)
}

/// What a case was reminded of: kind, rung, when.
pub async fn reminders(db: &Db, id: CaseId) -> Result<Vec<(String, i64, Instant)>> {
    db.all("SELECT kind, rung, at FROM case_reminder WHERE seq = $1 ORDER BY at, kind, rung", args![id]).await
}
