//! Growing pauses after wrong passwords: a guesser is slowed to four guesses an hour, and somebody who
//! mistyped waits half a minute.
//!
//! A try is charged *before* the password is looked at and given back when it was right, so that many tries
//! at once gain nothing.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};

use foundation::{Error, Instant, Kind};

/// So many wrong tries cost no pause.
pub const FREE: i64 = 4;
/// The first pause.
const FIRST_S: i64 = 30;
/// No pause is longer.
const LONGEST_S: i64 = 900;
/// So many wrong tries may come from one address in [`WINDOW_S`]; a whole office can share one.
const PER_ADDRESS: i64 = 60;
/// The time over which an address is counted.
const WINDOW_S: i64 = 600;
/// What is remembered at most, so that inventing names fills no memory.
const REMEMBERED: usize = 10_000;

/// Until when nobody may try again after try number `failures` (from 1) at `now`.
pub fn until(failures: i64, now: Instant) -> Option<Instant> {
    let over = failures - FREE - 1;
    let seconds = || FIRST_S.saturating_mul(1 << over.min(10)).min(LONGEST_S);
    (over >= 0).then(|| now.plus_seconds(seconds()))
}

/// «Try again in … minutes».
pub fn paused(until: Instant, now: Instant) -> Error {
    let seconds = (until.since(now) / 1_000_000).max(1);
    let wait =
        if seconds < 90 { format!("{seconds} giây") } else { format!("{} phút", (seconds + 59) / 60) };
    Error::new(Kind::TooMany, "paused", format!("Đã sai nhiều lần. Hãy thử lại sau {wait}."))
}

#[derive(Clone, Copy)]
struct Count {
    tries: i64,
    since: Instant,
    until: Option<Instant>,
}

/// Counts the wrong tries of those who have no row in the database: addresses, and names that no account has.
pub struct Pauses<K>(Mutex<HashMap<K, Count>>);

impl<K> Default for Pauses<K> {
    fn default() -> Self {
        Pauses(Mutex::default())
    }
}

impl<K: Hash + Eq + Clone> Pauses<K> {
    fn all(&self) -> MutexGuard<'_, HashMap<K, Count>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn count(&self, key: &K, now: Instant, keep_s: i64) -> Count {
        let mut all = self.all();
        let old = now.plus_seconds(-keep_s);
        if all.len() >= REMEMBERED {
            all.retain(|_, c| c.since > old);
        }
        if all.len() >= REMEMBERED {
            all.clear();
        }
        let count = all.entry(key.clone()).or_insert(Count { tries: 0, since: now, until: None });
        if count.since <= old {
            *count = Count { tries: 0, since: now, until: None };
        }
        count.tries += 1;
        *count
    }

    /// Charges a try of a name that no account has, as the database does for those that exist.
    pub fn charge_name(&self, key: &K, now: Instant) -> Result<(), Error> {
        let before = self.all().get(key).and_then(|c| c.until);
        if let Some(end) = before.filter(|end| *end > now) {
            return Err(paused(end, now));
        }
        let count = self.count(key, now, 86_400);
        if let Some(kept) = self.all().get_mut(key) {
            kept.until = until(count.tries, now);
        }
        Ok(())
    }

    /// Refuses an address that has been wrong too often lately.
    pub fn check_address(&self, key: &K, now: Instant) -> Result<(), Error> {
        let count = self.all().get(key).copied();
        match count.filter(|c| c.tries >= PER_ADDRESS && c.since > now.plus_seconds(-WINDOW_S)) {
            Some(c) => Err(paused(c.since.plus_seconds(WINDOW_S), now)),
            None => Ok(()),
        }
    }

    /// Counts a wrong try from an address.
    pub fn charge_address(&self, key: &K, now: Instant) {
        self.count(key, now, WINDOW_S);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Instant = Instant(0);

    #[test]
    fn four_mistakes_are_free_then_the_pauses_double_up_to_a_quarter_of_an_hour() {
        let pauses: Vec<Option<i64>> = (1..=12).map(|n| until(n, NOW).map(Instant::seconds)).collect();
        assert_eq!(pauses[..4], [None; 4]);
        let rest: Vec<i64> = pauses[4..].iter().map(|p| p.unwrap()).collect();
        assert_eq!(rest, [30, 60, 120, 240, 480, 900, 900, 900]);
        assert_eq!(until(i64::MAX, NOW), Some(Instant(900_000_000)));
    }

    #[test]
    fn a_name_that_nobody_has_is_paused_like_one_that_exists() {
        let names = Pauses::default();
        for _ in 0..=FREE {
            names.charge_name(&"ai", NOW).unwrap();
        }
        assert_eq!(names.charge_name(&"ai", NOW).unwrap_err().code(), "paused");
        names.charge_name(&"ai", NOW.plus_seconds(31)).unwrap();
        assert!(names.charge_name(&"ai", NOW.plus_seconds(60)).is_err());
    }

    #[test]
    fn an_address_that_is_wrong_too_often_waits_and_then_may_try_again() {
        let addresses = Pauses::default();
        for _ in 0..PER_ADDRESS {
            addresses.check_address(&1, NOW).unwrap();
            addresses.charge_address(&1, NOW);
        }
        assert!(addresses.check_address(&1, NOW).is_err());
        assert!(addresses.check_address(&2, NOW).is_ok());
        assert!(addresses.check_address(&1, NOW.plus_seconds(WINDOW_S + 1)).is_ok());
    }

    #[test]
    fn invented_names_do_not_fill_the_memory() {
        let names = Pauses::default();
        for n in 0..REMEMBERED * 2 + 5 {
            let _ = names.charge_name(&n, NOW);
        }
        assert!(names.all().len() <= REMEMBERED);
    }
}
