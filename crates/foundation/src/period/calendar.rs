//! The calendars that periods belong to.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result, invalid};

/// A way of cutting time into periods without gap or overlap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Calendar {
    /// One civil day.
    Day = 1,
    /// Monday to Sunday, numbered after ISO 8601: week 1 holds the year's first Thursday.
    Week = 2,
    /// A calendar month.
    Month = 3,
    /// Three calendar months, the first from January.
    Quarter = 4,
    /// January to June, or July to December.
    Half = 5,
    /// January to December.
    Year = 6,
    /// 1 September to 31 August.
    SchoolYear = 7,
    /// The 15th of the month before to the 14th.
    ReportMonth = 8,
    /// Three reporting months: the first quarter runs from 15 December to 14 March.
    ReportQuarter = 9,
    /// 15 December to 14 June, or 15 June to 14 December.
    ReportHalf = 10,
    /// 15 December of the year before to 14 December.
    ReportYear = 11,
}

/// How a calendar is cut.
pub(super) enum Shape {
    Days,
    Weeks,
    /// Periods of `count` months, the first of index 0 beginning `offset` months into year 0; `report` moves
    /// both ends from the 1st of a month to the 15th of the month before.
    Months {
        count: i64,
        offset: i64,
        report: bool,
    },
}

impl Calendar {
    /// All of them, by code.
    pub const ALL: [Calendar; 11] = [
        Calendar::Day,
        Calendar::Week,
        Calendar::Month,
        Calendar::Quarter,
        Calendar::Half,
        Calendar::Year,
        Calendar::SchoolYear,
        Calendar::ReportMonth,
        Calendar::ReportQuarter,
        Calendar::ReportHalf,
        Calendar::ReportYear,
    ];

    /// The small integer stored in tables. Never changes.
    pub fn code(self) -> i32 {
        self as i32
    }

    /// The calendar of a stored code. Errors: `calendar_unknown`.
    pub fn from_code(code: i32) -> Result<Calendar> {
        let known = Calendar::ALL.into_iter().find(|calendar| calendar.code() == code);
        known.ok_or_else(|| unknown(&code.to_string()))
    }

    /// The name in packs and in the API. Never changes.
    pub fn name(self) -> &'static str {
        match self {
            Calendar::Day => "day",
            Calendar::Week => "week",
            Calendar::Month => "month",
            Calendar::Quarter => "quarter",
            Calendar::Half => "half",
            Calendar::Year => "year",
            Calendar::SchoolYear => "school_year",
            Calendar::ReportMonth => "report_month",
            Calendar::ReportQuarter => "report_quarter",
            Calendar::ReportHalf => "report_half",
            Calendar::ReportYear => "report_year",
        }
    }

    /// The calendar of a name as written in packs. Errors: `calendar_unknown`, listing the names.
    pub fn from_name(name: &str) -> Result<Calendar> {
        Calendar::ALL.into_iter().find(|calendar| calendar.name() == name).ok_or_else(|| unknown(name))
    }

    /// Whether this is one of the four reporting calendars of NĐ 09/2019/NĐ-CP.
    pub fn is_report(self) -> bool {
        matches!(self.shape(), Shape::Months { report: true, .. })
    }

    /// How many periods a year has; `None` for days and weeks, whose years differ.
    pub fn per_year(self) -> Option<i32> {
        match self.shape() {
            Shape::Months { count, .. } => Some((12 / count) as i32),
            _ => None,
        }
    }

    /// Whether every period of this calendar lies whole inside one period of `coarser`. A calendar nests in
    /// itself; weeks nest in nothing else; statistics and reporting calendars never nest in each other, but
    /// days nest in both.
    pub fn nests_in(self, coarser: Calendar) -> bool {
        if self == coarser || self == Calendar::Day {
            return true;
        }
        match (self.shape(), coarser.shape()) {
            (Shape::Months { count, offset, report }, Shape::Months { count: n, offset: o, report: r }) => {
                report == r && n > count && n % count == 0 && (o - offset) % count == 0
            }
            _ => false,
        }
    }

    pub(super) fn shape(self) -> Shape {
        let months = |count, report| Shape::Months { count, offset: 0, report };
        match self {
            Calendar::Day => Shape::Days,
            Calendar::Week => Shape::Weeks,
            Calendar::Month => months(1, false),
            Calendar::Quarter => months(3, false),
            Calendar::Half => months(6, false),
            Calendar::Year => months(12, false),
            Calendar::SchoolYear => Shape::Months { count: 12, offset: 8, report: false },
            Calendar::ReportMonth => months(1, true),
            Calendar::ReportQuarter => months(3, true),
            Calendar::ReportHalf => months(6, true),
            Calendar::ReportYear => months(12, true),
        }
    }
}

fn unknown(given: &str) -> Error {
    let names: Vec<&str> = Calendar::ALL.iter().map(|calendar| calendar.name()).collect();
    let given: String = given.chars().take(40).collect();
    let why = format!("Không có loại kỳ «{given}»: dùng một trong {}.", names.join(", "));
    invalid("calendar_unknown", why)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_codes_of_calendars_never_change() {
        let names: Vec<&str> = Calendar::ALL.iter().map(|c| c.name()).collect();
        let expected = "day week month quarter half year school_year report_month report_quarter report_half \
                        report_year";
        assert_eq!(names.join(" "), expected);
        for (at, calendar) in Calendar::ALL.into_iter().enumerate() {
            assert_eq!(calendar.code(), at as i32 + 1);
            assert_eq!(Calendar::from_code(calendar.code()).unwrap(), calendar);
            assert_eq!(Calendar::from_name(calendar.name()).unwrap(), calendar);
            assert_eq!(serde_json::to_string(&calendar).unwrap(), format!("{:?}", calendar.name()));
        }
        assert!(Calendar::from_code(0).is_err() && Calendar::from_name("tháng").is_err());
    }
}
