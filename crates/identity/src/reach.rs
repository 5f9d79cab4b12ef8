//! Which units a grant reaches: the subtree of its unit today, and everything of the past that went into it
//! whole.
//!
//! A grant follows whole successors: who was responsible for a commune that was merged whole into another is
//! responsible for that one. What was split waits for an administrator, because nobody can guess which part
//! was meant.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use foundation::Date;
use kit::UnitId;
use units::Map;

/// No chain of mergers is longer.
const LONGEST_CHAIN: usize = 16;

/// Where the unit of a grant stands today.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// It is this unit now.
    Here(UnitId),
    /// It is no more, and became these in part: an administrator says which.
    Split(Vec<UnitId>),
    /// Nothing is known about it today.
    Unknown,
}

/// Where `unit` stands on `day`.
pub fn standing(map: &Map, unit: UnitId, day: Date) -> Standing {
    let mut at = unit;
    for _ in 0..LONGEST_CHAIN {
        if map.on(at, day).is_some() {
            return Standing::Here(at);
        }
        let next: Vec<_> = map.successors(at).iter().filter(|s| s.effective <= day).collect();
        match next.as_slice() {
            [] => return Standing::Unknown,
            [one] if one.whole => at = one.new,
            several => return Standing::Split(several.iter().map(|s| s.new).collect()),
        }
    }
    Standing::Unknown
}

/// The units that a grant on `unit` reaches on `day`; none when it waits for an administrator.
pub fn units(map: &Map, unit: UnitId, day: Date) -> BTreeSet<UnitId> {
    let Standing::Here(root) = standing(map, unit, day) else { return BTreeSet::new() };
    let mut found: BTreeSet<UnitId> = map.subtree(root, day).into_iter().collect();
    let agencies = map.versions().iter().filter(|v| v.holds_on(day));
    let agencies: Vec<UnitId> =
        agencies.filter(|v| v.place.is_some_and(|p| found.contains(&p))).map(|v| v.unit).collect();
    found.extend(agencies);
    let mut open: Vec<UnitId> = found.iter().copied().collect();
    while let Some(at) = open.pop() {
        for old in map.predecessors(at).filter(|s| s.effective <= day).map(|s| s.old) {
            let whole = map.successors(old).iter().all(|s| found.contains(&s.new));
            if !whole || found.contains(&old) {
                continue;
            }
            let end = map.history(old).last().and_then(|v| v.valid_to);
            let last = end.map_or(day, |end| end.add_days(-1));
            open.extend(map.subtree(old, last).into_iter().filter(|u| found.insert(*u)));
        }
    }
    found
}

type Sets = HashMap<UnitId, Arc<BTreeSet<UnitId>>>;

/// Remembers what grants reach until the units or the day change.
#[derive(Default)]
pub struct Reaches(Mutex<Option<(Arc<Map>, Date, Sets)>>);

impl Reaches {
    /// As [`units`].
    pub fn units(&self, map: &Arc<Map>, unit: UnitId, day: Date) -> Arc<BTreeSet<UnitId>> {
        {
            let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some((of, on, sets)) = known.as_ref()
                && Arc::ptr_eq(of, map)
                && *on == day
                && let Some(set) = sets.get(&unit)
            {
                return set.clone();
            }
        }
        let set = Arc::new(units(map, unit, day));
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match known.as_mut() {
            Some((of, on, sets)) if Arc::ptr_eq(of, map) && *on == day => {
                sets.insert(unit, set.clone());
            }
            _ => *known = Some((map.clone(), day, HashMap::from([(unit, set.clone())]))),
        }
        set
    }
}

#[cfg(test)]
mod tests {
    use units::{Level, Succession, Version};

    use super::*;

    fn version(unit: UnitId, parent: Option<UnitId>, from: i32, to: Option<i32>) -> Version {
        let level = if parent.is_none() { Level::Province } else { Level::Commune };
        let plain = Version::plain(unit, level, "Xã", &format!("{unit:05}"), &unit.to_string());
        Version { valid_from: Date(from), valid_to: to.map(Date), parent, ..plain }
    }

    fn became(old: UnitId, new: UnitId, share: f64) -> Succession {
        Succession {
            old,
            new,
            effective: Date(100),
            whole: share == 1.0,
            share,
            basis: "test".into(),
            legal_ref: None,
            verified: true,
        }
    }

    /// Province 1 with 11 and 12; on day 100 the province 2 joins it, 21 whole into 13, 22 half into 13 and
    /// half into 31, which lies in province 3.
    fn map() -> Map {
        let mut versions = vec![
            version(1, None, 0, None),
            version(2, None, 0, Some(100)),
            version(3, None, 0, None),
            version(11, Some(1), 0, None),
            version(12, Some(1), 0, None),
            version(13, Some(1), 100, None),
            version(21, Some(2), 0, Some(100)),
            version(22, Some(2), 0, Some(100)),
            version(31, Some(3), 0, None),
        ];
        versions.sort_by_key(|v| (v.unit, v.valid_from));
        let successions =
            vec![became(2, 1, 1.0), became(21, 13, 1.0), became(22, 13, 0.5), became(22, 31, 0.5)];
        Map::new(versions, successions, Vec::new())
    }

    const BEFORE: Date = Date(99);
    const AFTER: Date = Date(100);

    #[test]
    fn a_grant_reaches_the_subtree_of_its_unit() {
        assert_eq!(units(&map(), 1, BEFORE), [1, 11, 12].into());
        assert_eq!(units(&map(), 12, BEFORE), [12].into());
    }

    #[test]
    fn a_grant_follows_its_unit_into_a_whole_successor() {
        assert_eq!(standing(&map(), 21, BEFORE), Standing::Here(21));
        assert_eq!(standing(&map(), 21, AFTER), Standing::Here(13));
        assert!(units(&map(), 21, AFTER).contains(&13));
    }

    #[test]
    fn a_grant_on_a_unit_that_was_split_waits_and_reaches_nothing() {
        assert_eq!(standing(&map(), 22, AFTER), Standing::Split(vec![13, 31]));
        assert!(units(&map(), 22, AFTER).is_empty());
    }

    #[test]
    fn a_grant_reaches_the_past_of_what_went_into_its_units_whole() {
        assert_eq!(units(&map(), 13, AFTER), [13, 21].into());
        assert_eq!(units(&map(), 1, AFTER), [1, 2, 11, 12, 13, 21, 22].into());
        assert_eq!(units(&map(), 3, AFTER), [3, 31].into());
    }

    #[test]
    fn what_was_reached_is_remembered_only_for_the_same_units_and_day() {
        let (reaches, map) = (Reaches::default(), Arc::new(map()));
        assert_eq!(reaches.units(&map, 1, BEFORE).len(), 3);
        assert_eq!(reaches.units(&map, 1, AFTER).len(), 7);
        assert!(Arc::ptr_eq(&reaches.units(&map, 1, AFTER), &reaches.units(&map, 1, AFTER)));
    }
}
