//! What a source said last, for the keys of a delivery: read once, compared in memory.
//!
//! A delivery of a whole month is read as one range, a single figure by its key. A first delivery finds
//! nothing and pays for nothing.

use std::collections::{BTreeMap, BTreeSet};

use foundation::Result;
use storage::{Db, Tx, Value, args, row};

use super::Told;

/// From this many keys of one indicator on, their whole range is read instead of each key.
const RANGE: usize = 8;

row! {
    /// The newest thing that a source said of a key.
    #[derive(Debug, Clone, PartialEq)]
    pub(crate) struct Stood {
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

    fn key(&self) -> (i32, i64, &str) {
        (self.period, self.unit, &self.dims)
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

/// What one source said of the keys of one indicator.
pub(crate) struct Standing(Vec<Stood>);

impl Standing {
    /// Reads what stands for `group`: values of one indicator and calendar, by period.
    pub async fn of(door: &mut Door<'_>, source: i64, group: &[Told]) -> Result<Standing> {
        let mut found = Vec::new();
        if group.len() < RANGE {
            for told in group {
                found.extend(newest(door, source, told).await?);
            }
        } else {
            found = range(door, source, group).await?;
        }
        // The databases do not agree on the order of texts.
        found.sort_unstable_by(|a, b| a.key().cmp(&b.key()));
        Ok(Standing(found))
    }

    /// What stands for a key of the group.
    pub fn get(&self, told: &Told) -> Option<&Stood> {
        let key = (told.period.index, told.unit, told.dims.as_str());
        self.0.binary_search_by(|s| s.key().cmp(&key)).ok().and_then(|at| self.0.get(at))
    }
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
        "SELECT period, unit, dims, revision, value, estimated FROM observation
         WHERE indicator = $1 AND calendar = $2 AND period = $3 AND unit = $4 AND dims = $5 AND source = $6
         ORDER BY revision DESC LIMIT 1",
        args![told.indicator, told.period.calendar.code(), told.period.index, told.unit, dims, source],
    )
    .await
}

async fn range(door: &mut Door<'_>, source: i64, group: &[Told]) -> Result<Vec<Stood>> {
    let (Some(first), Some(last)) = (group.first(), group.last()) else { return Ok(Vec::new()) };
    let (calendar, units) = (first.period.calendar.code(), group.iter().map(|t| t.unit));
    door.all(
        "SELECT o.period AS period, o.unit AS unit, o.dims AS dims, o.revision AS revision, o.value AS value,
            o.estimated AS estimated
         FROM observation o
         WHERE o.indicator = $1 AND o.calendar = $2 AND o.period BETWEEN $3 AND $4
            AND o.unit BETWEEN $5 AND $6 AND o.source = $7
            AND o.revision = (SELECT MAX(m.revision) FROM observation m
                WHERE m.indicator = o.indicator AND m.calendar = o.calendar AND m.period = o.period
                    AND m.unit = o.unit AND m.dims = o.dims AND m.source = o.source)",
        args![
            first.indicator,
            calendar,
            first.period.index,
            last.period.index,
            units.clone().min(),
            units.max(),
            source
        ],
    )
    .await
}
