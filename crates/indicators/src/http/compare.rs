//! `GET /compare`: one indicator, every unit below the root from the best to the worst, with bars; to print
//! or take away.

use askama::Template;
use axum::extract::Query;
use axum::routing::get;
use foundation::{Period, Result};
use kit::http::page;
use kit::{Access, Context, Route};
use serde::Deserialize;
use web::{Answer, Page};

use super::indicator::{period_choices, ranking_sheet};
use super::table::{self, By, Order, Standing};
use super::{Choice, Desk, period_of, query, sees};
use crate::definition::{Direction, Indicator};
use crate::show;
use kit::sheet::Sheet;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/compare", Access::Public, get(compare)),
        Route::get("/compare/export.csv", Access::Public, get(csv)),
        Route::get("/compare/export.xlsx", Access::Public, get(xlsx)),
    ]
}

#[derive(Deserialize, Default)]
struct Asking {
    indicator: Option<String>,
    period: Option<String>,
    unit: Option<String>,
}

/// A unit in the ranking.
struct Ranked {
    place: Option<usize>,
    unit: i64,
    name: String,
    value: Option<String>,
    bar: f64,
    change: Option<show::Change>,
    state: &'static str,
    state_word: String,
    estimated: bool,
    median_before: bool,
}

#[derive(Template)]
#[template(path = "compare.html")]
struct ComparePage {
    page: Page,
    code: String,
    name: String,
    unit: i64,
    period: String,
    measure: String,
    indicators: Vec<(String, Vec<Choice>)>,
    periods: Vec<Choice>,
    rows: Vec<Ranked>,
    low: f64,
    high: f64,
    median: String,
    reported: usize,
    links: String,
}

/// A ranking before it is written out.
struct Ranking<'a> {
    indicator: &'a Indicator,
    unit: i64,
    period: Period,
    rows: Vec<Standing>,
}

/// The indicators that units below can be ranked by.
fn choices<'a>(cx: &Context, desk: &'a Desk, unit: i64) -> Vec<&'a Indicator> {
    desk.catalogue
        .all()
        .filter(|i| sees(cx, i, unit) && !desk.engine.parts_of(i, unit, desk.today).is_empty())
        .collect()
}

async fn ranking<'a>(cx: &Context, desk: &'a Desk, asking: &Asking) -> Result<Option<Ranking<'a>>> {
    let unit = desk.unit(asking.unit.as_deref())?;
    let indicator = match asking.indicator.as_deref().filter(|c| !c.is_empty()) {
        Some(code) => desk.indicator(cx, code, unit)?,
        None => {
            // The first that is rated and says which way is better; a ranking of the others means less.
            let all = choices(cx, desk, unit);
            let rated = |i: &Indicator| i.def.target.is_some() || !i.def.bands.is_empty();
            let clear =
                |i: &&&Indicator| rated(i) && matches!(i.def.direction, Direction::Up | Direction::Down);
            match all.iter().find(clear).or(all.first()).copied() {
                Some(indicator) => indicator,
                None => return Ok(None),
            }
        }
    };
    let asked = desk.asked(unit, None);
    let period = match period_of(asking.period.as_deref())?.filter(|p| p.calendar == indicator.def.calendar) {
        Some(period) => period,
        None => desk.engine.newest(indicator, &asked).await?.0,
    };
    let mut rows = table::standings(desk, indicator, period, &asked).await?;
    Order { by: By::Value, down: indicator.def.direction != Direction::Down }.sort(&mut rows);
    Ok(Some(Ranking { indicator, unit, period, rows }))
}

async fn compare(cx: Context, Query(asking): Query<Asking>) -> Answer {
    let desk = Desk::open(&cx)?;
    let lang = cx.lang;
    let unit = desk.unit(asking.unit.as_deref())?;
    let Some(ranking) = ranking(&cx, &desk, &asking).await? else {
        let why = "Chưa có chỉ tiêu nào để so sánh các đơn vị.";
        return Err(foundation::error::not_found("nothing_to_compare", why).into());
    };
    let Ranking { indicator, period, rows, .. } = &ranking;
    let packs = cx.house.get::<packs::Packs>()?.all();
    let mut indicators: Vec<(String, Vec<Choice>)> = Vec::new();
    for i in choices(&cx, &desk, unit) {
        let title = packs
            .iter()
            .find(|p| p.id == i.pack)
            .map_or_else(|| i.pack.clone(), |p| p.name.get(lang).to_owned());
        let choice = Choice::new(i.code.clone(), i.def.name.get(lang), &indicator.code);
        match indicators.last_mut() {
            Some((last, all)) if *last == title => all.push(choice),
            _ => indicators.push((title, vec![choice])),
        }
    }
    let known: Vec<f64> = rows.iter().filter_map(|s| s.value).collect();
    let d = indicator.def.decimals;
    let high = known.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let low = known.iter().copied().fold(0.0_f64, f64::min);
    let high = if high > low { high } else { low + 1.0 };
    let mut sorted = known.clone();
    sorted.sort_by(f64::total_cmp);
    let half = sorted.len() / 2;
    let median = match sorted.len() {
        0 => None,
        n if n % 2 == 0 => Some((sorted[half - 1] + sorted[half]) / 2.0),
        _ => Some(sorted[half]),
    };
    let ranked = rows
        .iter()
        .enumerate()
        .map(|(i, s)| Ranked {
            // Units with the same value share a place.
            place: s.value.map(|v| known.iter().position(|k| *k == v).unwrap_or(i) + 1),
            unit: s.unit,
            name: s.name.clone(),
            value: s.value.map(|v| show::number(v, d, lang)),
            bar: s.value.unwrap_or_default(),
            change: table::change_of(indicator, s, lang),
            state: s.state.name(),
            state_word: show::state(s.state, &cx.words, lang),
            estimated: s.estimated,
            median_before: known.len() > 3 && i == known.len().div_ceil(2),
        })
        .collect();
    let newest = Period::containing(indicator.def.calendar, desk.today);
    let (unit_text, period_text) = (ranking.unit.to_string(), period.code());
    let links = query(&[("indicator", &indicator.code), ("period", &period_text), ("unit", &unit_text)]);
    let content = ComparePage {
        page: cx.page(cx.t("compare-title"))?,
        code: indicator.code.clone(),
        name: indicator.def.name.get(lang).to_owned(),
        unit: ranking.unit,
        period: show::period(*period, lang),
        measure: indicator.def.unit.get(lang).to_owned(),
        indicators,
        periods: period_choices(newest, *period, lang),
        rows: ranked,
        low,
        high,
        median: median.map(|m| show::number(m, d, lang)).unwrap_or_default(),
        reported: known.len(),
        links,
    };
    page(&content)
}

async fn sheet(cx: &Context, asking: &Asking) -> Result<Sheet> {
    let desk = Desk::open(cx)?;
    let Some(ranking) = ranking(cx, &desk, asking).await? else {
        let why = "Chưa có chỉ tiêu nào để so sánh các đơn vị.";
        return Err(foundation::error::not_found("nothing_to_compare", why));
    };
    let name = format!("{}-{}-compare", ranking.indicator.code, ranking.period.code());
    Ok(ranking_sheet(cx, &desk, ranking.indicator, &ranking.rows, name))
}

async fn csv(cx: Context, Query(asking): Query<Asking>) -> Answer {
    Ok(sheet(&cx, &asking).await?.csv()?)
}

async fn xlsx(cx: Context, Query(asking): Query<Asking>) -> Answer {
    Ok(sheet(&cx, &asking).await?.xlsx()?)
}
