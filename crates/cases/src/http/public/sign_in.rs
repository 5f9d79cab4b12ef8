//! `/app/sign-in`: a citizen proves their telephone by a code, or signs in at the provider, to see their
//! reports on every device. Never needed: to report, to follow and to rate, the receipt is enough. No name,
//! no password, no photo of papers.

use askama::Template;
use axum::extract::{Form, Query};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use foundation::{Error, Kind};
use http::{HeaderMap, HeaderValue, header};
use identity::actions::ask_code::AskCode;
use identity::actions::prove_code::ProveCode;
use identity::actions::through_provider::{self, Finish, WAY_S};
use identity::citizen::{self, ASKED_COOKIE, CODE_S, COOKIE, LONGEST_S};
use identity::{Citizens, store::citizens, token};
use kit::http::{cookie, page, redirect_with};
use kit::{Access, Context, Route};
use serde::Deserialize;
use web::peer::ClientIp;
use web::{Answer, Page};

use super::{Frame, own, private};

/// Where it is.
pub(super) const PAGE: &str = "/app/sign-in";
const CODE_PAGE: &str = "/app/sign-in/code";

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/app/sign-in", Access::Public, get(show)),
        Route::post("/app/sign-in", Access::Public, post(ask)),
        Route::get("/app/sign-in/code", Access::Public, get(show_code)),
        Route::post("/app/sign-in/code", Access::Public, post(prove)),
        Route::get("/app/sign-in/provider", Access::Public, get(begin)),
        Route::get("/app/sign-in/back", Access::Public, get(back)),
    ]
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Typed {
    phone: String,
    code: String,
}

#[derive(Template)]
#[template(path = "public_sign_in.html")]
struct DoorPage {
    page: Page,
    frame: Frame,
    typed: Typed,
    by_phone: bool,
    /// The name of the provider.
    provider: Option<String>,
    fault: Option<String>,
    /// Whether the fault is about the telephone.
    of_phone: bool,
}

#[derive(Template)]
#[template(path = "public_code.html")]
struct CodePage {
    page: Page,
    frame: Frame,
    /// Enough of the number that its owner knows it.
    number: String,
    fault: Option<String>,
}

/// A fault that is told on the page; what the person can do nothing about goes on.
fn told(cx: &Context, e: Error) -> Result<(http::StatusCode, String), web::Fault> {
    match e.kind() {
        Kind::Internal => Err(e.into()),
        _ => Ok((web::fault::status(&e), identity::sentence(cx, &e))),
    }
}

pub(super) fn draw(cx: &Context, headers: &HeaderMap, phone: String, fault: Option<Error>) -> Answer {
    let of_phone = fault.as_ref().is_some_and(|e| e.code().starts_with("code_"));
    let fault = fault.map(|e| told(cx, e)).transpose()?;
    let mut response = page(&DoorPage {
        of_phone,
        page: cx.page(cx.t("case-own-sign-in-title"))?,
        frame: Frame::of(headers, "me"),
        typed: Typed { phone, ..Typed::default() },
        provider: cx.house.get::<Citizens>()?.provider().map(|p| p.name().to_owned()),
        by_phone: cx.house.get::<Citizens>()?.sender().is_some(),
        fault: fault.as_ref().map(|f| f.1.clone()),
    })?;
    if let Some((status, _)) = fault {
        *response.status_mut() = status;
    }
    Ok(private(response))
}

fn with_cookie(response: &mut Response, line: &str) {
    if let Ok(value) = HeaderValue::from_str(line) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}

/// On to what is theirs, with the session; the cookie of the way there goes.
pub(super) fn enter(cx: &Context, session: &str) -> Answer {
    let door = cx.house.get::<Citizens>()?;
    let mut response = redirect_with(own::PAGE, &cx.t("case-own-signed-in"))?;
    with_cookie(&mut response, &door.cookie(COOKIE, Some(session), LONGEST_S));
    with_cookie(&mut response, &door.cookie(ASKED_COOKIE, None, 0));
    Ok(response)
}

async fn show(cx: Context, headers: HeaderMap) -> Answer {
    if citizen::signed_in(&cx, &headers).await?.is_some() {
        return Ok(Redirect::to(own::PAGE).into_response());
    }
    draw(&cx, &headers, String::new(), None)
}

async fn ask(cx: Context, headers: HeaderMap, ClientIp(ip): ClientIp, Form(typed): Form<Typed>) -> Answer {
    match (AskCode { phone: typed.phone.clone(), ip }).run(&cx).await {
        Ok(asked) => {
            let mut response = Redirect::to(CODE_PAGE).into_response();
            let door = cx.house.get::<Citizens>()?;
            with_cookie(&mut response, &door.cookie(ASKED_COOKIE, Some(&asked), CODE_S));
            Ok(response)
        }
        Err(e) => draw(&cx, &headers, typed.phone, Some(e)),
    }
}

fn asked(headers: &HeaderMap) -> &str {
    cookie(headers, ASKED_COOKIE).unwrap_or_default()
}

/// The form of the code, as long as this browser may use one; else back to the number.
async fn draw_code(cx: &Context, headers: &HeaderMap, fault: Option<Error>) -> Answer {
    let hash = token::hash(asked(headers));
    let Some(phone) = citizens::waits(&cx.db, &hash, cx.clock.now()).await? else {
        return redirect_with(PAGE, &cx.t("case-own-code-over"));
    };
    let fault = fault.map(|e| told(cx, e)).transpose()?;
    let last = phone.get(phone.len().saturating_sub(3)..).unwrap_or_default();
    let mut response = page(&CodePage {
        page: cx.page(cx.t("case-own-code-title"))?,
        frame: Frame::of(headers, "me"),
        number: format!("•••{last}"),
        fault: fault.as_ref().map(|f| f.1.clone()),
    })?;
    if let Some((status, _)) = fault {
        *response.status_mut() = status;
    }
    Ok(private(response))
}

async fn show_code(cx: Context, headers: HeaderMap) -> Answer {
    draw_code(&cx, &headers, None).await
}

async fn prove(cx: Context, headers: HeaderMap, Form(typed): Form<Typed>) -> Answer {
    let asked = asked(&headers).to_owned();
    match (ProveCode { asked, code: typed.code }).run(&cx).await {
        Ok(session) => enter(&cx, &session),
        Err(e) => draw_code(&cx, &headers, Some(e)).await,
    }
}

/// To the provider, with a cookie to come back with. A link and no form: our policy lets no form lead
/// elsewhere.
async fn begin(cx: Context, headers: HeaderMap) -> Answer {
    match through_provider::begin(&cx).await {
        Ok(way) => {
            let mut response = private(Redirect::to(&way.url).into_response());
            let door = cx.house.get::<Citizens>()?;
            with_cookie(&mut response, &door.cookie(ASKED_COOKIE, Some(&way.cookie), WAY_S));
            Ok(response)
        }
        Err(e) => draw(&cx, &headers, String::new(), Some(e)),
    }
}

/// What the provider sends the browser back with.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Back {
    code: String,
    state: String,
    iss: String,
    error: String,
}

async fn back(cx: Context, headers: HeaderMap, Query(told): Query<Back>) -> Answer {
    let cookie = asked(&headers).to_owned();
    let finish = Finish { cookie, state: told.state, code: told.code, issuer: told.iss, error: told.error };
    match finish.run(&cx).await {
        Ok(session) => enter(&cx, &session),
        Err(e) => draw(&cx, &headers, String::new(), Some(e)),
    }
}
