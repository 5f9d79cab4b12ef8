//! `GET /cases/shift`: the hand-over at 07:00 and 19:00: what is open now, what the last one left to say, who
//! takes over; and the texts that are written often.

use askama::Template;
use axum::extract::Form;
use axum::routing::{get, post};
use foundation::Result;
use kit::http::{page, redirect_with};
use kit::{Access, Context, Permission, Route, UnitId};
use serde_json::json;
use web::{Answer, Page};

use super::acts::Typed;
use crate::actions::desk::{DropSnippet, HandOver, KeepSnippet, TakeOver, works_at};
use crate::http::show::{Choice, Desk, reading};
use crate::store::desk::{self, Snippet};
use crate::store::lists::{self, Filter};
use crate::workflow::Stage;

pub(in crate::http) fn routes() -> Vec<Route> {
    let staff = Access::Needs(Permission::ReadInternal);
    vec![
        Route::get("/cases/shift", staff, get(show)),
        Route::post("/cases/shift", staff, post(hand_over)),
        Route::post("/cases/shift/take", staff, post(take_over)),
        Route::post("/cases/snippets", staff, post(keep_snippet)),
        Route::post("/cases/snippets/drop", staff, post(drop_snippet)),
    ]
}

/// A shift, ready to show.
struct Handed {
    id: String,
    by: String,
    at: String,
    remarks: String,
    counts: Vec<(String, i64)>,
    taken: Option<String>,
    mine: bool,
}

#[derive(Template)]
#[template(path = "cases_shift.html")]
struct ShiftPage {
    page: Page,
    name: String,
    now: Vec<(String, i64)>,
    shifts: Vec<Handed>,
    snippets: Vec<Snippet>,
    units: Vec<Choice>,
}

/// The unit for which the reader works on cases: the highest.
fn own_unit(cx: &Context, desk: &Desk) -> Result<UnitId> {
    if works_at(cx, desk.root)? {
        return Ok(desk.root);
    }
    Ok(own_units(cx, desk).first().copied().unwrap_or(desk.root))
}

/// The units for which the reader works on cases; places first.
pub(crate) fn own_units(cx: &Context, desk: &Desk) -> Vec<UnitId> {
    let mut all = std::collections::BTreeSet::new();
    for kind in desk.types.all() {
        for permission in [Permission::TakeInCases, Permission::HandleCases] {
            all.extend(cx.scope.units_where(permission, &kind.pack).into_iter().flatten());
        }
    }
    let mut all: Vec<UnitId> = all.into_iter().filter(|u| desk.map.on(*u, desk.today).is_some()).collect();
    all.sort_by_key(|u| desk.map.on(*u, desk.today).map(|v| (v.level, v.code.clone())));
    all.truncate(300);
    all
}

async fn counts(cx: &Context, desk: &Desk) -> Result<Vec<(&'static str, i64)>> {
    let reading = reading(cx, desk, None);
    let kinds: Vec<String> = reading.kinds.iter().map(|k| k.id.clone()).collect();
    let open: Vec<i64> = [Stage::New, Stage::Work, Stage::Review].iter().map(|s| s.number()).collect();
    let base = Filter { kinds, stages: open, ..Filter::default() };
    let urgent = reading.kinds.iter().flat_map(|k| &k.flow.severities).filter(|s| s.rings);
    let urgent: Vec<String> = urgent.map(|s| s.id.clone()).collect();
    let all = [
        ("new", Filter { stages: vec![Stage::New.number()], ..base.clone() }),
        ("work", Filter { stages: vec![Stage::Work.number(), Stage::Review.number()], ..base.clone() }),
        ("late", Filter { due_before: Some(desk.now), ..base.clone() }),
        ("urgent", Filter { severities: urgent, ..base }),
    ];
    let mut told = Vec::new();
    for (name, filter) in all {
        told.push((name, lists::count(&cx.db, &reading.sees, &filter).await?.n));
    }
    Ok(told)
}

async fn show(cx: Context) -> Answer {
    let desk = Desk::open(&cx)?;
    let unit = own_unit(&cx, &desk)?;
    let word = |name: &str| cx.t(&format!("case-shift-{name}"));
    let me = cx.actor.audit_name();
    let mut shifts = Vec::new();
    for shift in desk::shifts(&cx.db, unit, 10).await? {
        let name = async |who: &str| -> Result<String> {
            Ok(cx.house.name_of(who).await?.unwrap_or_else(|| cx.t("case-by-program")))
        };
        let taken = match (&shift.taken_by, shift.taken_at) {
            (Some(who), Some(at)) => Some(format!("{}, {}", name(who).await?, desk.dated(at))),
            _ => None,
        };
        let counts =
            ["new", "work", "late", "urgent"].map(|c| (word(c), shift.counts[c].as_i64().unwrap_or(0)));
        shifts.push(Handed {
            id: shift.id.to_string(),
            by: name(&shift.handed_by).await?,
            at: desk.dated(shift.handed_at),
            mine: shift.handed_by == me,
            remarks: shift.remarks,
            counts: counts.into(),
            taken,
        });
    }
    let units = own_units(&cx, &desk);
    page(&ShiftPage {
        page: cx.page(cx.t("case-shift"))?,
        name: desk.name(unit),
        now: counts(&cx, &desk).await?.into_iter().map(|(name, n)| (word(name), n)).collect(),
        shifts,
        snippets: desk::snippets(&cx.db, units.clone()).await?,
        units: units
            .into_iter()
            .map(|u| Choice { value: u.to_string(), label: desk.name(u), chosen: u == unit })
            .collect(),
    })
}

async fn hand_over(cx: Context, Form(typed): Form<Typed>) -> Answer {
    let desk = Desk::open(&cx)?;
    let unit = own_unit(&cx, &desk)?;
    let told: serde_json::Map<String, serde_json::Value> =
        counts(&cx, &desk).await?.into_iter().map(|(name, n)| (name.to_owned(), json!(n))).collect();
    HandOver { unit, remarks: typed.get("text").to_owned(), counts: told.into() }.run(&cx).await?;
    redirect_with("/cases/shift", &cx.t("case-shift-handed"))
}

async fn take_over(cx: Context, Form(typed): Form<Typed>) -> Answer {
    let unit = own_unit(&cx, &Desk::open(&cx)?)?;
    let id = typed.get("id").parse().map_err(|_| crate::actions::no_case())?;
    TakeOver { id }.run(&cx, unit).await?;
    redirect_with("/cases/shift", &cx.t("case-shift-took"))
}

async fn keep_snippet(cx: Context, Form(typed): Form<Typed>) -> Answer {
    let unit = typed.get("unit").parse().unwrap_or(own_unit(&cx, &Desk::open(&cx)?)?);
    let (name, text) = (typed.get("name").to_owned(), typed.get("text").to_owned());
    KeepSnippet { unit, name, text }.run(&cx).await?;
    redirect_with("/cases/shift#snippets", &cx.t("case-snippet-kept"))
}

async fn drop_snippet(cx: Context, Form(typed): Form<Typed>) -> Answer {
    let units = own_units(&cx, &Desk::open(&cx)?);
    let id = typed.get("id").parse().map_err(|_| crate::actions::no_case())?;
    DropSnippet { id, units }.run(&cx).await?;
    redirect_with("/cases/shift#snippets", &cx.t("case-snippet-dropped"))
}
