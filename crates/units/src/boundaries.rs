//! Boundaries: read from GeoJSON, simplified with shared borders kept, kept at three zoom levels; drawn and
//! asked where a point lies.
//!
//! The program ships computed, approximate boundaries (see `data/PROVENANCE-boundaries.md`); an official file
//! replaces those of the units it names. Whatever is approximate says so on every map and gives no false
//! certainty.

use std::collections::{BTreeMap, HashMap};
use std::io::Read;
use std::sync::{Arc, Mutex, PoisonError};

use foundation::geo::geojson::{self, Collection, Limits};
use foundation::geo::{
    Candidate, Detail, Flattening, Frame, Islands, Locator, MapPlan, Point, Seam, Shape, Topology, decode,
};
use foundation::{Date, Result, error::internal, error::invalid};
use kit::{Context, UnitId, audit};
use serde_json::json;
use storage::{Db, args, settings};

use crate::areas::Areas;
use crate::atlas::{Atlas, Map};
use crate::version::Level;

const SHIPPED: &[u8] = include_bytes!("../data/boundaries-approx.geojson.gz");

/// The setting that says which shipped boundaries were loaded.
const LOADED: &str = "boundaries.loaded";

/// More than this never comes out of a compressed file.
const MOST_BYTES: u64 = 256 << 20;

/// How an operator's file is to be read.
#[derive(Debug, Clone)]
pub struct Options {
    /// The property that holds the unit's code.
    pub property: String,
    /// The first day on which the boundaries hold.
    pub valid_from: Date,
    /// Where they come from, shown on maps.
    pub source: String,
    /// Whether they are approximate.
    pub approximate: bool,
}

/// What an import did.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// Units that got a boundary.
    pub units: usize,
    /// Their provinces, dissolved.
    pub provinces: usize,
    /// What was wrong, feature by feature.
    pub faults: Vec<String>,
}

/// Unpacks gzip, or leaves the bytes as they are.
fn unpack(bytes: &[u8]) -> Result<Vec<u8>> {
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        return Ok(bytes.to_vec());
    }
    let mut out = Vec::new();
    let mut reader = flate2::read::GzDecoder::new(bytes).take(MOST_BYTES + 1);
    reader
        .read_to_end(&mut out)
        .map_err(|e| invalid("boundaries_gzip", "Tệp ranh giới nén bị hỏng. Hãy tải lại tệp.").because(e))?;
    match out.len() as u64 > MOST_BYTES {
        true => Err(invalid("boundaries_too_large", "Tệp ranh giới quá lớn (hơn 256 MB sau khi giải nén).")),
        false => Ok(out),
    }
}

/// Imports boundaries of today's communes or provinces; what lies above them is dissolved from them.
pub async fn import(cx: &Context, bytes: &[u8], options: &Options) -> Result<Report> {
    let atlas = cx.house.get::<Atlas>()?;
    let map = atlas.map();
    let day = options.valid_from.max(Date::of(cx.clock.now()));
    let raw = unpack(bytes)?;
    let property = options.property.clone();
    let made = tokio::task::spawn_blocking(move || prepare(&raw, &property, &map, day))
        .await
        .map_err(|e| internal("boundaries", "Việc đọc ranh giới bị dừng").because(e))??;
    let mut rows = Vec::with_capacity(made.shapes.len());
    for (unit, detail, shape) in &made.shapes {
        rows.push(args![
            *unit,
            options.valid_from.0,
            *detail,
            options.approximate,
            options.source.as_str(),
            shape.clone()
        ]);
    }
    let mut tx = cx.db.begin().await?;
    let columns = [
        ("unit", "BIGINT"),
        ("valid_from", "INTEGER"),
        ("detail", "INTEGER"),
        ("approximate", "BOOLEAN"),
        ("source", "TEXT"),
        ("shape", "BYTEA"),
    ];
    tx.stage("staged_boundary", &columns, rows).await?;
    // An official boundary is never replaced by an approximate one.
    tx.run(
        "DELETE FROM boundary WHERE unit IN (SELECT unit FROM staged_boundary) AND (approximate OR NOT \
        CAST($1 AS BOOLEAN))",
        args![options.approximate],
    )
    .await?;
    tx.run(
        "INSERT INTO boundary (unit, valid_from, detail, approximate, source, shape)
         SELECT s.unit, s.valid_from, s.detail, s.approximate, s.source, s.shape FROM staged_boundary s
         WHERE NOT EXISTS (SELECT 1 FROM boundary b WHERE b.unit = s.unit)",
        args![],
    )
    .await?;
    let detail = json!({ "units": made.units, "provinces": made.provinces, "source": options.source });
    audit(&mut tx, cx, "units.boundaries", "boundaries", &detail).await?;
    tx.commit().await?;
    if let Ok(maps) = cx.house.get::<Maps>() {
        maps.clear();
    }
    cx.live.touch_all();
    Ok(Report { units: made.units, provinces: made.provinces, faults: made.faults })
}

struct Prepared {
    shapes: Vec<(UnitId, i64, Vec<u8>)>,
    units: usize,
    provinces: usize,
    faults: Vec<String>,
}

fn prepare(raw: &[u8], property: &str, map: &Map, day: Date) -> Result<Prepared> {
    let Collection { features, faults } = geojson::read(raw, &Limits::default())?;
    let mut faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
    let mut units: Vec<UnitId> = Vec::new();
    let mut shapes: Vec<Shape> = Vec::new();
    for feature in features {
        let code = match feature.properties.get(property) {
            Some(serde_json::Value::String(code)) => code.clone(),
            Some(serde_json::Value::Number(code)) => code.to_string(),
            _ => {
                faults
                    .push(format!("Đối tượng {}: thiếu thuộc tính «{property}» (mã đơn vị).", feature.index));
                continue;
            }
        };
        let unit = [Level::Commune, Level::Province].into_iter().find_map(|l| map.by_code(l, &code, day));
        match unit {
            Some(unit) if units.contains(&unit.unit) => {
                faults.push(format!("Đối tượng {}: mã «{code}» xuất hiện hai lần.", feature.index));
            }
            Some(unit) => {
                units.push(unit.unit);
                shapes.push(feature.shape);
            }
            None => {
                faults.push(format!("Đối tượng {}: không có đơn vị nào mang mã «{code}».", feature.index))
            }
        }
    }
    if units.is_empty() {
        let first = faults.first().cloned().unwrap_or_default();
        return Err(invalid(
            "boundaries_no_unit",
            format!("Không đối tượng nào khớp với mã đơn vị đang dùng. {first} Hãy chỉ thuộc tính chứa mã."),
        ));
    }
    let topology = Topology::build(&shapes, Seam::default());
    for i in topology.vanished() {
        faults.push(format!("{}: hình quá nhỏ nên bị bỏ.", map.name(units[i], day)));
    }
    let province_of: Vec<Option<UnitId>> = units
        .iter()
        .map(|u| map.on(*u, day).filter(|v| v.level == Level::Commune).and_then(|v| v.parent))
        .collect();
    let mut out = Vec::new();
    let mut provinces = 0;
    for (number, detail) in Detail::ALL.into_iter().enumerate() {
        let level = topology.at(detail);
        for (i, unit) in units.iter().enumerate() {
            out.push((*unit, number as i64, level.encoded(i)));
        }
        let dissolved = level.dissolve(|i| province_of.get(i).copied().flatten());
        provinces = dissolved.len();
        for (unit, shape) in dissolved {
            out.push((unit, number as i64, foundation::geo::encode(&shape, Seam::default().grid)));
        }
    }
    Ok(Prepared { shapes: out, units: units.len(), provinces, faults })
}

/// Loads the shipped boundaries when they are not loaded yet.
pub async fn seed(cx: &Context) -> Result<bool> {
    let print = format!(
        "{}-{}",
        SHIPPED.len(),
        SHIPPED.iter().fold(7_u64, |h, b| h.wrapping_mul(31) + u64::from(*b))
    );
    if settings::get(&cx.db, LOADED).await?.as_deref() == Some(print.as_str()) {
        return Ok(false);
    }
    let options = Options {
        property: "code".into(),
        valid_from: Date::from_ymd(2025, 7, 1)?,
        source: "ranh giới xấp xỉ, tính từ điểm của các xã cũ".into(),
        approximate: true,
    };
    let report = import(cx, SHIPPED, &options).await?;
    for fault in &report.faults {
        tracing::debug!("shipped boundaries: {fault}");
    }
    let mut tx = cx.db.begin().await?;
    settings::set(&mut tx, cx.clock.as_ref(), LOADED, &print).await?;
    tx.commit().await?;
    Ok(true)
}

/// One area of a drawn map.
#[derive(Debug, Clone)]
pub struct Area {
    /// Whose.
    pub unit: UnitId,
    /// SVG path data in the map's frame.
    pub path: String,
    /// A point inside, for marks.
    pub at: (f64, f64),
}

/// An inset with an archipelago.
#[derive(Debug, Clone)]
pub struct Inset {
    /// Its name.
    pub name: &'static str,
    /// x, y, width, height of its frame.
    pub frame: (f64, f64, f64, f64),
    /// Where the name stands.
    pub name_at: (f64, f64),
}

/// A map ready to be coloured, in a frame of [`SIZE`] × [`SIZE`].
#[derive(Debug, Clone, Default)]
pub struct DrawnMap {
    /// The areas, in the order of their codes.
    pub areas: Vec<Area>,
    /// Hoàng Sa and Trường Sa, where they belong on this map.
    pub insets: Vec<Inset>,
    /// Whether any boundary is approximate.
    pub approximate: bool,
    /// Where the boundaries come from.
    pub source: String,
}

/// The side of the square that maps are drawn in.
pub const SIZE: f64 = 1000.0;

type Shapes = BTreeMap<UnitId, Shape>;

/// A locator, and whether its boundaries are approximate.
type Found = Arc<(Locator<UnitId>, bool)>;

/// The service that draws maps and finds where a point lies.
#[derive(Default)]
pub struct Maps {
    drawn: Mutex<HashMap<(UnitId, Level, i32), Arc<DrawnMap>>>,
    pub(crate) areas: Mutex<HashMap<(UnitId, i32, Detail), Arc<Areas>>>,
    locators: Mutex<HashMap<UnitId, Found>>,
}

impl Maps {
    /// Forgets what was drawn, after boundaries or units changed.
    pub fn clear(&self) {
        self.drawn.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.areas.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.locators.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// The map of the units of `level` below `unit` on `day`.
    pub async fn draw(
        &self,
        db: &Db,
        map: &Map,
        unit: UnitId,
        level: Level,
        day: Date,
    ) -> Result<Arc<DrawnMap>> {
        let key = (unit, level, epoch(map, day));
        if let Some(found) = self.drawn.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Ok(found.clone());
        }
        let units: Vec<UnitId> = map.below(unit, level, day).iter().map(|v| v.unit).collect();
        let country = is_country(map, unit, day);
        let detail = fit_for(map, unit, day);
        let (shapes, approximate, source) = shapes_of(db, &units, detail).await?;
        let islands = if country { Islands::BothBoxed } else { Islands::Boxed };
        let frame = Frame::sized(SIZE, SIZE);
        let plan = MapPlan::new(shapes.values(), frame, 16.0, Flattening::Equirectangular, islands);
        let areas = units
            .iter()
            .filter_map(|u| {
                let shape = shapes.get(u)?;
                let at = shape.label_point().map_or((0.0, 0.0), |p| plan.project(p));
                Some(Area { unit: *u, path: plan.path(shape, 0), at })
            })
            .collect();
        let insets = plan
            .insets
            .iter()
            .map(|i| Inset {
                name: i.archipelago.name,
                frame: (i.frame.x, i.frame.y, i.frame.width, i.frame.height),
                name_at: i.name_at,
            })
            .collect();
        let drawn = Arc::new(DrawnMap { areas, insets, approximate, source });
        self.drawn.lock().unwrap_or_else(PoisonError::into_inner).insert(key, drawn.clone());
        Ok(drawn)
    }

    /// The communes below `unit` in which a point may lie, the likeliest first; `true` when boundaries are
    /// approximate.
    pub async fn locate(
        &self,
        db: &Db,
        map: &Map,
        unit: UnitId,
        day: Date,
        point: Point,
    ) -> Result<(Vec<Candidate<UnitId>>, bool)> {
        let known = self.locators.lock().unwrap_or_else(PoisonError::into_inner).get(&unit).cloned();
        let locator = match known {
            Some(found) => found,
            None => {
                let units: Vec<UnitId> =
                    map.below(unit, Level::Commune, day).iter().map(|v| v.unit).collect();
                let (shapes, approximate, _) = shapes_of(db, &units, Detail::Commune).await?;
                let made = Arc::new((Locator::new(shapes), approximate));
                self.locators.lock().unwrap_or_else(PoisonError::into_inner).insert(unit, made.clone());
                made
            }
        };
        Ok((locator.0.locate(point, locator.1), locator.1))
    }
}

/// The last day of change until `day`: between two of them the map is one and the same.
pub(crate) fn epoch(map: &Map, day: Date) -> i32 {
    map.days_of_change().iter().rev().find(|d| **d <= day).map_or(0, |d| d.0)
}

pub(crate) fn is_country(map: &Map, unit: UnitId, day: Date) -> bool {
    map.on(unit, day).is_some_and(|v| v.level == Level::Country)
}

/// The detail in which the communes below `unit` fit one screen.
pub fn fit_for(map: &Map, unit: UnitId, day: Date) -> Detail {
    if is_country(map, unit, day) { Detail::Country } else { Detail::Province }
}

/// The shapes of units at one detail, whether any is approximate, and where they come from.
pub async fn shapes_of(db: &Db, units: &[UnitId], detail: Detail) -> Result<(Shapes, bool, String)> {
    let number = Detail::ALL.iter().position(|d| *d == detail).unwrap_or(0) as i64;
    let rows: Vec<(i64, bool, String, Vec<u8>)> = db
        .all(
            "SELECT unit, approximate, source, shape FROM boundary
             WHERE detail = $1 AND unit IN (SELECT value FROM int_list($2)) ORDER BY unit, valid_from",
            args![number, units.to_vec()],
        )
        .await?;
    let approximate = rows.iter().any(|r| r.1);
    let mut sources: Vec<&str> = rows.iter().map(|r| r.2.as_str()).collect();
    sources.sort_unstable();
    sources.dedup();
    let source = sources.join("; ");
    let mut shapes = Shapes::new();
    for (unit, _, _, bytes) in &rows {
        shapes.insert(*unit, decode(bytes)?);
    }
    Ok((shapes, approximate, source))
}
