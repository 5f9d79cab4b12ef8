//! `GET /targets/history`: everything that was told of one target, of its year and of the months, quarters
//! and other periods in it; `POST /targets/restore` sets an earlier value again, or takes the target back.
//! Both are new tellings by the same action: nothing is deleted.

use askama::Template;
use axum::extract::{Form, Query};
use axum::routing::{get, post};
use foundation::{Period, Result, error::forbidden, error::invalid, error::not_found};
use kit::http::{page, redirect_with};
use kit::{Context, Route, UnitId};
use serde::Deserialize;
use web::{Answer, Page};

use super::targets_page::{People, SETS, done};
use super::targets_table::{year_for, year_of};
use super::{Desk, query};
use crate::actions::set_targets::{LONGEST_ACT, Row, SetTargets};
use crate::definition::Indicator;
use crate::engine::Span;
use crate::engine::targets::{ToldTarget, Whose, history, within};
use crate::show;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/targets/history", SETS, get(shown)),
        Route::post("/targets/restore", SETS, post(restore)),
    ]
}

#[derive(Deserialize)]
struct Asking {
    #[serde(default)]
    indicator: String,
    #[serde(default)]
    unit: String,
    #[serde(default)]
    year: String,
}

/// A telling.
struct Step {
    revision: i32,
    value: Option<String>,
    decision: String,
    who: String,
    when: String,
    demo: bool,
    /// Whether it holds now.
    now: bool,
    /// Whether its value can be set again: it has one, and another holds.
    back: bool,
}

/// A period with its tellings, the newest first.
struct Part {
    period: String,
    code: String,
    newest: i32,
    /// Whether a target holds that can be taken back.
    holds: bool,
    steps: Vec<Step>,
}

#[derive(Template)]
#[template(path = "targets_history.html")]
struct HistoryPage {
    page: Page,
    code: String,
    name: String,
    unit: UnitId,
    place: String,
    measure: String,
    year: i32,
    usual: Option<String>,
    parts: Vec<Part>,
    back: String,
}

impl HistoryPage {
    /// What is read out for the button that sets a value again.
    fn restores(&self, step: &Step) -> String {
        let value = step.value.as_deref().unwrap_or_default();
        self.page.t2("targets-restore-of", ("value", value), ("act", &step.decision))
    }
}

/// The target that is asked about, if its history is the reader's to see and change.
fn asked<'a>(cx: &Context, desk: &'a Desk, code: &str, unit: &str) -> Result<(&'a Indicator, UnitId)> {
    let unit = desk.unit(Some(unit))?;
    let indicator = desk.indicator(cx, code.trim(), unit)?;
    if !cx.scope.sets_targets(unit, &indicator.pack) {
        let name = desk.name(unit);
        let why = format!("Bạn chưa được quyền giao chỉ tiêu lĩnh vực này cho {name}.");
        return Err(forbidden("outside_scope", why));
    }
    Ok((indicator, unit))
}

async fn shown(cx: Context, Query(asking): Query<Asking>) -> Answer {
    let desk = Desk::open(&cx)?;
    let (indicator, unit) = asked(&cx, &desk, &asking.indicator, &asking.unit)?;
    let year = year_of(&desk, &asking.year)?;
    let text = |value: f64| show::number(value, indicator.def.decimals, cx.lang);
    let mut parts: Vec<Part> = Vec::new();
    if let Some(period) = year_for(indicator, year)? {
        // The year stands first, whatever the codes of the calendars are.
        let mut spans = within(period);
        spans.sort_by_key(|span| span.calendar != period.calendar);
        let told = history(desk.engine.db(), Whose::One(indicator.id, unit), &spans).await?;
        let people = People::of(&cx, told.iter()).await?;
        for told in &told {
            let when = told.when()?;
            let code = when.code();
            if parts.last().is_none_or(|p| p.code != code) {
                let (period, newest, holds) =
                    (show::period(when, cx.lang), told.revision, told.value.is_some());
                parts.push(Part { period, code, newest, holds, steps: Vec::new() });
            }
            let Some(part) = parts.last_mut() else { continue };
            let value = told.value.map(text);
            let now = part.steps.first().map(|first| first.value.clone());
            part.steps.push(Step {
                revision: told.revision,
                decision: told.decision.clone(),
                who: people.name(told).to_owned(),
                when: show::moment(told.known_at, cx.lang),
                demo: told.demo,
                back: value.is_some() && now.as_ref().is_some_and(|now| *now != value),
                now: now.is_none() && value.is_some(),
                value,
            });
        }
    }
    let (unit_text, year_text) = (unit.to_string(), year.to_string());
    let content = HistoryPage {
        page: cx.page(cx.t("targets-history-title"))?,
        name: indicator.def.name.get(cx.lang).to_owned(),
        place: desk.name(unit),
        measure: indicator.def.unit.get(cx.lang).to_owned(),
        usual: indicator.def.target.as_ref().map(|t| text(t.value)),
        back: query(&[
            ("pack", &indicator.pack),
            ("by", "indicator"),
            ("indicator", &indicator.code),
            ("unit", &unit_text),
            ("year", &year_text),
        ]),
        code: indicator.code.clone(),
        unit,
        year,
        parts,
    };
    page(&content)
}

#[derive(Deserialize)]
struct Restoring {
    indicator: String,
    unit: String,
    period: String,
    /// The telling whose value is set again; 0 takes the target back.
    revision: i32,
    /// The newest telling when the page was made.
    newest: i32,
}

/// «Khôi phục: Quyết định 7/QĐ-UBND», never longer than an act may be, and said once however often.
fn act(word: &str, of: &ToldTarget) -> String {
    let name = ["Khôi phục: ", "Thu lại: "].iter().find_map(|w| of.decision.strip_prefix(w));
    format!("{word}{}", name.unwrap_or(&of.decision)).chars().take(LONGEST_ACT).collect()
}

async fn restore(cx: Context, Form(sent): Form<Restoring>) -> Answer {
    let desk = Desk::open(&cx)?;
    let (indicator, unit) = asked(&cx, &desk, &sent.indicator, &sent.unit)?;
    let period = Period::from_code(sent.period.trim())?;
    let told = history(desk.engine.db(), Whose::One(indicator.id, unit), &[Span::of(period)]).await?;
    let newest = told
        .first()
        .ok_or_else(|| not_found("target_not_found", "Chưa có chỉ tiêu nào được giao cho kỳ này."))?;
    let (unit_text, year) = (unit.to_string(), period.year().to_string());
    let of = [("indicator", indicator.code.as_str()), ("unit", &unit_text), ("year", &year)];
    let here = format!("/targets/history{}", query(&of));
    if newest.revision != sent.newest {
        return redirect_with(&here, &cx.t("targets-moved"));
    }
    let (value, decision) = match sent.revision {
        0 => (None, act("Thu lại: ", newest)),
        revision => {
            let earlier = told.iter().find(|t| t.revision == revision && t.value.is_some());
            let earlier = earlier
                .ok_or_else(|| invalid("revision_unknown", "Không có lần giao này. Hãy tải lại trang."))?;
            (earlier.value, act("Khôi phục: ", earlier))
        }
    };
    let row =
        Row { indicator: indicator.code.clone(), unit: unit_text.clone(), period: period.code(), value };
    let outcome = SetTargets { decision, rows: vec![row] }.run(&cx, desk.root).await?;
    let notice = outcome.faults.first().map_or_else(|| done(&cx, &outcome), |f| f.message.clone());
    redirect_with(&here, &notice)
}
