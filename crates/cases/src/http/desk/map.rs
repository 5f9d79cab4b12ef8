//! The console's map: the cases of the list, under the same conditions, as points of `<tc-map>`; without
//! script the communes with how many lie in each.
//!
//! `GET /cases/points`: the points, as short as can be told: columns instead of objects, differences instead
//! of numbers. `GET /cases/{code}/card`: what the small card of a point says.

use std::collections::HashMap;

use axum::Json;
use axum::extract::{Path, Query};
use axum::response::IntoResponse;
use axum::routing::get;
use foundation::{Instant, Result};
use http::header;
use kit::{Access, Context, Permission, Route, UnitId};
use serde_json::json;
use web::Answer;

use super::case::find;
use super::list::Asking;
use crate::http::on_map::{self, Spot};
use crate::http::show::{Desk, Reading, reading};
use crate::service::calendar;
use crate::store::lists::{self, Dot, Filter, MOST_COUNTED, Order};
use crate::tiles::SOON_MINUTES;

/// Parts of a degree: about a metre.
const SCALE: f64 = 100_000.0;
/// What a point's colour means, by its number in the answer.
const STATES: [&str; 4] = ["good", "watch", "bad", "none"];

pub(in crate::http) fn routes() -> Vec<Route> {
    let staff = Access::Needs(Permission::ReadInternal);
    vec![Route::get("/cases/points", staff, get(points)), Route::get("/cases/{code}/card", staff, get(card))]
}

/// The map of the list.
pub(super) struct OnMap {
    pub spots: Vec<Spot>,
    pub areas: String,
    pub points: String,
    /// What the drawn map leaves out, in words; may be empty.
    pub beyond: String,
    pub source: String,
}

fn conditions(cx: &Context, desk: &Desk, reading: &Reading, asking: &Asking) -> Filter {
    Filter { order: Order::Newest, ..asking.filter(cx, desk, reading) }
}

/// The map under the conditions of the list.
pub(super) async fn draw(cx: &Context, desk: &Desk, reading: &Reading, asking: &Asking) -> Result<OnMap> {
    let filter = conditions(cx, desk, reading, asking);
    let (counts, counted) = lists::by_place(&cx.db, &reading.of_tab(&asking.tab), &filter).await?;
    let link = |unit: UnitId| asking.link(&[("place", &unit.to_string())]);
    let drawn = on_map::draw(cx, desk, counts, link).await?;
    let spots = drawn.spots;
    let elsewhere = counted - spots.iter().map(|s| s.n).sum::<i64>();
    let say = |key: &str, n: i64| cx.words.say(cx.lang, key, &[("n", n.into())]);
    let mut beyond = Vec::new();
    if elsewhere > 0 {
        beyond.push(say("case-map-elsewhere", elsewhere));
    }
    if counted >= MOST_COUNTED {
        beyond.push(say("case-map-newest", MOST_COUNTED));
    }
    let points = asking.link(&[("view", ""), ("order", "")]).replacen("/cases", "/cases/points", 1);
    let approximate = cx.t("case-map-approximate");
    Ok(OnMap {
        spots,
        areas: format!("/api/v1/areas?unit={}", desk.root),
        points,
        beyond: beyond.join(" "),
        source: match (drawn.approximate, drawn.source.is_empty()) {
            (true, true) => approximate,
            (true, false) if !drawn.source.contains(&approximate) => {
                format!("{approximate} · {}", drawn.source)
            }
            _ => drawn.source,
        },
    })
}

/// Until when a case of each type and severity is «about to be late», in the hours of its own calendar.
fn soon(cx: &Context, desk: &Desk) -> Result<HashMap<(String, String), Instant>> {
    let mut until = HashMap::new();
    for kind in desk.types.all() {
        for severity in &kind.flow.severities {
            let hours = calendar(cx, &severity.calendar)?;
            let at = hours.add_working_minutes(desk.now, SOON_MINUTES)?;
            until.insert((kind.id.clone(), severity.id.clone()), at);
        }
    }
    Ok(until)
}

/// The number of a point's state: late, about to be, in time, or without a running clock.
fn state(dot: &Dot, now: Instant, soon: Option<&Instant>) -> usize {
    match dot.due_at {
        None => 3,
        Some(due) if due < now => 2,
        Some(due) if soon.is_some_and(|soon| due < *soon) => 1,
        Some(_) => 0,
    }
}

async fn points(cx: Context, Query(mut asking): Query<Asking>) -> Answer {
    if asking.tab.is_empty() {
        asking.tab = "work".into();
    }
    let desk = Desk::open(&cx)?;
    let reading = reading(&cx, &desk, Some(asking.kind.as_str()).filter(|k| !k.is_empty()));
    let filter = conditions(&cx, &desk, &reading, &asking);
    let sees = reading.of_tab(&asking.tab);
    let dots = lists::dots(&cx.db, &sees, &filter, on_map::MOST as i64 + 1).await?;
    let until = soon(&cx, &desk)?;
    let (dots, mut body) = on_map::columns(&cx, &desk, dots, SCALE);
    let of = |d: &Dot| state(d, desk.now, until.get(&(d.kind.clone(), d.severity.clone())));
    body["states"] = STATES.into_iter().collect();
    body["state"] = dots.iter().map(of).collect();
    Ok(([(header::CACHE_CONTROL, "private, no-store")], Json(body)).into_response())
}

async fn card(cx: Context, Path(code): Path<String>) -> Answer {
    let desk = Desk::open(&cx)?;
    let (_, case, kind) = find(&cx, &desk, &code).await?;
    let own = case.code(&kind.flow.code);
    let due = desk.due(&cx, &case)?;
    let standing = kind.flow.state(&case.state).map_or("", |s| s.name.get(cx.lang));
    let body = json!({
        "code": own,
        "title": case.title,
        "about": format!("{own} · {standing}"),
        "where": format!("{} · {}", desk.name(case.place), desk.name(case.agency)),
        "due": due.words,
        "state": due.state,
        "link": format!("/cases/{own}"),
    });
    Ok(([(header::CACHE_CONTROL, "private, no-store")], Json(body)).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_says_how_late_its_case_is() {
        let dot = |due_at: Option<i64>| Dot {
            seq: 1,
            lat: 10.0,
            lon: 105.8,
            stage: 1,
            kind: String::new(),
            category: String::new(),
            severity: String::new(),
            due_at: due_at.map(Instant),
        };
        let of = |due| STATES[state(&dot(due), Instant(100), Some(&Instant(200)))];
        assert_eq!((of(None), of(Some(99)), of(Some(100))), ("none", "bad", "watch"));
        assert_eq!((of(Some(199)), of(Some(200))), ("watch", "good"));
    }
}
