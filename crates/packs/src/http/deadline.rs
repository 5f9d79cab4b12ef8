//! `/deadline`, «Tính hạn»: when a time limit runs out, with every day on the way. The address says
//! everything that was asked, so it can be sent to somebody else.

use askama::Template;
use axum::extract::Query;
use foundation::working::MOST_DAYS;
use foundation::{Date, Instant, Lang, Result, TimeOfDay, error::invalid};
use http::StatusCode;
use kit::Context;
use serde::Deserialize;
use web::{Answer, Page};

use super::calendar_api::named;
use super::written;
use crate::calendars::deadline::{Deadline, Limit, Line, What, day_of_end};
use crate::calendars::{Calendars, Named};

/// The years that the form takes.
const YEARS: std::ops::RangeInclusive<i32> = 1990..=2199;

#[derive(Template)]
#[template(path = "deadline.html")]
struct DeadlinePage {
    page: Page,
    asked: Asked,
    /// Whether browsers may show their own picker: they would drop what is no date or time.
    pickers: (bool, bool),
    calendars: Vec<(String, String, bool)>,
    wrong: Wrong,
    found: Option<Found>,
}

/// What was typed, as it was typed.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Asked {
    date: String,
    time: String,
    amount: String,
    kind: String,
    calendar: String,
}

/// The fault of each field.
#[derive(Default)]
struct Wrong {
    date: Option<String>,
    time: Option<String>,
    amount: Option<String>,
    calendar: Option<String>,
}

struct Found {
    due: String,
    said: String,
    warnings: Vec<String>,
    steps: Option<Vec<Step>>,
    days: bool,
    special: Vec<(String, String, String)>,
    known: String,
}

struct Step {
    day: String,
    span: String,
    counted: String,
    total: String,
    /// Why nothing is counted, when that is so.
    why: Option<String>,
}

/// A day with its weekday.
fn long(date: Date, lang: Lang) -> String {
    match lang {
        Lang::Vi => date.long_vi(),
        Lang::En => date.long_en(),
    }
}

/// The time of day at which a span ends, on the date that it ends: 24:00, not 00:00 of the next day.
fn end_time(at: Instant) -> String {
    match TimeOfDay::of(at) {
        TimeOfDay(0) => TimeOfDay::END.show(),
        time => time.show(),
    }
}

/// «3 giờ 30 phút».
fn spell(cx: &Context, micros: i64) -> String {
    let minutes = micros / 60_000_000;
    let say = |key: &str, n: i64| cx.words.say(cx.lang, key, &[("n", n.to_string().into())]);
    match (minutes / 60, minutes % 60) {
        (0, minutes) => say("packs-due-minutes", minutes),
        (hours, 0) => say("packs-due-hours", hours),
        (hours, minutes) => {
            format!("{} {}", say("packs-due-hours", hours), say("packs-due-minutes", minutes))
        }
    }
}

fn step(cx: &Context, named: &Named, line: &Line) -> Step {
    let mut step = Step {
        day: long(line.date, cx.lang),
        span: String::new(),
        counted: String::new(),
        total: String::new(),
        why: None,
    };
    let name = named.day_name(line.date).map(|name| name.get(cx.lang).to_owned());
    match line.what {
        What::Time { from, to, micros, so_far } => {
            step.span = format!("{}–{}", TimeOfDay::of(from).show(), end_time(to));
            step.counted = spell(cx, micros);
            step.total = spell(cx, so_far);
        }
        What::Day(nth) => {
            let hours = named.calendar.hours(line.date).spans();
            let spans = hours.iter().map(|(from, to)| format!("{}–{}", from.show(), to.show()));
            step.span = spans.collect::<Vec<_>>().join(", ");
            step.counted = super::say_count(cx, "packs-due-days", 1);
            step.total = super::say_count(cx, "packs-due-days", nth.unsigned_abs().into());
        }
        What::First => step.why = Some(cx.t("packs-due-first-day")),
        What::Nothing(why) => {
            let word = cx.t(&format!("packs-due-why-{}", why.name()));
            step.why = Some(name.clone().map_or(word.clone(), |name| format!("{word}: {name}")));
        }
    }
    if let (Some(name), None) = (name, &step.why) {
        step.day = format!("{} · {name}", step.day);
    }
    step
}

impl Asked {
    fn limit(&self) -> Result<Limit> {
        match self.kind.as_str() {
            "days" => Limit::days(&self.amount),
            "minutes" => Limit::minutes(&self.amount),
            _ => Limit::hours(&self.amount),
        }
    }

    /// What is left out is what somebody asks most: from now on, eight hours, the first calendar.
    fn completed(mut self, now: Instant, calendars: &[std::sync::Arc<Named>]) -> Asked {
        let fill = |field: &mut String, with: String| {
            if field.trim().is_empty() {
                *field = with;
            }
        };
        let first_visit = [&self.date, &self.time, &self.amount].iter().all(|t| t.trim().is_empty());
        if first_visit {
            fill(&mut self.date, Date::of(now).iso());
            fill(&mut self.time, TimeOfDay::of(now).show());
            fill(&mut self.amount, if self.kind == "days" { "5".into() } else { "8".into() });
        }
        fill(&mut self.kind, "hours".into());
        fill(&mut self.calendar, calendars.first().map_or_else(String::new, |c| c.id.clone()));
        self
    }
}

fn date_of(text: &str) -> Result<Date> {
    let date = Date::parse(text)?;
    if !YEARS.contains(&date.year()) {
        let why = format!("Năm {} nằm ngoài khoảng {}–{}.", date.year(), YEARS.start(), YEARS.end());
        return Err(invalid("date_out_of_range", why));
    }
    Ok(date)
}

/// The value, or its fault told beside the field.
fn take<T>(read: Result<T>, wrong: &mut Option<String>) -> Option<T> {
    read.map_err(|e| *wrong = Some(e.message().to_owned())).ok()
}

/// `GET /deadline?date=&time=&amount=&kind=hours|days|minutes&calendar=`
pub(super) async fn show(cx: Context, Query(asked): Query<Asked>) -> Answer {
    let calendars = cx.house.get::<Calendars>()?;
    let all = calendars.all();
    let asked = asked.completed(cx.clock.now(), &all);
    let mut wrong = Wrong::default();
    let date = take(date_of(&asked.date), &mut wrong.date);
    let time = take(TimeOfDay::parse(&asked.time), &mut wrong.time);
    let limit = take(asked.limit(), &mut wrong.amount);
    let chosen = take(named(&calendars, asked.calendar.trim()), &mut wrong.calendar);
    let mut found = None;
    if let (Some(date), Some(time), Some(limit), Some(named)) = (date, time, limit, &chosen) {
        let deadline = take(Deadline::of(named, date.at(time), limit), &mut wrong.amount);
        found = deadline.map(|deadline| tell(&cx, named, &deadline, limit, &asked));
    }
    let status = if found.is_some() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let option = |c: &std::sync::Arc<Named>| {
        (c.id.clone(), c.name.get(cx.lang).to_owned(), chosen.as_ref().is_some_and(|n| n.id == c.id))
    };
    let picker = |text: &str, shape: &str| {
        text.len() == shape.len()
            && text.bytes().zip(shape.bytes()).all(|(t, s)| match s {
                b'0' => t.is_ascii_digit(),
                _ => t == s,
            })
    };
    let mut answer = kit::http::page(&DeadlinePage {
        page: cx.page(cx.t("packs-due-title"))?,
        pickers: (
            date.is_some() && picker(&asked.date, "0000-00-00"),
            time.is_some() && picker(&asked.time, "00:00") && !asked.time.starts_with("24"),
        ),
        calendars: all.iter().map(option).collect(),
        asked,
        wrong,
        found,
    })?;
    *answer.status_mut() = status;
    Ok(answer)
}

fn tell(cx: &Context, named: &Named, deadline: &Deadline, limit: Limit, asked: &Asked) -> Found {
    let due = format!("{}, {}", end_time(deadline.at), long(day_of_end(deadline.at), cx.lang));
    let first = Date::of(deadline.from);
    let last = deadline.last_day();
    let begins = format!("{}, {}", TimeOfDay::of(deadline.from).show(), long(first, cx.lang));
    let length = match limit {
        Limit::Micros(micros) if asked.kind != "minutes" => spell(cx, micros),
        Limit::Micros(micros) => {
            cx.words.say(cx.lang, "packs-due-minutes", &[("n", (micros / 60_000_000).to_string().into())])
        }
        Limit::Days(days) => super::say_count(cx, "packs-due-working-days", days.unsigned_abs().into()),
    };
    let name = named.name.get(cx.lang).to_owned();
    let args = [("length", length.into()), ("from", begins.into()), ("calendar", name.into())];
    let on = |key: &str, date: Date| cx.words.say(cx.lang, key, &[("date", written(date, cx.lang).into())]);
    let mut warnings = Vec::new();
    if last > named.known_until {
        warnings.push(on("packs-due-unknown-after", named.known_until));
    }
    if first < named.known_from {
        warnings.push(on("packs-due-unknown-before", named.known_from));
    }
    if !deadline.verified(named) {
        warnings.push(cx.t("packs-due-unverified"));
    }
    if deadline.lines.is_none() {
        let most = [("n", MOST_DAYS.to_string().into())];
        warnings.push(cx.words.say(cx.lang, "packs-due-too-long", &most));
    }
    let special = named.special_days(first, last).take(MOST_DAYS as usize).map(|(date, name)| {
        let hours = named.calendar.hours(date).spans();
        let spans: Vec<String> = hours.iter().map(|(a, b)| format!("{}–{}", a.show(), b.show())).collect();
        let hours = if spans.is_empty() { cx.t("packs-due-off") } else { spans.join(", ") };
        (long(date, cx.lang), name.get(cx.lang).to_owned(), hours)
    });
    Found {
        due,
        said: cx.words.say(cx.lang, "packs-due-said", &args),
        warnings,
        steps: deadline.lines.as_ref().map(|all| all.iter().map(|line| step(cx, named, line)).collect()),
        days: matches!(limit, Limit::Days(_)),
        special: special.collect(),
        known: match named.is_always() {
            true => cx.t("packs-due-needs-none"),
            false => on("packs-due-known-until", named.known_until),
        },
    }
}
