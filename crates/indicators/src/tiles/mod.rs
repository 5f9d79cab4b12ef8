//! The tiles of this module: figures, trends, maps, comparisons, and the three lists of the wall.

mod compare;
mod figure;
mod list;
mod map;
mod trend;

pub(crate) use list::yesterday_evening;

use std::sync::Arc;

use foundation::{Date, Result};
use futures_util::future::BoxFuture;
use kit::{Tile, TileSource, TileSpec, TileView};

use crate::catalogue::Catalogue;
use crate::definition::Indicator;
use crate::engine::{Asked, Engine};
use crate::events::topic;

/// Draws the tiles of figures.
#[derive(Debug, Clone, Copy, Default)]
pub struct Tiles;

impl TileSource for Tiles {
    fn kinds(&self) -> &'static [&'static str] {
        &["figure", "figures", "trend", "map", "compare", "list", "table"]
    }

    fn draw<'a>(&'a self, spec: &'a TileSpec, view: &'a TileView) -> BoxFuture<'a, Result<Option<Tile>>> {
        Box::pin(async move {
            match spec.kind.as_str() {
                "figure" => figure::one(spec, view).await,
                "figures" => figure::several(spec, view).await,
                "trend" => trend::draw(spec, view).await,
                "map" => map::draw(spec, view).await,
                "compare" => compare::compare(spec, view).await,
                "table" => compare::table(spec, view).await,
                "list" => list::draw(spec, view).await,
                _ => Ok(None),
            }
        })
    }
}

/// The engine, today, and how `view` asks.
fn asked(view: &TileView) -> Result<(Arc<Engine>, Asked)> {
    let engine = view.house.get::<Engine>()?;
    let today = Date::of(view.house.clock.now());
    Ok((engine, Asked { unit: view.unit, today, as_known: None }))
}

/// The indicator that the spec names under `key`, if it is applied and may be seen here.
fn named<'a>(catalogue: &'a Catalogue, spec: &TileSpec, key: &str, view: &TileView) -> Option<&'a Indicator> {
    let code = spec.spec.get(key)?.as_str()?;
    visible(catalogue.code(code)?, view)
}

/// The indicators of a list in the spec that are applied and may be seen here.
fn listed<'a>(catalogue: &'a Catalogue, spec: &TileSpec, key: &str, view: &TileView) -> Vec<&'a Indicator> {
    let codes = spec.spec.get(key).and_then(|v| v.as_array()).into_iter().flatten();
    codes.filter_map(|c| visible(catalogue.code(c.as_str()?)?, view)).collect()
}

fn visible<'a>(indicator: &'a Indicator, view: &TileView) -> Option<&'a Indicator> {
    (indicator.is_public() || view.scope.reads(view.unit, &indicator.pack)).then_some(indicator)
}

/// What a tile of these indicators depends on.
pub(crate) fn depends(catalogue: &Catalogue, indicators: &[&Indicator]) -> Vec<Arc<str>> {
    let mut ids: Vec<i64> = indicators.iter().map(|i| i.id).collect();
    let mut next = 0;
    while let Some(indicator) = ids.get(next).and_then(|id| catalogue.get(*id)) {
        for part in catalogue.parts(indicator) {
            if !ids.contains(&part) {
                ids.push(part);
            }
        }
        next += 1;
    }
    ids.into_iter().map(topic).collect()
}

/// How many rows a list shows.
fn top(spec: &TileSpec, default: usize) -> usize {
    spec.spec.get("top").and_then(|v| v.as_u64()).map_or(default, |n| n as usize).min(200)
}

fn render<T: askama::Template>(template: &T) -> Result<String> {
    template.render().map_err(|e| foundation::error::internal("template", "Không dựng được ô").because(e))
}
