#![no_main]
//! A table from guess to checked values: headings, units, periods, numbers of cells.

use foundation::number::NumberStyle;
use indicators::check::Checker;
use indicators::import::Workbook;
use indicators::import::guess::{Known, guess};
use indicators::import::mapping::fingerprint;
use indicators::import::rows::Reading;
use kit::Scope;
use libfuzzer_sys::fuzz_target;
use toancanh_fuzz::{ROOT, catalogue, map, today};

fuzz_target!(|bytes: &[u8]| {
    let Ok(book) = Workbook::read(bytes, "so-lieu.csv") else { return };
    let (catalogue, map, scope) = (catalogue(), map(), Scope::System("fuzz"));
    let known = Known::new(&catalogue, &map, ROOT, today(), Some("admin"));
    let checker = Checker::new(&catalogue, &map, ROOT, &scope, today(), NumberStyle::Vi);
    let mut reading = Reading::new(&catalogue, &known, checker, vec!["Cần Thơ".into()]);
    for sheet in &book.sheets {
        let Some(found) = guess(sheet, &known) else { continue };
        let _ = fingerprint(sheet, found.mapping.header, found.mapping.levels);
        reading.sheet(sheet, &found.mapping, &mut |_| true);
    }
});
