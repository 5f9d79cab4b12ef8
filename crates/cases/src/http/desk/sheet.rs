//! `GET /cases/{code}/sheet`: a case on paper, A4: what it is, where, by when, what was done, room for a
//! leader's word and signatures, a code that opens the public look-up. Who reported is not on it; who may
//! read that asks for it with a reason (`POST`), which the log keeps.

use askama::Template;
use axum::extract::{Form, Path};
use axum::routing::get;
use foundation::{Kind, Result};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use kit::http::{page, url_encode};
use kit::{Access, Context, Permission, Route};
use serde::Deserialize;
use web::{Answer, Page};

use super::case::{ClockShown, PhotoShown, Told, clock_shown, find, history};
use super::photo_forms;
use crate::actions::reveal::Reveal;
use crate::case::{Case, may};
use crate::clock::ClockKind;
use crate::http::public::mine::origin;
use crate::http::show::{Desk, Due};
use crate::store::people::Reporter;
use crate::workflow::Who;

/// Photos on the sheet.
const PHOTOS: usize = 4;

pub(in crate::http) fn routes() -> Vec<Route> {
    let staff = Access::Needs(Permission::ReadInternal);
    vec![
        Route::get("/cases/{code}/sheet", staff, get(show)),
        Route::post("/cases/{code}/sheet", staff, axum::routing::post(reveal)),
    ]
}

#[derive(Template)]
#[template(path = "cases_sheet.html")]
struct SheetPage {
    page: Page,
    code: String,
    case: Case,
    kind: String,
    category: String,
    severity: String,
    state: String,
    root: String,
    place: String,
    agency: String,
    channel: String,
    received: String,
    due: Due,
    clocks: Vec<ClockShown>,
    history: Vec<Told>,
    photos: Vec<PhotoShown>,
    qr: String,
    look_up: String,
    printed: String,
    by: String,
    may_reveal: bool,
    reporter: Option<Option<Reporter>>,
    fault: Option<String>,
}

async fn draw(
    cx: &Context,
    headers: &HeaderMap,
    code: &str,
    reporter: Option<Option<Reporter>>,
    fault: Option<String>,
) -> Answer {
    let desk = Desk::open(cx)?;
    let (id, case, kind) = find(cx, &desk, code).await?;
    let flow = &kind.flow;
    let own = case.code(&flow.code);
    let mut clocks = Vec::new();
    for clock in ClockKind::ALL {
        clocks.extend(clock_shown(cx, &desk, &case, clock)?);
    }
    let path = match case.published {
        true => format!("/reports/{own}"),
        false => format!("/track?code={}", url_encode(&own)),
    };
    let look_up = format!("{}{path}", origin(cx, headers).await?);
    let status = fault.as_ref().map(|_| StatusCode::UNPROCESSABLE_ENTITY);
    let mut response = page(&SheetPage {
        page: cx.page(cx.words.say(cx.lang, "case-sheet-of", &[("code", own.clone().into())]))?,
        kind: flow.name.get(cx.lang).to_owned(),
        category: flow.category(&case.category).map_or(String::new(), |c| c.name.get(cx.lang).to_owned()),
        severity: flow.severity(&case.severity).map_or(String::new(), |s| s.name.get(cx.lang).to_owned()),
        state: flow.state(&case.state).map_or(String::new(), |s| s.name.get(cx.lang).to_owned()),
        root: desk.name(desk.root),
        place: desk.name(case.place),
        agency: desk.name(case.agency),
        channel: cx.t(&format!("case-by-{}", case.channel)),
        received: kit::http::moment(case.received_at, cx.lang),
        due: desk.due(cx, &case)?,
        clocks,
        history: history(cx, &desk, id, &kind, true).await?,
        photos: photo_forms::shown(cx, id, &own).await?.into_iter().take(PHOTOS).collect(),
        qr: identity::totp::qr(&look_up, &cx.t("case-sheet-qr"))?,
        look_up,
        printed: kit::http::moment(desk.now, cx.lang),
        by: cx.house.name_of(&cx.actor.audit_name()).await?.unwrap_or_default(),
        may_reveal: reporter.is_none()
            && may(cx, &case, &kind.pack, &[Who::Intake])
            && cx.scope.allows(Permission::ReadReporter, case.place, &kind.pack),
        reporter,
        fault,
        code: own,
        case,
    })?;
    if let Some(status) = status {
        *response.status_mut() = status;
    }
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    Ok(response)
}

async fn show(cx: Context, headers: HeaderMap, Path(code): Path<String>) -> Answer {
    draw(&cx, &headers, &code, None, None).await
}

/// Why the reporter is asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    reason: String,
}

async fn reveal(
    cx: Context,
    headers: HeaderMap,
    Path(code): Path<String>,
    Form(asked): Form<Asked>,
) -> Answer {
    let (id, ..) = find(&cx, &Desk::open(&cx)?, &code).await?;
    let done: Result<Option<Reporter>> = Reveal { reason: asked.reason }.run(&cx, id).await;
    match done {
        Ok(reporter) => draw(&cx, &headers, &code, Some(reporter), None).await,
        Err(e) if e.kind() == Kind::Invalid => {
            draw(&cx, &headers, &code, None, Some(e.message().to_owned())).await
        }
        Err(e) => Err(e.into()),
    }
}
