//! `{figure: id}`: one figure with its trend line. `{figures: [ids]}`: a strip of small ones.

use askama::Template;
use foundation::Result;
use kit::{Tile, TileSpec, TileView};
use web::{Words, svg};

use super::{asked, depends, listed, named, render};
use crate::engine::Span;
use crate::show::Shown;

#[derive(Template)]
#[template(path = "tile_figure.html")]
struct One<'a> {
    figure: Shown,
    spark: Option<String>,
    words: &'a Words,
    lang: foundation::Lang,
}

#[derive(Template)]
#[template(path = "tile_figures.html")]
struct Several<'a> {
    title: String,
    figures: Vec<Shown>,
    words: &'a Words,
    lang: foundation::Lang,
}

impl One<'_> {
    fn t(&self, key: &str) -> String {
        self.words.say(self.lang, key, &[])
    }
}

impl Several<'_> {
    fn t(&self, key: &str) -> String {
        self.words.say(self.lang, key, &[])
    }

    fn on_track(&self) -> usize {
        self.figures.iter().filter(|f| f.state == "good").count()
    }
}

/// One figure.
pub async fn one(spec: &TileSpec, view: &TileView) -> Result<Option<Tile>> {
    let (engine, asked) = asked(view)?;
    let catalogue = engine.catalogue();
    let Some(indicator) = named(&catalogue, spec, "figure", view) else { return Ok(None) };
    let figure = engine.figure(indicator, None, &asked).await?;
    let points = engine.points(indicator, Span::ending(figure.period, 24), &asked).await?;
    let values: Vec<Option<f64>> = points.iter().map(|p| p.value).collect();
    let class = format!("is-{}", figure.state.name());
    let figure = Shown::of(&figure, &view.house.words, view.lang);
    let title = figure.name.clone();
    let spark = svg::sparkline(&values, 96.0, 24.0, &class);
    let words = &view.house.words;

    let html = render(&One { figure, spark, words, lang: view.lang })?;
    Ok(Some(Tile { html, title, depends: depends(&catalogue, &[indicator]) }))
}

/// A strip of figures.
pub async fn several(spec: &TileSpec, view: &TileView) -> Result<Option<Tile>> {
    let (engine, asked) = asked(view)?;
    let catalogue = engine.catalogue();
    let indicators = listed(&catalogue, spec, "figures", view);
    if indicators.is_empty() {
        return Ok(None);
    }
    let mut figures = Vec::with_capacity(indicators.len());
    for indicator in &indicators {
        let figure = engine.figure(indicator, None, &asked).await?;
        figures.push(Shown::of(&figure, &view.house.words, view.lang));
    }
    let title = title_of(spec, view).unwrap_or_else(|| view.house.words.say(view.lang, "tile-figures", &[]));
    let words = &view.house.words;
    let html = render(&Several { title: title.clone(), figures, words, lang: view.lang })?;
    Ok(Some(Tile { html, title, depends: depends(&catalogue, &indicators) }))
}

/// The heading that the spec gives.
pub(super) fn title_of(spec: &TileSpec, view: &TileView) -> Option<String> {
    let title: foundation::LocalText = serde_json::from_value(spec.spec.get("title")?.clone()).ok()?;
    Some(title.get(view.lang).to_owned())
}
