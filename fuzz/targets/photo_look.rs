#![no_main]
//! What a photo says of itself: headers and EXIF.

use libfuzzer_sys::fuzz_target;
use photos::{Limits, look, sniff};

fuzz_target!(|bytes: &[u8]| {
    let limits = Limits::default();
    let Ok(seen) = look(bytes, &limits) else { return };
    assert_eq!(sniff(bytes).ok(), Some(seen.format));
    assert!(seen.width > 0 && seen.height > 0 && seen.width.max(seen.height) <= limits.side);
    assert!(u64::from(seen.width) * u64::from(seen.height) <= limits.pixels);
    if let Some(at) = seen.position {
        assert!(at.lat.abs() <= 90.0 && at.lon.abs() <= 180.0);
    }
});
