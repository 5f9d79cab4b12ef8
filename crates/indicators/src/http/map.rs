//! The map of an indicator: its section on the page, the areas as GeoJSON and the values of the last periods
//! that the interactive map travels through.

use askama::Template;
use axum::extract::{Path, Query};
use axum::response::Response;
use axum::routing::get;
use foundation::geo::Detail;
use foundation::{Date, Period, Result, error::invalid};
use http::{HeaderMap, header};
use kit::{Access, Context, Route, UnitId};
use serde::{Deserialize, Serialize};
use units::Maps;
use units::boundaries::fit_for;
use web::Answer;

use super::api::{found, found_as};
use super::chart::Boundaries;
use super::indicator::{Asking, Meant, meant};
use super::{Desk, query};
use crate::choropleth::{Question, Shade, Step};
use crate::definition::Indicator;
use crate::engine::Span;
use crate::grades::Grades;
use crate::show;

/// The most periods that the map travels through.
const MOST_PERIODS: i32 = 24;
/// The most values of one answer: a province has all its periods, the country a few.
const MOST_VALUES: usize = 20_000;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/api/v1/areas", Access::Public, get(areas)),
        Route::get("/api/v1/indicators/{code}/map", Access::Public, get(values)),
    ]
}

#[derive(Template)]
#[template(path = "map_section.html")]
struct Section<'a> {
    svg: String,
    legend: Vec<Step>,
    hatches: String,
    period: String,
    status: String,
    boundaries: String,
    areas: String,
    values: String,
    cx: &'a Context,
}

impl Section<'_> {
    fn t(&self, key: &str) -> String {
        self.cx.t(key)
    }
}

fn question<'a>(cx: &'a Context, desk: &'a Desk, indicator: &'a Indicator, meant: &Meant) -> Question<'a> {
    Question {
        house: &cx.house,
        engine: &desk.engine,
        indicator,
        period: meant.period,
        asked: meant.asked,
        lang: cx.lang,
        then: meant.boundaries == Boundaries::Then,
    }
}

/// The section of the page: the drawn map of the period that is meant, with the addresses of what makes it
/// interactive. `kept` is the query of the page.
pub(super) async fn section(
    cx: &Context,
    desk: &Desk,
    indicator: &Indicator,
    meant: &Meant,
    kept: &str,
) -> Result<Option<String>> {
    let Some(drawn) = question(cx, desk, indicator, meant).draw().await? else { return Ok(None) };
    let approximate = cx.t("map-approximate");
    let section = Section {
        svg: drawn.svg,
        legend: drawn.legend,
        hatches: drawn.hatches,
        period: show::period(meant.period, cx.lang),
        status: drawn.status,
        boundaries: match (drawn.approximate, drawn.source) {
            (true, source) if source.is_empty() => approximate,
            // A source may say it itself.
            (true, source) if !source.contains(&approximate) => format!("{approximate} · {source}"),
            (_, source) => source,
        },
        areas: format!("/api/v1/areas{}", query(&[("unit", &meant.asked.unit.to_string())])),
        values: format!("/api/v1/indicators/{}/map{kept}", indicator.code),
        cx,
    };
    let broken = |e| foundation::error::internal("template", "Không dựng được bản đồ").because(e);
    section.render().map(Some).map_err(broken)
}

#[derive(Deserialize, Default)]
struct Where {
    unit: Option<String>,
    day: Option<String>,
    detail: Option<String>,
}

/// `GET /api/v1/areas?unit=&day=&detail=`: the communes below a unit on a day, as GeoJSON.
async fn areas(cx: Context, Query(asking): Query<Where>, headers: HeaderMap) -> Answer {
    let desk = Desk::open(&cx)?;
    let unit = desk.unit(asking.unit.as_deref())?;
    let said =
        |text: &Option<String>| text.as_deref().map(str::trim).filter(|t| !t.is_empty()).map(str::to_owned);
    let day = said(&asking.day).map(|text| Date::parse(&text)).transpose()?.unwrap_or(desk.today);
    let detail = match said(&asking.detail).as_deref() {
        None => fit_for(&desk.map, unit, day),
        Some("country") => Detail::Country,
        Some("province") => Detail::Province,
        Some("commune") => Detail::Commune,
        Some(_) => {
            let why = "detail là country (cả nước), province (một tỉnh) hoặc commune (một xã).";
            return Err(invalid("detail_unknown", why).into());
        }
    };
    let maps = cx.house.get::<Maps>()?;
    let areas = maps.areas(desk.engine.db(), &desk.map, unit, day, detail).await?;
    let body = areas.text.clone().into_bytes();
    let mut response: Response = found_as(&headers, "application/geo+json", body);
    // The same for everybody; who asks again soon need not even ask.
    let keep = header::HeaderValue::from_static("public, max-age=300");
    response.headers_mut().insert(header::CACHE_CONTROL, keep);
    Ok(response)
}

#[derive(Serialize)]
struct Value {
    text: String,
    state: &'static str,
    word: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    color: Option<String>,
    /// 1–5 by size among the units of the period that was meant, where the value is not rated.
    #[serde(skip_serializing_if = "Option::is_none")]
    grade: Option<usize>,
}

#[derive(Serialize)]
struct Area {
    code: String,
    unit: UnitId,
    name: String,
    href: String,
    values: Vec<Option<Value>>,
}

#[derive(Serialize)]
struct Values {
    indicator: String,
    unit: UnitId,
    calendar: &'static str,
    /// The periods in words, the oldest first, and their codes.
    periods: Vec<String>,
    codes: Vec<String>,
    /// Which of them was meant.
    at: usize,
    /// How many units told each of them, in words.
    status: Vec<String>,
    areas: Vec<Area>,
}

/// The periods that the map travels through: the newest ones, or those until the one that is meant if it is
/// older; and where among them that one is.
fn window(newest: Period, chosen: Period, count: i32) -> (Span, usize) {
    let recent = Span::ending(newest, count);
    let span = match (recent.from..=recent.to).contains(&chosen.index) {
        true => recent,
        false => Span::ending(chosen, count),
    };
    (span, (chosen.index - span.from).max(0) as usize)
}

/// `GET /api/v1/indicators/{code}/map?unit=&calendar=&period=&as_known=&boundaries=`: every commune below a
/// unit in the last periods, as the map shows them.
async fn values(
    cx: Context,
    Path(code): Path<String>,
    Query(asking): Query<Asking>,
    headers: HeaderMap,
) -> Answer {
    let desk = Desk::open(&cx)?;
    let unit = desk.unit(asking.unit.as_deref())?;
    let indicator = desk.indicator(&cx, &code, unit)?;
    let meant = meant(&desk, indicator, unit, &asking).await?;
    let (newest, _) = desk.engine.newest(indicator, &meant.asked).await?;
    let newest = newest.coarser(meant.calendar).unwrap_or(newest);
    let units = desk.engine.parts_of(indicator, unit, desk.today);
    let fits = (MOST_VALUES / units.len().max(1)).max(1) as i32;
    let (span, at) = window(newest, meant.period, MOST_PERIODS.min(fits));
    let rows = desk.engine.grid(indicator, &units, span, &meant.asked).await?;
    let question = question(&cx, &desk, indicator, &meant);
    let mut shades = Vec::with_capacity(units.len());
    for (unit, row) in units.iter().zip(rows) {
        let mut of_unit = Vec::with_capacity(row.len());
        for (period, point) in span.periods().zip(&row) {
            of_unit.push(question.shade(*unit, period, point).await?);
        }
        shades.push(of_unit);
    }
    // The grades of one period hold for all of them: who moves through time sees the values grow.
    let meant_now = shades.iter().filter_map(|row| row.get(at)?.as_ref()?.unrated());
    let grades = Grades::of(meant_now);
    let told = (0..span.periods().count()).map(|n| shades.iter().filter(|row| row[n].is_some()).count());
    let told: Vec<usize> = told.collect();
    let mut areas = Vec::with_capacity(units.len());
    for (unit, row) in units.iter().zip(shades) {
        let shown = |s: Shade| Value {
            grade: s.unrated().map(|v| grades.number(v)),
            text: s.text,
            state: s.state.name(),
            word: s.word,
            color: s.color,
        };
        let values = row.into_iter().map(|shade| shade.map(shown)).collect();
        areas.push(Area {
            code: desk.map.nearest(*unit, desk.today).map(|v| v.code.clone()).unwrap_or_default(),
            unit: *unit,
            name: desk.name(*unit),
            href: format!("/units/{unit}"),
            values,
        });
    }
    let body = Values {
        indicator: indicator.code.clone(),
        unit,
        calendar: meant.calendar.name(),
        periods: span.periods().map(|p| show::period(p, cx.lang)).collect(),
        codes: span.periods().map(Period::code).collect(),
        at,
        status: told.into_iter().map(|n| question.status(n, units.len())).collect(),
        areas,
    };
    Ok(found(&headers, &body)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_map_travels_through_the_newest_periods_or_until_an_older_one() {
        let month = |code: &str| Period::from_code(code).unwrap();
        let (span, at) = window(month("2026-10"), month("2026-08"), 12);
        assert_eq!((span, at), (Span::ending(month("2026-10"), 12), 9));
        let (span, at) = window(month("2026-10"), month("2024-03"), 12);
        assert_eq!((span, at), (Span::ending(month("2024-03"), 12), 11));
        let (span, at) = window(month("2026-10"), month("2026-11"), 12);
        assert_eq!((span, at), (Span::ending(month("2026-11"), 12), 11));
    }
}
