//! What several targets need: a small catalogue, a small place.

use foundation::Date;
use indicators::definition::Definition;
use indicators::{Catalogue, Indicator};
use kit::UnitId;
use serde_json::json;
use units::Map;
use units::version::{Level, Version};

/// The place whose figures are read.
pub const ROOT: UnitId = 92;

/// The day that targets take for today.
pub fn today() -> Date {
    Date::from_ymd(2026, 11, 22).expect("a day of the calendar")
}

/// A province and two of its communes.
pub fn map() -> Map {
    let version = |unit, code, level, kind, name, parent| Version {
        parent,
        ..Version::plain(unit, level, kind, code, name)
    };
    let places = vec![
        version(ROOT, "92", Level::Province, "Thành phố", "Cần Thơ", None),
        version(1_031_135, "31135", Level::Commune, "Phường", "Ninh Kiều", Some(ROOT)),
        version(1_031_675, "31675", Level::Commune, "Xã", "Trần Đề", Some(ROOT)),
    ];
    Map::new(places, Vec::new(), Vec::new())
}

/// A sum, a rate and one with extra keys.
pub fn catalogue() -> Catalogue {
    let defs = [
        json!({"id": "received", "name": "Hồ sơ tiếp nhận", "unit": "hồ sơ", "calendar": "month",
            "reported_by": "commune", "over_places": "sum", "over_time": "sum", "range": {"min": 0}}),
        json!({"id": "satisfied", "name": "Mức độ hài lòng", "unit": "%", "decimals": 1,
            "calendar": "month", "reported_by": "commune", "over_places": "sum", "over_time": "sum",
            "range": {"min": 0, "max": 100}}),
        json!({"id": "dengue", "name": "Ca mắc sốt xuất huyết", "unit": "ca", "calendar": "week",
            "reported_by": "commune", "over_places": "sum", "over_time": "sum",
            "dims": [{"id": "sex", "name": "Giới tính", "values": [
                {"id": "nam", "name": "Nam"}, {"id": "nu", "name": "Nữ"}]}]}),
    ];
    let all = defs.into_iter().enumerate().map(|(n, def)| {
        let def: Definition = serde_json::from_value(def).expect("a definition of ours is well made");
        let code = format!("admin.{}", def.id);
        Indicator { id: n as i64 + 1, code, pack: "admin".into(), version: 1, since: today(), def }
    });
    Catalogue::new(all.collect(), Vec::new())
}
