//! What is planted in the demo, so that the lists of the wall have something to tell: three communes that
//! report late, in each field one commune that does badly, and when every figure arrives.

use std::collections::{BTreeMap, BTreeSet};

use foundation::time_of_day::TimeOfDay;
use foundation::{Calendar, Date, Instant, Period};
use kit::UnitId;

use super::chance::{Chance, name};

/// What is planted.
#[derive(Debug, Clone, Default)]
pub struct Stories {
    late: BTreeSet<(UnitId, String)>,
    weak: BTreeMap<String, UnitId>,
    weak_from: Option<Date>,
}

/// How a figure stands at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrived {
    /// When it came.
    pub at: Instant,
    /// Whether it is an estimate of a period that is not yet reported.
    pub estimated: bool,
}

/// Places smaller than this have no stories: one of five communes would be a fifth of the whole.
const ENOUGH: usize = 10;

impl Stories {
    /// Plants stories among `communes`; a weak commune is weak since `weak_from`.
    pub fn plant(communes: &[UnitId], packs: &[String], weak_from: Date) -> Stories {
        let mut stories = Stories { weak_from: Some(weak_from), ..Stories::default() };
        if communes.len() < ENOUGH {
            return stories;
        }
        let lowest = |what: &str, pack: &str| {
            let mut all: Vec<(u64, UnitId)> = communes
                .iter()
                .map(|u| (Chance::of([name(what), name(pack), *u as u64, 0]).draw(), *u))
                .collect();
            all.sort_unstable();
            all
        };
        let late: Vec<UnitId> = lowest("late", "").into_iter().take(3).map(|l| l.1).collect();
        for (i, pack) in packs.iter().enumerate() {
            // Of the three, two are late in each field.
            for (k, unit) in late.iter().enumerate() {
                if i % 3 != k {
                    stories.late.insert((*unit, pack.clone()));
                }
            }
            if let Some((_, unit)) = lowest("weak", pack).into_iter().find(|w| !late.contains(&w.1)) {
                stories.weak.insert(pack.clone(), unit);
            }
        }
        stories
    }

    /// Whether `unit` reports the field late, always.
    pub fn is_late(&self, unit: UnitId, pack: &str) -> bool {
        self.late.contains(&(unit, pack.to_owned()))
    }

    /// The commune that does badly in a field.
    pub fn weak(&self, pack: &str) -> Option<UnitId> {
        self.weak.get(pack).copied()
    }

    /// Whether `unit` does badly in the field in `period`.
    pub fn is_weak(&self, unit: UnitId, pack: &str, period: Period) -> bool {
        self.weak(pack) == Some(unit) && self.weak_from.is_some_and(|from| period.last_day() >= from)
    }

    /// When the final figures of a field arrive: in office hours of a day before they are due; of a late unit
    /// only when the next period is nearly over.
    pub fn reported_at(&self, unit: UnitId, pack: &str, period: Period, due_days: i32) -> Instant {
        let mut chance = Chance::of([name(pack), unit as u64, period_number(period), name("reported")]);
        let last = period.last_day();
        let day = if self.is_late(unit, pack) {
            last.add_days(due_days.max(1) + period.days().min(31) + 3)
        } else {
            let wait = (chance.fraction() * f64::from(due_days)) as i32;
            last.add_days(1 + wait.min(due_days - 1).max(0))
        };
        day.at(TimeOfDay((7 * 3600 + 1800) + (chance.fraction() * 9.0 * 3600.0) as u32))
    }

    /// How the figure of a period stands at `now`: `None` when nothing has come yet. A running day, week or
    /// month has estimates («ước») once enough of it is over; longer periods and slow reports have none.
    pub fn arrived(
        &self,
        unit: UnitId,
        pack: &str,
        period: Period,
        due_days: i32,
        now: Instant,
    ) -> Option<Arrived> {
        let at = self.reported_at(unit, pack, period, due_days);
        if at <= now {
            return Some(Arrived { at, estimated: false });
        }
        let wait = match period.calendar {
            Calendar::Day => 0,
            Calendar::Week => 2,
            Calendar::Month | Calendar::ReportMonth => 14,
            _ => return None,
        };
        if due_days > 15 || self.is_late(unit, pack) {
            return None;
        }
        let seconds =
            Chance::of([name(pack), unit as u64, period_number(period), name("estimated")]).fraction();
        let at = period.first_day().add_days(wait).at(TimeOfDay(6 * 3600 + (seconds * 3600.0) as u32));
        (at <= now).then_some(Arrived { at, estimated: true })
    }
}

/// A number for a period, for seeds.
pub fn period_number(period: Period) -> u64 {
    (period.calendar.code() as u64) << 32 | u64::from(period.index as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stories() -> (Stories, Vec<UnitId>, Vec<String>) {
        let communes: Vec<UnitId> = (1000..1103).collect();
        let packs: Vec<String> = ["admin", "economy", "health"].map(str::to_owned).to_vec();
        (Stories::plant(&communes, &packs, Date::from_ymd(2026, 8, 1).unwrap()), communes, packs)
    }

    #[test]
    fn two_units_are_late_in_each_field_and_another_one_is_weak() {
        let (stories, communes, packs) = stories();
        for pack in &packs {
            let late: Vec<_> = communes.iter().filter(|u| stories.is_late(**u, pack)).collect();
            assert_eq!(late.len(), 2);
            let weak = stories.weak(pack).unwrap();
            assert!(!late.contains(&&weak));
        }
    }

    #[test]
    fn whoever_is_not_late_has_reported_when_the_period_is_due() {
        let (stories, communes, packs) = stories();
        for code in ["2026-10", "2026-11-20", "2026-W46", "2026-Q3"] {
            let period = Period::from_code(code).unwrap();
            for days in [1, 5, 30] {
                let due = period.last_day().add_days(days + 1).start();
                for unit in &communes {
                    let arrived = stories.arrived(*unit, &packs[0], period, days, due);
                    let in_time = arrived.is_some_and(|a| !a.estimated && a.at > period.last_day().start());
                    assert_eq!(in_time, !stories.is_late(*unit, &packs[0]), "{code} {days} {unit}");
                }
            }
        }
    }

    #[test]
    fn nothing_comes_before_its_period() {
        let (stories, communes, packs) = stories();
        let now = Date::from_ymd(2026, 11, 30).unwrap().start();
        let period = Period::from_code("2026-12").unwrap();
        assert!(communes.iter().all(|u| stories.arrived(*u, &packs[0], period, 5, now).is_none()));
    }
}
