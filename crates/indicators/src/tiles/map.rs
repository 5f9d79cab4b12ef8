//! `{map: id}`: a choropleth of the units below, drawn as SVG. A state is never told by colour alone: bad
//! areas are hatched, missing ones dotted, and every area says its value.

use std::collections::HashMap;
use std::fmt::Write;

use foundation::Result;
use kit::{State, Tile, TileSpec, TileView, UnitId};
use units::{Level, Maps};
use web::svg::escape;

use askama::Template;

use super::{asked, depends, named, render};
use crate::definition::Indicator;
use crate::show;

/// A step of the legend.
struct Step {
    class: &'static str,
    fill: String,
    label: String,
    word: String,
}

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

/// What one area shows.
struct Shade {
    state: State,
    color: Option<String>,
    text: String,
}

fn patterns(id: &str) -> String {
    format!(
        "<defs><pattern id=\"{id}-hatch-bad\" width=\"18\" height=\"18\" patternUnits=\"userSpaceOnUse\" \
         patternTransform=\"rotate(45)\"><rect class=\"hatch-ground\" width=\"18\" height=\"18\"/>\
         <line class=\"hatch-line\" x1=\"0\" y1=\"0\" x2=\"0\" y2=\"18\"/></pattern>\
         <pattern id=\"{id}-dots-none\" width=\"16\" height=\"16\" patternUnits=\"userSpaceOnUse\">\
         <rect class=\"none-ground\" width=\"16\" height=\"16\"/><circle class=\"none-dot\" cx=\"8\" \
         cy=\"8\" r=\"2.2\"/>\
         </pattern></defs>"
    )
}

fn fill_of(id: &str, state: State, color: Option<&str>) -> String {
    match (color, state) {
        (Some(color), _) => format!(" fill=\"{}\"", escape(color)),
        (None, State::Bad) => format!(" fill=\"url(#{id}-hatch-bad)\""),
        (None, State::None) => format!(" fill=\"url(#{id}-dots-none)\""),
        (None, _) => String::new(),
    }
}

/// The map of one indicator.
pub async fn draw(spec: &TileSpec, view: &TileView) -> Result<Option<Tile>> {
    let (engine, asked) = asked(view)?;
    let catalogue = engine.catalogue();
    let Some(indicator) = named(&catalogue, spec, "map", view) else { return Ok(None) };
    let figure = engine.figure(indicator, None, &asked).await?;
    let day = figure.period.last_day().min(asked.today);
    let map = engine.atlas().map();
    let units = engine.parts_of(indicator, view.unit, day);
    if units.is_empty() {
        return Ok(None);
    }
    let maps = view.house.get::<Maps>()?;
    let drawn = maps.draw(engine.db(), &map, view.unit, Level::Commune, day).await?;
    let each = engine.each(indicator, &units, figure.period, &asked).await?;
    let target = engine.target(indicator, view.unit, figure.period, asked.as_known).await?;
    let t = |key: &str| view.house.words.say(view.lang, key, &[]);
    let measure = indicator.def.unit.get(view.lang).to_owned();
    let missing = t("map-missing");
    let mut shades: HashMap<UnitId, Shade> = HashMap::new();
    let mut worst: Option<(f64, UnitId)> = None;
    let mut reported = 0;
    for (unit, point) in &each {
        let value = point.value.map(|v| indicator.rounded(v));
        let state = indicator.state(value, target);
        let color = value.and_then(|v| indicator.band(v)).and_then(|b| b.color.clone());
        let text = match value {
            Some(v) => {
                reported += 1;
                let distance = target.map_or(0.0, |t| (v - t).abs());
                if state == State::Bad && worst.is_none_or(|(far, _)| distance > far) {
                    worst = Some((distance, *unit));
                }
                let word = show::state(state, &view.house.words, view.lang).to_lowercase();
                format!("{} {measure}, {word}", show::number(v, indicator.def.decimals, view.lang))
            }
            None => missing.clone(),
        };
        shades.insert(*unit, Shade { state, color, text });
    }
    let title = indicator.def.name.get(view.lang).to_owned();
    let id = format!("m{}", indicator.id);
    let label = format!("{title}, {}", show::period(figure.period, view.lang));
    let svg = svg_of(&id, &label, &drawn, &shades, &map, view, &missing);
    let mut status = view.house.words.say(
        view.lang,
        "map-status",
        &[("reported", reported.into()), ("expected", (units.len() as i64).into())],
    );
    if drawn.approximate {
        status = format!("{status} · {}", t("map-approximate"));
    }
    let note = worst.map(|(_, unit)| Note {
        state: "bad",
        name: map.name(unit, asked.today),
        text: shades.get(&unit).map(|s| s.text.clone()).unwrap_or_default(),
    });
    let short = indicator.short().get(view.lang).to_owned();
    let html = render(&MapTile {
        code: indicator.code.clone(),
        unit: view.unit,
        title: short.clone(),
        period: show::period(figure.period, view.lang),
        value: figure.value.map(|v| show::number(v, indicator.def.decimals, view.lang)),
        whole: map.name(view.unit, asked.today),
        target: target.map(|v| show::number(v, indicator.def.decimals, view.lang)),
        target_word: t("target-short"),
        svg,
        legend: legend(indicator, &id, view, &t),
        hatches: patterns(&format!("{id}l")),
        status,
        note,
        measure,
    })?;
    Ok(Some(Tile { html, title: short, depends: depends(&catalogue, &[indicator]) }))
}

fn svg_of(
    id: &str,
    label: &str,
    drawn: &units::boundaries::DrawnMap,
    shades: &HashMap<UnitId, Shade>,
    map: &units::Map,
    view: &TileView,
    missing: &str,
) -> String {
    let today = foundation::Date::of(view.house.clock.now());
    let mut svg = format!(
        "<svg class=\"choro\" viewBox=\"0 0 1000 1000\" role=\"img\" aria-label=\"{}\">{}<g>",
        escape(label),
        patterns(id)
    );
    let mut marks = String::new();
    for area in &drawn.areas {
        let (state, color, text) = match shades.get(&area.unit) {
            Some(shade) => (shade.state, shade.color.as_deref(), shade.text.as_str()),
            None => (State::None, None, missing),
        };
        let _ = write!(
            svg,
            "<path class=\"area is-{}\"{} fill-rule=\"evenodd\" data-unit=\"{}\" d=\"{}\"><title>{}: \
            {}</title></path>",
            state.name(),
            fill_of(id, state, color),
            area.unit,
            area.path,
            escape(&map.name(area.unit, today)),
            escape(text)
        );
        if state == State::Bad {
            let (x, y) = area.at;
            let _ = write!(marks, "<circle class=\"spot\" cx=\"{x:.0}\" cy=\"{y:.0}\" r=\"5\"/>");
        }
    }
    svg.push_str("</g>");
    for inset in &drawn.insets {
        let (x, y, w, h) = inset.frame;
        let _ = write!(
            svg,
            "<rect class=\"inset-frame\" x=\"{x:.0}\" y=\"{y:.0}\" width=\"{w:.0}\" height=\"{h:.0}\"/>\
             <text x=\"{:.0}\" y=\"{:.0}\">{}</text>",
            inset.name_at.0,
            inset.name_at.1 + 5.0,
            inset.name
        );
    }
    let _ = write!(svg, "<g aria-hidden=\"true\">{marks}</g></svg>");
    svg
}

fn legend(indicator: &Indicator, id: &str, view: &TileView, t: &dyn Fn(&str) -> String) -> Vec<Step> {
    let number =
        |v: f64| show::number(v, if v.fract() == 0.0 { 0 } else { indicator.def.decimals }, view.lang);
    let lid = format!("{id}l");
    let mut steps = Vec::new();
    let mut from: Option<f64> = None;
    for band in &indicator.def.bands {
        let label = match (from, band.to) {
            (None, Some(to)) => format!("< {}", number(to)),
            (Some(from), Some(to)) => format!("{}–{}", number(from), number(to)),
            (Some(from), None) => format!("≥ {}", number(from)),
            (None, None) => String::new(),
        };
        let word = match &band.name {
            Some(name) => name.get(view.lang).to_owned(),
            None => t(&format!("state-{}", band.state.name())).to_lowercase(),
        };
        steps.push(Step {
            class: band.state.name(),
            fill: fill_of(&lid, band.state, band.color.as_deref()),
            label,
            word,
        });
        from = band.to;
    }
    if steps.is_empty() && indicator.def.target.is_some() {
        for state in [State::Good, State::Watch, State::Bad] {
            steps.push(Step {
                class: state.name(),
                fill: fill_of(&lid, state, None),
                label: String::new(),
                word: t(&format!("state-{}", state.name())).to_lowercase(),
            });
        }
    }
    steps.push(Step {
        class: "none",
        fill: fill_of(&lid, State::None, None),
        label: "–".into(),
        word: t("map-missing-short"),
    });
    steps
}
