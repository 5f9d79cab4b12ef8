//! `boards/*.yaml` of a pack: read, checked against the applied indicators, written into rows.

use foundation::Result;
use futures_util::future::BoxFuture;
use kit::{Context, PackFault, PackFile, PackNames, PackPart};
use packs::yaml::{self, Located, did_you_mean, fault};
use serde_json::{Map, Value as Json};
use storage::Tx;

use crate::board::{self, Board, Boards, Definition, Kind, TILE_KINDS};

/// The lists that a `list` tile may name.
const LISTS: [&str; 4] = ["late_reporters", "off_target", "corrections", "moved"];

/// What a `cases` tile may show.
const OF_CASES: [&str; 2] = ["late", "open"];

/// The part.
#[derive(Debug, Clone, Copy, Default)]
pub struct BoardPart;

/// The keys of a tile that name indicators.
const NAMING: [&str; 6] = ["figure", "figures", "map", "trend", "compare", "table"];

fn with_full_ids(pack: &str, tile: &mut Map<String, Json>) {
    for key in NAMING {
        match tile.get_mut(key) {
            Some(Json::String(id)) => *id = packs::full_id(pack, id),
            Some(Json::Array(ids)) => {
                for id in ids {
                    if let Json::String(id) = id {
                        *id = packs::full_id(pack, id);
                    }
                }
            }
            _ => {}
        }
    }
}

/// The full ids that a tile names.
fn named(pack: &str, tile: &Map<String, Json>) -> Vec<String> {
    let mut ids = Vec::new();
    for key in NAMING {
        match tile.get(key) {
            Some(Json::String(id)) => ids.push(packs::full_id(pack, id)),
            Some(Json::Array(all)) => {
                ids.extend(all.iter().filter_map(|v| v.as_str()).map(|id| packs::full_id(pack, id)))
            }
            _ => {}
        }
    }
    ids
}

fn areas_of(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Wall => &["left", "map", "right", "bottom"],
        Kind::Overview | Kind::Field => &["main"],
    }
}

impl PackPart for BoardPart {
    fn files(&self) -> &'static str {
        "boards/"
    }

    fn names(&self, files: &[PackFile]) -> Vec<(&'static str, String)> {
        let read = |f: &PackFile| {
            yaml::read::<Definition>(f).ok().map(|d| ("board", packs::full_id(&f.pack, &d.id)))
        };
        files.iter().filter_map(read).collect()
    }

    fn check(&self, files: &[PackFile], all: &PackNames) -> Vec<PackFault> {
        let known = |code: &str| all.contains(&("indicator", code.to_owned()));
        let codes = || all.iter().filter(|n| n.0 == "indicator").map(|n| n.1.as_str());
        let mut faults = Vec::new();
        for file in files {
            let board = match yaml::read::<Located<Definition>>(file) {
                Ok(board) => board,
                Err(mut wrong) => {
                    faults.append(&mut wrong);
                    continue;
                }
            };
            let mut tell = |message: String| faults.push(fault(file, &board, message));
            for (area, tiles) in &board.areas {
                if !areas_of(board.kind).contains(&area.as_str()) {
                    let hint = did_you_mean(area, areas_of(board.kind).iter().copied());
                    tell(format!("Bảng loại này không có vùng «{area}».{hint}"));
                }
                for (i, tile) in tiles.iter().enumerate() {
                    let place = format!("areas.{area}[{i}]");
                    let kinds = tile.keys().filter(|k| TILE_KINDS.contains(&k.as_str())).count();
                    if kinds != 1 {
                        tell(format!("{place}: mỗi ô có đúng một loại trong {}.", TILE_KINDS.join(", ")));
                    }
                    let extra = |k: &&String| {
                        !TILE_KINDS.contains(&k.as_str())
                            && !["top", "periods", "title"].contains(&k.as_str())
                    };
                    if let Some(key) = tile.keys().find(extra) {
                        let hint =
                            did_you_mean(key, TILE_KINDS.iter().copied().chain(["top", "periods", "title"]));
                        tell(format!("{place}: không có khóa «{key}».{hint}"));
                    }
                    if let Some(list) = tile.get("list").and_then(|v| v.as_str())
                        && !LISTS.contains(&list)
                    {
                        let hint = did_you_mean(list, LISTS.iter().copied());
                        tell(format!("{place}: không có danh sách «{list}».{hint}"));
                    }
                    if let Some(cases) = tile.get("cases")
                        && !cases.as_str().is_some_and(|c| OF_CASES.contains(&c))
                    {
                        tell(format!("{place}: «cases» là một trong {}.", OF_CASES.join(", ")));
                    }
                    for code in named(&file.pack, tile) {
                        if !known(&code) {
                            let hint = did_you_mean(&code, codes());
                            tell(format!("{place}: không có chỉ tiêu «{code}».{hint}"));
                        }
                    }
                }
            }
        }
        faults
    }

    fn apply<'a>(
        &'a self,
        tx: &'a mut Tx,
        _cx: &'a Context,
        files: &'a [PackFile],
    ) -> BoxFuture<'a, Result<usize>> {
        Box::pin(async move {
            let mut boards = Vec::new();
            for file in files {
                let mut def = yaml::read_checked::<Definition>(file)?;
                for tile in def.areas.values_mut().flatten() {
                    with_full_ids(&file.pack, tile);
                }
                boards.push(Board { id: packs::full_id(&file.pack, &def.id), pack: file.pack.clone(), def });
            }
            board::save(tx, &boards).await?;
            Ok(boards.len())
        })
    }

    fn applied<'a>(&'a self, cx: &'a Context) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            if let Ok(boards) = cx.house.get::<Boards>() {
                boards.reload(&cx.db).await?;
            }
            cx.live.touch_all();
            Ok(())
        })
    }
}
