//! A tile: one panel of a board. The board says which and where; the module that owns the subject draws it.

use std::sync::Arc;

use foundation::{Lang, Result};
use futures_util::future::BoxFuture;
use serde_json::Value as Json;

use crate::house::House;
use crate::scope::{Scope, UnitId};

/// What a board asks for: `{"figure": "admin.on_time"}` has the kind `figure`.
#[derive(Debug, Clone, PartialEq)]
pub struct TileSpec {
    /// The kind, which finds the source.
    pub kind: String,
    /// The whole spec as the board wrote it.
    pub spec: Json,
    /// The area of the board it stands in, `left`, `map`, …
    pub area: String,
}

/// For whom and where a tile is drawn.
#[derive(Clone)]
pub struct TileView {
    /// The house.
    pub house: House,
    /// The unit whose figures are shown.
    pub unit: UnitId,
    /// Whether the wall asks: then nothing scrolls and links open on the wall.
    pub wall: bool,
    /// In which language.
    pub lang: Lang,
    /// What the reader sees.
    pub scope: Scope,
}

/// A drawn tile.
#[derive(Debug, Clone)]
pub struct Tile {
    /// The inner HTML of its section.
    pub html: String,
    /// Its heading, for the list of layers and for screen readers.
    pub title: String,
    /// The names that, touched, draw it anew.
    pub depends: Vec<Arc<str>>,
}

/// A module that draws tiles.
pub trait TileSource: Send + Sync {
    /// The kinds it draws.
    fn kinds(&self) -> &'static [&'static str];
    /// The tile; `None` when its subject is not applied or may not be seen: then the board leaves it out.
    fn draw<'a>(&'a self, spec: &'a TileSpec, view: &'a TileView) -> BoxFuture<'a, Result<Option<Tile>>>;
}
