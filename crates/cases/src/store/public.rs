//! What everybody may count and hear.

use foundation::{Instant, Result};
use kit::UnitId;
use storage::{Db, args};

use crate::case::CaseId;

/// How many published cases are open in each place.
pub async fn open_by_place(db: &Db) -> Result<Vec<(UnitId, i64)>> {
    db.all(
        "SELECT place, CAST(COUNT(*) AS BIGINT) AS n FROM cases
         WHERE solved_at IS NULL AND published AND +stage IN (0, 1, 2) GROUP BY place",
        args![],
    )
    .await
}

/// What officers told everybody last of each of these cases, and when.
pub async fn told_last(db: &Db, ids: Vec<CaseId>) -> Result<Vec<(CaseId, Instant, String)>> {
    db.all(
        "SELECT e.seq, e.at, e.text FROM case_entry e
         WHERE e.seq IN (SELECT value FROM int_list($1)) AND e.deed = 'tell' AND e.shown = 2 AND e.text <> ''
           AND e.n = (SELECT MAX(o.n) FROM case_entry o
                      WHERE o.seq = e.seq AND o.deed = 'tell' AND o.shown = 2 AND o.text <> '')",
        args![ids],
    )
    .await
}
