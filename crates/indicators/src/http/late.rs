//! `GET /late`: who has not reported: unit by unit, with what they owe, since when, how late.

use askama::Template;
use axum::extract::Query;
use axum::routing::get;
use foundation::Result;
use kit::http::page;
use kit::{Access, Context, Route};
use serde::Deserialize;
use web::{Answer, Page};

use super::list::pack_choices;
use super::{Choice, Desk, Pager, query};
use crate::engine::late::LateUnit;
use crate::show;
use kit::sheet::{Cell, Sheet};

/// How many units stand on one page.
const SIZE: usize = 25;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/late", Access::Public, get(late)),
        Route::get("/late/export.csv", Access::Public, get(csv)),
        Route::get("/late/export.xlsx", Access::Public, get(xlsx)),
    ]
}

#[derive(Deserialize, Default)]
struct Asking {
    pack: Option<String>,
    unit: Option<String>,
    page: Option<String>,
}

/// A report that is owed.
struct Report {
    code: String,
    name: String,
    period: String,
    due: String,
    days: i64,
}

/// A unit with what it owes.
struct Silent {
    unit: i64,
    name: String,
    state: &'static str,
    due: String,
    days: i64,
    reports: Vec<Report>,
}

#[derive(Template)]
#[template(path = "late.html")]
struct LatePage {
    page: Page,
    packs: Vec<Choice>,
    units: usize,
    reports: usize,
    silent: Vec<Silent>,
    pager: Pager,
    links: String,
}

/// What is owed, in one pack or all.
async fn owed(cx: &Context, desk: &Desk, asking: &Asking) -> Result<Vec<LateUnit>> {
    let unit = desk.unit(asking.unit.as_deref())?;
    let pack = asking.pack.clone().unwrap_or_default();
    let mut all = desk.engine.late(&cx.scope, &desk.asked(unit, None)).await?;
    if !pack.is_empty() {
        for unit in &mut all {
            unit.owed.retain(|o| desk.catalogue.get(o.indicator).is_some_and(|i| i.pack == pack));
        }
        all.retain(|u| !u.owed.is_empty());
        all.sort_by_key(|u| (std::cmp::Reverse(u.owed.len()), u.owed.first().map(|o| o.due), u.unit));
    }
    Ok(all)
}

fn silent(desk: &Desk, late: &LateUnit) -> Silent {
    let days = |due| i64::from(desk.today.days_since(due));
    let reports: Vec<Report> = late
        .owed
        .iter()
        .filter_map(|o| {
            let indicator = desk.catalogue.get(o.indicator)?;
            Some(Report {
                code: indicator.code.clone(),
                name: indicator.def.name.get(desk.lang).to_owned(),
                period: show::period_short(o.period, desk.lang),
                due: show::day(o.due, desk.lang),
                days: days(o.due),
            })
        })
        .collect();
    let first = late.owed.first().map(|o| o.due);
    let late_by = first.map(days).unwrap_or_default();
    Silent {
        unit: late.unit,
        name: desk.name(late.unit),
        state: if late_by > 7 { "bad" } else { "watch" },
        due: first.map(|d| show::day(d, desk.lang)).unwrap_or_default(),
        days: late_by,
        reports,
    }
}

async fn late(cx: Context, Query(asking): Query<Asking>) -> Answer {
    let desk = Desk::open(&cx)?;
    let all = owed(&cx, &desk, &asking).await?;
    let (pack, unit) = (asking.pack.unwrap_or_default(), asking.unit.unwrap_or_default());
    let number = asking.page.and_then(|p| p.parse().ok()).unwrap_or(1);
    let link = |n: usize| query(&[("pack", &pack), ("unit", &unit), ("page", &n.to_string())]);
    let pager = Pager::new(all.len(), SIZE, number, &link);
    let content = LatePage {
        page: cx.page(cx.t("late-title"))?,
        packs: pack_choices(&cx, &desk, &pack)?,
        units: all.len(),
        reports: all.iter().map(|l| l.owed.len()).sum(),
        silent: all[pager.range()].iter().map(|l| silent(&desk, l)).collect(),
        links: query(&[("pack", &pack), ("unit", &unit)]),
        pager,
    };
    page(&content)
}

async fn sheet(cx: &Context, asking: &Asking) -> Result<Sheet> {
    let desk = Desk::open(cx)?;
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    for late in owed(cx, &desk, asking).await? {
        let code = desk.map.nearest(late.unit, desk.today).map(|v| v.code.clone()).unwrap_or_default();
        for o in &late.owed {
            let Some(indicator) = desk.catalogue.get(o.indicator) else { continue };
            rows.push(vec![
                desk.name(late.unit).into(),
                code.clone().into(),
                indicator.code.clone().into(),
                indicator.def.name.get(cx.lang).into(),
                o.period.code().into(),
                o.due.iso().into(),
                Cell::Number(f64::from(desk.today.days_since(o.due)), 0),
            ]);
        }
    }
    let heads =
        ["unit", "unit-code", "indicator-code", "indicator", "period", "late-due-day", "late-days-head"];
    let name = format!("late-{}", desk.today.iso());
    Ok(Sheet { name, heads: heads.into_iter().map(|h| cx.t(h)).collect(), rows })
}

async fn csv(cx: Context, Query(asking): Query<Asking>) -> Answer {
    Ok(sheet(&cx, &asking).await?.csv()?)
}

async fn xlsx(cx: Context, Query(asking): Query<Asking>) -> Answer {
    Ok(sheet(&cx, &asking).await?.xlsx()?)
}
