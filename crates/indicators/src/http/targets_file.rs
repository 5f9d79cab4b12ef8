//! Targets as a file: `GET /targets/export.csv` gives the shown table, `POST /targets/import` takes one with
//! the columns indicator, unit, period and value, sent or pasted. All or nothing: bad rows are named by their
//! line, and the text stays on the page to be mended.

use askama::Template;
use axum::extract::{DefaultBodyLimit, Multipart, Query};
use axum::routing::{get, post};
use foundation::number::NumberStyle;
use foundation::text::separator_of;
use foundation::{Date, Error, Kind, Period, Result, error::invalid, legacy};
use http::StatusCode;
use kit::http::{page, redirect_with};
use kit::{Context, Route, UnitId};
use web::{Answer, Page};

use super::Desk;
use super::targets_page::{People, SETS, done, unreadable, wanted};
use super::targets_table::{Asking, read};
use crate::actions::set_targets::{LONGEST_ACT, MOST_ROWS, Row, SetTargets, year_calendar};
use crate::catalogue::Catalogue;
use kit::sheet::{Cell, Sheet};

/// The largest file, in bytes.
const LARGEST: usize = 1024 * 1024;
/// The columns that are read; others may stand beside them.
const COLUMNS: [&str; 4] = ["indicator", "unit", "period", "value"];
/// How numbers are written in a file with commas between its columns.
const PLAIN: &str =
    "Tệp ngăn cột bằng dấu phẩy thì ghi như 1234.5: dấu chấm trước phần thập phân, không dấu phẩy.";
/// So many faults are shown.
const MOST_FAULTS: usize = 100;

pub(super) fn routes() -> Vec<Route> {
    // The file once more as text, and the form around both.
    let send = post(send).layer(DefaultBodyLimit::max(2 * LARGEST + 64 * 1024));
    vec![
        Route::get("/targets/export.csv", SETS, get(export)),
        Route::get("/targets/import", SETS, get(start)),
        Route::post("/targets/import", SETS, send),
    ]
}

/// How files name a unit: by its official code, an agency by our number.
fn code_of(desk: &Desk, unit: UnitId) -> String {
    let place = desk.map.on(unit, desk.today).filter(|v| v.level.is_place());
    place.map_or_else(|| unit.to_string(), |v| v.code.clone())
}

async fn export(cx: Context, Query(asking): Query<Asking>) -> Answer {
    let desk = Desk::open(&cx)?;
    let table = read(&cx, &desk, &asking).await?;
    let people = People::of(&cx, table.rows.iter().filter_map(|r| r.told.as_ref())).await?;
    let rows = table.rows.iter().map(|row| {
        let d = row.indicator.def.decimals;
        let held = row.holds();
        let said = |text: Option<String>| text.map_or(Cell::Empty, Cell::Text);
        vec![
            row.indicator.code.clone().into(),
            code_of(&desk, row.unit).into(),
            row.year.code().into(),
            Cell::figure(held.map(|h| h.1), d),
            row.indicator.def.name.get(cx.lang).into(),
            desk.name(row.unit).into(),
            row.indicator.def.unit.get(cx.lang).into(),
            Cell::figure(row.last.map(|last| last.value), d),
            said(held.map(|h| h.0.decision.clone())),
            said(held.map(|h| people.name(h.0).to_owned())),
            said(held.map(|h| Date::of(h.0.known_at).iso())),
        ]
    });
    let more = ["indicator_name", "unit_name", "measure", "last_year", "decision", "set_by", "set_at"];
    let heads = COLUMNS.iter().chain(&more).map(|h| (*h).to_owned()).collect();
    let of = table.unit.filter(|_| table.by_unit).map(|unit| format!("{}-{unit}", table.pack));
    let of = of.or(table.indicator.map(|i| i.code.clone())).unwrap_or_default();
    Ok(Sheet { name: format!("targets-{of}-{}", table.year), heads, rows: rows.collect() }.csv()?)
}

/// What is wrong with a line.
struct LineFault {
    line: u64,
    text: String,
    why: String,
    remedy: String,
}

#[derive(Template)]
#[template(path = "targets_import.html")]
struct ImportPage {
    page: Page,
    decision: String,
    longest: usize,
    act_fault: Option<String>,
    text: String,
    error: Option<String>,
    faults: Vec<LineFault>,
    more: usize,
}

fn blank(cx: &Context) -> Result<ImportPage> {
    Ok(ImportPage {
        page: cx.page(cx.t("targets-import-title"))?,
        decision: String::new(),
        longest: LONGEST_ACT,
        act_fault: None,
        text: String::new(),
        error: None,
        faults: Vec::new(),
        more: 0,
    })
}

async fn start(cx: Context) -> Answer {
    page(&blank(&cx)?)
}

/// What was read out of a file.
struct Told {
    rows: Vec<Row>,
    /// Line and value as written, for each row.
    lines: Vec<(u64, String, String)>,
    style: NumberStyle,
}

/// The text with plain line ends and without the mark of UTF-8: of a line that ends with two signs the reader
/// would tell the wrong number.
fn in_lines(text: &str) -> String {
    text.trim_start_matches('\u{feff}').replace("\r\n", "\n")
}

/// The period as its code, also where it is written as people do («3/2026», «Quý I/2026»). What cannot be
/// read stays as it is, and the action says so.
fn period_code(catalogue: &Catalogue, indicator: &str, text: &str) -> String {
    let Some(indicator) = catalogue.code(indicator).filter(|_| Period::from_code(text).is_err()) else {
        return text.to_owned();
    };
    let kinds = [Some(indicator.def.calendar), year_calendar(indicator)];
    let read = kinds.into_iter().flatten().find_map(|calendar| Period::parse(text, calendar).ok());
    read.map_or_else(|| text.to_owned(), Period::code)
}

/// Reads the rows that say something; those without a value change nothing.
fn told(catalogue: &Catalogue, text: &str) -> Result<Told> {
    let text = &in_lines(text);
    let delimiter = separator_of(text.lines().next().unwrap_or_default());
    // A file with commas between its columns comes from a program, or from our own export.
    let style = if delimiter == b',' { NumberStyle::En } else { NumberStyle::Vi };
    let mut reader =
        csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(text.as_bytes());
    let broken = |e: csv::Error| {
        invalid("file_unreadable", "Không đọc được tệp CSV. Lưu lại tệp dạng CSV UTF-8.").because(e)
    };
    let heads = reader.headers().map_err(broken)?.clone();
    let at = |name: &str| {
        heads.iter().position(|h| h.trim().eq_ignore_ascii_case(name)).ok_or_else(|| {
            let why = format!("Dòng đầu thiếu cột «{name}». Cần đủ các cột: {}.", COLUMNS.join(", "));
            invalid("column_missing", why)
        })
    };
    let [indicator, unit, period, value] = [at("indicator")?, at("unit")?, at("period")?, at("value")?];
    let mut told = Told { rows: Vec::new(), lines: Vec::new(), style };
    for record in reader.records() {
        let record = record.map_err(broken)?;
        let cell = |at: usize| record.get(at).map_or("", str::trim);
        let Some(found) = wanted(cell(value), style) else { continue };
        // «9,500» from a program is nine thousand, from a Vietnamese office nine and a half.
        let doubtful = delimiter == b',' && cell(value).contains(',');
        told.rows.push(Row {
            indicator: cell(indicator).to_owned(),
            unit: cell(unit).to_owned(),
            period: period_code(catalogue, cell(indicator), cell(period)),
            value: if doubtful { Some(f64::NAN) } else { found },
        });
        let said = [indicator, unit, period, value].map(cell).join(" · ");
        let line = record.position().map_or(0, csv::Position::line);
        told.lines.push((line, cell(value).to_owned(), said));
        if told.rows.len() > MOST_ROWS {
            let why = format!("Tệp có hơn {MOST_ROWS} dòng. Hãy chia thành nhiều tệp.");
            return Err(Error::new(Kind::TooLarge, "too_many_rows", why));
        }
    }
    Ok(told)
}

/// The targets in the bytes of a file, as they go to the check. Bytes of any kind give rows or an error.
///
/// Errors: `encoding_broken`, `encoding_unknown`, `file_unreadable`, `column_missing`, `too_many_rows`.
pub fn target_rows(catalogue: &Catalogue, bytes: &[u8]) -> Result<Vec<Row>> {
    told(catalogue, &legacy::decode(bytes)?.text).map(|told| told.rows)
}

async fn send(cx: Context, mut form: Multipart) -> Answer {
    let unreadable_form = |e: axum::extract::multipart::MultipartError| {
        let kind = match e.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Kind::TooLarge,
            _ => Kind::Invalid,
        };
        Error::new(kind, "upload", "Không nhận được tệp: tệp lớn hơn 1 MB, hoặc đường truyền bị ngắt.")
            .because(e.body_text())
    };
    let mut shown = blank(&cx)?;
    let mut file = Vec::new();
    while let Some(field) = form.next_field().await.map_err(unreadable_form)? {
        match field.name().unwrap_or_default() {
            "file" => file = field.bytes().await.map_err(unreadable_form)?.to_vec(),
            "text" => shown.text = field.text().await.map_err(unreadable_form)?,
            "decision" => shown.decision = field.text().await.map_err(unreadable_form)?,
            _ => {}
        }
    }
    let mut status = StatusCode::UNPROCESSABLE_ENTITY;
    match apply(&cx, &mut shown, &file).await {
        Ok(Some(notice)) => return redirect_with("/targets/import", &notice),
        Ok(None) => {}
        Err(e) if e.code() == "decision_unfit" => shown.act_fault = Some(e.message().to_owned()),
        Err(e) if matches!(e.kind(), Kind::Invalid | Kind::TooLarge) => {
            status = web::fault::status(&e);
            shown.error = Some(e.message().to_owned());
        }
        Err(e) => return Err(e.into()),
    }
    let mut response = page(&shown)?;
    *response.status_mut() = status;
    Ok(response)
}

/// Sets what the file or the text says; what was done, or nothing when there are faults, which then stand on
/// the page.
async fn apply(cx: &Context, shown: &mut ImportPage, file: &[u8]) -> Result<Option<String>> {
    let desk = Desk::open(cx)?;
    if file.len() > LARGEST || shown.text.len() > LARGEST {
        return Err(Error::new(Kind::TooLarge, "file_too_large", "Tệp lớn hơn 1 MB. Hãy chia nhỏ."));
    }
    if !file.is_empty() {
        // What was sent stands in the box from now on, so that a fault can be mended there.
        shown.text = in_lines(&legacy::decode(file)?.text);
    }
    if shown.text.trim().is_empty() {
        return Err(invalid("file_empty", "Chọn một tệp CSV, hoặc dán nội dung của nó vào ô bên dưới."));
    }
    let told = told(&desk.catalogue, &shown.text)?;
    if told.rows.is_empty() {
        return Err(invalid(
            "no_rows",
            "Không có dòng nào có giá trị. Dòng để trống cột value thì giữ nguyên.",
        ));
    }
    let set = SetTargets { decision: shown.decision.clone(), rows: told.rows };
    let outcome = set.run(cx, desk.root).await?;
    if outcome.faults.is_empty() {
        return Ok(Some(done(cx, &outcome)));
    }
    shown.more = outcome.faults.len().saturating_sub(MOST_FAULTS);
    for fault in outcome.faults.iter().take(MOST_FAULTS) {
        let Some((line, value, said)) = told.lines.get(fault.row) else { continue };
        let (why, remedy) = match (fault.code, told.style) {
            ("number_unreadable", NumberStyle::En) => {
                (format!("Không đọc được số «{value}»."), PLAIN.to_owned())
            }
            (code, style) => (
                unreadable(code, value, style).unwrap_or_else(|| fault.message.clone()),
                fault.remedy.clone(),
            ),
        };
        shown.faults.push(LineFault { line: *line, text: said.clone(), why, remedy });
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_says_what_is_set_what_is_taken_back_and_what_stays() {
        let none = Catalogue::new(Vec::new(), Vec::new());
        let text =
            "\u{feff}value;unit;INDICATOR;period;note\n95,5;31675;a.b;2026;x\n;31135;a.b;2026\n-;1;a.b;2026";
        let told = told(&none, text).unwrap();
        let said: Vec<(&str, Option<f64>)> = told.rows.iter().map(|r| (r.unit.as_str(), r.value)).collect();
        assert_eq!(said, [("31675", Some(95.5)), ("1", None)]);
        assert_eq!(told.lines.iter().map(|l| l.0).collect::<Vec<_>>(), [2, 4]);
        let windows = self::told(&none, &text.replace('\n', "\r\n")).unwrap();
        assert_eq!(windows.lines.iter().map(|l| l.0).collect::<Vec<_>>(), [2, 4]);
    }

    #[test]
    fn a_number_that_could_be_two_is_none_and_a_missing_column_is_named() {
        let none = Catalogue::new(Vec::new(), Vec::new());
        let text = "indicator,unit,period,value\na,92,2026,\"9,500\"\na,92,2027,9500.5";
        let values: Vec<Option<f64>> = told(&none, text).unwrap().rows.iter().map(|r| r.value).collect();
        assert!(values[0].is_some_and(f64::is_nan) && values[1] == Some(9500.5), "{values:?}");
        let wrong = told(&none, "indicator,unit,value\na,92,1").err().unwrap();
        assert!(wrong.message().contains("«period»"), "{}", wrong.message());
    }
}
