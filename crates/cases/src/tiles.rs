//! The tiles of cases: `{cases: late, top: n}` is what ran late or does within four working hours,
//! `{cases: open}` how many there are at which stage. Both are for those who read cases: the public's boards
//! leave them out.

use std::sync::Arc;

use askama::Template;
use foundation::{Instant, Result, error::internal};
use futures_util::future::BoxFuture;
use kit::{Context, Tile, TileSource, TileSpec, TileView, UnitId};

use crate::http::show::{Desk, reading};
use crate::service::calendar;
use crate::store::lists::{self, Filter, Order, Sees};
use crate::workflow::Stage;

/// «About to be late» begins so many minutes of work before.
pub(crate) const SOON_MINUTES: i64 = 240;

/// Draws the tiles of cases.
#[derive(Debug, Clone, Copy, Default)]
pub struct Tiles;

/// One line.
#[derive(Default)]
struct Line {
    state: &'static str,
    href: String,
    what: String,
    note: String,
    then: String,
}

#[derive(Template)]
#[template(path = "tile_cases.html")]
struct Panel {
    title: String,
    all: &'static str,
    all_word: String,
    empty: String,
    lines: Vec<Line>,
}

impl TileSource for Tiles {
    fn kinds(&self) -> &'static [&'static str] {
        &["cases"]
    }

    fn draw<'a>(&'a self, spec: &'a TileSpec, view: &'a TileView) -> BoxFuture<'a, Result<Option<Tile>>> {
        Box::pin(async move {
            let system = view.house.system("cases.tile");
            let cx = Context { scope: view.scope.clone(), lang: view.lang, ..system };
            let desk = Desk::open(&cx)?;
            let Some((sees, filter)) = seen(&cx, &desk, view.unit) else { return Ok(None) };
            let (key, all, lines) = match spec.spec.get("cases").and_then(|v| v.as_str()) {
                Some("late") => {
                    let top = spec.spec.get("top").and_then(|v| v.as_u64()).unwrap_or(6).min(50) as usize;
                    ("late", "?order=due&only=today", late(&cx, &desk, &sees, filter, top).await?)
                }
                Some("open") => ("open", "", open(&cx, &desk, &sees, filter).await?),
                _ => return Ok(None),
            };
            let title = cx.t(&format!("case-tile-{key}"));
            let empty = cx.t("case-tile-late-empty");
            let panel = Panel { title: title.clone(), all, all_word: cx.t("case-tile-all"), empty, lines };
            let html = panel.render().map_err(|e| internal("template", "Không dựng được ô").because(e))?;
            Ok(Some(Tile { html, title, depends: depends(&sees) }))
        })
    }
}

/// What the reader sees at `unit`; `None` when nothing.
fn seen(cx: &Context, desk: &Desk, unit: UnitId) -> Option<(Sees, Filter)> {
    let reading = reading(cx, desk, None);
    let below = || {
        let mut units = desk.map.subtree(unit, desk.today);
        units.extend(desk.map.agencies().filter(|v| v.place == Some(unit)).map(|v| v.unit));
        units
    };
    let sees = match reading.sees {
        Sees::All if unit == desk.root => Sees::All,
        Sees::All => Sees::Units(below()),
        Sees::Units(own) if unit == desk.root => Sees::Units(own),
        Sees::Units(own) => {
            let below = below();
            Sees::Units(own.into_iter().filter(|u| below.contains(u)).collect())
        }
        Sees::Asked(_) | Sees::Public => return None,
    };
    if sees == Sees::Units(Vec::new()) || reading.kinds.is_empty() {
        return None;
    }
    let kinds = match reading.kinds.len() == desk.types.all().len() {
        true => Vec::new(),
        false => reading.kinds.iter().map(|k| k.id.clone()).collect(),
    };
    Some((sees, Filter { kinds, ..Filter::default() }))
}

/// The names that, touched, draw the tile anew.
fn depends(sees: &Sees) -> Vec<Arc<str>> {
    match sees {
        Sees::Units(units) => units.iter().map(|u| Arc::from(format!("cases/{u}"))).collect(),
        Sees::All | Sees::Asked(_) | Sees::Public => vec![Arc::from("cases")],
    }
}

/// The latest moment that lies within [`SOON_MINUTES`] of work in any calendar of the types.
fn soon(cx: &Context, desk: &Desk) -> Result<Instant> {
    let mut until = desk.now;
    for kind in desk.types.all() {
        for severity in &kind.flow.severities {
            let hours = calendar(cx, &severity.calendar)?;
            until = until.max(hours.add_working_minutes(desk.now, SOON_MINUTES)?);
        }
    }
    Ok(until)
}

async fn late(cx: &Context, desk: &Desk, sees: &Sees, filter: Filter, top: usize) -> Result<Vec<Line>> {
    let filter = Filter { due_before: Some(soon(cx, desk)?), order: Order::Due, ..filter };
    // Some may be due later in their own calendar than in the widest one.
    let found = lists::page(&cx.db, sees, &filter, None, top * 2).await?;
    let mut lines = Vec::new();
    for case in found {
        let (Some(kind), Some((_, at))) = (desk.types.find(&case.kind), case.due()) else { continue };
        let hours = calendar(cx, &case.clocks()?.calendar)?;
        if at > hours.add_working_minutes(desk.now, SOON_MINUTES)? {
            continue;
        }
        let due = desk.due(cx, &case)?;
        let code = case.code(&kind.flow.code);
        let units = match case.place == case.agency {
            true => desk.name(case.place),
            false => format!("{} · {}", desk.name(case.place), desk.name(case.agency)),
        };
        lines.push(Line {
            state: due.state,
            href: format!("/cases/{code}"),
            what: case.title.clone(),
            note: format!("{code} · {units}"),
            then: due.words,
        });
    }
    lines.truncate(top);
    Ok(lines)
}

async fn open(cx: &Context, desk: &Desk, sees: &Sees, filter: Filter) -> Result<Vec<Line>> {
    let rows: [(&str, &str, &'static str, &[Stage]); 4] = [
        ("new", "/cases?tab=new", "watch", &[Stage::New]),
        ("work", "/cases?tab=work", "good", &[Stage::Work, Stage::Review]),
        ("rate", "/cases?tab=rate", "good", &[Stage::Answered]),
        ("overdue", "/cases?only=late&order=due", "bad", &[Stage::New, Stage::Work, Stage::Review]),
    ];
    let mut lines = Vec::new();
    for (key, href, state, stages) in rows {
        let filter = Filter {
            stages: stages.iter().map(|s| s.number()).collect(),
            due_before: (key == "overdue").then_some(desk.now),
            ..filter.clone()
        };
        let n = lists::count(&cx.db, sees, &filter).await?;
        let then = n.said(cx);
        let state = if n.n == 0 { "good" } else { state };
        let what = cx.t(&format!("case-tile-{key}"));
        lines.push(Line { state, href: href.to_owned(), what, then, ..Line::default() });
    }
    Ok(lines)
}
