#![no_main]
//! Names of places as people write them.

use foundation::text::{SearchKey, fold, parse_place_parts, parse_place_query};
use libfuzzer_sys::fuzz_target;
use toancanh_fuzz::{map, today};

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let _ = parse_place_query(text);
    let _ = parse_place_parts(text);
    let folded = fold(text);
    assert_eq!(fold(&folded), folded, "folding twice changes nothing");
    let (asked, map) = (SearchKey::new(text), map());
    for version in map.versions() {
        let _ = asked.score(&SearchKey::new(&version.full_name()));
    }
    let _ = map.by_code(units::Level::Commune, text, today());
});
