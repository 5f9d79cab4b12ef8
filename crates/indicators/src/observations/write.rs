//! Telling: what a delivery adds to the history, and what is shown from then on.
//!
//! What stands is read ([`Standing`]) and compared here, so the same file again writes nothing. A delivery
//! on new ground, where nobody told anything yet, is a plain bulk insert into both tables. History is never
//! overwritten: a key told differently gets its next revision.

use std::sync::Arc;

use foundation::{Instant, Result};
use storage::{Tx, Value, args};
use uuid::Uuid;

use super::Told;
use super::standing::{self, Door, Standing};
use crate::store::Source;

/// What a delivery did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Written {
    /// Values that were new or different.
    pub changed: u64,
    /// Those of them that their source told for the first time.
    pub first: u64,
    /// Values that were there already.
    pub unchanged: u64,
    /// Indicators that changed: number, calendar, first and last period.
    pub touched: Vec<(i64, i32, i32, i32)>,
}

/// The columns of [`Line::row`]; `number` is `revision` or `precedence`.
const fn columns(number: &str) -> [&str; 10] {
    ["indicator", "calendar", "period", "unit", "dims", "source", number, "value", "estimated", "known_at"]
}

/// A value with its place in the history.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    /// What is told.
    pub told: Told,
    /// The how-manieth telling of its source it is, from 1.
    pub revision: i64,
    /// When it was learnt.
    pub known_at: Instant,
}

impl Line {
    /// A row of either table: the key, the number of that table (revision or precedence), the value.
    fn row(&self, source: i64, number: i64) -> Vec<Value> {
        let t = &self.told;
        let (calendar, period, dims) = (t.period.calendar.code(), t.period.index, t.dims.as_str());
        let (value, estimated) = (t.value, t.estimated);
        args![t.indicator, calendar, period, t.unit, dims, source, number, value, estimated, self.known_at]
    }
}

/// A source of lower precedence number that has a value stays.
const OVER: &str = "ON CONFLICT (indicator, calendar, period, unit, dims) DO UPDATE SET
    source = excluded.source, precedence = excluded.precedence, value = excluded.value,
    estimated = excluded.estimated, known_at = excluded.known_at
    WHERE current_value.source = excluded.source OR current_value.value IS NULL
        OR (excluded.precedence <= current_value.precedence AND excluded.value IS NOT NULL)";

/// Writes values of one source. No key may stand twice in `told`; the row of the delivery `batch` stands
/// already.
pub async fn write(
    tx: &mut Tx,
    source: &Source,
    batch: Uuid,
    known_at: Instant,
    mut told: Vec<Told>,
) -> Result<Written> {
    tx.lock("indicators.observation").await?;
    // In the order of the tables' keys, so that pages of their trees are filled one after another.
    told.sort_unstable_by(|a, b| a.key().cmp(&b.key()));
    let new_ground = standing::is_new_ground(tx, &told).await?;
    let revisions = match new_ground {
        true => vec![Some(1); told.len()],
        false => revisions(tx, source, &told).await?,
    };
    let total = told.len() as u64;
    let line = |(told, revision): (Told, Option<i64>)| Some(Line { told, revision: revision?, known_at });
    let lines: Vec<Line> = told.into_iter().zip(revisions).filter_map(line).collect();
    let changed = lines.len() as u64;
    let first = lines.iter().filter(|l| l.revision == 1).count() as u64;
    let written = Written { changed, first, unchanged: total - changed, touched: touched(&lines) };
    if changed == 0 {
        return Ok(written);
    }
    let taken_back = lines.iter().any(|l| l.told.value.is_none());
    put(tx, source, batch, lines, new_ground).await?;
    if taken_back {
        show_next(tx, source, batch).await?;
    }
    Ok(written)
}

/// Writes lines of one source into the history, and shows each where no source of lower precedence number
/// stands already. On `new_ground` no key of theirs stands in either table.
pub(crate) async fn put(
    tx: &mut Tx,
    source: &Source,
    batch: Uuid,
    lines: Vec<Line>,
    new_ground: bool,
) -> Result<()> {
    let lines = Arc::new(lines);
    let (id, precedence) = (source.id, source.precedence);
    let history = each(&lines, move |line| {
        let mut row = line.row(id, line.revision);
        row.push(Value::Uuid(batch));
        row
    });
    tx.insert_many("observation", &[&columns("revision")[..], &["batch"]].concat(), history).await?;
    let shown = each(&lines, move |line| line.row(id, precedence));
    let columns = columns("precedence");
    match new_ground {
        true => tx.insert_many("current_value", &columns, shown).await?,
        false => tx.upsert_many("current_value", &columns, OVER, shown).await?,
    };
    Ok(())
}

/// For each value, sorted by its key, the revision that it becomes; `None` where it was told already.
async fn revisions(tx: &mut Tx, source: &Source, told: &[Told]) -> Result<Vec<Option<i64>>> {
    let mut found = Vec::with_capacity(told.len());
    for part in standing::parts(told) {
        let stands = Standing::of(&mut Door::Tx(tx), source.id, part).await?;
        found.extend(part.iter().map(|told| match stands.get(told) {
            None => Some(1),
            Some(stood) if stood.says(told) => None,
            Some(stood) => Some(stood.revision + 1),
        }));
    }
    Ok(found)
}

/// Rows that are made while they are written.
fn each(
    lines: &Arc<Vec<Line>>,
    row: impl Fn(&Line) -> Vec<Value> + Send + 'static,
) -> impl Iterator<Item = Vec<Value>> + Send + 'static {
    let lines = Arc::clone(lines);
    (0..lines.len()).map(move |at| row(&lines[at]))
}

/// Where `batch` took a value back, the next source is shown instead.
async fn show_next(tx: &mut Tx, source: &Source, batch: Uuid) -> Result<u64> {
    tx.run(
        "UPDATE current_value SET (source, precedence, value, estimated, known_at) = (
            SELECT o.source, p.precedence, o.value, o.estimated, o.known_at
            FROM observation o JOIN source p ON p.id = o.source
            WHERE o.indicator = current_value.indicator AND o.calendar = current_value.calendar
                AND o.period = current_value.period AND o.unit = current_value.unit AND o.dims = \
                current_value.dims
                AND o.value IS NOT NULL
                AND o.revision = (SELECT MAX(m.revision) FROM observation m
                    WHERE m.indicator = o.indicator AND m.calendar = o.calendar AND m.period = o.period
                        AND m.unit = o.unit AND m.dims = o.dims AND m.source = o.source)
            ORDER BY p.precedence LIMIT 1)
         WHERE current_value.value IS NULL AND current_value.source = $1 AND EXISTS (
            SELECT 1 FROM observation o WHERE o.batch = $2 AND o.value IS NULL
                AND o.indicator = current_value.indicator AND o.calendar = current_value.calendar
                AND o.period = current_value.period AND o.unit = current_value.unit AND o.dims = \
                current_value.dims)
            AND EXISTS (
            SELECT 1 FROM observation o
            WHERE o.indicator = current_value.indicator AND o.calendar = current_value.calendar
                AND o.period = current_value.period AND o.unit = current_value.unit AND o.dims = \
                current_value.dims
                AND o.value IS NOT NULL
                AND o.revision = (SELECT MAX(m.revision) FROM observation m
                    WHERE m.indicator = o.indicator AND m.calendar = o.calendar AND m.period = o.period
                        AND m.unit = o.unit AND m.dims = o.dims AND m.source = o.source))",
        args![source.id, batch],
    )
    .await
}

/// The indicators of sorted lines, each with its first and last period.
fn touched(lines: &[Line]) -> Vec<(i64, i32, i32, i32)> {
    let of = |line: &Line| (line.told.indicator, line.told.period.calendar.code());
    let ends = |group: &[Line]| {
        let (first, last) = (group.first()?, group.last()?);
        let (indicator, calendar) = of(first);
        Some((indicator, calendar, first.told.period.index, last.told.period.index))
    };
    lines.chunk_by(|a, b| of(a) == of(b)).filter_map(ends).collect()
}
