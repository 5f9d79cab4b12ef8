//! `{map: id}`: a choropleth of the units below.

use foundation::Result;
use kit::{Tile, TileSpec, TileView, UnitId};

use askama::Template;

use super::{asked, depends, named, render};
use crate::choropleth::{Question, Step};
use crate::show;

#[derive(Template)]
#[template(path = "tile_map.html")]
struct MapTile {
    code: String,
    unit: UnitId,
    title: String,
    period: String,
    value: Option<String>,
    measure: String,
    whole: String,
    target: Option<String>,
    target_word: String,
    svg: String,
    legend: Vec<Step>,
    hatches: String,
    status: String,
    note: Option<Note>,
}

/// The unit that stands worst.
struct Note {
    state: &'static str,
    name: String,
    text: String,
}

/// The map of one indicator.
pub async fn draw(spec: &TileSpec, view: &TileView) -> Result<Option<Tile>> {
    let (engine, asked) = asked(view)?;
    let catalogue = engine.catalogue();
    let Some(indicator) = named(&catalogue, spec, "map", view) else { return Ok(None) };
    let figure = engine.figure(indicator, None, &asked).await?;
    let (period, lang) = (figure.period, view.lang);
    let question =
        Question { house: &view.house, engine: &engine, indicator, period, asked, lang, then: false };
    let Some(drawn) = question.draw().await? else { return Ok(None) };
    let t = |key: &str| view.house.words.say(lang, key, &[]);
    let target = engine.target(indicator, view.unit, period, asked.as_known).await?;
    let number = |v: f64| show::number(v, indicator.def.decimals, lang);
    let short = indicator.short().get(lang).to_owned();
    let html = render(&MapTile {
        code: indicator.code.clone(),
        unit: view.unit,
        title: short.clone(),
        period: show::period(period, lang),
        value: figure.value.map(number),
        whole: engine.atlas().map().name(view.unit, asked.today),
        target: target.map(number),
        target_word: t("target-short"),
        svg: drawn.svg,
        legend: drawn.legend,
        hatches: drawn.hatches,
        status: match drawn.approximate {
            true => format!("{} · {}", drawn.status, t("map-approximate")),
            false => drawn.status,
        },
        note: drawn.worst.map(|(name, text)| Note { state: "bad", name, text }),
        measure: indicator.def.unit.get(lang).to_owned(),
    })?;
    Ok(Some(Tile { html, title: short, depends: depends(&catalogue, &[indicator]) }))
}
