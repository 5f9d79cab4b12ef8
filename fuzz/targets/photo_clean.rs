#![no_main]
//! A cleaned photo is the same photo, says nothing of place and time, and is clean.

use libfuzzer_sys::fuzz_target;
use photos::{Limits, clean, look};

fuzz_target!(|bytes: &[u8]| {
    let Ok(whole) = clean(bytes) else { return };
    assert_eq!(clean(&whole).expect("what we wrote can be read"), whole);
    let limits = Limits::default();
    let Ok(before) = look(bytes, &limits) else { return };
    let after = look(&whole, &limits).expect("what we wrote can be read");
    assert_eq!((before.format, before.width, before.height), (after.format, after.width, after.height));
    assert_eq!(before.orientation, after.orientation);
    assert_eq!((after.position, after.taken_at), (None, None));
});
