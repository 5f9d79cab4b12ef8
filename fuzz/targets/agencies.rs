#![no_main]
//! A file of agencies, up to what it would change.

use libfuzzer_sys::fuzz_target;
use toancanh_fuzz::{ROOT, map, today};
use units::agencies::{plan::plan, read, write};

fuzz_target!(|bytes: &[u8]| {
    match read(bytes) {
        Err(faults) => assert!(!faults.is_empty(), "a refusal says why"),
        Ok(rows) => {
            let again = read(write(&rows).as_bytes());
            assert!(again.is_ok_and(|again| again.len() == rows.len()), "what is written is read again");
            let _ = plan(&map(), ROOT, &rows, today());
        }
    }
});
