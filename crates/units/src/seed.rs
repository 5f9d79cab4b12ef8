//! The units that the program ships: Vietnam through time, from `data/*.csv` (see `data/PROVENANCE.md`).
//! Loaded on first start and again when the shipped tables change; units that an operator added are kept.

use foundation::{Date, Error, Result, error::internal};
use kit::{Context, UnitId, audit};
use serde_json::json;
use storage::{args, settings};

use crate::store;
use crate::version::{BEFORE_RECORDS, Level, Succession, Version};

const VERSIONS: &str = include_str!("../data/versions.csv");
const SUCCESSIONS: &str = include_str!("../data/successions.csv");
const NAMES: &str = include_str!("../data/names.csv");

/// The setting that says which tables were loaded.
const LOADED: &str = "units.loaded";

/// Loads the shipped tables when they are not loaded yet. Says whether it did.
pub async fn seed(cx: &Context) -> Result<bool> {
    let print = fingerprint();
    if settings::get(&cx.db, LOADED).await?.as_deref() == Some(print.as_str()) {
        return Ok(false);
    }
    let versions = shipped_versions()?;
    let successions = shipped_successions()?;
    let names = shipped_names()?;
    let mut tx = cx.db.begin().await?;
    tx.run("DELETE FROM succession", args![]).await?;
    store::save_versions(&mut tx, &versions).await?;
    store::save_successions(&mut tx, &successions).await?;
    store::save_names(&mut tx, &names).await?;
    settings::set(&mut tx, cx.clock.as_ref(), LOADED, &print).await?;
    let detail = json!({ "versions": versions.len(), "successions": successions.len() });
    audit(&mut tx, cx, "units.load", "units:shipped", &detail).await?;
    tx.commit().await?;
    Ok(true)
}

/// A number that changes with the shipped tables (FNV-1a).
fn fingerprint() -> String {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in VERSIONS.bytes().chain(SUCCESSIONS.bytes()).chain(NAMES.bytes()) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
    }
    format!("{hash:016x}")
}

fn broken(table: &str, what: impl std::fmt::Display) -> Error {
    internal("shipped_units", format!("Bảng đơn vị kèm theo chương trình bị hỏng: {table}: {what}"))
}

fn records(table: &'static str, text: &'static str) -> Result<Vec<csv::StringRecord>> {
    csv::Reader::from_reader(text.as_bytes())
        .records()
        .collect::<Result<_, _>>()
        .map_err(|e| broken(table, e))
}

fn opt(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

/// The shipped versions.
pub fn shipped_versions() -> Result<Vec<Version>> {
    let wrong = |what: &str| broken("versions.csv", what);
    records("versions.csv", VERSIONS)?
        .iter()
        .map(|r| {
            let f = |i: usize| r.get(i).unwrap_or("");
            let id = |i: usize| -> Result<Option<UnitId>> {
                opt(f(i)).map(|t| t.parse().map_err(|_| wrong(t))).transpose()
            };
            let real = |i: usize| -> Result<Option<f64>> {
                opt(f(i)).map(|t| t.parse().map_err(|_| wrong(t))).transpose()
            };
            Ok(Version {
                unit: id(0)?.ok_or_else(|| wrong("unit"))?,
                level: Level::parse(f(1)).ok_or_else(|| wrong(f(1)))?,
                kind: f(2).to_owned(),
                code: f(3).to_owned(),
                name: f(4).to_owned(),
                parent: id(5)?,
                place: None,
                valid_from: opt(f(6)).map_or(Ok(BEFORE_RECORDS), Date::parse)?,
                valid_to: opt(f(7)).map(Date::parse).transpose()?,
                point: real(9)?.zip(real(8)?),
                area_km2: real(10)?,
                population: id(11)?,
                legal_ref: opt(f(12)).map(str::to_owned),
                verified: f(13) == "true",
            })
        })
        .collect()
}

/// The shipped successions.
pub fn shipped_successions() -> Result<Vec<Succession>> {
    let wrong = |what: &str| broken("successions.csv", what);
    records("successions.csv", SUCCESSIONS)?
        .iter()
        .map(|r| {
            let f = |i: usize| r.get(i).unwrap_or("");
            Ok(Succession {
                old: f(0).parse().map_err(|_| wrong(f(0)))?,
                new: f(1).parse().map_err(|_| wrong(f(1)))?,
                whole: f(2) == "whole",
                share: f(3).parse().map_err(|_| wrong(f(3)))?,
                effective: Date::parse(f(4))?,
                legal_ref: opt(f(5)).map(str::to_owned),
                verified: f(6) == "true",
                basis: f(7).to_owned(),
            })
        })
        .collect()
}

fn shipped_names() -> Result<Vec<(UnitId, String, String)>> {
    records("names.csv", NAMES)?
        .iter()
        .map(|r| {
            let f = |i: usize| r.get(i).unwrap_or("").to_owned();
            Ok((f(0).parse().map_err(|_| broken("names.csv", f(0)))?, f(1), f(2)))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::atlas::Map;

    fn map() -> Map {
        let mut versions = shipped_versions().unwrap();
        versions.sort_by_key(|v| (v.unit, v.valid_from));
        Map::new(versions, shipped_successions().unwrap(), Vec::new())
    }

    fn day(iso: &str) -> Date {
        Date::parse(iso).unwrap()
    }

    #[test]
    fn today_there_are_34_provinces_and_3321_communes() {
        let map = map();
        let today = day("2026-11-22");
        let count = |level| map.versions().iter().filter(|v| v.level == level && v.holds_on(today)).count();
        assert_eq!((count(Level::Province), count(Level::District), count(Level::Commune)), (34, 0, 3321));
        let kind = |k: &str| {
            map.versions()
                .iter()
                .filter(|v| v.level == Level::Commune && v.holds_on(today) && v.kind == k)
                .count()
        };
        assert_eq!((kind("Xã"), kind("Phường"), kind("Đặc khu")), (2599, 709, 13));
    }

    #[test]
    fn can_tho_has_103_communes_and_tran_de_is_one_of_them() {
        let map = map();
        let today = day("2026-11-22");
        let can_tho = map.by_code(Level::Province, "92", today).unwrap();
        assert_eq!(can_tho.full_name(), "Thành phố Cần Thơ");
        assert_eq!(map.children(can_tho.unit, today).len(), 103);
        let tran_de = map.by_code(Level::Commune, "31673", today).unwrap();
        assert_eq!((tran_de.full_name().as_str(), tran_de.parent), ("Xã Trần Đề", Some(can_tho.unit)));
    }

    #[test]
    fn seven_province_codes_name_something_else_than_before_the_reform() {
        let map = map();
        let moved = ["24", "80", "44", "15", "82", "52", "91"].map(|code| {
            let before = map.by_code(Level::Province, code, day("2025-06-30")).map(|v| v.name.clone());
            let after = map.by_code(Level::Province, code, day("2025-07-01")).map(|v| v.name.clone());
            assert_ne!(before, after, "{code}");
            after
        });
        assert_eq!(moved[0].as_deref(), Some("Bắc Ninh"));
    }

    #[test]
    fn the_shares_of_every_old_unit_sum_to_one() {
        let mut sums = std::collections::BTreeMap::<UnitId, f64>::new();
        for s in shipped_successions().unwrap() {
            *sums.entry(s.old).or_default() += s.share;
        }
        for (old, sum) in sums {
            assert!((sum - 1.0).abs() < 1e-6, "{old}: {sum}");
        }
    }

    #[test]
    fn a_commune_that_became_a_ward_is_the_same_unit() {
        let map = map();
        let before = map.by_code(Level::Commune, "26248", day("2026-04-29")).unwrap();
        let after = map.by_code(Level::Commune, "26248", day("2026-04-30")).unwrap();
        assert_eq!(before.unit, after.unit);
        assert_eq!((before.kind.as_str(), after.kind.as_str()), ("Xã", "Phường"));
    }
}
