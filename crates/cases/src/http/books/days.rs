//! `GET /books/days`: the rules of reception days and what they give; `GET /reception`: the same for
//! everybody, with a file for one's own calendar.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Form, Path, Query};
use axum::response::IntoResponse;
use axum::routing::{get, post};
use foundation::{Date, Lang, Result, TimeOfDay, Weekday, error::invalid, text::sort_key};
use http::{HeaderMap, header};
use kit::http::{page, redirect_with};
use kit::{Access, Context, Permission, Route, UnitId};
use packs::calendars::Named;
use serde::Deserialize;
use units::Level;
use web::{Answer, Page};

use super::entry::typed_day;
use super::{choose, shown_day, writes_for};
use crate::actions::books::allowed;
use crate::actions::books::plan::{EndRule, Except, SetRule};
use crate::books::reception::{Days, Event, Pattern, Rule, Sitting, Why, ics, sittings};
use crate::books::register::day;
use crate::http::public::Frame;
use crate::http::show::{Choice, Desk, reading};
use crate::store::books::reception as store;
use crate::store::lists::Sees;

/// So many days ahead are shown.
const AHEAD: i32 = 62;

pub(in crate::http) fn routes() -> Vec<Route> {
    let (desk, staff) = (Access::Needs(Permission::TakeInCases), Access::Needs(Permission::ReadInternal));
    vec![
        Route::get("/books/days", staff, get(show)),
        Route::post("/books/days", desk, post(set)),
        Route::post("/books/days/{id}/end", desk, post(end)),
        Route::post("/books/days/{id}/except", desk, post(except)),
        Route::get("/reception", Access::Public, get(public)),
        Route::get("/reception/calendar.ics", Access::Public, get(file)),
    ]
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Typed {
    unit: String,
    receiver: String,
    place: String,
    opens: String,
    closes: String,
    pattern: String,
    weekday: String,
    of_month: String,
    from: String,
    remark: String,
    day: String,
    moved_to: String,
    reason: String,
}

/// A reception, ready to show.
struct Shown {
    day: String,
    weekday: String,
    hours: String,
    receiver: String,
    place: String,
    remark: String,
    off: bool,
    why: String,
    demo: bool,
}

/// A rule, ready to show.
struct ShownRule {
    id: i64,
    pattern: String,
    hours: String,
    receiver: String,
    place: String,
    until: String,
    days: Vec<Choice>,
}

#[derive(Template)]
#[template(path = "books_days.html")]
struct DaysPage {
    page: Page,
    units: Vec<Choice>,
    unit: UnitId,
    name: String,
    rows: Vec<Shown>,
    rules: Vec<ShownRule>,
    writes: bool,
    weekdays: Vec<Choice>,
    today: String,
    doubt: bool,
}

#[derive(Template)]
#[template(path = "books_public.html")]
struct PublicPage {
    page: Page,
    frame: Frame,
    units: Vec<Choice>,
    unit: UnitId,
    name: String,
    rows: Vec<Shown>,
    doubt: bool,
}

/// The calendar of offices: the first that has days off; where none was applied, every day is a working day.
fn office(cx: &Context) -> Result<Arc<Named>> {
    let all = cx.house.get::<packs::Calendars>()?.all();
    Ok(all.iter().find(|c| !c.is_always()).cloned().unwrap_or_else(|| Arc::new(Named::always())))
}

fn weekday(lang: Lang, day: Weekday) -> &'static str {
    if lang == Lang::Vi { day.vi() } else { day.en() }
}

fn hours(rule: &Rule) -> String {
    let time = |seconds: i64| TimeOfDay(seconds.clamp(0, 86_400) as u32).show();
    format!("{}–{}", time(rule.opens), time(rule.closes))
}

/// What a unit announces.
struct Plan {
    rules: Vec<Rule>,
    sittings: Vec<Sitting>,
    doubt: bool,
}

impl Plan {
    async fn of(cx: &Context, unit: UnitId, today: Date) -> Result<Plan> {
        let window = (today, today.add_days(AHEAD));
        let rules = store::of_unit(&cx.db, unit, today.add_days(-AHEAD)).await?;
        let exceptions = store::exceptions(&cx.db, &rules).await?;
        let calendar = office(cx)?;
        let doubt = !rules.is_empty() && !calendar.knows(window.0, window.1);
        let named = |day: Date| calendar.day_name(day).cloned();
        let days = Days { calendar: &calendar.calendar, named: &named };
        Ok(Plan { sittings: sittings(&rules, &exceptions, &days, window), rules, doubt })
    }

    /// Why a reception is not on its day, in a sentence.
    fn why(&self, cx: &Context, sitting: &Sitting) -> String {
        let reason = match &sitting.why {
            None => return String::new(),
            Some(Why::Said(reason)) => reason.clone(),
            Some(Why::Off(Some(name))) => name.get(cx.lang).to_owned(),
            Some(Why::Off(None)) => cx.t("book-day-weekend"),
        };
        let key = if sitting.day.is_some() { "book-day-moved" } else { "book-day-none" };
        let planned = shown_day(cx.lang, sitting.planned);
        cx.words.say(cx.lang, key, &[("day", planned.into()), ("why", reason.into())])
    }

    fn shown(&self, cx: &Context) -> Vec<Shown> {
        let shown = |sitting: &Sitting| {
            let (rule, day) = (&self.rules[sitting.rule], sitting.shown_on());
            Shown {
                day: shown_day(cx.lang, day),
                weekday: weekday(cx.lang, day.weekday()).to_owned(),
                hours: hours(rule),
                receiver: rule.receiver.clone(),
                place: rule.place.clone(),
                remark: rule.remark.clone(),
                off: sitting.day.is_none(),
                why: self.why(cx, sitting),
                demo: rule.demo,
            }
        };
        self.sittings.iter().map(shown).collect()
    }
}

fn pattern_words(cx: &Context, written: &str) -> String {
    let say = |key: &str, values: &[(&str, String)]| {
        let values: Vec<_> = values.iter().map(|(k, v)| (*k, v.clone().into())).collect();
        cx.words.say(cx.lang, key, &values)
    };
    match Pattern::parse(written) {
        Ok(Pattern::Day(n)) => say("book-every-month", &[("n", n.to_string())]),
        Ok(Pattern::Week(day)) => say("book-every-week", &[("day", weekday(cx.lang, day).to_owned())]),
        Ok(Pattern::Nth(n, day)) => {
            let which = cx.t(&format!("book-nth-{n}"));
            say("book-every-nth", &[("day", weekday(cx.lang, day).to_owned()), ("which", which)])
        }
        Err(_) => written.to_owned(),
    }
}

async fn draw(cx: &Context, unit: Option<UnitId>, fault: Option<String>) -> Answer {
    let desk = Desk::open(cx)?;
    let sees = reading(cx, &desk, None).sees;
    let own = writes_for(cx, &desk)?;
    let mut units = store::units(&cx.db, &sees).await?;
    units.extend(own.iter().filter(|u| !units.contains(u)).copied().collect::<Vec<_>>());
    let unit = unit.filter(|u| units.contains(u)).or(own.first().copied()).or(units.first().copied());
    let unit = unit.unwrap_or(desk.root);
    let plan = Plan::of(cx, unit, desk.today).await?;
    let shown_rule = |(at, rule): (usize, &Rule)| ShownRule {
        id: rule.id,
        pattern: pattern_words(cx, &rule.pattern),
        hours: hours(rule),
        receiver: rule.receiver.clone(),
        place: rule.place.clone(),
        until: rule.valid_to.map_or(String::new(), |d| shown_day(cx.lang, day(d))),
        days: plan
            .sittings
            .iter()
            .filter(|s| s.rule == at)
            .map(|s| choose(&s.planned.iso(), shown_day(cx.lang, s.planned), ""))
            .collect(),
    };
    let mut choices: Vec<Choice> =
        units.iter().map(|u| choose(&u.to_string(), desk.name(*u), &unit.to_string())).collect();
    choices.sort_by_key(|c| sort_key(&c.label));
    let mut page_of = cx.page(cx.t("book-days"))?;
    page_of.notice = fault.or(page_of.notice);
    page(&DaysPage {
        page: page_of,
        units: choices,
        name: desk.name(unit),
        rows: plan.shown(cx),
        rules: plan.rules.iter().enumerate().map(shown_rule).collect(),
        writes: allowed(cx, Permission::TakeInCases, unit)?,
        weekdays: Weekday::ALL
            .iter()
            .map(|d| choose(&d.number().to_string(), weekday(cx.lang, *d).to_owned(), "4"))
            .collect(),
        today: desk.today.iso(),
        doubt: plan.doubt,
        unit,
    })
}

async fn show(cx: Context, Query(typed): Query<Typed>) -> Answer {
    draw(&cx, typed.unit.parse().ok(), None).await
}

fn seconds(written: &str) -> Result<i64> {
    TimeOfDay::parse(written.trim()).map(|t| i64::from(t.0))
}

/// After an act: the page of the unit, or the fault in words on it.
async fn after(cx: &Context, unit: Option<UnitId>, done: Result<UnitId>) -> Answer {
    match done {
        Ok(unit) => redirect_with(&format!("/books/days?unit={unit}"), &cx.t("book-saved")),
        Err(e) if e.kind() == foundation::Kind::Invalid => {
            let mut response = draw(cx, unit, Some(e.message().to_owned())).await?;
            *response.status_mut() = http::StatusCode::UNPROCESSABLE_ENTITY;
            Ok(response)
        }
        Err(e) => Err(e.into()),
    }
}

async fn set(cx: Context, Form(typed): Form<Typed>) -> Answer {
    let unit = typed.unit.parse().ok();
    let act = async || -> Result<UnitId> {
        let unit: UnitId = typed.unit.parse().map_err(|_| invalid("book_unit", "Hãy chọn đơn vị."))?;
        let pattern = match typed.pattern.as_str() {
            "day" => format!("day:{}", typed.of_month.trim()),
            "week" => format!("week:{}", typed.weekday),
            nth => format!("{nth}:{}", typed.weekday),
        };
        let from = typed_day(&typed.from)?.unwrap_or(Date::of(cx.clock.now()));
        let rule = Rule {
            id: 0,
            unit,
            receiver: typed.receiver.clone(),
            place: typed.place.clone(),
            opens: seconds(&typed.opens)?,
            closes: seconds(&typed.closes)?,
            pattern,
            valid_from: from.0.into(),
            valid_to: None,
            remark: typed.remark.clone(),
            demo: false,
        };
        SetRule { rule }.run(&cx).await?;
        Ok(unit)
    };
    let done = act().await;
    after(&cx, unit, done).await
}

async fn end(cx: Context, Path(id): Path<i64>, Form(typed): Form<Typed>) -> Answer {
    let done = EndRule { on: Date::of(cx.clock.now()) }.run(&cx, id).await;
    after(&cx, typed.unit.parse().ok(), done).await
}

async fn except(cx: Context, Path(id): Path<i64>, Form(typed): Form<Typed>) -> Answer {
    let act = async || -> Result<UnitId> {
        let day = typed_day(&typed.day)?.ok_or_else(|| invalid("book_day", "Hãy chọn ngày tiếp."))?;
        let moved_to = typed_day(&typed.moved_to)?;
        Except { day, moved_to, reason: typed.reason.clone() }.run(&cx, id).await
    };
    let done = act().await;
    after(&cx, typed.unit.parse().ok(), done).await
}

/// The unit of a public page: one that announces days, else the place itself.
async fn announced(cx: &Context, desk: &Desk, wanted: &str) -> Result<(UnitId, Vec<Choice>)> {
    let with = store::units(&cx.db, &Sees::Public).await?;
    let unit = wanted.parse().ok().filter(|u| *u == desk.root || with.contains(u) || is_commune(desk, *u));
    let unit = unit.or(with.contains(&desk.root).then_some(desk.root)).or(with.first().copied());
    let unit = unit.unwrap_or(desk.root);
    let now = unit.to_string();
    let mut all = desk.communes(&now);
    let known: Vec<UnitId> = all.iter().filter_map(|c| c.value.parse().ok()).collect();
    let more = with.iter().copied().filter(|u| !known.contains(u) && *u != desk.root);
    let mut choices = vec![choose(&desk.root.to_string(), desk.name(desk.root), &now)];
    choices.extend(more.map(|u| choose(&u.to_string(), desk.name(u), &now)));
    choices.append(&mut all);
    Ok((unit, choices))
}

fn is_commune(desk: &Desk, unit: UnitId) -> bool {
    desk.map.on(unit, desk.today).is_some_and(|v| v.level == Level::Commune)
        && desk.map.is_within(unit, desk.root, desk.today)
}

async fn public(cx: Context, headers: HeaderMap, Query(typed): Query<Typed>) -> Answer {
    let desk = Desk::open(&cx)?;
    let (unit, units) = announced(&cx, &desk, &typed.unit).await?;
    let plan = Plan::of(&cx, unit, desk.today).await?;
    page(&PublicPage {
        page: cx.page(cx.t("book-days"))?,
        frame: Frame::of(&headers, "home"),
        name: desk.name(unit),
        rows: plan.shown(&cx),
        doubt: plan.doubt,
        units,
        unit,
    })
}

async fn file(cx: Context, Query(typed): Query<Typed>) -> Answer {
    let desk = Desk::open(&cx)?;
    let (unit, _) = announced(&cx, &desk, &typed.unit).await?;
    let plan = Plan::of(&cx, unit, desk.today).await?;
    let title = format!("{} – {}", cx.t("book-days-title"), desk.name(unit));
    let text = ics(&plan.rules, &plan.sittings, desk.now, &title, |sitting| {
        let rule = &plan.rules[sitting.rule];
        let why = plan.why(&cx, sitting);
        let about = [why, rule.remark.clone()].into_iter().filter(|t| !t.is_empty());
        Event {
            title: format!("{}: {}", cx.t("book-days-title"), rule.receiver),
            about: about.collect::<Vec<_>>().join("\n"),
            place: format!("{}, {}", rule.place, desk.name(unit)),
        }
    });
    let kind = (header::CONTENT_TYPE, "text/calendar; charset=utf-8");
    let name = (header::CONTENT_DISPOSITION, "attachment; filename=\"reception.ics\"");
    Ok(([kind, name], text).into_response())
}
