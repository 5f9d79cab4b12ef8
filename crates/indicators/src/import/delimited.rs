//! Text with separators: CSV as Excel, LibreOffice and old programs write it.

use foundation::text::{SEPARATORS, separator_of};
use foundation::{Error, ExcelEpoch, Kind, Result};

use super::encoding;
use super::workbook::{
    Cell, FileKind, MAX_CELLS, MAX_ROWS, Sheet, Workbook, broken, too_many_cells, wrong_kind,
};

/// Reads a text file; its sheet bears the file's name.
pub fn read(bytes: &[u8], name: &str) -> Result<Workbook> {
    if !has_utf16_mark(bytes) && looks_binary(bytes) {
        return Err(wrong_kind("tệp nhị phân không rõ loại"));
    }
    let (text, encoding, sure) = encoding::decode(bytes)?;
    // «sep=;» in the first line is Excel's own way of saying it.
    let (separator, text) = match text.strip_prefix("sep=") {
        Some(rest) if rest.as_bytes().first().is_some_and(|b| SEPARATORS.contains(b)) => {
            (rest.as_bytes()[0], rest[1..].trim_start_matches(['\r', '\n']))
        }
        _ => (separator_of(&text), text.as_str()),
    };
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator)
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    let mut cells = 0_u64;
    let mut record = csv::StringRecord::new();
    loop {
        let before = reader.position().line();
        if !reader.read_record(&mut record).map_err(broken)? {
            break;
        }
        // The reader steps over empty lines, but they count in the addresses that people see. A line break
        // inside quotes does not.
        let inner: usize = record.iter().map(|f| f.bytes().filter(|b| *b == b'\n').count()).sum();
        let empty = (reader.position().line() - before).saturating_sub(1 + inner as u64);
        cells += empty;
        if cells <= MAX_CELLS {
            rows.resize_with(rows.len() + empty as usize, Vec::new);
        }
        let mut row: Vec<Cell> = record.iter().map(Cell::text).collect();
        while row.last().is_some_and(Cell::is_empty) {
            row.pop();
        }
        cells += row.len() as u64 + 1;
        rows.push(row);
        if cells > MAX_CELLS || rows.len() > MAX_ROWS as usize {
            return Err(too_many_cells());
        }
    }
    if rows.iter().all(Vec::is_empty) {
        return Err(Error::new(
            Kind::Invalid,
            "file_empty",
            "Tệp không có dòng nào. Hãy chọn lại tệp có số liệu.",
        ));
    }
    let name = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let name = name.rsplit_once('.').map_or(name, |(stem, _)| stem).to_owned();
    let sheet = Sheet { name, hidden: false, epoch: ExcelEpoch::From1900, rows, merges: Vec::new() };
    Ok(Workbook { kind: FileKind::Csv, encoding, sure, sheets: vec![sheet] })
}

fn has_utf16_mark(bytes: &[u8]) -> bool {
    matches!(bytes, [0xff, 0xfe, ..] | [0xfe, 0xff, ..])
}

/// More signs that no text holds than a slip explains. Every second byte zero is UTF-16 without a mark.
fn looks_binary(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(4096)];
    let odd = head.iter().filter(|b| matches!(b, 1..=8 | 14..=26 | 28..=31)).count();
    odd * 50 > head.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<Vec<Cell>> {
        read(text.as_bytes(), "so-lieu.csv").unwrap().sheets.remove(0).rows
    }

    fn text(s: &str) -> Cell {
        Cell::Text(s.into())
    }

    #[test]
    fn a_decimal_comma_is_not_a_separator() {
        let found = rows("Xã;Tỷ lệ\nTrần Đề;68,4\nLiêu Tú;96,1\n");
        assert_eq!(found[1], [text("Trần Đề"), text("68,4")]);
        let found = rows("unit,value\n31507,\"68,4\"\n");
        assert_eq!(found[1], [text("31507"), text("68,4")]);
        assert_eq!(rows("a\tb\n1,5\t2,5\n")[1], [text("1,5"), text("2,5")]);
        assert_eq!(rows("sep=|\na|b,c\n")[0], [text("a"), text("b,c")]);
    }

    #[test]
    fn an_empty_line_counts_in_the_address() {
        let found = rows("a;b\n\n\nx;y\n");
        assert_eq!(found.len(), 4);
        assert_eq!(found[3][0], text("x"));
    }

    #[test]
    fn bytes_that_are_no_text_are_refused() {
        let error = read(&[1, 2, 3, 4, 5, 6, 7, 8, 200, 30, 31], "a.csv").unwrap_err();
        assert_eq!(error.code(), "file_kind");
        assert_eq!(read(b"\n\n;;\n", "a.csv").unwrap_err().code(), "file_empty");
    }
}
