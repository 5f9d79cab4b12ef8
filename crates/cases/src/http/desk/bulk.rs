//! `POST /cases/bulk`: one step for many cases; each is taken by itself, and who could not be is named.
//! `POST /cases/views`: a list that somebody keeps.

use axum::extract::Form;
use axum::routing::post;
use foundation::{Result, error::forbidden, error::invalid};
use kit::http::redirect_with;
use kit::{Access, Context, Permission, Route};
use web::Answer;

use super::acts::Typed;
use crate::actions::desk::KeepView;
use crate::actions::name_handler::{NameHandler, own};
use crate::actions::step::TakeStep;
use crate::case::Given;
use crate::http::show::{Desk, number_of};
use crate::workflow::Deed;

/// Cases of one act at most.
const MOST: usize = 100;

pub(in crate::http) fn routes() -> Vec<Route> {
    let staff = Access::Needs(Permission::ReadInternal);
    vec![Route::post("/cases/bulk", staff, post(bulk)), Route::post("/cases/views", staff, post(view))]
}

/// What is told once has room for so many reasons, with so many cases each.
const MOST_REASONS: usize = 4;
const MOST_NAMED: usize = 5;

/// Where to go back to: only within the list.
fn back(typed: &Typed) -> String {
    let query = typed.get("back");
    let fits = query.bytes().all(|b| b.is_ascii_graphic()) && !query.contains(['\\', '#']);
    if fits && !query.is_empty() { format!("/cases?{query}") } else { "/cases".to_owned() }
}

/// What stands in the list of steps for taking cases for oneself.
pub(super) const MINE: &str = "@me";

async fn one(cx: &Context, code: &str, typed: &Typed) -> Result<()> {
    let desk = Desk::open(cx)?;
    let (id, case, kind) = super::case::find(cx, &desk, code).await?;
    if typed.get("step") == MINE {
        let handler = own(cx, &case, &kind.pack);
        if handler.is_none() {
            return Err(forbidden("case_step_not_yours", "Bạn không xử lý vụ việc ở đơn vị này."));
        }
        let text = typed.get("text").to_owned();
        return (NameHandler { handler, text, seen: None }).run(cx, id).await.map(|_| ());
    }
    let Some(step) = kind.flow.step(typed.get("step")) else {
        let why = format!("Loại «{}» không có bước này.", kind.flow.name.vi);
        return Err(invalid("case_step_none", why));
    };
    if step.does == Deed::Assign && typed.get("agency").is_empty() {
        return Err(invalid("case_agency", "Hãy chọn đơn vị nhận."));
    }
    let given = Given {
        text: typed.get("text").to_owned(),
        agency: typed.get("agency").parse().ok().or(Some(case.agency)),
        ..Given::default()
    };
    TakeStep { step: typed.get("step").to_owned(), given, seen: None }.run(cx, id).await.map(|_| ())
}

async fn bulk(cx: Context, Form(typed): Form<Typed>) -> Answer {
    let codes: Vec<String> = typed.all("case");
    let codes: Vec<String> = codes.into_iter().filter(|c| number_of(c).is_some()).take(MOST).collect();
    if codes.is_empty() {
        return redirect_with(&back(&typed), &cx.t("case-bulk-none"));
    }
    // Why some were left, and which of them for each reason.
    let (mut done, mut left): (i64, Vec<(String, Vec<&str>)>) = (0, Vec::new());
    for code in &codes {
        match one(&cx, code, &typed).await {
            Ok(()) => done += 1,
            Err(e) => match left.iter_mut().find(|(why, _)| why == e.message()) {
                Some((_, codes)) => codes.push(code),
                None => left.push((e.message().to_owned(), vec![code])),
            },
        }
    }
    let mut told = cx.words.say(cx.lang, "case-bulk-done", &[("n", done.into())]);
    if !left.is_empty() {
        let n: usize = left.iter().map(|(_, codes)| codes.len()).sum();
        told.push(' ');
        told.push_str(&cx.words.say(cx.lang, "case-bulk-left", &[("n", (n as i64).into())]));
        for (why, codes) in left.iter().take(MOST_REASONS) {
            let more = if codes.len() > MOST_NAMED { "…" } else { "" };
            let named = codes.iter().take(MOST_NAMED).copied().collect::<Vec<_>>().join(", ");
            told.push_str(&format!(" {named}{more}: {why}"));
        }
    }
    redirect_with(&back(&typed), &told)
}

async fn view(cx: Context, Form(typed): Form<Typed>) -> Answer {
    let keep = typed.get("drop").is_empty();
    let query = keep.then(|| typed.get("back").to_owned());
    if keep && typed.get("back").is_empty() {
        return Err(invalid("case_view_empty", "Chưa có bộ lọc nào để lưu.").into());
    }
    KeepView { name: typed.get("name").to_owned(), query }.run(&cx).await?;
    redirect_with(&back(&typed), &cx.t(if keep { "case-view-kept" } else { "case-view-dropped" }))
}
