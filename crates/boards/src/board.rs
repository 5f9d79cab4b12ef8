//! A board: which tiles stand in which area.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use foundation::{LocalText, Result, error::internal};
use kit::TileSpec;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use storage::{Db, Tx, args};

/// Where a board is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The big screen.
    Wall,
    /// The first page of desks and phones.
    Overview,
    /// The page of a field.
    Field,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Kind::Wall => "wall",
            Kind::Overview => "overview",
            Kind::Field => "field",
        }
    }
}

/// A board as a pack writes it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Definition {
    /// Its id inside the pack.
    pub id: String,
    /// Where it is shown.
    pub kind: Kind,
    /// Its name.
    pub name: LocalText,
    /// Its place among boards.
    #[serde(default)]
    pub order: i64,
    /// The wall: seconds until the map's layer changes.
    #[serde(default = "half_a_minute")]
    pub rotate_seconds: u32,
    /// The tiles, area by area.
    pub areas: BTreeMap<String, Vec<Map<String, Json>>>,
}

fn half_a_minute() -> u32 {
    30
}

/// The kinds of tiles a board may hold; the first key of a tile is its kind.
pub const TILE_KINDS: [&str; 8] = ["figure", "figures", "map", "trend", "compare", "table", "list", "cases"];

/// An applied board.
#[derive(Debug, Clone, PartialEq)]
pub struct Board {
    /// Its full id.
    pub id: String,
    /// Its pack.
    pub pack: String,
    /// Its definition, with full ids of indicators inside.
    pub def: Definition,
}

impl Board {
    /// The tiles of an area, in order.
    pub fn tiles(&self, area: &str) -> Vec<TileSpec> {
        self.def
            .areas
            .get(area)
            .into_iter()
            .flatten()
            .filter_map(|tile| {
                let kind = TILE_KINDS.iter().find(|k| tile.contains_key(**k))?;
                Some(TileSpec {
                    kind: (*kind).to_owned(),
                    spec: Json::Object(tile.clone()),
                    area: area.to_owned(),
                })
            })
            .collect()
    }
}

/// The service that holds the applied boards.
#[derive(Default)]
pub struct Boards(RwLock<Arc<Vec<Board>>>);

impl Boards {
    /// Reads the boards.
    pub async fn open(db: &Db) -> Result<Boards> {
        let boards = Boards::default();
        boards.reload(db).await?;
        Ok(boards)
    }

    /// Reads the boards again, after packs were applied.
    pub async fn reload(&self, db: &Db) -> Result<()> {
        let rows: Vec<(String, String, String)> =
            db.all("SELECT id, pack, definition FROM board ORDER BY position, id", args![]).await?;
        let mut all = Vec::with_capacity(rows.len());
        for (id, pack, definition) in rows {
            let def = serde_json::from_str(&definition).map_err(|e| {
                internal("board", format!("Bảng {id} trong cơ sở dữ liệu bị hỏng")).because(e)
            })?;
            all.push(Board { id, pack, def });
        }
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(all);
        Ok(())
    }

    /// The applied boards, in order.
    pub fn all(&self) -> Arc<Vec<Board>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The first board of a kind; of a pack, when one is named.
    pub fn find(&self, kind: Kind, pack: Option<&str>) -> Option<Board> {
        self.all().iter().find(|b| b.def.kind == kind && pack.is_none_or(|p| b.pack == p)).cloned()
    }

    /// The board with this full id.
    pub fn get(&self, id: &str) -> Option<Board> {
        self.all().iter().find(|b| b.id == id).cloned()
    }
}

/// Replaces the boards with those of the applied packs.
pub async fn save(tx: &mut Tx, boards: &[Board]) -> Result<()> {
    tx.run("DELETE FROM board", args![]).await?;
    for board in boards {
        let json = serde_json::to_string(&board.def)
            .map_err(|e| internal("board", "Không ghi được bảng").because(e))?;
        tx.run(
            "INSERT INTO board (id, pack, kind, position, definition) VALUES ($1, $2, $3, $4, $5)",
            args![board.id.as_str(), board.pack.as_str(), board.def.kind.name(), board.def.order, json],
        )
        .await?;
    }
    Ok(())
}
