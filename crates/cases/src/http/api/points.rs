//! `GET /api/v1/reports/map`: every open case that is published and has a position, as short as can be told:
//! the map of a province has thousands. Columns instead of objects, differences instead of numbers, positions
//! in ten-thousandths of a degree (about ten metres).

use std::collections::BTreeMap;

use axum::Json;
use axum::response::IntoResponse;
use axum::routing::get;
use http::header;
use kit::{Access, Context, Route};
use serde_json::json;
use web::Answer;

use crate::http::show::Desk;
use crate::store::lists::{self, Filter, Sees};
use crate::workflow::Stage;

/// No map has more dots: beyond them the newest are shown, and `all` says that some are not.
const MOST: i64 = 25_000;
/// Parts of a degree.
const SCALE: f64 = 10_000.0;

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/api/v1/reports/map", Access::Public, get(points))]
}

/// The differences between neighbours; the first from nothing.
pub(in crate::http) fn steps(numbers: impl Iterator<Item = i64>) -> Vec<i64> {
    let mut before = 0;
    numbers
        .map(|n| {
            let step = n - before;
            before = n;
            step
        })
        .collect()
}

async fn points(cx: Context) -> Answer {
    let desk = Desk::open(&cx)?;
    let filter = Filter {
        stages: [Stage::New, Stage::Work, Stage::Review].iter().map(|s| s.number()).collect(),
        ..Filter::default()
    };
    let dots = lists::dots(&cx.db, &Sees::Public, &filter, MOST + 1).await?;
    let all = dots.len() as i64 <= MOST;
    let dots = &dots[..dots.len().min(MOST as usize)];
    let mut names: Vec<(String, String, String)> = Vec::new();
    let mut at: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let mut kinds = Vec::with_capacity(dots.len());
    for dot in dots {
        let index = *at.entry((dot.kind.as_str(), dot.category.as_str())).or_insert_with(|| {
            let kind = desk.types.find(&dot.kind);
            let name = kind.as_ref().and_then(|k| k.flow.category(&dot.category));
            let letters = kind.as_ref().map_or("", |k| k.flow.code.as_str()).to_owned();
            names.push((letters, dot.category.clone(), name.map_or("", |c| c.name.get(cx.lang)).to_owned()));
            names.len() - 1
        });
        kinds.push(index);
    }
    let scaled = |v: f64| (v * SCALE).round() as i64;
    let body = json!({
        "scale": SCALE,
        "all": all,
        "categories": names.iter().map(|(letters, id, name)| json!([letters, id, name])).collect::<Vec<_>>(),
        // Of each case: its number, downwards; its position; its place in `categories`; its stage.
        "seq": steps(dots.iter().map(|d| d.seq)),
        "lat": steps(dots.iter().map(|d| scaled(d.lat))),
        "lon": steps(dots.iter().map(|d| scaled(d.lon))),
        "category": kinds,
        "stage": dots.iter().map(|d| d.stage).collect::<Vec<_>>(),
    });
    Ok(([(header::CACHE_CONTROL, "public, max-age=60")], Json(body)).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_lead_back_to_the_numbers() {
        let told = steps([900, 897, 897, -4].into_iter());
        assert_eq!(told, [900, -3, 0, -901]);
        let mut sum = 0;
        let back: Vec<i64> = told
            .iter()
            .map(|d| {
                sum += d;
                sum
            })
            .collect();
        assert_eq!(back, [900, 897, 897, -4]);
    }
}
