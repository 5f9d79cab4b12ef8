//! The SQL of units.

use foundation::{Date, Result};
use kit::UnitId;
use storage::{Db, Tx, args, row};

use crate::version::{Level, Succession, Version};

row! {
    struct VersionRow {
        unit: i64,
        valid_from: i32,
        valid_to: Option<i32>,
        level: String,
        kind: String,
        code: String,
        name: String,
        parent: Option<i64>,
        place: Option<i64>,
        lat: Option<f64>,
        lon: Option<f64>,
        area_km2: Option<f64>,
        population: Option<i64>,
        legal_ref: Option<String>,
        verified: bool,
    }
}

row! {
    struct SuccessionRow {
        old: i64,
        new: i64,
        effective: i32,
        kind: String,
        share: f64,
        basis: String,
        legal_ref: Option<String>,
        verified: bool,
    }
}

/// Every version of every unit.
pub async fn versions(db: &Db) -> Result<Vec<Version>> {
    let rows: Vec<VersionRow> = db
        .all(
            "SELECT unit, valid_from, valid_to, level, type AS kind, code, name, parent, place, lat, lon,
                area_km2, population, legal_ref, verified
             FROM unit_version ORDER BY unit, valid_from",
            args![],
        )
        .await?;
    Ok(rows
        .into_iter()
        .map(|r| Version {
            unit: r.unit,
            valid_from: Date(r.valid_from),
            valid_to: r.valid_to.map(Date),
            level: Level::parse(&r.level).unwrap_or(Level::Commune),
            kind: r.kind,
            code: r.code,
            name: r.name,
            parent: r.parent,
            place: r.place,
            point: r.lon.zip(r.lat),
            area_km2: r.area_km2,
            population: r.population,
            legal_ref: r.legal_ref,
            verified: r.verified,
        })
        .collect())
}

/// Every succession.
pub async fn successions(db: &Db) -> Result<Vec<Succession>> {
    let rows: Vec<SuccessionRow> = db
        .all(
            "SELECT old, new, effective, kind, share, basis, legal_ref, verified FROM succession
             ORDER BY old, new",
            args![],
        )
        .await?;
    Ok(rows
        .into_iter()
        .map(|r| Succession {
            old: r.old,
            new: r.new,
            effective: Date(r.effective),
            whole: r.kind == "whole",
            share: r.share,
            basis: r.basis,
            legal_ref: r.legal_ref,
            verified: r.verified,
        })
        .collect())
}

/// Other names that people type.
pub async fn names(db: &Db) -> Result<Vec<(UnitId, String)>> {
    db.all("SELECT unit, name FROM unit_name ORDER BY unit, name", args![]).await
}

/// Writes units with all their versions; a version that is there already is replaced.
pub async fn save_versions(tx: &mut Tx, versions: &[Version]) -> Result<()> {
    let rows = versions
        .iter()
        .map(|v| {
            args![
                v.unit,
                v.valid_from.0,
                v.valid_to.map(|d| d.0),
                v.level.name(),
                v.kind.as_str(),
                v.code.as_str(),
                v.name.as_str(),
                v.parent,
                v.place,
                v.point.map(|p| p.1),
                v.point.map(|p| p.0),
                v.area_km2,
                v.population,
                v.legal_ref.clone(),
                v.verified
            ]
        })
        .collect();
    let columns = [
        ("unit", "BIGINT"),
        ("valid_from", "INTEGER"),
        ("valid_to", "INTEGER"),
        ("level", "TEXT"),
        ("type", "TEXT"),
        ("code", "TEXT"),
        ("name", "TEXT"),
        ("parent", "BIGINT"),
        ("place", "BIGINT"),
        ("lat", "DOUBLE PRECISION"),
        ("lon", "DOUBLE PRECISION"),
        ("area_km2", "DOUBLE PRECISION"),
        ("population", "BIGINT"),
        ("legal_ref", "TEXT"),
        ("verified", "BOOLEAN"),
    ];
    tx.stage("staged_version", &columns, rows).await?;
    tx.run(
        "INSERT INTO unit (id, tree)
         SELECT DISTINCT unit, CASE WHEN level IN ('department', 'office') THEN 'agency' ELSE 'place' END
         FROM staged_version WHERE unit NOT IN (SELECT id FROM unit)",
        args![],
    )
    .await?;
    tx.run("DELETE FROM unit_version WHERE unit IN (SELECT unit FROM staged_version)", args![]).await?;
    tx.run(
        "INSERT INTO unit_version (unit, valid_from, valid_to, level, type, code, name, parent, place, \
        lat, lon,
            area_km2, population, legal_ref, verified)
         SELECT unit, valid_from, valid_to, level, type, code, name, parent, place, lat, lon,
            area_km2, population, legal_ref, verified FROM staged_version",
        args![],
    )
    .await?;
    Ok(())
}

/// Replaces all successions.
pub async fn save_successions(tx: &mut Tx, all: &[Succession]) -> Result<()> {
    tx.run("DELETE FROM succession", args![]).await?;
    let rows: Vec<_> = all
        .iter()
        .map(|s| {
            args![
                s.old,
                s.new,
                s.effective.0,
                if s.whole { "whole" } else { "part" },
                s.share,
                s.basis.as_str(),
                s.legal_ref.clone(),
                s.verified
            ]
        })
        .collect();
    let columns = ["old", "new", "effective", "kind", "share", "basis", "legal_ref", "verified"];
    tx.insert_many("succession", &columns, rows).await?;
    Ok(())
}

/// Replaces all other names of places.
pub async fn save_names(tx: &mut Tx, names: &[(UnitId, String, String)]) -> Result<()> {
    tx.run("DELETE FROM unit_name WHERE unit IN (SELECT id FROM unit WHERE tree = 'place')", args![]).await?;
    let rows: Vec<_> = names.iter().map(|(unit, name, kind)| args![*unit, name, kind]).collect();
    tx.insert_many("unit_name", &["unit", "name", "kind"], rows).await?;
    Ok(())
}

/// Replaces the short names of these agencies; an empty one takes the name away.
pub async fn save_short_names(tx: &mut Tx, names: &[(UnitId, String)]) -> Result<()> {
    tx.stage("staged_short", &[("unit", "BIGINT")], names.iter().map(|(unit, _)| args![*unit]).collect())
        .await?;
    tx.run("DELETE FROM unit_name WHERE unit IN (SELECT unit FROM staged_short)", args![]).await?;
    let full = names.iter().filter(|(_, name)| !name.is_empty());
    let rows: Vec<_> = full.map(|(unit, name)| args![*unit, name.as_str(), "short"]).collect();
    tx.insert_many("unit_name", &["unit", "name", "kind"], rows).await?;
    Ok(())
}
