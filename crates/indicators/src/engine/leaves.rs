//! Leaves: what units told for one period of one indicator, held in memory so that a roll-up, a map or a
//! table costs no query.
//!
//! A change throws away exactly the periods it touched. The memory is bounded: the least recently read
//! periods go first.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use foundation::{Calendar, Instant, Result};
use kit::UnitId;
use storage::Db;

use crate::observations::{self, Shown};

/// How many leaves of today's knowledge are held at most: about 40 MB.
const ROOM: usize = 800_000;
/// How many of earlier knowledge.
const ROOM_PAST: usize = 100_000;

/// How many indicators are read ahead with one query.
const AHEAD: usize = 20;

/// What one unit told.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Leaf {
    /// Whose.
    pub unit: UnitId,
    /// The value.
    pub value: f64,
    /// When we learnt it.
    pub known_at: Instant,
    /// From whom.
    pub source: i32,
    /// Whether it is an estimate.
    pub estimated: bool,
}

/// The leaves of one period, by unit.
pub type Period = Arc<[Leaf]>;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Key {
    indicator: i64,
    calendar: i32,
    period: i32,
    as_known: Option<Instant>,
}

struct Held {
    room: usize,
    periods: HashMap<Key, (Period, u64)>,
    size: usize,
    tick: u64,
    /// Grows with every change, so that a load that began before a change is not kept.
    changes: u64,
}

/// The memory of leaves.
pub struct Leaves(Mutex<Held>);

/// Makes leaves of shown rows (ordered by period, unit, dims): the row without dims, or else the sum of those
/// with.
pub fn gather(rows: &[Shown]) -> Vec<(i32, Vec<Leaf>)> {
    let mut periods: Vec<(i32, Vec<Leaf>)> = Vec::new();
    let mut total_of: Option<(i32, UnitId)> = None;
    for row in rows {
        let Some(value) = row.value else { continue };
        if periods.last().is_none_or(|(p, _)| *p != row.period) {
            periods.push((row.period, Vec::new()));
        }
        let Some((_, leaves)) = periods.last_mut() else { continue };
        if row.dims.is_empty() {
            total_of = Some((row.period, row.unit));
        } else if total_of == Some((row.period, row.unit)) {
            continue;
        }
        match leaves.last_mut() {
            Some(last) if last.unit == row.unit => {
                last.value += value;
                last.known_at = last.known_at.max(row.known_at);
                last.estimated |= row.estimated;
            }
            _ => leaves.push(Leaf {
                unit: row.unit,
                value,
                known_at: row.known_at,
                source: row.source as i32,
                estimated: row.estimated,
            }),
        }
    }
    periods
}

impl Leaves {
    fn with_room(room: usize) -> Leaves {
        Leaves(Mutex::new(Held { room, periods: HashMap::new(), size: 0, tick: 0, changes: 0 }))
    }

    /// A memory of what is known now.
    pub fn now() -> Leaves {
        Leaves::with_room(ROOM)
    }

    /// A memory of what was known at earlier moments, so that a table of a hundred units asks once. Any
    /// change clears it: what is known at a moment that has not passed may still grow.
    pub fn past() -> Leaves {
        Leaves::with_room(ROOM_PAST)
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The leaves of the periods `from..=to`, from memory or read at once.
    pub async fn get(
        &self,
        db: &Db,
        indicator: i64,
        calendar: Calendar,
        (from, to): (i32, i32),
        as_known: Option<Instant>,
    ) -> Result<Vec<Period>> {
        let key = |period| Key { indicator, calendar: calendar.code(), period, as_known };
        // What is there is taken at once: it may be forgotten while the rest is read.
        let (mut found, changes) = {
            let mut held = self.held();
            held.tick += 1;
            let tick = held.tick;
            let mut take = |period| {
                held.periods.get_mut(&key(period)).map(|(leaves, used)| {
                    *used = tick;
                    leaves.clone()
                })
            };
            let found: Vec<Option<Period>> = (from..=to).map(&mut take).collect();
            (found, held.changes)
        };
        let lacks = |found: &Option<Period>| found.is_none();
        if let (Some(first), Some(last)) = (found.iter().position(lacks), found.iter().rposition(lacks)) {
            let (first, last) = (from + first as i32, from + last as i32);
            let rows = match as_known {
                None => observations::shown(db, indicator, calendar, first, last).await?,
                Some(at) => observations::shown_as_known(db, indicator, calendar, first, last, at).await?,
            };
            let mut read: HashMap<i32, Vec<Leaf>> = gather(&rows).into_iter().collect();
            let mut held = self.held();
            for period in first..=last {
                let leaves = Period::from(read.remove(&period).unwrap_or_default());
                if held.changes == changes {
                    held.keep(key(period), leaves.clone());
                }
                found[(period - from) as usize] = Some(leaves);
            }
        }
        Ok(found.into_iter().flatten().collect())
    }

    /// Reads the periods `from..=to` of many indicators into memory with one query, those that are not there.
    pub async fn read_ahead(
        &self,
        db: &Db,
        indicators: &[i64],
        calendar: Calendar,
        from: i32,
        to: i32,
    ) -> Result<()> {
        let key = |indicator, period| Key { indicator, calendar: calendar.code(), period, as_known: None };
        let (missing, changes) = {
            let held = self.held();
            let lacks = |i: &&i64| (from..=to).any(|p| !held.periods.contains_key(&key(**i, p)));
            (indicators.iter().filter(lacks).copied().collect::<Vec<i64>>(), held.changes)
        };
        for some in missing.chunks(AHEAD) {
            let mut rows: HashMap<i64, Vec<Shown>> =
                observations::shown_of_many(db, some, calendar, from, to).await?.into_iter().collect();
            let mut held = self.held();
            if held.changes != changes {
                // Something was told meanwhile: who asks reads for themselves.
                return Ok(());
            }
            for indicator in some {
                let shown = rows.remove(indicator).unwrap_or_default();
                let mut found: HashMap<i32, Vec<Leaf>> = gather(&shown).into_iter().collect();
                for period in from..=to {
                    let leaves = found.remove(&period).unwrap_or_default();
                    held.keep(key(*indicator, period), Period::from(leaves));
                }
            }
        }
        Ok(())
    }

    /// Forgets what a change touched.
    pub fn forget(&self, indicator: i64, calendar: i32, from: i32, to: i32) {
        let mut held = self.held();
        held.changes += 1;
        if to.saturating_sub(from) > 10_000 {
            held.periods.retain(|k, _| k.indicator != indicator);
            held.size = held.periods.values().map(|(p, _)| p.len() + 1).sum();
            return;
        }
        for period in from..=to {
            if let Some((leaves, _)) =
                held.periods.remove(&Key { indicator, calendar, period, as_known: None })
            {
                held.size -= leaves.len() + 1;
            }
        }
    }

    /// Forgets everything.
    pub fn clear(&self) {
        let mut held = self.held();
        held.changes += 1;
        held.periods.clear();
        held.size = 0;
    }

    /// How many leaves are held.
    pub fn size(&self) -> usize {
        self.held().size
    }
}

impl Held {
    fn keep(&mut self, key: Key, leaves: Period) {
        self.size += leaves.len() + 1;
        if let Some((old, _)) = self.periods.insert(key, (leaves, self.tick)) {
            self.size -= old.len() + 1;
        }
        if self.size > self.room {
            // Half of what was read longest ago.
            let mut ticks: Vec<u64> = self.periods.values().map(|(_, t)| *t).collect();
            let middle = ticks.len() / 2;
            let (_, median, _) = ticks.select_nth_unstable(middle);
            let bound = *median;
            self.periods.retain(|_, (_, tick)| *tick > bound);
            self.size = self.periods.values().map(|(p, _)| p.len() + 1).sum();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(period: i32, unit: UnitId, dims: &str, value: Option<f64>) -> Shown {
        Shown { period, unit, dims: dims.into(), source: 1, value, estimated: false, known_at: Instant(0) }
    }

    #[test]
    fn the_row_without_dims_is_the_total() {
        let rows = [row(1, 7, "", Some(10.0)), row(1, 7, "sex=f", Some(4.0)), row(1, 7, "sex=m", Some(6.0))];
        let periods = gather(&rows);
        assert_eq!(periods[0].1.iter().map(|l| l.value).collect::<Vec<_>>(), [10.0]);
    }

    #[test]
    fn without_a_total_the_dims_add_up() {
        let rows =
            [row(1, 7, "sex=f", Some(4.0)), row(1, 7, "sex=m", Some(6.0)), row(1, 8, "sex=f", Some(1.0))];
        let periods = gather(&rows);
        assert_eq!(periods[0].1.iter().map(|l| l.value).collect::<Vec<_>>(), [10.0, 1.0]);
    }

    #[test]
    fn a_value_taken_back_is_missing() {
        assert!(gather(&[row(1, 7, "", None)]).is_empty());
    }
}
