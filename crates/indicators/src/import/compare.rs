//! What a delivery would change, without changing it.

use foundation::Result;
use storage::{Db, args, row};

use crate::observations::Told;

/// How a delivery stands to what its source told before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Compared {
    /// Values told for the first time.
    pub new: u64,
    /// Values that differ from what was told.
    pub changed: u64,
    /// Values that were told already.
    pub unchanged: u64,
}

row! {
    /// A value that would replace another.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Correction {
        /// Which indicator.
        pub indicator: i64,
        /// In which calendar.
        pub calendar: i32,
        /// When it was true.
        pub period: i32,
        /// Whose.
        pub unit: i64,
        /// Extra keys.
        pub dims: String,
        /// What was told before.
        pub before: Option<f64>,
        /// What is told now.
        pub after: Option<f64>,
    }
}

const STAGE: [(&str, &str); 7] = [
    ("indicator", "INTEGER"),
    ("calendar", "INTEGER"),
    ("period", "INTEGER"),
    ("unit", "BIGINT"),
    ("dims", "TEXT"),
    ("value", "DOUBLE PRECISION"),
    ("estimated", "BOOLEAN"),
];

const JOINED: &str = "FROM staged_import s LEFT JOIN observation o ON o.indicator = s.indicator
    AND o.calendar = s.calendar AND o.period = s.period AND o.unit = s.unit AND o.dims = s.dims
    AND o.source = $1
    AND o.revision = (SELECT MAX(m.revision) FROM observation m
        WHERE m.indicator = s.indicator AND m.calendar = s.calendar AND m.period = s.period
            AND m.unit = s.unit AND m.dims = s.dims AND m.source = $1)";

const DIFFERS: &str = "o.revision IS NOT NULL
    AND (o.value IS DISTINCT FROM s.value OR o.estimated IS DISTINCT FROM s.estimated)";

/// Compares values with what the source of this code told last, and gives the first `limit` corrections.
pub async fn compare(
    db: &Db,
    source: &str,
    told: &[Told],
    limit: i64,
) -> Result<(Compared, Vec<Correction>)> {
    let id: Option<(i64,)> = db.one("SELECT id FROM source WHERE code = $1", args![source]).await?;
    let Some((id,)) = id else {
        return Ok((Compared { new: told.len() as u64, ..Compared::default() }, Vec::new()));
    };
    let mut order: Vec<&Told> = told.iter().collect();
    order.sort_by_key(|t| (t.indicator, t.period.calendar.code(), t.period.index, t.unit));
    let rows = order
        .into_iter()
        .map(|t| {
            let dims = t.dims.as_str();
            args![t.indicator, t.period.calendar.code(), t.period.index, t.unit, dims, t.value, t.estimated]
        })
        .collect();
    // The transaction is never committed: the stage goes away with it.
    let mut tx = db.begin().await?;
    tx.stage("staged_import", &STAGE, rows).await?;
    let counts: Option<(i64, i64)> = tx
        .one(
            &format!(
                "SELECT
                    CAST(COALESCE(SUM(CASE WHEN o.revision IS NULL THEN 1 ELSE 0 END), 0) AS BIGINT) AS fresh,
                    CAST(COALESCE(SUM(CASE WHEN {DIFFERS} THEN 1 ELSE 0 END), 0) AS BIGINT) AS changed
                 {JOINED}"
            ),
            args![id],
        )
        .await?;
    let (new, changed) = counts.unwrap_or_default();
    let corrections = match changed {
        0 => Vec::new(),
        _ => {
            tx.all(
                &format!(
                    "SELECT s.indicator AS indicator, s.calendar AS calendar, s.period AS period,
                        s.unit AS unit, s.dims AS dims, o.value AS before, s.value AS after
                     {JOINED} WHERE {DIFFERS}
                     ORDER BY s.indicator, s.period, s.unit, s.dims LIMIT $2"
                ),
                args![id, limit],
            )
            .await?
        }
    };
    let (new, changed) = (new as u64, changed as u64);
    Ok((Compared { new, changed, unchanged: told.len() as u64 - new - changed }, corrections))
}
