//! The Vietnamese lunar calendar (âm lịch), reckoned for the meridian of UTC+7.
//!
//! Rules: a month begins on the day of the new moon; the winter solstice falls in month 11; when thirteen
//! months lie between two months 11, the first of them without a major solar term is the leap month of the
//! one before. They are those of Hồ Ngọc Đức («Thuật toán tính âm lịch», after Jean Meeus, «Astronomical
//! Algorithms»), and so are the truncated series for moon and sun, good to about two minutes.
//!
//! The country has reckoned with UTC+7 since 1968; for older dates the calendar people really used may
//! differ, and so it is: this module answers as if UTC+7 had always held, from 1800 to 2199. Compared day by
//! day with the published tables, it agrees on every day from 1968 to 2053; later three months of this
//! century (from 07/05/2054, 09/12/2072 and 15/11/2077), whose new moon falls within minutes of midnight,
//! begin a day apart.

use crate::civil::{Date, days_from_ymd};
use crate::error::{Error, Result, invalid};

/// Julian day number of 1970-01-01.
const EPOCH_JDN: i64 = 2_440_588;
/// Mean length of a month, and the (fractional) Julian day of new moon 0, in January 1900.
const MONTH: f64 = 29.530_588_853;
const FIRST_NEW_MOON: f64 = 2_415_021.076_998_695;
/// Hours that the calendar's meridian is ahead of UTC, in days.
const MERIDIAN: f64 = 7.0 / 24.0;
/// The years for which the series are good.
const YEARS: std::ops::RangeInclusive<i32> = 1800..=2199;

const CAN: [&str; 10] = ["Giáp", "Ất", "Bính", "Đinh", "Mậu", "Kỷ", "Canh", "Tân", "Nhâm", "Quý"];
const CHI: [&str; 12] = ["Tý", "Sửu", "Dần", "Mão", "Thìn", "Tỵ", "Ngọ", "Mùi", "Thân", "Dậu", "Tuất", "Hợi"];
const MONTHS: [&str; 12] =
    ["Giêng", "Hai", "Ba", "Tư", "Năm", "Sáu", "Bảy", "Tám", "Chín", "Mười", "Mười Một", "Chạp"];

/// A day of the lunar calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LunarDate {
    /// The lunar year, numbered as the civil year in which it begins.
    pub year: i32,
    /// 1 (tháng Giêng) to 12 (tháng Chạp).
    pub month: u32,
    /// Whether this is the leap month that follows the month of the same number.
    pub leap: bool,
    /// 1 to 30.
    pub day: u32,
}

/// Twelve or thirteen months, from the one that holds a winter solstice to the one before the next.
struct Solstices {
    /// The civil year of the first solstice.
    year: i32,
    /// Number of the first new moon.
    first: i64,
    /// Which month of them, counted from 0, is the leap month.
    leap: Option<i64>,
}

impl LunarDate {
    /// The lunar day of a civil date; `None` outside the years 1800–2199.
    pub fn of(date: Date) -> Option<LunarDate> {
        if !YEARS.contains(&date.year()) {
            return None;
        }
        let jdn = i64::from(date.0) + EPOCH_JDN;
        let moon = new_moon_before(jdn);
        let this_year = Solstices::of(date.year());
        let months = if moon >= this_year.first { this_year } else { Solstices::of(date.year() - 1) };
        let (month, leap) = months.name(moon);
        Some(LunarDate {
            year: if month >= 11 { months.year } else { months.year + 1 },
            month,
            leap,
            day: (jdn - new_moon_day(moon) + 1) as u32,
        })
    }

    /// The civil date of a lunar day.
    ///
    /// Errors: `lunar_date_impossible` when the year has no such month, leap month or 30th day, or lies
    /// outside 1800–2198.
    pub fn date(self) -> Result<Date> {
        if !(*YEARS.start()..*YEARS.end()).contains(&self.year) || !(1..=12).contains(&self.month) {
            return Err(self.impossible());
        }
        let months = Solstices::of(if self.month >= 11 { self.year } else { self.year - 1 });
        let named = |moon: &i64| months.name(*moon) == (self.month, self.leap);
        let moon = (months.first..months.first + months.count()).find(named);
        let moon = moon.ok_or_else(|| self.impossible())?;
        let first = new_moon_day(moon);
        if !(1..=new_moon_day(moon + 1) - first).contains(&i64::from(self.day)) {
            return Err(self.impossible());
        }
        Ok(Date::clamped(first + i64::from(self.day) - 1 - EPOCH_JDN))
    }

    fn impossible(self) -> Error {
        let leap = if self.leap { " nhuận" } else { "" };
        let why = format!("Âm lịch không có ngày {}/{}{leap} năm {}.", self.day, self.month, self.year);
        invalid("lunar_date_impossible", format!("{why} Xem lại ngày và tháng nhuận."))
    }

    /// The can–chi name of the year: «Bính Ngọ» for 2026.
    pub fn year_name(self) -> String {
        year_name(self.year)
    }

    /// «tháng Giêng», «tháng Sáu nhuận», «tháng Chạp».
    pub fn month_name(self) -> String {
        let name = MONTHS[(self.month as usize + 11) % 12];
        format!("tháng {name}{}", if self.leap { " nhuận" } else { "" })
    }

    /// «16 tháng Mười, Bính Ngọ»; the first ten days are «mùng 1» … «mùng 10».
    pub fn label(self) -> String {
        let few = if self.day <= 10 { "mùng " } else { "" };
        format!("{few}{} {}, {}", self.day, self.month_name(), self.year_name())
    }

    /// «16/10 ÂL», for calendars; «16/6N ÂL» in a leap month.
    pub fn short(self) -> String {
        format!("{}/{}{} ÂL", self.day, self.month, if self.leap { "N" } else { "" })
    }
}

/// The first day of Tết: mùng 1 tháng Giêng of a year from 1800 to 2198. Errors: `lunar_date_impossible`.
pub fn tet(year: i32) -> Result<Date> {
    LunarDate { year, month: 1, leap: false, day: 1 }.date()
}

/// The can–chi name of a lunar year: «Giáp Tý» for 1984.
pub fn year_name(year: i32) -> String {
    let year = i64::from(year);
    format!("{} {}", CAN[(year + 6).rem_euclid(10) as usize], CHI[(year + 8).rem_euclid(12) as usize])
}

/// The can–chi name of a day: «Mậu Ngọ» for 2000-01-01.
pub fn day_name(date: Date) -> String {
    let jdn = i64::from(date.0) + EPOCH_JDN;
    format!("{} {}", CAN[(jdn + 9).rem_euclid(10) as usize], CHI[(jdn + 1).rem_euclid(12) as usize])
}

impl Solstices {
    /// The months from the winter solstice of `year` to that of the next.
    fn of(year: i32) -> Solstices {
        let (first, next) = (month_11(year), month_11(year + 1));
        // A month has no major solar term when the sun is in the same twelfth of its path at its beginning
        // and at the next month's.
        let no_term =
            |at: &i64| sun_twelfth(new_moon_day(first + at)) == sun_twelfth(new_moon_day(first + at + 1));
        let leap = if next - first == 13 { (1..13).find(no_term) } else { None };
        Solstices { year, first, leap }
    }

    fn count(&self) -> i64 {
        12 + i64::from(self.leap.is_some())
    }

    /// Month number and whether it is the leap one.
    fn name(&self, moon: i64) -> (u32, bool) {
        let at = moon - self.first;
        let ordinary = at - i64::from(self.leap.is_some_and(|leap| at >= leap));
        ((10 + ordinary).rem_euclid(12) as u32 + 1, self.leap == Some(at))
    }
}

/// The new moon that begins month 11 of a lunar year: the last whose day is not after the winter solstice.
fn month_11(year: i32) -> i64 {
    let last_day = days_from_ymd(year.into(), 12, 31) + EPOCH_JDN;
    let moon = new_moon_before(last_day);
    // From 270° on (the tenth twelfth) the solstice is past.
    if sun_twelfth(new_moon_day(moon)) >= 9 { moon - 1 } else { moon }
}

/// The number of the last new moon on or before a day.
fn new_moon_before(jdn: i64) -> i64 {
    let guess = ((jdn as f64 - FIRST_NEW_MOON) / MONTH).floor() as i64;
    (guess - 1..=guess + 1).rev().find(|moon| new_moon_day(*moon) <= jdn).unwrap_or(guess - 2)
}

/// The day (Julian day number, from midnight to midnight at UTC+7) of the `moon`th new moon since 1900.
fn new_moon_day(moon: i64) -> i64 {
    (new_moon(moon as f64) + 0.5 + MERIDIAN).floor() as i64
}

/// The moment (Julian date, UTC) of a new moon: Meeus, truncated.
fn new_moon(k: f64) -> f64 {
    let t = k / 1236.85;
    let (t2, t3) = (t * t, t * t * t);
    let sin = |degrees: f64| degrees.to_radians().sin();
    let mean = 2_415_020.759_33 + 29.530_588_68 * k + 0.000_117_8 * t2 - 0.000_000_155 * t3
        + 0.000_33 * sin(166.56 + 132.87 * t - 0.009_173 * t2);
    // Mean anomalies of sun and moon, and the moon's argument of latitude, in degrees.
    let sun = 359.2242 + 29.105_356_08 * k - 0.000_033_3 * t2 - 0.000_003_47 * t3;
    let moon = 306.0253 + 385.816_918_06 * k + 0.010_730_6 * t2 + 0.000_012_36 * t3;
    let node = 21.2964 + 390.670_506_46 * k - 0.001_652_8 * t2 - 0.000_002_39 * t3;
    let periodic = (0.1734 - 0.000_393 * t) * sin(sun) + 0.0021 * sin(2.0 * sun) - 0.4068 * sin(moon)
        + 0.0161 * sin(2.0 * moon)
        - 0.0004 * sin(3.0 * moon)
        + 0.0104 * sin(2.0 * node)
        - 0.0051 * sin(sun + moon)
        - 0.0074 * sin(sun - moon)
        + 0.0004 * sin(2.0 * node + sun)
        - 0.0004 * sin(2.0 * node - sun)
        - 0.0006 * sin(2.0 * node + moon)
        + 0.0010 * sin(2.0 * node - moon)
        + 0.0005 * sin(2.0 * moon + sun);
    // From dynamical time to UTC, in days.
    let delta = if t < -11.0 {
        0.001 + 0.000_839 * t + 0.000_226_1 * t2 - 0.000_008_45 * t3 - 0.000_000_081 * t * t3
    } else {
        -0.000_278 + 0.000_265 * t + 0.000_262 * t2
    };
    mean + periodic - delta
}

/// In which twelfth (0..=11, from the March equinox) of its path the sun stands when a day begins at UTC+7.
fn sun_twelfth(jdn: i64) -> i64 {
    let t = (jdn as f64 - 0.5 - MERIDIAN - 2_451_545.0) / 36_525.0;
    let t2 = t * t;
    let sin = |degrees: f64| degrees.to_radians().sin();
    let anomaly = 357.529_10 + 35_999.050_30 * t - 0.000_155_9 * t2 - 0.000_000_48 * t * t2;
    let mean = 280.466_45 + 36_000.769_83 * t + 0.000_303_2 * t2;
    let centre = (1.914_600 - 0.004_817 * t - 0.000_014 * t2) * sin(anomaly)
        + (0.019_993 - 0.000_101 * t) * sin(2.0 * anomaly)
        + 0.000_290 * sin(3.0 * anomaly);
    ((mean + centre).rem_euclid(360.0) / 30.0).floor() as i64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn date(year: i32, month: u32, day: u32) -> Date {
        Date::from_ymd(year, month, day).unwrap()
    }

    #[test]
    fn tet_falls_on_the_days_people_remember() {
        for (year, month, day) in [
            (1968, 1, 29), // in China on the 30th
            (1985, 1, 21), // in China on 20 February
            (2000, 2, 5),
            (2007, 2, 17), // in China on the 18th
            (2019, 2, 5),
            (2020, 1, 25),
            (2021, 2, 12),
            (2022, 2, 1),
            (2023, 1, 22),
            (2024, 2, 10),
            (2025, 1, 29),
            (2026, 2, 17),
            (2027, 2, 6),
            (2028, 1, 26),
            (2029, 2, 13),
            (2030, 2, 2), // in China on the 3rd
        ] {
            let lunar = LunarDate::of(date(year, month, day)).unwrap();
            assert_eq!(lunar, LunarDate { year, month: 1, leap: false, day: 1 });
            assert_eq!(tet(year).unwrap(), date(year, month, day));
        }
    }

    #[test]
    fn leap_months_are_where_the_almanacs_have_them() {
        for (year, month) in [
            (1985, 2),
            (2004, 2),
            (2006, 7),
            (2009, 5),
            (2012, 4),
            (2014, 9),
            (2017, 6),
            (2020, 4),
            (2023, 2),
            (2025, 6),
            (2028, 5),
            (2031, 3),
            (2033, 11),
            (2036, 6),
        ] {
            let leap: Vec<u32> = (1..=12)
                .filter(|month| LunarDate { year, month: *month, leap: true, day: 1 }.date().is_ok())
                .collect();
            assert_eq!(leap, [month], "{year}");
        }
        assert!(LunarDate { year: 2026, month: 6, leap: true, day: 1 }.date().is_err());
    }

    #[test]
    fn a_lunar_day_has_its_vietnamese_name() {
        let lunar = LunarDate::of(date(2026, 11, 24)).unwrap();
        assert_eq!(lunar.label(), "16 tháng Mười, Bính Ngọ");
        assert_eq!(lunar.short(), "16/10 ÂL");
        assert_eq!(LunarDate::of(date(2026, 2, 17)).unwrap().label(), "mùng 1 tháng Giêng, Bính Ngọ");
        assert_eq!(LunarDate::of(date(2026, 2, 16)).unwrap().label(), "29 tháng Chạp, Ất Tỵ");
        assert_eq!(LunarDate::of(date(2025, 7, 25)).unwrap().label(), "mùng 1 tháng Sáu nhuận, Ất Tỵ");
        assert_eq!(year_name(1984), "Giáp Tý");
        assert_eq!(day_name(date(2000, 1, 1)), "Mậu Ngọ");
    }

    #[test]
    fn the_day_of_the_hung_kings_is_the_tenth_of_the_third_month() {
        let day = |year| LunarDate { year, month: 3, leap: false, day: 10 }.date().unwrap();
        assert_eq!(day(2024), date(2024, 4, 18));
        assert_eq!(day(2025), date(2025, 4, 7));
        assert_eq!(day(2026), date(2026, 4, 26));
    }

    #[test]
    fn what_the_calendar_does_not_have_is_refused() {
        let refused = |year, month, day| {
            LunarDate { year, month, leap: false, day }.date().unwrap_err().code() == "lunar_date_impossible"
        };
        assert!(refused(2025, 12, 30)); // tháng Chạp of Ất Tỵ has 29 days
        assert!(refused(2026, 13, 1) && refused(2026, 0, 1) && refused(2026, 1, 0) && refused(2026, 1, 31));
        assert!(refused(1700, 1, 1) && refused(i32::MAX, 1, 1) && refused(2199, 1, 1));
        assert_eq!(LunarDate::of(date(1799, 12, 31)), None);
        assert_eq!(LunarDate::of(Date(i32::MAX)), None);
    }

    proptest! {
        #[test]
        fn every_day_follows_the_one_before(days in -62_000..83_900i32) {
            let today = LunarDate::of(Date(days)).unwrap();
            let tomorrow = LunarDate::of(Date(days + 1)).unwrap();
            if tomorrow.day == 1 {
                prop_assert!(today.day == 29 || today.day == 30);
                let follows = match (today.month, tomorrow.month) {
                    (12, 1) => tomorrow.year == today.year + 1 && !tomorrow.leap,
                    (before, after) if before == after => tomorrow.leap && !today.leap,
                    (before, after) => after == before + 1 && !tomorrow.leap && tomorrow.year == today.year,
                };
                prop_assert!(follows, "{today:?} {tomorrow:?}");
            } else {
                prop_assert_eq!(tomorrow, LunarDate { day: today.day + 1, ..today });
            }
        }

        #[test]
        fn a_lunar_day_leads_back_to_its_date(days in -61_600..83_300i32) {
            prop_assert_eq!(LunarDate::of(Date(days)).unwrap().date().unwrap(), Date(days));
        }
    }
}
