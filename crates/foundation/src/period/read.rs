//! Reading the periods that people type into forms and Excel sheets.
//!
//! The caller knows which calendar a form or a column is in. What the text leaves open is decided by it; what
//! the text says otherwise («Quý IV» in a column of months) is refused, never bent.

use crate::civil::{Date, ExcelEpoch};
use crate::error::{Error, Result, invalid};
use crate::text;

use super::{Calendar, Period};

/// What a text turned out to be: the plain calendar, the year, the number within it.
struct Found {
    calendar: Calendar,
    year: u32,
    number: u32,
    report: bool,
}

/// A run of letters, or a number and how many digits it was written in.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Token<'a> {
    Word(&'a str),
    Number(u32, usize),
}

impl Calendar {
    /// An example of how to write a period, for messages.
    pub(crate) fn example(self) -> &'static str {
        match self {
            Calendar::Day => "24/11/2026",
            Calendar::Week => "Tuần 47/2026",
            Calendar::Month => "Tháng 11/2026",
            Calendar::Quarter => "Quý IV/2026",
            Calendar::Half => "6 tháng đầu năm 2026",
            Calendar::Year => "Năm 2026",
            Calendar::SchoolYear => "Năm học 2025-2026",
            Calendar::ReportMonth => "Kỳ báo cáo tháng 11/2026",
            Calendar::ReportQuarter => "Kỳ báo cáo quý IV/2026",
            Calendar::ReportHalf => "Kỳ báo cáo 6 tháng đầu năm 2026",
            Calendar::ReportYear => "Kỳ báo cáo năm 2026",
        }
    }

    /// The calendar of statistics under a reporting one.
    fn plain(self) -> Calendar {
        match self {
            Calendar::ReportMonth => Calendar::Month,
            Calendar::ReportQuarter => Calendar::Quarter,
            Calendar::ReportHalf => Calendar::Half,
            Calendar::ReportYear => Calendar::Year,
            other => other,
        }
    }
}

impl Period {
    /// Reads a period of `expected` as people write it: `11/2026`, `tháng 11/2026`, `T11/2026`, `Th11-26`,
    /// `Nov-26`, `Quý 4/2026`, `Q4/2026`, `IV/2026`, `6 tháng đầu năm 2026`, `năm 2026`, `Năm học 2025-2026`,
    /// `tuần 47/2026`, every [`code`](Period::code) and every Vietnamese label. A whole date stands for the
    /// period that holds it, and so does a five-digit Excel serial (1900 system).
    ///
    /// In a reporting calendar the word «báo cáo» may be left out; in another it is refused.
    ///
    /// Errors: `period_unreadable`; `period_impossible` («tháng 13»); `period_ambiguous` («4/2026» where a
    /// quarter is expected); `period_other_calendar` («Quý IV/2026» where a month is expected).
    pub fn parse(written: &str, expected: Calendar) -> Result<Period> {
        match Period::from_code(written.trim()) {
            Ok(period) => {
                let found = Found {
                    calendar: period.calendar.plain(),
                    year: period.year() as u32,
                    number: period.number(),
                    report: period.calendar.is_report(),
                };
                return if period.calendar == Calendar::Day {
                    Ok(Period::containing(expected, period.first_day()))
                } else {
                    found.as_expected(written, expected)
                };
            }
            Err(error) if error.code() == "period_impossible" => return Err(error),
            Err(_) => {}
        }
        match Date::parse(written) {
            Ok(date) => return Ok(Period::containing(expected, date)),
            Err(error) if error.code() == "date_impossible" => return Err(error),
            Err(_) => {}
        }
        let plain = text::plain(written);
        let named = plain.split('(').next().unwrap_or_default();
        let Some(tokens) = tokens(named) else { return Err(unreadable(written, expected)) };
        if let [Token::Number(serial, 5)] = tokens[..] {
            return Period::from_excel(f64::from(serial), ExcelEpoch::From1900, expected);
        }
        find(&tokens, written, expected)?.as_expected(written, expected)
    }

    /// Reads a numeric cell of a workbook: an Excel date stands for the period that holds it (typing
    /// «11/2026» makes Excel store 01/11/2026); where a year is expected a number from 1900 to 2199 is that
    /// year.
    ///
    /// Serials before 1954 or after 2119 are refused: they are figures that slipped into the wrong column.
    /// Errors: `period_unreadable`, `period_other_calendar`.
    pub fn from_excel(cell: f64, epoch: ExcelEpoch, expected: Calendar) -> Result<Period> {
        let written = cell.to_string();
        if (1900.0..2200.0).contains(&cell) && cell.fract() == 0.0 {
            let found = Found { calendar: Calendar::Year, year: cell as u32, number: 1, report: false };
            return found.as_expected(&written, expected);
        }
        let shift = if epoch == ExcelEpoch::From1904 { 1462.0 } else { 0.0 };
        if !(20_000.0..80_000.0).contains(&(cell + shift)) {
            return Err(unreadable(&written, expected));
        }
        Ok(Period::containing(expected, Date::from_excel(cell, epoch)?))
    }
}

impl Found {
    fn as_expected(&self, written: &str, expected: Calendar) -> Result<Period> {
        if self.calendar != expected.plain() || (self.report && !expected.is_report()) {
            let (example, needed, shown) = (expected.example(), expected.noun_vi(), shown(written));
            let why = format!("«{shown}» không phải là {needed}: ô này cần {needed}, ghi như «{example}».");
            return Err(invalid("period_other_calendar", why));
        }
        Period::numbered(expected, self.year as i32, self.number)
    }
}

fn shown(written: &str) -> String {
    written.trim().chars().take(40).collect()
}

fn unreadable(written: &str, expected: Calendar) -> Error {
    let why = format!("Không đọc được kỳ «{}»: ghi như «{}».", shown(written), expected.example());
    invalid("period_unreadable", why)
}

/// Cuts into words and numbers; `None` when a number is longer than any year or serial.
fn tokens(plain: &str) -> Option<Vec<Token<'_>>> {
    let mut tokens = Vec::new();
    let mut rest = plain;
    while let Some(first) = rest.chars().next() {
        let same = |c: char| {
            if first.is_ascii_digit() {
                c.is_ascii_digit()
            } else {
                c.is_alphabetic() && first.is_alphabetic()
            }
        };
        let end = rest.find(|c| !same(c)).unwrap_or(rest.len());
        let (run, after) = rest.split_at(if end == 0 { first.len_utf8() } else { end });
        if first.is_ascii_digit() {
            if run.len() > 5 {
                return None;
            }
            tokens.push(Token::Number(run.parse().ok()?, run.len()));
        } else if first.is_alphabetic() {
            tokens.push(Token::Word(run));
        } else if !matches!(first, ' ' | '/' | '-' | '–' | '—' | '.' | ',' | '\'' | ':' | '_') {
            return None;
        }
        rest = after;
    }
    Some(tokens)
}

fn find(tokens: &[Token], written: &str, expected: Calendar) -> Result<Found> {
    let mut report = false;
    let mut words = Vec::new();
    let mut numbers = Vec::new();
    for token in tokens {
        match *token {
            Token::Word("bao" | "cao" | "bc" | "reporting" | "rep") => report = true,
            Token::Word("ky" | "nam" | "of" | "year" | "the") => {}
            Token::Word(word) => words.push(word),
            Token::Number(value, digits) => numbers.push((value, digits)),
        }
    }
    let unreadable = || unreadable(written, expected);
    // «6 tháng năm 2026» is half a year or a month: a small number in front of its noun is a count, not a
    // name.
    let counted = matches!(tokens.first(), Some(Token::Number(_, 1 | 2)));
    let found = |calendar, (number, year): (u32, u32)| Ok(Found { calendar, year, number, report });
    match words[..] {
        [] => match numbers[..] {
            [(year, 4)] => found(Calendar::Year, (1, year)),
            [(_, 4), (_, 4)] => found(Calendar::SchoolYear, (1, school_year(&numbers, written)?)),
            [(_, 4), (_, 1 | 2)] | [(_, 1 | 2), (_, 4)] => {
                let pair = pair(&numbers).ok_or_else(unreadable)?;
                match expected.plain() {
                    Calendar::Week => found(Calendar::Week, pair),
                    Calendar::Quarter | Calendar::Half => Err(ambiguous(written, expected)),
                    _ => found(Calendar::Month, pair),
                }
            }
            _ => Err(unreadable()),
        },
        ["hoc"] | ["nh"] | ["school"] => found(Calendar::SchoolYear, (1, school_year(&numbers, written)?)),
        ["tuan"] | ["w"] | ["week"] if !counted => {
            found(Calendar::Week, pair(&numbers).ok_or_else(unreadable)?)
        }
        ["quy"] | ["q"] | ["quarter"] | ["quarter", "q"] if !counted => {
            found(Calendar::Quarter, pair(&numbers).ok_or_else(unreadable)?)
        }
        ["quy" | "q", name] | [name] if roman(name).is_some() => {
            found(Calendar::Quarter, (roman(name).unwrap_or(0), year(&numbers).ok_or_else(unreadable)?))
        }
        ["thang" | "t" | "th" | "m" | "month"] if !counted => {
            found(Calendar::Month, pair(&numbers).ok_or_else(unreadable)?)
        }
        [name] | ["month", name] if english_month(name).is_some() => {
            found(Calendar::Month, (english_month(name).unwrap_or(0), year(&numbers).ok_or_else(unreadable)?))
        }
        ["h"] if !counted => found(Calendar::Half, pair(&numbers).ok_or_else(unreadable)?),
        ["thang"] | ["t"] | ["th"] if numbers.len() == 2 => Err(ambiguous(written, expected)),
        _ => match (which_half(&words), &numbers[..]) {
            (Some((half, true)), [(6, _), year_of @ ..]) | (Some((half, false)), year_of) => {
                found(Calendar::Half, (half, year(year_of).ok_or_else(unreadable)?))
            }
            _ => Err(unreadable()),
        },
    }
}

fn ambiguous(written: &str, expected: Calendar) -> Error {
    let why = format!("«{}» có thể đọc theo hai cách: ghi rõ như «{}».", shown(written), expected.example());
    invalid("period_ambiguous", why)
}

/// Number and year out of two numbers: the year is the one in four digits, else the second, in two.
fn pair(numbers: &[(u32, usize)]) -> Option<(u32, u32)> {
    match *numbers {
        [(year, 4), (number, 1 | 2)] | [(number, 1 | 2), (year, 4)] => Some((number, year)),
        [(number, 1 | 2), (year, 2)] => Some((number, 2000 + year)),
        _ => None,
    }
}

fn year(numbers: &[(u32, usize)]) -> Option<u32> {
    match *numbers {
        [(year, 4)] => Some(year),
        [(year, 2)] => Some(2000 + year),
        _ => None,
    }
}

/// The year in which the school year of two consecutive years begins.
fn school_year(numbers: &[(u32, usize)], written: &str) -> Result<u32> {
    match *numbers {
        [(first, 4), (second, 4)] if second == first + 1 => Ok(first),
        [(first, 4), (second, 2)] if second == (first + 1) % 100 => Ok(first),
        [(first, 2), (second, 2)] if second == (first + 1) % 100 => Ok(2000 + first),
        _ => {
            let advice = "ghi hai năm liền nhau, như «Năm học 2025-2026»";
            Err(invalid(
                "period_unreadable",
                format!("Không đọc được năm học «{}»: {advice}.", shown(written)),
            ))
        }
    }
}

fn roman(word: &str) -> Option<u32> {
    match word.strip_prefix('q').unwrap_or(word) {
        "i" => Some(1),
        "ii" => Some(2),
        "iii" => Some(3),
        "iv" => Some(4),
        _ => None,
    }
}

fn english_month(word: &str) -> Option<u32> {
    let matches = |month: &u32| {
        let name = crate::civil::month_en(*month).to_lowercase();
        name == word || name[..3] == *word || (*month == 9 && word == "sept")
    };
    (1..=12).find(matches)
}

/// First or second half of a year, and whether the words count six months.
fn which_half(words: &[&str]) -> Option<(u32, bool)> {
    match words {
        ["thang", "dau"] | ["t", "dau"] | ["td"] | ["tdn"] => Some((1, true)),
        ["thang", "cuoi"] | ["t", "cuoi"] | ["tc"] | ["tcn"] => Some((2, true)),
        ["nua", "dau"] | ["first", "half"] => Some((1, false)),
        ["nua", "cuoi"] | ["second", "half"] => Some((2, false)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn reads(written: &str, expected: Calendar, code: &str) {
        assert_eq!(Period::parse(written, expected).map(Period::code).unwrap(), code, "{written}");
    }

    fn refuses(written: &str, expected: Calendar, code: &str) {
        assert_eq!(Period::parse(written, expected).unwrap_err().code(), code, "{written}");
    }

    #[test]
    fn people_write_a_month_in_many_ways() {
        for written in [
            "11/2026",
            "11-2026",
            "11.2026",
            " 11 / 2026 ",
            "2026/11",
            "2026-11",
            "tháng 11/2026",
            "Tháng 11 năm 2026",
            "THÁNG 11-2026",
            "T11/2026",
            "t11 2026",
            "Th11-26",
            "T11/26",
            "Nov-26",
            "Nov 2026",
            "November 2026",
            "24/11/2026",
            "1/11/2026",
            "2026-11-01",
            "46350",
            "tha\u{301}ng 11/2026",
            "Kỳ tháng 11/2026",
        ] {
            reads(written, Calendar::Month, "2026-11");
        }
    }

    #[test]
    fn people_write_a_quarter_in_many_ways() {
        for written in [
            "Quý 4/2026",
            "quý IV/2026",
            "Quý IV năm 2026",
            "Q4/2026",
            "Q4-26",
            "2026-Q4",
            "IV/2026",
            "QIV/2026",
            "Q4 2026",
        ] {
            reads(written, Calendar::Quarter, "2026-Q4");
            reads(written, Calendar::ReportQuarter, "R2026-Q4");
        }
    }

    #[test]
    fn people_write_halves_years_and_weeks_in_many_ways() {
        for written in
            ["6 tháng đầu năm 2026", "6T đầu 2026", "6TĐN 2026", "6TĐ/26", "Nửa đầu năm 2026", "2026-H1"]
        {
            reads(written, Calendar::Half, "2026-H1");
        }
        reads("6 tháng cuối năm 2026", Calendar::Half, "2026-H2");
        for written in ["năm 2026", "2026", "Năm 2026"] {
            reads(written, Calendar::Year, "2026");
        }
        for written in ["Năm học 2025-2026", "năm học 2025 – 2026", "2025-2026", "NH 2025-26", "2025/2026"]
        {
            reads(written, Calendar::SchoolYear, "2025-2026");
        }
        for written in ["tuần 47/2026", "Tuần 47 năm 2026", "2026-W47", "W47/2026", "47/2026"] {
            reads(written, Calendar::Week, "2026-W47");
        }
    }

    #[test]
    fn a_reporting_form_may_leave_out_the_word_report() {
        reads("Tháng 11/2026", Calendar::ReportMonth, "R2026-11");
        reads("Kỳ báo cáo tháng 11/2026", Calendar::ReportMonth, "R2026-11");
        reads("BC T11/26", Calendar::ReportMonth, "R2026-11");
        reads("R2026-11", Calendar::ReportMonth, "R2026-11");
        refuses("Kỳ báo cáo tháng 11/2026", Calendar::Month, "period_other_calendar");
        refuses("R2026-11", Calendar::Month, "period_other_calendar");
    }

    #[test]
    fn a_date_stands_for_the_period_that_holds_it() {
        reads("24/11/2026", Calendar::Day, "2026-11-24");
        reads("24/11/2026", Calendar::Quarter, "2026-Q4");
        reads("01/11/2026", Calendar::ReportMonth, "R2026-11");
        reads("24/11/2026", Calendar::ReportMonth, "R2026-12");
    }

    #[test]
    fn what_does_not_exist_is_refused() {
        for (written, expected) in [
            ("tháng 13/2026", Calendar::Month),
            ("13/2026", Calendar::Month),
            ("0/2026", Calendar::Month),
            ("Quý 5/2026", Calendar::Quarter),
            ("tuần 53/2025", Calendar::Week),
            ("H3/2026", Calendar::Half),
        ] {
            refuses(written, expected, "period_impossible");
        }
        refuses("31/11/2026", Calendar::Month, "date_impossible");
        let error = Period::parse("tháng 13/2026", Calendar::Month).unwrap_err();
        assert_eq!(error.message(), "Không có tháng 13 trong năm 2026: ghi tháng từ 1 đến 12.");
    }

    #[test]
    fn what_can_be_read_in_two_ways_is_refused() {
        refuses("4/2026", Calendar::Quarter, "period_ambiguous");
        refuses("6 tháng năm 2026", Calendar::Month, "period_ambiguous");
        refuses("6 tháng năm 2026", Calendar::Half, "period_ambiguous");
        for written in [
            "11/26",
            "Năm học 2025",
            "9 tháng đầu năm 2026",
            "2024-2026",
            "tháng 11",
            "11",
            "",
            "…",
            "T11/026",
        ] {
            for expected in [Calendar::Month, Calendar::Half, Calendar::SchoolYear] {
                refuses(written, expected, "period_unreadable");
            }
        }
    }

    #[test]
    fn a_period_of_another_calendar_is_refused_with_an_example() {
        refuses("2026", Calendar::Month, "period_other_calendar");
        refuses("Tháng 11/2026", Calendar::Quarter, "period_other_calendar");
        let error = Period::parse("Quý IV/2026", Calendar::Month).unwrap_err();
        assert_eq!(
            error.message(),
            "«Quý IV/2026» không phải là tháng: ô này cần tháng, ghi như «Tháng 11/2026»."
        );
    }

    #[test]
    fn numeric_cells_are_excel_dates_or_years() {
        let read = |cell, epoch, expected| Period::from_excel(cell, epoch, expected).map(Period::code);
        assert_eq!(read(46_327.0, ExcelEpoch::From1900, Calendar::Month).unwrap(), "2026-11");
        assert_eq!(read(46_327.0 - 1462.0, ExcelEpoch::From1904, Calendar::ReportMonth).unwrap(), "R2026-11");
        assert_eq!(read(2026.0, ExcelEpoch::From1900, Calendar::Year).unwrap(), "2026");
        assert_eq!(
            read(2026.0, ExcelEpoch::From1900, Calendar::Month).unwrap_err().code(),
            "period_other_calendar"
        );
        for cell in [11.2026, 12.0, 1e9, -5.0, f64::NAN, f64::INFINITY] {
            let error = read(cell, ExcelEpoch::From1900, Calendar::Month).unwrap_err();
            assert_eq!(error.code(), "period_unreadable", "{cell}");
        }
    }

    proptest! {
        #[test]
        fn every_label_is_read_back(
            calendar in prop::sample::select(Calendar::ALL.to_vec()), days in 11_000..47_000i32,
        ) {
            let period = Period::containing(calendar, Date(days));
            prop_assert_eq!(Period::parse(&period.label_vi(), calendar).unwrap(), period);
            if calendar != Calendar::Day {
                prop_assert_eq!(Period::parse(&period.short_vi(), calendar).unwrap(), period);
                prop_assert_eq!(Period::parse(&period.label_en(), calendar).unwrap(), period);
            }
        }

        #[test]
        fn no_text_breaks_the_reader(
            written in "(tháng|T|Quý|[0-9]{0,6}|[IVX/ –.-]|\\PC){0,8}",
            calendar in prop::sample::select(Calendar::ALL.to_vec()),
            cell: f64,
        ) {
            let _ = Period::parse(&written, calendar);
            let _ = Period::from_excel(cell, ExcelEpoch::From1900, calendar);
        }
    }
}
