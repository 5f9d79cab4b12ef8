//! The history of a case, what was asked of others, extensions.

use foundation::{Instant, Result};
use serde_json::Value as Json;
use storage::{Db, Tx, args, row};

use crate::case::{Case, CaseId, Entry, Shown};

row! {
    /// A line of the history.
    #[derive(Debug, Clone)]
    pub struct Line {
        /// Its place.
        pub n: i64,
        /// When.
        pub at: Instant,
        /// Who, as in the audit log.
        pub actor: String,
        /// What was done.
        pub deed: String,
        /// By which step of the type.
        pub step: String,
        /// The state after it.
        pub state: String,
        /// Who may read it: [`Shown`] as a number.
        pub shown: i64,
        /// Words.
        pub text: String,
        /// Ids and codes.
        pub detail: Json,
    }
}

row! {
    /// A request to extend the deadline.
    #[derive(Debug, Clone)]
    pub struct Extension {
        /// Its place.
        pub n: i64,
        /// Who asked.
        pub asked_by: String,
        /// When.
        pub asked_at: Instant,
        /// Why.
        pub reason: String,
        /// Until when.
        pub due: Instant,
        /// Who decided.
        pub decided_by: Option<String>,
        /// When.
        pub decided_at: Option<Instant>,
        /// How.
        pub granted: Option<bool>,
    }
}

row! {
    /// An agency that was asked for its part.
    #[derive(Debug, Clone)]
    pub struct Asked {
        /// Which.
        pub agency: i64,
        /// When.
        pub asked_at: Instant,
        /// What.
        pub question: String,
        /// By when.
        pub due: Instant,
        /// What it answered.
        pub answer: Option<String>,
        /// Whether it agrees that the case is for the agency in charge.
        pub agrees: Option<bool>,
        /// When it answered.
        pub answered_at: Option<Instant>,
    }
}

/// Writes the next line of a case's history; the case is saved afterwards.
pub async fn append(tx: &mut Tx, case: &mut Case, actor: &str, at: Instant, entry: &Entry) -> Result<()> {
    case.entries += 1;
    write(tx, case, actor, at, entry).await
}

/// Writes the line that `case.entries` counts already: the first one of a new case.
pub async fn write(tx: &mut Tx, case: &Case, actor: &str, at: Instant, entry: &Entry) -> Result<()> {
    let shown = match entry.shown {
        Shown::Inside => 0_i64,
        Shown::Reporter => 1,
        Shown::Everybody => 2,
    };
    tx.put(
        "INSERT INTO case_entry (seq, n, at, actor, deed, step, state, shown, text, detail)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        args![
            case.seq,
            case.entries,
            at,
            actor,
            entry.deed,
            entry.step.as_str(),
            case.state.as_str(),
            shown,
            entry.text.as_str(),
            &entry.detail
        ],
    )
    .await
}

/// The history from `shown` on: 0 all of it, 1 what the reporter reads, 2 what everybody reads.
pub async fn of(db: &Db, id: CaseId, shown: i64) -> Result<Vec<Line>> {
    db.all(
        "SELECT n, at, actor, deed, step, state, shown, text, detail FROM case_entry
         WHERE seq = $1 AND shown >= $2 ORDER BY n LIMIT 500",
        args![id, shown],
    )
    .await
}

/// One line of a case's history.
pub async fn line(db: &Db, id: CaseId, n: i64) -> Result<Option<Line>> {
    db.one(
        "SELECT n, at, actor, deed, step, state, shown, text, detail FROM case_entry
         WHERE seq = $1 AND n = $2",
        args![id, n],
    )
    .await
}

/// The last line of a case's history.
pub async fn last(tx: &mut Tx, id: CaseId) -> Result<Option<Line>> {
    tx.one(
        "SELECT n, at, actor, deed, step, state, shown, text, detail FROM case_entry
         WHERE seq = $1 ORDER BY n DESC LIMIT 1",
        args![id],
    )
    .await
}

/// Extensions that were asked for.
pub async fn extensions(db: &Db, id: CaseId) -> Result<Vec<Extension>> {
    db.all(
        "SELECT n, asked_by, asked_at, reason, due, decided_by, decided_at, granted FROM case_extension
         WHERE seq = $1 ORDER BY n LIMIT 100",
        args![id],
    )
    .await
}

/// The extension that waits for a decision.
pub async fn open_extension(tx: &mut Tx, id: CaseId) -> Result<Option<Extension>> {
    tx.one(
        "SELECT n, asked_by, asked_at, reason, due, decided_by, decided_at, granted FROM case_extension
         WHERE seq = $1 AND decided_at IS NULL ORDER BY n LIMIT 1",
        args![id],
    )
    .await
}

/// Writes a request.
pub async fn ask_extension(
    tx: &mut Tx,
    case: &Case,
    actor: &str,
    at: Instant,
    reason: &str,
    due: Instant,
) -> Result<()> {
    let n: Option<(i64,)> = tx
        .one(
            "SELECT CAST(COALESCE(MAX(n), 0) AS BIGINT) AS n FROM case_extension WHERE seq = $1",
            args![case.seq],
        )
        .await?;
    tx.run(
        "INSERT INTO case_extension (seq, n, asked_by, asked_at, reason, due)
         VALUES ($1, $2, $3, $4, $5, $6)",
        args![case.seq, n.map_or(1, |n| n.0 + 1), actor, at, reason, due],
    )
    .await
    .map(|_| ())
}

/// Writes the decision.
pub async fn decide_extension(
    tx: &mut Tx,
    id: CaseId,
    n: i64,
    actor: &str,
    at: Instant,
    granted: bool,
) -> Result<()> {
    tx.run(
        "UPDATE case_extension SET decided_by = $3, decided_at = $4, granted = $5 WHERE seq = $1 AND n = $2",
        args![id, n, actor, at, granted],
    )
    .await
    .map(|_| ())
}

/// The agencies that were asked.
pub async fn asked(db: &Db, id: CaseId) -> Result<Vec<Asked>> {
    db.all(
        "SELECT agency, asked_at, question, due, answer, agrees, answered_at FROM case_asked
         WHERE seq = $1 ORDER BY asked_at, agency LIMIT 100",
        args![id],
    )
    .await
}

/// Asks an agency, or asks it again.
pub async fn ask_agency(
    tx: &mut Tx,
    id: CaseId,
    agency: i64,
    actor: &str,
    at: Instant,
    question: &str,
    due: Instant,
) -> Result<()> {
    tx.run(
        "INSERT INTO case_asked (seq, agency, asked_by, asked_at, question, due)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (seq, agency) DO UPDATE SET asked_by = excluded.asked_by, asked_at = excluded.asked_at,
            question = excluded.question, due = excluded.due, answer = NULL, agrees = NULL,
            answered_by = NULL, answered_at = NULL",
        args![id, agency, actor, at, question, due],
    )
    .await
    .map(|_| ())
}

/// Writes what an agency answered; says whether it was asked.
pub async fn agency_answers(
    tx: &mut Tx,
    id: CaseId,
    agency: i64,
    actor: &str,
    at: Instant,
    answer: &str,
    agrees: bool,
) -> Result<bool> {
    let n = tx
        .run(
            "UPDATE case_asked SET answer = $3, agrees = $4, answered_by = $5, answered_at = $6
             WHERE seq = $1 AND agency = $2",
            args![id, agency, answer, agrees, actor, at],
        )
        .await?;
    Ok(n > 0)
}

/// The agencies that do not agree.
pub async fn against(tx: &mut Tx, id: CaseId) -> Result<Vec<i64>> {
    let sql = "SELECT agency FROM case_asked WHERE seq = $1 AND agrees = $2 ORDER BY agency";
    Ok(tx.all::<(i64,)>(sql, args![id, false]).await?.into_iter().map(|r| r.0).collect())
}

/// How many agencies have not answered.
pub async fn unanswered(tx: &mut Tx, id: CaseId) -> Result<i64> {
    let sql = "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM case_asked WHERE seq = $1 AND answered_at IS NULL";
    Ok(tx.one::<(i64,)>(sql, args![id]).await?.map_or(0, |r| r.0))
}
