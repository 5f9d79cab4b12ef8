#![no_main]
//! What a form or a remembered row says of a sheet, against a sheet that it does not fit.

use foundation::number::NumberStyle;
use indicators::check::Checker;
use indicators::import::Workbook;
use indicators::import::guess::Known;
use indicators::import::mapping::{Mapping, Role, fingerprint, heading};
use indicators::import::rows::Reading;
use kit::Scope;
use libfuzzer_sys::fuzz_target;
use toancanh_fuzz::{ROOT, catalogue, map, today};

const TABLE: &str = "Xã;Hồ sơ tiếp nhận;Mức độ hài lòng\nTrần Đề;12;98,5\nNinh Kiều;7;0,9\n";

fuzz_target!(|bytes: &[u8]| {
    if let Ok(text) = std::str::from_utf8(bytes) {
        let role = Role::parse(text);
        assert_eq!(Role::parse(&role.code()), role);
    }
    let Ok(mapping) = serde_json::from_slice::<Mapping>(bytes) else { return };
    let _ = mapping.missing();
    let book = Workbook::read(TABLE.as_bytes(), "so-lieu.csv").expect("the table can be read");
    let sheet = &book.sheets[0];
    let (catalogue, map, scope) = (catalogue(), map(), Scope::System("fuzz"));
    let known = Known::new(&catalogue, &map, ROOT, today(), None);
    let checker = Checker::new(&catalogue, &map, ROOT, &scope, today(), NumberStyle::Vi);
    let mut reading = Reading::new(&catalogue, &known, checker, Vec::new());
    reading.sheet(sheet, &mapping, &mut |_| true);
    let _ = heading(sheet, mapping.header, mapping.levels, 1);
    let _ = fingerprint(sheet, mapping.header, mapping.levels);
    let _ = mapping.refit(sheet, None);
});
