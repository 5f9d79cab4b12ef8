//! `GET /cases/units`: what each commune, unit in charge or category did in a month: a table, CSV, XLSX.

use askama::Template;
use axum::extract::Query;
use axum::routing::get;
use foundation::{Calendar, Lang, Period, Result};
use kit::http::page;
use kit::sheet::{Cell, Sheet};
use kit::{Access, Context, Permission, Route};
use serde::Deserialize;
use web::{Answer, Page};

use crate::books::report::shown;
use crate::http::show::{Choice, Desk, reading};
use crate::store::league::{Asked, By, Of, Totals, league};

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

/// The number of a column.
type Column = fn(&Totals) -> Option<f64>;

/// The columns after the name: key, the number by which it is sorted, its decimals.
const COLUMNS: [(&str, Column, u8); 6] = [
    ("received", |t| Some(t.received as f64), 0),
    ("on-time", Totals::on_time, 1),
    ("refused", Totals::refused_share, 1),
    ("waiting", |t| Some(t.waiting as f64), 0),
    ("overdue", |t| Some(t.overdue as f64), 0),
    ("rating", Totals::rating, 1),
];

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
    xlsx: String,
}

/// The months that may be chosen, this one first, and the one whose code is `wanted`, or this one.
pub(crate) fn months(desk: &Desk, wanted: &str) -> (Vec<Choice>, Period) {
    let this = Period::containing(Calendar::Month, desk.today);
    let all: Vec<Period> = this.ending_here(MONTHS).rev().collect();
    let month = all.iter().copied().find(|m| m.code() == wanted).unwrap_or(this);
    let choice = |m: &Period| Choice {
        value: m.code(),
        label: if desk.lang == Lang::Vi { m.label_vi() } else { m.label_en() },
        chosen: *m == month,
    };
    (all.iter().map(choice).collect(), month)
}

/// The moments between which a month lies.
pub(crate) fn span(month: Period) -> (foundation::Instant, foundation::Instant) {
    (month.first_day().start(), month.last_day().add_days(1).start())
}

async fn rows(cx: &Context, desk: &Desk, by: By, month: Period) -> Result<Vec<Row>> {
    let reading = reading(cx, desk, None);
    let kinds: Vec<String> = reading.kinds.iter().map(|k| k.id.clone()).collect();
    let asked =
        Asked { sees: &reading.sees, kinds: &kinds, of: Of::Everybody, span: span(month), now: desk.now };
    let mut table = league(&cx.db, &asked, by).await?;
    table.retain(|_, totals| !totals.is_idle());
    let named = |key: String, totals: Totals| {
        let (name, parameter) = match by {
            By::Category => {
                let category = reading.kinds.iter().find_map(|k| k.flow.category(&key));
                (category.map_or(key.clone(), |c| c.name.get(cx.lang).to_owned()), "category")
            }
            _ => {
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
    let (months, month) = months(&desk, &asking.month);
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
    if matches!(asking.format.as_str(), "csv" | "xlsx") {
        let head = cx.t(&format!("case-units-by-{by_word}"));
        let cells = |row: &Row| {
            let numbers =
                COLUMNS.iter().map(|(_, value, decimals)| Cell::figure(value(&row.totals), *decimals));
            [Cell::from(row.name.as_str())].into_iter().chain(numbers).collect()
        };
        let sheet = Sheet {
            name: format!("cases-{by_word}-{}", month.code()),
            heads: [head].into_iter().chain(labels).collect(),
            rows: rows.iter().map(cells).collect(),
        };
        return Ok(if asking.format == "csv" { sheet.csv()? } else { sheet.xlsx()? });
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
        months,
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
                        (label.clone(), shown(cx.lang, value(&row.totals), *decimals))
                    })
                    .collect(),
                name: row.name,
                link: row.link,
            })
            .collect(),
        sort: sort.to_owned(),
        csv: link(sort, "&format=csv"),
        xlsx: link(sort, "&format=xlsx"),
    })
}
