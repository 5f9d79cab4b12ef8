//! `POST /cases/{code}/steps/{step}` and the other acts of the console: a form in, the page again.

use axum::extract::{DefaultBodyLimit, Form, FromRequest, Path, Request};
use axum::routing::post;
use foundation::{Kind, Result, error::invalid};
use http::{StatusCode, header};
use kit::http::redirect_with;
use kit::{Access, Context, Permission, Route};
use serde::Deserialize;
use web::Answer;

use super::acts::Typed as Pairs;
use super::case::{Said, draw};
use super::{photos, snippets};
use crate::actions::no_case;
use crate::actions::note::Note;
use crate::actions::officer_photos::{Role, StepWithPhotos};
use crate::actions::step::TakeStep;
use crate::case::{Case, Given};
use crate::http::public::form::MOST_BYTES;
use crate::http::show::{Desk, number_of};

pub(in crate::http) fn routes() -> Vec<Route> {
    let staff = Access::Needs(Permission::ReadInternal);
    let step = post(step).layer(DefaultBodyLimit::max(MOST_BYTES));
    vec![
        Route::post("/cases/{code}/steps/{step}", staff, step),
        Route::post("/cases/{code}/notes", staff, post(note)),
    ]
}

/// What the form of a note holds.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Typed {
    text: String,
}

/// Goes back to the case after an act, or shows it with what was wrong and what was typed.
pub(crate) async fn after(cx: &Context, code: &str, done: Result<Case>, word: &str, text: String) -> Answer {
    match done {
        Ok(_) => redirect_with(&format!("/cases/{code}"), &cx.t(word)),
        Err(e) if matches!(e.kind(), Kind::Conflict | Kind::Invalid | Kind::TooLarge) => {
            let mut response = draw(cx, code, said(e.message(), text)).await?;
            *response.status_mut() =
                StatusCode::from_u16(e.kind().status()).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
            Ok(response)
        }
        Err(e) => Err(e.into()),
    }
}

fn said(fault: &str, text: String) -> Said {
    Said { fault: Some(fault.to_owned()), text, fill: None }
}

/// The words of a step's form and its photos; a form without files comes in the short way too. Whoever does
/// not see the case is answered before anything is read.
async fn read(cx: &Context, code: &str, request: Request) -> Result<(Pairs, Vec<Vec<u8>>)> {
    super::case::find(cx, &Desk::open(cx)?, code).await?;
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok());
    if kind.is_some_and(|k| k.starts_with("multipart/form-data")) {
        let mut sent = photos::sent(request).await?;
        let photos = std::mem::take(&mut sent.photos);
        return Ok((Pairs::of(std::mem::take(&mut sent.words)), photos));
    }
    let wrong = |e: String| invalid("form", "Biểu mẫu không đọc được.").because(e);
    let Form(typed) = Form::<Pairs>::from_request(request, &()).await.map_err(|e| wrong(e.to_string()))?;
    Ok((typed, Vec::new()))
}

async fn step(cx: Context, Path((code, step)): Path<(String, String)>, request: Request) -> Answer {
    let id = number_of(&code).ok_or_else(no_case)?;
    let (typed, photos) = read(&cx, &code, request).await?;
    let text = typed.get("text").to_owned();
    // Without a script a text that is written often comes into the form by way of the server.
    if typed.some("fill").is_some() {
        let text = snippets::into(&cx, &code, &text, typed.get("snippet")).await?;
        return draw(&cx, &code, Said { fault: None, text, fill: Some(step) }).await;
    }
    let given = Given {
        text: text.clone(),
        reason: typed.some("reason"),
        category: typed.some("category"),
        severity: typed.some("severity"),
        agency: typed.get("agency").parse().ok(),
        public_text: typed.some("publish").map(|_| typed.get("public_text").to_owned()),
        publish_photos: typed.some("chooses").map(|_| typed.all("show")),
        ..Given::default()
    };
    let step = TakeStep { step, given, seen: typed.seen() };
    // What comes with a step is of its solution.
    let role = Role::parse(typed.get("role")).filter(|r| *r != Role::Before).unwrap_or(Role::After);
    let done = StepWithPhotos { step, photos, role }.run(&cx, id).await;
    after(&cx, &code, done, "case-done", text).await
}

async fn note(cx: Context, Path(code): Path<String>, Form(typed): Form<Typed>) -> Answer {
    let id = number_of(&code).ok_or_else(no_case)?;
    let done = Note { text: typed.text.clone() }.run(&cx, id).await;
    after(&cx, &code, done, "case-noted", typed.text).await
}
