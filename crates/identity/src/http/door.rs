//! The pages outside the house: sign-in, the first run, an invitation.

use askama::Template;
use axum::Form;
use axum::extract::Query;
use axum::response::{IntoResponse, Redirect};
use foundation::{Date, Lang, Result};
use http::{HeaderMap, StatusCode};
use kit::Context;
use kit::http::{LANG_COOKIE, redirect_with};
use serde::Deserialize;
use units::Atlas;
use web::peer::ClientIp;
use web::{Answer, Page};

use crate::actions::doorkeeper;
use crate::actions::first_run::FirstRun;
use crate::actions::sign_in::{From, Outcome, SecondStep, SignIn, SignedIn};
use crate::actions::sign_out::SignOut;
use crate::actions::take_invitation::TakeInvitation;
use crate::grant::root_unit;
use crate::http::{Told, agent, local_path, page_with, session_text, settings, told, with_cookie};
use crate::store::links::{self, Purpose};
use crate::store::{accounts, grants};
use crate::{place, token};

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Door {
    name: String,
    sign_in: String,
    password: String,
    again: String,
    code: String,
    token: String,
    place: String,
    back: String,
}

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage {
    page: Page,
    fault: Option<String>,
    sign_in: String,
    back: String,
    empty_house: bool,
}

#[derive(Template)]
#[template(path = "code.html")]
struct CodePage {
    page: Page,
    fault: Option<String>,
    token: String,
    back: String,
}

#[derive(Template)]
#[template(path = "first_run.html")]
struct FirstRunPage {
    page: Page,
    fault: Option<String>,
    form: Door,
    /// The place, when it was chosen before.
    chosen: Option<String>,
    choices: Vec<(String, String)>,
    works: bool,
}

#[derive(Template)]
#[template(path = "invitation.html")]
struct InvitationPage {
    page: Page,
    fault: Option<String>,
    token: String,
    sign_in: String,
    works: bool,
}

fn split(told: Option<Told>) -> (StatusCode, Option<String>) {
    told.map_or((StatusCode::OK, None), |t| (t.status, Some(t.sentence)))
}

async fn show_sign_in(cx: &Context, form: Door, fault: Option<Told>) -> Answer {
    let (status, fault) = split(fault);
    let empty_house = !grants::has_admin(&cx.db, Date::of(cx.clock.now())).await?;
    let page = cx.page(cx.t("identity-sign-in"))?;
    let back = local_path(&form.back).to_owned();
    page_with(status, &SignInPage { page, fault, sign_in: form.sign_in, back, empty_house })
}

fn show_code(cx: &Context, token: String, back: &str, fault: Option<Told>) -> Answer {
    let (status, fault) = split(fault);
    let page = cx.page(cx.t("identity-code-title"))?;
    page_with(status, &CodePage { page, fault, token, back: local_path(back).to_owned() })
}

/// Lets somebody in: the cookie, the language they chose before, and on to where they wanted to go.
async fn enter(cx: &Context, signed_in: SignedIn, to: &str) -> Answer {
    let cookie = doorkeeper(cx)?.cookie(Some(&signed_in.session));
    let answer = with_cookie(Ok(Redirect::to(local_path(to)).into_response()), &cookie);
    let language = accounts::get(&cx.db, signed_in.account).await?.language;
    match language.as_deref().and_then(Lang::parse) {
        Some(lang) => with_cookie(answer, &settings::kept(LANG_COOKIE, lang.tag())),
        None => answer,
    }
}

pub(super) async fn sign_in_page(cx: Context, Query(query): Query<Door>) -> Answer {
    if cx.actor.is_signed_in() {
        return Ok(Redirect::to(local_path(&query.back)).into_response());
    }
    show_sign_in(&cx, Door { back: query.back, ..Door::default() }, None).await
}

pub(super) async fn sign_in(
    cx: Context,
    ip: ClientIp,
    headers: HeaderMap,
    Form(mut form): Form<Door>,
) -> Answer {
    let password = std::mem::take(&mut form.password);
    let from = From { ip: ip.0, agent: agent(&headers) };
    match (SignIn { sign_in: form.sign_in.clone(), password }).run(&cx, from).await {
        Ok(Outcome::In(signed_in)) => enter(&cx, signed_in, &form.back).await,
        Ok(Outcome::CodeWanted(token)) => show_code(&cx, token, &form.back, None),
        Err(e) => {
            let fault = told(&cx, e)?;
            show_sign_in(&cx, form, Some(fault)).await
        }
    }
}

pub(super) async fn second_step(
    cx: Context,
    ip: ClientIp,
    headers: HeaderMap,
    Form(form): Form<Door>,
) -> Answer {
    let from = From { ip: ip.0, agent: agent(&headers) };
    match (SecondStep { token: form.token.clone(), code: form.code.clone() }).run(&cx, from).await {
        Ok(signed_in) => enter(&cx, signed_in, &form.back).await,
        Err(e) if e.code() == "link_gone" => {
            let fault = told(&cx, e)?;
            show_sign_in(&cx, form, Some(fault)).await
        }
        Err(e) => {
            let fault = told(&cx, e)?;
            show_code(&cx, form.token, &form.back, Some(fault))
        }
    }
}

pub(super) async fn sign_out(cx: Context, headers: HeaderMap) -> Answer {
    if cx.actor.is_signed_in() {
        SignOut::Here(session_text(&headers).to_owned()).run(&cx).await?;
    }
    let answer = redirect_with("/sign-in", &cx.t("identity-signed-out"));
    with_cookie(answer, &doorkeeper(&cx)?.cookie(None))
}

async fn works(cx: &Context, what: Purpose, text: &str) -> Result<Option<Option<uuid::Uuid>>> {
    match links::look(&cx.db, cx.clock.now(), what, &token::hash(text)).await {
        Ok(account) => Ok(Some(account)),
        Err(e) if e.code() == "link_gone" => Ok(None),
        Err(e) => Err(e),
    }
}

async fn show_first_run(cx: &Context, form: Door, fault: Option<Told>) -> Answer {
    let (mut status, fault) = split(fault);
    let works = works(cx, Purpose::FirstRun, &form.token).await?.is_some();
    if !works && status == StatusCode::OK {
        status = StatusCode::NOT_FOUND;
    }
    let map = cx.house.get::<Atlas>()?.map();
    let day = Date::of(cx.clock.now());
    let chosen = root_unit(cx).await?.map(|root| map.name(root, day));
    let choices = place::choices(&map, None, day);
    let page = cx.page(cx.t("identity-first-run"))?;
    page_with(status, &FirstRunPage { page, fault, form, chosen, choices, works })
}

pub(super) async fn first_run_page(cx: Context, Query(query): Query<Door>) -> Answer {
    show_first_run(&cx, Door { token: query.token, ..Door::default() }, None).await
}

/// Two passwords that differ, as a fault of the form.
fn same_twice(cx: &Context, password: &str, again: &str) -> Option<Told> {
    let sentence = cx.t("identity-passwords-differ");
    (password != again).then_some(Told { status: StatusCode::UNPROCESSABLE_ENTITY, sentence })
}

pub(super) async fn first_run(cx: Context, headers: HeaderMap, Form(mut form): Form<Door>) -> Answer {
    let (password, again) = (std::mem::take(&mut form.password), std::mem::take(&mut form.again));
    if let Some(fault) = same_twice(&cx, &password, &again) {
        return show_first_run(&cx, form, Some(fault)).await;
    }
    let action = FirstRun {
        token: form.token.clone(),
        name: form.name.clone(),
        sign_in: form.sign_in.clone(),
        password,
        place: form.place.clone(),
        agent: agent(&headers),
    };
    match action.run(&cx).await {
        Ok(signed_in) => enter(&cx, signed_in, "/").await,
        Err(e) => {
            let fault = told(&cx, e)?;
            show_first_run(&cx, form, Some(fault)).await
        }
    }
}

async fn show_invitation(cx: &Context, token: String, fault: Option<Told>) -> Answer {
    let (mut status, fault) = split(fault);
    let account = works(cx, Purpose::Invitation, &token).await?.flatten();
    let sign_in = match account {
        Some(id) => accounts::get(&cx.db, id).await?.sign_in,
        None => String::new(),
    };
    if account.is_none() && status == StatusCode::OK {
        status = StatusCode::NOT_FOUND;
    }
    let page = cx.page(cx.t("identity-invitation"))?;
    page_with(status, &InvitationPage { page, fault, token, sign_in, works: account.is_some() })
}

pub(super) async fn invitation_page(cx: Context, Query(query): Query<Door>) -> Answer {
    show_invitation(&cx, query.token, None).await
}

pub(super) async fn take_invitation(cx: Context, headers: HeaderMap, Form(form): Form<Door>) -> Answer {
    if let Some(fault) = same_twice(&cx, &form.password, &form.again) {
        return show_invitation(&cx, form.token, Some(fault)).await;
    }
    let token = form.token.clone();
    match (TakeInvitation { token, password: form.password, agent: agent(&headers) }).run(&cx).await {
        Ok(signed_in) => enter(&cx, signed_in, "/").await,
        Err(e) => {
            let fault = told(&cx, e)?;
            show_invitation(&cx, form.token, Some(fault)).await
        }
    }
}
