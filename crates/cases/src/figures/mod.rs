//! Figures of the pack «Phản ánh», reckoned from cases as they change; no nightly job.
//!
//! A case counts once: for the department of the province that is in charge of it, else for the commune
//! it lies in (offices of a commune do not report). Which unit that is stands in `cases.counted`; a change
//! of the case marks the months that it touches, in its own transaction, so that nothing is lost when the
//! program is killed. [`due`] counts what is marked, [`done`] forgets the marks, and only what differs from
//! what was told last is told. Synthetic cases count nowhere: the demo's figures are those of `indicators`.
//! A unit that never had a case is told of with no word; from its first case on its empty months are zeros.

mod count;

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use foundation::{Calendar, Date, Instant, Period, Result};
use kit::{Context, UnitId};
use storage::settings;
use units::{Atlas, Level, Map};

use crate::case::Calendars;
use crate::service::{Types, calendar};
use crate::store::figures::{self as store, Dirty, Figure, NOWHERE};
use crate::workflow::Intake;

pub use count::{Facts, count};

/// Woken when a case changed, so that whoever tells figures need not wait for its beat.
pub static WAKE: tokio::sync::Notify = tokio::sync::Notify::const_new();

/// The setting that says on which day figures were told last.
const DAY: &str = "cases.figures.day";
/// Cases settled in one transaction.
const MOST_SETTLED: i64 = 1_000;

/// A figure to tell, in plain words.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    /// The indicator's full id.
    pub indicator: String,
    /// The unit.
    pub unit: UnitId,
    /// The unit's code in that period.
    pub code: String,
    /// The period's code.
    pub period: String,
    /// The channel; empty: the whole.
    pub channel: String,
    /// The value.
    pub value: f64,
    month: i64,
}

/// What is to be told now.
#[derive(Debug, Clone, Default)]
pub struct Due {
    /// The figures that differ from what was told last.
    pub rows: Vec<Told>,
    dirty: Vec<Dirty>,
}

impl Due {
    /// Whether nothing was marked.
    pub fn is_empty(&self) -> bool {
        self.dirty.is_empty()
    }
}

/// The unit whose figures count a case at `place` with `agency` in charge.
pub fn counts_for(map: &Map, place: UnitId, agency: UnitId, day: Date) -> UnitId {
    let level = |unit| map.nearest(unit, day).map(|v| v.level);
    if level(agency) == Some(Level::Department) {
        return agency;
    }
    let of_agency = map.nearest(agency, day).and_then(|v| v.place);
    let places = [Some(place), of_agency, Some(agency)];
    places.into_iter().flatten().find(|p| level(*p) == Some(Level::Commune)).unwrap_or(NOWHERE)
}

/// Reckons which units count the cases that changed, and marks their months. Says how many there were.
pub async fn settle(cx: &Context) -> Result<usize> {
    if !store::any_unsettled(&cx.db).await? {
        return Ok(0);
    }
    let (map, types, now) = (cx.house.get::<Atlas>()?.map(), cx.house.get::<Types>()?, cx.clock.now());
    let day = Date::of(now);
    let mut tx = cx.db.begin().await?;
    let cases = store::unsettled(&mut tx, MOST_SETTLED).await?;
    let mut by_unit: BTreeMap<UnitId, (Vec<i64>, BTreeSet<i64>)> = BTreeMap::new();
    for case in &cases {
        let public = types.find(&case.kind).is_some_and(|k| k.flow.intake == Intake::Public);
        let unit = match public && !case.demo {
            true => counts_for(&map, case.place, case.agency, day),
            false => NOWHERE,
        };
        let (ids, months) = by_unit.entry(unit).or_default();
        ids.push(case.seq);
        months.extend(store::months_between(case.received_at, now));
    }
    for (unit, (ids, months)) in by_unit {
        store::settle(&mut tx, unit, ids).await?;
        if unit != NOWHERE {
            store::mark(&mut tx, unit, &months.into_iter().collect::<Vec<_>>()).await?;
        }
    }
    tx.commit().await?;
    Ok(cases.len())
}

/// On a new day every unit's month is told anew, and those that ended since: what waits at the end of a
/// period is counted when it ends.
pub async fn turn(cx: &Context) -> Result<bool> {
    let today = Date::of(cx.clock.now());
    let last = settings::get(&cx.db, DAY).await?.and_then(|d| d.parse().ok()).map(Date);
    if last == Some(today) {
        return Ok(false);
    }
    let mut tx = cx.db.begin().await?;
    if let Some(last) = last {
        let months = store::months_between(last.start(), today.start());
        for unit in store::units(&mut tx).await? {
            store::mark(&mut tx, unit, &months).await?;
        }
    }
    settings::set(&mut tx, cx.clock.as_ref(), DAY, &today.0.to_string()).await?;
    tx.commit().await?;
    Ok(true)
}

/// Counts what is marked: at most `limit` months of units.
pub async fn due(cx: &Context, limit: i64) -> Result<Due> {
    let dirty = store::dirty(&cx.db, limit).await?;
    if dirty.is_empty() {
        return Ok(Due::default());
    }
    let (map, types) = (cx.house.get::<Atlas>()?.map(), cx.house.get::<Types>()?.all());
    let now = cx.clock.now();
    let mut rows = Vec::new();
    for one in &dirty {
        let month = Period { calendar: Calendar::Month, index: i32::try_from(one.month).unwrap_or_default() };
        let told = store::told(&cx.db, one.unit, one.month).await?;
        let since = store::since(&cx.db, one.unit).await?;
        let known = since.is_some_and(|since| Date::of(since) <= month.last_day());
        if !known && told.is_empty() {
            continue;
        }
        let Some(code) = map.nearest(one.unit, month.last_day().min(Date::of(now))).map(|v| v.code.clone())
        else {
            continue;
        };
        let facts = facts(cx, one.unit, month, now).await?;
        let mut calendars = Calendars::new();
        for case in &facts.cases {
            let id = count::calendar_of(case);
            if let Entry::Vacant(place) = calendars.entry(id) {
                let hours = calendar(cx, place.key())?;
                place.insert(hours);
            }
        }
        let old: BTreeMap<(&str, &str, &str), f64> = told
            .iter()
            .map(|f| ((f.period.as_str(), f.indicator.as_str(), f.channel.as_str()), f.value))
            .collect();
        // Days before the first case stay untold; those that were told before it went to another unit do not.
        let told_days = told.iter().filter_map(|f| Period::from_code(&f.period).ok());
        let told_days = told_days.filter(|p| p.calendar == Calendar::Day).map(Period::first_day);
        let from = told_days.chain(since.map(Date::of)).min().unwrap_or(Date::of(now));
        for ((period, indicator, channel), value) in count(&types, &calendars, month, from, now, &facts) {
            if old.get(&(period.as_str(), indicator.as_str(), channel)) == Some(&value) {
                continue;
            }
            let (unit, code, channel) = (one.unit, code.clone(), channel.to_owned());
            rows.push(Told { indicator, unit, code, period, channel, value, month: one.month });
        }
    }
    Ok(Due { rows, dirty })
}

async fn facts(cx: &Context, unit: UnitId, month: Period, now: Instant) -> Result<Facts> {
    let (from, to) = (month.first_day().start(), month.last_day().add_days(1).start());
    let cases = store::alive(&cx.db, unit, from, to).await?;
    let ids: Vec<i64> = cases.iter().map(|c| c.seq).collect();
    let set = |all: Vec<i64>| all.into_iter().collect();
    Ok(Facts {
        evidence: set(store::with_evidence(&cx.db, ids.clone()).await?),
        several: set(store::with_agencies(&cx.db, ids.clone()).await?),
        reopened: set(store::with_deed(&cx.db, ids.clone(), "reopen", from, to).await?),
        extended: set(store::with_deed(&cx.db, ids, "extended", from, to).await?),
        cases,
        now,
    })
}

/// What was told is kept and its marks go, but for rows at `refused` (places in [`Due::rows`]): those are
/// tried again when their month changes.
pub async fn done(cx: &Context, due: &Due, refused: &BTreeSet<usize>) -> Result<()> {
    let mut tx = cx.db.begin().await?;
    for (_, row) in due.rows.iter().enumerate().filter(|(at, _)| !refused.contains(at)) {
        let figure = Figure {
            period: row.period.clone(),
            indicator: row.indicator.clone(),
            channel: row.channel.clone(),
            value: row.value,
        };
        store::keep(&mut tx, row.unit, row.month, &figure).await?;
    }
    store::clean(&mut tx, &due.dirty).await?;
    tx.commit().await
}
