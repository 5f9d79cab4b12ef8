//! Photos of cases.

use foundation::{Instant, Result};
use storage::{Db, Tx, args, row};
use uuid::Uuid;

use crate::case::CaseId;

row! {
    /// A photo.
    #[derive(Debug, Clone)]
    pub struct Photo {
        /// Its place.
        pub n: i64,
        /// `report`, `before`, `after`.
        pub role: String,
        /// The file as it came, without metadata.
        pub file: Uuid,
        /// Small, once it was made.
        pub thumb: Option<Uuid>,
        /// For a screen, once it was made.
        pub screen: Option<Uuid>,
        /// When it came.
        pub added_at: Instant,
        /// Whether everybody may see it.
        pub shown: bool,
    }
}

/// Adds a photo at place `n`.
pub async fn add(tx: &mut Tx, id: CaseId, n: i64, role: &str, file: Uuid, at: Instant) -> Result<()> {
    tx.run(
        "INSERT INTO case_photo (seq, n, role, file, added_at, shown) VALUES ($1, $2, $3, $4, $5, $6)",
        args![id, n, role, file, at, false],
    )
    .await
    .map(|_| ())
}

/// The photos of a case.
pub async fn of(db: &Db, id: CaseId) -> Result<Vec<Photo>> {
    db.all(
        "SELECT n, role, file, thumb, screen, added_at, shown FROM case_photo
         WHERE seq = $1 ORDER BY n LIMIT 100",
        args![id],
    )
    .await
}

/// One photo.
pub async fn one(db: &Db, id: CaseId, n: i64) -> Result<Option<Photo>> {
    db.one(
        "SELECT n, role, file, thumb, screen, added_at, shown FROM case_photo WHERE seq = $1 AND n = $2",
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

/// The first shown photo of each of these cases.
pub async fn first_of(db: &Db, ids: Vec<i64>, public: bool) -> Result<Vec<(i64, i64)>> {
    db.all(
        "SELECT seq, CAST(MIN(n) AS BIGINT) AS n FROM case_photo
         WHERE seq IN (SELECT value FROM int_list($1)) AND thumb IS NOT NULL AND (shown = $2 OR $3 = $2)
         GROUP BY seq",
        args![ids, true, !public],
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
