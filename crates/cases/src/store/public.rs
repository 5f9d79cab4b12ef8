//! What everybody may count.

use foundation::Result;
use kit::UnitId;
use storage::{Db, args};

/// How many published cases are open in each place.
pub async fn open_by_place(db: &Db) -> Result<Vec<(UnitId, i64)>> {
    db.all(
        "SELECT place, CAST(COUNT(*) AS BIGINT) AS n FROM cases
         WHERE solved_at IS NULL AND published AND +stage IN (0, 1, 2) GROUP BY place",
        args![],
    )
    .await
}
