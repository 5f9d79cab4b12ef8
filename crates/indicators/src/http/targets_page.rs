//! `GET` and `POST /targets`: targets of a year, for every unit of one indicator or every indicator of one
//! unit. Only boxes with something in them are sent on, all by one act; a single fault writes nothing and
//! every box keeps what was typed.

use std::collections::{BTreeMap, HashMap};

use askama::Template;
use axum::extract::{DefaultBodyLimit, Form, Query};
use axum::routing::{get, post};
use foundation::Result;
use foundation::number::{self, NumberStyle};
use http::StatusCode;
use kit::http::{page, redirect_with};
use kit::{Access, Context, Permission, Route};
use web::{Answer, Page};

use super::targets_table::{Asking, Row, Table, read};
use super::{Choice, Desk, Pager, targets_file, targets_history};
use crate::actions::set_targets::{self, LONGEST_ACT, Outcome, SetTargets};
use crate::engine::targets::ToldTarget;
use crate::show;

/// Who may see any of these pages.
pub(super) const SETS: Access = Access::Needs(Permission::SetTargets);

pub(super) fn routes() -> Vec<Route> {
    let save = post(save).layer(DefaultBodyLimit::max(1024 * 1024));
    let mut all = vec![Route::get("/targets", SETS, get(table)), Route::post("/targets", SETS, save)];
    all.extend(targets_history::routes());
    all.extend(targets_file::routes());
    all
}

/// A row as the page shows it.
struct Shown {
    key: String,
    name: String,
    href: String,
    measure: String,
    decimals: u8,
    min: Option<f64>,
    max: Option<f64>,
    last: Option<String>,
    /// How much of the year before was reported, where not all.
    partial: String,
    now: Option<String>,
    /// The act, who and when; for the default of the definition, that it is.
    by: String,
    demo: bool,
    history: String,
    typed: String,
    fault: Option<String>,
}

#[derive(Template)]
#[template(path = "targets.html")]
struct TargetsPage {
    page: Page,
    packs: Vec<Choice>,
    modes: Vec<Choice>,
    indicators: Vec<Choice>,
    units: Vec<Choice>,
    years: Vec<Choice>,
    by_unit: bool,
    /// What the table is of, and its unit of measure where all rows share one.
    of: String,
    measure: String,
    year: i32,
    number: usize,
    rows: Vec<Shown>,
    pager: Pager,
    link: String,
    decision: String,
    longest: usize,
    act_fault: Option<String>,
    /// What is wrong beyond the boxes of this page.
    faults: Vec<String>,
    wrong: usize,
}

/// What was sent and what is wrong with it.
#[derive(Default)]
struct Sent {
    decision: String,
    boxes: BTreeMap<String, String>,
    at: HashMap<String, String>,
    act_fault: Option<String>,
    faults: Vec<String>,
}

/// The names of whoever set these targets.
pub(super) struct People(HashMap<String, String>);

impl People {
    /// Looks every one of them up once.
    pub(super) async fn of<'t>(cx: &Context, told: impl Iterator<Item = &'t ToldTarget>) -> Result<People> {
        let mut names = HashMap::new();
        for actor in told.map(|t| &t.actor) {
            if names.contains_key(actor) {
                continue;
            }
            let kind = actor.split(':').next().unwrap_or_default();
            let known = cx.house.name_of(actor).await?;
            let other = match kind {
                "account" => "targets-who-account",
                "key" => "targets-who-key",
                _ => "targets-who-program",
            };
            names.insert(actor.clone(), known.unwrap_or_else(|| cx.t(other)));
        }
        Ok(People(names))
    }

    /// The name of whoever told this.
    pub(super) fn name(&self, told: &ToldTarget) -> &str {
        self.0.get(&told.actor).map_or("", String::as_str)
    }
}

/// What stands in a box: `None` for nothing, else the value to be set; not a number for what cannot be read.
pub(super) fn wanted(text: &str, style: NumberStyle) -> Option<Option<f64>> {
    match text.trim() {
        "" => None,
        "-" | "−" | "–" | "—" => Some(None),
        text => Some(Some(number::parse_number(text, style).unwrap_or(f64::NAN))),
    }
}

fn shown(cx: &Context, desk: &Desk, table: &Table, row: &Row, people: &People, sent: &Sent) -> Shown {
    let (indicator, lang) = (row.indicator, cx.lang);
    let (decimals, key) = (indicator.def.decimals, row.key());
    let text = |value: f64| show::number(value, decimals, lang);
    let usual = indicator.def.target.as_ref().map(|t| t.value);
    let (now, by) = match (row.holds(), usual) {
        (Some((told, value)), _) => {
            let at = show::moment(told.known_at, lang);
            (Some(text(value)), format!("{} · {} · {at}", told.decision, people.name(told)))
        }
        (None, Some(usual)) => (Some(text(usual)), cx.t("targets-default")),
        (None, None) => (None, String::new()),
    };
    let title = indicator.def.name.get(lang).to_owned();
    let year = table.year.to_string();
    let unit = row.unit.to_string();
    let of = [("indicator", indicator.code.as_str()), ("unit", &unit), ("year", &year)];
    Shown {
        name: if table.by_unit { title } else { desk.name(row.unit) },
        href: format!("/indicators/{}?unit={unit}", indicator.code),
        measure: indicator.def.unit.get(lang).to_owned(),
        decimals,
        min: indicator.def.range.min,
        max: indicator.def.range.max,
        last: row.last.map(|last| text(last.value)),
        partial: row.last.filter(|last| last.reported < last.expected).map_or_else(String::new, |last| {
            let n = |n: u32| show::number(f64::from(n), 0, lang);
            let args = [("reported", n(last.reported).into()), ("expected", n(last.expected).into())];
            cx.words.say(lang, "targets-partial", &args)
        }),
        now,
        by,
        demo: row.holds().is_some_and(|(told, _)| told.demo),
        history: row.told.as_ref().map_or_else(String::new, |_| super::query(&of)),
        typed: sent.boxes.get(&key).cloned().unwrap_or_default(),
        fault: sent.at.get(&key).cloned(),
        key,
    }
}

async fn draw(cx: &Context, desk: &Desk, table: &Table<'_>, sent: Sent) -> Result<TargetsPage> {
    let people = People::of(cx, table.rows.iter().filter_map(|r| r.told.as_ref())).await?;
    let choice = |value: &str, label: &str, now: &str| Choice::new(value, label, now);
    let code = table.indicator.map_or("", |i| i.code.as_str());
    let unit = table.unit.map(|u| u.to_string()).unwrap_or_default();
    let name = |i: &crate::definition::Indicator| i.def.name.get(cx.lang).to_owned();
    let by = if table.by_unit { "unit" } else { "indicator" };
    let now = desk.today.year();
    let mut years: Vec<i32> = (now - 4..=now + 2).rev().collect();
    if !years.contains(&table.year) {
        years.push(table.year);
    }
    let of = match (table.by_unit, table.unit, table.indicator) {
        (true, Some(unit), _) => desk.name(unit),
        (false, _, Some(indicator)) => name(indicator),
        _ => String::new(),
    };
    let measure = table.indicator.filter(|_| !table.by_unit).map(|i| i.def.unit.get(cx.lang).to_owned());
    Ok(TargetsPage {
        page: cx.page(cx.t("targets-title"))?,
        packs: table.packs.iter().map(|p| choice(&p.0, &p.1, &table.pack)).collect(),
        modes: ["indicator", "unit"]
            .map(|mode| choice(mode, &cx.t(&format!("targets-by-{mode}")), by))
            .into(),
        indicators: table.indicators.iter().map(|i| choice(&i.code, &name(i), code)).collect(),
        units: table.units.iter().map(|u| choice(&u.to_string(), &desk.name(*u), &unit)).collect(),
        years: years.iter().map(|y| y.to_string()).map(|y| choice(&y, &y, &table.year.to_string())).collect(),
        by_unit: table.by_unit,
        of,
        measure: measure.unwrap_or_default(),
        year: table.year,
        number: table.number,
        rows: table.rows.iter().map(|row| shown(cx, desk, table, row, &people, &sent)).collect(),
        pager: Pager::new(table.pager.total, super::targets_table::SIZE, table.number, &|n| table.link(n)),
        link: table.link(table.number),
        longest: LONGEST_ACT,
        wrong: sent.at.len(),
        decision: sent.decision,
        act_fault: sent.act_fault,
        faults: sent.faults,
    })
}

async fn table(cx: Context, Query(asking): Query<Asking>) -> Answer {
    let desk = Desk::open(&cx)?;
    let table = read(&cx, &desk, &asking).await?;
    page(&draw(&cx, &desk, &table, Sent::default()).await?)
}

/// The boxes with something in them as rows to be set, with their names. A box that the page does not show
/// is a row too: whether it may be set is said by the action, not by the page.
fn rows(
    desk: &Desk,
    table: &Table,
    boxes: &BTreeMap<String, String>,
) -> (Vec<set_targets::Row>, Vec<String>) {
    let shown: HashMap<String, &Row> = table.rows.iter().map(|row| (row.key(), row)).collect();
    let (mut rows, mut names) = (Vec::new(), Vec::new());
    // In the order of the table, so that the first fault is the first that is seen.
    let order = table.rows.iter().map(Row::key);
    let others = boxes.keys().filter(|key| !shown.contains_key(*key)).cloned();
    for key in order.chain(others) {
        let Some(value) = boxes.get(&key).and_then(|text| wanted(text, NumberStyle::Vi)) else { continue };
        let mut parts = key.split('.').skip(1);
        let (id, unit) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        let indicator = id.parse().ok().and_then(|id| desk.catalogue.get(id));
        let year = shown.get(&key).map(|row| row.year.code());
        rows.push(set_targets::Row {
            indicator: indicator.map_or_else(|| id.to_owned(), |i| i.code.clone()),
            unit: unit.to_owned(),
            period: year.unwrap_or_else(|| table.year.to_string()),
            value,
        });
        names.push(key);
    }
    (rows, names)
}

/// «Đã giao 3 chỉ tiêu; 1 giữ nguyên như cũ.»
pub(super) fn done(cx: &Context, outcome: &Outcome) -> String {
    let n = |n: u64| n.to_string();
    let args = [("changed", n(outcome.changed).into()), ("unchanged", n(outcome.unchanged).into())];
    cx.words.say(cx.lang, if outcome.unchanged == 0 { "targets-set" } else { "targets-set-some" }, &args)
}

/// Why a number cannot be read, where that is the fault.
pub(super) fn unreadable(code: &str, text: &str, style: NumberStyle) -> Option<String> {
    let why = number::parse_number(text.trim(), style).err().filter(|_| code == "number_unreadable")?;
    Some(why.message().to_owned())
}

async fn save(cx: Context, Form(fields): Form<Vec<(String, String)>>) -> Answer {
    let mut fields: BTreeMap<String, String> = fields.into_iter().collect();
    let mut take = |name: &str| fields.remove(name).unwrap_or_default();
    let asking = Asking {
        pack: take("pack"),
        by: take("by"),
        indicator: take("indicator"),
        unit: take("unit"),
        year: take("year"),
        page: take("page"),
    };
    let decision = take("decision");
    fields.retain(|name, text| name.starts_with("v.") && !text.trim().is_empty());
    let desk = Desk::open(&cx)?;
    let table = read(&cx, &desk, &asking).await?;
    let (rows, names) = rows(&desk, &table, &fields);
    let mut sent = Sent { decision: decision.clone(), boxes: fields, ..Sent::default() };
    if rows.is_empty() {
        sent.faults.push(cx.t("targets-nothing"));
        return refused(draw(&cx, &desk, &table, sent).await?);
    }
    let told: Vec<String> = rows.iter().map(|row| format!("{} · {}", row.indicator, row.unit)).collect();
    let outcome = match (SetTargets { decision, rows }).run(&cx, desk.root).await {
        Ok(outcome) if outcome.faults.is_empty() => {
            return redirect_with(&format!("/targets{}", table.link(table.number)), &done(&cx, &outcome));
        }
        Ok(outcome) => outcome,
        Err(e) if e.code() == "decision_unfit" => {
            sent.act_fault = Some(e.message().to_owned());
            return refused(draw(&cx, &desk, &table, sent).await?);
        }
        Err(e) => return Err(e.into()),
    };
    let on_page: Vec<String> = table.rows.iter().map(Row::key).collect();
    for fault in &outcome.faults {
        let Some(name) = names.get(fault.row) else { continue };
        let text = sent.boxes.get(name).map_or("", String::as_str);
        let message = unreadable(fault.code, text, NumberStyle::Vi).unwrap_or_else(|| fault.message.clone());
        let why = format!("{message} {}", fault.remedy);
        match on_page.contains(name) {
            true => drop(sent.at.insert(name.clone(), why)),
            false => sent.faults.push(format!("{}: {why}", told[fault.row])),
        }
    }
    refused(draw(&cx, &desk, &table, sent).await?)
}

fn refused(content: TargetsPage) -> Answer {
    let mut response = page(&content)?;
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(response)
}

impl TargetsPage {
    /// What is read out for a box.
    fn label(&self, row: &Shown) -> String {
        self.page.t2("targets-box", ("name", &row.name), ("year", &self.year.to_string()))
    }
}
