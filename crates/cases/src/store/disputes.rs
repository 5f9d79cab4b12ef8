//! Agencies that were asked and do not agree: which cases wait for somebody above them to decide.

use foundation::{Instant, Result};
use storage::{Db, Tx, args};

use crate::case::CaseId;

/// Opens it, unless it is open; says whether it was not.
pub async fn begin(tx: &mut Tx, id: CaseId, at: Instant) -> Result<bool> {
    let n = tx
        .run(
            "INSERT INTO case_dispute (seq, since) VALUES ($1, $2)
             ON CONFLICT (seq) DO UPDATE SET since = excluded.since, settled_at = NULL, settled_by = NULL
             WHERE case_dispute.settled_at IS NOT NULL",
            args![id, at],
        )
        .await?;
    Ok(n > 0)
}

/// Settles it; says whether it was open.
pub async fn settle(tx: &mut Tx, id: CaseId, actor: &str, at: Instant) -> Result<bool> {
    let n = tx
        .run(
            "UPDATE case_dispute SET settled_at = $2, settled_by = $3 WHERE seq = $1 AND settled_at IS NULL",
            args![id, at, actor],
        )
        .await?;
    Ok(n > 0)
}

/// Whether it is open.
pub async fn is_open(tx: &mut Tx, id: CaseId) -> Result<bool> {
    let sql = "SELECT seq FROM case_dispute WHERE seq = $1 AND settled_at IS NULL";
    Ok(tx.one::<(i64,)>(sql, args![id]).await?.is_some())
}

/// Since when it is open.
pub async fn since(db: &Db, id: CaseId) -> Result<Option<Instant>> {
    let sql = "SELECT since FROM case_dispute WHERE seq = $1 AND settled_at IS NULL";
    Ok(db.one::<(Instant,)>(sql, args![id]).await?.map(|r| r.0))
}

/// Which of these cases have one that is open.
pub async fn among(db: &Db, ids: Vec<i64>) -> Result<Vec<CaseId>> {
    let sql = "SELECT seq FROM case_dispute
        WHERE seq IN (SELECT value FROM int_list($1)) AND settled_at IS NULL";
    Ok(db.all::<(i64,)>(sql, args![ids]).await?.into_iter().map(|r| r.0).collect())
}
