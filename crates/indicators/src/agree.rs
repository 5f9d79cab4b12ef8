//! Whether what is shown agrees with what was told: the question of `toancanh check`.

use foundation::Result;
use storage::{Db, args};

/// How many keys disagree, by kind; all zero when the figures are whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Disagreements {
    /// Shown values that their source did not say last.
    pub invented: i64,
    /// Keys that were told and are not shown.
    pub lost: i64,
    /// Keys for which a source of higher standing has a value that is not shown.
    pub outranked: i64,
}

/// Counts them. One statement; it reads every key once.
pub async fn disagreements(db: &Db) -> Result<Disagreements> {
    const KEY: &str = "o.indicator = c.indicator AND o.calendar = c.calendar AND o.period = c.period
        AND o.unit = c.unit AND o.dims = c.dims";
    const LAST: &str = "o.revision = (SELECT MAX(m.revision) FROM observation m
        WHERE m.indicator = o.indicator AND m.calendar = o.calendar AND m.period = o.period
            AND m.unit = o.unit AND m.dims = o.dims AND m.source = o.source)";
    let sql = format!(
        "SELECT (SELECT CAST(COUNT(*) AS BIGINT) FROM current_value c WHERE NOT EXISTS (
                SELECT 1 FROM observation o WHERE {KEY} AND o.source = c.source AND {LAST}
                    AND (o.value = c.value OR (o.value IS NULL AND c.value IS NULL)))) AS invented,
            (SELECT CAST(COUNT(*) AS BIGINT) FROM observation o WHERE o.revision = 1 AND NOT EXISTS (
                SELECT 1 FROM current_value c WHERE {KEY})) AS lost,
            (SELECT CAST(COUNT(*) AS BIGINT) FROM current_value c WHERE EXISTS (
                SELECT 1 FROM observation o JOIN source p ON p.id = o.source
                WHERE {KEY} AND o.source <> c.source AND o.value IS NOT NULL AND {LAST}
                    AND (c.value IS NULL OR p.precedence < c.precedence))) AS outranked"
    );
    let (invented, lost, outranked) = db.one::<(i64, i64, i64)>(&sql, args![]).await?.unwrap_or_default();
    Ok(Disagreements { invented, lost, outranked })
}
