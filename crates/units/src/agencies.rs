//! Agencies as a table that people keep in a spreadsheet: bytes → rows, every bad cell named; and back again.
//!
//! Columns: `ma` (code, unique), `ten` (name), `ten_ngan` (short name), `cap` (`so` = an agency of the
//! province, `phong` = one of the commune), `truc_thuoc` (code of the agency above), `dia_ban` (code of the
//! place served, empty = the place of the installation), `tu_ngay` (first day), `den_ngay` (last day);
//! `can_cu` (the act) and `da_doi_chieu` (`co` when the act was read). Only the first two and `cap` must be
//! there.

pub mod export;
pub mod plan;
pub mod template;

use std::collections::HashMap;
use std::fmt;

use foundation::Date;
use foundation::text::{plain, separator_of, spelling};

use crate::version::Level;

/// The largest file that is read.
pub const MAX_BYTES: usize = 4 << 20;

/// The most rows of one file: a province has about a hundred communes of six offices.
pub const MAX_ROWS: usize = 20_000;

/// Faults after the hundredth are not worth reading.
const MAX_FAULTS: usize = 100;

/// The columns, in the order of an export.
pub const COLUMNS: [&str; 10] = [
    "ma",
    "ten",
    "ten_ngan",
    "cap",
    "truc_thuoc",
    "dia_ban",
    "tu_ngay",
    "den_ngay",
    "can_cu",
    "da_doi_chieu",
];

/// One agency as the file says it.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Its line in the file, from 1.
    pub line: u64,
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Its short name, may be empty.
    pub short: String,
    /// Department or office.
    pub level: Level,
    /// The code of the agency above; empty for none.
    pub parent: String,
    /// The code of the place it serves; empty for the installation's.
    pub place: String,
    /// Its first day.
    pub from: Option<Date>,
    /// Its last day, which still belongs to it.
    pub last: Option<Date>,
    /// The act.
    pub legal_ref: Option<String>,
    /// Whether the act was read.
    pub verified: bool,
}

/// What is wrong with a cell, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The line in the file, from 1.
    pub line: u64,
    /// The column, one of [`COLUMNS`]; empty when the whole line or file is meant.
    pub column: &'static str,
    /// What is wrong.
    pub reason: String,
    /// What to do.
    pub remedy: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Dòng {}", self.line)?;
        if !self.column.is_empty() {
            write!(f, ", cột {}", self.column)?;
        }
        write!(f, ": {} {}", self.reason, self.remedy)
    }
}

/// A fault.
pub(crate) fn fault(
    line: u64,
    column: &'static str,
    reason: impl Into<String>,
    remedy: impl Into<String>,
) -> Fault {
    Fault { line, column, reason: reason.into(), remedy: remedy.into() }
}

/// Reads a file; either every row is good, or every fault is told (the first hundred).
pub fn read(bytes: &[u8]) -> Result<Vec<Row>, Vec<Fault>> {
    if bytes.len() > MAX_BYTES {
        return Err(vec![fault(1, "", "Tệp lớn hơn 4 MB.", "Hãy chia thành nhiều tệp.")]);
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|e| {
        let line = 1 + bytes[..e.valid_up_to()].iter().filter(|b| **b == b'\n').count() as u64;
        vec![fault(line, "", "Tệp không phải UTF-8.", "Trong Excel hãy lưu dạng «CSV UTF-8».")]
    })?;
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator_of(text.lines().next().unwrap_or_default()))
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut records = reader.records();
    let broken = |e: csv::Error| {
        let line = e.position().map_or(1, csv::Position::line);
        vec![fault(line, "", "Không đọc được dòng này.", "Hãy lưu lại tệp dạng CSV UTF-8.")]
    };
    let header = match records.next() {
        Some(header) => header.map_err(broken)?,
        None => return Err(vec![fault(1, "", "Tệp trống.", "Hãy tải tệp mẫu rồi điền vào.")]),
    };
    let at = columns(&header)?;
    let mut rows = Vec::new();
    let mut faults = Vec::new();
    let mut seen: HashMap<String, u64> = HashMap::new();
    for record in records {
        let record = record.map_err(broken)?;
        let line = record.position().map_or(0, |p| line_of(text, p));
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        if rows.len() == MAX_ROWS {
            faults.push(fault(
                line,
                "",
                format!("Tệp dài quá {MAX_ROWS} dòng."),
                "Hãy chia thành nhiều tệp.",
            ));
            break;
        }
        let before = faults.len();
        let row = row(line, &at, &record, &mut faults);
        if let Some(first) = seen.get(&row.code).filter(|_| !row.code.is_empty()) {
            let reason = format!("Mã «{}» đã có ở dòng {first}.", row.code);
            faults.push(fault(line, "ma", reason, "Mỗi cơ quan chỉ một dòng; hãy bỏ bớt hoặc đổi mã."));
        }
        seen.entry(row.code.clone()).or_insert(line);
        if faults.len() == before {
            rows.push(row);
        }
        if faults.len() >= MAX_FAULTS {
            break;
        }
    }
    if rows.is_empty() && faults.is_empty() {
        faults.push(fault(1, "", "Tệp chỉ có dòng tiêu đề.", "Hãy điền mỗi cơ quan một dòng."));
    }
    if faults.is_empty() { Ok(rows) } else { Err(faults) }
}

/// The line on which a record begins. The reader's own position lies before the line breaks it steps over.
fn line_of(text: &str, position: &csv::Position) -> u64 {
    let rest = text.as_bytes().get(position.byte() as usize..).unwrap_or_default();
    let breaks = rest.iter().take_while(|b| matches!(b, b'\r' | b'\n')).filter(|b| **b == b'\n').count();
    position.line() + breaks as u64
}

type Places = HashMap<&'static str, usize>;

fn columns(header: &csv::StringRecord) -> Result<Places, Vec<Fault>> {
    let mut at = Places::new();
    let mut faults = Vec::new();
    for (i, cell) in header.iter().enumerate() {
        let name = plain(cell.trim()).to_lowercase().replace(' ', "_");
        match COLUMNS.into_iter().find(|c| *c == name) {
            Some(column) if at.contains_key(column) => {
                faults.push(fault(1, column, "Cột này có hai lần.", "Hãy bỏ một cột."));
            }
            Some(column) => {
                at.insert(column, i);
            }
            None if name.is_empty() => {}
            None => {
                let shown: String = cell.trim().chars().take(40).collect();
                let remedy = format!("Các cột đọc được: {}.", COLUMNS.join(", "));
                faults.push(fault(1, "", format!("Không rõ cột «{shown}»."), remedy));
            }
        }
        if faults.len() >= MAX_FAULTS {
            break;
        }
    }
    for column in ["ma", "ten", "cap"] {
        if !at.contains_key(column) {
            faults.push(fault(1, column, "Thiếu cột này.", "Hãy thêm cột, hoặc dùng tệp mẫu."));
        }
    }
    if faults.is_empty() { Ok(at) } else { Err(faults) }
}

fn row(line: u64, at: &Places, record: &csv::StringRecord, faults: &mut Vec<Fault>) -> Row {
    let mut cell = |column: &'static str, longest: usize| -> String {
        let text = at.get(column).and_then(|i| record.get(*i)).unwrap_or_default();
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if text.chars().any(char::is_control) {
            faults.push(fault(line, column, "Có ký tự điều khiển.", "Hãy gõ lại ô này."));
        }
        if text.chars().count() > longest {
            let reason = format!("Dài quá {longest} ký tự.");
            faults.push(fault(line, column, reason, "Hãy viết ngắn lại."));
        }
        text
    };
    let code = cell("ma", 64);
    let name = cell("ten", 200);
    let short = cell("ten_ngan", 40);
    let level = cell("cap", 40);
    let parent = cell("truc_thuoc", 64);
    let place = cell("dia_ban", 20);
    let (from, last) = (cell("tu_ngay", 20), cell("den_ngay", 20));
    let legal_ref = cell("can_cu", 120);
    let checked = cell("da_doi_chieu", 10);
    let sound = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '/');
    if code.is_empty() {
        faults.push(fault(line, "ma", "Thiếu mã.", "Hãy đặt một mã riêng, ví dụ 92.so-y-te."));
    } else if !code.chars().all(sound) {
        let remedy = "Mã chỉ gồm chữ, số, dấu chấm, gạch nối, gạch dưới, gạch chéo.";
        faults.push(fault(line, "ma", format!("Mã «{code}» có ký tự lạ."), remedy));
    }
    if name.is_empty() {
        faults.push(fault(line, "ten", "Thiếu tên.", "Hãy ghi tên đầy đủ của cơ quan."));
    }
    let read_level = match spelling(&level).as_str() {
        s if s == spelling("so") || s == spelling("sở") => Level::Department,
        s if s == spelling("phong") || s == spelling("phòng") => Level::Office,
        _ => {
            let remedy = "Ghi «so» cho cơ quan của tỉnh, thành phố; «phong» cho cơ quan của xã, phường.";
            faults.push(fault(line, "cap", format!("Không rõ cấp «{level}»."), remedy));
            Level::Department
        }
    };
    let mut day = |column: &'static str, text: &str| match text {
        "" => None,
        text => match Date::parse(text) {
            Ok(day) => Some(day),
            Err(_) => {
                let reason = format!("«{text}» không phải một ngày.");
                faults.push(fault(line, column, reason, "Ghi như 01/07/2025 hoặc 2025-07-01."));
                None
            }
        },
    };
    let (from, last) = (day("tu_ngay", &from), day("den_ngay", &last));
    if from.zip(last).is_some_and(|(from, last)| last < from) {
        faults.push(fault(line, "den_ngay", "Ngày cuối trước ngày đầu.", "Hãy sửa một trong hai ngày."));
    }
    let verified = match plain(&checked).to_lowercase().as_str() {
        "" | "khong" => false,
        "co" => true,
        _ => {
            faults.push(fault(
                line,
                "da_doi_chieu",
                format!("Không rõ «{checked}»."),
                "Ghi «co» hoặc «khong».",
            ));
            false
        }
    };
    let legal_ref = Some(legal_ref).filter(|t| !t.is_empty());
    if verified && legal_ref.is_none() {
        let remedy = "Hãy ghi số hiệu văn bản ở cột can_cu, hoặc ghi «khong».";
        faults.push(fault(line, "da_doi_chieu", "Đã đối chiếu mà không có căn cứ.", remedy));
    }
    Row { line, code, name, short, level: read_level, parent, place, from, last, legal_ref, verified }
}

/// Rows as a file that [`read`] reads again, with the mark that Excel needs to see UTF-8.
pub fn write(rows: &[Row]) -> String {
    let mut out = format!("\u{feff}{}\r\n", COLUMNS.join(","));
    for row in rows {
        let day = |d: Option<Date>| d.map(Date::iso).unwrap_or_default();
        let level = if row.level == Level::Office { "phong" } else { "so" };
        let cells = [
            row.code.clone(),
            row.name.clone(),
            row.short.clone(),
            level.to_owned(),
            row.parent.clone(),
            row.place.clone(),
            day(row.from),
            day(row.last),
            row.legal_ref.clone().unwrap_or_default(),
            if row.verified { "co" } else { "khong" }.to_owned(),
        ];
        out.push_str(&cells.map(|c| quoted(&c)).join(","));
        out.push_str("\r\n");
    }
    out
}

fn quoted(cell: &str) -> String {
    match cell.contains([',', ';', '"', '\n', '\r']) {
        true => format!("\"{}\"", cell.replace('"', "\"\"")),
        false => cell.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_with_either_separator_and_a_mark_is_read_and_written_back() {
        let text = "\u{feff}ma;ten;cap;tu_ngay\r\n92.vh;\"Sở Văn hóa, Thể thao\";Sở;01/07/2025\r\n";
        let rows = read(text.as_bytes()).unwrap();
        assert_eq!(rows[0].name, "Sở Văn hóa, Thể thao");
        assert_eq!(rows[0].from, Some(Date::parse("2025-07-01").unwrap()));
        assert_eq!(read(write(&rows).as_bytes()).unwrap(), rows);
    }

    #[test]
    fn every_bad_cell_is_named_with_its_line_and_column() {
        let text =
            "ma,ten,cap,tu_ngay,den_ngay\nx,A,so,,\n\nx,,vu,31/02/2026,\ny z,B,phong,2026-02-01,2026-01-01\n";
        let faults = read(text.as_bytes()).unwrap_err();
        let told: Vec<_> = faults.iter().map(|f| (f.line, f.column)).collect();
        let wanted = [(4, "ten"), (4, "cap"), (4, "tu_ngay"), (4, "ma"), (5, "ma"), (5, "den_ngay")];
        assert_eq!(told, wanted);
        assert!(faults.iter().all(|f| !f.remedy.is_empty()));
    }

    #[test]
    fn a_file_of_another_kind_is_refused_with_a_remedy() {
        for bytes in
            [&b""[..], b"PK\x03\x04\xff\xfe", b"a,b\n1,2\n", b"ma,ten,cap\n", b"ma,ma,ten,cap\n1,1,A,so\n"]
        {
            assert!(!read(bytes).unwrap_err()[0].remedy.is_empty());
        }
        let large = vec![b'a'; MAX_BYTES + 1];
        assert_eq!(read(&large).unwrap_err().len(), 1);
    }
}
