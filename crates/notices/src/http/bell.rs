//! `/notices`: what one was told, read and unread.

use std::collections::HashMap;

use askama::Template;
use axum::extract::{Path, Query};
use axum::response::{IntoResponse, Redirect};
use foundation::{Result, error::not_found};
use http::StatusCode;
use kit::Context;
use kit::http::{moment, redirect_with};
use serde::Deserialize;
use uuid::Uuid;
use web::{Answer, Page};

use crate::actions::own;
use crate::book::Person;
use crate::channel::Via;
use crate::http::{Tab, own_page, tabs, tongue};
use crate::kinds;
use crate::store::notices::{self, Kept};
use crate::store::texts::{self, Change};
use crate::text;

const PER_PAGE: i64 = 50;
/// Unread ones are counted up to here.
const COUNTED: i64 = 99;

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Asked {
    before: String,
}

struct Line {
    id: Uuid,
    title: String,
    body: String,
    at: String,
    urgent: bool,
    unread: bool,
    leads: bool,
}

#[derive(Template)]
#[template(path = "notices.html")]
struct BellPage {
    page: Page,
    tabs: Vec<Tab>,
    lines: Vec<Line>,
    unread: i64,
    older: Option<String>,
}

/// What a message says on a page: its text for pages, in the reader's language.
pub(super) async fn told(
    cx: &Context,
    kept: &Kept,
    known: &mut HashMap<String, Vec<Change>>,
) -> Result<Option<(String, String)>> {
    let (Some(kind), Some(values)) = (kinds::kind(&kept.kind), kept.values()) else { return Ok(None) };
    if !known.contains_key(kind.name) {
        known.insert(kind.name.to_owned(), texts::changes(&cx.db, kind.name).await?);
    }
    let changes = known.get(kind.name).map(Vec::as_slice).unwrap_or_default();
    let (template, _) = texts::held(changes, kind, Via::App, tongue(cx.lang));
    let value = |name: &str| values.get(name).map(String::as_str);
    Ok(Some((text::fill(&template.title, value), text::fill(&template.body, value))))
}

pub(super) async fn list(cx: Context, Query(asked): Query<Asked>) -> Answer {
    let person = own(&cx)?;
    let before = asked.before.parse().ok();
    let mut rows = notices::mine(&cx.db, person, before, PER_PAGE + 1).await?;
    let more = rows.len() > PER_PAGE as usize;
    rows.truncate(PER_PAGE as usize);
    let older = rows.last().filter(|_| more).map(|last| format!("/notices?before={}", last.id));
    let mut known = HashMap::new();
    let mut lines = Vec::with_capacity(rows.len());
    for kept in &rows {
        let Some((title, body)) = told(&cx, kept, &mut known).await? else { continue };
        lines.push(Line {
            id: kept.id,
            title,
            body,
            at: moment(kept.created_at, cx.lang),
            urgent: kept.urgent,
            unread: kept.read_at.is_none(),
            leads: !kept.link.is_empty() || kept.mailing.is_some(),
        });
    }
    let unread = notices::unread(&cx.db, person, COUNTED).await?;
    let page = cx.page(cx.t("notices-title"))?;
    own_page(StatusCode::OK, &BellPage { page, tabs: tabs(&cx), lines, unread, older })
}

pub(super) async fn read_all(cx: Context) -> Answer {
    mark(&cx, own(&cx)?, None).await?;
    redirect_with("/notices", &cx.t("notices-all-read"))
}

/// Goes on to the page of a message, which counts as read then.
pub(super) async fn open(cx: Context, Path(id): Path<Uuid>) -> Answer {
    let person = own(&cx)?;
    let found = notices::get(&cx.db, id).await?.filter(|kept| kept.to() == Some(person));
    let kept = found.ok_or_else(|| not_found("notice_not_found", "Không có thông báo này."))?;
    if kept.read_at.is_none() {
        mark(&cx, person, Some(id)).await?;
    }
    let to = match kept.mailing {
        Some(_) => format!("/notices/document/{id}"),
        None if kept.link.is_empty() => "/notices".into(),
        None => kept.link,
    };
    Ok(Redirect::to(&to).into_response())
}

async fn mark(cx: &Context, person: Person, id: Option<Uuid>) -> Result<()> {
    let mut tx = cx.db.begin().await?;
    notices::read(&mut tx, person, id, cx.clock.now()).await?;
    tx.commit().await
}
