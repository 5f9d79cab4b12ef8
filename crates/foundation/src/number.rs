//! Numbers as people read and type them: «1.234,5» in Vietnamese, "1,234.5" in English.
//!
//! What can be read in two ways is never guessed: without a known style «1.234» is an error that names both.

use crate::error::{Error, Result, invalid};

/// Which signs part thousands and decimals in a typed number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NumberStyle {
    /// «1.234,5»: a dot or a space between thousands, a comma before the decimals.
    Vi,
    /// "1,234.5": a comma or a space between thousands, a dot before the decimals.
    En,
    /// Not known: both are tried, and what fits both with different values is refused.
    Unknown,
}

/// A typed number and whether a per cent sign stood behind it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TypedNumber {
    /// The number as written: 12.5 for «12,5%», not 0.125.
    pub value: f64,
    /// Whether «%» was written.
    pub percent: bool,
}

/// Shown where there is no number (NaN, infinite).
const NONE: &str = "—";

/// Longest typed number worth reading, in characters.
const LONGEST: usize = 64;

/// Rounds to `decimals` places, halves away from zero, counted on the decimal digits that people see: 2.675
/// becomes 2.68 although the nearest double lies a hair below. NaN and infinities stay; never gives -0.
pub fn round(value: f64, decimals: usize) -> f64 {
    if !value.is_finite() {
        return value;
    }
    let (whole, fraction) = rounded_digits(value, decimals);
    let size: f64 = format!("{whole}.{fraction}0").parse().unwrap_or(value.abs());
    if value < 0.0 && size != 0.0 { -size } else { size }
}

/// «−1.234,5»: exactly `decimals` decimals, rounded like [`round`]; «—» for what is no number.
pub fn show_vi(value: f64, decimals: usize) -> String {
    show(value, decimals, '.', ',')
}

/// "−1,234.5": exactly `decimals` decimals, rounded like [`round`]; "—" for what is no number.
pub fn show_en(value: f64, decimals: usize) -> String {
    show(value, decimals, ',', '.')
}

/// «1,2 tỷ», «350 triệu», «12 nghìn tỷ» for large numbers, at most one decimal; below a million the
/// number itself, with at most one decimal.
pub fn compact_vi(value: f64) -> String {
    compact(value, show_vi, ',', &[(1e12, " nghìn tỷ"), (1e9, " tỷ"), (1e6, " triệu")])
}

/// "1.2 bn", "350 m", "12 tn" for large numbers, at most one decimal.
pub fn compact_en(value: f64) -> String {
    compact(value, show_en, '.', &[(1e12, " tn"), (1e9, " bn"), (1e6, " m")])
}

/// Reads a typed number; a per cent sign is allowed and dropped («12,5%» is 12.5). See [`parse_typed`].
pub fn parse_number(written: &str, style: NumberStyle) -> Result<f64> {
    parse_typed(written, style).map(|typed| typed.value)
}

/// Reads a typed number: `1.234,5` · `1 234,5` with any kind of space · `12,5%` · `(1.234)` and `−5` negative
/// · `1,234.5` in English. Groups must have three digits; letters, units and exponents are refused.
///
/// Errors: `number_unreadable`; `number_ambiguous` when the style is unknown and both readings differ.
pub fn parse_typed(written: &str, style: NumberStyle) -> Result<TypedNumber> {
    if written.chars().nth(LONGEST).is_some() {
        return Err(unreadable(written, style));
    }
    let mut body = written.trim();
    let mut percent = false;
    let mut negative = false;
    if let Some(inner) = body.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        (body, negative) = (inner.trim(), true);
    }
    if let Some(before) = body.strip_suffix('%') {
        (body, percent) = (before.trim_end(), true);
    }
    if let Some(size) = body.strip_prefix(['-', '−', '–', '—', '-', '﹣']) {
        if negative {
            return Err(unreadable(written, style));
        }
        (body, negative) = (size.trim_start(), true);
    } else if let Some(size) = body.strip_prefix('+') {
        body = size.trim_start();
    }
    let read = |group, decimal| size(body, group, decimal);
    let size = match style {
        NumberStyle::Vi => read('.', ','),
        NumberStyle::En => read(',', '.'),
        NumberStyle::Unknown => match (read('.', ','), read(',', '.')) {
            (Some(vi), Some(en)) if vi != en => return Err(ambiguous(written, vi, en)),
            (vi, en) => vi.or(en),
        },
    };
    let size = size.ok_or_else(|| unreadable(written, style))?;
    Ok(TypedNumber { value: if negative && size != 0.0 { -size } else { size }, percent })
}

fn unreadable(written: &str, style: NumberStyle) -> Error {
    let shown: String = written.trim().chars().take(40).collect();
    let example = if style == NumberStyle::En { "1,234.5" } else { "1.234,5" };
    invalid("number_unreadable", format!("Không đọc được số «{shown}»: chỉ ghi chữ số, như {example}."))
}

fn ambiguous(written: &str, vi: f64, en: f64) -> Error {
    let shown = |value: f64| value.to_string().replace('.', ",");
    let why = format!(
        "«{}» có thể là {} (kiểu Việt Nam) hoặc {} (kiểu Anh): bỏ dấu phân nhóm, hoặc chọn kiểu số của cột.",
        written.trim(),
        shown(vi),
        shown(en),
    );
    invalid("number_ambiguous", why)
}

/// The size of an unsigned number whose thousands may be parted by `group` or by spaces.
fn size(body: &str, group: char, decimal: char) -> Option<f64> {
    let (whole, fraction) = match body.split_once(decimal) {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (body, None),
    };
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if fraction.is_some_and(|fraction| !is_digits(fraction)) {
        return None;
    }
    // One kind of separator in one number.
    let group = match whole.chars().find(|c| !c.is_ascii_digit()) {
        Some(c) if c == group || is_space(c) => c,
        Some(_) => return None,
        None => group,
    };
    let mut groups = whole.split(group);
    let first = groups.next().unwrap_or_default();
    let mut digits = String::with_capacity(body.len() + 1);
    digits.push_str(first);
    let mut count = 1;
    for part in groups {
        if part.len() != 3 || !is_digits(part) {
            return None;
        }
        digits.push_str(part);
        count += 1;
    }
    let first_fits = match count {
        1 => is_digits(first) || (first.is_empty() && fraction.is_some()),
        _ => is_digits(first) && first.len() <= 3 && !first.starts_with('0'),
    };
    if !first_fits {
        return None;
    }
    format!("0{digits}.{}", fraction.unwrap_or("0")).parse().ok().filter(|size: &f64| size.is_finite())
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\u{a0}' | '\u{2007}' | '\u{2008}' | '\u{2009}' | '\u{200a}' | '\u{202f}')
}

fn show(value: f64, decimals: usize, group: char, decimal: char) -> String {
    if !value.is_finite() {
        return NONE.to_owned();
    }
    let (whole, fraction) = rounded_digits(value, decimals);
    let mut out = String::with_capacity(whole.len() * 4 / 3 + fraction.len() + 4);
    if value < 0.0 && whole.bytes().chain(fraction.bytes()).any(|digit| digit != b'0') {
        out.push('−');
    }
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at) % 3 == 0 {
            out.push(group);
        }
        out.push(digit);
    }
    if !fraction.is_empty() {
        out.push(decimal);
        out.push_str(&fraction);
    }
    out
}

fn compact(value: f64, show: fn(f64, usize) -> String, decimal: char, scales: &[(f64, &str)]) -> String {
    if !value.is_finite() {
        return NONE.to_owned();
    }
    let brief = |value: f64| {
        let text = show(value, 1);
        text.strip_suffix('0').and_then(|t| t.strip_suffix(decimal)).unwrap_or(&text).to_owned()
    };
    for (at, (scale, name)) in scales.iter().enumerate() {
        // 999 960 000 would round to 1.000,0 triệu: what rounds up to the larger unit is shown in it.
        let finer = scales.get(at + 1).map_or(1.0, |(finer, _)| *finer);
        if round(value / finer, 1).abs() >= scale / finer {
            return brief(value / scale) + name;
        }
    }
    brief(value)
}

/// The digits of |value| before and after the decimal sign, rounded half up on its shortest decimal form.
fn rounded_digits(value: f64, decimals: usize) -> (String, String) {
    let decimals = decimals.min(400);
    let shortest = value.abs().to_string();
    let (whole, fraction) = shortest.split_once('.').unwrap_or((&shortest, ""));
    let kept = fraction.len().min(decimals);
    let mut digits: Vec<u8> = whole.bytes().chain(fraction.bytes().take(kept)).collect();
    let mut whole_length = whole.len();
    if fraction.as_bytes().get(kept).is_some_and(|next| *next >= b'5') {
        match digits.iter().rposition(|digit| *digit != b'9') {
            Some(at) => {
                digits[at] += 1;
                digits[at + 1..].fill(b'0');
            }
            None => {
                digits.fill(b'0');
                digits.insert(0, b'1');
                whole_length += 1;
            }
        }
    }
    digits.resize(whole_length + decimals, b'0');
    let mut whole: String = digits.into_iter().map(char::from).collect();
    let fraction = whole.split_off(whole_length);
    (whole, fraction)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::NumberStyle::*;
    use super::*;

    #[test]
    fn a_number_is_shown_in_both_styles() {
        assert_eq!(show_vi(1234.5, 1), "1.234,5");
        assert_eq!(show_en(1234.5, 1), "1,234.5");
        assert_eq!(show_vi(-1_234_567.0, 0), "−1.234.567");
        assert_eq!(show_vi(12.0, 2), "12,00");
        assert_eq!(show_vi(999.96, 1), "1.000,0");
        assert_eq!(show_vi(-0.04, 1), "0,0");
        assert_eq!(show_vi(f64::NAN, 1), "—");
        assert_eq!(show_en(f64::NEG_INFINITY, 1), "—");
        assert_eq!(show_vi(0.0, 0), "0");
    }

    #[test]
    fn halves_round_away_from_zero_as_people_see_them() {
        for (value, decimals, expected) in [
            (2.5, 0, 3.0),
            (-2.5, 0, -3.0),
            (2.675, 2, 2.68),
            (1.005, 2, 1.01),
            (0.285, 2, 0.29),
            (-1.25, 1, -1.3),
            (1e300, 2, 1e300),
            (5e-324, 3, 0.0),
        ] {
            assert_eq!(round(value, decimals), expected, "{value}");
        }
        assert!(round(-0.04, 1).is_sign_positive());
        assert!(round(f64::NAN, 1).is_nan());
    }

    #[test]
    fn large_numbers_have_a_short_form() {
        assert_eq!(compact_vi(1_234_567_890.0), "1,2 tỷ");
        assert_eq!(compact_vi(350_000_000.0), "350 triệu");
        assert_eq!(compact_vi(999_960_000.0), "1 tỷ");
        assert_eq!(compact_vi(-12_000_000_000_000.0), "−12 nghìn tỷ");
        assert_eq!(compact_vi(45_210.0), "45.210");
        assert_eq!(compact_vi(0.25), "0,3");
        assert_eq!(compact_vi(999_999.96), "1 triệu");
        assert_eq!(compact_en(1_234_567_890.0), "1.2 bn");
        assert_eq!(compact_vi(5e15), "5.000 nghìn tỷ");
    }

    #[test]
    fn vietnamese_numbers_are_read() {
        for (written, expected) in [
            ("1.234,5", 1234.5),
            ("1 234,5", 1234.5),
            ("1\u{a0}234,5", 1234.5),
            ("1\u{202f}234\u{202f}567", 1_234_567.0),
            ("12,5%", 12.5),
            ("12,5 %", 12.5),
            ("(1.234)", -1234.0),
            ("−5", -5.0),
            ("- 5", -5.0),
            ("–5", -5.0),
            ("+5", 5.0),
            ("1.234", 1234.0),
            ("1,234", 1.234),
            (",5", 0.5),
            ("  007 ", 7.0),
            ("-0", 0.0),
        ] {
            assert_eq!(parse_number(written, Vi).unwrap(), expected, "{written}");
        }
        assert!(parse_typed("12,5%", Vi).unwrap().percent);
        assert_eq!(parse_number("1,234.5", En).unwrap(), 1234.5);
        assert_eq!(parse_number("1,234", En).unwrap(), 1234.0);
    }

    #[test]
    fn without_a_style_only_what_has_one_reading_is_taken() {
        for (written, expected) in [
            ("1.234,5", 1234.5),
            ("1,234.5", 1234.5),
            ("1.5", 1.5),
            ("0.125", 0.125),
            ("1234.567", 1234.567),
            ("12", 12.0),
        ] {
            assert_eq!(parse_number(written, Unknown).unwrap(), expected, "{written}");
        }
        let error = parse_number("1.234", Unknown).unwrap_err();
        assert_eq!(error.code(), "number_ambiguous");
        assert!(error.message().contains("1234 (kiểu Việt Nam) hoặc 1,234 (kiểu Anh)"));
        assert_eq!(parse_number("1,234", Unknown).unwrap_err().code(), "number_ambiguous");
    }

    #[test]
    fn what_is_not_a_number_is_refused() {
        for written in [
            "",
            "-",
            "()",
            "%",
            "1.5",
            "1..5",
            "12.34.567",
            "1.2345",
            "0.125",
            "1 2",
            "5-",
            "(-5)",
            "1e5",
            "1.234 567",
            "12,",
            "1,2,3",
            "năm",
            "12 kg",
            "NaN",
            "inf",
            "0x1F",
            "１２",
            "1.",
            ".",
            ",",
        ] {
            assert_eq!(parse_number(written, Vi).unwrap_err().code(), "number_unreadable", "{written}");
        }
        assert!(parse_number(&"9".repeat(65), Vi).is_err());
    }

    proptest! {
        #[test]
        fn what_is_shown_is_read_back(value in -1e12..1e12f64, decimals in 0..7usize) {
            let expected = round(value, decimals);
            prop_assert_eq!(parse_number(&show_vi(value, decimals), Vi).unwrap(), expected);
            prop_assert_eq!(parse_number(&show_en(value, decimals), En).unwrap(), expected);
        }

        #[test]
        fn rounding_stays_within_half_a_step_and_is_stable(value in -1e6..1e6f64, decimals in 0..7usize) {
            let rounded = round(value, decimals);
            prop_assert!((rounded - value).abs() <= 0.5001 * 0.1f64.powi(decimals as i32));
            prop_assert_eq!(round(rounded, decimals), rounded);
            prop_assert_eq!(round(-value, decimals), 0.0 - rounded);
        }

        #[test]
        fn no_number_and_no_text_breaks_anything(
            value in prop::num::f64::ANY, decimals in 0..500usize, text in "[-−(]?[0-9., \u{a0}%)\\PC]{0,12}",
        ) {
            let _ = (show_vi(value, decimals), compact_vi(value), compact_en(value), round(value, decimals));
            for style in [Vi, En, Unknown] {
                if let Ok(typed) = parse_typed(&text, style) {
                    prop_assert!(typed.value.is_finite());
                }
            }
        }
    }
}
