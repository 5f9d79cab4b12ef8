//! Who reported: personal, in tables of their own. Only the intake desk's page and the reporter's own receipt
//! read [`reporter`]; a test holds every other way out shut.

use foundation::{Instant, Result};
use storage::{Db, Tx, args, row};
use uuid::Uuid;

use crate::case::CaseId;

row! {
    /// Who reported a case.
    #[derive(Debug, Clone, Default, PartialEq, Eq)]
    pub struct Reporter {
        /// By which messages find them; none when they cannot be reached.
        pub citizen: Option<Uuid>,
        /// As they gave it; may be empty.
        pub name: String,
        /// Digits; may be empty.
        pub phone: String,
        /// May be empty.
        pub email: String,
        /// Whether the desk may see what else they reported.
        pub consent: bool,
    }
}

/// Keeps who reported; nothing, when they said nothing.
pub async fn keep(tx: &mut Tx, id: CaseId, who: &Reporter) -> Result<()> {
    if *who == Reporter::default() {
        return Ok(());
    }
    tx.put(
        "INSERT INTO case_reporter (seq, citizen, name, phone, email, consent)
         VALUES ($1, $2, $3, $4, $5, $6)",
        args![id, who.citizen, who.name.as_str(), who.phone.as_str(), who.email.as_str(), who.consent],
    )
    .await
}

/// Who reported.
pub async fn reporter(db: &Db, id: CaseId) -> Result<Option<Reporter>> {
    db.one("SELECT citizen, name, phone, email, consent FROM case_reporter WHERE seq = $1", args![id]).await
}

/// The person behind an id, as they gave themselves in their last report; for whoever sends messages.
pub async fn person(db: &Db, citizen: Uuid) -> Result<Option<Reporter>> {
    let first = db
        .one(
            "SELECT citizen, name, phone, email, consent FROM case_reporter
             WHERE citizen = $1 ORDER BY seq DESC LIMIT 1",
            args![citizen],
        )
        .await?;
    match first {
        Some(who) => Ok(Some(who)),
        None => super::also::person(db, citizen).await,
    }
}

/// What else came from this phone, newest first, where they agreed that the desk may see it.
pub async fn of_phone(db: &Db, phone: &str, limit: i64) -> Result<Vec<CaseId>> {
    let rows: Vec<(i64,)> = db
        .all(
            "SELECT seq FROM case_reporter WHERE phone = $1 AND phone <> '' AND consent = $2
             ORDER BY seq DESC LIMIT $3",
            args![phone, true, limit],
        )
        .await?;
    let mut all: Vec<CaseId> = rows.into_iter().map(|r| r.0).collect();
    all.extend(super::also::of_phone(db, phone, limit).await?);
    all.sort_unstable_by(|a, b| b.cmp(a));
    all.dedup();
    all.truncate(limit.max(0) as usize);
    Ok(all)
}

/// The case of a receipt.
pub async fn of_receipt(db: &Db, secret: &[u8]) -> Result<Option<CaseId>> {
    Ok(db.one::<(i64,)>("SELECT seq FROM case_receipt WHERE secret = $1", args![secret]).await?.map(|r| r.0))
}

/// Keeps a receipt.
pub async fn keep_receipt(tx: &mut Tx, secret: &[u8], id: CaseId) -> Result<()> {
    tx.put("INSERT INTO case_receipt (secret, seq) VALUES ($1, $2)", args![secret, id]).await
}

/// Erases who reported a case, who keeps it among theirs, and which browsers hear of it: each would tell.
pub async fn erase(tx: &mut Tx, id: CaseId) -> Result<()> {
    tx.run("DELETE FROM case_reporter WHERE seq = $1", args![id]).await?;
    super::claims::forget_case(tx, id).await?;
    super::browsers::forget_case(tx, id).await
}

/// Somebody met the same; says whether they had not said so before.
pub async fn support(tx: &mut Tx, id: CaseId, who: &[u8], at: Instant) -> Result<bool> {
    let n = tx
        .run(
            "INSERT INTO case_support (seq, who, at) VALUES ($1, $2, $3) ON CONFLICT (seq, who) DO NOTHING",
            args![id, who, at],
        )
        .await?;
    Ok(n > 0)
}

/// Counts one more report of `who` in this hour and says how many there were.
pub async fn count_flood(tx: &mut Tx, who: &[u8], hour: i64) -> Result<i64> {
    let row: Option<(i64,)> = tx
        .one(
            "INSERT INTO case_flood (who, hour, n) VALUES ($1, $2, 1)
             ON CONFLICT (who, hour) DO UPDATE SET n = case_flood.n + 1
             RETURNING CAST(n AS BIGINT) AS n",
            args![who, hour],
        )
        .await?;
    Ok(row.map_or(0, |r| r.0))
}

/// Forgets what was counted before `hour`.
pub async fn sweep_flood(tx: &mut Tx, hour: i64) -> Result<u64> {
    tx.run("DELETE FROM case_flood WHERE hour < $1", args![hour]).await
}
