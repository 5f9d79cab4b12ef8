//! `POST /cases/{code}/steps/{step}` and the other acts of the console: a form in, the page again.

use axum::extract::{Form, Path};
use axum::routing::post;
use foundation::{Kind, Result};
use http::StatusCode;
use kit::http::redirect_with;
use kit::{Access, Context, Permission, Route};
use serde::Deserialize;
use web::Answer;

use super::case::draw;
use crate::actions::no_case;
use crate::actions::note::Note;
use crate::actions::step::TakeStep;
use crate::case::{Case, Given};
use crate::http::show::number_of;

pub(in crate::http) fn routes() -> Vec<Route> {
    let staff = Access::Needs(Permission::ReadInternal);
    vec![
        Route::post("/cases/{code}/steps/{step}", staff, post(step)),
        Route::post("/cases/{code}/notes", staff, post(note)),
    ]
}

/// What the forms hold; empty fields are what was not said.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Typed {
    version: String,
    text: String,
    reason: String,
    category: String,
    severity: String,
    agency: String,
    publish: String,
    public_text: String,
}

fn some(text: &str) -> Option<String> {
    Some(text.trim().to_owned()).filter(|t| !t.is_empty())
}

/// Goes back to the case after an act, or shows it with what was wrong and what was typed.
pub(crate) async fn after(cx: &Context, code: &str, done: Result<Case>, word: &str, said: String) -> Answer {
    match done {
        Ok(_) => redirect_with(&format!("/cases/{code}"), &cx.t(word)),
        Err(e) if matches!(e.kind(), Kind::Conflict | Kind::Invalid) => {
            let mut response = draw(cx, code, Some(e.message().to_owned()), said).await?;
            *response.status_mut() =
                StatusCode::from_u16(e.kind().status()).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
            Ok(response)
        }
        Err(e) => Err(e.into()),
    }
}

async fn step(cx: Context, Path((code, step)): Path<(String, String)>, Form(typed): Form<Typed>) -> Answer {
    let id = number_of(&code).ok_or_else(no_case)?;
    let given = Given {
        text: typed.text.trim().to_owned(),
        reason: some(&typed.reason),
        category: some(&typed.category),
        severity: some(&typed.severity),
        agency: typed.agency.parse().ok(),
        public_text: (!typed.publish.is_empty()).then(|| typed.public_text.trim().to_owned()),
        ..Given::default()
    };
    let act = TakeStep { step, given, seen: typed.version.parse().ok() };
    let done = act.run(&cx, id).await;
    after(&cx, &code, done, "case-done", typed.text).await
}

async fn note(cx: Context, Path(code): Path<String>, Form(typed): Form<Typed>) -> Answer {
    let id = number_of(&code).ok_or_else(no_case)?;
    let done = Note { text: typed.text.clone() }.run(&cx, id).await;
    after(&cx, &code, done, "case-noted", typed.text).await
}
