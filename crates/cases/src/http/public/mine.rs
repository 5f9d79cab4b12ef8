//! `GET /report/{code}?k=SECRET`: the reporter's own page: how it stands, what was done, what they are asked,
//! their word on the answer, their data. Whoever holds the receipt is the reporter, and so is a citizen who
//! proved the number it was sent with or keeps it among theirs ([`super::own`]); for others the page does not
//! exist.

use std::sync::Arc;

use askama::Template;
use axum::extract::{DefaultBodyLimit, Form, Multipart, Path, Query};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use foundation::moment::rfc3339;
use foundation::{Kind, Result};
use http::{HeaderMap, header};
use identity::{Citizens, citizen};
use kit::http::{page, redirect_with, url_encode};
use kit::{Access, Context, Route};
use serde::Deserialize;
use serde_json::json;
use web::{Answer, Page};

use super::told::{Progress, progress};
use super::{Frame, form, private, push, title};
use crate::actions::erase::Erase;
use crate::actions::no_case;
use crate::actions::rate::Rate;
use crate::actions::receive::clean;
use crate::actions::reply::Reply;
use crate::case::{Case, CaseId};
use crate::clock::ClockKind;
use crate::http::show::{Desk, number_of};
use crate::receipt;
use crate::service::CaseType;
use crate::store;
use crate::store::claims::Mine;
use crate::workflow::{Deed, Stage};

pub(super) fn routes() -> Vec<Route> {
    let photos = post(add_photos).layer(DefaultBodyLimit::max(form::MOST_BYTES));
    vec![
        Route::get("/report/{code}", Access::Public, get(show)),
        Route::get("/report/{code}/data", Access::Public, get(data)),
        Route::post("/report/{code}/reply", Access::Public, post(reply)),
        Route::post("/report/{code}/rate", Access::Public, post(rate)),
        Route::post("/report/{code}/erase", Access::Public, post(erase)),
        Route::post("/report/{code}/photos", Access::Public, photos),
    ]
}

/// What makes somebody the reporter.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Secret {
    k: String,
}

/// What the reporter's forms hold.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Typed {
    k: String,
    text: String,
    stars: String,
}

/// A line of the history, without names of officers.
pub(super) struct Line {
    pub at: String,
    pub what: String,
    pub text: String,
    pub note: String,
}

/// A photo with its addresses.
pub(super) struct PhotoShown {
    pub n: i64,
    pub link: String,
    pub thumb: Option<String>,
    /// What it shows, in words.
    pub alt: String,
    /// Whether it is of the solution.
    pub solution: bool,
}

/// A photo in words: «Ảnh 2», «Ảnh sau xử lý 3».
pub(super) fn alt(cx: &Context, photo: &store::photos::Photo) -> String {
    let key = match photo.role == store::photos::REPORT {
        true => "case-pub-photo".to_owned(),
        false => format!("case-pub-photo-{}", photo.role),
    };
    cx.words.say(cx.lang, &key, &[("n", photo.n.into())])
}

#[derive(Template)]
#[template(path = "public_mine.html")]
struct MinePage {
    page: Page,
    frame: Frame,
    code: String,
    secret: String,
    /// Empty where the reader is known by their sign-in: the secret itself is kept nowhere.
    qr: String,
    keeps: Keeps,
    /// With what browsers subscribe; none where no messages go to them.
    push: Option<String>,
    case: Case,
    category: String,
    place: String,
    agency: String,
    received: String,
    progress: Progress,
    promised: Vec<String>,
    history: Vec<Line>,
    photos: Vec<PhotoShown>,
    answer: Option<String>,
    asked: Option<String>,
    rates: bool,
    opens_again: i64,
    adds: bool,
    personal: bool,
    merged: Option<String>,
    typed: Typed,
    fault: Option<(&'static str, String)>,
}

/// Whether the reader may keep the report among theirs.
enum Keeps {
    /// There is no sign-in here, or it is theirs already.
    No,
    /// They may sign in to.
    SignIn,
    /// They may.
    Claim,
}

/// The case of a receipt.
pub(in crate::http) async fn admit(
    cx: &Context,
    desk: &Desk,
    code: &str,
    secret: &str,
) -> Result<(CaseId, Case, Arc<CaseType>)> {
    let id = number_of(code).ok_or_else(no_case)?;
    match store::people::of_receipt(&cx.db, &receipt::kept(secret)).await? {
        Some(own) if own == id => {}
        _ => return Err(no_case()),
    }
    let case = store::cases::get(&cx.db, id).await?.ok_or_else(no_case)?;
    let kind = desk.types.get(&case.kind)?;
    Ok((id, case, kind))
}

/// The case of a receipt; without one, of the citizen who is signed in.
pub(in crate::http) async fn admit_any(
    cx: &Context,
    headers: &HeaderMap,
    desk: &Desk,
    code: &str,
    secret: &str,
) -> Result<(CaseId, Case, Arc<CaseType>)> {
    if !secret.is_empty() {
        return admit(cx, desk, code, secret).await;
    }
    let citizen = citizen::signed_in(cx, headers).await?.ok_or_else(no_case)?;
    let id = number_of(code).ok_or_else(no_case)?;
    if !store::claims::owns(&cx.db, &Mine::of(&citizen), id).await? {
        return Err(no_case());
    }
    let case = store::cases::get(&cx.db, id).await?.ok_or_else(no_case)?;
    let kind = desk.types.get(&case.kind)?;
    Ok((id, case, kind))
}

/// By when the solution is promised; each moment that was promised, when it was moved.
pub(super) fn promised(cx: &Context, desk: &Desk, case: &Case) -> Result<Vec<String>> {
    let clocks = case.clocks()?;
    let all = clocks.promises.iter().filter(|p| p.clock == ClockKind::Solution);
    let mut told: Vec<String> = Vec::new();
    let mut last = String::new();
    for promise in all {
        let at = desk.dated(promise.due);
        if at == last {
            continue;
        }
        told.push(match told.is_empty() {
            true => at.clone(),
            false => format!("{at} ({})", cx.t(promise.by.word())),
        });
        last = at;
    }
    Ok(told)
}

/// The deeds whose words are meant for the reporter. That a case was passed on is told, the remark to the
/// colleague who gets it is not.
fn to_reporter(deed: &str) -> bool {
    matches!(deed, "tell" | "ask" | "reply" | "approve" | "refuse" | "pass_out" | "rate" | "reopen")
}

/// The history from `shown` on; words of a line only where `worded` says so.
pub(super) async fn history(
    cx: &Context,
    desk: &Desk,
    id: CaseId,
    kind: &CaseType,
    shown: i64,
    worded: impl Fn(&str) -> bool,
) -> Result<Vec<Line>> {
    let lines = store::entries::of(&cx.db, id, shown).await?.into_iter();
    Ok(lines
        .map(|line| {
            let step = kind.flow.step(&line.step).map(|s| s.name.get(cx.lang).to_owned());
            Line {
                at: desk.dated(line.at),
                what: step.unwrap_or_else(|| cx.t(&format!("case-deed-{}", line.deed))),
                note: desk.note(cx, kind, &line.detail),
                text: if worded(&line.deed) { line.text } else { String::new() },
            }
        })
        .collect())
}

async fn draw(
    cx: &Context,
    headers: &HeaderMap,
    code: &str,
    typed: Typed,
    fault: Option<(&'static str, foundation::Error)>,
) -> Answer {
    let desk = Desk::open(cx)?;
    let (id, case, kind) = admit_any(cx, headers, &desk, code, &typed.k).await?;
    let own = case.code(&kind.flow.code);
    let secret = receipt::spelled(&typed.k);
    let (qr, keeps) = match secret.is_empty() {
        true => (String::new(), Keeps::No),
        false => {
            let here = format!("{}/report/{own}?k={secret}", origin(cx, headers).await?);
            (identity::totp::qr(&here, &cx.t("case-pub-qr"))?, keeps(cx, headers, id).await?)
        }
    };
    let photos = store::photos::of(&cx.db, id)
        .await?
        .into_iter()
        .filter(|p| p.role == store::photos::REPORT || p.is_public(&case))
        .map(|p| {
            let link = |size: &str| format!("/report/{own}/photos/{}?size={size}&k={secret}", p.n);
            PhotoShown {
                n: p.n,
                link: link("screen"),
                thumb: p.thumb.map(|_| link("thumb")),
                alt: alt(cx, &p),
                solution: matches!(p.role.as_str(), "after" | "answer"),
            }
        })
        .collect();
    let mut asked = None;
    if kind.flow.step_doing(&case.state, Deed::Reply).is_some() {
        let lines = store::entries::of(&cx.db, id, 1).await?;
        asked = Some(lines.iter().rev().find(|l| l.deed == "ask").map_or(String::new(), |l| l.text.clone()));
    }
    let open_to_rating = case.stage() == Stage::Answered
        && kind
            .flow
            .rating
            .as_ref()
            .zip(case.solved_at)
            .is_some_and(|(rule, at)| desk.now <= at.plus_seconds(rule.days * 86_400));
    let merged = match case.merged_into {
        Some(into) => {
            store::cases::get(&cx.db, into).await?.filter(|c| c.published).map(|c| c.code(&kind.flow.code))
        }
        None => None,
    };
    let answered =
        matches!(case.stage(), Stage::Answered | Stage::Closed | Stage::Refused | Stage::Elsewhere);
    let status = fault.as_ref().map(|f| web::fault::status(&f.1));
    let mut response = page(&MinePage {
        page: cx.page(cx.words.say(cx.lang, "case-pub-mine-title", &[("code", own.clone().into())]))?,
        frame: Frame::of(headers, "report"),
        qr,
        keeps,
        push: push::key(cx)?,
        category: kind
            .flow
            .category(&case.category)
            .map_or(String::new(), |c| c.name.get(cx.lang).to_owned()),
        place: desk.name(case.place),
        agency: desk.name(case.agency),
        received: desk.dated(case.received_at),
        progress: progress(cx, &desk, &case, &kind, true),
        promised: promised(cx, &desk, &case)?,
        history: history(cx, &desk, id, &kind, 1, to_reporter).await?,
        photos,
        answer: Some(case.answer.clone()).filter(|a| answered && !a.is_empty()),
        asked,
        rates: open_to_rating,
        opens_again: kind.flow.rating.as_ref().map_or(0, |r| r.reopens_until),
        adds: case.stage().is_open(),
        personal: store::people::reporter(&cx.db, id).await?.is_some(),
        merged,
        code: own,
        secret,
        case,
        typed,
        fault: fault.map(|(field, e)| (field, e.message().to_owned())),
    })?;
    if let Some(status) = status {
        *response.status_mut() = status;
    }
    Ok(private(response))
}

async fn keeps(cx: &Context, headers: &HeaderMap, id: CaseId) -> Result<Keeps> {
    Ok(match citizen::signed_in(cx, headers).await? {
        None if cx.house.get::<Citizens>()?.opens() => Keeps::SignIn,
        None => Keeps::No,
        Some(citizen) if store::claims::owns(&cx.db, &Mine::of(&citizen), id).await? => Keeps::No,
        Some(_) => Keeps::Claim,
    })
}

/// The address under which the reader knows us, for the code to scan. Whether it is reached over TLS, through
/// a proxy too, is what the program was told at its start.
pub(in crate::http) async fn origin(cx: &Context, headers: &HeaderMap) -> Result<String> {
    let own = storage::settings::get(&cx.db, "serve.address").await?.unwrap_or_default();
    let scheme = if own.starts_with("https://") { "https" } else { "http" };
    let host = headers.get(header::HOST).and_then(|v| v.to_str().ok()).unwrap_or("localhost");
    Ok(format!("{scheme}://{host}"))
}

async fn show(
    cx: Context,
    headers: HeaderMap,
    Path(code): Path<String>,
    Query(secret): Query<Secret>,
) -> Answer {
    draw(&cx, &headers, &code, Typed { k: secret.k, ..Typed::default() }, None).await
}

/// Where a form leads back to.
fn back(code: &str, secret: &str) -> String {
    match secret.is_empty() {
        true => format!("/report/{}", url_encode(code)),
        false => format!("/report/{}?k={}", url_encode(code), url_encode(secret)),
    }
}

async fn reply(
    cx: Context,
    headers: HeaderMap,
    Path(code): Path<String>,
    Form(typed): Form<Typed>,
) -> Answer {
    let (id, ..) = admit_any(&cx, &headers, &Desk::open(&cx)?, &code, &typed.k).await?;
    let done = match clean(&typed.text, 5_000, "Câu trả lời") {
        Ok(text) => (Reply { text }).run(&cx, id).await.map(|_| ()),
        Err(e) => Err(e),
    };
    match done {
        Ok(()) => redirect_with(&back(&code, &typed.k), &cx.t("case-pub-replied")),
        Err(e) if matches!(e.kind(), Kind::Invalid | Kind::Conflict) => {
            draw(&cx, &headers, &code, typed, Some(("reply", e))).await
        }
        Err(e) => Err(e.into()),
    }
}

async fn rate(cx: Context, headers: HeaderMap, Path(code): Path<String>, Form(typed): Form<Typed>) -> Answer {
    let (id, ..) = admit_any(&cx, &headers, &Desk::open(&cx)?, &code, &typed.k).await?;
    let done = match clean(&typed.text, 2_000, "Lời nhận xét") {
        Ok(text) => (Rate { stars: typed.stars.parse().unwrap_or(0), text }).run(&cx, id).await,
        Err(e) => Err(e),
    };
    match done {
        Ok(case) => {
            let key = if case.stage().is_open() { "case-pub-reopened" } else { "case-pub-rated" };
            redirect_with(&back(&code, &typed.k), &cx.t(key))
        }
        Err(e) if matches!(e.kind(), Kind::Invalid | Kind::Conflict) => {
            draw(&cx, &headers, &code, typed, Some(("rate", e))).await
        }
        Err(e) => Err(e.into()),
    }
}

async fn erase(
    cx: Context,
    headers: HeaderMap,
    Path(code): Path<String>,
    Form(typed): Form<Typed>,
) -> Answer {
    let (id, ..) = admit_any(&cx, &headers, &Desk::open(&cx)?, &code, &typed.k).await?;
    Erase.run(&cx, id).await?;
    // Nothing ties it to a sign-in any more.
    let to = if typed.k.is_empty() { super::own::PAGE.to_owned() } else { back(&code, &typed.k) };
    redirect_with(&to, &cx.t("case-pub-erased"))
}

async fn add_photos(cx: Context, headers: HeaderMap, Path(code): Path<String>, form: Multipart) -> Answer {
    let mut sent = form::read(form).await?;
    let k = sent.take("k");
    let (id, ..) = admit_any(&cx, &headers, &Desk::open(&cx)?, &code, &k).await?;
    let refused = form::add_all(&cx, id, std::mem::take(&mut sent.photos)).await?;
    let told = if refused.is_empty() { cx.t("case-pub-photos-added") } else { refused.join(" ") };
    redirect_with(&back(&code, &k), &told)
}

/// All that is kept about a report and whoever sent it.
pub(super) async fn told(
    cx: &Context,
    desk: &Desk,
    id: CaseId,
    case: &Case,
    kind: &CaseType,
) -> Result<serde_json::Value> {
    let who = store::people::reporter(&cx.db, id).await?;
    let photos = store::photos::of(&cx.db, id).await?;
    let history = history(cx, desk, id, kind, 1, to_reporter).await?;
    let browsers = store::browsers::of(&cx.db, id).await?.len();
    Ok(json!({
        "code": case.code(&kind.flow.code),
        "kind": kind.flow.name,
        "category": kind.flow.category(&case.category).map(|c| &c.name),
        "title": case.title,
        "content": case.content,
        "address": case.address,
        "lat": case.lat,
        "lon": case.lon,
        "accuracy_m": case.accuracy_m,
        "place": desk.name(case.place),
        "channel": case.channel,
        "received_at": rfc3339(case.received_at),
        "happened_at": case.happened_at.map(rfc3339),
        "published": case.published,
        "public_text": if case.published { case.public_text.as_str() } else { "" },
        "public_title": if case.published { title(cx, case, kind) } else { String::new() },
        "rating": case.rating,
        "reporter": who.map(|w| json!({
            "name": w.name, "phone": w.phone, "email": w.email, "consent": w.consent,
        })),
        "browsers_told": browsers,
        "photos": photos.iter().filter(|p| p.role == store::photos::REPORT).map(|p| p.n).collect::<Vec<_>>(),
        "history": history.iter().map(|l| json!({
            "at": l.at, "what": l.what, "text": l.text, "note": l.note,
        })).collect::<Vec<_>>(),
    }))
}

/// JSON to take away, for its reader alone.
pub(super) fn download(body: &serde_json::Value, name: &str) -> Answer {
    let text = serde_json::to_string_pretty(body)
        .map_err(|e| foundation::error::internal("case_data", "Không ghi được dữ liệu").because(e))?;
    let name = format!("attachment; filename=\"{name}.json\"");
    let response: Response = (
        [
            (header::CONTENT_TYPE, "application/json; charset=utf-8".to_owned()),
            (header::CONTENT_DISPOSITION, name),
        ],
        text,
    )
        .into_response();
    Ok(private(response))
}

async fn data(
    cx: Context,
    headers: HeaderMap,
    Path(code): Path<String>,
    Query(secret): Query<Secret>,
) -> Answer {
    let desk = Desk::open(&cx)?;
    let (id, case, kind) = admit_any(&cx, &headers, &desk, &code, &secret.k).await?;
    download(&told(&cx, &desk, id, &case, &kind).await?, &case.code(&kind.flow.code))
}
