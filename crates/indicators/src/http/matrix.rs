//! `GET /compare/matrix`: every unit below the root by the key indicators of one field, to sort by any column
//! and to take away.
//!
//! The key indicators of a field are those that its pack calls so, and after them the first that are rated
//! and of which is said which way is better; all of what the units below tell or what follows from it. Each
//! stands in its newest period, or in the one that is asked for as far as its calendar goes.

use askama::Template;
use axum::extract::Query;
use axum::routing::get;
use foundation::{Calendar, Period, Result};
use kit::http::page;
use kit::{Access, Context, Route, State, UnitId};
use serde::Deserialize;
use web::{Answer, Page};

use super::indicator::period_choices;
use super::{Choice, Desk, Pager, period_of, query, sees};
use crate::definition::{Direction, Indicator};
use crate::engine::Asked;
use crate::show;
use kit::sheet::{Cell, Sheet};

/// The most columns.
const COLUMNS: usize = 8;
/// How many units stand on one page: all of a province.
const SIZE: usize = 200;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/compare/matrix", Access::Public, get(matrix)),
        Route::get("/compare/matrix/export.csv", Access::Public, get(csv)),
        Route::get("/compare/matrix/export.xlsx", Access::Public, get(xlsx)),
    ]
}

#[derive(Deserialize, Default)]
struct Asking {
    pack: Option<String>,
    period: Option<String>,
    unit: Option<String>,
    sort: Option<String>,
    page: Option<String>,
}

/// A column with the value of every unit, in the order of the units.
struct Column<'a> {
    indicator: &'a Indicator,
    period: Period,
    values: Vec<Told>,
    whole: Option<f64>,
}

#[derive(Clone, Copy)]
struct Told {
    value: Option<f64>,
    state: State,
    estimated: bool,
}

struct Matrix<'a> {
    unit: UnitId,
    pack: String,
    period: Option<Period>,
    units: Vec<(UnitId, String)>,
    columns: Vec<Column<'a>>,
    sort: String,
    /// The rows in the order that is asked for, as positions in `units`.
    order: Vec<usize>,
}

/// A heading that sorts.
struct Head {
    label: String,
    note: String,
    title: String,
    href: String,
    sorted: Option<&'static str>,
}

/// A value as the page shows it.
struct Shown {
    text: Option<String>,
    href: String,
    state: &'static str,
    word: String,
    estimated: bool,
}

struct Row {
    unit: UnitId,
    name: String,
    cells: Vec<Shown>,
}

#[derive(Template)]
#[template(path = "matrix.html")]
struct MatrixPage {
    page: Page,
    packs: Vec<Choice>,
    periods: Vec<Choice>,
    name: Head,
    heads: Vec<Head>,
    rows: Vec<Row>,
    whole: String,
    wholes: Vec<Option<String>>,
    pager: Pager,
    unit: String,
    sort: String,
    links: String,
}

/// The key indicators of a field at a unit.
fn key<'a>(cx: &Context, desk: &'a Desk, pack: &str, unit: UnitId) -> Vec<&'a Indicator> {
    let rated = |i: &Indicator| i.def.target.is_some() || !i.def.bands.is_empty();
    let clear = |i: &Indicator| matches!(i.def.direction, Direction::Up | Direction::Down);
    let told = |i: &&Indicator| !desk.engine.parts_of(i, unit, desk.today).is_empty();
    let all = || desk.catalogue.all().filter(|i| i.pack == pack && sees(cx, i, unit));
    let others = all().filter(|i| !i.def.key && rated(i) && clear(i));
    all().filter(|i| i.def.key).chain(others).filter(told).take(COLUMNS).collect()
}

/// The fields that have key indicators at a unit, in the order of their packs.
fn packs(cx: &Context, desk: &Desk, unit: UnitId) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for indicator in desk.catalogue.all() {
        if all.last() != Some(&indicator.pack) && !all.contains(&indicator.pack) {
            all.push(indicator.pack.clone());
        }
    }
    all.retain(|pack| !key(cx, desk, pack, unit).is_empty());
    all
}

async fn read<'a>(cx: &Context, desk: &'a Desk, asking: &Asking) -> Result<Matrix<'a>> {
    let unit = desk.unit(asking.unit.as_deref())?;
    let asked = desk.asked(unit, None);
    let nothing = || {
        let why = "Lĩnh vực này chưa có chỉ tiêu nào để so sánh các đơn vị.";
        foundation::error::not_found("nothing_to_compare", why)
    };
    let known = packs(cx, desk, unit);
    let pack = match asking.pack.as_deref().map(str::trim).filter(|p| !p.is_empty()) {
        Some(pack) => known.into_iter().find(|p| p == pack).ok_or_else(nothing)?,
        None => known.into_iter().next().ok_or_else(nothing)?,
    };
    let period = period_of(asking.period.as_deref())?;
    let indicators = key(cx, desk, &pack, unit);
    let mut units: Vec<UnitId> = Vec::new();
    for indicator in &indicators {
        let parts = desk.engine.parts_of(indicator, unit, desk.today);
        units.extend(parts.into_iter().filter(|u| !units.contains(u)).collect::<Vec<_>>());
    }
    let mut columns = Vec::with_capacity(indicators.len());
    for indicator in indicators {
        columns.push(column(desk, indicator, &units, period, &asked).await?);
    }
    let units: Vec<(UnitId, String)> = units.into_iter().map(|u| (u, desk.name(u))).collect();
    let sort = asking.sort.clone().unwrap_or_default();
    let order = order(&units, &columns, &sort);
    Ok(Matrix { unit, pack, period, units, columns, sort, order })
}

async fn column<'a>(
    desk: &Desk,
    indicator: &'a Indicator,
    units: &[UnitId],
    period: Option<Period>,
    asked: &Asked,
) -> Result<Column<'a>> {
    let period = match period.and_then(|p| p.coarser(indicator.def.calendar)) {
        Some(period) => period,
        None => desk.engine.newest(indicator, asked).await?.0,
    };
    let mut values = Vec::with_capacity(units.len());
    for (unit, point) in desk.engine.each(indicator, units, period, asked).await? {
        let value = point.value.map(|v| indicator.rounded(v));
        let target = desk.engine.target(indicator, unit, period, asked.as_known).await?;
        values.push(Told { value, state: indicator.state(value, target), estimated: point.estimated });
    }
    let whole = desk.engine.figure(indicator, Some(period), asked).await?.value;
    Ok(Column { indicator, period, values, whole })
}

/// Sorted by `name` or the id of a column, a minus turns it round; missing values always stand last. By
/// name when nothing else is said.
fn order(units: &[(UnitId, String)], columns: &[Column], sort: &str) -> Vec<usize> {
    let (name, down) = match sort.strip_prefix('-') {
        Some(name) => (name, true),
        None => (sort, false),
    };
    let mut rows: Vec<usize> = (0..units.len()).collect();
    rows.sort_by_cached_key(|i| foundation::text::sort_key(&units[*i].1));
    match columns.iter().find(|c| c.indicator.code == name) {
        None if down => rows.reverse(),
        None => {}
        Some(column) => rows.sort_by(|a, b| {
            let (x, y) = (column.values[*a].value, column.values[*b].value);
            match (x, y) {
                (Some(x), Some(y)) if down => y.total_cmp(&x),
                (Some(x), Some(y)) => x.total_cmp(&y),
                (x, y) => y.is_some().cmp(&x.is_some()),
            }
        }),
    }
    rows
}

/// How a heading sorts next: the worst first, then the other way.
fn next(indicator: Option<&Indicator>, sort: &str) -> (String, Option<&'static str>) {
    let (up, code) = match indicator {
        None => (true, "name"),
        Some(i) => (i.def.direction != Direction::Down, i.code.as_str()),
    };
    let down = format!("-{code}");
    let here = sort == code || sort == down || (sort.is_empty() && code == "name");
    let falls = sort == down;
    let next = match (here, falls) {
        (true, true) => code.to_owned(),
        (true, false) => down,
        (false, _) if up => code.to_owned(),
        (false, _) => down,
    };
    (next, here.then_some(if falls { "descending" } else { "ascending" }))
}

async fn matrix(cx: Context, Query(asking): Query<Asking>) -> Answer {
    let desk = Desk::open(&cx)?;
    let lang = cx.lang;
    let matrix = read(&cx, &desk, &asking).await?;
    let unit = if matrix.unit == desk.root { String::new() } else { matrix.unit.to_string() };
    let period = matrix.period.map(Period::code).unwrap_or_default();
    let kept = [("pack", matrix.pack.as_str()), ("period", &period), ("unit", &unit)];
    let link = |sort: &str, number: &str| {
        let mut pairs = kept.to_vec();
        pairs.extend([("sort", sort), ("page", number)]);
        format!("/compare/matrix{}", query(&pairs))
    };
    let number = asking.page.as_deref().and_then(|p| p.parse().ok()).unwrap_or(1);
    let pager = Pager::new(matrix.units.len(), SIZE, number, &|n| link(&matrix.sort, &n.to_string()));
    let (name_next, name_sorted) = next(None, &matrix.sort);
    let heads = matrix.columns.iter().map(|c| {
        let (to, sorted) = next(Some(c.indicator), &matrix.sort);
        let measure = c.indicator.def.unit.get(lang);
        Head {
            label: c.indicator.short().get(lang).to_owned(),
            note: format!("{measure} · {}", show::period_short(c.period, lang)),
            title: c.indicator.def.name.get(lang).to_owned(),
            href: link(&to, ""),
            sorted,
        }
    });
    let rows = matrix.order[pager.range()].iter().map(|i| {
        let (unit, name) = &matrix.units[*i];
        let cells = matrix.columns.iter().map(|c| {
            let told = c.values[*i];
            let period = c.period.code();
            let to = query(&[("unit", &unit.to_string()), ("period", &period)]);
            Shown {
                text: told.value.map(|v| show::number(v, c.indicator.def.decimals, lang)),
                href: format!("/indicators/{}{to}", c.indicator.code),
                state: told.state.name(),
                word: show::state(told.state, &cx.words, lang),
                estimated: told.estimated,
            }
        });
        Row { unit: *unit, name: name.clone(), cells: cells.collect() }
    });
    let all = cx.house.get::<packs::Packs>()?.all();
    let title = |id: &str| {
        all.iter().find(|p| p.id == id).map_or_else(|| id.to_owned(), |p| p.name.get(lang).to_owned())
    };
    let newest = Period::containing(Calendar::Month, desk.today);
    let mut periods = vec![Choice::new("", cx.t("matrix-newest"), &period)];
    periods.extend(
        period_choices(newest, matrix.period.unwrap_or(newest), lang)
            .into_iter()
            .map(|c| Choice { chosen: c.value == period, ..c }),
    );
    let content = MatrixPage {
        page: cx.page(cx.t("matrix-title"))?,
        packs: packs(&cx, &desk, matrix.unit)
            .iter()
            .map(|id| Choice::new(id, title(id), &matrix.pack))
            .collect(),
        periods,
        name: Head {
            label: cx.t("unit"),
            note: String::new(),
            title: String::new(),
            href: link(&name_next, ""),
            sorted: name_sorted,
        },
        heads: heads.collect(),
        rows: rows.collect(),
        whole: desk.name(matrix.unit),
        wholes: matrix
            .columns
            .iter()
            .map(|c| c.whole.map(|v| show::number(v, c.indicator.def.decimals, lang)))
            .collect(),
        links: query(&[kept[0], kept[1], kept[2], ("sort", &matrix.sort)]),
        pager,
        unit,
        sort: matrix.sort.clone(),
    };
    page(&content)
}

async fn sheet(cx: &Context, asking: &Asking) -> Result<Sheet> {
    let desk = Desk::open(cx)?;
    let matrix = read(cx, &desk, asking).await?;
    let mut heads = vec![cx.t("unit"), cx.t("unit-code")];
    for c in &matrix.columns {
        let (name, measure) = (c.indicator.def.name.get(cx.lang), c.indicator.def.unit.get(cx.lang));
        heads.push(format!("{name} ({measure}) {}", c.period.code()));
        heads.push(cx.t("state"));
    }
    let row = |i: &usize| {
        let (unit, name) = &matrix.units[*i];
        let code = desk.map.nearest(*unit, desk.today).map(|v| v.code.clone()).unwrap_or_default();
        let mut row: Vec<Cell> = vec![name.clone().into(), code.into()];
        for c in &matrix.columns {
            let told = c.values[*i];
            row.push(Cell::figure(told.value, c.indicator.def.decimals));
            row.push(show::state(told.state, &cx.words, cx.lang).into());
        }
        row
    };
    let rows = matrix.order.iter().map(row).collect();
    Ok(Sheet { name: format!("{}-matrix", matrix.pack), heads, rows })
}

async fn csv(cx: Context, Query(asking): Query<Asking>) -> Answer {
    Ok(sheet(&cx, &asking).await?.csv()?)
}

async fn xlsx(cx: Context, Query(asking): Query<Asking>) -> Answer {
    Ok(sheet(&cx, &asking).await?.xlsx()?)
}
