//! `GET /reports/{code}`: what everybody reads of a case that the desk published. Neither the words as they
//! were written, nor who wrote them, nor a name of an officer, nor a note is here.

use std::sync::Arc;

use askama::Template;
use axum::extract::Path;
use axum::routing::{get, post};
use foundation::{Kind, Result};
use http::HeaderMap;
use kit::http::{page, redirect_with};
use kit::{Access, Context, Route};
use web::peer::ClientIp;
use web::{Answer, Page};

use super::mine::{Line, PhotoShown, alt, history, promised};
use super::told::{Progress, position, progress};
use super::{Frame, device, title, with_device};
use crate::actions::no_case;
use crate::actions::support::Support;
use crate::case::{Case, CaseId};
use crate::http::show::{Desk, number_of};
use crate::receipt;
use crate::service::CaseType;
use crate::store;
use crate::workflow::Stage;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/reports/{code}", Access::Public, get(show)),
        Route::post("/reports/{code}/support", Access::Public, post(support)),
    ]
}

#[derive(Template)]
#[template(path = "public_one.html")]
struct OnePage {
    page: Page,
    frame: Frame,
    code: String,
    title: String,
    text: String,
    category: String,
    place: String,
    agency: String,
    received: String,
    solved: Option<String>,
    late: bool,
    position: Option<(f64, f64)>,
    progress: Progress,
    promised: Vec<String>,
    answer: Option<String>,
    rating: Option<i64>,
    supporters: i64,
    open: bool,
    demo: bool,
    history: Vec<Line>,
    photos: Vec<PhotoShown>,
    /// Those of the solution.
    proof: Vec<PhotoShown>,
}

/// The published case of a code.
pub(in crate::http) async fn published(
    cx: &Context,
    desk: &Desk,
    code: &str,
) -> Result<(CaseId, Case, Arc<CaseType>)> {
    let id = number_of(code).ok_or_else(no_case)?;
    let case = store::cases::get(&cx.db, id).await?.filter(|c| c.published).ok_or_else(no_case)?;
    let kind = desk.types.get(&case.kind)?;
    Ok((id, case, kind))
}

async fn show(cx: Context, headers: HeaderMap, Path(code): Path<String>) -> Answer {
    let desk = Desk::open(&cx)?;
    let (id, case, kind) = published(&cx, &desk, &code).await?;
    let own = case.code(&kind.flow.code);
    let (proof, photos) = store::photos::of(&cx.db, id)
        .await?
        .into_iter()
        .filter(|p| p.is_public(&case) && p.thumb.is_some())
        .map(|p| {
            let link = |size: &str| format!("/reports/{own}/photos/{}?size={size}", p.n);
            PhotoShown {
                n: p.n,
                link: link("screen"),
                thumb: Some(link("thumb")),
                alt: alt(&cx, &p),
                solution: matches!(p.role.as_str(), "after" | "answer"),
            }
        })
        .partition(|p| p.solution);
    let approved = matches!(case.stage(), Stage::Answered | Stage::Closed);
    let title = title(&cx, &case, &kind);
    let response = page(&OnePage {
        page: cx.page(format!("{own} · {title}"))?,
        frame: Frame::of(&headers, "reports"),
        title,
        text: case.public_text.clone(),
        category: kind
            .flow
            .category(&case.category)
            .map_or(String::new(), |c| c.name.get(cx.lang).to_owned()),
        place: desk.name(case.place),
        agency: desk.name(case.agency),
        received: desk.moment(case.received_at),
        solved: case.solved_at.map(|at| desk.moment(at)),
        late: case.late,
        position: position(&case),
        progress: progress(&cx, &desk, &case, &kind, false),
        promised: promised(&cx, &desk, &case)?,
        answer: Some(case.answer.clone()).filter(|a| approved && !a.is_empty()),
        rating: case.rating,
        supporters: case.supporters,
        open: case.stage().is_open(),
        demo: case.demo,
        // Only what an officer wrote to be told: a reason to pass a case on may name people.
        history: history(&cx, &desk, id, &kind, 2, |deed| deed == "tell").await?,
        photos,
        proof,
        code: own,
    })?;
    Ok(with_device(response, &headers)?)
}

async fn support(
    cx: Context,
    headers: HeaderMap,
    ClientIp(address): ClientIp,
    Path(code): Path<String>,
) -> Answer {
    let (id, case, kind) = published(&cx, &Desk::open(&cx)?, &code).await?;
    // A browser without our cookie counts once for its address.
    let who = match device(&headers) {
        Some(device) => receipt::fingerprint("device", device),
        None => receipt::fingerprint("address", &address.to_string()),
    };
    let back = format!("/reports/{}", case.code(&kind.flow.code));
    match (Support { who }).run(&cx, id).await {
        Ok(_) => redirect_with(&back, &cx.t("case-pub-supported")),
        Err(e) if e.kind() == Kind::Conflict => redirect_with(&back, e.message()),
        Err(e) => Err(e.into()),
    }
}
