//! `POST /api/v1/observations`: figures from another program.
//!
//! Who: whoever may write figures, each row inside their scope. `Idempotency-Key` makes a repeated delivery
//! answer what the first answered. Without `mode`, a single fault writes nothing and is answered 422 with
//! every fault; with `good_rows` the good rows are written, and 207 tells the others.

use std::collections::BTreeMap;

use axum::body::Bytes;
use foundation::number::NumberStyle;
use foundation::{Error, Kind, error::invalid};
use http::{HeaderMap, StatusCode};
use kit::Context;
use serde::Deserialize;
use serde_json::json;
use units::Atlas;
use web::Answer;

use super::{answer, json_of};
use crate::actions::record::{Mode, Outcome, Record, SourceSpec};
use crate::check::{Incoming, RowFault};

/// The most rows of one delivery.
const MOST_ROWS: usize = 20_000;
/// The longest `Idempotency-Key`.
const LONGEST_KEY: usize = 200;
/// Which source is shown where an API and another give one figure: what a system tells by itself comes
/// before what was typed.
const PRECEDENCE: i64 = 50;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Delivery {
    source: From,
    #[serde(default)]
    mode: Mode,
    #[serde(default)]
    note: String,
    observations: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct From {
    code: String,
    name: String,
    owner: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    indicator: String,
    unit: Text,
    period: Text,
    #[serde(default)]
    value: Option<Number>,
    #[serde(default)]
    dims: BTreeMap<String, String>,
    #[serde(default)]
    estimated: bool,
}

/// A code or a year, written as text or as a number.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Text {
    Text(String),
    Whole(i64),
}

impl Text {
    pub(super) fn into_string(self) -> String {
        match self {
            Text::Text(text) => text,
            Text::Whole(n) => n.to_string(),
        }
    }
}

/// A value: a JSON number, or text with a dot before the decimals. `null` takes the figure back.
#[derive(Deserialize)]
#[serde(untagged)]
enum Number {
    Number(f64),
    Text(String),
}

impl Number {
    fn into_string(self) -> String {
        match self {
            Number::Number(n) => n.to_string(),
            Number::Text(text) => text,
        }
    }
}

fn read(body: &[u8]) -> Result<Delivery, Error> {
    let delivery: Delivery = serde_json::from_slice(body).map_err(|e| {
        invalid("body_unreadable", format!("Nội dung gửi lên không đúng dạng: {e}.")).because(e.to_string())
    })?;
    if delivery.observations.len() > MOST_ROWS {
        let why = format!("Mỗi lần gửi nhiều nhất {MOST_ROWS} dòng. Hãy chia thành nhiều lần.");
        return Err(Error::new(Kind::TooLarge, "too_many_rows", why));
    }
    if delivery.observations.is_empty() {
        return Err(invalid("no_rows", "Không có dòng số liệu nào trong observations."));
    }
    let source = &delivery.source;
    let fits = |text: &str| !text.trim().is_empty() && text.chars().count() <= 200;
    if !fits(&source.code) || !fits(&source.name) || !fits(&source.owner) {
        return Err(invalid(
            "source_incomplete",
            "source cần đủ code, name và owner, mỗi mục tối đa 200 ký tự.",
        ));
    }
    Ok(delivery)
}

fn rows_of(observations: Vec<Row>) -> Vec<Incoming> {
    let row = |row: Row| Incoming {
        indicator: row.indicator,
        unit: row.unit.into_string(),
        period: row.period.into_string(),
        value: row.value.map(Number::into_string).unwrap_or_default(),
        number: None,
        dims: row.dims,
        estimated: row.estimated,
    };
    observations.into_iter().map(row).collect()
}

/// The rows of a body, as they go to the check. Bytes of any kind give rows or an error.
///
/// Errors: `body_unreadable`, `too_many_rows`, `no_rows`, `source_incomplete`.
pub fn delivery_rows(body: &[u8]) -> Result<Vec<Incoming>, Error> {
    read(body).map(|delivery| rows_of(delivery.observations))
}

/// The sender's key of this delivery.
fn key(headers: &HeaderMap) -> Result<Option<String>, Error> {
    let Some(value) = headers.get("idempotency-key") else { return Ok(None) };
    let wrong = || {
        let why = format!("Idempotency-Key dài từ 1 đến {LONGEST_KEY} ký tự ASCII.");
        invalid("idempotency_key_unfit", why)
    };
    let text = value.to_str().map_err(|_| wrong())?.trim();
    match (1..=LONGEST_KEY).contains(&text.len()) {
        true => Ok(Some(text.to_owned())),
        false => Err(wrong()),
    }
}

pub(super) async fn record(cx: Context, headers: HeaderMap, body: Bytes) -> Answer {
    let root = cx.house.get::<Atlas>()?.require_root()?;
    let idempotency = key(&headers)?;
    let delivery = read(&body)?;
    let code = delivery.source.code.trim();
    let record = Record {
        kind: "api",
        source: SourceSpec {
            // A program never speaks in the name of a file or a person.
            code: if code.starts_with("api:") { code.to_owned() } else { format!("api:{code}") },
            name: delivery.source.name.trim().to_owned(),
            owner: delivery.source.owner.trim().to_owned(),
            precedence: PRECEDENCE,
        },
        rows: rows_of(delivery.observations),
        style: NumberStyle::En,
        mode: delivery.mode,
        file: None,
        note: delivery.note,
        idempotency,
    };
    let outcome = record.run(&cx, root).await?;
    Ok(tell(&outcome)?)
}

fn tell(outcome: &Outcome) -> Result<axum::response::Response, Error> {
    let json = "application/json; charset=utf-8";
    if outcome.faults.is_empty() {
        return Ok(answer(StatusCode::OK, json, json_of(outcome)?));
    }
    if outcome.batch.is_some() {
        return Ok(answer(StatusCode::MULTI_STATUS, json, json_of(outcome)?));
    }
    refused(&outcome.faults)
}

/// The answer when nothing was written because of these rows.
pub(super) fn refused(faults: &[RowFault]) -> Result<axum::response::Response, Error> {
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    let body = json!({
        "type": "/docs/errors#rows_faulty",
        "title": "Có dòng sai nên chưa ghi dòng nào. Mỗi lỗi nêu dòng, trường và cách sửa.",
        "status": status.as_u16(),
        "code": "rows_faulty",
        "faults": faults,
    });
    Ok(answer(status, "application/problem+json; charset=utf-8", json_of(&body)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delivery_may_write_numbers_as_numbers_or_as_text() {
        let body = br#"{"source": {"code": "s", "name": "S", "owner": "O"}, "observations": [
            {"indicator": "a.b", "unit": 31507, "period": "2026-11", "value": 98.25},
            {"indicator": "a.b", "unit": "31508", "period": 2026, "value": "1234.5"},
            {"indicator": "a.b", "unit": "31509", "period": "2026-11", "value": null}]}"#;
        let delivery = read(body).unwrap();
        let values: Vec<String> = delivery
            .observations
            .into_iter()
            .map(|r| r.value.map(Number::into_string).unwrap_or_default())
            .collect();
        assert_eq!(values, ["98.25", "1234.5", ""]);
    }

    #[test]
    fn an_empty_delivery_is_refused() {
        let body = br#"{"source": {"code": "s", "name": "S", "owner": "O"}, "observations": []}"#;
        assert_eq!(read(body).err().unwrap().code(), "no_rows");
    }
}
