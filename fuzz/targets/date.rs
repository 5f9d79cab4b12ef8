#![no_main]
//! Dates, times of day and hours of work, typed or as cells hold them.

use foundation::{Date, ExcelEpoch, Hours, TimeOfDay};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(text) = std::str::from_utf8(bytes) {
        if let Ok(date) = Date::parse(text) {
            assert_eq!(Date::parse(&date.iso()).expect("our own spelling"), date);
            assert_eq!(Date::parse(&date.vi()).expect("our own spelling"), date);
            let _ = (date.start(), date.weekday(), date.long_vi());
        }
        if let Ok(time) = TimeOfDay::parse(text) {
            let _ = time.show();
        }
        let _ = Hours::parse(text);
    }
    if let Ok(cell) = <[u8; 8]>::try_from(bytes) {
        for epoch in [ExcelEpoch::From1900, ExcelEpoch::From1904] {
            if let Ok(date) = Date::from_excel(f64::from_le_bytes(cell), epoch) {
                let _ = (date.iso(), date.start());
            }
        }
    }
});
