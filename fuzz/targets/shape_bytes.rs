#![no_main]
//! Packed boundaries: bytes that can be read are written the same way again.

use foundation::geo::{Grid, decode, encode};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(shape) = decode(bytes) else { return };
    let grid = if bytes[1] == 5 { Grid::Metre } else { Grid::Decimetre };
    let again = decode(&encode(&shape, grid)).expect("what we packed can be read");
    assert_eq!(again, shape);
    let _ = shape.bounds();
    let _ = shape.centroid();
});
