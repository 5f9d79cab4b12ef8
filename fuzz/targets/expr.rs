#![no_main]
//! Formulas and conditions of packs: what is read can be reckoned, with any numbers and with none.

use foundation::{Expr, Symbols, Value};
use libfuzzer_sys::fuzz_target;

const NUMBERS: [f64; 6] = [0.0, -1.0, 1e308, 1e-308, 0.1, 36_500.0];

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let symbols = Symbols::new(["value", "admin.done", "admin.received", "health.beds"]).within("admin");
    let Ok(expr) = Expr::parse(text, &symbols) else { return };
    let finite = |value: Value| value.number().is_none_or(f64::is_finite);
    assert!(finite(expr.eval(&|_| None)));
    for number in NUMBERS {
        assert!(finite(expr.eval(&|_| Some(number))), "what is not finite is missing");
    }
    let row: Vec<Option<f64>> = NUMBERS.iter().map(|n| Some(*n)).collect();
    assert!(finite(expr.eval_row(&row)));
    assert!(finite(expr.eval_row(&[Some(f64::NAN), Some(f64::INFINITY)])));
});
