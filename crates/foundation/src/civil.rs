//! Civil dates in Việt Nam.
//!
//! A civil date is a count of days, never an instant at midnight. The zone is Asia/Ho_Chi_Minh: +07:00 all
//! year, without summer time, for the whole country since 1975; earlier instants are read the same way.
//! The calendar is the proleptic Gregorian one.

use serde::{Deserialize, Serialize};

use crate::clock::Instant;
use crate::error::{Error, Result, invalid};
use crate::text;
use crate::time_of_day::TimeOfDay;

/// Microseconds that Việt Nam's clocks are ahead of UTC.
pub(crate) const OFFSET_MICROS: i64 = 7 * 3600 * 1_000_000;
pub(crate) const DAY_MICROS: i64 = 86_400 * 1_000_000;

/// A civil date: days since 1970-01-01. Stored as INTEGER; in JSON a number too (`iso()` gives the text).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Date(pub i32);

/// A day of the week; the week begins on Monday (ISO 8601).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names say it")]
pub enum Weekday {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

/// Which of the two date systems an Excel workbook counts in (`date1904` in its `workbookPr`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ExcelEpoch {
    /// Serial 1 is 1900-01-01, and serial 60 is 29/02/1900, a day that never was.
    From1900,
    /// Serial 0 is 1904-01-01 (old Macintosh workbooks).
    From1904,
}

impl Weekday {
    /// All seven, Monday first.
    pub const ALL: [Weekday; 7] = [
        Weekday::Monday,
        Weekday::Tuesday,
        Weekday::Wednesday,
        Weekday::Thursday,
        Weekday::Friday,
        Weekday::Saturday,
        Weekday::Sunday,
    ];

    /// 1 for Monday to 7 for Sunday (ISO 8601).
    pub fn number(self) -> u32 {
        self as u32 + 1
    }

    /// «Thứ Hai» … «Chủ Nhật».
    pub fn vi(self) -> &'static str {
        ["Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ Nhật"][self as usize]
    }

    /// «T2» … «CN», for narrow columns.
    pub fn short_vi(self) -> &'static str {
        ["T2", "T3", "T4", "T5", "T6", "T7", "CN"][self as usize]
    }

    /// "Monday" … "Sunday".
    pub fn en(self) -> &'static str {
        ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"][self as usize]
    }
}

/// The English name of a month, 1..=12.
pub(crate) fn month_en(month: u32) -> &'static str {
    const NAMES: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    NAMES[(month as usize + 11) % 12]
}

/// Days since 1970-01-01 of a day of the proleptic Gregorian calendar (Howard Hinnant, «chrono-compatible
/// low-level date algorithms»). `month` must be 1..=12; `day` may run over.
pub(crate) fn days_from_ymd(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// The last day (28..=31) of a month 1..=12; 0 for a month that does not exist.
pub fn days_in_month(year: i32, month: u32) -> u32 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    }
}

impl Date {
    /// The date of a year 1..=9999, month 1..=12 and day of that month.
    ///
    /// Errors: `date_impossible` when there is no such day.
    pub fn from_ymd(year: i32, month: u32, day: u32) -> Result<Date> {
        if !(1..=9999).contains(&year) {
            return Err(invalid(
                "date_impossible",
                format!("Năm {year} nằm ngoài lịch: ghi năm từ 1 đến 9999."),
            ));
        }
        if !(1..=12).contains(&month) {
            let advice = "tháng từ 1 đến 12, ghi theo thứ tự ngày/tháng/năm";
            return Err(invalid("date_impossible", format!("Không có tháng {month}: {advice}.")));
        }
        let last = days_in_month(year, month);
        if !(1..=last).contains(&day) {
            let why = format!("Không có ngày {day}/{month}/{year}: tháng {month}/{year} có {last} ngày.");
            return Err(invalid("date_impossible", why));
        }
        Ok(Date(days_from_ymd(year.into(), month.into(), day.into()) as i32))
    }

    /// Year, month 1..=12, day 1..=31.
    pub fn ymd(self) -> (i32, u32, u32) {
        let days = i64::from(self.0) + 719_468;
        let era = days.div_euclid(146_097);
        let of_era = days.rem_euclid(146_097);
        let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted = (5 * of_year + 2) / 153;
        let day = of_year - (153 * shifted + 2) / 5 + 1;
        let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        (year as i32, month as u32, day as u32)
    }

    /// The year.
    pub fn year(self) -> i32 {
        self.ymd().0
    }

    /// The month, 1..=12.
    pub fn month(self) -> u32 {
        self.ymd().1
    }

    /// The day of the month, 1..=31.
    pub fn day(self) -> u32 {
        self.ymd().2
    }

    /// The day of the week.
    pub fn weekday(self) -> Weekday {
        Weekday::ALL[(i64::from(self.0) + 3).rem_euclid(7) as usize]
    }

    /// This date moved by `days`, which may be negative; stops at the ends of `i32`.
    pub fn add_days(self, days: i32) -> Date {
        Date(self.0.saturating_add(days))
    }

    /// This date moved by `months`; the 31st becomes the last day of a shorter month.
    pub fn add_months(self, months: i32) -> Date {
        let (year, month, day) = self.ymd();
        let index = i64::from(year) * 12 + i64::from(month) - 1 + i64::from(months);
        let (year, month) = (index.div_euclid(12), index.rem_euclid(12) + 1);
        let last = days_in_month(year as i32, month as u32);
        Date::clamped(days_from_ymd(year, month, day.min(last).into()))
    }

    /// Days from `earlier` to this date.
    pub fn days_since(self, earlier: Date) -> i32 {
        self.0.saturating_sub(earlier.0)
    }

    /// The date in Việt Nam at `instant`.
    pub fn of(instant: Instant) -> Date {
        let local = i128::from(instant.0) + i128::from(OFFSET_MICROS);
        Date::clamped(local.div_euclid(DAY_MICROS.into()) as i64)
    }

    /// The moment when `time` strikes on this date in Việt Nam; stops at the ends of `Instant`.
    pub fn at(self, time: TimeOfDay) -> Instant {
        let micros = i128::from(self.0) * i128::from(DAY_MICROS) + i128::from(time.0) * 1_000_000
            - i128::from(OFFSET_MICROS);
        Instant(micros.clamp(i64::MIN.into(), i64::MAX.into()) as i64)
    }

    /// The moment this date begins in Việt Nam.
    pub fn start(self) -> Instant {
        self.at(TimeOfDay(0))
    }

    pub(crate) fn clamped(days: i64) -> Date {
        Date(days.clamp(i32::MIN.into(), i32::MAX.into()) as i32)
    }

    /// «2026-11-24».
    pub fn iso(self) -> String {
        let (year, month, day) = self.ymd();
        format!("{year:04}-{month:02}-{day:02}")
    }

    /// «24/11/2026».
    pub fn vi(self) -> String {
        let (year, month, day) = self.ymd();
        format!("{day:02}/{month:02}/{year:04}")
    }

    /// «24/11», where the year is plain from what stands around.
    pub fn short_vi(self) -> String {
        let (_, month, day) = self.ymd();
        format!("{day:02}/{month:02}")
    }

    /// «Thứ Ba, 24/11/2026».
    pub fn long_vi(self) -> String {
        format!("{}, {}", self.weekday().vi(), self.vi())
    }

    /// "24 Nov 2026".
    pub fn en(self) -> String {
        format!("{} {:04}", self.short_en(), self.year())
    }

    /// "24 Nov".
    pub fn short_en(self) -> String {
        let (_, month, day) = self.ymd();
        format!("{day} {}", &month_en(month)[..3])
    }

    /// "Tuesday, 24 November 2026".
    pub fn long_en(self) -> String {
        let (year, month, day) = self.ymd();
        format!("{}, {day} {} {year:04}", self.weekday().en(), month_en(month))
    }

    /// Reads a date as people and programs write it: `24/11/2026`, `24-11-2026`, `24.11.2026`,
    /// `ngày 24 tháng 11 năm 2026`, `2026-11-24`, `2026-11-24T00:00:00`. Day before month, always; the
    /// year in four digits, because «02/03/26» can be read in too many ways. A time but midnight is refused.
    ///
    /// Errors: `date_unreadable`, `date_impossible`.
    pub fn parse(written: &str) -> Result<Date> {
        let plain = text::plain(written);
        let midnight =
            |time: &str| time.contains(':') && time.bytes().all(|b| matches!(b, b'0' | b':' | b'.'));
        let date = match plain.split_once([' ', 't']) {
            Some((date, time)) if midnight(time) => date,
            _ => &plain,
        };
        let date = date.strip_prefix("ngay").unwrap_or(date);
        let date = date.replace("thang", "/").replace("nam", "/");
        let parts: Vec<&str> = date.split(['/', '-', '.']).map(str::trim).collect();
        let [first, month, last] = parts[..] else { return Err(unreadable(written)) };
        let digits = |part: &str, most: usize| {
            let fits = (1..=most).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
            if fits { part.parse::<u32>().map_err(|_| unreadable(written)) } else { Err(unreadable(written)) }
        };
        let (year, day) = if first.len() == 4 { (first, last) } else { (last, first) };
        if year.len() != 4 {
            return Err(unreadable(written));
        }
        Date::from_ymd(digits(year, 4)? as i32, digits(month, 2)?, digits(day, 2)?)
    }

    /// The date of an Excel serial number; the fraction (the time of day) is dropped.
    ///
    /// The 1900 system inherits Lotus 1-2-3's mistake that 1900 had a 29 February (serial 60): that one
    /// serial has no date. Errors: `excel_date_impossible` for it, for 0 and below, and beyond 31/12/9999.
    pub fn from_excel(serial: f64, epoch: ExcelEpoch) -> Result<Date> {
        let impossible = || {
            let why =
                format!("Số {serial} không phải là ngày của Excel: định dạng lại ô thành ngày/tháng/năm.");
            Err(invalid("excel_date_impossible", why))
        };
        if !serial.is_finite() || !(0.0..2_958_466.0).contains(&serial) {
            return impossible();
        }
        let whole = serial.floor() as i32;
        let days = match epoch {
            ExcelEpoch::From1900 => match whole {
                0 | 60 => return impossible(),
                1..60 => whole - 25_568,
                _ => whole - 25_569,
            },
            ExcelEpoch::From1904 if whole > 2_957_003 => return impossible(),
            ExcelEpoch::From1904 => whole - 24_107,
        };
        Ok(Date(days))
    }
}

fn unreadable(written: &str) -> Error {
    let shown: String = written.chars().take(40).collect();
    invalid("date_unreadable", format!("Không đọc được ngày «{shown}»: ghi ngày/tháng/năm, như 24/11/2026."))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn date(year: i32, month: u32, day: u32) -> Date {
        Date::from_ymd(year, month, day).unwrap()
    }

    #[test]
    fn a_date_is_shown_as_vietnamese_and_english_readers_expect() {
        let day = date(2026, 11, 24);
        assert_eq!(day.vi(), "24/11/2026");
        assert_eq!(day.long_vi(), "Thứ Ba, 24/11/2026");
        assert_eq!(day.en(), "24 Nov 2026");
        assert_eq!(day.long_en(), "Tuesday, 24 November 2026");
        assert_eq!(day.iso(), "2026-11-24");
        assert_eq!(date(2026, 3, 1).short_vi(), "01/03");
    }

    #[test]
    fn people_write_a_date_in_many_ways() {
        let day = date(2026, 11, 4);
        for written in [
            "4/11/2026",
            "04-11-2026",
            " 04.11.2026 ",
            "2026-11-04",
            "2026/11/4",
            "2026-11-04T00:00:00",
            "2026-11-04 00:00:00",
            "2026-11-04 00:00:00.000",
            "Ngày 4 tháng 11 năm 2026",
            "04\u{a0}/ 11 / 2026",
        ] {
            assert_eq!(Date::parse(written).unwrap(), day, "{written}");
        }
    }

    #[test]
    fn what_is_not_a_date_is_refused_with_the_reason() {
        assert_eq!(Date::parse("31/4/2026").unwrap_err().code(), "date_impossible");
        assert_eq!(Date::parse("11/24/2026").unwrap_err().code(), "date_impossible");
        for written in
            ["", "24/11/26", "24/11", "hôm nay", "2026-11-04T10:30:00", "1/2/3/2026", "a/b/2026", "+1/2/2026"]
        {
            assert_eq!(Date::parse(written).unwrap_err().code(), "date_unreadable", "{written}");
        }
        assert_eq!(Date::from_ymd(2100, 2, 29).unwrap_err().code(), "date_impossible");
        assert_eq!(Date::from_ymd(0, 1, 1).unwrap_err().code(), "date_impossible");
    }

    #[test]
    fn the_day_in_viet_nam_begins_at_17_hours_utc() {
        let last = Instant(1_795_453_199_999_999); // 2026-11-23T16:59:59.999999Z
        assert_eq!(Date::of(last), date(2026, 11, 23));
        assert_eq!(TimeOfDay::of(last).0, 86_399);
        let first = Instant(last.0 + 1);
        assert_eq!(Date::of(first), date(2026, 11, 24));
        assert_eq!(TimeOfDay::of(first), TimeOfDay(0));
        assert_eq!(date(2026, 11, 24).start(), first);
        assert_eq!(date(2026, 11, 23).at(TimeOfDay::END), first);
    }

    #[test]
    fn excel_serials_of_both_systems_become_dates() {
        use ExcelEpoch::*;
        assert_eq!(Date::from_excel(1.0, From1900).unwrap(), date(1900, 1, 1));
        assert_eq!(Date::from_excel(59.0, From1900).unwrap(), date(1900, 2, 28));
        assert_eq!(Date::from_excel(61.0, From1900).unwrap(), date(1900, 3, 1));
        assert_eq!(Date::from_excel(46_350.75, From1900).unwrap(), date(2026, 11, 24));
        assert_eq!(Date::from_excel(2_958_465.0, From1900).unwrap(), date(9999, 12, 31));
        assert_eq!(Date::from_excel(0.0, From1904).unwrap(), date(1904, 1, 1));
        assert_eq!(Date::from_excel(46_350.0 - 1462.0, From1904).unwrap(), date(2026, 11, 24));
        assert_eq!(Date::from_excel(2_957_003.0, From1904).unwrap(), date(9999, 12, 31));
    }

    #[test]
    fn excel_numbers_that_are_no_day_are_refused() {
        for serial in [0.0, 60.0, 60.5, -1.0, 2_958_466.0, f64::NAN, f64::INFINITY] {
            assert!(Date::from_excel(serial, ExcelEpoch::From1900).is_err(), "{serial}");
        }
        assert!(Date::from_excel(2_957_004.0, ExcelEpoch::From1904).is_err());
    }

    #[test]
    fn a_month_after_the_31st_is_the_last_day_of_the_shorter_month() {
        assert_eq!(date(2026, 1, 31).add_months(1), date(2026, 2, 28));
        assert_eq!(date(2024, 3, 31).add_months(-1), date(2024, 2, 29));
        assert_eq!(date(2026, 11, 24).add_months(2), date(2027, 1, 24));
    }

    #[test]
    fn a_date_travels_as_a_number_of_days() {
        assert_eq!(serde_json::to_string(&date(1970, 1, 2)).unwrap(), "1");
    }

    proptest! {
        #[test]
        fn every_day_agrees_with_an_independent_calendar(days in -719_162..2_932_897i32) {
            let ours = Date(days);
            let theirs = jiff::civil::date(1970, 1, 1) + jiff::Span::new().days(days);
            let (year, month, day) = ours.ymd();
            prop_assert_eq!((year, month, day),
                (theirs.year().into(), theirs.month() as u32, theirs.day() as u32));
            prop_assert_eq!(ours.weekday().number(), theirs.weekday().to_monday_one_offset() as u32);
            prop_assert_eq!(Date::from_ymd(year, month, day).unwrap(), ours);
            prop_assert_eq!(Date::parse(&ours.vi()).unwrap(), ours);
            prop_assert_eq!(Date::parse(&ours.iso()).unwrap(), ours);
        }

        #[test]
        fn no_number_of_days_and_no_instant_breaks_the_calendar(days: i32, micros: i64, months: i32) {
            let _ = (Date(days).long_vi(), Date(days).start(), Date(days).add_months(months));
            let instant = Instant(micros);
            if micros.abs() < i64::MAX / 2 {
                let back = Date::of(instant).at(TimeOfDay::of(instant));
                prop_assert_eq!(back.0, instant.0.div_euclid(1_000_000) * 1_000_000);
            }
        }

        #[test]
        fn no_text_breaks_the_readers(written: String) {
            let _ = Date::parse(&written);
        }
    }
}
