//! The console's map: the cases of the list, under the same conditions, as points of `<tc-map>`; without
//! script the communes with how many lie in each.
//!
//! `GET /cases/points`: the points, as short as can be told: columns instead of objects, differences instead
//! of numbers. `GET /cases/{code}/card`: what the small card of a point says.

use std::collections::{BTreeMap, HashMap};

use axum::Json;
use axum::extract::{Path, Query};
use axum::response::IntoResponse;
use axum::routing::get;
use foundation::{Instant, Result};
use http::header;
use kit::{Access, Context, Permission, Route, UnitId};
use serde_json::json;
use units::{Level, Maps};
use web::Answer;

use super::case::find;
use super::list::Asking;
use crate::http::api::steps;
use crate::http::show::{Desk, Reading, reading};
use crate::service::calendar;
use crate::store::lists::{self, Dot, Filter, MOST_COUNTED, Order};
use crate::tiles::SOON_MINUTES;

/// No map has more points: beyond them the newest are shown, and `all` says that some are not.
const MOST: usize = 12_000;
/// Parts of a degree: about a metre.
const SCALE: f64 = 100_000.0;
/// What a point's colour means, by its number in the answer.
const STATES: [&str; 4] = ["good", "watch", "bad", "none"];

pub(in crate::http) fn routes() -> Vec<Route> {
    let staff = Access::Needs(Permission::ReadInternal);
    vec![Route::get("/cases/points", staff, get(points)), Route::get("/cases/{code}/card", staff, get(card))]
}

/// A commune on the drawn map.
pub(super) struct Spot {
    pub link: String,
    pub path: String,
    pub x: f64,
    pub y: f64,
    pub r: f64,
    pub n: i64,
    pub name: String,
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
    let (counts, counted) = lists::by_place(&cx.db, &reading.sees, &filter).await?;
    let counts: HashMap<UnitId, i64> = counts.into_iter().collect();
    let maps = cx.house.get::<Maps>()?;
    let drawn = maps.draw(&cx.db, &desk.map, desk.root, Level::Commune, desk.today).await?;
    let most = counts.values().copied().max().unwrap_or(1).max(1) as f64;
    let spots: Vec<Spot> = drawn
        .areas
        .iter()
        .map(|area| {
            let n = counts.get(&area.unit).copied().unwrap_or(0);
            Spot {
                link: asking.link(&[("place", &area.unit.to_string())]),
                path: area.path.clone(),
                x: area.at.0,
                y: area.at.1,
                r: if n == 0 { 0.0 } else { 12.0 + 24.0 * (n as f64 / most).sqrt() },
                n,
                name: desk.name(area.unit),
            }
        })
        .collect();
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
            _ => drawn.source.clone(),
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
    let mut dots = lists::dots(&cx.db, &reading.sees, &filter, MOST as i64 + 1).await?;
    let all = dots.len() <= MOST;
    dots.truncate(MOST);
    let until = soon(&cx, &desk)?;
    let mut names: Vec<(String, String)> = Vec::new();
    let mut at: BTreeMap<(String, String), usize> = BTreeMap::new();
    let mut categories = Vec::with_capacity(dots.len());
    let mut states = Vec::with_capacity(dots.len());
    for dot in &dots {
        let index = *at.entry((dot.kind.clone(), dot.category.clone())).or_insert_with(|| {
            let kind = desk.types.find(&dot.kind);
            let name = kind.as_ref().and_then(|k| k.flow.category(&dot.category));
            let letters = kind.as_ref().map_or("", |k| k.flow.code.as_str()).to_owned();
            names.push((letters, name.map_or("", |c| c.name.get(cx.lang)).to_owned()));
            names.len() - 1
        });
        categories.push(index);
        states.push(state(dot, desk.now, until.get(&(dot.kind.clone(), dot.severity.clone()))));
    }
    let scaled = |v: f64| (v * SCALE).round() as i64;
    let body = json!({
        "scale": SCALE,
        "all": all,
        "states": STATES,
        "categories": names.iter().map(|(letters, name)| json!([letters, name])).collect::<Vec<_>>(),
        // Of each case: its number, downwards; its position; its place in `categories` and in `states`.
        "seq": steps(dots.iter().map(|d| d.seq)),
        "lat": steps(dots.iter().map(|d| scaled(d.lat))),
        "lon": steps(dots.iter().map(|d| scaled(d.lon))),
        "category": categories,
        "state": states,
    });
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
