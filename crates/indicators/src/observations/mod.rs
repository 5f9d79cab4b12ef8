//! The SQL of observations: what was told, and what is shown.
//!
//! Telling is in `write`, what a source said before in `standing`; the rest reads what is shown, and the
//! history.

pub(crate) mod standing;
mod write;

use foundation::{Calendar, Instant, Period, Result};
use kit::UnitId;
use storage::{Db, args, row};
use uuid::Uuid;

pub(crate) use write::{Line, put};
pub use write::{Written, write};

/// A value to be told, checked and rounded.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    /// The indicator's number.
    pub indicator: i64,
    /// When it was true.
    pub period: Period,
    /// Whose.
    pub unit: UnitId,
    /// Extra keys, `''` or `sex=f`.
    pub dims: String,
    /// The value; `None` takes it back.
    pub value: Option<f64>,
    /// Whether it is an estimate («ước»).
    pub estimated: bool,
}

impl Told {
    /// The key of the tables, without the source.
    pub(crate) fn key(&self) -> (i64, i32, i32, UnitId, &str) {
        (self.indicator, self.period.calendar.code(), self.period.index, self.unit, &self.dims)
    }
}

/// What a delivery touched: its indicators with the first and last period of each.
pub async fn touched(db: &Db, batch: Uuid) -> Result<Vec<(i64, i32, i32, i32)>> {
    db.all(
        "SELECT indicator, calendar, MIN(period), MAX(period) FROM observation WHERE batch = $1
         GROUP BY indicator, calendar ORDER BY indicator, calendar",
        args![batch],
    )
    .await
}

row! {
    /// A shown value.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Shown {
        /// Its period's index.
        pub period: i32,
        /// Whose.
        pub unit: i64,
        /// Extra keys.
        pub dims: String,
        /// From whom.
        pub source: i64,
        /// The value; `None` was taken back.
        pub value: Option<f64>,
        /// Whether it is an estimate.
        pub estimated: bool,
        /// When we learnt it.
        pub known_at: Instant,
    }
}

/// The shown values of an indicator in a range of periods, of all units, by period and unit.
pub async fn shown(db: &Db, indicator: i64, calendar: Calendar, from: i32, to: i32) -> Result<Vec<Shown>> {
    db.all(
        "SELECT period, unit, dims, source, value, estimated, known_at FROM current_value
         WHERE indicator = $1 AND calendar = $2 AND period BETWEEN $3 AND $4 ORDER BY period, unit, dims",
        args![indicator, calendar.code(), from, to],
    )
    .await
}

row! {
    /// A shown value of one of many indicators.
    struct ShownOf {
        indicator: i64,
        period: i32,
        unit: i64,
        dims: String,
        source: i64,
        value: Option<f64>,
        estimated: bool,
        known_at: Instant,
    }
}

/// The same of many indicators at once: each with its values by period and unit. Those without any are left
/// out.
pub async fn shown_of_many(
    db: &Db,
    indicators: &[i64],
    calendar: Calendar,
    from: i32,
    to: i32,
) -> Result<Vec<(i64, Vec<Shown>)>> {
    let rows: Vec<ShownOf> = db
        .all(
            "SELECT indicator, period, unit, dims, source, value, estimated, known_at FROM current_value
             WHERE indicator IN (SELECT value FROM int_list($1)) AND calendar = $2
                AND period BETWEEN $3 AND $4 ORDER BY indicator, period, unit, dims",
            args![indicators.to_vec(), calendar.code(), from, to],
        )
        .await?;
    let mut all: Vec<(i64, Vec<Shown>)> = Vec::new();
    for row in rows {
        if all.last().is_none_or(|(indicator, _)| *indicator != row.indicator) {
            all.push((row.indicator, Vec::new()));
        }
        if let Some((_, shown)) = all.last_mut() {
            shown.push(Shown {
                period: row.period,
                unit: row.unit,
                dims: row.dims,
                source: row.source,
                value: row.value,
                estimated: row.estimated,
                known_at: row.known_at,
            });
        }
    }
    Ok(all)
}

/// The values of an indicator as they were known at `at`: of each source the newest then, of the sources the
/// first.
pub async fn shown_as_known(
    db: &Db,
    indicator: i64,
    calendar: Calendar,
    from: i32,
    to: i32,
    at: Instant,
) -> Result<Vec<Shown>> {
    let rows: Vec<Shown> = db
        .all(
            "SELECT o.period AS period, o.unit AS unit, o.dims AS dims, o.source AS source, o.value AS value,
                o.estimated AS estimated, o.known_at AS known_at
             FROM observation o JOIN source p ON p.id = o.source
             WHERE o.indicator = $1 AND o.calendar = $2 AND o.period BETWEEN $3 AND $4 AND o.known_at <= $5
                AND o.revision = (SELECT MAX(m.revision) FROM observation m
                    WHERE m.indicator = o.indicator AND m.calendar = o.calendar AND m.period = o.period
                        AND m.unit = o.unit AND m.dims = o.dims AND m.source = o.source AND m.known_at <= $5)
             ORDER BY o.period, o.unit, o.dims, CASE WHEN o.value IS NULL THEN 1 ELSE 0 END, p.precedence",
            args![indicator, calendar.code(), from, to, at],
        )
        .await?;
    let mut first: Vec<Shown> = Vec::with_capacity(rows.len());
    for row in rows {
        let same = |l: &Shown| l.period == row.period && l.unit == row.unit && l.dims == row.dims;
        if !first.last().is_some_and(same) {
            first.push(row);
        }
    }
    Ok(first)
}

row! {
    /// One step of a value's history.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Step {
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
        /// From whom.
        pub source: i64,
        /// The how-manieth telling.
        pub revision: i64,
        /// The value.
        pub value: Option<f64>,
        /// What was told before.
        pub before: Option<f64>,
        /// When we learnt it.
        pub known_at: Instant,
        /// Who told it.
        pub actor: String,
        /// With which delivery.
        pub batch: Uuid,
    }
}

const STEP: &str =
    "SELECT o.indicator AS indicator, o.calendar AS calendar, o.period AS period, o.unit AS unit,
    o.dims AS dims, o.source AS source, o.revision AS revision, o.value AS value,
    (SELECT b.value FROM observation b WHERE b.indicator = o.indicator AND b.calendar = o.calendar
        AND b.period = o.period AND b.unit = o.unit AND b.dims = o.dims AND b.source = o.source
        AND b.revision = o.revision - 1) AS before,
    o.known_at AS known_at, t.actor AS actor, o.batch AS batch
    FROM observation o JOIN batch t ON t.id = o.batch";

/// The history of one key, newest first.
pub async fn history(db: &Db, indicator: i64, period: Period, unit: UnitId, limit: i64) -> Result<Vec<Step>> {
    db.all(
        &format!(
            "{STEP} WHERE o.indicator = $1 AND o.calendar = $2 AND o.period = $3 AND o.unit = $4
             ORDER BY o.known_at DESC, o.revision DESC LIMIT $5"
        ),
        args![indicator, period.calendar.code(), period.index, unit, limit],
    )
    .await
}

/// The newest corrections among `units`, newest first. An estimate («ước») is provisional: neither another
/// estimate nor the final value that follows it is a correction.
pub async fn corrections(
    db: &Db,
    indicators: Vec<i64>,
    units: Vec<UnitId>,
    before: Instant,
    limit: i64,
) -> Result<Vec<Step>> {
    db.all(
        &format!(
            "{STEP} WHERE o.revision > 1 AND o.estimated = FALSE AND o.known_at < $1
                AND NOT EXISTS (SELECT 1 FROM observation b WHERE b.indicator = o.indicator
                    AND b.calendar = o.calendar AND b.period = o.period AND b.unit = o.unit AND b.dims = \
                    o.dims
                    AND b.source = o.source AND b.revision = o.revision - 1 AND b.estimated = TRUE)
                AND o.indicator IN (SELECT value FROM int_list($2))
                AND o.unit IN (SELECT value FROM int_list($3))
             ORDER BY o.known_at DESC LIMIT $4"
        ),
        args![before, indicators, units, limit],
    )
    .await
}

row! {
    /// What one source says of one key.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Said {
        /// The source.
        pub source: i64,
        /// Its name.
        pub name: String,
        /// Who answers for it.
        pub owner: String,
        /// The lower is shown.
        pub precedence: i64,
        /// The value.
        pub value: Option<f64>,
        /// Whether it is an estimate.
        pub estimated: bool,
        /// When we learnt it.
        pub known_at: Instant,
    }
}

/// What every source says of a unit's figure without extra keys, the one that is shown first.
pub async fn by_source(
    db: &Db,
    indicator: i64,
    period: Period,
    unit: UnitId,
    at: Instant,
) -> Result<Vec<Said>> {
    db.all(
        "SELECT o.source AS source, p.name AS name, p.owner AS owner, p.precedence AS precedence,
            o.value AS value, o.estimated AS estimated, o.known_at AS known_at
         FROM observation o JOIN source p ON p.id = o.source
         WHERE o.indicator = $1 AND o.calendar = $2 AND o.period = $3 AND o.unit = $4 AND o.dims = ''
            AND o.known_at <= $5 AND o.value IS NOT NULL
            AND o.revision = (SELECT MAX(m.revision) FROM observation m
                WHERE m.indicator = o.indicator AND m.calendar = o.calendar AND m.period = o.period
                    AND m.unit = o.unit AND m.dims = o.dims AND m.source = o.source AND m.known_at <= $5)
         ORDER BY p.precedence, o.source",
        args![indicator, period.calendar.code(), period.index, unit, at],
    )
    .await
}

/// How many corrections were told for these indicators and units in one period.
pub async fn count_corrections(
    db: &Db,
    indicators: Vec<i64>,
    units: Vec<UnitId>,
    period: Period,
    before: Instant,
) -> Result<i64> {
    let row: Option<(i64,)> = db
        .one(
            "SELECT COUNT(*) FROM observation o WHERE o.revision > 1 AND o.calendar = $1 AND o.period = $2
                AND o.known_at <= $3
                AND o.indicator IN (SELECT value FROM int_list($4))
                AND o.unit IN (SELECT value FROM int_list($5))",
            args![period.calendar.code(), period.index, before, indicators, units],
        )
        .await?;
    Ok(row.map_or(0, |r| r.0))
}
