//! When a time limit runs out, and how that came about. Pure.

use foundation::working::{MOST_DAYS, Run, Why};
use foundation::{Date, Instant, Result, error::invalid};

use super::Named;

/// The longest limits.
const MOST_HOURS: i64 = 20_000;
const MOST_WORKING_DAYS: i32 = 5_000;

/// How long a limit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// So many microseconds of working time.
    Micros(i64),
    /// So many working days; the first day is not counted, and it ends when the last day's work ends.
    Days(i32),
}

/// Digits, and the part behind a comma or a dot, of at most two digits.
fn decimal(text: &str) -> Option<(i64, i64)> {
    let (whole, part) = text.split_once([',', '.']).unwrap_or((text, "0"));
    let digits =
        |t: &str, most: usize| (1..=most).contains(&t.len()) && t.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole, 9) || !digits(part, 2) {
        return None;
    }
    let hundredths = part.parse::<i64>().ok()? * if part.len() == 1 { 10 } else { 1 };
    Some((whole.parse().ok()?, hundredths))
}

impl Limit {
    /// Reads hours: «8», «1,5», «0.25».
    ///
    /// Errors: `hours_unreadable`.
    pub fn hours(text: &str) -> Result<Limit> {
        let micros = decimal(text.trim()).map(|(whole, part)| (whole * 100 + part) * 36_000_000);
        match micros {
            Some(micros) if micros > 0 && micros <= MOST_HOURS * 3_600_000_000 => Ok(Limit::Micros(micros)),
            _ => {
                let why = format!("Số giờ ghi như 8 hoặc 1,5: lớn hơn 0, không quá {MOST_HOURS}.");
                Err(invalid("hours_unreadable", why))
            }
        }
    }

    /// Reads whole minutes.
    ///
    /// Errors: `minutes_unreadable`.
    pub fn minutes(text: &str) -> Result<Limit> {
        let most = MOST_HOURS * 60;
        match decimal(text.trim()) {
            Some((whole @ 1.., 0)) if whole <= most => Ok(Limit::Micros(whole * 60_000_000)),
            _ => Err(invalid("minutes_unreadable", format!("Số phút là số nguyên từ 1 đến {most}."))),
        }
    }

    /// Reads whole working days.
    ///
    /// Errors: `days_unreadable`.
    pub fn days(text: &str) -> Result<Limit> {
        match decimal(text.trim()) {
            Some((whole @ 1.., 0)) if whole <= MOST_WORKING_DAYS.into() => Ok(Limit::Days(whole as i32)),
            _ => {
                let why = format!("Số ngày làm việc là số nguyên từ 1 đến {MOST_WORKING_DAYS}.");
                Err(invalid("days_unreadable", why))
            }
        }
    }
}

/// One line of the explanation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    /// The date.
    pub date: Date,
    /// What is counted on it.
    pub what: What,
}

/// What is counted on a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// Working time, in microseconds.
    Time {
        /// From this moment.
        from: Instant,
        /// Until this one.
        to: Instant,
        /// For so long.
        micros: i64,
        /// Those and all before.
        so_far: i64,
    },
    /// A working day, counted so far.
    Day(i32),
    /// The day on which a limit of days begins, which is not counted.
    First,
    /// Nothing.
    Nothing(Why),
}

/// A deadline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deadline {
    /// From when it was reckoned.
    pub from: Instant,
    /// When it runs out.
    pub at: Instant,
    /// Day by day; `None` when there are more than [`MOST_DAYS`].
    pub lines: Option<Vec<Line>>,
}

/// The date to which the end of a span belongs: midnight is the end of the day before.
pub fn day_of_end(at: Instant) -> Date {
    Date::of(Instant(at.0.saturating_sub(1)))
}

impl Deadline {
    /// Reckons one.
    ///
    /// Errors: `deadline_too_far` when the calendar gives it no end within about a hundred years.
    pub fn of(named: &Named, from: Instant, limit: Limit) -> Result<Deadline> {
        let calendar = &named.calendar;
        match limit {
            Limit::Micros(micros) => {
                let at = calendar.add_working_micros(from, micros)?;
                let line = |step: foundation::working::Step| {
                    let what = match step.run {
                        Run::Works { from, to, micros, so_far } => What::Time { from, to, micros, so_far },
                        Run::Stands(why) => What::Nothing(why),
                    };
                    Line { date: step.date, what }
                };
                let steps = calendar.steps(from, at).ok();
                Ok(Deadline { from, at, lines: steps.map(|all| all.into_iter().map(line).collect()) })
            }
            Limit::Days(days) => {
                let first = Date::of(from);
                let last = calendar.add_working_days(first, days)?;
                let at = calendar.closes(last).unwrap_or_else(|| last.add_days(1).start());
                let whole = i64::from(last.days_since(first)) < MOST_DAYS;
                Ok(Deadline { from, at, lines: whole.then(|| day_lines(named, first, last)) })
            }
        }
    }

    /// The last date it touches.
    pub fn last_day(&self) -> Date {
        day_of_end(self.at).max(Date::of(self.from))
    }

    /// Whether the calendar's special days are entered for all of it.
    pub fn known(&self, named: &Named) -> bool {
        named.knows(Date::of(self.from), self.last_day())
    }

    /// Whether the calendar's special days were read in a source for all of it.
    pub fn verified(&self, named: &Named) -> bool {
        named.verified_between(Date::of(self.from), self.last_day())
    }
}

fn day_lines(named: &Named, first: Date, last: Date) -> Vec<Line> {
    let mut lines = vec![Line { date: first, what: What::First }];
    let mut counted = 0;
    for day in first.0 + 1..=last.0 {
        let date = Date(day);
        let what = match named.calendar.day_off(date) {
            Some(why) => What::Nothing(why),
            None => {
                counted += 1;
                What::Day(counted)
            }
        };
        lines.push(Line { date, what });
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_read_as_people_write_them() {
        assert_eq!(Limit::hours("8").unwrap(), Limit::Micros(28_800_000_000));
        assert_eq!(Limit::hours(" 1,5 ").unwrap(), Limit::hours("1.50").unwrap());
        assert_eq!(Limit::minutes("90").unwrap(), Limit::hours("1,5").unwrap());
        assert_eq!(Limit::days("5").unwrap(), Limit::Days(5));
        for text in ["", "0", "-1", "8h", "1,234", "1e3", "20001", "٣", "0,00", ".5", "99999999999999999999"]
        {
            assert_eq!(Limit::hours(text).unwrap_err().code(), "hours_unreadable", "{text}");
        }
        for text in ["", "0", "1,5", "1200001", "x"] {
            assert_eq!(Limit::minutes(text).unwrap_err().code(), "minutes_unreadable", "{text}");
        }
        for text in ["", "0", "-5", "1.5", "5001"] {
            assert_eq!(Limit::days(text).unwrap_err().code(), "days_unreadable", "{text}");
        }
    }

    #[test]
    fn a_limit_of_years_has_a_deadline_but_no_lines() {
        let always = Named::always();
        let from = Date::from_ymd(2026, 1, 1).unwrap().start();
        let far = Deadline::of(&always, from, Limit::Days(400)).unwrap();
        assert_eq!((far.lines, far.at), (None, Date::of(from).add_days(401).start()));
        let near = Deadline::of(&always, from, Limit::Days(399)).unwrap();
        assert_eq!(near.lines.unwrap().len(), 400);
        assert!(Deadline::of(&always, from, Limit::hours("20000").unwrap()).unwrap().lines.is_none());
    }
}
