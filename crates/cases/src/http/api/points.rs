//! `GET /api/v1/reports/map`: every open case that is published and has a position, as short as can be told:
//! the map of a province has thousands. Columns instead of objects, differences instead of numbers, positions
//! in ten-thousandths of a degree (about ten metres).

use axum::Json;
use axum::response::IntoResponse;
use axum::routing::get;
use http::header;
use kit::{Access, Context, Route};
use web::Answer;

use crate::http::on_map;
use crate::http::show::Desk;
use crate::store::lists::{self, Filter, Sees};
use crate::workflow::Stage;

/// Parts of a degree.
const SCALE: f64 = 10_000.0;

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/api/v1/reports/map", Access::Public, get(points))]
}

async fn points(cx: Context) -> Answer {
    let desk = Desk::open(&cx)?;
    let filter = Filter {
        stages: [Stage::New, Stage::Work, Stage::Review].iter().map(|s| s.number()).collect(),
        ..Filter::default()
    };
    let dots = lists::dots(&cx.db, &Sees::Public, &filter, on_map::MOST as i64 + 1).await?;
    let (dots, mut body) = on_map::columns(&cx, &desk, dots, SCALE);
    body["stage"] = dots.iter().map(|d| d.stage).collect();
    Ok(([(header::CACHE_CONTROL, "public, max-age=60")], Json(body)).into_response())
}
