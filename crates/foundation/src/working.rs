//! Working hours: when the clock of a deadline runs.
//!
//! A calendar is weekly hours and the days that differ from them: holidays (no hours) and swapped days (a
//! Saturday worked for a Friday off). Both are data of a place and a year, read from packs; this module knows
//! no holiday.

mod steps;

use std::collections::BTreeMap;

use crate::civil::{DAY_MICROS, Date, Weekday};
use crate::clock::Instant;
use crate::error::{Result, invalid};
use crate::time_of_day::TimeOfDay;

pub use steps::{MOST_DAYS, Run, Step, Why};

/// A minute, in microseconds.
pub const MINUTE_MICROS: i64 = 60 * 1_000_000;
/// How far a deadline may lie ahead, in days; beyond it the calendar or the deadline is a mistake.
const FARTHEST_DAYS: i32 = 40_000;

/// The working hours of one day: spans in order that do not overlap; none on a day off.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Hours(Vec<(TimeOfDay, TimeOfDay)>);

impl Hours {
    /// A day off.
    pub const OFF: Hours = Hours(Vec::new());

    /// Hours made of spans from–to, in order.
    ///
    /// Errors: `hours_impossible` when a span is empty, runs past midnight, or begins before the one before
    /// ends.
    pub fn new(spans: impl IntoIterator<Item = (TimeOfDay, TimeOfDay)>) -> Result<Hours> {
        let spans: Vec<_> = spans.into_iter().collect();
        let mut end = TimeOfDay(0);
        for (from, to) in &spans {
            if *from < end || from >= to || *to > TimeOfDay::END {
                let span = format!("{}–{}", from.show(), to.show());
                let why =
                    format!("Giờ làm việc {span} không hợp lệ: ghi các buổi theo thứ tự, không chồng nhau.");
                return Err(invalid("hours_impossible", why));
            }
            end = *to;
        }
        Ok(Hours(spans))
    }

    /// Reads «07:30-11:30, 13:30-17:00»; an empty text is a day off.
    ///
    /// Errors: `hours_impossible`, and those of [`TimeOfDay::parse`].
    pub fn parse(written: &str) -> Result<Hours> {
        let mut spans = Vec::new();
        for span in written.split([',', ';']).filter(|span| !span.trim().is_empty()) {
            let Some((from, to)) = span.split_once(['-', '–']) else {
                let why = format!("Không đọc được buổi «{}»: ghi như 07:30-11:30.", span.trim());
                return Err(invalid("hours_impossible", why));
            };
            spans.push((TimeOfDay::parse(from)?, TimeOfDay::parse(to)?));
        }
        Hours::new(spans)
    }

    /// The spans, in order.
    pub fn spans(&self) -> &[(TimeOfDay, TimeOfDay)] {
        &self.0
    }

    /// Whether there are none.
    pub fn is_off(&self) -> bool {
        self.0.is_empty()
    }

    fn micros(&self) -> i128 {
        self.0.iter().map(|(from, to)| i128::from(to.0 - from.0) * 1_000_000).sum()
    }
}

/// When work is done: weekly hours, and the days that differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkingCalendar {
    week: [Hours; 7],
    special: BTreeMap<Date, Hours>,
}

impl WorkingCalendar {
    /// A calendar of weekly hours, Monday first, without holidays yet.
    ///
    /// Errors: `working_week_empty` when nobody ever works.
    pub fn new(week: [Hours; 7]) -> Result<WorkingCalendar> {
        if week.iter().all(Hours::is_off) {
            let why = "Lịch làm việc chưa có giờ nào trong tuần: ghi giờ làm việc cho ít nhất một ngày.";
            return Err(invalid("working_week_empty", why));
        }
        Ok(WorkingCalendar { week, special: BTreeMap::new() })
    }

    /// The same hours from Monday to Friday, Saturday and Sunday off.
    ///
    /// Errors: `working_week_empty`.
    pub fn weekdays(hours: Hours) -> Result<WorkingCalendar> {
        let day = |weekday| if weekday < Weekday::Saturday { hours.clone() } else { Hours::OFF };
        WorkingCalendar::new(Weekday::ALL.map(day))
    }

    /// A calendar whose clock never stands still: 00:00–24:00 on every day of every week.
    pub fn always() -> WorkingCalendar {
        let day = || Hours(vec![(TimeOfDay(0), TimeOfDay::END)]);
        WorkingCalendar { week: std::array::from_fn(|_| day()), special: BTreeMap::new() }
    }

    /// Gives one date its own hours: [`Hours::OFF`] for a holiday, hours for a swapped working day. The last
    /// word on a date wins.
    pub fn set_day(&mut self, date: Date, hours: Hours) {
        self.special.insert(date, hours);
    }

    /// The weekly hours, Monday first.
    pub fn week(&self) -> &[Hours; 7] {
        &self.week
    }

    /// The hours of a date.
    pub fn hours(&self, date: Date) -> &Hours {
        self.special.get(&date).unwrap_or(&self.week[date.weekday() as usize])
    }

    /// Whether anybody works on a date.
    pub fn is_working_day(&self, date: Date) -> bool {
        !self.hours(date).is_off()
    }

    /// Whether work is done at this moment. The end of a span does not belong to it.
    pub fn is_working(&self, at: Instant) -> bool {
        let time = TimeOfDay::of(at);
        self.hours(Date::of(at)).spans().iter().any(|(from, to)| (*from..*to).contains(&time))
    }

    /// The moment work ends on a date; `None` on a day off.
    pub fn closes(&self, date: Date) -> Option<Instant> {
        self.hours(date).spans().last().map(|(_, to)| date.at(*to))
    }

    /// The `days`th working day after `date` (before it when negative). The date itself is not counted, and 0
    /// gives it back, working day or not.
    ///
    /// Errors: `deadline_too_far` when it lies more than about a hundred years away.
    pub fn add_working_days(&self, date: Date, days: i32) -> Result<Date> {
        let mut left = days.unsigned_abs();
        for step in 0..=FARTHEST_DAYS {
            let day = date.add_days(step * days.signum());
            left -= u32::from(step > 0 && self.is_working_day(day));
            if left == 0 {
                return Ok(day);
            }
        }
        Err(too_far())
    }

    /// [`add_working_micros`](Self::add_working_micros), in whole minutes.
    ///
    /// Errors: `deadline_too_far` when it lies more than about a hundred years away.
    pub fn add_working_minutes(&self, from: Instant, minutes: i64) -> Result<Instant> {
        self.add(from, i128::from(minutes) * i128::from(MINUTE_MICROS))
    }

    /// The earliest moment by which `micros` microseconds of work have passed since `from`; thus a deadline
    /// that runs out at the end of a day falls on 17:00, not on the next morning. Negative ones give the
    /// latest moment that many before `from`; 0 gives `from`.
    ///
    /// Errors: `deadline_too_far` when it lies more than about a hundred years away.
    pub fn add_working_micros(&self, from: Instant, micros: i64) -> Result<Instant> {
        self.add(from, micros.into())
    }

    fn add(&self, from: Instant, micros: i128) -> Result<Instant> {
        let mut left = micros.abs();
        if left == 0 {
            return Ok(from);
        }
        let forward = micros > 0;
        let first = Date::of(from);
        for step in 0..=FARTHEST_DAYS {
            let date = first.add_days(if forward { step } else { -step });
            let spans = self.hours(date).spans();
            for at in 0..spans.len() {
                let (opens, closes) = spans[if forward { at } else { spans.len() - 1 - at }];
                let (opens, closes) = (date.at(opens), date.at(closes));
                let (opens, closes) =
                    if forward { (opens.max(from), closes) } else { (opens, closes.min(from)) };
                let span = i128::from(closes.0) - i128::from(opens.0);
                if span >= left {
                    let left = left as i64;
                    return Ok(Instant(if forward { opens.0 + left } else { closes.0 - left }));
                }
                left -= span.max(0);
            }
        }
        Err(too_far())
    }

    /// Whole minutes of work between two moments, cut towards zero; negative when `to` lies before `from`.
    pub fn minutes_between(&self, from: Instant, to: Instant) -> i64 {
        let minutes = self.exact(from, to) / i128::from(MINUTE_MICROS);
        minutes.clamp(i64::MIN.into(), i64::MAX.into()) as i64
    }

    /// Microseconds of work between two moments, exactly; negative when `to` lies before `from`. Stops at
    /// the ends of `i64`, which are some 290,000 years away.
    pub fn micros_between(&self, from: Instant, to: Instant) -> i64 {
        self.exact(from, to).clamp(i64::MIN.into(), i64::MAX.into()) as i64
    }

    fn exact(&self, from: Instant, to: Instant) -> i128 {
        if to < from {
            return -self.exact(to, from);
        }
        let (first, last) = (Date::of(from), Date::of(to));
        self.micros_of_days(first, last) + self.micros_until(to) - self.micros_until(from)
    }

    /// Work on the days from `first` until before `last`: whole weeks at once, then what special days change.
    fn micros_of_days(&self, first: Date, last: Date) -> i128 {
        let days = i64::from(last.0) - i64::from(first.0);
        let week: i128 = self.week.iter().map(Hours::micros).sum();
        let usual = |date: Date| self.week[date.weekday() as usize].micros();
        let rest = (0..days % 7).map(|day| usual(first.add_days(day as i32))).sum::<i128>();
        let special = self.special.range(first..last).map(|(date, hours)| hours.micros() - usual(*date));
        i128::from(days / 7) * week + rest + special.sum::<i128>()
    }

    /// Work on the date of `at`, until that moment.
    fn micros_until(&self, at: Instant) -> i128 {
        let date = Date::of(at);
        let of_day = (i128::from(at.0) - i128::from(date.start().0)).clamp(0, DAY_MICROS.into());
        let worked = |(from, to): &(TimeOfDay, TimeOfDay)| {
            of_day.min(i128::from(to.0) * 1_000_000) - i128::from(from.0) * 1_000_000
        };
        self.hours(date).spans().iter().map(|span| worked(span).max(0)).sum()
    }
}

fn too_far() -> crate::error::Error {
    let why = "Thời hạn quá xa (hơn một trăm năm): xem lại số ngày, số giờ và lịch làm việc.";
    invalid("deadline_too_far", why)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn date(day: u32, month: u32) -> Date {
        Date::from_ymd(2026, month, day).unwrap()
    }

    fn at(day: u32, month: u32, time: &str) -> Instant {
        date(day, month).at(TimeOfDay::parse(time).unwrap())
    }

    /// Monday to Friday 07:30–11:30 and 13:30–17:00 (450 minutes a day). Friday 01/05/2026 is off, Saturday
    /// 09/05/2026 is worked instead.
    fn office() -> WorkingCalendar {
        let hours = Hours::parse("07:30-11:30, 13:30-17:00").unwrap();
        let mut calendar = WorkingCalendar::weekdays(hours.clone()).unwrap();
        calendar.set_day(date(1, 5), Hours::OFF);
        calendar.set_day(date(9, 5), hours);
        calendar
    }

    #[test]
    fn a_holiday_is_off_and_a_swapped_saturday_is_worked() {
        let office = office();
        assert!(office.is_working_day(date(30, 4)));
        assert!(!office.is_working_day(date(1, 5)));
        assert!(!office.is_working_day(date(2, 5)));
        assert!(office.is_working_day(date(9, 5)));
        assert_eq!(office.closes(date(9, 5)), Some(at(9, 5, "17:00")));
        assert_eq!(office.closes(date(10, 5)), None);
    }

    #[test]
    fn the_clock_stands_still_at_noon_and_at_night() {
        let office = office();
        assert!(office.is_working(at(30, 4, "07:30")));
        assert!(!office.is_working(at(30, 4, "11:30")));
        assert!(!office.is_working(at(30, 4, "12:00")));
        assert!(!office.is_working(at(30, 4, "17:00")));
        assert_eq!(office.minutes_between(at(30, 4, "11:00"), at(30, 4, "14:00")), 60);
        assert_eq!(office.minutes_between(at(30, 4, "16:30"), at(4, 5, "08:00")), 60);
        assert_eq!(office.minutes_between(at(4, 5, "08:00"), at(30, 4, "16:30")), -60);
    }

    #[test]
    fn working_days_skip_weekends_and_holidays() {
        let office = office();
        assert_eq!(office.add_working_days(date(29, 4), 1).unwrap(), date(30, 4));
        assert_eq!(office.add_working_days(date(30, 4), 1).unwrap(), date(4, 5));
        assert_eq!(office.add_working_days(date(8, 5), 1).unwrap(), date(9, 5));
        assert_eq!(office.add_working_days(date(8, 5), 2).unwrap(), date(11, 5));
        assert_eq!(office.add_working_days(date(4, 5), -1).unwrap(), date(30, 4));
        assert_eq!(office.add_working_days(date(2, 5), 0).unwrap(), date(2, 5));
    }

    #[test]
    fn eight_working_hours_from_friday_afternoon_end_on_monday() {
        let office = office();
        let due = office.add_working_minutes(at(8, 5, "16:00"), 8 * 60).unwrap();
        assert_eq!(due, at(9, 5, "16:30"));
        let due = office.add_working_minutes(at(15, 5, "16:00"), 8 * 60).unwrap();
        assert_eq!(due, at(18, 5, "16:30"));
    }

    #[test]
    fn a_deadline_at_the_end_of_the_day_is_not_the_next_morning() {
        let office = office();
        assert_eq!(office.add_working_minutes(at(4, 5, "16:00"), 60).unwrap(), at(4, 5, "17:00"));
        assert_eq!(office.add_working_minutes(at(4, 5, "18:00"), 60).unwrap(), at(5, 5, "08:30"));
        assert_eq!(office.add_working_minutes(at(4, 5, "18:00"), 0).unwrap(), at(4, 5, "18:00"));
        assert_eq!(office.add_working_minutes(at(5, 5, "08:00"), -60).unwrap(), at(4, 5, "16:30"));
        assert_eq!(office.add_working_minutes(at(5, 5, "08:00"), -30).unwrap(), at(5, 5, "07:30"));
    }

    #[test]
    fn impossible_hours_are_refused() {
        for written in
            ["11:30-07:30", "07:30-07:30", "07:30-11:30, 11:00-17:00", "13:30-17:00, 07:30-11:30", "07:30"]
        {
            assert_eq!(Hours::parse(written).unwrap_err().code(), "hours_impossible", "{written}");
        }
        assert!(Hours::parse("00:00-24:00").is_ok());
        assert_eq!(Hours::parse("").unwrap(), Hours::OFF);
        assert_eq!(WorkingCalendar::weekdays(Hours::OFF).unwrap_err().code(), "working_week_empty");
        assert_eq!(
            office().add_working_minutes(Instant(0), i64::MAX).unwrap_err().code(),
            "deadline_too_far"
        );
        assert_eq!(office().add_working_days(Date(0), i32::MIN).unwrap_err().code(), "deadline_too_far");
    }

    /// Any week with at least one hour of work, and some special days in 2026.
    fn calendars() -> impl Strategy<Value = WorkingCalendar> {
        let hours = || {
            prop::collection::btree_set(0..1440u32, 0..3usize).prop_map(|times| {
                let times: Vec<u32> = times.into_iter().collect();
                let span = |pair: &[u32]| (TimeOfDay(pair[0] * 60), TimeOfDay(pair[1] * 60));
                Hours::new(times.chunks_exact(2).map(span)).unwrap()
            })
        };
        let week = prop::collection::vec(hours(), 6);
        let special = prop::collection::btree_map(0..400i32, hours(), 0..20);
        (week, special).prop_map(|(mut week, special)| {
            week.insert(2, Hours::parse("08:00-09:00").unwrap());
            let mut calendar = WorkingCalendar::new(week.try_into().unwrap()).unwrap();
            for (day, hours) in special {
                calendar.set_day(date(1, 1).add_days(day), hours);
            }
            calendar
        })
    }

    /// A moment of 2026.
    fn moments() -> impl Strategy<Value = Instant> {
        (0..400 * 86_400i64, 0..1_000_000i64)
            .prop_map(|(s, us)| Instant(date(1, 1).start().0 + s * 1_000_000 + us))
    }

    proptest! {
        #[test]
        fn a_deadline_comes_after_exactly_its_working_minutes(
            calendar in calendars(), from in moments(), minutes in -3000..3000i64,
        ) {
            let due = calendar.add_working_minutes(from, minutes).unwrap();
            prop_assert_eq!(calendar.minutes_between(from, due), minutes);
            prop_assert_eq!((due >= from, due <= from), (minutes >= 0, minutes <= 0));
            let sooner = Instant(due.0 - minutes.signum());
            prop_assert!(minutes == 0 || calendar.minutes_between(from, sooner).abs() < minutes.abs());
        }

        #[test]
        fn a_deadline_comes_after_exactly_its_working_micros(
            calendar in calendars(), from in moments(), micros in -180_000_000_000..180_000_000_000i64,
        ) {
            let due = calendar.add_working_micros(from, micros).unwrap();
            prop_assert_eq!(calendar.micros_between(from, due), micros);
            prop_assert_eq!(calendar.micros_between(due, from), -micros);
            prop_assert_eq!((due >= from, due <= from), (micros >= 0, micros <= 0));
            let sooner = Instant(due.0 - micros.signum());
            prop_assert!(micros == 0 || calendar.micros_between(from, sooner).abs() < micros.abs());
        }

        #[test]
        fn a_clock_that_never_stands_still_is_the_clock_on_the_wall(from in moments(), micros: i32) {
            let always = WorkingCalendar::always();
            let due = Instant(from.0 + i64::from(micros));
            prop_assert_eq!(always.add_working_micros(from, micros.into()).unwrap(), due);
            prop_assert_eq!(always.micros_between(from, due), i64::from(micros));
            prop_assert!(always.is_working(from) && always.is_working_day(Date::of(from)));
        }

        #[test]
        fn steps_tell_every_day_once_and_add_up_to_the_whole(
            calendar in calendars(), from in moments(), micros in 0..90_000_000_000i64,
        ) {
            let due = calendar.add_working_micros(from, micros).unwrap();
            let Ok(steps) = calendar.steps(from, due) else {
                prop_assert!(i64::from(Date::of(due).days_since(Date::of(from))) >= MOST_DAYS);
                return Ok(());
            };
            let (mut total, mut last) = (0, from);
            for step in &steps {
                if let Run::Works { from, to, micros, so_far } = step.run {
                    prop_assert!(from >= last && to > from && to.0 - from.0 == micros);
                    prop_assert_eq!(Date::of(from), step.date);
                    total += micros;
                    prop_assert_eq!(so_far, total);
                    last = to;
                }
            }
            prop_assert_eq!(total, micros);
            let mut days: Vec<i32> = steps.iter().map(|step| step.date.0).collect();
            prop_assert!(days.is_sorted());
            days.dedup();
            let end = Date::of(Instant((due.0 - 1).max(from.0)));
            prop_assert_eq!(days, (Date::of(from).0..=end.0).collect::<Vec<_>>());
        }

        #[test]
        fn time_worked_adds_up(calendar in calendars(), a in moments(), b in moments(), c in moments()) {
            let between = |x, y| calendar.exact(x, y);
            prop_assert_eq!(between(a, b) + between(b, c), between(a, c));
            let first = Date::of(a);
            let each = (0..400).map(|day| calendar.hours(first.add_days(day)).micros());
            prop_assert_eq!(calendar.micros_of_days(first, first.add_days(400)), each.sum::<i128>());
        }

        #[test]
        fn the_nth_working_day_has_n_working_days_behind_it(
            calendar in calendars(), day in 0..400i32, n in 1..60i32,
        ) {
            let first = date(1, 1).add_days(day);
            let last = calendar.add_working_days(first, n).unwrap();
            prop_assert!(calendar.is_working_day(last));
            let days = (first.0 + 1..=last.0).filter(|day| calendar.is_working_day(Date(*day)));
            prop_assert_eq!(days.count() as i32, n);
        }

        #[test]
        fn no_moment_breaks_a_calendar(from: i64, to: i64, days: i32) {
            let office = office();
            let _ = (office.minutes_between(Instant(from), Instant(to)), office.is_working(Instant(from)));
            let _ = office.add_working_days(Date(days), 3);
            let _ = office.add_working_minutes(Instant(from), 600);
            let _ = (office.add_working_micros(Instant(from), to), office.steps(Instant(from), Instant(to)));
            let _ = office.micros_between(Instant(from), Instant(to));
        }

        #[test]
        fn no_text_breaks_the_reader_of_hours(written in "[0-9:h,; –-]{0,24}|\\PC{0,12}") {
            let _ = Hours::parse(&written);
        }
    }
}
