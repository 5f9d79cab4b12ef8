//! The figure at the head of the page of an indicator. It is a live fragment: who looks at the page sees the
//! next value without asking. What was known at an earlier moment does not change and is not live.

use std::sync::Arc;

use askama::Template;
use foundation::{Calendar, Period, Result, error::internal, error::not_found};
use futures_util::future::BoxFuture;
use kit::{Context, Figure, House, State, UnitId};
use web::live::{Fragment, Key, Renderer};

use super::chart::{self, Boundaries};
use super::indicator::Meant;
use super::{Desk, calendars};
use crate::definition::{Indicator, OverTime};
use crate::show::{self, Shown};
use crate::tiles::depends;

/// The first part of the topics.
const PREFIX: &str = "figure";

#[derive(Template)]
#[template(path = "indicator_head.html")]
struct Head<'a> {
    figure: Shown,
    gap: Option<show::Change>,
    to_date: Option<String>,
    cx: &'a Context,
}

impl Head<'_> {
    fn t(&self, key: &str) -> String {
        self.cx.t(key)
    }
}

/// The figure that a page is about; before its time a unit has none in the boundaries of then.
pub(super) async fn figure(desk: &Desk, indicator: &Indicator, meant: &Meant) -> Result<Figure> {
    let figure = desk.engine.figure(indicator, Some(meant.period), &meant.asked).await?;
    Ok(match hidden(desk, meant) {
        true => Figure { value: None, state: State::None, previous: None, ..figure },
        false => figure,
    })
}

fn hidden(desk: &Desk, meant: &Meant) -> bool {
    meant.boundaries == Boundaries::Then && chart::is_before_unit(desk, &meant.asked, meant.period)
}

/// The head as HTML.
pub(super) async fn draw(
    cx: &Context,
    desk: &Desk,
    indicator: &Indicator,
    meant: &Meant,
    figure: &Figure,
) -> Result<String> {
    let (d, lang) = (indicator.def.decimals, cx.lang);
    let gap = figure.value.zip(figure.target).map(|(value, target)| show::Change {
        text: show::change(indicator.rounded(value - target), d, lang),
        class: match indicator.better(target, value - target) {
            Some(true) => "good",
            Some(false) => "bad",
            None => "",
        },
    });
    let by_year =
        meant.calendar.per_year().is_some_and(|n| n > 1) && indicator.def.over_time != OverTime::None;
    let to_date = match by_year && !hidden(desk, meant) {
        true => desk.engine.year_to_date(indicator, meant.period, &meant.asked).await?.value,
        false => None,
    };
    let head = Head {
        figure: Shown::of(figure, &cx.words, lang),
        gap,
        to_date: to_date.map(|v| format!("{} {}", show::number(v, d, lang), indicator.def.unit.get(lang))),
        cx,
    };
    head.render().map_err(|e| internal("template", "Không dựng được con số").because(e))
}

/// The head of a page as it is kept in the hub, with its topic; drawn without one where nothing can change.
pub(super) async fn live(
    cx: &Context,
    desk: &Desk,
    indicator: &Indicator,
    meant: &Meant,
    figure: &Figure,
) -> Result<(Option<Arc<str>>, String)> {
    if meant.asked.as_known.is_some() {
        return Ok((None, draw(cx, desk, indicator, meant, figure).await?));
    }
    let (topic, html) = kept(cx, topic(&indicator.code, meant)).await?;
    Ok((Some(topic), html))
}

/// A fragment as the hub keeps it for the reader, with its topic.
pub(super) async fn kept(cx: &Context, topic: Arc<str>) -> Result<(Arc<str>, String)> {
    let audience = cx.scope.audience();
    cx.house.remember_audience(audience, &cx.scope);
    let key = Key { topic: topic.clone(), audience, lang: cx.lang };
    let (_, html) = cx.live.get(&key).await?;
    Ok((topic, String::from_utf8_lossy(&html).into_owned()))
}

/// The context in which the hub draws for the readers of a key.
pub(super) fn reader(house: &House, key: &Key) -> Context {
    let mut cx = house.system("live");
    cx.lang = key.lang;
    cx.scope = house.audience(key.audience);
    cx
}

/// `figure/<code>/<unit>/<period>/<now|then>`.
fn topic(code: &str, meant: &Meant) -> Arc<str> {
    let (unit, period) = (meant.asked.unit, meant.period.code());
    Arc::from(format!("{PREFIX}/{code}/{unit}/{period}/{}", meant.boundaries.name()))
}

/// Renders heads for the hub.
pub struct HeadRenderer(pub House);

impl Renderer for HeadRenderer {
    fn prefix(&self) -> &'static str {
        PREFIX
    }

    fn render<'a>(&'a self, key: &'a Key) -> BoxFuture<'a, Result<Fragment>> {
        Box::pin(async move {
            let missing = || not_found("figure_not_found", "Không có con số này.");
            let parts: Vec<&str> = key.topic.split('/').collect();
            let [_, code, unit, period, boundaries] = parts.as_slice() else { return Err(missing()) };
            let cx = reader(&self.0, key);
            let desk = Desk::open(&cx)?;
            let unit: UnitId = desk.unit(Some(unit))?;
            let indicator = desk.indicator(&cx, code, unit)?;
            let period = Period::from_code(period)?;
            let calendar: Calendar = period.calendar;
            if !calendars(indicator).contains(&calendar) {
                return Err(missing());
            }
            let boundaries = Boundaries::parse(Some(boundaries));
            let meant = Meant { asked: desk.asked(unit, None), period, calendar, boundaries };
            let figure = figure(&desk, indicator, &meant).await?;
            let html = draw(&cx, &desk, indicator, &meant, &figure).await?;
            Ok(Fragment { html, depends: depends(&desk.catalogue, &[indicator]) })
        })
    }
}
