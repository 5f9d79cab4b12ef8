//! `GET /units`: the places below the root, found by name or code; an old name shows what became of it.

use askama::Template;
use axum::extract::Query;
use axum::routing::get;
use foundation::text::sort_key;
use kit::http::page;
use kit::{Access, Context, Route, UnitId};
use serde::Deserialize;
use units::{Level, Version};
use web::{Answer, Page};

use super::{Choice, Desk, Pager, query};
use crate::show;

/// How many places stand on one page.
const SIZE: usize = 120;

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/units", Access::Public, get(list))]
}

#[derive(Deserialize, Default)]
struct Asking {
    q: Option<String>,
    kind: Option<String>,
    page: Option<String>,
}

/// A place in the list.
struct Place {
    unit: UnitId,
    name: String,
    code: String,
    above: String,
    area: Option<String>,
    people: Option<String>,
    ended: Option<String>,
    became: Vec<(UnitId, String)>,
}

#[derive(Template)]
#[template(path = "units.html")]
struct UnitsPage {
    page: Page,
    q: String,
    kinds: Vec<Choice>,
    places: Vec<Place>,
    old: bool,
    pager: Pager,
    root: String,
}

fn place(desk: &Desk, v: &Version) -> Place {
    let number = |n: f64, d| show::number(n, d, desk.lang);
    Place {
        unit: v.unit,
        name: v.full_name(),
        code: v.code.clone(),
        above: v.parent.map(|p| desk.name(p)).unwrap_or_default(),
        area: v.area_km2.map(|a| number(a, 1)),
        people: v.population.map(|p| number(p as f64, 0)),
        ended: None,
        became: Vec::new(),
    }
}

async fn list(cx: Context, Query(asking): Query<Asking>) -> Answer {
    let desk = Desk::open(&cx)?;
    let q = asking.q.unwrap_or_default().trim().to_owned();
    let kind = asking.kind.unwrap_or_default();
    let all = desk.map.below(desk.root, Level::Commune, desk.today);
    let mut kinds: Vec<&str> = all.iter().map(|v| v.kind.as_str()).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let mut kind_choices = vec![Choice::new("", cx.t("all-kinds"), &kind)];
    kind_choices.extend(kinds.into_iter().map(|k| Choice::new(k, k, &kind)));

    let places: Vec<Place> = match q.is_empty() {
        true => {
            let mut all: Vec<&Version> =
                all.into_iter().filter(|v| kind.is_empty() || v.kind == kind).collect();
            all.sort_by_cached_key(|v| (sort_key(&v.name), v.unit));
            let mut places: Vec<Place> = all.into_iter().map(|v| place(&desk, v)).collect();
            // Provinces of a country come before its communes.
            let mut above: Vec<Place> = desk
                .map
                .children(desk.root, desk.today)
                .into_iter()
                .filter(|v| v.level != Level::Commune && kind.is_empty())
                .map(|v| place(&desk, v))
                .collect();
            above.append(&mut places);
            above
        }
        false => {
            let found = desk.map.search(&q, Some(desk.root), desk.today, 60);
            found
                .into_iter()
                .filter_map(|f| {
                    let v = desk.map.nearest(f.unit, desk.today)?;
                    Some(Place {
                        name: f.name,
                        code: f.code,
                        above: f.above.unwrap_or_default(),
                        ended: f.ended.map(|d| show::day(d.add_days(-1), desk.lang)),
                        became: f.successors.iter().map(|u| (*u, desk.name(*u))).collect(),
                        ..place(&desk, v)
                    })
                })
                .collect()
        }
    };
    let number = asking.page.and_then(|p| p.parse().ok()).unwrap_or(1);
    let link = |n: usize| query(&[("q", &q), ("kind", &kind), ("page", &n.to_string())]);
    let pager = Pager::new(places.len(), SIZE, number, &link);
    let range = pager.range();
    let places: Vec<Place> = places.into_iter().skip(range.start).take(range.len()).collect();
    let content = UnitsPage {
        page: cx.page(cx.t("units-title"))?,
        kinds: kind_choices,
        old: places.iter().any(|p| p.ended.is_some()),
        places,
        pager,
        root: desk.name(desk.root),
        q,
    };
    page(&content)
}
