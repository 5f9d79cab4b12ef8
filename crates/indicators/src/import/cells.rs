//! What single cells say: names, periods, sums, signs for «no figure».

use foundation::number::{self, NumberStyle};
use foundation::text::fold;
use foundation::{Date, ExcelEpoch};

use super::workbook::{Cell, Sheet};

/// Whether a row's name says that it sums up others.
pub fn is_total(name: &str) -> bool {
    let folded = fold(name);
    let exact = matches!(
        folded.as_str(),
        "tong"
            | "tong cong"
            | "tong so"
            | "cong"
            | "toan tinh"
            | "toan thanh pho"
            | "toan xa"
            | "toan phuong"
            | "ca tinh"
            | "ca thanh pho"
            | "chung"
            | "cong chung"
            | "tong hop"
            | "total"
            | "sum"
            | "binh quan"
    );
    exact
        || folded.starts_with("tong cong ")
        || folded.starts_with("tong so ")
        || folded.starts_with("cong toan ")
}

/// Signs for «no figure». A zero is written as 0.
pub(super) fn is_blank(text: &str) -> bool {
    matches!(text, "-" | "–" | "—" | "…" | "..." | ".." | "x" | "X" | "N/A" | "n/a" | "NA")
}

/// A cell that names something. A whole number is a code.
pub(super) fn plain(cell: &Cell, epoch: ExcelEpoch, out: &mut String) {
    out.clear();
    match cell {
        Cell::Text(text) => out.push_str(text),
        other => out.push_str(&other.shown(epoch)),
    }
}

/// A cell of periods: a date stands as a date whatever the workbook counts from.
pub(super) fn period_text(cell: &Cell, epoch: ExcelEpoch, out: &mut String) {
    let shift = if epoch == ExcelEpoch::From1904 { 1462.0 } else { 0.0 };
    let date = match cell {
        Cell::Date(serial) => Date::from_excel(*serial, epoch).ok(),
        Cell::Number(n) if (20_000.0..80_000.0).contains(&(n + shift)) => Date::from_excel(*n, epoch).ok(),
        _ => None,
    };
    match date {
        Some(date) => {
            out.clear();
            out.push_str(&date.iso());
        }
        None => plain(cell, epoch, out),
    }
}

pub(super) fn is_true(cell: &Cell) -> bool {
    match cell {
        Cell::Bool(b) => *b,
        Cell::Number(n) => *n != 0.0,
        Cell::Text(text) => {
            matches!(fold(text).as_str(), "x" | "co" | "uoc" | "uoc tinh" | "true" | "yes" | "1" | "dung")
        }
        _ => false,
    }
}

/// Whether a cell left of an empty name says that the row is a sum («Tổng cộng» in the column of numbers).
pub(super) fn row_says_total(sheet: &Sheet, row: usize, unit: usize) -> bool {
    (0..unit).any(|c| matches!(sheet.at(row, c), Cell::Text(text) if is_total(text)))
}

/// Nothing, or a text without a digit.
pub(super) fn wordy(cell: &Cell) -> bool {
    match cell {
        Cell::Empty => true,
        Cell::Text(text) => !text.bytes().any(|b| b.is_ascii_digit()) || text.contains(", ngày "),
        _ => false,
    }
}

/// What to do about a text that is no number: the number itself, when letters were typed for digits.
pub(super) fn remedy_of(text: &str, style: NumberStyle) -> String {
    let digits: String = text
        .chars()
        .map(|c| match c {
            'O' | 'o' | 'О' | 'о' => '0',
            'l' | 'I' | '|' => '1',
            c => c,
        })
        .collect();
    if digits != text && number::parse_number(&digits, style).is_ok() {
        return format!("Có chữ cái thay cho chữ số: gõ lại {digits}.");
    }
    match style {
        NumberStyle::Unknown => "Chọn kiểu số ở bước ghép cột, hoặc bỏ dấu phân nhóm.".into(),
        _ => "Ghi lại giá trị bằng chữ số, không kèm chữ.".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_typed_for_a_digit_is_shown_as_the_number() {
        assert_eq!(remedy_of("1.2O4", NumberStyle::Vi), "Có chữ cái thay cho chữ số: gõ lại 1.204.");
        assert!(remedy_of("thiếu", NumberStyle::Vi).contains("chữ số"));
    }

    #[test]
    fn sums_are_told_from_units() {
        for name in ["Tổng cộng", "TỔNG SỐ", "Toàn tỉnh", "Cộng", "Tổng cộng toàn thành phố"]
        {
            assert!(is_total(name), "{name}");
        }
        for name in ["Xã Cộng Hòa", "Phường Tổng Chính", "Xã Trần Đề"] {
            assert!(!is_total(name), "{name}");
        }
    }
}
