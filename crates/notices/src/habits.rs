//! When somebody is told: quiet hours, the daily letter. Pure; nothing here asks for the time.

use std::collections::HashMap;

use foundation::{Date, Instant, Result, TimeOfDay, error::invalid};

use crate::book::Tongue;
use crate::channel::Via;
use crate::kinds::Kind;

/// A part of the day, from its first moment to before its last; it may go over midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quiet {
    /// It begins.
    pub from: TimeOfDay,
    /// It is over.
    pub to: TimeOfDay,
}

/// The night of whoever did not say otherwise where the place says nothing, 21:00–06:30.
pub const NIGHT: Quiet = Quiet { from: TimeOfDay(21 * 3600), to: TimeOfDay(6 * 3600 + 1800) };

/// When the daily letter goes.
pub const DAILY: TimeOfDay = TimeOfDay(7 * 3600);

impl Quiet {
    /// Reads `21:00-06:30`.
    ///
    /// Errors: `quiet_hours`.
    pub fn parse(text: &str) -> Result<Quiet> {
        let wrong = || invalid("quiet_hours", format!("Giờ yên tĩnh «{text}» cần viết như 21:00-06:30."));
        let (from, to) = text.split_once(['-', '–']).ok_or_else(wrong)?;
        let time = |t: &str| TimeOfDay::parse(t.trim()).map_err(|e| wrong().because(e));
        Ok(Quiet { from: time(from)?, to: time(to)? })
    }

    /// Whether it is quiet at this time of day. From a time to itself is never.
    pub fn holds(self, time: TimeOfDay) -> bool {
        match self.from.0 <= self.to.0 {
            true => (self.from.0..self.to.0).contains(&time.0),
            false => time.0 >= self.from.0 || time.0 < self.to.0,
        }
    }

    /// When it ends, if it is quiet at this moment.
    pub fn until(self, at: Instant) -> Option<Instant> {
        let (day, time) = (Date::of(at), TimeOfDay::of(at));
        let over_midnight = self.from.0 > self.to.0 && time.0 >= self.from.0;
        let end = if over_midnight { day.add_days(1) } else { day };
        self.holds(time).then(|| end.at(self.to))
    }
}

/// How a person wants to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Habits {
    /// The language; none: that of the registry.
    pub tongue: Option<Tongue>,
    /// E-mail once a day.
    pub daily: bool,
    /// When nothing rings.
    pub quiet: Option<Quiet>,
    /// (kind or `*`, way) → whether they want it.
    pub choices: HashMap<(String, Via), bool>,
}

impl Default for Habits {
    fn default() -> Habits {
        Habits { tongue: None, daily: false, quiet: Some(NIGHT), choices: HashMap::new() }
    }
}

impl Habits {
    /// Whether they want this kind this way.
    pub fn wants(&self, kind: &Kind, via: Via) -> bool {
        if !kind.possible.contains(&via) {
            return false;
        }
        if kind.always {
            return true;
        }
        let chosen = |name: &str| self.choices.get(&(name.to_owned(), via)).copied();
        match chosen("*") {
            Some(false) => false,
            _ => chosen(kind.name).unwrap_or(kind.ways.contains(&via)),
        }
    }

    /// Whether a message waits for the daily letter.
    pub fn gathers(&self, kind: &Kind, via: Via, urgent: bool) -> bool {
        self.daily && via == Via::Email && !urgent && !kind.always
    }

    /// The first moment from `now` on at which a message may go.
    pub fn moment(&self, kind: &Kind, via: Via, urgent: bool, now: Instant) -> Instant {
        let from = match self.gathers(kind, via, urgent) {
            true => next(DAILY, now),
            false => now,
        };
        self.rest(kind, urgent, from).unwrap_or(from)
    }

    /// When the quiet hours end, if a message may not go at this moment.
    pub fn rest(&self, kind: &Kind, urgent: bool, at: Instant) -> Option<Instant> {
        self.quiet.filter(|_| !urgent && !kind.always)?.until(at)
    }
}

/// The next time it is `time`, from `now` on.
fn next(time: TimeOfDay, now: Instant) -> Instant {
    let today = Date::of(now).at(time);
    if today >= now { today } else { Date::of(now).add_days(1).at(time) }
}

/// How long to wait after the try number `attempts`, in seconds: half a minute, then four times as long each
/// time. None: given up, after about a day and a half.
pub fn pause(attempts: i64) -> Option<i64> {
    match attempts {
        ..=0 => Some(30),
        1..=6 => Some(30 * 4_i64.pow(attempts as u32 - 1)),
        7 => Some(86_400),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::kinds::kind;

    fn moment(day: &str, hour: u32, minute: u32) -> Instant {
        Date::parse(day).unwrap().at(TimeOfDay::from_hm(hour, minute).unwrap())
    }

    #[test]
    fn quiet_hours_are_read_as_they_are_written() {
        assert_eq!(Quiet::parse("21:00-06:30").unwrap(), NIGHT);
        assert_eq!(Quiet::parse(" 21:00 – 6:30 ").unwrap(), NIGHT);
        for bad in ["", "21:00", "21-", "25:00-06:00", "none"] {
            assert_eq!(Quiet::parse(bad).unwrap_err().code(), "quiet_hours", "{bad}");
        }
    }

    #[test]
    fn at_night_a_message_waits_for_the_morning_and_an_urgent_one_does_not() {
        let (habits, answered) = (Habits::default(), kind("case.answered").unwrap());
        let night = moment("2026-11-26", 22, 15);
        let morning = moment("2026-11-27", 6, 30);
        assert_eq!(habits.moment(answered, Via::Sms, false, night), morning);
        assert_eq!(habits.moment(answered, Via::Sms, false, moment("2026-11-27", 3, 0)), morning);
        assert_eq!(habits.moment(answered, Via::Sms, false, morning), morning);
        assert_eq!(habits.moment(answered, Via::Sms, true, night), night);
        assert_eq!(habits.moment(kind("sign_in.code").unwrap(), Via::Sms, false, night), night);
        let never = Habits { quiet: None, ..Habits::default() };
        assert_eq!(never.moment(answered, Via::Sms, false, night), night);
    }

    #[test]
    fn the_daily_letter_goes_at_seven_by_email_alone() {
        let (habits, due) = (Habits { daily: true, ..Habits::default() }, kind("case.due_soon").unwrap());
        let noon = moment("2026-11-26", 12, 0);
        assert_eq!(habits.moment(due, Via::Email, false, noon), moment("2026-11-27", 7, 0));
        assert_eq!(habits.moment(due, Via::Push, false, noon), noon);
        assert_eq!(habits.moment(due, Via::Email, true, noon), noon);
        let late = Quiet { from: TimeOfDay(20 * 3600), to: TimeOfDay(8 * 3600) };
        let sleeper = Habits { quiet: Some(late), ..habits };
        assert_eq!(sleeper.moment(due, Via::Email, false, noon), moment("2026-11-27", 8, 0));
    }

    #[test]
    fn a_choice_beats_the_kind_all_off_beats_a_choice_and_a_code_beats_all() {
        let answered = kind("case.answered").unwrap();
        let mut habits = Habits::default();
        assert!(habits.wants(answered, Via::Email) && !habits.wants(answered, Via::Sms));
        habits.choices.insert(("case.answered".into(), Via::Sms), true);
        assert!(habits.wants(answered, Via::Sms));
        habits.choices.insert(("*".into(), Via::Sms), false);
        assert!(!habits.wants(answered, Via::Sms) && habits.wants(answered, Via::Email));
        assert!(habits.wants(kind("sign_in.code").unwrap(), Via::Sms));
        assert!(!habits.wants(kind("sign_in.code").unwrap(), Via::App));
    }

    #[test]
    fn pauses_grow_and_end() {
        let all: Vec<i64> = (1..).map_while(pause).collect();
        assert!(all.is_sorted() && all.len() == 7);
        assert_eq!((all[0], all[1], all[6]), (30, 120, 86_400));
        assert_eq!(all.iter().sum::<i64>() / 3600, 35, "hours");
    }

    proptest! {
        #[test]
        fn nothing_rings_in_quiet_hours_and_nothing_waits_longer_than_two_days(
            from in 0..86_400u32, to in 0..86_400u32, now in 0..4_000_000_000_000_000_i64, daily: bool
        ) {
            let quiet = Quiet { from: TimeOfDay(from), to: TimeOfDay(to) };
            let habits = Habits { quiet: Some(quiet), daily, ..Habits::default() };
            let (kind, now) = (kind("case.assigned").unwrap(), Instant(now));
            for via in Via::ALL {
                let at = habits.moment(kind, via, false, now);
                prop_assert!(at >= now && at.since(now) <= 2 * 86_400 * 1_000_000);
                prop_assert!(!quiet.holds(TimeOfDay::of(at)), "{:?}", TimeOfDay::of(at));
                prop_assert_eq!(habits.moment(kind, via, true, now), now);
                // A moment that may be used is its own: asked again, nothing moves (but the daily letter's).
                if !habits.gathers(kind, via, false) {
                    prop_assert_eq!(habits.moment(kind, via, false, at), at);
                }
            }
        }
    }
}
