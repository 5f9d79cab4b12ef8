//! `POST /api/v1/reports`: receive a report; the same key twice is one report. `GET /api/v1/case-types`: what
//! can be reported.

use axum::Json;
use axum::response::IntoResponse;
use axum::routing::{get, post};
use foundation::Instant;
use http::StatusCode;
use kit::{Access, Actor, Context, Route};
use serde::Deserialize;
use serde_json::json;
use web::Answer;
use web::peer::ClientIp;

use crate::actions::receive::{Position, Receive};
use crate::http::show::Desk;
use crate::store::people::Reporter;
use crate::workflow::Intake;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/api/v1/case-types", Access::Public, get(types)),
        Route::post("/api/v1/reports", Access::Public, post(receive)),
    ]
}

/// A report as a program or the app sends it.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Told {
    key: String,
    kind: String,
    category: String,
    title: String,
    content: String,
    address: String,
    lat: Option<f64>,
    lon: Option<f64>,
    accuracy_m: Option<f64>,
    place: Option<i64>,
    /// ms since 1970, when it was written offline.
    happened_ms: Option<i64>,
    device: String,
    name: String,
    phone: String,
    email: String,
    consent: bool,
    channel: String,
}

async fn receive(cx: Context, ClientIp(address): ClientIp, Json(told): Json<Told>) -> Answer {
    let desk = Desk::open(&cx)?;
    let kind = match told.kind.as_str() {
        "" => desk.types.all().into_iter().find(|k| k.flow.intake == Intake::Public).map(|k| k.id.clone()),
        id => Some(id.to_owned()),
    };
    let mut senders = vec![("address", address.to_string())];
    for (kind, value) in [("device", &told.device), ("phone", &told.phone)] {
        if !value.is_empty() {
            senders.push((kind, value.chars().take(100).collect()));
        }
    }
    let position =
        told.lat.zip(told.lon).map(|(lat, lon)| Position { lat, lon, accuracy_m: told.accuracy_m });
    let receipt = Receive {
        key: told.key,
        kind: kind.unwrap_or_default(),
        category: Some(told.category).filter(|c| !c.is_empty()),
        title: told.title,
        content: told.content,
        address: told.address,
        position,
        place: told.place,
        channel: match (&cx.actor, told.channel.as_str()) {
            (Actor::Key { .. }, _) => "api",
            (_, "app") => "app",
            _ => "web",
        },
        happened_at: told.happened_ms.map(|ms| Instant(ms.saturating_mul(1000))),
        reporter: Reporter {
            citizen: None,
            name: told.name,
            phone: told.phone,
            email: told.email,
            consent: told.consent,
        },
        senders,
        ..Receive::default()
    }
    .run(&cx)
    .await?;
    let status = if receipt.again { StatusCode::OK } else { StatusCode::CREATED };
    let body = json!({
        "code": receipt.code,
        "secret": receipt.secret,
        "again": receipt.again,
        "place": desk.name(receipt.case.place),
        "place_sure": receipt.case.place_sure,
    });
    Ok((status, Json(body)).into_response())
}

async fn types(cx: Context) -> Answer {
    let desk = Desk::open(&cx)?;
    let all: Vec<_> = desk
        .types
        .all()
        .iter()
        .filter(|k| k.flow.intake == Intake::Public)
        .map(|k| {
            json!({
                "id": k.id,
                "name": k.flow.name,
                "groups": k.flow.groups,
                "categories": k.flow.categories.iter().map(|c| json!({
                    "id": c.id, "group": c.group, "name": c.name, "severity": c.severity,
                })).collect::<Vec<_>>(),
                "severities": k.flow.severities.iter().map(|s| json!({
                    "id": s.id, "name": s.name, "about": s.about, "first_response": s.first_response,
                    "solution": s.solution, "calendar": s.calendar, "verified": s.verified,
                })).collect::<Vec<_>>(),
            })
        })
        .collect();
    Ok(Json(json!({ "types": all })).into_response())
}
