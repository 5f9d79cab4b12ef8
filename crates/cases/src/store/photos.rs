//! Photos of cases.

use foundation::{Instant, Result};
use storage::{Db, Tx, args, row};
use uuid::Uuid;

use crate::case::{Case, CaseId};
use crate::workflow::Stage;

/// The role of a reporter's photo.
pub const REPORT: &str = "report";

row! {
    /// A photo.
    #[derive(Debug, Clone)]
    pub struct Photo {
        /// Its place.
        pub n: i64,
        /// [`REPORT`]; of officers `before`, `after`, `answer`.
        pub role: String,
        /// The file as it came, without metadata.
        pub file: Uuid,
        /// Small, once it was made.
        pub thumb: Option<Uuid>,
        /// For a screen, once it was made.
        pub screen: Option<Uuid>,
        /// When it came.
        pub added_at: Instant,
        /// Whether everybody may see it, once [`Photo::is_public`] says so too.
        pub shown: bool,
        /// Who added it, as in the audit log: for officers alone.
        pub added_by: String,
    }
}

impl Photo {
    /// Whether everybody may see it now: what officers photographed belongs to the answer, and is seen with
    /// it.
    pub fn is_public(&self, case: &Case) -> bool {
        let answered = matches!(case.stage(), Stage::Answered | Stage::Closed);
        self.shown && (self.role == REPORT || answered)
    }
}

/// Adds a photo at place `n`.
pub async fn add(
    tx: &mut Tx,
    id: CaseId,
    n: i64,
    role: &str,
    file: Uuid,
    at: Instant,
    by: &str,
) -> Result<()> {
    tx.run(
        "INSERT INTO case_photo (seq, n, role, file, added_at, shown, added_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        args![id, n, role, file, at, false, by],
    )
    .await
    .map(|_| ())
}

/// The photos of a case.
pub async fn of(db: &Db, id: CaseId) -> Result<Vec<Photo>> {
    db.all(
        "SELECT n, role, file, thumb, screen, added_at, shown, added_by FROM case_photo
         WHERE seq = $1 ORDER BY n LIMIT 100",
        args![id],
    )
    .await
}

/// One photo.
pub async fn one(db: &Db, id: CaseId, n: i64) -> Result<Option<Photo>> {
    db.one(
        "SELECT n, role, file, thumb, screen, added_at, shown, added_by FROM case_photo
         WHERE seq = $1 AND n = $2",
        args![id, n],
    )
    .await
}

/// Keeps what the job made of a photo.
pub async fn made(tx: &mut Tx, id: CaseId, n: i64, thumb: Uuid, screen: Uuid) -> Result<()> {
    tx.run(
        "UPDATE case_photo SET thumb = $3, screen = $4 WHERE seq = $1 AND n = $2",
        args![id, n, thumb, screen],
    )
    .await
    .map(|_| ())
}

/// Shows photos to everybody, or hides them.
pub async fn show(tx: &mut Tx, id: CaseId, n: i64, shown: bool) -> Result<()> {
    tx.run("UPDATE case_photo SET shown = $3 WHERE seq = $1 AND n = $2", args![id, n, shown])
        .await
        .map(|_| ())
}

/// Shows the photos of the solution to everybody: all of them, or `chosen` alone.
pub async fn publish(tx: &mut Tx, id: CaseId, chosen: Option<&[i64]>) -> Result<()> {
    let of_solution = "seq = $1 AND role IN ('after', 'answer')";
    match chosen {
        None => {
            let sql = format!("UPDATE case_photo SET shown = $2 WHERE {of_solution}");
            tx.run(&sql, args![id, true]).await.map(|_| ())
        }
        Some(chosen) => {
            let these = "n IN (SELECT value FROM int_list($2))";
            let sql = format!("UPDATE case_photo SET shown = ({these}) WHERE {of_solution}");
            tx.run(&sql, args![id, chosen.to_vec()]).await.map(|_| ())
        }
    }
}

/// How many photos officers added of the solution since the case was last opened again.
pub async fn of_solution(tx: &mut Tx, id: CaseId) -> Result<i64> {
    let row: Option<(i64,)> = tx
        .one(
            "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM case_photo
             WHERE seq = $1 AND role IN ('after', 'answer') AND added_at >= COALESCE(
                (SELECT MAX(at) FROM case_entry WHERE seq = $1 AND deed = 'reopen'), 0)",
            args![id],
        )
        .await?;
    Ok(row.map_or(0, |r| r.0))
}

/// The first public photo of each of these cases: the reporter's before those of the solution.
pub async fn first_of(db: &Db, ids: Vec<i64>) -> Result<Vec<(i64, i64)>> {
    db.all(
        "SELECT p.seq AS seq,
            CAST(COALESCE(MIN(CASE WHEN p.role = 'report' THEN p.n END), MIN(p.n)) AS BIGINT) AS n
         FROM case_photo p JOIN cases c ON c.seq = p.seq
         WHERE p.seq IN (SELECT value FROM int_list($1)) AND p.thumb IS NOT NULL AND p.shown = $2
            AND (p.role = 'report' OR c.stage IN ($3, $4))
         GROUP BY p.seq",
        args![ids, true, Stage::Answered.number(), Stage::Closed.number()],
    )
    .await
}

const SAME: &str = "SELECT CAST(p.n AS BIGINT) AS n FROM case_photo p JOIN file f ON f.id = p.file
    WHERE p.seq = $1 AND f.sha256 = $2 ORDER BY p.n LIMIT 1";
const COUNT: &str = "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM case_photo WHERE seq = $1 AND role = $2";

/// The number of the photo with this content, when the case has it.
pub async fn same(db: &Db, id: CaseId, sha256: &str) -> Result<Option<i64>> {
    Ok(db.one::<(i64,)>(SAME, args![id, sha256]).await?.map(|r| r.0))
}

/// The same, in a transaction.
pub async fn same_in(tx: &mut Tx, id: CaseId, sha256: &str) -> Result<Option<i64>> {
    Ok(tx.one::<(i64,)>(SAME, args![id, sha256]).await?.map(|r| r.0))
}

/// How many photos of this role a case has.
pub async fn count(db: &Db, id: CaseId, role: &str) -> Result<i64> {
    Ok(db.one::<(i64,)>(COUNT, args![id, role]).await?.map_or(0, |r| r.0))
}

/// The same, in a transaction.
pub async fn count_in(tx: &mut Tx, id: CaseId, role: &str) -> Result<i64> {
    Ok(tx.one::<(i64,)>(COUNT, args![id, role]).await?.map_or(0, |r| r.0))
}
