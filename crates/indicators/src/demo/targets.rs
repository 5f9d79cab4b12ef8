//! Made-up plans of the year: what the definition asks for, some communes' own, and totals a little above
//! last year's.

use foundation::{Calendar, Date, Period};
use kit::UnitId;

use super::chance::{Chance, name};
use super::generate::Generator;
use super::places::Places;
use crate::catalogue::Catalogue;
use crate::definition::{Direction, Indicator, OverPlaces, OverTime, ReportedBy};
use crate::engine::targets::NewTarget;

/// The year in which a target of `indicator` is compared.
fn year_of(indicator: &Indicator, today: Date) -> Option<Period> {
    let now = Period::containing(indicator.def.calendar, today);
    [Calendar::Year, Calendar::SchoolYear, Calendar::ReportYear].into_iter().find_map(|c| now.coarser(c))
}

/// The plans of this year.
pub(crate) fn planned(
    generator: &Generator,
    catalogue: &Catalogue,
    places: &mut Places<'_>,
    root: UnitId,
    today: Date,
) -> Vec<NewTarget> {
    let mut all = Vec::new();
    for indicator in catalogue.all() {
        let Some(period) = year_of(indicator, today) else { continue };
        let target = |unit, value| NewTarget { indicator: indicator.id, unit, period, value: Some(value) };
        if let Some(goal) = &indicator.def.target {
            all.push(target(root, goal.value));
            let by = &indicator.def.reported_by;
            if by.has(ReportedBy::Commune) || by.has(ReportedBy::Computed) {
                for unit in places.communes().into_iter().filter(|u| *u != root) {
                    if let Some(value) = own_goal(indicator, unit, goal.value) {
                        all.push(target(unit, value));
                    }
                }
            }
        }
    }
    for (at, one) in generator.series().iter().enumerate() {
        let indicator = &one.indicator;
        let def = &indicator.def;
        let adds_up = def.over_time == OverTime::Sum && matches!(def.over_places, OverPlaces::Sum);
        if !adds_up || def.direction != Direction::Up || def.target.is_some() {
            continue;
        }
        let Some(year) = year_of(indicator, today) else { continue };
        let Some(before) = year.previous().parts(def.calendar) else { continue };
        let before: Vec<Period> = before.collect();
        let mut whole = 0.0;
        for place in places.of(indicator, Period::containing(def.calendar, today)).iter() {
            let last: f64 = before.iter().filter_map(|p| generator.value(at, place, *p, None)).sum();
            let plan = round_number(last * 1.06);
            whole += plan;
            if plan > 0.0 && place.unit != root {
                all.push(NewTarget {
                    indicator: indicator.id,
                    unit: place.unit,
                    period: year,
                    value: Some(plan),
                });
            }
        }
        if whole > 0.0 {
            all.push(NewTarget { indicator: indicator.id, unit: root, period: year, value: Some(whole) });
        }
    }
    all
}

/// A third of the communes have a goal of their own, up to a twentieth from everybody's.
fn own_goal(indicator: &Indicator, unit: UnitId, goal: f64) -> Option<f64> {
    let mut chance = Chance::of([name(&indicator.code), unit as u64, 0, name("target")]);
    if chance.fraction() > 0.33 {
        return None;
    }
    let range = indicator.def.range;
    // A share that is asked for in parts of a whole is never more than the whole.
    let whole = if indicator.is_percent() && goal <= 100.0 { 100.0 } else { f64::MAX };
    let value = indicator.rounded(goal * (0.95 + 0.1 * chance.fraction())).min(whole);
    let value = value.clamp(range.min.unwrap_or(f64::MIN), range.max.unwrap_or(f64::MAX));
    (value != goal).then_some(value)
}

/// As plans are written: two digits, then zeros.
fn round_number(value: f64) -> f64 {
    if value <= 0.0 {
        return 0.0;
    }
    let scale = 10_f64.powi(value.log10().floor() as i32 - 1);
    (value / scale).round() * scale
}
