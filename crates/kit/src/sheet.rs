//! A table to take away: CSV for every program (UTF-8 with its mark, so that Excel reads the accents), XLSX
//! for people.

use axum::response::{IntoResponse, Response};
use foundation::{Result, error::internal};
use http::{HeaderValue, header};
use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};

/// A cell.
pub enum Cell {
    /// Nothing: a figure that is missing.
    Empty,
    /// Text.
    Text(String),
    /// A number with its decimals.
    Number(f64, u8),
}

impl Cell {
    /// A figure, rounded to its decimals.
    pub fn figure(value: Option<f64>, decimals: u8) -> Cell {
        value.map_or(Cell::Empty, |v| Cell::Number(v, decimals))
    }
}

impl<T: Into<String>> From<T> for Cell {
    fn from(text: T) -> Cell {
        Cell::Text(text.into())
    }
}

/// The table.
pub struct Sheet {
    /// The name of the file, without its ending.
    pub name: String,
    /// The words over the columns.
    pub heads: Vec<String>,
    /// The rows, as wide as `heads`.
    pub rows: Vec<Vec<Cell>>,
}

/// Text that a spreadsheet would take for a formula is marked as text.
pub fn harmless(text: &str) -> String {
    match text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        true => format!("'{text}"),
        false => text.to_owned(),
    }
}

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// A file to take away; of its name only what no system minds is kept.
pub fn file(name: &str, kind: &'static str, ending: &str, body: Vec<u8>) -> Response {
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    let name: String = name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '-' })
        .collect();
    if let Ok(value) = format!("attachment; filename=\"{name}.{ending}\"").parse() {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    response
}

impl Sheet {
    /// As CSV: commas, a dot before the decimals.
    pub fn csv(&self) -> Result<Response> {
        let broken = |e: csv::Error| internal("csv", "Không ghi được tệp CSV").because(e);
        let mut writer = csv::Writer::from_writer(vec![0xEF, 0xBB, 0xBF]);
        writer.write_record(&self.heads).map_err(broken)?;
        for row in &self.rows {
            let cells = row.iter().map(|cell| match cell {
                Cell::Empty => String::new(),
                Cell::Text(text) => harmless(text),
                Cell::Number(value, decimals) => format!("{value:.*}", usize::from(*decimals)),
            });
            writer.write_record(cells).map_err(broken)?;
        }
        let body = writer.into_inner().map_err(|_| internal("csv", "Không ghi được tệp CSV"))?;
        Ok(file(&self.name, "text/csv; charset=utf-8", "csv", body))
    }

    /// As XLSX: numbers are numbers, the heads stand still.
    pub fn xlsx(&self) -> Result<Response> {
        let body = self.workbook().map_err(|e| internal("xlsx", "Không ghi được tệp Excel").because(e))?;
        Ok(file(&self.name, XLSX, "xlsx", body))
    }

    fn workbook(&self) -> std::result::Result<Vec<u8>, XlsxError> {
        let mut book = Workbook::new();
        let formats = Formats::new();
        let sheet = book.add_worksheet();
        sheet.set_freeze_panes(1, 1)?;
        self.fill(sheet, 0, &formats)?;
        book.save_to_buffer()
    }

    /// Writes the heads into the row `top`, the rows below them.
    fn fill(&self, sheet: &mut Worksheet, top: u32, formats: &Formats) -> std::result::Result<(), XlsxError> {
        for (column, head) in self.heads.iter().enumerate() {
            sheet.write_with_format(top, column as u16, head, &formats.bold)?;
            sheet.set_column_width(column as u16, if column == 0 { 28 } else { 16 })?;
        }
        for (row, cells) in self.rows.iter().enumerate() {
            for (column, cell) in cells.iter().enumerate() {
                let (row, column) = (top + row as u32 + 1, column as u16);
                match cell {
                    Cell::Empty => {}
                    Cell::Text(text) => {
                        sheet.write_string(row, column, text)?;
                    }
                    Cell::Number(value, decimals) => {
                        let format = &formats.numbers[usize::from(*decimals).min(6)];
                        sheet.write_number_with_format(row, column, *value, format)?;
                    }
                }
            }
        }
        Ok(())
    }
}

/// How heads and numbers are written.
struct Formats {
    bold: Format,
    numbers: Vec<Format>,
}

impl Formats {
    fn new() -> Formats {
        let numbers = (0..=6)
            .map(|d| match d {
                0 => Format::new().set_num_format("#,##0"),
                d => Format::new().set_num_format(format!("#,##0.{}", "0".repeat(d))),
            })
            .collect();
        Formats { bold: Format::new().set_bold(), numbers }
    }
}

/// A workbook of several tables, one below the other on a sheet of paper: title, lines, table, title, …
pub struct Book {
    /// The name of the file, without its ending.
    pub name: String,
    /// The name of its only worksheet.
    pub tab: String,
    /// What stands in it, in order.
    pub blocks: Vec<Block>,
}

/// A part of a [`Book`].
pub struct Block {
    /// The words above it.
    pub title: String,
    /// Sentences, one a row.
    pub lines: Vec<String>,
    /// A table; its own name is not used.
    pub table: Option<Sheet>,
}

impl Book {
    /// As XLSX.
    pub fn xlsx(&self) -> Result<Response> {
        let body = self.workbook().map_err(|e| internal("xlsx", "Không ghi được tệp Excel").because(e))?;
        Ok(file(&self.name, XLSX, "xlsx", body))
    }

    fn workbook(&self) -> std::result::Result<Vec<u8>, XlsxError> {
        let (mut book, formats) = (Workbook::new(), Formats::new());
        let sheet = book.add_worksheet();
        sheet.set_name(&self.tab)?;
        sheet.set_landscape();
        sheet.set_print_fit_to_pages(1, 0);
        let mut row = 0;
        for block in &self.blocks {
            if !block.title.is_empty() {
                sheet.write_with_format(row, 0, &block.title, &formats.bold)?;
                row += 1;
            }
            for line in &block.lines {
                sheet.write_string(row, 0, line)?;
                row += 1;
            }
            if let Some(table) = &block.table {
                table.fill(sheet, row, &formats)?;
                row += table.rows.len() as u32 + 1;
            }
            row += 1;
        }
        book.save_to_buffer()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_looks_like_a_formula_is_only_text() {
        assert_eq!(harmless("=1+1"), "'=1+1");
        assert_eq!(harmless("Xã Trần Đề"), "Xã Trần Đề");
    }
}
