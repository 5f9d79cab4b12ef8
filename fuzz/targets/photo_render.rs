#![no_main]
//! A photo drawn small, within small limits: the decoders below us, and what we hand to them.

use libfuzzer_sys::fuzz_target;
use photos::{Format, Limits, Size, look, render};

fuzz_target!(|bytes: &[u8]| {
    let limits = Limits { pixels: 65_536, side: 1_024, ..Limits::default() };
    let Ok([drawn]) = render(bytes, [Size::Thumb], &limits) else { return };
    let seen = look(&drawn, &limits).expect("what we wrote can be read");
    assert_eq!((seen.format, seen.orientation.exif()), (Format::Jpeg, 1));
    assert!(seen.width.max(seen.height) <= Size::Thumb.side());
});
