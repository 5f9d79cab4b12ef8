#![no_main]
//! Spreadsheets of every kind (xlsx, xlsm, xlsb, xls, ods), and what is none.

use foundation::ExcelEpoch;
use indicators::import::Workbook;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(book) = Workbook::read(bytes, "so-lieu.xlsx") else { return };
    for sheet in &book.sheets {
        let width = sheet.width();
        for row in 0..sheet.rows.len().min(50) {
            for column in 0..width.min(50) {
                let _ = sheet.seen(row, column).shown(sheet.epoch);
                let _ = sheet.words(row, column);
                let _ = sheet.at(row, column).shown(ExcelEpoch::From1904);
            }
        }
    }
});
