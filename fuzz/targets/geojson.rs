#![no_main]
//! Boundaries that a place hands in: whatever is read can be drawn, packed and read again.

use foundation::geo::geojson::{self, Limits};
use foundation::geo::{Grid, decode, encode};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(read) = geojson::read(bytes, &Limits::default()) else { return };
    for feature in &read.features {
        let shape = &feature.shape;
        assert!(shape.area_km2() >= 0.0, "an area is never negative");
        let _ = shape.centroid();
        let _ = shape.label_point();
        let packed = encode(shape, Grid::Metre);
        assert_eq!(decode(&packed).expect("what we packed can be read").vertex_count(), shape.vertex_count());
    }
});
