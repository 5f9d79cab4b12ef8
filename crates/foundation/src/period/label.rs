//! How a period is shown, and the code it travels under.

use crate::civil::{Date, days_in_month, month_en};
use crate::error::{Result, invalid};

use super::{Calendar, Period};

const ROMAN: [&str; 4] = ["I", "II", "III", "IV"];

impl Calendar {
    /// «ngày», «tuần», «tháng» …: one period of this calendar, for sentences.
    pub fn noun_vi(self) -> &'static str {
        match self {
            Calendar::Day => "ngày",
            Calendar::Week => "tuần",
            Calendar::Month => "tháng",
            Calendar::Quarter => "quý",
            Calendar::Half => "6 tháng",
            Calendar::Year => "năm",
            Calendar::SchoolYear => "năm học",
            Calendar::ReportMonth => "kỳ báo cáo tháng",
            Calendar::ReportQuarter => "kỳ báo cáo quý",
            Calendar::ReportHalf => "kỳ báo cáo 6 tháng",
            Calendar::ReportYear => "kỳ báo cáo năm",
        }
    }

    /// "day", "week", "month" …, for sentences.
    pub fn noun_en(self) -> &'static str {
        match self {
            Calendar::Half => "half-year",
            Calendar::SchoolYear => "school year",
            Calendar::ReportMonth => "reporting month",
            Calendar::ReportQuarter => "reporting quarter",
            Calendar::ReportHalf => "reporting half-year",
            Calendar::ReportYear => "reporting year",
            other => other.name(),
        }
    }
}

impl Period {
    /// What it is called in full: «Tháng 11/2026», «Quý IV/2026», «6 tháng đầu năm 2026»,
    /// «Năm học 2025–2026», «Tuần 47/2026 (16/11–22/11)», «Kỳ báo cáo tháng 11/2026 (15/10–14/11)».
    pub fn label_vi(self) -> String {
        let (year, number) = (self.year(), self.number());
        let half = if number == 1 { "đầu" } else { "cuối" };
        let label = match self.calendar {
            Calendar::Day => return format!("Ngày {}", Date(self.index).vi()),
            Calendar::Week => format!("Tuần {number}/{year}"),
            Calendar::Month => format!("Tháng {number}/{year}"),
            Calendar::Quarter => format!("Quý {}/{year}", roman(number)),
            Calendar::Half => format!("6 tháng {half} năm {year}"),
            Calendar::Year => format!("Năm {year}"),
            Calendar::SchoolYear => format!("Năm học {year}–{}", i64::from(year) + 1),
            Calendar::ReportMonth => format!("Kỳ báo cáo tháng {number}/{year}"),
            Calendar::ReportQuarter => format!("Kỳ báo cáo quý {}/{year}", roman(number)),
            Calendar::ReportHalf => format!("Kỳ báo cáo 6 tháng {half} năm {year}"),
            Calendar::ReportYear => format!("Kỳ báo cáo năm {year}"),
        };
        if !self.shows_days() {
            return label;
        }
        let (first, last) = (self.first_day(), self.last_day());
        match first.year() == last.year() {
            true => format!("{label} ({}–{})", first.short_vi(), last.short_vi()),
            false => format!("{label} ({}–{})", first.vi(), last.vi()),
        }
    }

    /// What it is called in English: "November 2026", "Q4 2026", "Reporting month November 2026 (15 Oct–14
    /// Nov)".
    pub fn label_en(self) -> String {
        let (year, number) = (self.year(), self.number());
        let half = if number == 1 { "first half" } else { "second half" };
        let label = match self.calendar {
            Calendar::Day => return Date(self.index).en(),
            Calendar::Week => format!("Week {number}, {year}"),
            Calendar::Month => format!("{} {year}", month_en(number)),
            Calendar::Quarter => format!("Q{number} {year}"),
            Calendar::Half if number == 1 => format!("First half of {year}"),
            Calendar::Half => format!("Second half of {year}"),
            Calendar::Year => format!("{year}"),
            Calendar::SchoolYear => format!("School year {year}–{}", i64::from(year) + 1),
            Calendar::ReportMonth => format!("Reporting month {} {year}", month_en(number)),
            Calendar::ReportQuarter => format!("Reporting quarter Q{number} {year}"),
            Calendar::ReportHalf => format!("Reporting {half} of {year}"),
            Calendar::ReportYear => format!("Reporting year {year}"),
        };
        if !self.shows_days() {
            return label;
        }
        let (first, last) = (self.first_day(), self.last_day());
        match first.year() == last.year() {
            true => format!("{label} ({}–{})", first.short_en(), last.short_en()),
            false => format!("{label} ({}–{})", first.en(), last.en()),
        }
    }

    /// For axes and narrow tiles: «24/11», «Tuần 47/26», «T11/26», «Q4/26», «6TĐ/26», «2026», «NH 25–26»; the
    /// reporting ones behind «BC».
    pub fn short_vi(self) -> String {
        let (year, number) = (brief(self.year()), self.number());
        let half = if number == 1 { "6TĐ" } else { "6TC" };
        match self.calendar {
            Calendar::Day => Date(self.index).short_vi(),
            Calendar::Week => format!("Tuần {number}/{year}"),
            Calendar::Month => format!("T{number}/{year}"),
            Calendar::Quarter => format!("Q{number}/{year}"),
            Calendar::Half => format!("{half}/{year}"),
            Calendar::Year => self.year().to_string(),
            Calendar::SchoolYear => format!("NH {year}–{}", brief(self.year().saturating_add(1))),
            Calendar::ReportMonth => format!("BC T{number}/{year}"),
            Calendar::ReportQuarter => format!("BC Q{number}/{year}"),
            Calendar::ReportHalf => format!("BC {half}/{year}"),
            Calendar::ReportYear => format!("BC {}", self.year()),
        }
    }

    /// The same in English: "24 Nov", "W47 2026", "Nov 2026", "Q4 2026", "H1 2026", "2026", "2025–26"; the
    /// reporting ones behind "Rep.".
    pub fn short_en(self) -> String {
        let (year, number) = (self.year(), self.number());
        match self.calendar {
            Calendar::Day => Date(self.index).short_en(),
            Calendar::Week => format!("W{number} {year}"),
            Calendar::Month => format!("{} {year}", &month_en(number)[..3]),
            Calendar::Quarter => format!("Q{number} {year}"),
            Calendar::Half => format!("H{number} {year}"),
            Calendar::Year => format!("{year}"),
            Calendar::SchoolYear => format!("{year}–{}", brief(year.saturating_add(1))),
            Calendar::ReportMonth => format!("Rep. {} {year}", &month_en(number)[..3]),
            Calendar::ReportQuarter => format!("Rep. Q{number} {year}"),
            Calendar::ReportHalf => format!("Rep. H{number} {year}"),
            Calendar::ReportYear => format!("Rep. {year}"),
        }
    }

    /// Weeks and reporting periods do not say in their name when they begin.
    fn shows_days(self) -> bool {
        self.calendar == Calendar::Week || self.calendar.is_report()
    }

    /// The text it travels under in JSON, addresses and files: `2026-11-24`, `2026-W47`, `2026-11`,
    /// `2026-Q4`, `2026-H1`, `2026`, `2025-2026`, and `R2026-11`, `R2026-Q4`, `R2026-H1`, `R2026`. Never
    /// changes; read back by [`Period::from_code`] for the years 1 to 9998.
    pub fn code(self) -> String {
        let (year, number) = (self.year(), self.number());
        match self.calendar {
            Calendar::Day => Date(self.index).iso(),
            Calendar::Week => format!("{year:04}-W{number:02}"),
            Calendar::Month => format!("{year:04}-{number:02}"),
            Calendar::Quarter => format!("{year:04}-Q{number}"),
            Calendar::Half => format!("{year:04}-H{number}"),
            Calendar::Year => format!("{year:04}"),
            Calendar::SchoolYear => format!("{year:04}-{:04}", i64::from(year) + 1),
            Calendar::ReportMonth => format!("R{year:04}-{number:02}"),
            Calendar::ReportQuarter => format!("R{year:04}-Q{number}"),
            Calendar::ReportHalf => format!("R{year:04}-H{number}"),
            Calendar::ReportYear => format!("R{year:04}"),
        }
    }

    /// The period of a [`code`](Period::code), exactly as written there.
    ///
    /// Errors: `period_code_unknown`; `period_impossible` for the right form of a period that does not exist.
    pub fn from_code(code: &str) -> Result<Period> {
        let unknown = || {
            let shown: String = code.chars().take(40).collect();
            let why = format!("Mã kỳ «{shown}» không đúng: ghi như 2026-11, 2026-Q4, 2026 hoặc 2026-W47.");
            Err(invalid("period_code_unknown", why))
        };
        let (report, rest) = match code.strip_prefix('R') {
            Some(rest) => (true, rest),
            None => (false, code),
        };
        let parts: Vec<&str> = rest.split('-').collect();
        let Some(year) = digits(parts[0], 4) else { return unknown() };
        let either = |plain, reporting| if report { reporting } else { plain };
        let (calendar, number) = match parts[1..] {
            [] => (either(Calendar::Year, Calendar::ReportYear), Some(1)),
            [month, day] if !report => {
                let (Some(month), Some(day)) = (digits(month, 2), digits(day, 2)) else { return unknown() };
                if !(1..=12).contains(&month) || !(1..=days_in_month(year as i32, month)).contains(&day) {
                    return Err(invalid("period_impossible", format!("Không có ngày {day}/{month}/{year}.")));
                }
                let date = Date::from_ymd(year as i32, month, day)?;
                return Ok(Period::containing(Calendar::Day, date));
            }
            [part] => match part.as_bytes() {
                [b'Q', ..] => (either(Calendar::Quarter, Calendar::ReportQuarter), digits(&part[1..], 1)),
                [b'H', ..] => (either(Calendar::Half, Calendar::ReportHalf), digits(&part[1..], 1)),
                [b'W', ..] if !report => (Calendar::Week, digits(&part[1..], 2)),
                [_, _] => (either(Calendar::Month, Calendar::ReportMonth), digits(part, 2)),
                _ if !report && digits(part, 4) == Some(year + 1) => (Calendar::SchoolYear, Some(1)),
                _ => return unknown(),
            },
            _ => return unknown(),
        };
        match number {
            Some(number) => Period::numbered(calendar, year as i32, number),
            None => unknown(),
        }
    }
}

/// The number in exactly `count` decimal digits.
fn digits(text: &str, count: usize) -> Option<u32> {
    let fits = text.len() == count && text.bytes().all(|b| b.is_ascii_digit());
    fits.then(|| text.parse().ok()).flatten()
}

fn roman(number: u32) -> &'static str {
    ROMAN[(number as usize).saturating_sub(1) % 4]
}

/// Two digits for a year of this century, all of them for others.
fn brief(year: i32) -> String {
    if (2000..2100).contains(&year) { format!("{:02}", year % 100) } else { year.to_string() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn period(code: &str) -> Period {
        Period::from_code(code).unwrap()
    }

    #[test]
    fn a_period_is_called_what_officials_call_it() {
        for (code, label, short) in [
            ("2026-11-24", "Ngày 24/11/2026", "24/11"),
            ("2026-W47", "Tuần 47/2026 (16/11–22/11)", "Tuần 47/26"),
            ("2026-W01", "Tuần 1/2026 (29/12/2025–04/01/2026)", "Tuần 1/26"),
            ("2026-11", "Tháng 11/2026", "T11/26"),
            ("2026-Q4", "Quý IV/2026", "Q4/26"),
            ("2026-H1", "6 tháng đầu năm 2026", "6TĐ/26"),
            ("2026-H2", "6 tháng cuối năm 2026", "6TC/26"),
            ("2026", "Năm 2026", "2026"),
            ("2025-2026", "Năm học 2025–2026", "NH 25–26"),
            ("R2026-11", "Kỳ báo cáo tháng 11/2026 (15/10–14/11)", "BC T11/26"),
            ("R2026-Q4", "Kỳ báo cáo quý IV/2026 (15/09–14/12)", "BC Q4/26"),
            ("R2026-H1", "Kỳ báo cáo 6 tháng đầu năm 2026 (15/12/2025–14/06/2026)", "BC 6TĐ/26"),
            ("R2026", "Kỳ báo cáo năm 2026 (15/12/2025–14/12/2026)", "BC 2026"),
        ] {
            assert_eq!(period(code).label_vi(), label);
            assert_eq!(period(code).short_vi(), short);
            assert_eq!(period(code).code(), code);
        }
    }

    #[test]
    fn a_period_has_an_english_name() {
        for (code, label, short) in [
            ("2026-11-24", "24 Nov 2026", "24 Nov"),
            ("2026-W47", "Week 47, 2026 (16 Nov–22 Nov)", "W47 2026"),
            ("2026-11", "November 2026", "Nov 2026"),
            ("2026-Q4", "Q4 2026", "Q4 2026"),
            ("2026-H2", "Second half of 2026", "H2 2026"),
            ("2025-2026", "School year 2025–2026", "2025–26"),
            ("R2026-11", "Reporting month November 2026 (15 Oct–14 Nov)", "Rep. Nov 2026"),
            ("R2026-H2", "Reporting second half of 2026 (15 Jun–14 Dec)", "Rep. H2 2026"),
        ] {
            assert_eq!(period(code).label_en(), label);
            assert_eq!(period(code).short_en(), short);
        }
    }

    #[test]
    fn a_wrong_code_is_refused() {
        for code in [
            "",
            "R",
            "26-11",
            "2026-1",
            "2026-Q",
            "2026-q4",
            "2026-2028",
            "R2026-W47",
            "R2026-11-24",
            "R2025-2026",
            "2026-11-",
            "2026-éé",
            "2026-Qé",
            " 2026",
            "2026-W4",
            "2026-Q04",
        ] {
            assert_eq!(Period::from_code(code).unwrap_err().code(), "period_code_unknown", "{code}");
        }
        for code in
            ["2026-13", "2026-00", "2026-Q5", "2026-H3", "2025-W53", "0000", "2026-02-30", "2026-00-01"]
        {
            assert_eq!(Period::from_code(code).unwrap_err().code(), "period_impossible", "{code}");
        }
    }

    #[test]
    fn a_period_travels_in_json_as_its_code() {
        let json = serde_json::to_string(&period("R2026-Q4")).unwrap();
        assert_eq!(json, "\"R2026-Q4\"");
        assert_eq!(serde_json::from_str::<Period>(&json).unwrap(), period("R2026-Q4"));
        assert!(serde_json::from_str::<Period>("\"2026-13\"").is_err());
    }

    proptest! {
        #[test]
        fn a_code_leads_back_to_its_period(
            calendar in prop::sample::select(Calendar::ALL.to_vec()), days in -700_000..2_900_000i32,
        ) {
            let period = Period::containing(calendar, Date(days));
            prop_assert_eq!(Period::from_code(&period.code()).unwrap(), period);
        }

        #[test]
        fn no_text_breaks_the_reader_of_codes(code: String) {
            let _ = Period::from_code(&code);
        }
    }
}
