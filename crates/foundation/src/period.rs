//! Periods: the days, months, quarters … that figures belong to.
//!
//! A period is a calendar and an index. The index is contiguous (the one before is `index - 1`) and grows
//! with time, so a range of periods is a range of integers in SQL. Two families of calendars stand side by
//! side: statistics count calendar months (NĐ 60/2018/NĐ-CP), administrative reports close on the 14th (NĐ
//! 09/2019/NĐ-CP): the reporting month of November runs from 15 October to 14 November.
//!
//! What each index counts: day, days since 1970-01-01 · week, weeks since the one of 1970-01-01 · month,
//! `year*12 + month-1` · quarter, `year*4 + quarter-1` · half, `year*2 + half-1` · year, the year itself ·
//! school year, the year it begins in · the reporting calendars like their plain cousins.

mod calendar;
mod label;
mod read;

pub use calendar::Calendar;

use serde::{Deserialize, Serialize};

use self::calendar::Shape;
use crate::civil::{Date, days_from_ymd};
use crate::error::{Error, Result, invalid};

/// One period of a calendar. In tables two integers; in JSON its code, «2026-11».
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Period {
    /// The way time is cut.
    pub calendar: Calendar,
    /// Which piece; the next is `index + 1`.
    pub index: i32,
}

impl From<Period> for String {
    fn from(period: Period) -> String {
        period.code()
    }
}

impl TryFrom<String> for Period {
    type Error = Error;

    fn try_from(code: String) -> Result<Period> {
        Period::from_code(&code)
    }
}

impl Period {
    /// The period of `calendar` that holds `date`.
    pub fn containing(calendar: Calendar, date: Date) -> Period {
        let index = match calendar.shape() {
            Shape::Days => i64::from(date.0),
            Shape::Weeks => (i64::from(date.0) + 3).div_euclid(7),
            Shape::Months { count, offset, report } => {
                let (year, month, day) = date.ymd();
                let month = i64::from(year) * 12 + i64::from(month) - 1 + i64::from(report && day >= 15);
                (month - offset).div_euclid(count)
            }
        };
        Period { calendar, index: index as i32 }
    }

    /// The `number`th period of a year, counted from 1: month 11, quarter 4, half 2, ISO week 47, day 328 of
    /// the year; 1 for years and for the school year that begins in `year`.
    ///
    /// Errors: `period_impossible` when the year has no such period or is not in 1..=9999.
    pub fn numbered(calendar: Calendar, year: i32, number: u32) -> Result<Period> {
        if !(1..=9999).contains(&year) {
            return Err(invalid(
                "period_impossible",
                format!("Năm {year} nằm ngoài lịch: ghi năm bốn chữ số."),
            ));
        }
        let first = Period::first_of(calendar, year);
        let period = first.plus(i32::try_from(number).unwrap_or(i32::MAX).saturating_sub(1));
        if number >= 1 && period.year() == year {
            return Ok(period);
        }
        let last = Period::first_of(calendar, year + 1).previous().number();
        let noun = calendar.noun_vi();
        let why = format!("Không có {noun} {number} trong năm {year}: ghi {noun} từ 1 đến {last}.");
        Err(invalid("period_impossible", why))
    }

    /// The first period of a year.
    fn first_of(calendar: Calendar, year: i32) -> Period {
        let index = match calendar.shape() {
            // 4 January is always in ISO week 1.
            Shape::Weeks => (days_from_ymd(year.into(), 1, 4) + 3).div_euclid(7),
            Shape::Days => days_from_ymd(year.into(), 1, 1),
            Shape::Months { count, .. } => i64::from(year) * (12 / count),
        };
        Period { calendar, index: index.clamp(i32::MIN.into(), i32::MAX.into()) as i32 }
    }

    /// The first day.
    pub fn first_day(self) -> Date {
        self.begins(0)
    }

    /// The last day, which still belongs to the period.
    pub fn last_day(self) -> Date {
        self.begins(1).add_days(-1)
    }

    /// The first day of the period `ahead` after this one.
    fn begins(self, ahead: i64) -> Date {
        let index = i64::from(self.index) + ahead;
        Date::clamped(match self.calendar.shape() {
            Shape::Days => index,
            Shape::Weeks => index * 7 - 3,
            Shape::Months { count, offset, report } => {
                let month = index * count + offset - i64::from(report);
                days_from_ymd(month.div_euclid(12), month.rem_euclid(12) + 1, if report { 15 } else { 1 })
            }
        })
    }

    /// How many days it has.
    pub fn days(self) -> i32 {
        self.last_day().days_since(self.first_day()).saturating_add(1)
    }

    /// Whether `date` lies in it.
    pub fn contains(self, date: Date) -> bool {
        (self.first_day()..=self.last_day()).contains(&date)
    }

    /// The period `count` later (earlier when negative) in the same calendar; stops at the ends of `i32`.
    pub fn plus(self, count: i32) -> Period {
        Period { index: self.index.saturating_add(count), ..self }
    }

    /// The one after.
    pub fn next(self) -> Period {
        self.plus(1)
    }

    /// The one before.
    pub fn previous(self) -> Period {
        self.plus(-1)
    }

    /// The year it is counted in: the ISO year of a week, the reporting year of a reporting period (2026 for
    /// the one that begins on 15/12/2025), the year in which a school year begins.
    pub fn year(self) -> i32 {
        match self.calendar.shape() {
            Shape::Days => Date(self.index).year(),
            // A week belongs to the year of its Thursday, and the Thursday of week n is day 7n.
            Shape::Weeks => self.first_day().add_days(3).year(),
            Shape::Months { count, .. } => i64::from(self.index).div_euclid(12 / count) as i32,
        }
    }

    /// Its number within [`year`](Period::year), from 1.
    pub fn number(self) -> u32 {
        match self.calendar.shape() {
            Shape::Months { count, .. } => i64::from(self.index).rem_euclid(12 / count) as u32 + 1,
            _ => self.index.abs_diff(self.first_of_year().index) + 1,
        }
    }

    /// The first period of the same year.
    pub fn first_of_year(self) -> Period {
        Period::first_of(self.calendar, self.year())
    }

    /// From the first period of the same year to this one, both included, for cumulative figures.
    pub fn year_to_date(self) -> impl DoubleEndedIterator<Item = Period> + Clone {
        Period::range(self.first_of_year(), self)
    }

    /// The `count` periods that end with this one, oldest first, for trends.
    pub fn ending_here(self, count: u32) -> impl DoubleEndedIterator<Item = Period> + Clone {
        let first = self.index.saturating_sub(i32::try_from(count).unwrap_or(i32::MAX).saturating_sub(1));
        let first = if count == 0 { self.next() } else { Period { index: first, ..self } };
        Period::range(first, self)
    }

    fn range(first: Period, last: Period) -> impl DoubleEndedIterator<Item = Period> + Clone {
        let calendar = first.calendar;
        (first.index..=last.index).map(move |index| Period { calendar, index })
    }

    /// The period to compare with, a year earlier: the same date, the same ISO week number, the same month….
    /// `None` for 29 February and for week 53 when the year before has none.
    pub fn same_period_last_year(self) -> Option<Period> {
        match self.calendar.per_year() {
            Some(count) => Some(self.plus(-count)),
            None if self.calendar == Calendar::Week => {
                Period::numbered(Calendar::Week, self.year() - 1, self.number()).ok()
            }
            None => {
                let (year, month, day) = Date(self.index).ymd();
                let date = Date::from_ymd(year - 1, month, day).ok()?;
                Some(Period::containing(Calendar::Day, date))
            }
        }
    }

    /// The period of `to` that this one lies in; `None` when the calendars do not nest
    /// ([`Calendar::nests_in`]), because then a part of this period would lie in another.
    pub fn coarser(self, to: Calendar) -> Option<Period> {
        self.calendar.nests_in(to).then(|| Period::containing(to, self.first_day()))
    }

    /// The periods of `finer` that make up this one, in order; `None` when the calendars do not nest.
    pub fn parts(self, finer: Calendar) -> Option<impl DoubleEndedIterator<Item = Period> + Clone> {
        let first = Period::containing(finer, self.first_day());
        let last = Period::containing(finer, self.last_day());
        finer.nests_in(self.calendar).then(|| Period::range(first, last))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn date(year: i32, month: u32, day: u32) -> Date {
        Date::from_ymd(year, month, day).unwrap()
    }

    fn period(code: &str) -> Period {
        Period::from_code(code).unwrap()
    }

    fn ends(code: &str) -> (String, String) {
        (period(code).first_day().vi(), period(code).last_day().vi())
    }

    fn days(first: &str, last: &str) -> (String, String) {
        (first.to_owned(), last.to_owned())
    }

    #[test]
    fn a_month_of_the_reporting_calendar_runs_from_the_15th_to_the_14th() {
        assert_eq!(ends("R2026-11"), days("15/10/2026", "14/11/2026"));
        assert_eq!(ends("R2026-01"), days("15/12/2025", "14/01/2026"));
    }

    #[test]
    fn reporting_quarters_halves_and_years_close_on_the_14th() {
        assert_eq!(ends("R2026-Q1"), days("15/12/2025", "14/03/2026"));
        assert_eq!(ends("R2026-Q4"), days("15/09/2026", "14/12/2026"));
        assert_eq!(ends("R2026-H1"), days("15/12/2025", "14/06/2026"));
        assert_eq!(ends("R2026-H2"), days("15/06/2026", "14/12/2026"));
        assert_eq!(ends("R2026"), days("15/12/2025", "14/12/2026"));
    }

    #[test]
    fn statistics_count_calendar_months() {
        assert_eq!(ends("2026-02"), days("01/02/2026", "28/02/2026"));
        assert_eq!(ends("2026-Q4"), days("01/10/2026", "31/12/2026"));
        assert_eq!(ends("2026-H1"), days("01/01/2026", "30/06/2026"));
        assert_eq!(ends("2026"), days("01/01/2026", "31/12/2026"));
        assert_eq!(ends("2025-2026"), days("01/09/2025", "31/08/2026"));
        assert_eq!(ends("2026-W47"), days("16/11/2026", "22/11/2026"));
    }

    #[test]
    fn the_15th_already_belongs_to_the_next_reporting_month() {
        let of = |day| Period::containing(Calendar::ReportMonth, date(2026, 11, day)).code();
        assert_eq!((of(14), of(15)), ("R2026-11".into(), "R2026-12".into()));
        assert_eq!(Period::containing(Calendar::ReportYear, date(2026, 12, 15)).code(), "R2027");
    }

    #[test]
    fn an_iso_week_belongs_to_the_year_of_its_thursday() {
        let week = |year, month, day| Period::containing(Calendar::Week, date(year, month, day)).code();
        assert_eq!(week(2027, 1, 3), "2026-W53");
        assert_eq!(week(2027, 1, 4), "2027-W01");
        assert_eq!(week(2024, 12, 30), "2025-W01");
    }

    #[test]
    fn last_year_is_the_same_date_week_month_or_quarter() {
        let before = |code| period(code).same_period_last_year().map(Period::code);
        assert_eq!(before("2026-11-24").as_deref(), Some("2025-11-24"));
        assert_eq!(before("2024-02-29"), None);
        assert_eq!(before("2026-W47").as_deref(), Some("2025-W47"));
        assert_eq!(before("2026-W53"), None);
        assert_eq!(before("R2026-01").as_deref(), Some("R2025-01"));
        assert_eq!(before("2025-2026").as_deref(), Some("2024-2025"));
    }

    #[test]
    fn a_period_knows_the_coarser_one_only_when_it_lies_whole_inside() {
        let up = |code, to| period(code).coarser(to).map(Period::code);
        assert_eq!(up("2026-11", Calendar::Quarter).as_deref(), Some("2026-Q4"));
        assert_eq!(up("2026-Q4", Calendar::Half).as_deref(), Some("2026-H2"));
        assert_eq!(up("2026-08", Calendar::SchoolYear).as_deref(), Some("2025-2026"));
        assert_eq!(up("R2026-07", Calendar::ReportHalf).as_deref(), Some("R2026-H2"));
        assert_eq!(up("2026-11-24", Calendar::ReportMonth).as_deref(), Some("R2026-12"));
        assert_eq!(up("2026-11-24", Calendar::Week).as_deref(), Some("2026-W48"));
        assert_eq!(up("2026-11", Calendar::ReportQuarter), None);
        assert_eq!(up("R2026-11", Calendar::Year), None);
        assert_eq!(up("2026-W47", Calendar::Month), None);
        assert_eq!(up("2026-Q3", Calendar::SchoolYear), None);
        assert_eq!(up("2026", Calendar::Month), None);
    }

    #[test]
    fn year_to_date_begins_with_the_first_period_of_the_year() {
        let codes: Vec<String> = period("R2026-03").year_to_date().map(Period::code).collect();
        assert_eq!(codes, ["R2026-01", "R2026-02", "R2026-03"]);
        assert_eq!(period("2026-W47").year_to_date().count(), 47);
        assert_eq!(period("2026-2027").year_to_date().count(), 1);
    }

    #[test]
    fn a_trend_ends_here() {
        let codes: Vec<String> = period("2026-02").ending_here(3).map(Period::code).collect();
        assert_eq!(codes, ["2025-12", "2026-01", "2026-02"]);
        assert_eq!(period("2026-02").ending_here(0).count(), 0);
    }

    #[test]
    fn a_year_has_no_thirteenth_month() {
        assert_eq!(Period::numbered(Calendar::Month, 2026, 13).unwrap_err().code(), "period_impossible");
        assert_eq!(Period::numbered(Calendar::Month, 2026, 0).unwrap_err().code(), "period_impossible");
        let error = Period::numbered(Calendar::Week, 2025, 53).unwrap_err();
        assert_eq!(error.message(), "Không có tuần 53 trong năm 2025: ghi tuần từ 1 đến 52.");
        assert_eq!(Period::numbered(Calendar::Week, 2026, 53).unwrap().code(), "2026-W53");
        assert_eq!(Period::numbered(Calendar::Day, 2026, 328).unwrap().code(), "2026-11-24");
    }

    fn calendars() -> impl Strategy<Value = Calendar> {
        prop::sample::select(Calendar::ALL.to_vec())
    }

    proptest! {
        #[test]
        fn periods_follow_each_other(calendar in calendars(), days in -400_000..400_000i32) {
            let period = Period::containing(calendar, Date(days));
            prop_assert!(period.contains(Date(days)));
            prop_assert_eq!(period.last_day().add_days(1), period.next().first_day());
            prop_assert_eq!(Period::containing(calendar, period.last_day().add_days(1)), period.plus(1));
            prop_assert_eq!(Period::containing(calendar, period.first_day().add_days(-1)), period.plus(-1));
        }

        #[test]
        fn year_and_number_lead_back_to_the_period(calendar in calendars(), days in -400_000..400_000i32) {
            let period = Period::containing(calendar, Date(days));
            prop_assert_eq!(Period::numbered(calendar, period.year(), period.number()).unwrap(), period);
            prop_assert_eq!(period.year_to_date().count() as u32, period.number());
            if let Some(before) = period.same_period_last_year() {
                prop_assert_eq!(before.year(), period.year() - 1);
                let leap = calendar == Calendar::Day;
                prop_assert!(leap || before.number() == period.number());
            }
        }

        #[test]
        fn the_parts_make_the_whole(whole in calendars(), part in calendars(), days in -400_000..400_000i32) {
            let period = Period::containing(whole, Date(days));
            match period.parts(part) {
                None => prop_assert!(!part.nests_in(whole)),
                Some(parts) => {
                    prop_assert_eq!(parts.clone().map(Period::days).sum::<i32>(), period.days());
                    for part in parts {
                        prop_assert_eq!(part.coarser(whole), Some(period));
                    }
                }
            }
        }

        #[test]
        fn no_index_breaks_a_calendar(calendar in calendars(), index: i32) {
            let period = Period { calendar, index };
            let _ = (period.first_day() <= period.last_day(), period.days(), period.number(), period.code());
            let _ = (period.label_vi(), period.label_en(), period.short_vi(), period.short_en());
            let _ = (period.same_period_last_year(), period.coarser(Calendar::Year), period.plus(index));
        }
    }
}
