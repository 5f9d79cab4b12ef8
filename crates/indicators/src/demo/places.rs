//! Who reports in the demo, with how many people. Before a reform those are the units that today's were made
//! of, each a part of what became of it, so that a series does not jump where the boundaries changed.

use std::collections::HashMap;
use std::sync::Arc;

use foundation::{Date, Period};
use kit::UnitId;
use units::{Level, Map};

use crate::definition::{Apportion, Indicator};
use crate::engine::reach;

/// People of a unit whose population nobody told us.
const PEOPLE: f64 = 40_000.0;

/// A unit that reports.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// Its identity.
    pub unit: UnitId,
    /// The unit whose character it has: itself, or today's unit that most of it went to.
    pub kin: UnitId,
    /// Its people.
    pub people: f64,
    /// How much of a whole unit of today it is.
    pub weight: f64,
}

/// Levels, departments, whether divided units count, and the change of the map before which it holds.
type Epoch = (Vec<Level>, Vec<String>, bool, usize);

/// The reporting units of every indicator and day, remembered.
pub struct Places<'a> {
    map: &'a Map,
    root: UnitId,
    today: Date,
    by_epoch: HashMap<Epoch, Arc<[Place]>>,
}

impl<'a> Places<'a> {
    /// The units of `root`.
    pub fn new(map: &'a Map, root: UnitId, today: Date) -> Places<'a> {
        Places { map, root, today, by_epoch: HashMap::new() }
    }

    /// The communes of today.
    pub fn communes(&self) -> Vec<UnitId> {
        self.map.below(self.root, Level::Commune, self.today).iter().map(|v| v.unit).collect()
    }

    /// The units that report `indicator` for `period`, by unit.
    pub fn of(&mut self, indicator: &Indicator, period: Period) -> Arc<[Place]> {
        let day = period.last_day();
        let epoch = self.map.days_of_change().partition_point(|d| *d <= day);
        let levels = reach::levels_of(&indicator.def.reported_by);
        let divided = indicator.def.apportion == Apportion::None;
        let key = (levels, indicator.def.agencies.clone(), divided, epoch);
        if let Some(known) = self.by_epoch.get(&key) {
            return known.clone();
        }
        let reach = reach::reach(self.map, indicator, self.root, day, self.today);
        let asked = reach.units.iter().map(|u| u.0).filter(|unit| reach.asks(*unit));
        let found: Arc<[Place]> = asked.map(|unit| self.place(unit)).collect();
        self.by_epoch.insert(key, found.clone());
        found
    }

    /// What is known of a unit.
    pub fn place(&self, unit: UnitId) -> Place {
        self.place_within(unit, 0)
    }

    fn place_within(&self, unit: UnitId, depth: u8) -> Place {
        if let Some(version) = self.map.on(unit, self.today) {
            let people = match version.population {
                Some(people) => people as f64,
                None if version.level == Level::Province => {
                    let communes = self.map.below(unit, Level::Commune, self.today);
                    let people = |v: &&units::Version| v.population.map_or(PEOPLE, |p| p as f64);
                    communes.iter().map(people).sum::<f64>().max(PEOPLE)
                }
                None => PEOPLE,
            };
            return Place { unit, kin: unit, people, weight: 1.0 };
        }
        let mut place = Place { unit, kin: unit, people: 0.0, weight: 0.0 };
        let mut largest = 0.0;
        for step in self.map.successors(unit).iter().filter(|_| depth < 8) {
            let heir = self.place_within(step.new, depth + 1);
            let all: f64 = self.map.predecessors(step.new).map(|s| s.share).sum();
            let part = if all > 0.0 { step.share / all } else { 0.0 };
            place.people += heir.people * part;
            place.weight += heir.weight * part;
            if step.share > largest {
                largest = step.share;
                place.kin = heir.kin;
            }
        }
        if place.weight == 0.0 {
            return Place { unit, kin: unit, people: PEOPLE, weight: 1.0 };
        }
        place
    }
}
