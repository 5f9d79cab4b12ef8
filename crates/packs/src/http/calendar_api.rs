//! `/api/v1/calendars` and `/api/v1/calendar/deadline`: working calendars and deadlines for other programs.
//! Described in `openapi.json` beside the crate. Errors are RFC 9457 problems with a stable `code`.

use axum::extract::Query;
use axum::response::IntoResponse;
use foundation::moment::{parse, rfc3339};
use foundation::{Date, Error, Kind, Result, error::internal, error::invalid};
use http::{HeaderValue, header};
use kit::Context;
use serde::Deserialize;
use serde_json::{Value as Json, json};
use web::Answer;

use crate::calendars::deadline::{Deadline, Limit, Line, What};
use crate::calendars::{Calendars, Named};

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Asking {
    from: String,
    hours: Option<String>,
    minutes: Option<String>,
    days: Option<String>,
    calendar: String,
}

impl Asking {
    fn limit(&self) -> Result<Limit> {
        match (&self.hours, &self.minutes, &self.days) {
            (Some(hours), None, None) => Limit::hours(hours),
            (None, Some(minutes), None) => Limit::minutes(minutes),
            (None, None, Some(days)) => Limit::days(days),
            _ => {
                let why = "Ghi đúng một trong hours (giờ), minutes (phút), days (ngày làm việc).";
                Err(invalid("limit_needed", why))
            }
        }
    }
}

fn answer(value: &Json) -> Answer {
    let body =
        serde_json::to_vec(value).map_err(|e| internal("json", "Không ghi được câu trả lời").because(e))?;
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    Ok(response)
}

/// A calendar that is named in a parameter: one that is not there breaks a rule of the question.
pub(super) fn named(calendars: &Calendars, id: &str) -> Result<std::sync::Arc<Named>> {
    calendars.get(id).map_err(|e| match e.kind() {
        Kind::NotFound => Error::new(Kind::Invalid, "calendar_unknown", e.message().to_owned()),
        _ => e,
    })
}

/// Minutes, whole ones as a whole number.
fn minutes(micros: i64) -> Json {
    match micros % 60_000_000 {
        0 => json!(micros / 60_000_000),
        _ => json!(micros as f64 / 60_000_000.0),
    }
}

/// The day until which special days are entered; none for the calendar that has none.
fn known_until(named: &Named) -> Option<String> {
    (!named.is_always()).then(|| named.known_until.iso())
}

fn step(named: &Named, line: &Line) -> Json {
    let mut told = match line.what {
        What::Time { from, to, micros, so_far } => json!({
            "counted": "time",
            "from": rfc3339(from),
            "to": rfc3339(to),
            "minutes": minutes(micros),
            "total_minutes": minutes(so_far),
        }),
        What::Day(nth) => json!({ "counted": "day", "total_days": nth }),
        What::First => json!({ "counted": "nothing", "why": "first_day" }),
        What::Nothing(why) => json!({ "counted": "nothing", "why": why.name() }),
    };
    told["date"] = json!(line.date.iso());
    if let Some(name) = named.day_name(line.date) {
        told["name"] = json!(name);
    }
    told
}

/// `GET /api/v1/calendar/deadline?from=&calendar=` and one of `hours=`, `minutes=`, `days=`.
pub(super) async fn deadline(cx: Context, Query(asking): Query<Asking>) -> Answer {
    let from = parse(&asking.from)?;
    let calendars = cx.house.get::<Calendars>()?;
    let named = named(&calendars, asking.calendar.trim())?;
    let limit = asking.limit()?;
    let found = Deadline::of(&named, from, limit)?;
    let asked = match limit {
        Limit::Micros(micros) => json!({ "minutes": minutes(micros) }),
        Limit::Days(days) => json!({ "days": days }),
    };
    let lines = found.lines.as_deref();
    answer(&json!({
        "from": rfc3339(from),
        "limit": asked,
        "deadline": rfc3339(found.at),
        "calendar": { "id": named.id, "name": named.name },
        "steps": lines.map(|all| all.iter().map(|line| step(&named, line)).collect::<Vec<_>>()),
        "known": found.known(&named),
        "known_until": known_until(&named),
        "verified": found.verified(&named),
        "legal_ref": named.legal_ref,
    }))
}

/// `GET /api/v1/calendars`: every calendar with its week and the days that differ from it.
pub(super) async fn list(cx: Context) -> Answer {
    let all = cx.house.get::<Calendars>()?.all();
    let items: Vec<Json> = all.iter().map(|named| told(named)).collect();
    answer(&json!({ "items": items }))
}

fn told(named: &Named) -> Json {
    let spans = |hours: &foundation::Hours| -> Vec<String> {
        hours.spans().iter().map(|(from, to)| format!("{}-{}", from.show(), to.show())).collect()
    };
    let special: Vec<Json> = named
        .special_days(Date(i32::MIN), Date(i32::MAX))
        .map(|(date, name)| {
            json!({ "date": date.iso(), "name": name, "hours": spans(named.calendar.hours(date)) })
        })
        .collect();
    let week: Vec<Vec<String>> = named.calendar.week().iter().map(spans).collect();
    json!({
        "id": named.id,
        "name": named.name,
        "week": week,
        "special_days": special,
        "known_from": (!named.is_always()).then(|| named.known_from.iso()),
        "known_until": known_until(named),
        "verified": named.verified,
        "legal_ref": named.legal_ref,
    })
}
