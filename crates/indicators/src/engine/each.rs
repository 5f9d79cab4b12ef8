//! The values of many units in one period or several: what a map, a table or a ranking shows. Where each unit
//! reports for itself its value is what it told, so that one look at the leaves answers for all of them.

use foundation::{Period, Result};
use futures_util::future::BoxFuture;
use kit::{Coverage, UnitId};
use units::{Level, Map};

use super::leaves::{Leaf, Period as LeafPeriod};
use super::roll::{self, Point};
use super::{Asked, Engine, Span, reach};
use crate::definition::{Indicator, OverPlaces};
use crate::formula::Condition;

/// Whether every unit is a commune that existed at the end of the period.
fn are_communes(map: &Map, units: &[UnitId], period: Period) -> bool {
    let day = period.last_day();
    units.iter().all(|u| map.on(*u, day).is_some_and(|v| v.level == Level::Commune))
}

/// What a unit told, as a point.
fn own(leaf: Option<&Leaf>, value: impl Fn(f64) -> f64) -> Point {
    Point {
        value: leaf.map(|l| value(l.value)),
        coverage: Coverage { reported: u32::from(leaf.is_some()), expected: 1 },
        known_at: leaf.map(|l| l.known_at),
        source: leaf.map_or(0, |l| l.source),
        estimated: leaf.is_some_and(|l| l.estimated),
    }
}

impl Engine {
    /// The values of every unit of `units` in one period.
    pub async fn each(
        &self,
        indicator: &Indicator,
        units: &[UnitId],
        period: Period,
        asked: &Asked,
    ) -> Result<Vec<(UnitId, Point)>> {
        let rows = self.grid(indicator, units, Span::of(period), asked).await?;
        let first = |row: Vec<Point>| row.into_iter().next().unwrap_or_default();
        Ok(units.iter().copied().zip(rows.into_iter().map(first)).collect())
    }

    /// The values of every unit of `units` in every period of `span`: a row for each unit, in their order.
    ///
    /// Where all are communes their leaves are read once for the whole span; times before one of them was
    /// made are put together unit by unit.
    pub async fn grid(
        &self,
        indicator: &Indicator,
        units: &[UnitId],
        span: Span,
        asked: &Asked,
    ) -> Result<Vec<Vec<Point>>> {
        let map = self.atlas().map();
        let communes =
            |index: &i32| are_communes(&map, units, Period { calendar: span.calendar, index: *index });
        let since = (span.from..=span.to).rev().take_while(communes).last();
        let told = match since {
            Some(from) => {
                self.own_values(indicator, units, Span { from, ..span }, asked).await?.zip(Some(from))
            }
            None => None,
        };
        let mut rows = Vec::with_capacity(units.len());
        for (i, unit) in units.iter().enumerate() {
            let asked = Asked { unit: *unit, ..*asked };
            rows.push(match &told {
                None => self.points(indicator, span, &asked).await?,
                Some((points, from)) => {
                    let mut row = match *from > span.from {
                        true => self.points(indicator, Span { to: from - 1, ..span }, &asked).await?,
                        false => Vec::new(),
                    };
                    let width = (span.to - from + 1) as usize;
                    row.extend(points.iter().skip(i * width).take(width).copied());
                    row
                }
            });
        }
        Ok(rows)
    }

    /// What communes told for themselves, or what follows from it, one unit's periods after another's; `None`
    /// where a value needs more than that.
    fn own_values<'a>(
        &'a self,
        indicator: &'a Indicator,
        units: &'a [UnitId],
        span: Span,
        asked: &'a Asked,
    ) -> BoxFuture<'a, Result<Option<Vec<Point>>>> {
        Box::pin(async move {
            let catalogue = self.catalogue();
            match &indicator.def.over_places {
                OverPlaces::Ratio { ratio } => {
                    let (Some(of), Some(to)) = (catalogue.code(&ratio.of), catalogue.code(&ratio.to)) else {
                        return Ok(None);
                    };
                    let of = self.own_values(of, units, span, asked).await?;
                    let to = self.own_values(to, units, span, asked).await?;
                    let pair = |(a, b): (&Point, &Point)| roll::ratio(a, b, ratio.times);
                    Ok(of.zip(to).map(|(of, to)| of.iter().zip(&to).map(pair).collect()))
                }
                OverPlaces::Formula { .. } => {
                    let mut parts = Vec::new();
                    for part in catalogue.parts(indicator).into_iter().filter_map(|id| catalogue.get(id)) {
                        match self.own_values(part, units, span, asked).await? {
                            Some(points) => parts.push((part.code.clone(), points)),
                            None => return Ok(None),
                        }
                    }
                    Ok(Some(self.apply(indicator, &parts, units.len() * span.periods().count())))
                }
                _ if indicator.def.calendar != span.calendar => Ok(None),
                over => {
                    let levels = reach::levels_of(&indicator.def.reported_by);
                    // Where departments of a commune report too, its value is the sum with theirs.
                    let served = |levels: &[Level]| {
                        levels.contains(&Level::Department)
                            && self
                                .atlas()
                                .map()
                                .agencies()
                                .any(|a| a.place.is_some_and(|p| units.contains(&p)))
                    };
                    if !levels.contains(&Level::Commune) || served(&levels) {
                        return Ok(None);
                    }
                    let condition = match over {
                        OverPlaces::Count { count } => Some(Condition::read(&count.when)?),
                        _ => None,
                    };
                    let value = |v: f64| match &condition {
                        Some(condition) => f64::from(u8::from(condition.holds(v))),
                        None => v,
                    };
                    let leaves = self.leaves(indicator, span, asked).await?;
                    let find = |told: &'_ LeafPeriod, unit: &UnitId| {
                        told.binary_search_by_key(unit, |l| l.unit).ok().and_then(|i| told.get(i)).copied()
                    };
                    let row = |unit: &UnitId| -> Vec<Point> {
                        leaves.iter().map(|told| own(find(told, unit).as_ref(), value)).collect()
                    };
                    Ok(Some(units.iter().flat_map(row).collect()))
                }
            }
        })
    }
}
