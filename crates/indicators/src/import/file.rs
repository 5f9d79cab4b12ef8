//! A file from its bytes to its delivery: read, planned, checked, and written when that is asked for.

use std::sync::{Arc, LazyLock};

use foundation::number::NumberStyle;
use foundation::{Date, Result, error::internal, error::invalid};
use kit::{Context, Permission, UnitId};
use serde::Serialize;
use tokio::sync::Semaphore;
use uuid::Uuid;

use super::compare::{self, Compared, Correction};
use super::drafts::{self, Summary};
use super::guess::{Known, guess};
use super::mapping::{Mapping, Role, fingerprint};
use super::rows::{CellFault, Delivery, Progress, Reading};
use super::workbook::{Sheet, Workbook};
use crate::actions::record::{self, Mode, Record, SourceSpec};
use crate::check::Checker;
use crate::engine::Engine;

/// So many files are read at once; each may take some hundred megabytes.
static READERS: LazyLock<Semaphore> = LazyLock::new(|| Semaphore::new(2));

/// How many corrections a preview shows.
pub const SHOWN_CORRECTIONS: usize = 50;

/// What to do with a file.
#[derive(Debug, Clone, Default)]
pub struct ImportOptions {
    /// Only the sheet of this name.
    pub sheet: Option<String>,
    /// The period, where the file does not say it.
    pub period: Option<String>,
    /// The pack whose names win.
    pub pack: Option<String>,
    /// What to do with faults.
    pub mode: Mode,
    /// Check and compare, write nothing.
    pub dry_run: bool,
    /// How typed numbers are read, when the guess is wrong.
    pub style: Option<NumberStyle>,
    /// How the sheets are read, instead of remembering and guessing.
    pub plan: Option<Vec<Mapping>>,
    /// From whom the figures are; the reporting units when not given.
    pub source: Option<SourceSpec>,
    /// A remark for the history.
    pub note: String,
}

/// What became of a file.
#[derive(Debug, Clone, Serialize)]
pub struct ImportReport {
    /// How each sheet was read.
    pub plan: Vec<Mapping>,
    /// Sheets that nothing could be made of, and hidden ones.
    pub left_out: Vec<String>,
    /// The numbers.
    pub summary: Summary,
    /// Every fault.
    pub faults: Vec<CellFault>,
    /// What was written; `None` when nothing was.
    pub batch: Option<Uuid>,
}

/// The source of what reporting units send in, whichever way: a later grid corrects an earlier file.
pub fn reports() -> SourceSpec {
    SourceSpec {
        code: "reports".into(),
        name: "Báo cáo của đơn vị".into(),
        owner: "Đơn vị báo cáo".into(),
        precedence: 100,
    }
}

/// Reads a workbook off the threads that serve pages.
pub async fn open(bytes: Arc<Vec<u8>>, name: &str) -> Result<Arc<Workbook>> {
    let name = name.to_owned();
    let _turn = READERS.acquire().await.map_err(|e| internal("readers", "Bộ đọc tệp đã dừng").because(e))?;
    let read = tokio::task::spawn_blocking(move || Workbook::read(&bytes, &name)).await;
    read.map_err(|e| internal("readers", "Đọc tệp bị ngắt").because(e))?.map(Arc::new)
}

/// How each sheet of a workbook is read: as it was remembered for its headings, or as it is guessed. Hidden
/// sheets are left out.
pub async fn plan(
    cx: &Context,
    root: UnitId,
    workbook: &Arc<Workbook>,
    pack: &str,
    period: &str,
) -> Result<Vec<Mapping>> {
    let engine = cx.house.get::<Engine>()?;
    let (catalogue, map) = (engine.catalogue(), engine.atlas().map());
    let today = Date::of(cx.clock.now());
    let (book, pack) = (workbook.clone(), pack.to_owned());
    let guessed = tokio::task::spawn_blocking(move || {
        let pack = Some(pack.as_str()).filter(|p| !p.is_empty());
        let known = Known::new(&catalogue, &map, root, today, pack);
        let visible = book.sheets.iter().filter(|s| !s.hidden);
        visible.map(|s| (s.name.clone(), guess(s, &known).map(|g| g.mapping))).collect::<Vec<_>>()
    });
    let guessed = guessed.await.map_err(|e| internal("guess", "Đoán cột bị ngắt").because(e))?;
    let mut plan = Vec::new();
    for (name, guessed) in guessed {
        let Some(sheet) = workbook.sheet(&name) else { continue };
        let heads: Vec<(usize, usize)> = match &guessed {
            Some(g) => vec![(g.header, g.levels)],
            None => (0..sheet.rows.len().min(20)).flat_map(|h| [(h, 1), (h, 2)]).collect(),
        };
        let prints: Vec<String> = heads.iter().map(|(h, l)| fingerprint(sheet, *h, *l)).collect();
        let known = drafts::remembered(&cx.db, prints.clone()).await?;
        let place = |print: &String| prints.iter().position(|p| p == print);
        let found = known.into_iter().find_map(|(print, m)| Some((place(&print)?, m)));
        let mut mapping = match (found, guessed) {
            (Some((_, kept)), Some(fresh)) => kept.refit(sheet, Some(&fresh)),
            (Some((at, kept)), None) => {
                let shift = heads[at].0 as i64 - kept.header as i64;
                let first = (kept.first as i64 + shift).max(0) as usize;
                Mapping { header: heads[at].0, first, ..kept.refit(sheet, None) }
            }
            (None, Some(fresh)) => fresh,
            (None, None) => continue,
        };
        if !period.is_empty() {
            mapping.period = Some(period.to_owned());
        }
        plan.push(mapping);
    }
    Ok(plan)
}

/// Checks every value of a workbook as the plan says, in the scope of `cx`. Blocking: call it off the async
/// threads.
pub fn examine(
    cx: &Context,
    root: UnitId,
    workbook: &Workbook,
    plan: &[Mapping],
    pack: &str,
    progress: &mut Progress<'_>,
) -> Result<Delivery> {
    let engine = cx.house.get::<Engine>()?;
    let (catalogue, map) = (engine.catalogue(), engine.atlas().map());
    let today = Date::of(cx.clock.now());
    let known = Known::new(&catalogue, &map, root, today, Some(pack).filter(|p| !p.is_empty()));
    let checker = Checker::new(&catalogue, &map, root, &cx.scope, today, NumberStyle::Vi);
    let names = map.nearest(root, today).map(|v| vec![v.full_name(), v.name.clone()]).unwrap_or_default();
    let mut reading = Reading::new(&catalogue, &known, checker, names);
    for mapping in plan {
        let Some(sheet) = workbook.sheet(&mapping.sheet) else { continue };
        if !reading.sheet(sheet, mapping, progress) {
            return Err(invalid("import_stopped", "Đã dừng nhập tệp theo yêu cầu; chưa ghi gì."));
        }
    }
    Ok(reading.delivery)
}

/// [`examine`] on a thread of its own.
pub async fn examined(
    cx: &Context,
    root: UnitId,
    workbook: Arc<Workbook>,
    plan: Vec<Mapping>,
    pack: String,
) -> Result<Delivery> {
    let cx = cx.clone();
    let _turn = READERS.acquire().await.map_err(|e| internal("readers", "Bộ đọc tệp đã dừng").because(e))?;
    tokio::task::spawn_blocking(move || examine(&cx, root, &workbook, &plan, &pack, &mut |_| true))
        .await
        .map_err(|e| internal("import", "Kiểm tra tệp bị ngắt").because(e))?
}

/// The numbers of a delivery.
pub fn summary(workbook: &Workbook, delivery: &Delivery, compared: Compared) -> Summary {
    Summary {
        new: compared.new,
        changed: compared.changed,
        unchanged: compared.unchanged,
        refused: delivery.refused,
        faults: delivery.faults.len() as u64,
        blank: delivery.blank,
        totals: delivery.totals,
        rows: delivery.rows,
        encoding: workbook.encoding.map(str::to_owned),
        sure: workbook.sure,
        fractions: delivery.fractions.clone(),
    }
}

/// Compares a delivery with what was told before.
pub async fn compared(cx: &Context, delivery: &Delivery) -> Result<(Compared, Vec<Correction>)> {
    compare::compare(&cx.db, &reports().code, &delivery.told, SHOWN_CORRECTIONS).await
}

/// The sheet's headings for people, a sheet that has none by the letters of its columns.
pub fn missing_sentence(mapping: &Mapping) -> Option<String> {
    let what = match mapping.missing()? {
        "unit" => "cột đơn vị",
        "indicator" => "cột hoặc chỉ tiêu của trang tính",
        "period" => "kỳ số liệu",
        _ => "cột giá trị",
    };
    Some(format!("Trang tính «{}»: chưa biết {what}.", mapping.sheet))
}

/// Reads, checks and writes a file: what the command line does, and a page in one step.
///
/// Errors: those of [`Workbook::read`]; `sheet_not_found`; `mapping_needed` when the columns cannot be told;
/// `not_permitted`.
pub async fn import_file(
    cx: &Context,
    root: UnitId,
    bytes: Vec<u8>,
    name: &str,
    options: ImportOptions,
) -> Result<ImportReport> {
    if !cx.may(Permission::WriteFigures) {
        return Err(foundation::error::forbidden(
            "not_permitted",
            "Tài khoản của bạn chưa được giao nhập số liệu.",
        ));
    }
    let bytes = Arc::new(bytes);
    let workbook = open(bytes.clone(), name).await?;
    let pack = options.pack.clone().unwrap_or_default();
    let period = options.period.clone().unwrap_or_default();
    let mut plan = match options.plan {
        Some(plan) => plan,
        None => self::plan(cx, root, &workbook, &pack, &period).await?,
    };
    if let Some(sheet) = &options.sheet {
        if workbook.sheet(sheet).is_none() {
            let names: Vec<&str> = workbook.sheets.iter().map(|s| s.name.as_str()).collect();
            let why = format!("Tệp không có trang tính «{sheet}»; có: {}.", names.join(", "));
            return Err(invalid("sheet_not_found", why));
        }
        plan.retain(|m| m.sheet == *sheet);
    }
    if let Some(style) = options.style {
        plan.iter_mut().for_each(|m| m.style = style);
    }
    // A sheet that lacks something is left out when another is whole; when none is, the first says what it
    // lacks.
    let lacking = plan.iter().find_map(missing_sentence);
    plan.retain(|m| m.missing().is_none());
    if plan.is_empty() {
        let why = lacking.unwrap_or_else(|| "Không nhận ra dòng tiêu đề nào trong tệp.".into());
        let remedy = "Hãy ghép cột trên trang «Nhập từ tệp», hoặc dùng tệp mẫu.";
        return Err(invalid("mapping_needed", format!("{why} {remedy}")));
    }
    let left_out = workbook.sheets.iter().filter(|s| !plan.iter().any(|m| m.sheet == s.name));
    let left_out: Vec<String> = left_out.filter(|s| !s.rows.is_empty()).map(|s| s.name.clone()).collect();
    let mut delivery = examined(cx, root, workbook.clone(), plan.clone(), pack).await?;
    let faults = std::mem::take(&mut delivery.faults);
    let source = options.source.unwrap_or_else(reports);
    let refuse = !faults.is_empty() && options.mode == Mode::AllOrNothing;
    let (compared, batch) = if options.dry_run || refuse || delivery.told.is_empty() {
        (compare::compare(&cx.db, &source.code, &delivery.told, 0).await?.0, None)
    } else {
        let kept = cx.files.keep(&cx.db, cx.clock.as_ref(), name, "application/octet-stream", &bytes).await?;
        let told = std::mem::take(&mut delivery.told);
        let mut note = options.note;
        if note.is_empty() {
            note = name.to_owned();
        }
        let record = recording(&workbook, source, options.mode, Some(kept.id), note);
        let outcome = record::write(cx, &record, told, Vec::new()).await?;
        let new = outcome.first;
        let compared = Compared { new, changed: outcome.changed - new, unchanged: outcome.unchanged };
        (compared, outcome.batch)
    };
    let mut summary = summary(&workbook, &delivery, compared);
    summary.faults = faults.len() as u64;
    Ok(ImportReport { plan, left_out, summary, faults, batch })
}

/// What a file's values are written as.
pub fn recording(
    workbook: &Workbook,
    source: SourceSpec,
    mode: Mode,
    file: Option<Uuid>,
    note: String,
) -> Record {
    Record {
        kind: workbook.kind.delivery(),
        source,
        rows: Vec::new(),
        style: NumberStyle::Vi,
        mode,
        file,
        note,
        idempotency: None,
    }
}

/// The columns of a sheet as the mapping page lists them: letter, heading, examples, role.
pub fn examples(sheet: &Sheet, first: usize, column: usize) -> String {
    let below = (first..sheet.rows.len()).take(200).map(|r| sheet.words(r, column));
    let mut found: Vec<String> = Vec::new();
    for text in below.filter(|t| !t.is_empty()) {
        if !found.contains(&text) {
            found.push(text);
        }
        if found.len() == 3 {
            break;
        }
    }
    found.join("; ")
}

/// Whether a role is one of values.
pub fn is_value(role: &Role) -> bool {
    matches!(role, Role::Value { .. })
}
