#![no_main]
//! Files of packs: the tree, typed definitions with every fault told, one value as a form sends it.

use indicators::definition::Definition;
use kit::PackFile;
use libfuzzer_sys::fuzz_target;
use packs::yaml;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let _ = yaml::parse_value(text);
    if yaml::parse("indicators.yaml", text).is_err() {
        return;
    }
    let file = PackFile {
        pack: "admin".into(),
        path: "indicators.yaml".into(),
        text: text.into(),
        edits: Vec::new(),
    };
    let (_, faults) = yaml::read_most::<Vec<Definition>>(&file);
    assert!(faults.iter().all(|fault| fault.line >= 1 && fault.column >= 1));
});
