//! The live topics of boards: `tile/<board>/<area>/<index>/<unit>/<w|d>`.

use std::sync::Arc;

use foundation::{Lang, Result, error::not_found};
use futures_util::future::BoxFuture;
use kit::{Context, House, Scope, TileView, UnitId};
use units::Atlas;
use web::live::{Fragment, Key, Renderer};

use crate::board::{Boards, Kind};
use crate::offers;

/// The topic of one tile.
pub fn topic(board: &str, area: &str, index: usize, unit: UnitId, wall: bool) -> Arc<str> {
    Arc::from(format!("tile/{board}/{area}/{index}/{unit}/{}", if wall { 'w' } else { 'd' }))
}

/// Renders tiles for the hub.
pub struct TileRenderer(pub House);

impl Renderer for TileRenderer {
    fn prefix(&self) -> &'static str {
        "tile"
    }

    fn render<'a>(&'a self, key: &'a Key) -> BoxFuture<'a, Result<Fragment>> {
        Box::pin(async move {
            let missing = || not_found("tile_not_found", "Không có ô này.");
            let parts: Vec<&str> = key.topic.split('/').collect();
            let [_, board, area, index, unit, shape] = parts.as_slice() else { return Err(missing()) };
            let board = self.0.get::<Boards>()?.get(board).ok_or_else(missing)?;
            let index: usize = index.parse().map_err(|_| missing())?;
            let unit: UnitId = unit.parse().map_err(|_| missing())?;
            let spec = board.tiles(area).into_iter().nth(index).ok_or_else(missing)?;
            let source = self.0.tile_source(&spec.kind).ok_or_else(missing)?;
            let scope: Scope = self.0.audience(key.audience);
            let view = TileView { house: self.0.clone(), unit, wall: *shape == "w", lang: key.lang, scope };
            let tile = source.draw(&spec, &view).await?;
            // A tile without a subject is an empty fragment: the board leaves it out.
            Ok(match tile {
                Some(tile) if view.wall => Fragment { html: tile.html, depends: tile.depends },
                Some(tile) => {
                    let cx = Context {
                        scope: view.scope.clone(),
                        lang: view.lang,
                        ..self.0.system("boards.tile")
                    };
                    let subject = offers::tile(&board.id, &spec.area, index, unit, tile.title);
                    let menu = offers::menu(&cx, &subject)?;
                    Fragment { html: tile.html + &menu, depends: tile.depends }
                }
                None => Fragment { html: String::new(), depends: vec!["packs".into()] },
            })
        })
    }
}

/// Draws the public wall and overview of the place before anybody asks, so that the first screen after a
/// start does not wait for all of their figures to be read. Who asks meanwhile shares what is being drawn.
pub async fn warm(house: &House) {
    let (Ok(boards), Ok(atlas)) = (house.get::<Boards>(), house.get::<Atlas>()) else { return };
    let Some(root) = atlas.root() else { return };
    let audience = Scope::Public.audience();
    house.remember_audience(audience, &Scope::Public);
    for board in [Kind::Wall, Kind::Overview].into_iter().filter_map(|kind| boards.find(kind, None)) {
        let wall = board.def.kind == Kind::Wall;
        for area in board.def.areas.keys() {
            for index in 0..board.tiles(area).len() {
                let topic = topic(&board.id, area, index, root, wall);
                if let Err(e) = house.live.get(&Key { topic, audience, lang: Lang::Vi }).await {
                    tracing::warn!(board = %board.id, area, index, "a tile could not be drawn: {e:?}");
                }
            }
        }
    }
}
