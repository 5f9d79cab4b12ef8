//! Reach: whose values make the value of a unit in a period, and with what share.
//!
//! In the boundaries of the time these are the units that report below it. For a time before the unit was
//! made, they are those it was made of, each with the share that went over: then the value is *restated*, and
//! an estimate where a unit was divided.

use std::collections::BTreeMap;

use foundation::Date;
use kit::UnitId;
use units::{Level, Map};

use crate::definition::{Apportion, Indicator, ReportedBy, Reporters};

/// Whose values count, with shares.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Reach {
    /// Units and shares (1 = whole), by unit.
    pub units: Vec<(UnitId, f64)>,
    /// Those of them that nobody asks, in order: what they tell counts, what they do not tell is not missing.
    pub unasked: Vec<UnitId>,
    /// Whether the boundaries of another time are meant.
    pub restated: bool,
}

impl Reach {
    /// Whether a value of this unit is expected.
    pub fn asks(&self, unit: UnitId) -> bool {
        self.unasked.binary_search(&unit).is_err()
    }
}

/// The levels of the units that report an indicator. What is computed has a value wherever its parts have
/// one.
pub fn levels_of(by: &Reporters) -> Vec<Level> {
    by.0.iter()
        .map(|by| match by {
            ReportedBy::Commune | ReportedBy::Computed => Level::Commune,
            ReportedBy::Province => Level::Province,
            ReportedBy::Agency => Level::Department,
        })
        .collect()
}

/// The reach of `unit` for `indicator` on `day` (the last day of a period), with agencies as they are known
/// on `today`.
pub fn reach(map: &Map, indicator: &Indicator, unit: UnitId, day: Date, today: Date) -> Reach {
    let mut all = Reach::default();
    for level in levels_of(&indicator.def.reported_by) {
        let part = match level {
            Level::Department => agencies(map, indicator, unit, day.min(today)),
            level => places(map, indicator, unit, level, day),
        };
        all.units.extend(part.units);
        all.unasked.extend(part.unasked);
        all.restated |= part.restated;
    }
    all.units.sort_by_key(|u| u.0);
    all.units.dedup_by_key(|u| u.0);
    all.unasked.sort_unstable();
    all
}

fn places(map: &Map, indicator: &Indicator, unit: UnitId, level: Level, day: Date) -> Reach {
    if map.on(unit, day).is_some() {
        let whole = |v: &units::Version| (v.unit, 1.0);
        let units = map.below(unit, level, day).into_iter().map(whole).collect();
        return Reach { units, ..Reach::default() };
    }
    let Some(first) = map.history(unit).first() else { return Reach::default() };
    if day >= first.valid_from {
        // The unit has ended: it has no value of its own afterwards.
        return Reach::default();
    }
    // Before the unit was made: what its reporting units were made of.
    let made = first.valid_from;
    let leaves: Vec<UnitId> = if first.level == level {
        vec![unit]
    } else {
        map.below(unit, level, made).into_iter().map(|v| v.unit).collect()
    };
    let mut shares: BTreeMap<UnitId, f64> = BTreeMap::new();
    for leaf in leaves {
        go_back(map, leaf, day, 1.0, &mut shares, 0);
    }
    let divided = indicator.def.apportion == Apportion::None;
    let units = shares
        .into_iter()
        .map(|(unit, share)| (unit, share.min(1.0)))
        .filter(|(_, share)| !divided || *share > 0.999)
        .collect();
    Reach { units, restated: true, ..Reach::default() }
}

fn go_back(map: &Map, unit: UnitId, day: Date, share: f64, shares: &mut BTreeMap<UnitId, f64>, depth: u8) {
    if map.on(unit, day).is_some() {
        *shares.entry(unit).or_default() += share;
        return;
    }
    if depth < 8 {
        for step in map.predecessors(unit).filter(|s| s.effective > day) {
            go_back(map, step.old, day, share * step.share, shares, depth + 1);
        }
    }
}

/// The agencies that serve `unit`; an agency itself is its own reach. An indicator may name those that it
/// asks.
fn agencies(map: &Map, indicator: &Indicator, unit: UnitId, day: Date) -> Reach {
    let serves = |v: &units::Version| v.level == Level::Department && v.place == Some(unit);
    let here = || map.agencies().filter(|v| v.holds_on(day) && (serves(v) || v.unit == unit));
    let mut units: Vec<(UnitId, f64)> = here().map(|v| (v.unit, 1.0)).collect();
    units.dedup_by_key(|u| u.0);
    let unasked = here().filter(|v| v.unit != unit && !indicator.asks_agency(&v.code)).map(|v| v.unit);
    Reach { units, unasked: unasked.collect(), restated: false }
}
