//! `GET /cases/units`: what each commune, unit in charge or category did in a month, as a table and as CSV.

use askama::Template;
use axum::extract::Query;
use axum::response::IntoResponse;
use axum::routing::get;
use foundation::{Calendar, Date, Lang, Period, Result, number};
use http::header;
use kit::http::page;
use kit::{Access, Context, Permission, Route};
use serde::Deserialize;
use web::{Answer, Page};

use crate::http::show::{Choice, Desk, reading};
use crate::store::league::{By, Totals, league};

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/cases/units", Access::Needs(Permission::ReadInternal), get(show))]
}

/// Months that may be chosen, this one first.
const MONTHS: u32 = 25;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asking {
    by: String,
    month: String,
    sort: String,
    format: String,
}

/// A row: its name, its totals.
struct Row {
    name: String,
    link: String,
    totals: Totals,
}

/// A column: key, the number by which it is sorted, its decimals.
type Column = (&'static str, fn(&Totals) -> Option<f64>, usize);

/// The columns after the name.
const COLUMNS: [Column; 6] = [
    ("received", |t| Some(t.received as f64), 0),
    ("on-time", |t| share(t.in_time, t.resolved), 1),
    ("refused", |t| share(t.refused, t.received), 1),
    ("waiting", |t| Some(t.waiting as f64), 0),
    ("overdue", |t| Some(t.overdue as f64), 0),
    ("rating", |t| (t.rated > 0).then(|| t.stars as f64 / t.rated as f64), 1),
];

fn share(part: i64, whole: i64) -> Option<f64> {
    (whole > 0).then(|| part as f64 * 100.0 / whole as f64)
}

struct Head {
    label: String,
    link: String,
    sorted: bool,
}

struct Shown {
    name: String,
    link: String,
    cells: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "cases_units.html")]
struct UnitsPage {
    page: Page,
    by: Vec<Choice>,
    months: Vec<Choice>,
    heads: Vec<Head>,
    rows: Vec<Shown>,
    sort: String,
    csv: String,
}

fn show_number(lang: Lang, value: Option<f64>, decimals: usize) -> String {
    match (value, lang) {
        (None, _) => "–".into(),
        (Some(v), Lang::Vi) => number::show_vi(v, decimals),
        (Some(v), Lang::En) => number::show_en(v, decimals),
    }
}

/// A cell of CSV that no spreadsheet takes for a formula.
fn cell(text: &str) -> String {
    let text = match text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        true => format!("'{text}"),
        false => text.to_owned(),
    };
    format!("\"{}\"", text.replace('"', "\"\""))
}

async fn rows(cx: &Context, desk: &Desk, by: By, month: Period) -> Result<Vec<Row>> {
    let reading = reading(cx, desk, None);
    let kinds: Vec<String> = reading.kinds.iter().map(|k| k.id.clone()).collect();
    let span = (month.first_day().start(), month.last_day().add_days(1).start());
    let table = league(&cx.db, &reading.sees, &kinds, by, span, desk.now).await?;
    let named = |key: String, totals: Totals| {
        let (name, parameter) = match by {
            By::Category => {
                let category = reading.kinds.iter().find_map(|k| k.flow.category(&key));
                (category.map_or(key.clone(), |c| c.name.get(cx.lang).to_owned()), "category")
            }
            By::Place | By::Agency => {
                let unit = key.parse().unwrap_or_default();
                (desk.name(unit), if by == By::Place { "place" } else { "agency" })
            }
        };
        Row { name, link: format!("/cases?tab=work&{parameter}={key}"), totals }
    };
    Ok(table.into_iter().map(|(key, totals)| named(key, totals)).collect())
}

async fn show(cx: Context, Query(asking): Query<Asking>) -> Answer {
    let desk = Desk::open(&cx)?;
    let (by, by_word) = match asking.by.as_str() {
        "agency" => (By::Agency, "agency"),
        "category" => (By::Category, "category"),
        _ => (By::Place, "place"),
    };
    let this = Period::containing(Calendar::Month, Date::of(desk.now));
    let months: Vec<Period> = this.ending_here(MONTHS).rev().collect();
    let month = months.iter().copied().find(|m| m.code() == asking.month).unwrap_or(this);
    let mut rows = rows(&cx, &desk, by, month).await?;
    let column = COLUMNS.iter().find(|c| c.0 == asking.sort).or(COLUMNS.first());
    if let Some((_, value, _)) = column {
        // The largest first; what has no value last.
        rows.sort_by(|a, b| {
            let of = |r: &Row| value(&r.totals).unwrap_or(f64::NEG_INFINITY);
            of(b).total_cmp(&of(a)).then_with(|| a.name.cmp(&b.name))
        });
    }
    let sort = column.map_or("", |c| c.0);
    let labels: Vec<String> = COLUMNS.iter().map(|c| cx.t(&format!("case-units-{}", c.0))).collect();
    if asking.format == "csv" {
        let mut text = String::from("\u{feff}");
        let heads: Vec<String> =
            [cx.t(&format!("case-units-by-{by_word}"))].iter().chain(&labels).map(|h| cell(h)).collect();
        text.push_str(&heads.join(","));
        for row in &rows {
            let mut cells = vec![cell(&row.name)];
            cells.extend(COLUMNS.iter().map(|(_, value, decimals)| {
                value(&row.totals).map_or(String::new(), |v| format!("{v:.*}", *decimals))
            }));
            text.push_str("\r\n");
            text.push_str(&cells.join(","));
        }
        text.push_str("\r\n");
        let name = format!("attachment; filename=\"cases-{by_word}-{}.csv\"", month.code());
        let kind = "text/csv; charset=utf-8".to_owned();
        return Ok(
            ([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, name)], text).into_response()
        );
    }
    let link = |sort: &str, format: &str| {
        format!("/cases/units?by={by_word}&month={}&sort={sort}{format}", month.code())
    };
    let choose = |value: &str, label: String, chosen| Choice { value: value.to_owned(), label, chosen };
    page(&UnitsPage {
        page: cx.page(cx.t("case-units"))?,
        by: ["place", "agency", "category"]
            .map(|b| choose(b, cx.t(&format!("case-units-by-{b}")), b == by_word))
            .into(),
        months: months
            .iter()
            .map(|m| {
                let label = if cx.lang == Lang::Vi { m.label_vi() } else { m.label_en() };
                choose(&m.code(), label, *m == month)
            })
            .collect(),
        heads: COLUMNS
            .iter()
            .zip(&labels)
            .map(|(c, label)| Head { label: label.clone(), link: link(c.0, ""), sorted: c.0 == sort })
            .collect(),
        rows: rows
            .into_iter()
            .map(|row| Shown {
                cells: COLUMNS
                    .iter()
                    .zip(&labels)
                    .map(|((_, value, decimals), label)| {
                        (label.clone(), show_number(cx.lang, value(&row.totals), *decimals))
                    })
                    .collect(),
                name: row.name,
                link: row.link,
            })
            .collect(),
        sort: sort.to_owned(),
        csv: link(sort, "&format=csv"),
    })
}
