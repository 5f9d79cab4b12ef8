//! `GET /morning`: what a leader asks first. Which figures moved since 17:00 yesterday, which targets are
//! missed, who is silent, what was corrected. `since` asks for another moment. Made to be printed.

use askama::Template;
use axum::extract::Query;
use axum::routing::get;
use kit::http::page;
use kit::{Access, Context, Figure, Route, State};
use serde::Deserialize;
use web::{Answer, Page};

use super::trust::{self, Past};
use super::{Desk, moment_of};
use crate::engine::review::Moved;
use crate::show;
use crate::tiles::yesterday_evening;

/// How many corrections and silent units are listed.
const SHORT: usize = 12;

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/morning", Access::Public, get(morning))]
}

#[derive(Deserialize, Default)]
struct Asking {
    since: Option<String>,
    unit: Option<String>,
}

/// A figure that moved or missed its target.
struct Change {
    state: &'static str,
    state_word: String,
    href: String,
    name: String,
    before: String,
    now: String,
    measure: String,
    by: Option<show::Change>,
    note: String,
}

/// A silent unit.
struct Silent {
    unit: i64,
    name: String,
    reports: i64,
    days: i64,
}

#[derive(Template)]
#[template(path = "morning.html")]
struct MorningPage {
    page: Page,
    place: String,
    since: String,
    since_value: String,
    off: Vec<Change>,
    with_target: usize,
    worse: Vec<Change>,
    better: Vec<Change>,
    other: Vec<Change>,
    moved: usize,
    late_units: usize,
    late_reports: usize,
    silent: Vec<Silent>,
    corrections: Vec<(String, Past)>,
}

fn href(f: &Figure) -> String {
    format!("/indicators/{}?unit={}", f.indicator, f.unit)
}

fn off_target(cx: &Context, f: &Figure) -> Change {
    let number = |v: f64| show::number(v, f.decimals, cx.lang);
    let (value, target) = (f.value.unwrap_or_default(), f.target.unwrap_or_default());
    Change {
        state: f.state.name(),
        state_word: show::state(f.state, &cx.words, cx.lang),
        href: href(f),
        name: f.name.get(cx.lang).to_owned(),
        before: String::new(),
        now: number(value),
        measure: f.measure.get(cx.lang).to_owned(),
        by: Some(show::Change {
            text: show::change(value - target, f.decimals, cx.lang),
            class: f.state.name(),
        }),
        note: format!(
            "{} {} · {}",
            cx.t("target-short"),
            number(target),
            show::period_short(f.period, cx.lang)
        ),
    }
}

fn moved(cx: &Context, m: &Moved, better: Option<bool>) -> Change {
    let f = &m.now;
    let number = |v: Option<f64>| v.map_or_else(|| "–".to_owned(), |v| show::number(v, f.decimals, cx.lang));
    let class = match better {
        Some(true) => "good",
        Some(false) => "bad",
        None => "",
    };
    Change {
        state: f.state.name(),
        state_word: show::state(f.state, &cx.words, cx.lang),
        href: href(f),
        name: f.name.get(cx.lang).to_owned(),
        before: number(m.before),
        now: number(f.value),
        measure: f.measure.get(cx.lang).to_owned(),
        by: f.value.zip(m.before).map(|(now, before)| show::Change {
            text: show::change(now - before, f.decimals, cx.lang),
            class,
        }),
        note: format!(
            "{} · {}/{} {}",
            show::period_short(f.period, cx.lang),
            f.coverage.reported,
            f.coverage.expected,
            cx.t("coverage-units")
        ),
    }
}

async fn morning(cx: Context, Query(asking): Query<Asking>) -> Answer {
    let desk = Desk::open(&cx)?;
    let unit = desk.unit(asking.unit.as_deref())?;
    let asked = desk.asked(unit, None);
    let typed = asking.since.unwrap_or_default().trim().to_owned();
    let since = if typed.is_empty() { yesterday_evening(desk.today) } else { moment_of(&typed)? };

    let against = desk.engine.against_targets(&cx.scope, &asked).await?;
    let off = against.iter().filter(|f| f.state != State::Good).map(|f| off_target(&cx, f)).collect();
    let all = desk.engine.moved(&cx.scope, &asked, since).await?;
    let (mut worse, mut better, mut other) = (Vec::new(), Vec::new(), Vec::new());
    for m in &all {
        let indicator = desk.catalogue.code(&m.now.indicator);
        let change = m.now.value.zip(m.before).map(|(now, before)| (before, now - before));
        let way = indicator.zip(change).and_then(|(i, (before, by))| i.better(before, by));
        let line = moved(&cx, m, way);
        match way {
            Some(true) => better.push(line),
            Some(false) => worse.push(line),
            None => other.push(line),
        }
    }
    let late = desk.engine.late(&cx.scope, &asked).await?;
    let silent = late
        .iter()
        .take(SHORT)
        .map(|l| Silent {
            unit: l.unit,
            name: desk.name(l.unit),
            reports: l.owed.len() as i64,
            days: l.owed.first().map_or(0, |o| i64::from(desk.today.days_since(o.due))),
        })
        .collect();
    let title = if typed.is_empty() { cx.t("list-moved") } else { cx.t("morning-title") };
    let content = MorningPage {
        page: cx.page(title)?,
        place: desk.name(unit),
        since: show::moment(since, cx.lang),
        since_value: typed,
        off,
        with_target: against.len(),
        worse,
        better,
        other,
        moved: all.len(),
        late_units: late.len(),
        late_reports: late.iter().map(|l| l.owed.len()).sum(),
        silent,
        corrections: trust::corrections_since(&cx, &desk, since, SHORT as i64).await?,
    };
    page(&content)
}
