//! The engine: from observations to figures. Roll-up over places and time, restating, targets, trend,
//! staleness.
//!
//! Nothing it gives is stored: observations are the only truth, and what is computed from them can always be
//! computed again.

pub mod each;
pub mod figure;
pub mod late;
pub mod leaves;
pub mod reach;
pub mod review;
pub mod roll;
pub mod targets;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, PoisonError, RwLock};

use foundation::{Calendar, Date, Instant, Period, Result};
use futures_util::future::BoxFuture;
use kit::UnitId;
use storage::Db;
use units::Atlas;

use crate::catalogue::Catalogue;
use crate::definition::{Indicator, OverPlaces, OverTime, ReportedBy};
use crate::store::{self, Source};
use leaves::{Leaves, Period as LeafPeriod};
use roll::{Point, Rule};
use targets::Targets;

/// The engine. One per house.
pub struct Engine {
    db: Db,
    atlas: Arc<Atlas>,
    catalogue: RwLock<Arc<Catalogue>>,
    sources: RwLock<Arc<HashMap<i64, Source>>>,
    leaves: Leaves,
    past: Leaves,
    targets: Targets,
}

/// A run of periods of one calendar, `from..=to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The calendar.
    pub calendar: Calendar,
    /// The first period's index.
    pub from: i32,
    /// The last period's index.
    pub to: i32,
}

impl Span {
    /// The `count` periods that end with `last`.
    pub fn ending(last: Period, count: i32) -> Span {
        Span { calendar: last.calendar, from: last.index - count + 1, to: last.index }
    }

    /// One period.
    pub fn of(period: Period) -> Span {
        Span::ending(period, 1)
    }

    /// Its periods, in order.
    pub fn periods(self) -> impl Iterator<Item = Period> {
        (self.from..=self.to).map(move |index| Period { calendar: self.calendar, index })
    }
}

/// How a question is asked: for whom, in which boundaries, as known when.
#[derive(Debug, Clone, Copy)]
pub struct Asked {
    /// Whose figure.
    pub unit: UnitId,
    /// Today, for what is due and which boundaries are meant.
    pub today: Date,
    /// As it was known then; `None` is now.
    pub as_known: Option<Instant>,
}

impl Engine {
    /// Reads the definitions.
    pub async fn open(db: &Db, atlas: Arc<Atlas>) -> Result<Engine> {
        let engine = Engine {
            db: db.clone(),
            atlas,
            catalogue: RwLock::default(),
            sources: RwLock::default(),
            leaves: Leaves::now(),
            past: Leaves::past(),
            targets: Targets::default(),
        };
        engine.reload().await?;
        Ok(engine)
    }

    /// Reads the definitions again and forgets everything else, after packs were applied.
    pub async fn reload(&self) -> Result<()> {
        let catalogue = Arc::new(store::catalogue(&self.db).await?);
        *self.catalogue.write().unwrap_or_else(PoisonError::into_inner) = catalogue;
        self.reload_sources().await?;
        self.leaves.clear();
        self.past.clear();
        self.targets.clear();
        Ok(())
    }

    /// Reads the sources again.
    pub async fn reload_sources(&self) -> Result<()> {
        let all = store::sources(&self.db).await?.into_iter().map(|s| (s.id, s)).collect();
        *self.sources.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(all);
        Ok(())
    }

    /// The definitions.
    pub fn catalogue(&self) -> Arc<Catalogue> {
        self.catalogue.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// A source.
    pub fn source(&self, id: i64) -> Option<Source> {
        self.sources.read().unwrap_or_else(PoisonError::into_inner).get(&id).cloned()
    }

    /// The places.
    pub fn atlas(&self) -> &Arc<Atlas> {
        &self.atlas
    }

    /// The database it reads.
    pub fn db(&self) -> &Db {
        &self.db
    }

    /// How many leaves are held in memory.
    pub fn held(&self) -> usize {
        self.leaves.size() + self.past.size()
    }

    /// Forgets the values that a delivery touched.
    pub fn forget(&self, indicator: i64, calendar: i32, from: i32, to: i32) {
        self.leaves.forget(indicator, calendar, from, to);
        self.past.clear();
    }

    /// Forgets all values.
    pub fn forget_all(&self) {
        self.leaves.clear();
        self.past.clear();
        self.targets.clear();
    }

    /// Forgets the targets of an indicator.
    pub fn forget_targets(&self, indicator: i64) {
        self.targets.forget(indicator);
    }

    /// What units told for an indicator, period by period.
    pub async fn leaves(&self, indicator: &Indicator, span: Span, asked: &Asked) -> Result<Vec<LeafPeriod>> {
        let memory = if asked.as_known.is_some() { &self.past } else { &self.leaves };
        memory.get(&self.db, indicator.id, span.calendar, (span.from, span.to), asked.as_known).await
    }

    /// Reads at once the leaves that these indicators and their parts need for `spans` of each calendar, so
    /// that a list of five hundred figures costs a few queries. Answers nothing: who asks then finds them in
    /// memory.
    pub async fn read_ahead(
        &self,
        indicators: &[&Indicator],
        spans: impl Fn(Calendar) -> Vec<Span>,
    ) -> Result<()> {
        let catalogue = self.catalogue();
        let mut by_calendar: BTreeMap<i32, (Calendar, BTreeSet<i64>)> = BTreeMap::new();
        let mut next: Vec<&Indicator> = indicators.to_vec();
        while let Some(indicator) = next.pop() {
            let calendar = indicator.def.calendar;
            let (_, ids) = by_calendar.entry(calendar.code()).or_insert((calendar, BTreeSet::new()));
            if ids.insert(indicator.id) {
                next.extend(catalogue.parts(indicator).into_iter().filter_map(|id| catalogue.get(id)));
            }
        }
        for (calendar, ids) in by_calendar.into_values() {
            let ids: Vec<i64> = ids.into_iter().collect();
            for span in spans(calendar) {
                self.leaves.read_ahead(&self.db, &ids, calendar, span.from, span.to).await?;
            }
        }
        Ok(())
    }

    /// The values of a unit, period by period, in any calendar that the indicator's own nests in.
    pub fn points<'a>(
        &'a self,
        indicator: &'a Indicator,
        span: Span,
        asked: &'a Asked,
    ) -> BoxFuture<'a, Result<Vec<Point>>> {
        Box::pin(async move {
            match &indicator.def.over_places {
                OverPlaces::Ratio { ratio } => {
                    let catalogue = self.catalogue();
                    let (Some(of), Some(to)) = (catalogue.code(&ratio.of), catalogue.code(&ratio.to)) else {
                        return Ok(span.periods().map(|_| Point::default()).collect());
                    };
                    let of = self.points(of, span, asked).await?;
                    let to = self.points(to, span, asked).await?;
                    Ok(of.iter().zip(&to).map(|(a, b)| roll::ratio(a, b, ratio.times)).collect())
                }
                OverPlaces::Formula { .. } => self.by_formula(indicator, span, asked).await,
                _ if span.calendar != indicator.def.calendar => self.coarser(indicator, span, asked).await,
                _ => self.told(indicator, span, asked).await,
            }
        })
    }

    /// Values in the indicator's own calendar.
    async fn told(&self, indicator: &Indicator, span: Span, asked: &Asked) -> Result<Vec<Point>> {
        let leaves = self.leaves(indicator, span, asked).await?;
        let catalogue = self.catalogue();
        let weights = match &indicator.def.over_places {
            OverPlaces::Weighted { mean } => match catalogue.code(&mean.weight) {
                Some(by) => Some(self.leaves(by, span, asked).await?),
                None => None,
            },
            _ => None,
        };
        let condition = match &indicator.def.over_places {
            OverPlaces::Count { count } => Some(crate::formula::Condition::read(&count.when)?),
            _ => None,
        };
        let holds = |v: f64| condition.as_ref().is_some_and(|c| c.holds(v));
        let map = self.atlas.map();
        let mut last_reach: Option<(Date, reach::Reach)> = None;
        let mut points = Vec::with_capacity(leaves.len());
        for (i, (period, told)) in span.periods().zip(&leaves).enumerate() {
            let day = period.last_day();
            // Reaches change only where units change; neighbouring periods mostly share one.
            let same = last_reach.as_ref().is_some_and(|(d, _)| !changed_between(&map, *d, day));
            if !same {
                last_reach = Some((day, reach::reach(&map, indicator, asked.unit, day, asked.today)));
            }
            let Some((_, reach)) = &last_reach else { continue };
            let own = map
                .nearest(asked.unit, day)
                .is_some_and(|v| reach::levels_of(&indicator.def.reported_by).contains(&v.level));
            let rule = match &indicator.def.over_places {
                OverPlaces::Sum => Rule::Sum,
                OverPlaces::Mean => Rule::Mean,
                OverPlaces::Max => Rule::Max,
                OverPlaces::Weighted { .. } => {
                    Rule::Weighted(weights.as_ref().and_then(|w| w.get(i)).map_or(&[], |w| w))
                }
                OverPlaces::Count { .. } => Rule::Count(&holds),
                // What is not rolled up is not put together from the parts of the past either.
                _ if own && reach.units.len() == 1 => Rule::Own,
                _ => {
                    points.push(Point::default());
                    continue;
                }
            };
            // A unit that reports itself shows its own value, whatever the roll-up is.
            let rule = if own && !matches!(rule, Rule::Sum | Rule::Count(_)) { Rule::Own } else { rule };
            points.push(roll::roll(told, reach, &rule));
        }
        Ok(points)
    }

    /// Values of a longer calendar from those of the indicator's own.
    async fn coarser(&self, indicator: &Indicator, span: Span, asked: &Asked) -> Result<Vec<Point>> {
        let own = indicator.def.calendar;
        let mut points = Vec::new();
        for period in span.periods() {
            let Some(parts) = period.parts(own) else {
                points.push(Point::default());
                continue;
            };
            let parts: Vec<Period> = parts.collect();
            let (Some(first), Some(last)) = (parts.first(), parts.last()) else {
                points.push(Point::default());
                continue;
            };
            let inner = Span { calendar: own, from: first.index, to: last.index };
            let told = self.points(indicator, inner, asked).await?;
            points.push(roll::over_time(&told, indicator.def.over_time));
        }
        Ok(points)
    }

    async fn by_formula(&self, indicator: &Indicator, span: Span, asked: &Asked) -> Result<Vec<Point>> {
        let catalogue = self.catalogue();
        let mut parts: Vec<(String, Vec<Point>)> = Vec::new();
        for id in catalogue.parts(indicator) {
            if let Some(part) = catalogue.get(id) {
                parts.push((part.code.clone(), self.points(part, span, asked).await?));
            }
        }
        Ok(self.apply(indicator, &parts, span.periods().count()))
    }

    /// The formula of an indicator over its parts, point by point.
    fn apply(&self, indicator: &Indicator, parts: &[(String, Vec<Point>)], count: usize) -> Vec<Point> {
        let catalogue = self.catalogue();
        let compiled = catalogue.formula(indicator.id);
        let mut points = Vec::with_capacity(count);
        for i in 0..count {
            let at = |name: &str| {
                parts.iter().find(|(code, _)| code == name).and_then(|(_, p)| p.get(i)).and_then(|p| p.value)
            };
            let value = compiled.and_then(|f| f.value(&at));
            let mut point = Point { value, ..Point::default() };
            for (_, part) in parts {
                if let Some(part) = part.get(i) {
                    point = match point.coverage.expected {
                        0 => Point { value, ..*part },
                        _ => roll::both(&point, part, value),
                    };
                }
            }
            points.push(point);
        }
        points
    }

    /// The value from the start of the year to the end of `period`.
    pub async fn year_to_date(&self, indicator: &Indicator, period: Period, asked: &Asked) -> Result<Point> {
        let first = period.first_of_year();
        let span = Span { calendar: period.calendar, from: first.index, to: period.index };
        match &indicator.def.over_places {
            OverPlaces::Ratio { ratio } => {
                let catalogue = self.catalogue();
                let (Some(of), Some(to)) = (catalogue.code(&ratio.of), catalogue.code(&ratio.to)) else {
                    return Ok(Point::default());
                };
                let of_points = self.points(of, span, asked).await?;
                let to_points = self.points(to, span, asked).await?;
                let of = roll::over_time(&of_points, of.def.over_time);
                let to = roll::over_time(&to_points, to.def.over_time);
                Ok(roll::ratio(&of, &to, ratio.times))
            }
            _ => {
                let points = self.points(indicator, span, asked).await?;
                let how = match &indicator.def.over_places {
                    OverPlaces::Formula { .. } => OverTime::Last,
                    _ => indicator.def.over_time,
                };
                Ok(roll::over_time(&points, how))
            }
        }
    }

    /// The units below `unit` whose own values are shown on a map or in a table, on `day`.
    pub fn parts_of(&self, indicator: &Indicator, unit: UnitId, day: Date) -> Vec<UnitId> {
        let map = self.atlas.map();
        let by = &indicator.def.reported_by;
        if !by.has(ReportedBy::Commune) && !by.has(ReportedBy::Computed) {
            return Vec::new();
        }
        map.below(unit, units::Level::Commune, day).iter().map(|v| v.unit).filter(|u| *u != unit).collect()
    }
}

/// Whether any unit began or ended between two days: the few days of reform.
fn changed_between(map: &units::Map, a: Date, b: Date) -> bool {
    let (from, to) = if a <= b { (a, b) } else { (b, a) };
    map.days_of_change().iter().any(|d| *d > from && *d <= to)
}
