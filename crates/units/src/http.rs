//! `/agencies`: the agencies of this place, by level, with search; a file or the template makes them.

use askama::Template;
use axum::extract::{DefaultBodyLimit, Form, Multipart, Query};
use axum::response::IntoResponse;
use axum::routing::{get, post};
use foundation::text::search_score;
use foundation::{Date, Kind, Lang, Result};
use http::header;
use kit::http::{page, redirect_with, url_encode};
use kit::{Access, Context, Permission, Route};
use serde::Deserialize;
use web::{Answer, Page};

use crate::actions::import_agencies::{ImportAgencies, Report};
use crate::agencies::{Fault, MAX_BYTES, Row, export::export, read, template::template, write};
use crate::atlas::Atlas;
use crate::version::Level;

/// Lines of one page.
const LINES: usize = 50;

pub(crate) fn routes() -> Vec<Route> {
    let manage = Access::Needs(Permission::ManageUnits);
    // What is shown before it is written comes back with every sign in percent form.
    let apply = post(apply).layer(DefaultBodyLimit::max(MAX_BYTES * 3 + 64 * 1024));
    let check = post(check).layer(DefaultBodyLimit::max(MAX_BYTES + 64 * 1024));
    vec![
        Route::get("/agencies", manage, get(show)),
        Route::get("/agencies.csv", manage, get(csv)),
        Route::post("/agencies/check", manage, check),
        Route::post("/agencies/apply", manage, apply),
        Route::post("/agencies/template", manage, post(from_template)),
    ]
}

#[derive(Template)]
#[template(path = "agencies.html")]
struct AgenciesPage {
    page: Page,
    any: bool,
    lines: Vec<Line>,
    asked: Asked,
    number: usize,
    pages: usize,
    found: String,
    faults: Vec<Fault>,
    preview: Option<(String, String)>,
}

impl AgenciesPage {
    fn link(&self, number: usize) -> String {
        let (q, level) = (url_encode(&self.asked.q), url_encode(&self.asked.level));
        format!("/agencies?q={q}&level={level}&page={number}")
    }
}

struct Line {
    code: String,
    name: String,
    short: String,
    level: &'static str,
    place: String,
    from: String,
    to: String,
    legal_ref: String,
    verified: bool,
}

#[derive(Debug, Clone, Default, Deserialize)]
struct Asked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    level: String,
    #[serde(default)]
    page: usize,
}

fn rows(cx: &Context) -> Result<Vec<Row>> {
    let map = cx.house.get::<Atlas>()?.map();
    Ok(export(&map, Date::of(cx.clock.now())))
}

fn counted(cx: &Context, key: &str, report: &Report) -> String {
    let args = [
        ("new", (report.new as f64).into()),
        ("changed", (report.changed as f64).into()),
        ("unchanged", (report.unchanged as f64).into()),
    ];
    cx.words.say(cx.lang, key, &args)
}

fn draw(cx: &Context, asked: Asked, faults: Vec<Fault>, preview: Option<(String, String)>) -> Answer {
    let all = rows(cx)?;
    let any = !all.is_empty();
    let map = cx.house.get::<Atlas>()?.map();
    let today = Date::of(cx.clock.now());
    let query = asked.q.trim();
    let matches = |r: &&Row| {
        (asked.level.is_empty() || r.level.name() == asked.level)
            && (query.is_empty() || r.code == query || search_score(query, &r.name).is_some())
    };
    let found: Vec<&Row> = all.iter().filter(matches).collect();
    let pages = found.len().div_ceil(LINES).max(1);
    let number = asked.page.clamp(1, pages);
    let written = |d: Option<Date>| match (d, cx.lang) {
        (None, _) => "–".to_owned(),
        (Some(d), Lang::Vi) => d.vi(),
        (Some(d), Lang::En) => d.en(),
    };
    let line = |r: &&Row| Line {
        code: r.code.clone(),
        name: r.name.clone(),
        short: r.short.clone(),
        level: if r.level == Level::Office { "units-office" } else { "units-department" },
        place: map
            .with_code(&r.place)
            .find(|v| v.holds_on(today))
            .map_or_else(|| r.place.clone(), |v| v.full_name()),
        from: written(r.from),
        to: written(r.last),
        legal_ref: r.legal_ref.clone().unwrap_or_default(),
        verified: r.verified,
    };
    page(&AgenciesPage {
        page: cx.page(cx.t("units-agencies"))?,
        any,
        lines: found.iter().skip((number - 1) * LINES).take(LINES).map(line).collect(),
        found: cx.words.say(cx.lang, "units-agencies-count", &[("n", (found.len() as f64).into())]),
        asked,
        number,
        pages,
        faults,
        preview,
    })
}

async fn show(cx: Context, Query(asked): Query<Asked>) -> Answer {
    draw(&cx, asked, Vec::new(), None)
}

fn refused(cx: &Context, faults: Vec<Fault>) -> Answer {
    let mut response = draw(cx, Asked::default(), faults, None)?;
    *response.status_mut() = http::StatusCode::UNPROCESSABLE_ENTITY;
    Ok(response)
}

/// Says what a file would change, and offers to write it.
async fn check(cx: Context, mut form: Multipart) -> Answer {
    let unreadable = |e: axum::extract::multipart::MultipartError| {
        let words = "Không nhận được tệp: tệp lớn hơn 4 MB, hoặc đường truyền bị ngắt.";
        foundation::Error::new(Kind::Invalid, "upload", words).because(e.body_text())
    };
    let mut bytes = Vec::new();
    while let Some(field) = form.next_field().await.map_err(unreadable)? {
        if field.name() == Some("file") {
            bytes = field.bytes().await.map_err(unreadable)?.to_vec();
        }
    }
    let rows = match read(&bytes) {
        Ok(rows) => rows,
        Err(faults) => return refused(&cx, faults),
    };
    let text = write(&rows);
    preview(&cx, rows, text).await
}

async fn preview(cx: &Context, rows: Vec<Row>, text: String) -> Answer {
    let report = ImportAgencies { rows, dry_run: true }.run(cx).await?;
    if !report.faults.is_empty() {
        return refused(cx, report.faults);
    }
    let told = counted(cx, "units-agencies-would", &report);
    draw(cx, Asked::default(), Vec::new(), Some((told, text)))
}

/// What was seen before.
#[derive(Debug, Deserialize)]
struct Seen {
    text: String,
}

async fn apply(cx: Context, Form(seen): Form<Seen>) -> Answer {
    let rows = match read(seen.text.as_bytes()) {
        Ok(rows) => rows,
        Err(faults) => return refused(&cx, faults),
    };
    let report = ImportAgencies { rows, dry_run: false }.run(&cx).await?;
    if !report.faults.is_empty() {
        return refused(&cx, report.faults);
    }
    redirect_with("/agencies", &counted(&cx, "units-agencies-done", &report))
}

/// Says what the template would change, and offers to write it.
async fn from_template(cx: Context) -> Answer {
    let atlas = cx.house.get::<Atlas>()?;
    let rows = template(&atlas.map(), atlas.require_root()?, Date::of(cx.clock.now()))?;
    let text = write(&rows);
    preview(&cx, rows, text).await
}

async fn csv(cx: Context) -> Answer {
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"co-quan.csv\""),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, write(&rows(&cx)?)).into_response())
}
