//! `GET /api/v1/reports/near`: what is published and open close by, to be joined before a duplicate is made.
//! `GET /api/v1/locate`: in which commune a point lies, and whether that is sure.

use axum::Json;
use axum::extract::Query;
use axum::response::IntoResponse;
use axum::routing::get;
use foundation::Result;
use foundation::error::invalid;
use kit::{Access, Context, Route};
use serde::Deserialize;
use serde_json::json;
use web::Answer;

use crate::actions::receive::{Position, places_at};
use crate::case::Case;
use crate::http::public::{position, progress, title};
use crate::http::show::Desk;
use crate::store::lists::{self, Filter, Sees};
use crate::workflow::Stage;

/// So close is «here».
pub(in crate::http) const METRES: f64 = 150.0;
/// Metres in a degree of latitude.
const DEGREE: f64 = 111_320.0;
/// No list of neighbours is longer.
const MOST: usize = 5;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/api/v1/reports/near", Access::Public, get(near)),
        Route::get("/api/v1/locate", Access::Public, get(locate)),
    ]
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asking {
    lat: Option<f64>,
    lon: Option<f64>,
    category: String,
}

impl Asking {
    fn position(&self) -> Result<Position> {
        let both = self.lat.zip(self.lon).filter(|(lat, lon)| lat.is_finite() && lon.is_finite());
        let (lat, lon) =
            both.ok_or_else(|| invalid("position", "Cần lat và lon là số, ví dụ ?lat=9.5&lon=106.2."))?;
        Ok(Position { lat, lon, accuracy_m: None })
    }
}

/// Metres between two points that are not far from each other.
pub(in crate::http) fn metres(a: (f64, f64), b: (f64, f64)) -> f64 {
    let (north, east) = (a.0 - b.0, (a.1 - b.1) * a.0.to_radians().cos());
    north.hypot(east) * DEGREE
}

/// The box around what is «here»: west, south, east, north.
pub(in crate::http) fn around(at: Position) -> [f64; 4] {
    let (up, aside) = (METRES / DEGREE, METRES / DEGREE / at.lat.to_radians().cos().max(0.1));
    [at.lon - aside, at.lat - up, at.lon + aside, at.lat + up]
}

/// The categories of the same group; all where none is named.
pub(in crate::http) fn kin(desk: &Desk, category: &str) -> Vec<String> {
    let types = desk.types.all();
    let group = types.iter().find_map(|k| k.flow.category(category)).map(|c| c.group.clone());
    let Some(group) = group else { return Vec::new() };
    let all = types.iter().flat_map(|k| k.flow.categories.iter());
    all.filter(|c| c.group == group).map(|c| c.id.clone()).collect()
}

async fn near(cx: Context, Query(asking): Query<Asking>) -> Answer {
    let at = asking.position()?;
    let desk = Desk::open(&cx)?;
    let filter = Filter {
        categories: kin(&desk, &asking.category),
        stages: [Stage::New, Stage::Work, Stage::Review].iter().map(|s| s.number()).collect(),
        bounds: Some(around(at)),
        ..Filter::default()
    };
    let here = (at.lat, at.lon);
    let mut found: Vec<(f64, Case)> = lists::page(&cx.db, &Sees::Public, &filter, None, 50)
        .await?
        .into_iter()
        .filter_map(|c| Some((metres(here, position(&c)?), c)))
        .filter(|(far, _)| *far <= METRES)
        .collect();
    found.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut told = Vec::new();
    for (far, case) in found.into_iter().take(MOST) {
        let kind = desk.types.get(&case.kind)?;
        let code = case.code(&kind.flow.code);
        told.push(json!({
            "code": code,
            "title": title(&cx, &case, &kind),
            "metres": (far / 10.0).round() * 10.0,
            "supporters": case.supporters,
            "state": progress(&cx, &desk, &case, &kind, false).words,
            "link": format!("/reports/{code}"),
        }));
    }
    Ok(Json(json!({ "reports": told })).into_response())
}

async fn locate(cx: Context, Query(asking): Query<Asking>) -> Answer {
    let desk = Desk::open(&cx)?;
    let (places, sure) = places_at(&cx, asking.position()?).await?;
    let places: Vec<_> = places.into_iter().map(|p| json!({"unit": p, "name": desk.name(p)})).collect();
    Ok(Json(json!({ "places": places, "sure": sure })).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metres_are_those_of_the_ground() {
        let far = metres((9.5, 106.0), (9.5, 106.001));
        assert!((109.0..111.0).contains(&far), "{far}");
        assert!((metres((9.5, 106.0), (9.501, 106.0)) - 111.32).abs() < 0.1);
    }
}
