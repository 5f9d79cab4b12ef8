//! `{trend: id, periods: n}`: bars of the last periods.

use askama::Template;
use foundation::Result;
use kit::{Tile, TileSpec, TileView};
use web::svg;

use super::{asked, depends, named, render};
use crate::engine::Span;
use crate::show;

#[derive(Template)]
#[template(path = "tile_trend.html")]
struct Trend {
    code: String,
    unit: i64,
    title: String,
    aside: String,
    chart: String,
}

/// Bars of the last periods.
pub async fn draw(spec: &TileSpec, view: &TileView) -> Result<Option<Tile>> {
    let (engine, asked) = asked(view)?;
    let catalogue = engine.catalogue();
    let Some(indicator) = named(&catalogue, spec, "trend", view) else { return Ok(None) };
    let count = spec.spec.get("periods").and_then(|v| v.as_i64()).unwrap_or(24).clamp(2, 120) as i32;
    let (last, _) = engine.newest(indicator, &asked).await?;
    let span = Span::ending(last, count);
    let points = engine.points(indicator, span, &asked).await?;
    let d = indicator.def.decimals;
    let measure = indicator.def.unit.get(view.lang);
    let missing = view.house.words.say(view.lang, "figure-missing", &[]);
    let bars: Vec<svg::Bar> = span
        .periods()
        .zip(&points)
        .map(|(period, point)| {
            let label = show::period_short(period, view.lang);
            let value = point.value.map(|v| show::number(v, d, view.lang));
            svg::Bar {
                title: match value {
                    Some(value) => format!("{label}: {value} {measure}"),
                    None => format!("{label}: {missing}"),
                },
                label,
                value: point.value,
                class: if period == last { "now" } else { "" },
            }
        })
        .collect();
    let title = indicator.def.name.get(view.lang).to_owned();
    let newest = points.last().and_then(|p| p.value).map(|v| show::number(v, d, view.lang));
    let aside = format!(
        "{} · {} {measure}",
        show::period_short(last, view.lang),
        newest.unwrap_or_else(|| "–".into())
    );
    let chart = svg::bars(&bars, 520.0, 60.0, &title);
    let html =
        render(&Trend { code: indicator.code.clone(), unit: view.unit, title: title.clone(), aside, chart })?;
    Ok(Some(Tile { html, title, depends: depends(&catalogue, &[indicator]) }))
}
