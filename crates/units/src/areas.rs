//! The areas of communes in degrees, as GeoJSON: what an interactive map asks for.

use std::sync::{Arc, PoisonError};

use foundation::geo::geojson::{Properties, write_with};
use foundation::geo::{Detail, HOANG_SA, Shape, TRUONG_SA};
use foundation::{Date, Result};
use kit::UnitId;
use serde_json::{Value as Json, json};
use storage::Db;

use crate::atlas::Map;
use crate::boundaries::{Maps, epoch, is_country, shapes_of};
use crate::version::Level;

/// The communes below a unit on one day.
///
/// A feature says `code`, `unit` (our number), `name` and `label` (longitude and latitude of a point inside).
/// The collection says `approximate`, `source` and `islands`: the archipelagos that belong on this map,
/// each with its `name` and a `label`. Hoàng Sa and Trường Sa are on every map of the country.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Areas {
    /// The GeoJSON.
    pub text: String,
    /// How many areas.
    pub count: usize,
}

/// Digits after the point that say no less than the detail does: about 100 m, 10 m, 1 m.
fn decimals(detail: Detail) -> u8 {
    match detail {
        Detail::Country => 3,
        Detail::Province => 4,
        Detail::Commune => 5,
    }
}

fn point(p: foundation::geo::Point, decimals: u8) -> Json {
    let scale = 10_f64.powi(i32::from(decimals));
    let round = |v: f64| (v * scale).round() / scale;
    json!([round(p.lon), round(p.lat)])
}

impl Maps {
    /// The communes below `unit` on `day` (xã, phường, đặc khu) under their names of that day, in the order
    /// of their codes. Kept until boundaries or units change.
    pub async fn areas(
        &self,
        db: &Db,
        map: &Map,
        unit: UnitId,
        day: Date,
        detail: Detail,
    ) -> Result<Arc<Areas>> {
        let key = (unit, epoch(map, day), detail);
        if let Some(found) = self.areas.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Ok(found.clone());
        }
        let communes = map.below(unit, Level::Commune, day);
        let units: Vec<UnitId> = communes.iter().map(|v| v.unit).collect();
        let (shapes, approximate, source) = shapes_of(db, &units, detail).await?;
        let decimals = decimals(detail);
        let known: Vec<(Properties, &Shape)> = communes
            .iter()
            .filter_map(|v| {
                let shape = shapes.get(&v.unit)?;
                let mut properties = Properties::new();
                properties.insert("code".into(), json!(v.code));
                properties.insert("unit".into(), json!(v.unit));
                properties.insert("name".into(), json!(v.full_name()));
                properties
                    .insert("label".into(), shape.label_point().map_or(Json::Null, |p| point(p, decimals)));
                Some((properties, shape))
            })
            .collect();
        let all = is_country(map, unit, day);
        let here = |sea: &foundation::geo::Bounds| {
            all || shapes.values().flat_map(|s| &s.polygons).any(|p| sea.covers(&p.bounds()))
        };
        let islands: Vec<Json> = [HOANG_SA, TRUONG_SA]
            .iter()
            .filter(|a| here(&a.bounds))
            .map(|a| json!({ "name": a.name, "label": point(a.bounds.centre(), decimals) }))
            .collect();
        let mut members = Properties::new();
        members.insert("approximate".into(), json!(approximate));
        members.insert("source".into(), json!(source));
        members.insert("islands".into(), json!(islands));
        let text = write_with(&members, known.iter().map(|(p, s)| (p, *s)), decimals);
        let areas = Arc::new(Areas { text, count: known.len() });
        self.areas.lock().unwrap_or_else(PoisonError::into_inner).insert(key, areas.clone());
        Ok(areas)
    }
}
