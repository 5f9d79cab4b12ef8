//! Workbooks of Excel and OpenDocument, read by `calamine` once [`guard`](super::guard) let them pass.

use std::collections::HashSet;
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{
    CellErrorType, Data, DataRef, Ods, Reader, SheetType, SheetVisible, Xls, Xlsb, Xlsx, XlsxError,
};
use foundation::{Date, ExcelEpoch, Result};

use super::guard::Zipped;
use super::percent::hundredfold;
use super::workbook::{
    Cell, FileKind, MAX_CELLS, MAX_ROWS, MAX_TEXT, Merge, Sheet, Workbook, broken, encrypted, too_many_cells,
};

/// Reads .xlsx, .xlsb and .ods.
pub fn zipped(bytes: &[u8], kind: Zipped) -> Result<Workbook> {
    calmly(|| match kind {
        Zipped::Xlsx => xlsx(bytes),
        Zipped::Xlsb => xlsb(bytes),
        Zipped::Ods => ods(bytes),
    })
}

/// Reads .xls.
pub fn old(bytes: &[u8]) -> Result<Workbook> {
    calmly(|| xls(bytes))
}

/// A reader of foreign bytes may fall over; the program does not.
fn calmly(read: impl FnOnce() -> Result<Workbook>) -> Result<Workbook> {
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| Err(broken("the reader panicked")))
}

/// Puts cells into rows and counts what they take.
#[derive(Default)]
struct Filling {
    cells: u64,
    text: u64,
}

impl Filling {
    fn put(&mut self, rows: &mut Vec<Vec<Cell>>, at: (u32, u32), cell: Cell) -> Result<()> {
        if cell.is_empty() {
            return Ok(());
        }
        let (row, column) = (at.0 as usize, at.1 as usize);
        if at.0 >= MAX_ROWS || column >= 16_384 {
            return Err(too_many_cells());
        }
        if let Cell::Text(text) = &cell {
            self.text += text.len() as u64;
        }
        if row >= rows.len() {
            self.cells += (row + 1 - rows.len()) as u64;
            if self.cells > MAX_CELLS {
                return Err(too_many_cells());
            }
            rows.resize_with(row + 1, Vec::new);
        }
        let line = &mut rows[row];
        if column >= line.len() {
            self.cells += (column + 1 - line.len()) as u64;
            if self.cells > MAX_CELLS || self.text > MAX_TEXT {
                return Err(too_many_cells());
            }
            line.resize(column + 1, Cell::Empty);
        }
        line[column] = cell;
        Ok(())
    }
}

fn error_name(error: &CellErrorType) -> &'static str {
    match error {
        CellErrorType::Div0 => "#DIV/0!",
        CellErrorType::NA => "#N/A",
        CellErrorType::Name => "#NAME?",
        CellErrorType::Null => "#NULL!",
        CellErrorType::Num => "#NUM!",
        CellErrorType::Ref => "#REF!",
        CellErrorType::Value => "#VALUE!",
        CellErrorType::GettingData => "#GETTING_DATA",
    }
}

/// Dates of OpenDocument and of strict workbooks are text; they become serials like the others.
fn iso(text: &str, epoch: ExcelEpoch) -> Cell {
    let day = text.split('T').next().unwrap_or(text);
    match Date::parse(day) {
        Ok(date) => {
            let first = if epoch == ExcelEpoch::From1904 { -24_107 } else { -25_569 };
            Cell::Date(f64::from(date.0) - f64::from(first))
        }
        Err(_) => Cell::text(text),
    }
}

fn cell_of(data: &DataRef<'_>, epoch: ExcelEpoch) -> Cell {
    match data {
        DataRef::Empty => Cell::Empty,
        DataRef::Int(n) => Cell::Number(*n as f64),
        DataRef::Float(n) => Cell::Number(*n),
        DataRef::String(text) => Cell::text(text),
        DataRef::SharedString(text) => Cell::text(text),
        DataRef::Bool(b) => Cell::Bool(*b),
        DataRef::DateTime(date) if date.is_datetime() => Cell::Date(date.as_f64()),
        DataRef::DateTime(span) => Cell::Number(span.as_f64()),
        DataRef::DateTimeIso(text) => iso(text, epoch),
        DataRef::DurationIso(text) => Cell::text(text),
        DataRef::Error(error) => Cell::Error(error_name(error)),
    }
}

fn owned(data: &Data, epoch: ExcelEpoch) -> Cell {
    match data {
        Data::Empty => Cell::Empty,
        Data::Int(n) => Cell::Number(*n as f64),
        Data::Float(n) => Cell::Number(*n),
        Data::String(text) => Cell::text(text),
        Data::Bool(b) => Cell::Bool(*b),
        Data::DateTime(date) if date.is_datetime() => Cell::Date(date.as_f64()),
        Data::DateTime(span) => Cell::Number(span.as_f64()),
        Data::DateTimeIso(text) => iso(text, epoch),
        Data::DurationIso(text) => Cell::text(text),
        Data::Error(error) => Cell::Error(error_name(error)),
    }
}

fn epoch_of(is_1904: bool) -> ExcelEpoch {
    if is_1904 { ExcelEpoch::From1904 } else { ExcelEpoch::From1900 }
}

/// The names of the sheets that hold cells, and whether each is hidden.
fn sheets_of(all: &[calamine::Sheet]) -> Vec<(String, bool)> {
    let mut seen = HashSet::new();
    all.iter()
        .filter(|s| s.typ == SheetType::WorkSheet && seen.insert(s.name.clone()))
        .map(|s| (s.name.clone(), s.visible != SheetVisible::Visible))
        .collect()
}

fn merges_of(areas: Vec<calamine::Dimensions>) -> Vec<Merge> {
    areas.into_iter().take(100_000).map(|d| Merge { from: d.start, to: d.end }).collect()
}

fn xlsx(bytes: &[u8]) -> Result<Workbook> {
    let fault = |e: XlsxError| match e {
        XlsxError::Password => encrypted(),
        e => broken(e),
    };
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(fault)?;
    let epoch = epoch_of(book.has_1904_epoch());
    let names = sheets_of(book.sheets_metadata());
    let mut filling = Filling::default();
    let mut sheets = Vec::with_capacity(names.len().min(256));
    for (name, hidden) in names {
        let merges = merges_of(book.merge_cells_by_sheet_name(&name).unwrap_or_default());
        let mut rows = Vec::new();
        let mut reader = book.worksheet_cells_reader(&name).map_err(fault)?;
        let percent: Vec<bool> = reader
            .styles()
            .iter()
            .map(|s| s.number_format.as_ref().is_some_and(|f| f.format_code.contains('%')))
            .collect();
        while let Some((cell, style)) = reader.next_cell_with_style_id().map_err(fault)? {
            let value = match cell_of(cell.get_value(), epoch) {
                Cell::Number(n) if percent.get(style) == Some(&true) => Cell::Number(hundredfold(n)),
                other => other,
            };
            filling.put(&mut rows, cell.get_position(), value)?;
        }
        sheets.push(Sheet { name, hidden, epoch, rows, merges });
    }
    finish(FileKind::Xlsx, sheets)
}

fn xlsb(bytes: &[u8]) -> Result<Workbook> {
    let mut book: Xlsb<_> = Xlsb::new(Cursor::new(bytes)).map_err(broken)?;
    let epoch = epoch_of(book.has_1904_epoch());
    let names = sheets_of(book.sheets_metadata());
    let mut filling = Filling::default();
    let mut sheets = Vec::new();
    for (name, hidden) in names {
        let mut rows = Vec::new();
        let mut reader = book.worksheet_cells_reader(&name).map_err(broken)?;
        while let Some(cell) = reader.next_cell().map_err(broken)? {
            filling.put(&mut rows, cell.get_position(), cell_of(cell.get_value(), epoch))?;
        }
        sheets.push(Sheet { name, hidden, epoch, rows, merges: Vec::new() });
    }
    finish(FileKind::Xlsx, sheets)
}

fn xls(bytes: &[u8]) -> Result<Workbook> {
    let mut book: Xls<_> = match Xls::new(Cursor::new(bytes)) {
        Ok(book) => book,
        Err(calamine::XlsError::Password) => return Err(encrypted()),
        Err(e) => return Err(broken(e)),
    };
    let epoch = epoch_of(book.has_1904_epoch());
    let names = sheets_of(book.sheets_metadata());
    let mut filling = Filling::default();
    let mut sheets = Vec::new();
    for (name, hidden) in names {
        let merges = merges_of(book.merge_cells_by_sheet_name(&name).unwrap_or_default());
        let range = book.worksheet_range(&name).map_err(broken)?;
        sheets.push(sheet_of(&range, &mut filling, name, hidden, epoch, merges)?);
    }
    finish(FileKind::Xls, sheets)
}

fn ods(bytes: &[u8]) -> Result<Workbook> {
    let mut book: Ods<_> = match Ods::new(Cursor::new(bytes)) {
        Ok(book) => book,
        Err(calamine::OdsError::Password) => return Err(encrypted()),
        Err(e) => return Err(broken(e)),
    };
    let epoch = ExcelEpoch::From1900;
    let names = sheets_of(book.sheets_metadata());
    let mut filling = Filling::default();
    let mut sheets = Vec::new();
    for (name, hidden) in names {
        let range = book.worksheet_range(&name).map_err(broken)?;
        sheets.push(sheet_of(&range, &mut filling, name, hidden, epoch, Vec::new())?);
    }
    finish(FileKind::Ods, sheets)
}

fn sheet_of(
    range: &calamine::Range<Data>,
    filling: &mut Filling,
    name: String,
    hidden: bool,
    epoch: ExcelEpoch,
    merges: Vec<Merge>,
) -> Result<Sheet> {
    let mut rows = Vec::new();
    let (top, left) = range.start().unwrap_or_default();
    for (row, column, data) in range.used_cells() {
        let at = (top + row as u32, left + column as u32);
        filling.put(&mut rows, at, owned(data, epoch))?;
    }
    Ok(Sheet { name, hidden, epoch, rows, merges })
}

/// Text that only an old font made readable becomes Unicode.
fn finish(kind: FileKind, mut sheets: Vec<Sheet>) -> Result<Workbook> {
    let encoding = super::encoding::repair(&mut sheets);
    Ok(Workbook { kind, encoding, sure: true, sheets })
}
