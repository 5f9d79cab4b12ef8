//! `{map: id}`: a choropleth of the units below, drawn as SVG.

use foundation::Result;
use kit::{Tile, TileSpec, TileView};

/// The map of one indicator.
pub async fn draw(_spec: &TileSpec, _view: &TileView) -> Result<Option<Tile>> {
    Ok(None)
}
