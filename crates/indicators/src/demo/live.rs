//! The living feed: while the demo is on, units report one after another, as they do in life.
//!
//! Each tick is one hundredth of the units (at least one), in turn. A unit sends what has come due since its
//! last turn: a report that arrived, the estimates of a new day; and it moves its estimates of the running
//! day, week or month a little. So a demo that stays on for weeks, or was off meanwhile, goes on by itself.
//!
//! What keeps it small:
//! - only estimates move; a final figure never does. An estimate that changes is no correction, so the list
//!   of corrections keeps telling of those that were planted;
//! - of the estimates of one figure the history keeps the first and the last two: it does not grow with time;
//! - at most one tick in two seconds, whatever the caller does, also over several programs;
//! - all ticks of a day are one delivery, and have no rows in the audit log, which is kept for ever.

use std::collections::HashMap;

use foundation::{Date, Instant, Period, Result, error::internal};
use kit::{Context, UnitId};
use serde::{Deserialize, Serialize};
use storage::{Tx, args, settings};
use uuid::Uuid;

use super::feed::{generator, store_batch};
use super::generate::Generator;
use super::places::{Place, Places};
use super::{SETTING, SOURCE, TICK_NOTE};
use crate::definition::Indicator;
use crate::engine::Engine;
use crate::events::{CHANGED, Changed};
use crate::observations::{self, Told};
use crate::store::Source;

/// The setting that says where the feed is.
pub(crate) const TICK: &str = "demo.tick";

/// The shortest time between two ticks.
const PAUSE_SECONDS: i64 = 2;

/// Units of one tick at most.
const MOST_UNITS: usize = 4;

/// Where the feed is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Turn {
    /// How many ticks there were.
    n: u64,
    /// When the last one was.
    at: Instant,
    /// The day on which the round before this one began: whatever was due then has come.
    since: Date,
    /// The day on which this round began.
    began: Date,
}

/// Moves the demo on. Says how many figures changed; none while the demo is off, or when it is too soon.
pub async fn tick(cx: &Context, root: UnitId) -> Result<u64> {
    let now = cx.clock.now();
    let Some(made) = settings::get(&cx.db, SETTING).await?.and_then(|at| at.parse().ok()).map(Instant) else {
        return Ok(0);
    };
    let today = Date::of(now);
    let first = Turn { n: 0, at: Instant(0), since: Date::of(made), began: today };
    let turn = read(settings::get(&cx.db, TICK).await?)?.unwrap_or(first);
    if now.since(turn.at) < PAUSE_SECONDS * 1_000_000 {
        return Ok(0);
    }
    let engine = cx.house.get::<Engine>()?;
    let map = engine.atlas().map();
    let mut places = Places::new(&map, root, today);
    let generator = generator(cx, &engine, &places, Date::of(made)).await?;
    let units = reporters(&generator, &mut places, today);
    if units.is_empty() {
        return Ok(0);
    }
    let each = (units.len() / 100).clamp(1, MOST_UNITS);
    let round = units.len().div_ceil(each) as u64;
    let (turn_of, at) = (turn.n / round, (turn.n % round) as usize * each);
    let turn = match turn.n > 0 && turn.n.is_multiple_of(round) {
        true => Turn { since: turn.began, began: today, ..turn },
        false => turn,
    };
    let mut told = Vec::new();
    for (place, series) in units.iter().skip(at).take(each) {
        for n in series {
            report(&generator, *n, place, turn.since, now, turn_of + 1, &mut told);
        }
    }
    let next = Turn { n: turn.n + 1, at: now, ..turn };
    write(cx, next, told).await
}

fn read(text: Option<String>) -> Result<Option<Turn>> {
    text.map(|t| {
        serde_json::from_str(&t)
            .map_err(|e| internal("demo_tick", "Trạng thái của số liệu mẫu bị hỏng").because(e))
    })
    .transpose()
}

/// Every unit that reports now, in the order of the turns, with its series.
fn reporters(generator: &Generator, places: &mut Places<'_>, today: Date) -> Vec<(Place, Vec<usize>)> {
    let mut all: HashMap<UnitId, (Place, Vec<usize>)> = HashMap::new();
    for (n, one) in generator.series().iter().enumerate() {
        let period = Period::containing(one.indicator.def.calendar, today);
        for place in places.of(&one.indicator, period).iter() {
            all.entry(place.unit).or_insert_with(|| (place.clone(), Vec::new())).1.push(n);
        }
    }
    let mut all: Vec<(Place, Vec<usize>)> = all.into_values().collect();
    all.sort_by_key(|(place, _)| {
        (super::chance::Chance::of([place.unit as u64, 0, 0, super::chance::name("turn")]).draw(), place.unit)
    });
    all
}

/// What `place` tells for the running period and for those whose reports may have come since `since`.
fn report(
    generator: &Generator,
    at: usize,
    place: &Place,
    since: Date,
    now: Instant,
    wobble: u64,
    told: &mut Vec<Told>,
) {
    let indicator: &Indicator = &generator.series()[at].indicator;
    let due = indicator.def.due.days;
    let mut period = Period::containing(indicator.def.calendar, Date::of(now));
    // A late unit's report comes a period and three days after the day it was due.
    while period.last_day().add_days(due.max(1) + period.days().min(31) + 3) >= since {
        if let Some(arrived) = generator.stories.arrived(place.unit, &indicator.pack, period, due, now)
            && (arrived.estimated || Date::of(arrived.at) >= since)
            && let Some(value) = generator.value(at, place, period, arrived.estimated.then_some(wobble))
        {
            let mut push = |dims: String, value: f64| {
                told.push(Told {
                    indicator: indicator.id,
                    period,
                    unit: place.unit,
                    dims,
                    value: Some(value),
                    estimated: arrived.estimated,
                });
            };
            push(String::new(), value);
            for (dims, value) in generator.parts(at, value, place, period) {
                push(dims, value);
            }
        }
        period = period.previous();
    }
}

async fn write(cx: &Context, next: Turn, told: Vec<Told>) -> Result<u64> {
    let mut tx = cx.db.begin().await?;
    tx.lock("indicators.demo").await?;
    let value: Option<(String,)> = tx.one("SELECT value FROM setting WHERE key = $1", args![TICK]).await?;
    let other = read(value.map(|v| v.0))?;
    let demo: Option<(i64,)> =
        tx.one("SELECT CAST(COUNT(*) AS BIGINT) FROM setting WHERE key = $1", args![SETTING]).await?;
    // Another program was quicker, or the demo was taken away meanwhile.
    if other.is_some_and(|o| o.n >= next.n) || demo != Some((1,)) {
        return Ok(0);
    }
    let select = "SELECT id, code, name, owner, precedence, demo FROM source WHERE code = $1 AND demo = TRUE";
    let Some(source) = tx.one::<Source>(select, args![SOURCE]).await? else { return Ok(0) };
    let json = serde_json::to_string(&next)
        .map_err(|e| internal("demo_tick", "Không ghi được trạng thái của số liệu mẫu").because(e))?;
    settings::set(&mut tx, cx.clock.as_ref(), TICK, &json).await?;
    let batch = store_batch(&mut tx, cx, &source, next.at, 0, "").await?;
    let written = observations::write(&mut tx, &source, batch, next.at, told).await?;
    if written.changed > 0 {
        forget_old_estimates(&mut tx, batch).await?;
        let day = todays_batch(&mut tx, cx, &source, next.at).await?;
        tx.run("UPDATE observation SET batch = $2 WHERE batch = $1", args![batch, day]).await?;
        tx.run(
            "UPDATE batch SET at = $2, changed = changed + $3 WHERE id = $1",
            args![day, next.at, written.changed as i64],
        )
        .await?;
        let touched = written.touched;
        let event = Changed { batch: Some(day), source: Some(source.id), touched };
        tx.publish(next.at, CHANGED, &event.to_json()).await?;
    }
    tx.run("DELETE FROM batch WHERE id = $1", args![batch]).await?;
    tx.commit().await?;
    Ok(written.changed)
}

/// The delivery that holds all ticks of a day.
async fn todays_batch(tx: &mut Tx, cx: &Context, source: &Source, now: Instant) -> Result<Uuid> {
    let known: Option<(Uuid,)> = tx
        .one(
            "SELECT id FROM batch WHERE kind = 'demo' AND note = $1 AND at >= $2",
            args![TICK_NOTE, Date::of(now).start()],
        )
        .await?;
    match known {
        Some((id,)) => Ok(id),
        None => store_batch(tx, cx, source, now, 0, TICK_NOTE).await,
    }
}

/// Of the estimates of each figure that `batch` told keeps the first and the last two.
async fn forget_old_estimates(tx: &mut Tx, batch: Uuid) -> Result<()> {
    tx.run(
        "DELETE FROM observation
         WHERE (indicator, calendar, period, unit, dims, source) IN (
                SELECT o.indicator, o.calendar, o.period, o.unit, o.dims, o.source FROM observation o
                WHERE o.batch = $1)
            AND estimated = TRUE AND revision > 1
            AND revision < (SELECT MAX(m.revision) - 1 FROM observation m
                WHERE m.indicator = observation.indicator AND m.calendar = observation.calendar
                    AND m.period = observation.period AND m.unit = observation.unit
                    AND m.dims = observation.dims AND m.source = observation.source)",
        args![batch],
    )
    .await
    .map(|_| ())
}
