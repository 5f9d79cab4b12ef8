//! What a source said last, for the keys of a delivery: read once, compared in memory.
//!
//! A delivery of a whole month is read as ranges, some indicators at once; a single figure by its key.

use std::collections::{BTreeMap, BTreeSet};

use foundation::Result;
use storage::{Db, Tx, Value, args, row};

use super::Told;

/// From this many keys of an indicator on, their whole range is read instead of each key.
const RANGE: usize = 8;

/// So many indicators are read with one question.
const AT_ONCE: usize = 20;

row! {
    /// The newest thing that a source said of a key.
    #[derive(Debug, Clone, PartialEq)]
    pub(crate) struct Stood {
        indicator: i64,
        period: i32,
        unit: i64,
        dims: String,
        /// The how-manieth telling it was.
        pub revision: i64,
        /// The value; `None` was taken back.
        pub value: Option<f64>,
        estimated: bool,
    }
}

impl Stood {
    /// Whether telling this would change nothing.
    pub fn says(&self, told: &Told) -> bool {
        self.value == told.value && self.estimated == told.estimated
    }

    fn key(&self) -> (i64, i32, i64, &str) {
        (self.indicator, self.period, self.unit, &self.dims)
    }
}

/// Where to read: beside others, or inside a transaction that will write.
pub(crate) enum Door<'a> {
    /// Beside others.
    Db(&'a Db),
    /// Inside a transaction.
    Tx(&'a mut Tx),
}

impl Door<'_> {
    async fn all(&mut self, sql: &str, args: Vec<Value>) -> Result<Vec<Stood>> {
        match self {
            Door::Db(db) => db.all(sql, args).await,
            Door::Tx(tx) => tx.all(sql, args).await,
        }
    }
}

/// What one source said of the keys of one calendar.
pub(crate) struct Standing(Vec<Stood>);

impl Standing {
    /// Reads what stands for `part`, a part of a delivery as [`parts`] makes them.
    pub async fn of(door: &mut Door<'_>, source: i64, part: &[Told]) -> Result<Standing> {
        let mut indicators: Vec<i64> = part.iter().map(|t| t.indicator).collect();
        indicators.dedup();
        let mut found = Vec::new();
        if part.len() < RANGE * indicators.len() {
            for told in part {
                found.extend(newest(door, source, told).await?);
            }
        } else {
            found = range(door, source, part, indicators).await?;
        }
        // The databases do not agree on the order of texts.
        found.sort_unstable_by(|a, b| a.key().cmp(&b.key()));
        Ok(Standing(found))
    }

    /// What stands for a key of the part.
    pub fn get(&self, told: &Told) -> Option<&Stood> {
        let key = (told.indicator, told.period.index, told.unit, told.dims.as_str());
        self.0.binary_search_by(|s| s.key().cmp(&key)).ok().and_then(|at| self.0.get(at))
    }
}

/// A delivery, sorted by its keys, in parts of one calendar and at most [`AT_ONCE`] indicators.
pub(crate) fn parts(mut told: &[Told]) -> Vec<&[Told]> {
    let mut parts = Vec::new();
    while let Some(first) = told.first() {
        let (mut many, mut last) = (1, first.indicator);
        let end = told.iter().position(|t| {
            many += usize::from(t.indicator != last);
            last = t.indicator;
            many > AT_ONCE || t.period.calendar != first.period.calendar
        });
        let (part, rest) = told.split_at(end.unwrap_or(told.len()));
        parts.push(part);
        told = rest;
    }
    parts
}

/// Whether nobody ever told anything of the indicators of `told` in its periods. Each key of the history has
/// a row in what is shown, so that one question for each calendar answers for both tables.
pub(crate) async fn is_new_ground(tx: &mut Tx, told: &[Told]) -> Result<bool> {
    let mut asked: BTreeMap<i32, (BTreeSet<i64>, i32, i32)> = BTreeMap::new();
    for t in told {
        let at = t.period.index;
        let (indicators, from, to) =
            asked.entry(t.period.calendar.code()).or_insert_with(|| (BTreeSet::new(), at, at));
        indicators.insert(t.indicator);
        (*from, *to) = ((*from).min(at), (*to).max(at));
    }
    for (calendar, (indicators, from, to)) in asked {
        let indicators: Vec<i64> = indicators.into_iter().collect();
        let found: Option<(i64,)> = tx
            .one(
                "SELECT unit FROM current_value WHERE indicator IN (SELECT value FROM int_list($1))
                    AND calendar = $2 AND period BETWEEN $3 AND $4 LIMIT 1",
                args![indicators, calendar, from, to],
            )
            .await?;
        if found.is_some() {
            return Ok(false);
        }
    }
    Ok(true)
}

async fn newest(door: &mut Door<'_>, source: i64, told: &Told) -> Result<Vec<Stood>> {
    let dims = told.dims.as_str();
    door.all(
        "SELECT indicator, period, unit, dims, revision, value, estimated FROM observation
         WHERE indicator = $1 AND calendar = $2 AND period = $3 AND unit = $4 AND dims = $5 AND source = $6
         ORDER BY revision DESC LIMIT 1",
        args![told.indicator, told.period.calendar.code(), told.period.index, told.unit, dims, source],
    )
    .await
}

async fn range(door: &mut Door<'_>, source: i64, part: &[Told], indicators: Vec<i64>) -> Result<Vec<Stood>> {
    let Some(calendar) = part.first().map(|t| t.period.calendar.code()) else { return Ok(Vec::new()) };
    let (periods, units) = (part.iter().map(|t| t.period.index), part.iter().map(|t| t.unit));
    door.all(
        "SELECT o.indicator AS indicator, o.period AS period, o.unit AS unit, o.dims AS dims,
            o.revision AS revision, o.value AS value, o.estimated AS estimated
         FROM observation o
         WHERE o.indicator IN (SELECT value FROM int_list($1)) AND o.calendar = $2
            AND o.period BETWEEN $3 AND $4 AND o.unit BETWEEN $5 AND $6 AND o.source = $7
            AND o.revision = (SELECT MAX(m.revision) FROM observation m
                WHERE m.indicator = o.indicator AND m.calendar = o.calendar AND m.period = o.period
                    AND m.unit = o.unit AND m.dims = o.dims AND m.source = o.source)",
        args![
            indicators,
            calendar,
            periods.clone().min(),
            periods.max(),
            units.clone().min(),
            units.max(),
            source
        ],
    )
    .await
}

#[cfg(test)]
mod tests {
    use foundation::{Calendar, Period};

    use super::*;

    #[test]
    fn a_delivery_is_parted_by_calendar_and_number_of_indicators() {
        let told = |indicator, calendar, index| Told {
            indicator,
            period: Period { calendar, index },
            unit: 1,
            dims: String::new(),
            value: Some(1.0),
            estimated: false,
        };
        let mut all: Vec<Told> =
            (1..=25).flat_map(|i| [told(i, Calendar::Month, 7), told(i, Calendar::Month, 8)]).collect();
        all.push(told(26, Calendar::Week, 3));
        let lengths: Vec<usize> = parts(&all).iter().map(|p| p.len()).collect();
        assert_eq!(lengths, [40, 10, 1]);
        assert!(parts(&[]).is_empty());
    }
}
