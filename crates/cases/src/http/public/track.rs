//! `GET /track`: look a report up, by its code (what everybody may read) or by the secret of its receipt.

use askama::Template;
use axum::extract::{Form, Query};
use axum::response::{IntoResponse, Redirect};
use axum::routing::{get, post};
use http::{HeaderMap, StatusCode};
use kit::http::page;
use kit::{Access, Context, Route};
use serde::Deserialize;
use web::{Answer, Page};

use super::Frame;
use crate::http::show::{Desk, number_of};
use crate::receipt;
use crate::store;

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/track", Access::Public, get(show)), Route::post("/track", Access::Public, post(find))]
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Typed {
    code: String,
}

#[derive(Template)]
#[template(path = "public_track.html")]
struct TrackPage {
    page: Page,
    frame: Frame,
    typed: Typed,
    fault: Option<String>,
}

fn draw(cx: &Context, headers: &HeaderMap, typed: Typed, fault: Option<String>) -> Answer {
    let wrong = fault.is_some();
    let mut response = page(&TrackPage {
        page: cx.page(cx.t("case-pub-track"))?,
        frame: Frame::of(headers, "me"),
        typed,
        fault,
    })?;
    if wrong {
        *response.status_mut() = StatusCode::NOT_FOUND;
    }
    Ok(response)
}

async fn show(cx: Context, headers: HeaderMap, Query(typed): Query<Typed>) -> Answer {
    draw(&cx, &headers, typed, None)
}

async fn find(cx: Context, headers: HeaderMap, Form(typed): Form<Typed>) -> Answer {
    let desk = Desk::open(&cx)?;
    if let Some(id) = store::people::of_receipt(&cx.db, &receipt::kept(&typed.code)).await?
        && let Some(case) = store::cases::get(&cx.db, id).await?
    {
        let code = case.code(&desk.types.get(&case.kind)?.flow.code);
        let to = format!("/report/{code}?k={}", receipt::spelled(&typed.code));
        return Ok(Redirect::to(&to).into_response());
    }
    if let Some(id) = number_of(&typed.code)
        && let Some(case) = store::cases::get(&cx.db, id).await?.filter(|c| c.published)
    {
        let code = case.code(&desk.types.get(&case.kind)?.flow.code);
        return Ok(Redirect::to(&format!("/reports/{code}")).into_response());
    }
    let why = cx.t("case-pub-track-none");
    draw(&cx, &headers, typed, Some(why))
}
