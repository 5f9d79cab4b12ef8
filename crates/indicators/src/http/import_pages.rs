//! The pages of files on their way in: send, map, look, write, take back.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{DefaultBodyLimit, Form, Multipart, Path, Query};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use foundation::{Date, Result, error::invalid};
use http::header;
use kit::http::{page, redirect_with};
use kit::{Access, Context, Permission, Route, UnitId};
use serde::Deserialize;
use units::Atlas;
use uuid::Uuid;
use web::{Answer, Page};

use super::import_shown::{
    self, Choices, ColumnRow, CorrectionRow, FractionRow, HistoryRow, PackChoice, fault_csv,
};
use crate::actions::import_apply::{Applied, ImportApply};
use crate::actions::import_preview::{ImportPreview, Remap, delivery_of, reopen};
use crate::actions::import_undo::UndoImport;
use crate::actions::record::Mode;
use crate::engine::Engine;
use crate::import::drafts::{self, Draft, Summary};
use crate::import::mapping::{Mapping, Role, style_name, style_of};
use crate::import::rows::CellFault;
use crate::import::workbook::MAX_BYTES;
use crate::import::{form, template};

/// Faults on one page.
const PER_PAGE: usize = 50;

/// The routes.
pub fn routes() -> Vec<Route> {
    let writes = Access::Needs(Permission::WriteFigures);
    // A form around the file needs some room too.
    let upload = post(send).layer(DefaultBodyLimit::max(MAX_BYTES + 64 * 1024));
    vec![
        Route::get("/import", writes, get(start)),
        Route::post("/import", writes, upload),
        Route::get("/import/template.xlsx", writes, get(template_file)),
        Route::get("/import/{id}", writes, get(preview)),
        Route::get("/import/{id}/mapping", writes, get(mapping)),
        Route::post("/import/{id}/mapping", writes, post(remap)),
        Route::post("/import/{id}/hundredfold", writes, post(hundredfold)),
        Route::get("/import/{id}/faults.csv", writes, get(faults_file)),
        Route::post("/import/{id}/apply", writes, post(apply)),
        Route::get("/import/{id}/done", writes, get(done)),
        Route::get("/imports", writes, get(history)),
        Route::post("/imports/{batch}/undo", writes, post(undo)),
    ]
}

fn root_of(cx: &Context) -> Result<UnitId> {
    cx.house.get::<Atlas>()?.require_root()
}

#[derive(Template)]
#[template(path = "import_start.html")]
struct StartPage {
    page: Page,
    packs: Vec<PackChoice>,
    period: String,
    error: Option<String>,
    waiting: Vec<HistoryRow>,
    recent: Vec<HistoryRow>,
}

async fn start_page(cx: &Context, error: Option<String>) -> Answer {
    let shown = StartPage {
        page: cx.page(cx.t("import-title"))?,
        packs: import_shown::packs(cx).await?,
        period: String::new(),
        error,
        waiting: drafts::waiting(cx, 10).await?.iter().map(|d| HistoryRow::of_draft(cx, d)).collect(),
        recent: import_shown::history(cx, 5).await?,
    };
    page(&shown)
}

async fn start(cx: Context) -> Answer {
    start_page(&cx, None).await
}

async fn send(cx: Context, mut form: Multipart) -> Answer {
    let mut sent =
        ImportPreview { bytes: Vec::new(), name: String::new(), pack: String::new(), period: String::new() };
    let unreadable = |e: axum::extract::multipart::MultipartError| {
        let kind = if e.status() == http::StatusCode::PAYLOAD_TOO_LARGE {
            foundation::Kind::TooLarge
        } else {
            foundation::Kind::Invalid
        };
        foundation::Error::new(
            kind,
            "upload",
            "Không nhận được tệp: tệp lớn hơn 20 MB, hoặc đường truyền bị ngắt.",
        )
        .because(e.body_text())
    };
    while let Some(field) = form.next_field().await.map_err(unreadable)? {
        match field.name().unwrap_or_default() {
            "file" => {
                let name = field.file_name().unwrap_or("tep").to_owned();
                sent.name = name.rsplit(['/', '\\']).next().unwrap_or("tep").chars().take(200).collect();
                sent.bytes = field.bytes().await.map_err(unreadable)?.to_vec();
            }
            "pack" => sent.pack = field.text().await.map_err(unreadable)?,
            "period" => {
                sent.period = field.text().await.map_err(unreadable)?.trim().chars().take(60).collect()
            }
            _ => {}
        }
    }
    match sent.run(&cx, root_of(&cx)?).await {
        Ok(draft) if draft.state == "ready" => {
            Ok(Redirect::to(&format!("/import/{}", draft.id)).into_response())
        }
        Ok(draft) => Ok(Redirect::to(&format!("/import/{}/mapping", draft.id)).into_response()),
        // What is wrong with the file is said on the page it was chosen on.
        Err(e) if matches!(e.kind(), foundation::Kind::Invalid | foundation::Kind::TooLarge) => {
            let mut response = start_page(&cx, Some(e.message().to_owned())).await?;
            *response.status_mut() = web::fault::status(&e);
            Ok(response)
        }
        Err(e) => Err(e.into()),
    }
}

#[derive(Deserialize)]
struct SheetQuery {
    sheet: Option<String>,
    header: Option<usize>,
}

#[derive(Template)]
#[template(path = "import_mapping.html")]
struct MappingPage {
    page: Page,
    draft: Draft,
    sheets: Vec<(String, usize, bool)>,
    sheet: String,
    header: usize,
    columns: Vec<ColumnRow>,
    period: String,
    style: &'static str,
    choices: Vec<Choices>,
    missing: Option<String>,
    others: usize,
}

async fn mapping(cx: Context, Path(id): Path<Uuid>, Query(query): Query<SheetQuery>) -> Answer {
    let draft = drafts::get(&cx, id).await?;
    let workbook = reopen(&cx, &draft).await?;
    let chosen = query.sheet.or_else(|| draft.plan.first().map(|m| m.sheet.clone()));
    let sheet = chosen.and_then(|name| workbook.sheet(&name)).or(workbook.sheets.first());
    let Some(sheet) = sheet else {
        return Err(invalid("file_empty", "Tệp không có trang tính nào.").into());
    };
    let mut known = draft.plan.iter().find(|m| m.sheet == sheet.name).cloned().unwrap_or_else(|| Mapping {
        sheet: sheet.name.clone(),
        header: 0,
        levels: 1,
        first: 1,
        columns: Vec::new(),
        unit: None,
        indicator: None,
        period: None,
        style: foundation::number::NumberStyle::Unknown,
        hundredfold: Vec::new(),
    });
    if let Some(header) = query.header.filter(|h| *h > 0 && *h - 1 != known.header) {
        known = Mapping { header: header - 1, levels: 1, first: header, ..known };
    }
    let missing = known.missing().map(|what| cx.t(&format!("import-missing-{what}")));
    let shown = MappingPage {
        page: cx.page(cx.t("import-mapping-title"))?,
        sheets: workbook.sheets.iter().map(|s| (s.name.clone(), s.rows.len(), s.hidden)).collect(),
        sheet: sheet.name.clone(),
        header: known.header + 1,
        columns: import_shown::columns(&cx, sheet, &known, &draft.pack)?,
        period: known.period.clone().unwrap_or_default(),
        style: style_name(known.style),
        choices: import_shown::choices(&cx, &draft.pack)?,
        missing,
        others: draft.plan.iter().filter(|m| m.sheet != sheet.name).count(),
        draft,
    };
    page(&shown)
}

async fn remap(cx: Context, Path(id): Path<Uuid>, Form(fields): Form<Vec<(String, String)>>) -> Answer {
    let draft = drafts::get(&cx, id).await?;
    let fields: BTreeMap<String, String> = fields.into_iter().collect();
    let text = |name: &str| fields.get(name).map(|t| t.trim()).unwrap_or_default();
    let sheet = text("sheet").to_owned();
    let workbook = reopen(&cx, &draft).await?;
    let width = workbook.sheet(&sheet).map(|s| s.width()).unwrap_or_default();
    let header = text("header").parse::<usize>().unwrap_or(1).clamp(1, 1_048_576) - 1;
    let before = draft.plan.iter().find(|m| m.sheet == sheet);
    let same = before.filter(|m| m.header == header);
    let mapping = Mapping {
        header,
        levels: same.map_or(1, |m| m.levels),
        first: same.map_or(header + 1, |m| m.first),
        columns: (0..width).map(|c| Role::parse(text(&format!("c{c}")))).collect(),
        unit: before.and_then(|m| m.unit.clone()),
        indicator: before.and_then(|m| m.indicator.clone()),
        period: Some(text("period").to_owned()).filter(|p| !p.is_empty()),
        style: style_of(text("style")),
        hundredfold: (0..width).filter(|c| text(&format!("h{c}")) == "1").collect(),
        sheet,
    };
    let others = text("others") == "1";
    let mut plan: Vec<Mapping> =
        draft.plan.iter().filter(|m| others && m.sheet != mapping.sheet).cloned().collect();
    plan.insert(0, mapping);
    let remember = text("remember") == "1";
    let draft = Remap { plan, remember }.run(&cx, root_of(&cx)?, id).await?;
    match draft.state.as_str() {
        "ready" => Ok(Redirect::to(&format!("/import/{id}")).into_response()),
        _ => Ok(Redirect::to(&format!("/import/{id}/mapping")).into_response()),
    }
}

#[derive(Deserialize)]
struct FaultQuery {
    page: Option<usize>,
    q: Option<String>,
}

#[derive(Template)]
#[template(path = "import_preview.html")]
struct PreviewPage {
    page: Page,
    draft: Draft,
    summary: Summary,
    state_line: Option<String>,
    faults: Vec<CellFault>,
    total: usize,
    query: String,
    at: usize,
    pages: usize,
    corrections: Vec<CorrectionRow>,
    rows: Vec<CorrectionRow>,
    fractions: Vec<FractionRow>,
}

impl PreviewPage {
    /// The address of another page of faults.
    fn link(&self, at: usize) -> String {
        format!("/import/{}?page={at}&q={}", self.draft.id, kit::http::url_encode(&self.query))
    }
}

async fn preview(cx: Context, Path(id): Path<Uuid>, Query(query): Query<FaultQuery>) -> Answer {
    let draft = drafts::get(&cx, id).await?;
    match draft.state.as_str() {
        "mapping" => return Ok(Redirect::to(&format!("/import/{id}/mapping")).into_response()),
        "done" => return Ok(Redirect::to(&format!("/import/{id}/done")).into_response()),
        _ => {}
    }
    let (mut corrections, mut rows) = (Vec::new(), Vec::new());
    let mut state_line = None;
    match draft.state.as_str() {
        "ready" => {
            let workbook = reopen(&cx, &draft).await?;
            let (delivery, _, found) = delivery_of(&cx, root_of(&cx)?, &draft, &workbook).await?;
            corrections = import_shown::corrections(&cx, &found)?;
            rows = import_shown::first_rows(&cx, &delivery.told)?;
        }
        "cancelled" => state_line = Some(cx.t("import-state-cancelled")),
        _ => {
            let told = import_shown::job_progress(&cx, draft.job).await?;
            state_line = Some(format!("{} {told}", cx.t("import-state-queued")));
        }
    }
    let text = query.q.unwrap_or_default();
    let asked = foundation::text::fold(&text);
    let fits = |f: &CellFault| {
        let all = format!("{} {} {} {} {}", f.sheet, f.cell, f.text, f.message, f.code);
        asked.is_empty() || foundation::text::fold(&all).contains(&asked)
    };
    let faults: Vec<CellFault> = drafts::faults(&cx.db, id).await?.into_iter().filter(fits).collect();
    let pages = faults.len().div_ceil(PER_PAGE).max(1);
    let at = query.page.unwrap_or(1).clamp(1, pages);
    let shown = PreviewPage {
        page: cx.page(cx.t("import-preview-title"))?,
        summary: draft.summary.clone(),
        fractions: import_shown::fractions(&cx, &draft.summary.fractions)?,
        state_line,
        total: faults.len(),
        faults: faults.into_iter().skip((at - 1) * PER_PAGE).take(PER_PAGE).collect(),
        query: text,
        at,
        pages,
        corrections,
        rows,
        draft,
    };
    page(&shown)
}

#[derive(Deserialize)]
struct HundredfoldForm {
    sheet: String,
    column: usize,
}

async fn hundredfold(cx: Context, Path(id): Path<Uuid>, Form(form): Form<HundredfoldForm>) -> Answer {
    let mut plan = drafts::get(&cx, id).await?.plan;
    let of = plan.iter_mut().find(|m| m.sheet == form.sheet && form.column < m.columns.len());
    let of = of.ok_or_else(|| invalid("column_not_found", "Tệp không có cột này. Hãy tải lại trang."))?;
    if !of.hundredfold.contains(&form.column) {
        of.hundredfold.push(form.column);
    }
    Remap { plan, remember: true }.run(&cx, root_of(&cx)?, id).await?;
    Ok(Redirect::to(&format!("/import/{id}")).into_response())
}

async fn faults_file(cx: Context, Path(id): Path<Uuid>) -> Answer {
    let draft = drafts::get(&cx, id).await?;
    let text = fault_csv(&cx, &drafts::faults(&cx.db, draft.id).await?)?;
    Ok(download("o-sai.csv", "text/csv; charset=utf-8", text.into_bytes()))
}

fn download(name: &str, kind: &'static str, bytes: Vec<u8>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    (headers, bytes).into_response()
}

#[derive(Deserialize)]
struct ApplyForm {
    #[serde(default)]
    mode: String,
    #[serde(default)]
    reason: String,
}

async fn apply(cx: Context, Path(id): Path<Uuid>, Form(sent): Form<ApplyForm>) -> Answer {
    let mode = if sent.mode == "good-rows" { Mode::GoodRows } else { Mode::AllOrNothing };
    let note = sent.reason.trim().chars().take(500).collect();
    match (ImportApply { mode, note }).run(&cx, root_of(&cx)?, id).await? {
        Applied::Done(_) => Ok(Redirect::to(&format!("/import/{id}/done")).into_response()),
        Applied::Queued(_) => Ok(Redirect::to(&format!("/import/{id}")).into_response()),
    }
}

#[derive(Template)]
#[template(path = "import_done.html")]
struct DonePage {
    page: Page,
    name: String,
    batch: Option<HistoryRow>,
    links: Vec<(String, String)>,
}

async fn done(cx: Context, Path(id): Path<Uuid>) -> Answer {
    let draft = drafts::get(&cx, id).await?;
    let batch = match draft.batch {
        Some(batch) => import_shown::batch(&cx, batch).await?,
        None => None,
    };
    let links = match draft.batch {
        Some(batch) => import_shown::touched(&cx, batch).await?,
        None => Vec::new(),
    };
    page(&DonePage { page: cx.page(cx.t("import-done-title"))?, name: draft.name, batch, links })
}

#[derive(Template)]
#[template(path = "import_history.html")]
struct HistoryPage {
    page: Page,
    rows: Vec<HistoryRow>,
}

async fn history(cx: Context) -> Answer {
    let rows = import_shown::history(&cx, 200).await?;
    page(&HistoryPage { page: cx.page(cx.t("import-history-title"))?, rows })
}

async fn undo(cx: Context, Path(batch): Path<Uuid>) -> Answer {
    let undone = UndoImport { batch }.run(&cx).await?;
    let (restored, kept) = (undone.restored.to_string(), undone.kept.to_string());
    let args = [("restored", restored.into()), ("kept", kept.into())];
    redirect_with("/imports", &cx.words.say(cx.lang, "import-undone", &args))
}

#[derive(Deserialize)]
struct TemplateQuery {
    #[serde(default)]
    pack: String,
    group: Option<String>,
    #[serde(default)]
    period: String,
}

async fn template_file(cx: Context, Query(query): Query<TemplateQuery>) -> Answer {
    let engine = cx.house.get::<Engine>()?;
    let (catalogue, map) = (engine.catalogue(), engine.atlas().map());
    let today = Date::of(cx.clock.now());
    let packs = import_shown::packs(&cx).await?;
    let pack = if query.pack.is_empty() {
        packs.first().map(|p| p.id.clone()).unwrap_or_default()
    } else {
        query.pack
    };
    let group = query.group.as_deref().filter(|g| !g.is_empty());
    let calendars = form::calendars(&catalogue, &pack, group);
    let period = form::period_of(&query.period, &calendars, today)?;
    let form = form::form(&catalogue, &map, root_of(&cx)?, &cx.scope, today, &pack, group, period);
    if form.indicators.is_empty() {
        let why = "Không có chỉ tiêu nào bạn được giao nhập ở lĩnh vực và kỳ này.";
        return Err(foundation::error::not_found("template_empty", why).into());
    }
    let title = packs.iter().find(|p| p.id == pack).map_or(pack.as_str(), |p| p.name.as_str());
    let bytes = template::template(&form, title)?;
    let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    Ok(download(&format!("mau-{pack}-{}.xlsx", period.code()), kind, bytes))
}
