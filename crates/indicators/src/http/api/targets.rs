//! `GET` and `POST /api/v1/targets`: what was planned for a unit and a year.

use axum::body::Bytes;
use axum::extract::Query;
use foundation::moment::rfc3339;
use foundation::{Calendar, Date, Error, Kind, Period, Result, error::invalid};
use http::{HeaderMap, StatusCode};
use kit::Context;
use serde::Deserialize;
use serde_json::{Value as Json, json};
use units::Atlas;
use web::Answer;

use super::observations::{Text, refused};
use super::{answer, found, json_of};
use crate::actions::set_targets::{MOST_ROWS, Row, SetTargets, YEARS};
use crate::engine::Span;
use crate::engine::targets::{ToldTarget, Whose, history, newest, within};
use crate::http::{Desk, sees};

#[derive(Deserialize)]
pub(super) struct Asking {
    indicator: Option<String>,
    unit: Option<String>,
    year: Option<String>,
    months: Option<String>,
}

/// The three kinds of year that are called `text`; this year when nothing is.
fn years(text: Option<&str>, today: Date) -> Result<Vec<Period>> {
    let wrong = || invalid("year_unreadable", "year là một năm từ 1990 đến 2100.");
    let year = match text.map(str::trim).filter(|t| !t.is_empty()) {
        None => today.year(),
        Some(text) => text.parse().ok().filter(|y| (1990..=2100).contains(y)).ok_or_else(wrong)?,
    };
    YEARS.into_iter().map(|calendar: Calendar| Period::numbered(calendar, year, 1)).collect()
}

/// The periods that are asked for: the years, and with `parts` the months, quarters and all others in them.
fn spans(years: &[Period], parts: bool) -> Vec<Span> {
    if !parts {
        return years.iter().map(|year| Span::of(*year)).collect();
    }
    let mut all: Vec<Span> = Vec::new();
    for span in years.iter().flat_map(|year| within(*year)) {
        // A calendar that lies in two kinds of year is read for the first: months for the calendar year.
        if !all.iter().any(|s| s.calendar == span.calendar) {
            all.push(span);
        }
    }
    all
}

/// `GET /api/v1/targets?indicator=&unit=&year=&months=`.
pub(super) async fn of(cx: Context, Query(asking): Query<Asking>, headers: HeaderMap) -> Answer {
    let desk = Desk::open(&cx)?;
    let unit = desk.unit(asking.unit.as_deref())?;
    let code = asking.indicator.as_deref().map(str::trim).filter(|c| !c.is_empty());
    let only = code.map(|code| desk.indicator(&cx, code, unit)).transpose()?.map(|i| i.id);
    let parts = match asking.months.as_deref().map(str::trim) {
        None | Some("" | "false") => false,
        Some("true") => true,
        Some(_) => return Err(invalid("months_unreadable", "months là true hoặc false.").into()),
    };
    let whose = only.map_or(Whose::Unit(unit), |indicator| Whose::One(indicator, unit));
    let spans = spans(&years(asking.year.as_deref(), desk.today)?, parts);
    let mut items: Vec<Json> = Vec::new();
    for t in &newest(history(desk.engine.db(), whose, &spans).await?) {
        let seen = desk.catalogue.get(t.indicator).filter(|i| sees(&cx, i, unit));
        if let (Some(indicator), Some(value)) = (seen, t.value) {
            items.push(shown(&indicator.code, t, value)?);
        }
    }
    Ok(found(&headers, &json!({ "items": items }))?)
}

fn shown(code: &str, t: &ToldTarget, value: f64) -> Result<Json> {
    Ok(json!({
        "indicator": code, "unit": t.unit, "period": t.when()?.code(), "value": value,
        "decision": t.decision, "known_at": rfc3339(t.known_at), "demo": t.demo,
    }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Delivery {
    decision: String,
    targets: Vec<Target>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Target {
    indicator: String,
    unit: Text,
    period: Text,
    // Left out is not the same as null: a forgotten value must not take a target back.
    #[serde(deserialize_with = "Option::deserialize")]
    value: Option<f64>,
}

/// `POST /api/v1/targets`.
pub(super) async fn set(cx: Context, body: Bytes) -> Answer {
    let root = cx.house.get::<Atlas>()?.require_root()?;
    let delivery: Delivery = serde_json::from_slice(&body).map_err(|e| {
        invalid("body_unreadable", format!("Nội dung gửi lên không đúng dạng: {e}.")).because(e.to_string())
    })?;
    if delivery.targets.len() > MOST_ROWS {
        let why = format!("Mỗi lần gửi nhiều nhất {MOST_ROWS} chỉ tiêu. Hãy chia thành nhiều lần.");
        return Err(Error::new(Kind::TooLarge, "too_many_rows", why).into());
    }
    if delivery.targets.is_empty() {
        return Err(invalid("no_rows", "Không có chỉ tiêu nào trong targets.").into());
    }
    let rows = delivery.targets.into_iter().map(|t| Row {
        indicator: t.indicator,
        unit: t.unit.into_string(),
        period: t.period.into_string(),
        value: t.value,
    });
    let set = SetTargets { decision: delivery.decision, rows: rows.collect() };
    let outcome = set.run(&cx, root).await?;
    if !outcome.faults.is_empty() {
        return Ok(refused(&outcome.faults)?);
    }
    Ok(answer(StatusCode::OK, "application/json; charset=utf-8", json_of(&outcome)?))
}
