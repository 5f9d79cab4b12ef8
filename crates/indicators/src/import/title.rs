//! Which period a heading or a title speaks of.

use foundation::{Calendar, Period};

/// The order in which readings of a period are tried: «11/2026» is a month before it is a week.
const READINGS: [Calendar; 7] = [
    Calendar::Day,
    Calendar::Month,
    Calendar::Quarter,
    Calendar::Half,
    Calendar::SchoolYear,
    Calendar::Year,
    Calendar::Week,
];

pub(super) fn read_period(text: &str) -> Option<Period> {
    let text = text.trim().trim_matches(['(', ')', '.', ',', ';', ':']).trim();
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    // A bare number is a period only when it can be a year.
    let bare = digits == text.len();
    let year = text.len() == 4 && matches!(text.as_bytes(), [b'1', b'9', ..] | [b'2', b'0', ..]);
    if digits == 0 || text.len() > 60 || (bare && !year) {
        return None;
    }
    READINGS.iter().find_map(|c| Period::parse(text, *c).ok()).filter(|p| (1990..2100).contains(&p.year()))
}

/// The period that a heading or a title speaks of, in the plain calendar that the text names: «BÁO CÁO tháng
/// 11 năm 2026» is 2026-11. A date in the middle of a line («Cần Thơ, ngày 05 tháng 12 năm 2026») is when it
/// was signed, not what it is about.
pub fn period_in(text: &str) -> Option<Period> {
    if let Some(period) = read_period(text) {
        return Some(period);
    }
    let words: Vec<&str> = text.split_whitespace().take(60).collect();
    let mut found: Vec<Period> = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let longest = (1..=7.min(words.len() - at)).rev();
        let mut read = longest.filter_map(|n| Some((n, read_period(&words[at..at + n].join(" "))?)));
        match read.next() {
            Some((n, period)) => {
                if period.calendar != Calendar::Day || at == 0 {
                    found.push(period);
                }
                at += n;
            }
            None => at += 1,
        }
    }
    let order = [
        Calendar::Week,
        Calendar::Month,
        Calendar::Quarter,
        Calendar::Half,
        Calendar::SchoolYear,
        Calendar::Year,
        Calendar::Day,
    ];
    order.into_iter().find_map(|c| found.iter().find(|p| p.calendar == c).copied())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_tells_what_it_is_about_and_not_when_it_was_signed() {
        let told = |t: &str| period_in(t).map(Period::code);
        assert_eq!(told("BÁO CÁO KẾT QUẢ THÁNG 11 NĂM 2026").as_deref(), Some("2026-11"));
        assert_eq!(told("Số liệu y tế (tuần 46/2026)").as_deref(), Some("2026-W46"));
        assert_eq!(told("Kế hoạch năm 2026, thực hiện Tháng 11/2026").as_deref(), Some("2026-11"));
        assert_eq!(told("Cần Thơ, ngày 05 tháng 12 năm 2026"), None);
        assert_eq!(told("Ngày 24/11/2026").as_deref(), Some("2026-11-24"));
        assert_eq!(told("Biểu số 02"), None);
        assert_eq!(told("46350"), None);
        assert_eq!(told("T11-2026").as_deref(), Some("2026-11"));
        assert_eq!(told("Quý IV/2026").as_deref(), Some("2026-Q4"));
    }
}
