//! `GET /indicators/{code}`: one indicator of one unit: the figure, its line, its map, the units below, and
//! where it comes from.
//!
//! `unit`, `calendar`, `period`, `as_known` (a day or a moment) and `boundaries` (`now`, `then`) say what
//! is meant; the same address gives the same page as long as nothing is told anew, and with `as_known` for
//! ever.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Query};
use axum::routing::get;
use foundation::{Calendar, Instant, Period, Result, error::invalid};
use kit::http::page;
use kit::{Access, Context, Route, UnitId};
use serde::Deserialize;
use units::Level;
use web::{Answer, Page};

use super::chart::{self, Boundaries};
use super::table::{self, By, Order, Row, Standing};
use super::trust::{self, Past, Source, Trust};
use super::{Choice, Desk, Pager, calendar_name, calendars, moment_of, period_of, query};
use super::{follow, head, map};
use crate::definition::Indicator;
use crate::engine::{Asked, Span};
use crate::offers;
use crate::show::{self, Shown};
use kit::sheet::{Cell, Sheet};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/indicators/{code}", Access::Public, get(indicator)),
        Route::get("/indicators/{code}/export.csv", Access::Public, get(csv)),
        Route::get("/indicators/{code}/export.xlsx", Access::Public, get(xlsx)),
    ]
}

#[derive(Deserialize, Default)]
pub(super) struct Asking {
    pub(super) unit: Option<String>,
    calendar: Option<String>,
    period: Option<String>,
    as_known: Option<String>,
    boundaries: Option<String>,
    sort: Option<String>,
    page: Option<String>,
}

/// What an address means, once checked.
pub(super) struct Meant {
    pub(super) asked: Asked,
    pub(super) period: Period,
    pub(super) calendar: Calendar,
    pub(super) boundaries: Boundaries,
}

/// A heading of the table that sorts.
struct Head {
    label: String,
    href: String,
    sorted: Option<&'static str>,
    number: bool,
}

/// The last row: the whole.
struct Whole {
    name: String,
    value: Option<String>,
    before: Option<String>,
    target: Option<String>,
    cover: String,
}

#[derive(Template)]
#[template(path = "indicator.html")]
struct IndicatorPage {
    page: Page,
    code: String,
    pack: String,
    unit: UnitId,
    unit_name: String,
    figure: Shown,
    head_topic: Option<Arc<str>>,
    /// The topic that says when anything of the page was told.
    told: Option<(Arc<str>, String)>,
    head: String,
    as_known: String,
    boundaries: &'static str,
    units: Vec<Choice>,
    calendars: Vec<Choice>,
    periods: Vec<Choice>,
    chart: Option<(String, String)>,
    map: Option<String>,
    heads: Vec<Head>,
    rows: Vec<Row>,
    whole: Option<Whole>,
    pager: Pager,
    trust: Trust,
    sources: Vec<Source>,
    history: Vec<Past>,
    links: String,
    acts: Vec<kit::Link>,
}

/// Reads an address: the unit, the calendar and the period that are meant.
pub(super) async fn meant(
    desk: &Desk,
    indicator: &Indicator,
    unit: UnitId,
    asking: &Asking,
) -> Result<Meant> {
    let as_known: Option<Instant> =
        asking.as_known.as_deref().map(str::trim).filter(|t| !t.is_empty()).map(moment_of).transpose()?;
    let asked = desk.asked(unit, as_known);
    let period = period_of(asking.period.as_deref())?;
    let named = asking.calendar.as_deref().filter(|c| !c.is_empty()).map(Calendar::from_name).transpose()?;
    let calendar = named.or(period.map(|p| p.calendar)).unwrap_or(indicator.def.calendar);
    if !calendars(indicator).contains(&calendar) {
        let noun = calendar_name(indicator.def.calendar, foundation::Lang::Vi).to_lowercase();
        let why = format!("Chỉ tiêu này tính theo {noun}, không đổi sang kỳ đã chọn được.");
        return Err(invalid("calendar_unfit", why));
    }
    let period = match period.filter(|p| p.calendar == calendar) {
        Some(period) => period,
        None => {
            let (newest, _) = desk.engine.newest(indicator, &asked).await?;
            newest.coarser(calendar).unwrap_or(newest)
        }
    };
    Ok(Meant { asked, period, calendar, boundaries: Boundaries::parse(asking.boundaries.as_deref()) })
}

/// The units to choose from: the root and what lies directly below it, agencies that report included.
fn unit_choices(desk: &Desk, now: UnitId) -> Vec<Choice> {
    let now = now.to_string();
    let mut all = vec![desk.root];
    let below = desk.map.below(desk.root, Level::Commune, desk.today);
    // A country has thousands: its provinces are enough to go on from.
    match below.len() {
        0..=400 => all.extend(below.iter().map(|v| v.unit).filter(|u| *u != desk.root)),
        _ => all.extend(desk.map.children(desk.root, desk.today).iter().map(|v| v.unit)),
    }
    let mut choices: Vec<Choice> =
        all.iter().map(|u| Choice::new(u.to_string(), desk.name(*u), &now)).collect();
    if !choices.iter().any(|c| c.chosen)
        && let Ok(unit) = now.parse()
    {
        choices.push(Choice::new(now.clone(), desk.name(unit), &now));
    }
    choices
}

fn heads(cx: &Context, meant: &Meant, order: Order, link: &dyn Fn(&str) -> String) -> Vec<Head> {
    let columns = [
        (By::Name, cx.t("unit")),
        (By::Value, show::period_short(meant.period, cx.lang)),
        (By::Before, show::period_short(meant.period.previous(), cx.lang)),
        (By::Change, cx.t("change")),
    ];
    columns
        .into_iter()
        .map(|(by, label)| {
            let here = order.by == by;
            // The same heading again turns the order round.
            let next = Order { by, down: here && !order.down };
            Head {
                label,
                href: link(&next.code()),
                sorted: here.then_some(if order.down { "descending" } else { "ascending" }),
                number: by != By::Name,
            }
        })
        .collect()
}

async fn indicator(cx: Context, Path(code): Path<String>, Query(asking): Query<Asking>) -> Answer {
    let desk = Desk::open(&cx)?;
    let unit = desk.unit(asking.unit.as_deref())?;
    let indicator = desk.indicator(&cx, &code, unit)?;
    let meant = meant(&desk, indicator, unit, &asking).await?;
    let (asked, period, lang) = (meant.asked, meant.period, cx.lang);
    let d = indicator.def.decimals;
    let figure = head::figure(&desk, indicator, &meant).await?;
    let (head_topic, head) = head::live(&cx, &desk, indicator, &meant, &figure).await?;
    let told = match &head_topic {
        Some(_) => Some(follow::live(&cx, indicator, unit).await?),
        None => None,
    };
    let line = chart::draw(&cx, &desk, indicator, &asked, period, meant.boundaries).await?;
    let chart = line.map(|l| l.html().map(|html| (l.aside.clone(), html))).transpose()?;

    let as_known = asking.as_known.clone().unwrap_or_default().trim().to_owned();
    let (unit_text, period_text) = (unit.to_string(), period.code());
    let kept = [
        ("unit", unit_text.as_str()),
        ("calendar", meant.calendar.name()),
        ("period", period_text.as_str()),
        ("as_known", as_known.as_str()),
        ("boundaries", meant.boundaries.name()),
    ];
    let order = Order::parse(asking.sort.as_deref(), indicator);
    let mut standings = table::standings(&desk, indicator, period, &asked).await?;
    order.sort(&mut standings);
    let sort = order.code();
    let link = |sort: &str, number: &str| {
        let mut pairs = kept.to_vec();
        pairs.extend([("sort", sort), ("page", number)]);
        format!("{}#table", query(&pairs))
    };
    let number = asking.page.as_deref().and_then(|p| p.parse().ok()).unwrap_or(1);
    let pager = Pager::new(standings.len(), table::SIZE, number, &|n| link(&sort, &n.to_string()));
    let rows = table::rows(&desk, &cx.words, indicator, &standings, &pager, period, &asked).await?;
    let shown = Shown::of(&figure, &cx.words, lang);
    let whole = (!standings.is_empty()).then(|| Whole {
        name: desk.name(unit),
        value: shown.value.clone(),
        before: figure.previous.as_ref().map(|t| show::number(t.before, d, lang)),
        target: shown.target.clone(),
        cover: format!("{}/{}", shown.reported, shown.expected),
    });
    let packs = cx.house.get::<packs::Packs>()?;
    let newest = Period::containing(meant.calendar, desk.today);
    let value = shown.value.as_ref().map(|v| format!(": {v} {}, {}", shown.measure, shown.period));
    let title = format!("{}{}", indicator.def.name.get(lang), value.unwrap_or_default());
    let content = IndicatorPage {
        acts: cx.acts(&offers::figure(&indicator.code, unit, title)),
        page: cx.page(indicator.def.name.get(lang))?,
        code: indicator.code.clone(),
        pack: packs.get(&indicator.pack).map_or(indicator.pack.clone(), |p| p.name.get(lang).to_owned()),
        unit,
        unit_name: desk.name(unit),
        head_topic,
        told,
        head,
        boundaries: meant.boundaries.name(),
        units: unit_choices(&desk, unit),
        calendars: calendars(indicator)
            .into_iter()
            .map(|c| Choice::new(c.name(), calendar_name(c, lang), meant.calendar.name()))
            .collect(),
        periods: period_choices(newest, period, lang),
        chart,
        map: map::section(&cx, &desk, indicator, &meant, &query(&kept)).await?,
        heads: heads(&cx, &meant, order, &|sort| link(sort, "")),
        rows,
        whole,
        pager,
        trust: trust::trust(&cx, &desk, indicator, &figure, &asked).await?,
        sources: trust::sources(&cx, &desk, indicator, period, &asked).await?,
        history: trust::history(&cx, &desk, indicator, period, &asked).await?,
        links: query(&kept),
        figure: shown,
        as_known,
    };
    page(&content)
}

/// The periods to choose from: the last ones, and the chosen one if it is older.
pub(super) fn period_choices(newest: Period, now: Period, lang: foundation::Lang) -> Vec<Choice> {
    let code = now.code();
    let mut choices: Vec<Choice> = Span::ending(newest, chart::length(newest.calendar))
        .periods()
        .map(|p| Choice::new(p.code(), show::period(p, lang), &code))
        .collect();
    choices.reverse();
    if !choices.iter().any(|c| c.chosen) {
        choices.push(Choice::new(code.clone(), show::period(now, lang), &code));
    }
    choices
}

/// The history of the unit and of the units below it: a row per period, a column per unit.
async fn sheet(cx: &Context, code: &str, asking: &Asking) -> Result<Sheet> {
    let desk = Desk::open(cx)?;
    let unit = desk.unit(asking.unit.as_deref())?;
    let indicator = desk.indicator(cx, code, unit)?;
    let meant = meant(&desk, indicator, unit, asking).await?;
    let span = Span::ending(meant.period, chart::length(meant.calendar));
    let day = meant.period.last_day().min(desk.today);
    let mut units = vec![unit];
    units.extend(desk.engine.parts_of(indicator, unit, day));
    let d = indicator.def.decimals;
    let mut heads = vec![cx.t("unit"), cx.t("unit-code"), cx.t("measure")];
    heads.extend(span.periods().map(|p| p.code()));
    let mut rows = Vec::with_capacity(units.len());
    for unit in units {
        let asked = Asked { unit, ..meant.asked };
        let points = chart::points(&desk, indicator, span, &asked, meant.boundaries).await?;
        let code = desk.map.nearest(unit, desk.today).map(|v| v.code.clone()).unwrap_or_default();
        let mut row: Vec<Cell> =
            vec![desk.name(unit).into(), code.into(), indicator.def.unit.get(cx.lang).into()];
        row.extend(points.iter().map(|p| Cell::figure(p.value.map(|v| indicator.rounded(v)), d)));
        rows.push(row);
    }
    Ok(Sheet { name: format!("{}-{}", indicator.code, meant.period.code()), heads, rows })
}

async fn csv(cx: Context, Path(code): Path<String>, Query(asking): Query<Asking>) -> Answer {
    Ok(sheet(&cx, &code, &asking).await?.csv()?)
}

async fn xlsx(cx: Context, Path(code): Path<String>, Query(asking): Query<Asking>) -> Answer {
    Ok(sheet(&cx, &code, &asking).await?.xlsx()?)
}

/// The rows of a ranking as a table to take away.
pub(super) fn ranking_sheet(
    cx: &Context,
    desk: &Desk,
    indicator: &Indicator,
    rows: &[Standing],
    name: String,
) -> Sheet {
    let d = indicator.def.decimals;
    let heads = ["rank", "unit", "unit-code", "value", "before", "change", "target", "measure", "state"];
    let ranked = |i: usize, s: &Standing| match s.value {
        Some(_) => Cell::Number((i + 1) as f64, 0),
        None => Cell::Empty,
    };
    let rows = rows
        .iter()
        .enumerate()
        .map(|(i, s)| {
            let code = desk.map.nearest(s.unit, desk.today).map(|v| v.code.clone()).unwrap_or_default();
            vec![
                ranked(i, s),
                s.name.clone().into(),
                code.into(),
                Cell::figure(s.value, d),
                Cell::figure(s.before, d),
                Cell::figure(s.change().map(|c| indicator.rounded(c)), d),
                Cell::figure(s.target, d),
                indicator.def.unit.get(cx.lang).into(),
                show::state(s.state, &cx.words, cx.lang).into(),
            ]
        })
        .collect();
    Sheet { name, heads: heads.into_iter().map(|h| cx.t(h)).collect(), rows }
}
