#![no_main]
//! A file of targets, up to the rows that go to the check.

use indicators::http::target_rows;
use libfuzzer_sys::fuzz_target;
use toancanh_fuzz::catalogue;

fuzz_target!(|bytes: &[u8]| {
    let Ok(rows) = target_rows(&catalogue(), bytes) else { return };
    for row in rows {
        // What cannot be read is kept as no number, so that the check names its row; infinity never comes.
        assert!(row.value.is_none_or(|value| value.is_finite() || value.is_nan()), "a target is a number");
    }
});
