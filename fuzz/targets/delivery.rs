#![no_main]
//! The body of `POST /api/v1/observations`, up to checked rows.

use foundation::number::NumberStyle;
use indicators::check::Checker;
use indicators::http::delivery_rows;
use kit::Scope;
use libfuzzer_sys::fuzz_target;
use toancanh_fuzz::{ROOT, catalogue, map, today};

fuzz_target!(|bytes: &[u8]| {
    let Ok(rows) = delivery_rows(bytes) else { return };
    let (catalogue, map, scope) = (catalogue(), map(), Scope::System("fuzz"));
    let mut checker = Checker::new(&catalogue, &map, ROOT, &scope, today(), NumberStyle::En);
    for (at, row) in rows.iter().enumerate() {
        if let Ok(told) = checker.check(at, row) {
            assert!(told.value.is_none_or(f64::is_finite), "a figure is a number");
        }
    }
});
