//! How a deadline came about: day by day, when the clock ran and why it stood still.

use super::WorkingCalendar;
use crate::civil::Date;
use crate::clock::Instant;
use crate::error::{Result, invalid};

/// So many days are told at most; a longer way nobody reads.
pub const MOST_DAYS: i64 = 400;

/// One line of the explanation. A working day with two spans has two, a day on which nothing is counted one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// The date.
    pub date: Date,
    /// What the clock did.
    pub run: Run,
}

/// What the clock did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Run {
    /// It ran.
    Works {
        /// From this moment.
        from: Instant,
        /// Until this one.
        to: Instant,
        /// For so many microseconds.
        micros: i64,
        /// Those and all before, in microseconds.
        so_far: i64,
    },
    /// It stood still all day.
    Stands(Why),
}

/// Why nothing is counted on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// The week has no hours on this day.
    Weekend,
    /// The date itself is off, whatever the week says.
    Holiday,
    /// There are hours, but none between the two moments.
    OutsideHours,
}

impl Why {
    /// Its name in JSON and in messages.
    pub fn name(self) -> &'static str {
        match self {
            Why::Weekend => "weekend",
            Why::Holiday => "holiday",
            Why::OutsideHours => "outside_hours",
        }
    }
}

impl WorkingCalendar {
    /// Why nobody works on a date; `None` on a working day.
    pub fn day_off(&self, date: Date) -> Option<Why> {
        match self.hours(date).is_off() {
            false => None,
            true if self.special.contains_key(&date) => Some(Why::Holiday),
            true => Some(Why::Weekend),
        }
    }

    /// What the clock does between two moments, each day at least once, in order of time; the day of `to` is
    /// left out when `to` is its very beginning. When `to` lies before `from` they change places.
    ///
    /// Errors: `steps_too_many` beyond [`MOST_DAYS`] days.
    pub fn steps(&self, from: Instant, to: Instant) -> Result<Vec<Step>> {
        let (from, to) = (from.min(to), from.max(to));
        let (first, last) = (Date::of(from), Date::of(Instant(to.0.saturating_sub(1).max(from.0))));
        let days = i64::from(last.0) - i64::from(first.0);
        if days >= MOST_DAYS {
            let why = format!("Thời hạn dài hơn {MOST_DAYS} ngày nên không liệt kê từng ngày được.");
            return Err(invalid("steps_too_many", why));
        }
        let mut steps = Vec::new();
        let mut so_far = 0;
        for day in 0..=days {
            let date = first.add_days(day as i32);
            let before = steps.len();
            for (opens, closes) in self.hours(date).spans() {
                let (opens, closes) = (date.at(*opens).max(from), date.at(*closes).min(to));
                if closes > opens {
                    let micros = closes.since(opens);
                    so_far += micros;
                    steps.push(Step { date, run: Run::Works { from: opens, to: closes, micros, so_far } });
                }
            }
            if steps.len() == before {
                let why = self.day_off(date).unwrap_or(Why::OutsideHours);
                steps.push(Step { date, run: Run::Stands(why) });
            }
        }
        Ok(steps)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time_of_day::TimeOfDay;
    use crate::working::Hours;

    fn at(day: u32, time: &str) -> Instant {
        Date::from_ymd(2026, 5, day).unwrap().at(TimeOfDay::parse(time).unwrap())
    }

    /// Office hours; Thursday 07/05/2026 is off.
    fn office() -> WorkingCalendar {
        let hours = Hours::parse("07:30-11:30, 13:30-17:00").unwrap();
        let mut calendar = WorkingCalendar::weekdays(hours).unwrap();
        calendar.set_day(Date::from_ymd(2026, 5, 7).unwrap(), Hours::OFF);
        calendar
    }

    fn told(steps: &[Step]) -> Vec<String> {
        let line = |step: &Step| match step.run {
            Run::Works { from, to, so_far, .. } => format!(
                "{} {}–{} {}",
                step.date.day(),
                TimeOfDay::of(from).show(),
                TimeOfDay::of(to).show(),
                so_far / 60_000_000
            ),
            Run::Stands(why) => format!("{} {}", step.date.day(), why.name()),
        };
        steps.iter().map(line).collect()
    }

    #[test]
    fn each_day_is_told_with_its_spans_or_why_it_is_skipped() {
        let steps = office().steps(at(6, "16:00"), at(11, "08:30")).unwrap();
        let wanted = [
            "6 16:00–17:00 60",
            "7 holiday",
            "8 07:30–11:30 300",
            "8 13:30–17:00 510",
            "9 weekend",
            "10 weekend",
            "11 07:30–08:30 570",
        ];
        assert_eq!(told(&steps), wanted);
        assert_eq!(office().steps(at(11, "08:30"), at(6, "16:00")).unwrap(), steps);
    }

    #[test]
    fn a_day_after_work_is_outside_hours_and_midnight_belongs_to_the_day_before() {
        assert_eq!(told(&office().steps(at(8, "18:00"), at(9, "00:00")).unwrap()), ["8 outside_hours"]);
        let always = WorkingCalendar::always();
        let day = always.steps(at(8, "16:00"), at(9, "00:00")).unwrap();
        assert_eq!(told(&day), ["8 16:00–00:00 480"]);
        assert_eq!(always.steps(at(8, "16:00"), at(8, "16:00")).unwrap().len(), 1);
    }

    #[test]
    fn a_way_that_nobody_reads_is_refused() {
        let from = at(1, "08:00");
        assert!(office().steps(from, from.plus_seconds(399 * 86_400)).is_ok());
        let far = office().steps(from, from.plus_seconds(400 * 86_400));
        assert_eq!(far.unwrap_err().code(), "steps_too_many");
    }
}
