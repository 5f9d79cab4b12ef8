//! `GET /api/v1/reports/{code}`: how a report stands: what everybody may read, or, with the secret of its
//! receipt in `X-Receipt`, what its reporter may.

use axum::Json;
use axum::extract::Path;
use axum::response::IntoResponse;
use axum::routing::get;
use foundation::moment::rfc3339;
use http::HeaderMap;
use kit::{Access, Context, Route};
use serde_json::json;
use web::Answer;

use crate::http::public::{mine, one, position, progress, title};
use crate::http::show::Desk;
use crate::store;
use crate::workflow::{Deed, Stage};

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/api/v1/reports/{code}", Access::Public, get(status))]
}

async fn status(cx: Context, headers: HeaderMap, Path(code): Path<String>) -> Answer {
    let desk = Desk::open(&cx)?;
    let secret = headers.get("x-receipt").and_then(|v| v.to_str().ok());
    let (own, (id, case, kind)) = match secret {
        Some(secret) => (true, mine::admit(&cx, &desk, &code, secret).await?),
        None => (false, one::published(&cx, &desk, &code).await?),
    };
    let how = progress(&cx, &desk, &case, &kind, own);
    let approved = matches!(case.stage(), Stage::Answered | Stage::Closed);
    let at = position(&case);
    let own_code = case.code(&kind.flow.code);
    let public = store::photos::of(&cx.db, id).await?;
    let public = public.iter().filter(|p| case.published && p.is_public(&case) && p.thumb.is_some());
    let pictures: Vec<_> = public
        .map(|p| {
            json!({
                "n": p.n,
                "role": p.role,
                "url": format!("/reports/{own_code}/photos/{}?size=screen", p.n),
            })
        })
        .collect();
    let mut body = json!({
        "code": own_code,
        "title": if own { case.title.clone() } else { title(&cx, &case, &kind) },
        "category": case.category,
        "place": desk.name(case.place),
        "agency": desk.name(case.agency),
        "stage": case.stage().key(),
        "words": how.words,
        "state": how.state,
        "parts": how.parts,
        "received_at": rfc3339(case.received_at),
        "promised_at": case.promised_at.map(rfc3339),
        "solved_at": case.solved_at.map(rfc3339),
        "answer": if approved { case.answer.as_str() } else { "" },
        "rating": case.rating,
        "supporters": case.supporters,
        "published": case.published,
        "pictures": pictures,
        "lat": at.map(|p| p.0),
        "lon": at.map(|p| p.1),
    });
    if own {
        body["asked"] = json!(kind.flow.step_doing(&case.state, Deed::Reply).is_some());
        body["photos"] = json!(case.photos);
        body["place_sure"] = json!(case.place_sure);
    }
    let keep = if own { "private, no-store" } else { "public, max-age=30" };
    Ok(([(http::header::CACHE_CONTROL, keep)], Json(body)).into_response())
}
