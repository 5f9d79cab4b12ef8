//! `/packs/{id}`: one field: who answers for it through time, its files, what this place changed in it, and
//! the form for that.

use askama::Template;
use axum::extract::{Form, Path, Query};
use axum::response::{IntoResponse, Response};
use foundation::error::{invalid, not_found};
use foundation::{Error, Kind, Result};
use http::StatusCode;
use kit::Context;
use kit::http::redirect_with;
use serde::Deserialize;
use serde_json::Value as Json;
use web::{Answer, Page};

use super::{day, say_count, written};
use crate::actions::Before;
use crate::actions::overlay::{self, Place};
use crate::overlay::{Overlay, standings};
use crate::service::{Pack, Packs};
use crate::yaml;

/// A value of the page is cut after so many characters.
const SHOWN: usize = 160;

#[derive(Template)]
#[template(path = "pack.html")]
struct PackPage {
    page: Page,
    pack: Pack,
    name: String,
    about: String,
    applied: String,
    indicators: String,
    owners: Vec<OwnerLine>,
    files: Vec<String>,
    overlays: Vec<Line>,
    form: Typed,
    shipped: Option<String>,
    error: Option<String>,
}

struct OwnerLine {
    from: String,
    name: String,
    verified: bool,
    legal_ref: String,
}

struct Line {
    path: String,
    pointer: String,
    shipped: String,
    local: String,
    standing: &'static str,
    conflict: bool,
    at: String,
    edit: String,
}

/// What a person typed, or the address asks for.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Typed {
    #[serde(default)]
    path: String,
    #[serde(default)]
    pointer: String,
    #[serde(default)]
    value: String,
}

impl Typed {
    fn place(&self, pack: &str) -> Place {
        Place { pack: pack.to_owned(), path: self.path.trim().into(), pointer: self.pointer.trim().into() }
    }
}

fn told(value: Option<&Json>) -> String {
    let text = match value {
        None => "–".to_owned(),
        Some(Json::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    };
    match text.char_indices().nth(SHOWN) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}

fn line(cx: &Context, overlay: &Overlay) -> Line {
    let row = &overlay.row;
    let encode = kit::http::url_encode;
    Line {
        path: row.path.clone(),
        pointer: row.pointer.clone(),
        shipped: told(overlay.shipped.as_ref()),
        local: if row.value.is_null() { cx.t("packs-taken-away") } else { told(Some(&row.value)) },
        standing: overlay.standing.name(),
        conflict: overlay.standing.is_conflict(),
        at: day(row.at, cx.lang),
        edit: format!("/packs/{}?path={}&pointer={}#edit", row.pack, encode(&row.path), encode(&row.pointer)),
    }
}

async fn draw(cx: &Context, id: &str, form: Typed, error: Option<String>) -> Result<PackPage> {
    let missing = || not_found("pack_not_found", "Không có gói này, hoặc gói đã kết thúc.");
    let pack = cx.house.get::<Packs>()?.get(id).ok_or_else(missing)?;
    let before = Before::read(&cx.db).await?;
    let files = before
        .files
        .iter()
        .find(|f| f.id == id)
        .map_or_else(Vec::new, |f| f.files.iter().map(|t| t.path.clone()).collect());
    let overlays = standings(&before.files, before.overlays);
    let owners = pack.owners.iter().rev().map(|o| OwnerLine {
        from: written(o.valid_from, cx.lang),
        name: o.name.get(cx.lang).to_owned(),
        verified: o.verified,
        legal_ref: o.legal_ref.clone().unwrap_or_default(),
    });
    let name = pack.name.get(cx.lang).to_owned();
    Ok(PackPage {
        page: cx.page(name.clone())?,
        about: pack.about.get(cx.lang).to_owned(),
        applied: day(pack.applied_at, cx.lang),
        indicators: say_count(cx, "packs-indicators", pack.count("indicator")),
        owners: owners.collect(),
        files,
        overlays: overlays.iter().filter(|o| o.row.pack == id).map(|o| line(cx, o)).collect(),
        form,
        shipped: None,
        error,
        name,
        pack,
    })
}

/// `GET /packs/{id}?path=…&pointer=…`: with a pointer, the form shows what stands there.
pub(super) async fn show(cx: Context, Path(id): Path<String>, Query(mut form): Query<Typed>) -> Answer {
    let mut shipped = None;
    let mut error = None;
    if !form.pointer.is_empty() {
        match overlay::look_up(&cx, &form.place(&id)).await {
            Ok((base, local)) => {
                form.value = local.map_or_else(String::new, |v| v.to_string());
                shipped = Some(told(base.as_ref()));
            }
            Err(e) => error = Some(e.message().to_owned()),
        }
    }
    let mut page = draw(&cx, &id, form, error).await?;
    page.shipped = shipped;
    kit::http::page(&page)
}

/// `POST /packs/{id}/overlay`
pub(super) async fn set(cx: Context, Path(id): Path<String>, Form(form): Form<Typed>) -> Answer {
    let done = async {
        let packs = cx.house.get::<Packs>()?;
        if form.value.trim().is_empty() {
            let told = "Chưa ghi giá trị. Muốn bỏ giá trị của bản kèm chương trình thì ghi null.";
            return Err(invalid("overlay_value", told));
        }
        let value = yaml::parse_value(&form.value).map_err(|why| invalid("overlay_value", why))?;
        overlay::set(&cx, &form.place(&id), value, packs.parts()?).await
    };
    match done.await {
        Ok(_) => redirect_with(&format!("/packs/{id}"), &cx.t("packs-set-done")),
        Err(e) => refused(&cx, &id, form, e).await,
    }
}

/// `POST /packs/{id}/overlay/remove`
pub(super) async fn remove(cx: Context, Path(id): Path<String>, Form(form): Form<Typed>) -> Answer {
    let packs = cx.house.get::<Packs>()?;
    match overlay::remove(&cx, &form.place(&id), packs.parts()?).await {
        Ok(_) => redirect_with(&format!("/packs/{id}"), &cx.t("packs-remove-done")),
        Err(e) => refused(&cx, &id, form, e).await,
    }
}

/// The page again, with what was typed and why it was refused. What is nobody's mistake is an error page.
async fn refused(cx: &Context, id: &str, form: Typed, error: Error) -> Answer {
    if !matches!(error.kind(), Kind::Invalid | Kind::NotFound | Kind::Conflict) {
        return Err(error.into());
    }
    let status = StatusCode::from_u16(error.kind().status()).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
    let page = draw(cx, id, form, Some(error.message().to_owned())).await?;
    let mut response: Response = axum::response::Html(page.render()?).into_response();
    *response.status_mut() = status;
    Ok(response)
}
