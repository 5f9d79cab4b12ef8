//! A workbook to fill in and send back: units written already, indicators in the headings, their codes in a
//! hidden row.

use foundation::{Result, error::internal};
use rust_xlsxwriter::{Format, FormatAlign, FormatBorder, Workbook, XlsxError};

use super::form::Form;

/// The bytes of a template. What a unit does not report is grey. Reading it back finds every column by its
/// code.
pub fn template(form: &Form, title: &str) -> Result<Vec<u8>> {
    draw(form, title).map_err(|e| internal("template_file", "Không tạo được tệp mẫu").because(e))
}

fn draw(form: &Form, title: &str) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.set_name(form.period.code())?;
    let head = Format::new()
        .set_bold()
        .set_text_wrap()
        .set_align(FormatAlign::Center)
        .set_align(FormatAlign::VerticalCenter)
        .set_border(FormatBorder::Thin)
        .set_background_color("E8EEF4");
    let line = Format::new().set_border(FormatBorder::Thin);
    let code = Format::new().set_border(FormatBorder::Thin).set_num_format("@");
    let off = Format::new().set_border(FormatBorder::Thin).set_background_color("DDDDDD");
    sheet.write_string_with_format(0, 0, title, &Format::new().set_bold().set_font_size(13))?;
    sheet.write_string(1, 0, form.period.label_vi())?;
    sheet.write_string(2, 0, "unit code")?;
    sheet.write_string(3, 0, "Mã đơn vị")?;
    sheet.write_string_with_format(3, 0, "Mã đơn vị", &head)?;
    sheet.write_string_with_format(3, 1, "Tên đơn vị", &head)?;
    for (i, indicator) in form.indicators.iter().enumerate() {
        let column = i as u16 + 2;
        let decimals = usize::from(indicator.def.decimals);
        sheet.write_string(2, column, &indicator.code)?;
        let name = format!("{} ({})", indicator.def.name.vi, indicator.def.unit.vi);
        sheet.write_string_with_format(3, column, name, &head)?;
        sheet.set_column_width(column, 16)?;
        let digits = match decimals {
            0 => "#,##0".to_owned(),
            n => format!("#,##0.{}", "0".repeat(n)),
        };
        let number = Format::new().set_border(FormatBorder::Thin).set_num_format(digits);
        for (r, unit) in form.units.iter().enumerate() {
            let here = if form.takes(indicator.id, unit.unit) { &number } else { &off };
            sheet.write_blank(r as u32 + 4, column, here)?;
        }
    }
    for (r, unit) in form.units.iter().enumerate() {
        sheet.write_string_with_format(r as u32 + 4, 0, &unit.code, &code)?;
        sheet.write_string_with_format(r as u32 + 4, 1, &unit.name, &line)?;
    }
    sheet.set_row_hidden(2)?;
    sheet.set_row_height(3, 48)?;
    sheet.set_column_width(0, 11)?;
    sheet.set_column_width(1, 28)?;
    sheet.set_freeze_panes(4, 2)?;
    book.save_to_buffer()
}
