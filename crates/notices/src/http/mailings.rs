//! `/notices/mailings`: documents to households, and how far they reached.

use askama::Template;
use axum::extract::multipart::MultipartError;
use axum::extract::{Multipart, Path, Query};
use foundation::{Date, Error, Kind, Result, error::not_found};
use http::StatusCode;
use kit::http::{moment, redirect_with};
use kit::{Context, UnitId};
use serde::Deserialize;
use units::Atlas;
use uuid::Uuid;
use web::{Answer, Page};

use crate::actions::send_mailing::SendMailing;
use crate::channel::Via;
use crate::http::{Tab, document, own_page, tabs, told, way};
use crate::offers;
use crate::store::mailings::{self, Mailing};

const PER_PAGE: i64 = 30;

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Asked {
    before: String,
}

/// How far a document reached.
struct Reach {
    id: Uuid,
    title: String,
    sender: String,
    at: String,
    finished: bool,
    receivers: i64,
    delivered: i64,
    opened: i64,
}

impl Reach {
    fn of(cx: &Context, m: &Mailing) -> Reach {
        Reach {
            id: m.id,
            title: m.title.clone(),
            sender: m.sender.clone(),
            at: moment(m.created_at, cx.lang),
            finished: m.finished_at.is_some(),
            receivers: m.receivers,
            delivered: m.delivered,
            opened: m.opened,
        }
    }

    /// A part of the receivers, in percent; nothing of nobody.
    fn percent(&self, part: &i64) -> String {
        match self.receivers {
            0 => String::new(),
            all => format!("{} %", (part * 100 + all / 2) / all),
        }
    }
}

#[derive(Template)]
#[template(path = "mailings.html")]
struct ListPage {
    page: Page,
    tabs: Vec<Tab>,
    lines: Vec<Reach>,
    older: Option<String>,
}

struct Place {
    id: UnitId,
    name: String,
    chosen: bool,
}

#[derive(Template)]
#[template(path = "mailing_new.html")]
struct NewPage {
    page: Page,
    tabs: Vec<Tab>,
    fault: Option<String>,
    title: String,
    body: String,
    sender: String,
    places: Vec<Place>,
}

struct WayLine {
    way: String,
    state: String,
    n: i64,
}

#[derive(Template)]
#[template(path = "mailing.html")]
struct OnePage {
    page: Page,
    tabs: Vec<Tab>,
    reach: Reach,
    who: String,
    places: String,
    paragraphs: Vec<String>,
    file: bool,
    ways: Vec<WayLine>,
    acts: Vec<kit::Link>,
}

pub(super) async fn list(cx: Context, Query(asked): Query<Asked>) -> Answer {
    let mut rows = mailings::list(&cx.db, &cx.scope, asked.before.parse().ok(), PER_PAGE + 1).await?;
    let more = rows.len() > PER_PAGE as usize;
    rows.truncate(PER_PAGE as usize);
    let older = rows.last().filter(|_| more).map(|last| format!("/notices/mailings?before={}", last.id));
    let lines = rows.iter().map(|m| Reach::of(&cx, m)).collect();
    let page = cx.page(cx.t("notices-mailings"))?;
    own_page(StatusCode::OK, &ListPage { page, tabs: tabs(&cx), lines, older })
}

/// What is written in the form.
#[derive(Default)]
struct Written {
    title: String,
    body: String,
    sender: String,
    units: Vec<UnitId>,
    file: Option<(String, Vec<u8>)>,
}

async fn form(cx: &Context, written: Written, status: StatusCode, fault: Option<String>) -> Answer {
    let atlas = cx.house.get::<Atlas>()?;
    let (map, today) = (atlas.map(), Date::of(cx.clock.now()));
    let may = mailings::writable(&cx.scope);
    let place =
        |unit: UnitId| Place { id: unit, name: map.name(unit, today), chosen: written.units.contains(&unit) };
    let root = atlas.root();
    let children = root.iter().flat_map(|r| map.children(*r, today)).map(|v| v.unit);
    let all = root.iter().copied().chain(children);
    let places = all.filter(|unit| may.as_ref().is_none_or(|may| may.contains(unit))).map(place).collect();
    let sender = match written.sender.is_empty() {
        true => root.map(|r| map.name(r, today)).unwrap_or_default(),
        false => written.sender.clone(),
    };
    let page = NewPage {
        page: cx.page(cx.t("notices-mailing-new"))?,
        tabs: tabs(cx),
        fault,
        title: written.title.clone(),
        body: written.body.clone(),
        sender,
        places,
    };
    own_page(status, &page)
}

pub(super) async fn new(cx: Context) -> Answer {
    form(&cx, Written::default(), StatusCode::OK, None).await
}

fn unreadable(e: MultipartError) -> Error {
    let kind = if e.status() == StatusCode::PAYLOAD_TOO_LARGE { Kind::TooLarge } else { Kind::Invalid };
    let why = "Không nhận được tệp: tệp lớn hơn 10 MB, hoặc đường truyền bị ngắt.";
    Error::new(kind, "upload", why).because(e.body_text())
}

async fn read(mut form: Multipart) -> Result<Written> {
    let mut written = Written::default();
    while let Some(field) = form.next_field().await.map_err(unreadable)? {
        match field.name().unwrap_or_default() {
            "title" => written.title = field.text().await.map_err(unreadable)?,
            "body" => written.body = field.text().await.map_err(unreadable)?,
            "sender" => written.sender = field.text().await.map_err(unreadable)?,
            "unit" => written.units.extend(field.text().await.map_err(unreadable)?.parse::<UnitId>()),
            "file" => {
                let name = field.file_name().unwrap_or("van-ban.pdf").to_owned();
                let name = name.rsplit(['/', '\\']).next().unwrap_or_default().chars().take(120).collect();
                let content = field.bytes().await.map_err(unreadable)?.to_vec();
                written.file = Some((name, content)).filter(|(_, content)| !content.is_empty());
            }
            _ => {}
        }
    }
    Ok(written)
}

pub(super) async fn send(cx: Context, body: Multipart) -> Answer {
    let written = read(body).await?;
    let sending = SendMailing {
        title: written.title.clone(),
        body: written.body.clone(),
        sender: written.sender.clone(),
        units: written.units.clone(),
        file: written.file.clone(),
    };
    match sending.run(&cx).await {
        Ok(id) => redirect_with(&format!("/notices/mailings/{id}"), &cx.t("notices-mailing-sent")),
        Err(e) => {
            let (status, fault) = told(&cx, e)?;
            form(&cx, written, status, Some(fault)).await
        }
    }
}

async fn found(cx: &Context, id: Uuid) -> Result<Mailing> {
    let gone = || not_found("document_not_found", "Không có văn bản này.");
    mailings::get(&cx.db, &cx.scope, id).await?.ok_or_else(gone)
}

pub(super) async fn show(cx: Context, Path(id): Path<Uuid>) -> Answer {
    let mailing = found(&cx, id).await?;
    let map = cx.house.get::<Atlas>()?.map();
    let today = Date::of(cx.clock.now());
    let units = mailings::units(&cx.db, id).await?;
    // A unit stands for all below it.
    let below =
        |unit: &UnitId| map.on(*unit, today).and_then(|v| v.parent).is_some_and(|p| units.contains(&p));
    let tops: Vec<UnitId> = units.iter().copied().filter(|unit| !below(unit)).collect();
    let mut places: Vec<String> = tops.iter().take(20).map(|u| map.name(*u, today)).collect();
    if tops.len() > places.len() {
        places.push("…".into());
    }
    let line = |(via, state, n): (String, String, i64)| WayLine {
        way: Via::parse(&via).map(|via| way(&cx, via)).unwrap_or_default(),
        state: match state.as_str() {
            "taken" => cx.t("notices-state-sending"),
            other => cx.t(&format!("notices-state-{}", other.replace('_', "-"))),
        },
        n,
    };
    let ways = mailings::ways(&cx.db, id).await?.into_iter().map(line).collect();
    let who = cx.house.name_of(&mailing.created_by).await?;
    let document = |root| cx.acts(&offers::document(mailing.id, root, mailing.title.clone()));
    let acts = cx.house.get::<Atlas>()?.root().map(document).unwrap_or_default();
    let page = OnePage {
        page: cx.page(mailing.title.clone())?,
        tabs: tabs(&cx),
        reach: Reach::of(&cx, &mailing),
        who: who.unwrap_or_else(|| mailing.created_by.clone()),
        places: places.join(", "),
        paragraphs: mailing.body.lines().filter(|l| !l.trim().is_empty()).map(str::to_owned).collect(),
        file: mailing.file.is_some(),
        ways,
        acts,
    };
    own_page(StatusCode::OK, &page)
}

pub(super) async fn file(cx: Context, Path(id): Path<Uuid>) -> Answer {
    let mailing = found(&cx, id).await?;
    document::file_of(&cx, &mailing).await
}
