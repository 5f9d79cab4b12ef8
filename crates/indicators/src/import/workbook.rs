//! Bytes of a file → a [`Workbook`]: sheets of cells, however the file was made. Pure: the same bytes give
//! the same answer.
//!
//! What a file is, its content says, not its name. Everything that could be made to take the machine down is
//! measured before it is read: the size, the unzipped size, the cells a sheet spans, chains that run in
//! circles. A reader that panics is an error.

use foundation::{Error, ExcelEpoch, Kind, Result, error::invalid};

use super::{delimited, excel, guard};

/// The largest file, in bytes.
pub const MAX_BYTES: usize = 20 * 1024 * 1024;
/// The largest sum of what a zipped file unpacks to, in bytes.
pub const MAX_UNZIPPED: u64 = 300 * 1024 * 1024;
/// The most rows of a sheet.
pub const MAX_ROWS: u32 = 1_048_576;
/// The most cells of a workbook, empty ones between full ones included.
pub const MAX_CELLS: u64 = 5_000_000;
/// The most text of a workbook, in bytes.
pub const MAX_TEXT: u64 = 200 * 1024 * 1024;

/// What stands in a cell.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Cell {
    /// Nothing.
    #[default]
    Empty,
    /// Text, trimmed, hard spaces as spaces.
    Text(String),
    /// A number; one shown as per cent is already multiplied by 100.
    Number(f64),
    /// A date or time, as the serial number of the workbook's epoch.
    Date(f64),
    /// True or false.
    Bool(bool),
    /// A formula's error, `#REF!`.
    Error(&'static str),
}

impl Cell {
    /// Text as it came, made fit for reading; nothing when only spaces.
    pub fn text(text: &str) -> Cell {
        let text = clean(text);
        if text.is_empty() { Cell::Empty } else { Cell::Text(text) }
    }

    /// Whether nothing stands there.
    pub fn is_empty(&self) -> bool {
        matches!(self, Cell::Empty)
    }

    /// What a person sees, for headings and previews. Numbers in Vietnamese style.
    pub fn shown(&self, epoch: ExcelEpoch) -> String {
        match self {
            Cell::Empty => String::new(),
            Cell::Text(text) => text.clone(),
            Cell::Number(n) => n.to_string().replace('.', ","),
            Cell::Date(serial) => foundation::Date::from_excel(*serial, epoch)
                .map_or_else(|_| serial.to_string(), foundation::Date::vi),
            Cell::Bool(true) => "Đúng".into(),
            Cell::Bool(false) => "Sai".into(),
            Cell::Error(error) => (*error).into(),
        }
    }
}

/// Without white space at the ends, hard and odd spaces as spaces, invisible signs gone.
fn clean(text: &str) -> String {
    if text.is_ascii() && !text.contains(['\r', '\n', '\t', '\0']) {
        return text.trim().to_owned();
    }
    let seen = text.chars().filter_map(|c| match c {
        '\u{200b}'..='\u{200f}' | '\u{feff}' | '\u{ad}' => None,
        c if c.is_whitespace() || c.is_control() => Some(' '),
        c => Some(c),
    });
    seen.collect::<String>().trim().to_owned()
}

/// A merged area: rows and columns from 0, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Merge {
    /// First row and column.
    pub from: (u32, u32),
    /// Last row and column.
    pub to: (u32, u32),
}

/// One sheet.
#[derive(Debug, Clone, PartialEq)]
pub struct Sheet {
    /// Its name; a CSV file's is the file's.
    pub name: String,
    /// Whether it is hidden in the workbook.
    pub hidden: bool,
    /// How its dates are counted.
    pub epoch: ExcelEpoch,
    /// Its rows from the first, each as long as its last full cell.
    pub rows: Vec<Vec<Cell>>,
    /// Its merged areas.
    pub merges: Vec<Merge>,
}

static EMPTY: Cell = Cell::Empty;

impl Sheet {
    /// The cell at a row and column, both from 0.
    pub fn at(&self, row: usize, column: usize) -> &Cell {
        self.rows.get(row).and_then(|r| r.get(column)).unwrap_or(&EMPTY)
    }

    /// The cell that is seen at a place: the first of a merged area for all of it.
    pub fn seen(&self, row: usize, column: usize) -> &Cell {
        let here = self.at(row, column);
        if !here.is_empty() || self.merges.is_empty() {
            return here;
        }
        match self.merge_at(row, column) {
            Some(m) => self.at(m.from.0 as usize, m.from.1 as usize),
            None => here,
        }
    }

    /// The merged area that holds a place.
    pub fn merge_at(&self, row: usize, column: usize) -> Option<Merge> {
        let (row, column) = (row as u32, column as u32);
        let holds = |m: &&Merge| (m.from.0..=m.to.0).contains(&row) && (m.from.1..=m.to.1).contains(&column);
        self.merges.iter().find(holds).copied()
    }

    /// The most cells of a row.
    pub fn width(&self) -> usize {
        self.rows.iter().map(Vec::len).max().unwrap_or(0)
    }

    /// What is seen at a place, as text.
    pub fn words(&self, row: usize, column: usize) -> String {
        self.seen(row, column).shown(self.epoch)
    }
}

/// What kind of file it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// Excel since 2007, also binary.
    Xlsx,
    /// Excel until 2003.
    Xls,
    /// OpenDocument.
    Ods,
    /// Text with separators.
    Csv,
}

impl FileKind {
    /// The kind of delivery, as in `batch.kind`.
    pub fn delivery(self) -> &'static str {
        match self {
            FileKind::Csv => "csv",
            FileKind::Xlsx | FileKind::Xls | FileKind::Ods => "excel",
        }
    }
}

/// A file that was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Workbook {
    /// What it was.
    pub kind: FileKind,
    /// How its bytes were text, for CSV and when that is worth telling: «TCVN3».
    pub encoding: Option<&'static str>,
    /// Whether the encoding is beyond doubt.
    pub sure: bool,
    /// Its sheets, in order.
    pub sheets: Vec<Sheet>,
}

impl Workbook {
    /// Reads a file. `name` only names the sheet of a CSV file and decides between text formats.
    ///
    /// Errors: `file_empty`, `file_too_large`, `file_kind` (with what it is instead), `file_encrypted`,
    /// `file_bomb`, `file_too_many_cells`, `file_broken`, and those of the encodings.
    pub fn read(bytes: &[u8], name: &str) -> Result<Workbook> {
        if bytes.is_empty() {
            return Err(invalid("file_empty", "Tệp rỗng. Hãy chọn lại tệp có số liệu."));
        }
        if bytes.len() > MAX_BYTES {
            return Err(Error::new(
                Kind::TooLarge,
                "file_too_large",
                "Tệp lớn hơn 20 MB. Hãy tách thành nhiều tệp, hoặc xóa hình ảnh trong tệp.",
            ));
        }
        match bytes {
            [b'P', b'K', 3, 4, ..] => {
                let kind = guard::zipped(bytes)?;
                excel::zipped(bytes, kind)
            }
            [b'P', b'K', ..] => Err(broken("tệp nén rỗng hoặc thiếu phần")),
            [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1, ..] => {
                guard::compound(bytes)?;
                excel::old(bytes)
            }
            _ => {
                if let Some(other) = foreign(bytes) {
                    return Err(wrong_kind(other));
                }
                delimited::read(bytes, name)
            }
        }
    }

    /// The sheet of this name.
    pub fn sheet(&self, name: &str) -> Option<&Sheet> {
        self.sheets.iter().find(|s| s.name == name)
    }
}

pub(super) fn broken(why: impl std::fmt::Display) -> Error {
    invalid("file_broken", "Không đọc được tệp: tệp bị hỏng. Hãy mở bằng Excel, lưu lại rồi gửi lại.")
        .because(why.to_string())
}

pub(super) fn wrong_kind(what: &str) -> Error {
    let why =
        format!("Tệp này là {what}, không phải bảng tính. Hãy gửi tệp Excel (.xlsx, .xls), .ods hoặc CSV.");
    invalid("file_kind", why)
}

pub(super) fn encrypted() -> Error {
    let why = "Tệp có mật khẩu nên không đọc được. Hãy bỏ mật khẩu (Tệp › Thông tin › Bảo vệ sổ làm việc) \
               rồi gửi lại.";
    invalid("file_encrypted", why)
}

pub(super) fn too_many_cells() -> Error {
    let why = "Tệp có quá nhiều ô (giới hạn 5 triệu ô, 1.048.576 dòng mỗi trang tính). Hãy xóa các dòng, \
               cột thừa hoặc tách tệp.";
    Error::new(Kind::TooLarge, "file_too_many_cells", why)
}

/// What a file without a table is, in words.
fn foreign(bytes: &[u8]) -> Option<&'static str> {
    let head = &bytes[..bytes.len().min(1024)];
    let start = head.trim_ascii_start();
    let start = start.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(start).trim_ascii_start();
    let lower: Vec<u8> = start.iter().take(512).map(u8::to_ascii_lowercase).collect();
    let has = |what: &[u8]| lower.windows(what.len()).any(|w| w == what);
    Some(match bytes {
        [b'%', b'P', b'D', b'F', ..] => "tệp PDF",
        [0xff, 0xd8, 0xff, ..] | [0x89, b'P', b'N', b'G', ..] | [b'G', b'I', b'F', b'8', ..] => "hình ảnh",
        [b'B', b'M', _, _, _, _, 0, 0, 0, 0, ..] | [b'R', b'I', b'F', b'F', ..] => "hình ảnh",
        [b'R', b'a', b'r', b'!', ..] | [b'7', b'z', 0xbc, 0xaf, ..] | [0x1f, 0x8b, ..] => "tệp nén",
        [b'M', b'Z', ..] | [0x7f, b'E', b'L', b'F', ..] => "chương trình",
        [b'{', b'\\', b'r', b't', b'f', ..] => "văn bản RTF",
        _ if lower.starts_with(b"<") && (has(b"<html") || has(b"<table") || has(b"<!doctype html")) => {
            "trang web (HTML) đổi đuôi thành Excel; hãy mở bằng Excel, chọn «Lưu thành» dạng .xlsx"
        }
        _ if lower.starts_with(b"<?xml") && has(b"spreadsheet") => {
            "bảng tính dạng XML 2003; hãy mở bằng Excel, chọn «Lưu thành» dạng .xlsx"
        }
        _ if lower.starts_with(b"<?xml") => "tệp XML",
        _ if start.starts_with(b"{\"") || start.starts_with(b"[{") => "tệp JSON",
        _ => return None,
    })
}

/// The name of a place in a sheet, «D17», from row and column counted from 0.
pub fn address(row: usize, column: usize) -> String {
    format!("{}{}", column_name(column), row + 1)
}

/// The letters of a column counted from 0: A, B, … Z, AA.
pub fn column_name(column: usize) -> String {
    let mut letters = Vec::new();
    let mut left = column + 1;
    while left > 0 {
        letters.push(b'A' + ((left - 1) % 26) as u8);
        left = (left - 1) / 26;
    }
    letters.iter().rev().map(|b| char::from(*b)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_named_as_excel_names_it() {
        assert_eq!(address(16, 3), "D17");
        assert_eq!(address(0, 26), "AA1");
        assert_eq!(column_name(16_383), "XFD");
    }

    #[test]
    fn a_file_is_known_by_its_content_and_told_in_words() {
        for (bytes, what) in [
            (&b"%PDF-1.7\n%abc"[..], "PDF"),
            (b"\x89PNG\r\n\x1a\n", "hình ảnh"),
            (b"\xef\xbb\xbf  <html xmlns:x=\"urn\"><table>", "HTML"),
            (
                b"<?xml version=\"1.0\"?><Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\">",
                "XML 2003",
            ),
            (b"Rar!\x1a\x07", "tệp nén"),
            (b"[{\"a\":1}]", "JSON"),
        ] {
            let error = Workbook::read(bytes, "bao-cao.xls").unwrap_err();
            assert_eq!(error.code(), "file_kind");
            assert!(error.message().contains(what), "{}", error.message());
        }
        assert_eq!(Workbook::read(b"", "a.csv").unwrap_err().code(), "file_empty");
        assert_eq!(Workbook::read(b"PK\x05\x06", "a.xlsx").unwrap_err().code(), "file_broken");
    }

    #[test]
    fn hard_spaces_and_invisible_signs_are_not_seen() {
        assert_eq!(Cell::text("\u{a0} Xã\u{a0}Trần\u{200b} Đề \r\n"), Cell::Text("Xã Trần Đề".into()));
        assert_eq!(Cell::text(" \u{a0}\t"), Cell::Empty);
    }
}
