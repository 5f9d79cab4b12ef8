//! `GET /api/v1/warnings?lat=&lng=&place=`: what officers warn of, the nearest first; see
//! [`crate::http::public::warnings`].

use axum::Json;
use axum::extract::Query;
use axum::response::IntoResponse;
use axum::routing::get;
use foundation::moment::rfc3339;
use http::header;
use kit::{Access, Context, Route};
use serde_json::json;
use web::Answer;

use crate::http::public::warnings::{Asking, distance, warnings};
use crate::http::show::Desk;

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/api/v1/warnings", Access::Public, get(list))]
}

async fn list(cx: Context, Query(asking): Query<Asking>) -> Answer {
    let desk = Desk::open(&cx)?;
    let told: Vec<_> = warnings(&cx, &desk, &asking)
        .await?
        .into_iter()
        .map(|w| {
            json!({
                "code": w.code,
                "title": w.title,
                "text": w.text,
                "category": w.category,
                "severity": w.severity,
                "state": w.state,
                "place": w.place,
                "since": rfc3339(w.since),
                "told": w.told.map(|(at, text)| json!({"at": rfc3339(at), "text": text})),
                "lat": w.at.map(|p| p.0),
                "lng": w.at.map(|p| p.1),
                "metres": w.metres.map(|m| (m / 10.0).round() * 10.0),
                "distance": w.metres.map(|m| distance(&cx, m)),
                "link": w.link,
                "demo": w.demo,
            })
        })
        .collect();
    let body = json!({"at": rfc3339(desk.now), "warnings": told});
    // Where somebody is stays out of shared caches.
    let keep = if asking.lat.is_some() { "private, max-age=30" } else { "public, max-age=30" };
    Ok(([(header::CACHE_CONTROL, keep)], Json(body)).into_response())
}
