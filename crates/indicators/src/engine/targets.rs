//! Targets: what was planned, per unit and period; the default of the definition where nothing was set.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use foundation::{Calendar, Instant, Period, Result};
use kit::UnitId;
use storage::{Db, Tx, args, row};

use super::{Engine, Span};
use crate::definition::{Indicator, OverPlaces, OverTime};

/// What was planned, as it was told over time: the moment and the value, the newest last.
type Of = HashMap<(UnitId, i32, i32), Vec<(Instant, Option<f64>)>>;

/// What was known at `at` of what was told over time.
fn known(told: Option<&Vec<(Instant, Option<f64>)>>, at: Option<Instant>) -> Option<f64> {
    told?.iter().rev().find(|(since, _)| at.is_none_or(|at| *since <= at))?.1
}

#[derive(Default)]
struct Held {
    /// The indicators for which any target was ever set, once they were asked for.
    set: Option<Arc<HashSet<i64>>>,
    of: HashMap<i64, Arc<Of>>,
}

/// The memory of targets, by indicator.
#[derive(Default)]
pub struct Targets(Mutex<Held>);

impl Targets {
    fn held(&self) -> MutexGuard<'_, Held> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets everything.
    pub fn clear(&self) {
        *self.held() = Held::default();
    }

    /// Forgets one indicator's.
    pub fn forget(&self, indicator: i64) {
        let mut held = self.held();
        held.set = None;
        held.of.remove(&indicator);
    }

    /// Whether a target was ever set for an indicator.
    async fn any(&self, db: &Db, indicator: i64) -> Result<bool> {
        let known = self.held().set.clone();
        let set = match known {
            Some(set) => set,
            None => {
                let rows: Vec<(i64,)> =
                    db.all("SELECT DISTINCT CAST(indicator AS BIGINT) FROM target", Vec::new()).await?;
                let set: Arc<HashSet<i64>> = Arc::new(rows.into_iter().map(|r| r.0).collect());
                self.held().set = Some(set.clone());
                set
            }
        };
        Ok(set.contains(&indicator))
    }

    async fn of(&self, db: &Db, indicator: i64) -> Result<Arc<Of>> {
        if let Some(found) = self.held().of.get(&indicator) {
            return Ok(found.clone());
        }
        if !self.any(db, indicator).await? {
            return Ok(Arc::default());
        }
        let rows: Vec<(i64, i32, i32, Instant, Option<f64>)> = db
            .all(
                "SELECT unit, calendar, period, known_at, value FROM target WHERE indicator = $1
                 ORDER BY unit, calendar, period, revision",
                args![indicator],
            )
            .await?;
        let mut of = Of::new();
        for (unit, calendar, period, since, value) in rows {
            of.entry((unit, calendar, period)).or_default().push((since, value));
        }
        let of = Arc::new(of);
        self.held().of.insert(indicator, of.clone());
        Ok(of)
    }
}

impl Engine {
    /// Whether an indicator has a target for anybody: a default, or one that was set.
    pub async fn has_targets(&self, indicator: &Indicator) -> Result<bool> {
        Ok(indicator.def.target.is_some() || self.targets.any(&self.db, indicator.id).await?)
    }

    /// The target of a unit for a period, as known at `as_known` (`None` is now): its own, that of its year
    /// where a value of the year can be compared, or the default. A value that is counted from the start of
    /// the year is asked for the part of the year's target that is due by the period's end. The default is
    /// today's.
    pub async fn target(
        &self,
        indicator: &Indicator,
        unit: UnitId,
        period: Period,
        as_known: Option<Instant>,
    ) -> Result<Option<f64>> {
        let of = self.targets.of(&self.db, indicator.id).await?;
        let told = |p: Period| known(of.get(&(unit, p.calendar.code(), p.index)), as_known);
        if let Some(value) = told(period) {
            return Ok(Some(value));
        }
        let course = indicator.def.cumulative.as_ref();
        let level_value = match indicator.def.over_places {
            OverPlaces::Ratio { .. } | OverPlaces::Formula { .. } => true,
            _ => matches!(indicator.def.over_time, OverTime::Last | OverTime::Mean),
        };
        let year = year_of(period);
        let whole = match year {
            Some(year) if level_value || course.is_some() || year == period => told(year),
            _ => None,
        };
        let whole = whole.or(indicator.def.target.as_ref().map(|t| t.value));
        let share = course.zip(year).map_or(1.0, |(course, year)| course.share(period, year));
        Ok(whole.map(|value| value * share))
    }

    /// The whole year's target behind [`target`](Engine::target), where that is a part of it.
    pub async fn target_of_year(
        &self,
        indicator: &Indicator,
        unit: UnitId,
        period: Period,
        as_known: Option<Instant>,
    ) -> Result<Option<f64>> {
        match year_of(period).filter(|year| indicator.def.cumulative.is_some() && *year != period) {
            Some(year) => self.target(indicator, unit, year, as_known).await,
            None => Ok(None),
        }
    }
}

/// The year of whatever kind that a period lies in.
fn year_of(period: Period) -> Option<Period> {
    [Calendar::Year, Calendar::SchoolYear, Calendar::ReportYear]
        .into_iter()
        .find_map(|calendar| period.coarser(calendar))
}

/// Where a target stands that was set for a unit, as known at `at`: the act, as typed, and whether the demo
/// made it.
pub async fn decision(
    db: &Db,
    indicator: i64,
    unit: UnitId,
    period: Period,
    at: Instant,
) -> Result<Option<(String, Instant, bool)>> {
    for period in [Some(period), year_of(period)].into_iter().flatten() {
        let found: Option<(String, Instant, bool)> = db
            .one(
                "SELECT decision, known_at, demo FROM target WHERE indicator = $1 AND unit = $2
                    AND calendar = $3 AND period = $4 AND known_at <= $5 AND value IS NOT NULL
                 ORDER BY revision DESC LIMIT 1",
                args![indicator, unit, period.calendar.code(), period.index, at],
            )
            .await?;
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

row! {
    /// A target as it was told once.
    pub struct ToldTarget {
        /// Of which indicator.
        pub indicator: i64,
        /// For whom.
        pub unit: i64,
        /// For when.
        pub calendar: i32,
        /// For when.
        pub period: i32,
        /// Which telling, from 1.
        pub revision: i32,
        /// The value; `None` took it back.
        pub value: Option<f64>,
        /// The act, as typed.
        pub decision: String,
        /// Who.
        pub actor: String,
        /// When.
        pub known_at: Instant,
        /// Whether the demo made it.
        pub demo: bool,
    }
}

impl ToldTarget {
    /// For when.
    pub fn when(&self) -> Result<Period> {
        Ok(Period { calendar: Calendar::from_code(self.calendar)?, index: self.period })
    }
}

/// Whose targets are read.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Whose {
    /// A unit's, of every indicator.
    Unit(UnitId),
    /// Every unit's, of one indicator.
    Indicator(i64),
    /// A unit's, of one indicator.
    One(i64, UnitId),
}

/// Everything told of targets in these periods, by unit, indicator and period, the newest first. Who asks
/// leaves out what the reader may not see.
pub async fn history(db: &Db, whose: Whose, spans: &[Span]) -> Result<Vec<ToldTarget>> {
    let (filter, keys) = match whose {
        Whose::Unit(unit) => ("unit = $4", args![unit]),
        Whose::Indicator(indicator) => ("indicator = $4", args![indicator]),
        Whose::One(indicator, unit) => ("indicator = $4 AND unit = $5", args![indicator, unit]),
    };
    let sql = format!(
        "SELECT CAST(indicator AS BIGINT) AS indicator, unit, calendar, period, revision, value, decision,
            actor, known_at, demo FROM target
         WHERE calendar = $1 AND period BETWEEN $2 AND $3 AND {filter}
         ORDER BY unit, indicator, period, revision DESC"
    );
    let mut all = Vec::new();
    for span in spans {
        let mut args = args![span.calendar.code(), span.from, span.to];
        args.extend(keys.clone());
        let found: Vec<ToldTarget> = db.all(&sql, args).await?;
        all.extend(found);
    }
    Ok(all)
}

/// The newest telling of each target out of a [`history`].
pub fn newest(told: Vec<ToldTarget>) -> Vec<ToldTarget> {
    let mut seen = HashSet::new();
    let first = |t: &ToldTarget| seen.insert((t.indicator, t.unit, t.calendar, t.period));
    told.into_iter().filter(first).collect()
}

/// The periods of every calendar that lie whole in `year`, the year itself among them.
pub fn within(year: Period) -> Vec<Span> {
    let parts = |calendar: Calendar| {
        let parts = year.parts(calendar)?;
        let (first, last) = (parts.clone().next()?, parts.last()?);
        Some(Span { calendar, from: first.index, to: last.index })
    };
    Calendar::ALL.into_iter().filter_map(parts).collect()
}

/// A target to be set.
#[derive(Debug, Clone, PartialEq)]
pub struct NewTarget {
    /// Of which indicator.
    pub indicator: i64,
    /// For whom.
    pub unit: UnitId,
    /// For when.
    pub period: Period,
    /// The value; `None` takes it back.
    pub value: Option<f64>,
}

/// Writes targets as new revisions; those that say the same as before by the same act are left out, and so is
/// taking back what is not set. Says how many were new.
pub async fn write(
    tx: &mut Tx,
    targets: &[NewTarget],
    decision: &str,
    actor: &str,
    known_at: Instant,
    demo: bool,
) -> Result<u64> {
    tx.lock("indicators.target").await?;
    let rows = targets
        .iter()
        .map(|t| args![t.indicator, t.unit, t.period.calendar.code(), t.period.index, t.value])
        .collect();
    let columns = [
        ("indicator", "INTEGER"),
        ("unit", "BIGINT"),
        ("calendar", "INTEGER"),
        ("period", "INTEGER"),
        ("value", "DOUBLE PRECISION"),
    ];
    tx.stage("staged_target", &columns, rows).await?;
    tx.run(
        "INSERT INTO target (indicator, unit, calendar, period, revision, value, decision, actor, \
        known_at, demo)
         SELECT s.indicator, s.unit, s.calendar, s.period, COALESCE(o.revision, 0) + 1, s.value,
            CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($3 AS BIGINT), CAST($4 AS BOOLEAN)
         FROM staged_target s LEFT JOIN target o ON o.indicator = s.indicator AND o.unit = s.unit
            AND o.calendar = s.calendar AND o.period = s.period
            AND o.revision = (SELECT MAX(m.revision) FROM target m WHERE m.indicator = s.indicator
                AND m.unit = s.unit AND m.calendar = s.calendar AND m.period = s.period)
         WHERE o.value IS DISTINCT FROM s.value
            OR (s.value IS NOT NULL AND (o.decision <> CAST($1 AS TEXT) OR o.demo <> CAST($4 AS BOOLEAN)))",
        args![decision, actor, known_at, demo],
    )
    .await
}
