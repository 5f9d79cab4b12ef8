//! The agencies that NĐ 150/2025 and its neighbours give a province and its communes, from
//! `data/offices.csv`. What the program's authors did not read stands there as not verified.

use foundation::{Date, Result, error::internal};
use kit::UnitId;

use super::Row;
use crate::atlas::Map;
use crate::version::{Level, Version};

const OFFICES: &str = include_str!("../../data/offices.csv");

/// The day on which government in two tiers began and NĐ 150/2025 came into force, (2025, 7, 1).
const BEGAN: (i32, u32, u32) = (2025, 7, 1);

struct Office {
    applies_to: String,
    key: String,
    name: String,
    short: String,
    legal_ref: Option<String>,
    verified: bool,
}

fn offices() -> Result<Vec<Office>> {
    let wrong = || internal("offices", "Bảng cơ quan kèm theo chương trình bị hỏng: offices.csv");
    csv::Reader::from_reader(OFFICES.as_bytes())
        .records()
        .map(|record| {
            let record = record.map_err(|e| wrong().because(e))?;
            let f = |i: usize| record.get(i).unwrap_or("").to_owned();
            Ok(Office {
                applies_to: f(0),
                key: f(1),
                name: f(2),
                short: f(3),
                legal_ref: Some(f(5)).filter(|t| !t.is_empty()),
                verified: f(6) == "true",
            })
        })
        .collect()
}

/// The codes of a province's departments in the template, `so-y-te`. What the template makes has the code of
/// the place before it, `92.so-y-te`; a list of a place's own may use either.
pub fn department_keys() -> Result<Vec<String>> {
    let of_province = |o: Office| (o.applies_to == "province").then_some(o.key);
    Ok(offices()?.into_iter().filter_map(of_province).collect())
}

/// Whether an agency with this code is the one that the template calls `key`.
pub fn is_called(code: &str, key: &str) -> bool {
    code == key || code.rsplit_once('.').is_some_and(|(_, last)| last == key)
}

/// Which part of the table a place takes.
fn applies(place: &Version) -> Option<(&'static str, Level)> {
    match (place.level, place.kind.as_str()) {
        (Level::Province, _) => Some(("province", Level::Department)),
        (Level::Commune, "Xã") => Some(("xa", Level::Office)),
        (Level::Commune, "Phường") => Some(("phuong", Level::Office)),
        (Level::Commune, "Đặc khu") => Some(("dac_khu", Level::Office)),
        _ => None,
    }
}

/// The rows for `root` (a province with all its communes, or one commune) as it is on `today`.
pub fn template(map: &Map, root: UnitId, today: Date) -> Result<Vec<Row>> {
    let offices = offices()?;
    let began = Date::from_ymd(BEGAN.0, BEGAN.1, BEGAN.2)?;
    let mut places: Vec<&Version> = map.on(root, today).into_iter().collect();
    if places.first().is_some_and(|v| v.level == Level::Province) {
        places.extend(map.below(root, Level::Commune, today));
    }
    let mut rows = Vec::new();
    for place in places {
        let Some((applies_to, level)) = applies(place) else { continue };
        for office in offices.iter().filter(|o| o.applies_to == applies_to) {
            rows.push(Row {
                line: rows.len() as u64 + 2,
                code: format!("{}.{}", place.code, office.key),
                name: office.name.clone(),
                short: office.short.clone(),
                level,
                parent: String::new(),
                place: place.code.clone(),
                from: Some(began.max(place.valid_from)),
                last: None,
                legal_ref: office.legal_ref.clone(),
                verified: office.verified,
            });
        }
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::{shipped_successions, shipped_versions};

    #[test]
    fn a_ward_and_a_commune_have_other_offices_and_the_province_has_departments() {
        let map = Map::new(shipped_versions().unwrap(), shipped_successions().unwrap(), Vec::new());
        let today = Date::parse("2026-11-24").unwrap();
        let rows = template(&map, 92, today).unwrap();
        let of = |place: &str| rows.iter().filter(|r| r.place == place).collect::<Vec<_>>();
        assert_eq!(of("92").len(), 24);
        assert!(of("92").iter().all(|r| r.level == Level::Department));
        assert!(of("31507").iter().any(|r| r.name == "Phòng Kinh tế, Hạ tầng và Đô thị"));
        assert_eq!(rows.len(), 24 + 103 * 6);
        let keys = department_keys().unwrap();
        assert_eq!(keys.len(), 24);
        assert!(of("92").iter().zip(&keys).all(|(row, key)| is_called(&row.code, key)));
        assert!(is_called("so-y-te", "so-y-te") && !is_called("92.so-y-te", "y-te"));
        let commune = map.below(92, Level::Commune, today).into_iter().find(|v| v.kind == "Xã").unwrap();
        assert!(of(&commune.code).iter().any(|r| r.name == "Phòng Kinh tế"));
        let again = super::super::read(super::super::write(&rows).as_bytes()).unwrap();
        assert!(again == rows, "what is written is read again");
    }
}
