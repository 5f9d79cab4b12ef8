//! From points to a [`Figure`]: the period to show, its target, state, trend and trust.

use foundation::{Calendar, Date, Period, Result};
use kit::{Figure, Trend};

use super::roll::Point;
use super::{Asked, Engine, Span};
use crate::definition::Indicator;

/// How far back a figure is looked for, in periods of its calendar: at least a year.
pub fn look_back(calendar: Calendar) -> i32 {
    match calendar {
        Calendar::Day => 45,
        Calendar::Week => 26,
        _ => calendar.per_year().unwrap_or(12).max(2) + 2,
    }
}

/// So many of the last periods are read before any others.
pub const NEAR: i32 = 3;

/// The points of a span up to the one at `at`, and its period.
fn ending_at(span: Span, mut points: Vec<Point>, at: usize) -> (Period, Vec<Point>) {
    points.truncate(at + 1);
    (Period { calendar: span.calendar, index: span.from + at as i32 }, points)
}

/// The last period that must have been reported by `today`.
pub fn last_due(indicator: &Indicator, today: Date) -> Period {
    let mut period = Period::containing(indicator.def.calendar, today).previous();
    while period.last_day().add_days(indicator.def.due.days) >= today {
        period = period.previous();
    }
    period
}

fn trend(indicator: &Indicator, now: Option<f64>, before: Option<f64>) -> Option<Trend> {
    let (now, before) = (now?, before?);
    let change = indicator.rounded(now - before);
    Some(Trend { before, change, better: indicator.better(before, change) })
}

impl Engine {
    /// The newest period worth showing, with the point of it and of those before, at least one where there is
    /// any: the last one that at least half of the units reported, or else the last that any did.
    pub async fn newest(&self, indicator: &Indicator, asked: &Asked) -> Result<(Period, Vec<Point>)> {
        let last = Period::containing(indicator.def.calendar, asked.today);
        let half = |p: &Point| p.value.is_some() && p.coverage.reported * 2 >= p.coverage.expected;
        // Mostly the last period is it, or the one before: the rest is read only where they say nothing.
        let near = Span::ending(last, NEAR);
        let points = self.points(indicator, near, asked).await?;
        if let Some(at) = points.iter().rposition(half).filter(|at| *at > 0) {
            return Ok(ending_at(near, points, at));
        }
        let far = Span::ending(last, look_back(indicator.def.calendar));
        let points = self.points(indicator, far, asked).await?;
        let at = points
            .iter()
            .rposition(half)
            .or_else(|| points.iter().rposition(|p| p.value.is_some()))
            .unwrap_or(points.len().saturating_sub(1));
        Ok(ending_at(far, points, at))
    }

    /// The figure of `asked.unit`: of `period`, or the newest.
    pub async fn figure(
        &self,
        indicator: &Indicator,
        period: Option<Period>,
        asked: &Asked,
    ) -> Result<Figure> {
        let (period, point, before) = match period {
            None => {
                let (period, points) = self.newest(indicator, asked).await?;
                let n = points.len();
                let before = n.checked_sub(2).and_then(|i| points.get(i)).copied().unwrap_or_default();
                (period, points.last().copied().unwrap_or_default(), before)
            }
            Some(period) => {
                let points = self.points(indicator, Span::ending(period, 2), asked).await?;
                let get = |i: usize| points.get(i).copied().unwrap_or_default();
                (period, get(1), get(0))
            }
        };
        let last_year = match period.same_period_last_year() {
            Some(then) => self.points(indicator, Span::of(then), asked).await?.first().copied(),
            None => None,
        };
        self.figure_of(indicator, period, &point, &before, last_year.as_ref(), asked).await
    }

    async fn figure_of(
        &self,
        indicator: &Indicator,
        period: Period,
        point: &Point,
        before: &Point,
        last_year: Option<&Point>,
        asked: &Asked,
    ) -> Result<Figure> {
        let value = point.value.map(|v| indicator.rounded(v));
        let target = self.target(indicator, asked.unit, period, asked.as_known).await?;
        let source = self.source(i64::from(point.source));
        let due = last_due(indicator, asked.today);
        Ok(Figure {
            indicator: indicator.code.clone(),
            name: indicator.def.name.clone(),
            short: indicator.short().clone(),
            unit: asked.unit,
            value,
            measure: indicator.def.unit.clone(),
            decimals: indicator.def.decimals,
            period,
            known_at: point.known_at,
            target,
            state: indicator.state(value, target),
            previous: trend(indicator, value, before.value),
            last_year: trend(indicator, value, last_year.and_then(|p| p.value)),
            coverage: point.coverage,
            source: source.as_ref().map(|s| s.name.clone()).unwrap_or_default(),
            owner: source.as_ref().map(|s| s.owner.clone()).unwrap_or_default(),
            estimated: point.estimated,
            stale: period.calendar == due.calendar && period.index < due.index,
            demo: source.is_some_and(|s| s.demo),
            internal: !indicator.is_public(),
        })
    }
}
