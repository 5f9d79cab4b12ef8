//! `GET /app/mine`: a citizen's reports on every device, once they signed in; take them away, erase who they
//! are, sign out. Phones keep `/app/me`, which is nobody's; this page no cache keeps.

use std::collections::HashMap;

use askama::Template;
use axum::extract::Form;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use foundation::Result;
use http::{HeaderMap, HeaderValue, header};
use identity::actions::forget_citizen;
use identity::citizen::{self, COOKIE};
use identity::{Citizen, Citizens};
use kit::http::{page, redirect_with};
use kit::{Access, Context, Route};
use serde::Deserialize;
use serde_json::json;
use web::{Answer, Page};

use super::told::{Progress, progress};
use super::{Frame, mine, private, push};
use crate::actions::claim::Claim;
use crate::actions::erase_all::EraseAll;
use crate::case::Case;
use crate::http::show::Desk;
use crate::store;
use crate::store::claims::Mine;

/// Where it is.
pub(super) const PAGE: &str = "/app/mine";
/// So many are shown and taken away.
const MOST: i64 = 200;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/app/mine", Access::Public, get(show)),
        Route::get("/app/mine/data", Access::Public, get(data)),
        Route::post("/app/mine/claim", Access::Public, post(claim)),
        Route::post("/app/mine/erase", Access::Public, post(erase)),
        Route::post("/app/sign-out", Access::Public, post(sign_out)),
    ]
}

struct Row {
    link: String,
    title: String,
    about: String,
    progress: Progress,
    photo: Option<String>,
}

#[derive(Template)]
#[template(path = "public_own.html")]
struct OwnPage {
    page: Page,
    frame: Frame,
    /// By what they signed in.
    known_by: String,
    rows: Vec<Row>,
    /// With what browsers subscribe; none where no messages go to them.
    push: Option<String>,
}

/// To the door, for whoever is not signed in.
fn door() -> Answer {
    Ok(Redirect::to(super::sign_in::PAGE).into_response())
}

async fn own(cx: &Context, citizen: &Citizen) -> Result<Vec<Case>> {
    let ids = store::claims::of(&cx.db, &Mine::of(citizen), MOST).await?;
    store::cases::all(&cx.db, ids).await
}

async fn show(cx: Context, headers: HeaderMap) -> Answer {
    let Some(citizen) = citizen::signed_in(&cx, &headers).await? else { return door() };
    let desk = Desk::open(&cx)?;
    let cases = own(&cx, &citizen).await?;
    let ids = cases.iter().map(|c| c.seq).collect();
    let photos: HashMap<i64, i64> = store::claims::photos(&cx.db, ids).await?.into_iter().collect();
    let mut rows = Vec::new();
    for case in &cases {
        let kind = desk.types.get(&case.kind)?;
        let code = case.code(&kind.flow.code);
        rows.push(Row {
            link: format!("/report/{code}"),
            title: case.title.clone(),
            about: format!("{code} · {} · {}", desk.name(case.place), desk.moment(case.received_at)),
            progress: progress(&cx, &desk, case, &kind, true),
            photo: photos.get(&case.seq).map(|n| format!("/report/{code}/photos/{n}?size=thumb")),
        });
    }
    let known_by = match citizen.masked() {
        Some(number) => cx.words.say(cx.lang, "case-own-by-phone", &[("number", number.into())]),
        None => cx.t("case-own-by-provider"),
    };
    let frame = Frame::of(&headers, "me");
    let push = push::key(&cx)?;
    let page = page(&OwnPage { page: cx.page(cx.t("case-own-title"))?, frame, known_by, rows, push })?;
    Ok(private(page))
}

/// All that is kept about a citizen and what they sent.
async fn data(cx: Context, headers: HeaderMap) -> Answer {
    let Some(citizen) = citizen::signed_in(&cx, &headers).await? else { return door() };
    let desk = Desk::open(&cx)?;
    let mut reports = Vec::new();
    for case in own(&cx, &citizen).await? {
        let kind = desk.types.get(&case.kind)?;
        reports.push(mine::told(&cx, &desk, case.seq, &case, &kind).await?);
    }
    mine::download(&json!({"phone": citizen.phone, "reports": reports}), "phan-anh-cua-toi")
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Shown {
    /// Secrets, one a line.
    receipts: String,
}

async fn claim(cx: Context, headers: HeaderMap, Form(shown): Form<Shown>) -> Answer {
    let Some(citizen) = citizen::signed_in(&cx, &headers).await? else { return door() };
    let receipts = shown.receipts.split_whitespace().map(str::to_owned).collect();
    let n = (Claim { receipts }).run(&cx, &citizen).await?;
    redirect_with(PAGE, &cx.words.say(cx.lang, "case-own-kept", &[("n", (n as i64).into())]))
}

/// Takes the cookie of the session away. The page that says so is one that phones do not keep.
fn gone(cx: &Context, answer: Answer) -> Answer {
    let mut response: Response = answer?;
    let line = cx.house.get::<Citizens>()?.cookie(COOKIE, None, 0);
    if let Ok(value) = HeaderValue::from_str(&line) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    Ok(response)
}

async fn erase(cx: Context, headers: HeaderMap) -> Answer {
    let Some(citizen) = citizen::signed_in(&cx, &headers).await? else { return door() };
    let n = EraseAll.run(&cx, &citizen).await?;
    let told = cx.words.say(cx.lang, "case-own-erased", &[("n", (n as i64).into())]);
    gone(&cx, redirect_with(super::sign_in::PAGE, &told))
}

async fn sign_out(cx: Context, headers: HeaderMap) -> Answer {
    if let Some(citizen) = citizen::signed_in(&cx, &headers).await? {
        forget_citizen::leave(&cx, &citizen).await?;
    }
    gone(&cx, redirect_with(super::sign_in::PAGE, &cx.t("case-own-signed-out")))
}
