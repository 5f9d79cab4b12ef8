#![no_main]
//! Numbers as people type them, in both styles.

use foundation::number::{NumberStyle, compact_vi, parse_number, parse_typed, show_en, show_vi};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    for style in [NumberStyle::Vi, NumberStyle::En, NumberStyle::Unknown] {
        let _ = parse_typed(text, style);
        let Ok(number) = parse_number(text, style) else { continue };
        assert!(number.is_finite(), "a number is finite");
        let _ = compact_vi(number);
        for decimals in [0, 3, 6] {
            let _ = (show_vi(number, decimals), show_en(number, decimals));
        }
    }
});
