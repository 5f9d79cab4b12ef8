//! `{compare: id, top: n}`: the best and the worst units. `{table: [ids]}`: units × indicators.

use askama::Template;
use foundation::{Lang, Result};
use kit::{State, Tile, TileSpec, TileView, UnitId};
use web::Words;

use super::{asked, depends, listed, named, render, top};
use crate::definition::{Direction, Indicator};
use crate::engine::roll::Point;
use crate::engine::{Asked, Engine};
use crate::show;

/// A unit in a ranking.
#[derive(Debug, Clone)]
pub struct Ranked {
    /// Its place, from 1.
    pub place: usize,
    /// Its id.
    pub unit: UnitId,
    /// Its name.
    pub name: String,
    /// Its value, written out.
    pub value: String,
    /// How it stands.
    pub state: State,
}

/// Units by value, the best first; those without a value are left out.
pub fn rank(
    engine: &Engine,
    indicator: &Indicator,
    each: &[(UnitId, Point)],
    asked: &Asked,
    lang: Lang,
) -> Vec<Ranked> {
    let map = engine.atlas().map();
    let mut all: Vec<(UnitId, f64)> =
        each.iter().filter_map(|(u, p)| p.value.map(|v| (*u, indicator.rounded(v)))).collect();
    let down = indicator.def.direction == Direction::Down;
    all.sort_by(|a, b| if down { a.1.total_cmp(&b.1) } else { b.1.total_cmp(&a.1) });
    all.into_iter()
        .enumerate()
        .map(|(i, (unit, raw))| Ranked {
            place: i + 1,
            unit,
            name: map.name(unit, asked.today),
            value: show::number(raw, indicator.def.decimals, lang),
            state: indicator.state(Some(raw), indicator.def.target.as_ref().map(|t| t.value)),
        })
        .collect()
}

#[derive(Template)]
#[template(path = "tile_compare.html")]
struct Compare<'a> {
    code: String,
    title: String,
    period: String,
    measure: String,
    best: Vec<Ranked>,
    worst: Vec<Ranked>,
    words: &'a Words,
    lang: Lang,
}

impl Compare<'_> {
    fn t(&self, key: &str) -> String {
        self.words.say(self.lang, key, &[])
    }
}

/// The best and the worst units.
pub async fn compare(spec: &TileSpec, view: &TileView) -> Result<Option<Tile>> {
    let (engine, asked) = asked(view)?;
    let catalogue = engine.catalogue();
    let Some(indicator) = named(&catalogue, spec, "compare", view) else { return Ok(None) };
    let (period, _) = engine.newest(indicator, &asked).await?;
    let units = engine.parts_of(indicator, view.unit, period.last_day().min(asked.today));
    if units.is_empty() {
        return Ok(None);
    }
    let each = engine.each(indicator, &units, period, &asked).await?;
    let mut best = rank(&engine, indicator, &each, &asked, view.lang);
    let n = top(spec, 5).min(best.len() / 2 + 1);
    let worst: Vec<Ranked> = best.iter().rev().take(n).cloned().collect();
    best.truncate(n);
    let title = indicator.def.name.get(view.lang).to_owned();
    let html = render(&Compare {
        code: indicator.code.clone(),
        title: title.clone(),
        period: show::period_short(period, view.lang),
        measure: indicator.def.unit.get(view.lang).to_owned(),
        best,
        worst,
        words: &view.house.words,
        lang: view.lang,
    })?;
    Ok(Some(Tile { html, title, depends: depends(&catalogue, &[indicator]) }))
}

/// A unit's line of a table: its values, written out, with their states.
struct Line {
    unit: UnitId,
    name: String,
    cells: Vec<(Option<String>, &'static str)>,
}

#[derive(Template)]
#[template(path = "tile_table.html")]
struct Table<'a> {
    title: String,
    heads: Vec<(String, String, String)>,
    rows: Vec<Line>,
    words: &'a Words,
    lang: Lang,
}

impl Table<'_> {
    fn t(&self, key: &str) -> String {
        self.words.say(self.lang, key, &[])
    }
}

/// Units × indicators.
pub async fn table(spec: &TileSpec, view: &TileView) -> Result<Option<Tile>> {
    let (engine, asked) = asked(view)?;
    let catalogue = engine.catalogue();
    let indicators = listed(&catalogue, spec, "table", view);
    let map = engine.atlas().map();
    let units: Vec<UnitId> =
        map.below(view.unit, units::Level::Commune, asked.today).iter().map(|v| v.unit).collect();
    if indicators.is_empty() || units.is_empty() {
        return Ok(None);
    }
    let mut heads = Vec::new();
    let line = |u: &UnitId| Line { unit: *u, name: map.name(*u, asked.today), cells: Vec::new() };
    let mut rows: Vec<Line> = units.iter().map(line).collect();
    for indicator in &indicators {
        let (period, _) = engine.newest(indicator, &asked).await?;
        let each = engine.each(indicator, &units, period, &asked).await?;
        heads.push((
            indicator.code.clone(),
            indicator.short().get(view.lang).to_owned(),
            format!("{} · {}", show::period_short(period, view.lang), indicator.def.unit.get(view.lang)),
        ));
        let target = indicator.def.target.as_ref().map(|t| t.value);
        for (row, (_, point)) in rows.iter_mut().zip(&each) {
            let value = point.value.map(|v| indicator.rounded(v));
            let text = value.map(|v| show::number(v, indicator.def.decimals, view.lang));
            row.cells.push((text, indicator.state(value, target).name()));
        }
    }
    let title = super::figure::title_of(spec, view)
        .unwrap_or_else(|| view.house.words.say(view.lang, "tile-table", &[]));
    let html =
        render(&Table { title: title.clone(), heads, rows, words: &view.house.words, lang: view.lang })?;
    Ok(Some(Tile { html, title, depends: depends(&catalogue, &indicators) }))
}
