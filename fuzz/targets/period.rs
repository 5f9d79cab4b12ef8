#![no_main]
//! Periods as people write them, in every calendar, and as cells and codes hold them.

use foundation::{Calendar, ExcelEpoch, Period};
use libfuzzer_sys::fuzz_target;

fn look(period: Period) {
    let code = period.code();
    assert_eq!(Period::from_code(&code).expect("our own code"), period, "{code}");
    let _ = (period.label_vi(), period.first_day(), period.last_day());
}

fuzz_target!(|bytes: &[u8]| {
    if let Ok(text) = std::str::from_utf8(bytes) {
        Calendar::ALL.into_iter().filter_map(|calendar| Period::parse(text, calendar).ok()).for_each(look);
        if let Ok(period) = Period::from_code(text) {
            look(period);
        }
    }
    if let Ok(cell) = <[u8; 8]>::try_from(bytes) {
        for epoch in [ExcelEpoch::From1900, ExcelEpoch::From1904] {
            let cell = f64::from_le_bytes(cell);
            let read = |calendar| Period::from_excel(cell, epoch, calendar).ok();
            Calendar::ALL.into_iter().filter_map(read).for_each(look);
        }
    }
});
