#![no_main]
//! Text in the encodings of old programs.

use foundation::legacy::{Encoding, decode, decode_as, repair, repair_as};
use libfuzzer_sys::fuzz_target;

const ALL: [Encoding; 6] = [
    Encoding::Utf8,
    Encoding::Utf16Le,
    Encoding::Utf16Be,
    Encoding::Windows1258,
    Encoding::Tcvn3,
    Encoding::Vni,
];

fuzz_target!(|bytes: &[u8]| {
    let _ = decode(bytes);
    for encoding in ALL {
        let _ = decode_as(bytes, encoding);
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        let _ = repair(text);
        for encoding in ALL {
            let _ = repair_as(text, encoding);
        }
    }
});
