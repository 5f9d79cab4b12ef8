//! Who else met the same and agreed to be told. As personal as [`super::people`], and read by the same alone.

use foundation::{Instant, Result};
use storage::{Db, Tx, args};
use uuid::Uuid;

use super::people::Reporter;
use crate::case::CaseId;

/// Whether this phone is that of a reporter of the case, the first or another; never for no phone.
pub async fn has_phone(tx: &mut Tx, id: CaseId, phone: &str) -> Result<bool> {
    if phone.is_empty() {
        return Ok(false);
    }
    for table in ["case_reporter", "case_also_reporter"] {
        let sql = format!("SELECT seq FROM {table} WHERE seq = $1 AND phone = $2 LIMIT 1");
        if tx.one::<(i64,)>(&sql, args![id, phone]).await?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Keeps one who can be reached; somebody who has no id is not kept.
pub async fn keep(tx: &mut Tx, id: CaseId, who: &Reporter, at: Instant) -> Result<()> {
    let Some(citizen) = who.citizen else { return Ok(()) };
    tx.run(
        "INSERT INTO case_also_reporter (seq, citizen, name, phone, email, consent, at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        args![id, citizen, who.name.as_str(), who.phone.as_str(), who.email.as_str(), who.consent, at],
    )
    .await
    .map(|_| ())
}

/// Who else reported a case, the first one first.
pub async fn of(db: &Db, id: CaseId) -> Result<Vec<Reporter>> {
    db.all(
        "SELECT citizen, name, phone, email, consent FROM case_also_reporter
         WHERE seq = $1 ORDER BY at, citizen LIMIT 200",
        args![id],
    )
    .await
}

/// The person behind an id, as they gave themselves last.
pub async fn person(db: &Db, citizen: Uuid) -> Result<Option<Reporter>> {
    db.one(
        "SELECT citizen, name, phone, email, consent FROM case_also_reporter
         WHERE citizen = $1 ORDER BY at DESC LIMIT 1",
        args![citizen],
    )
    .await
}

/// To which cases a phone was joined, newest first, where its owner agreed that the desk may see it.
pub async fn of_phone(db: &Db, phone: &str, limit: i64) -> Result<Vec<CaseId>> {
    let rows: Vec<(i64,)> = db
        .all(
            "SELECT seq FROM case_also_reporter WHERE phone = $1 AND phone <> '' AND consent = $2
             ORDER BY seq DESC LIMIT $3",
            args![phone, true, limit],
        )
        .await?;
    Ok(rows.into_iter().map(|r| r.0).collect())
}

/// Erases one of them; says whether there was one.
pub async fn erase(tx: &mut Tx, id: CaseId, citizen: Uuid) -> Result<bool> {
    let sql = "DELETE FROM case_also_reporter WHERE seq = $1 AND citizen = $2";
    Ok(tx.run(sql, args![id, citizen]).await? > 0)
}
