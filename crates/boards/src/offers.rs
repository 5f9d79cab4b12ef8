//! Tiles as subjects: `tile:BOARD/AREA/INDEX/UNIT`. A tile carries a menu of what its reader may do about it.

use askama::Template;
use foundation::{Date, Result, error::internal};
use kit::{Context, Link, Offers, Subject, UnitId};
use units::Atlas;

use crate::board::{Boards, Kind};

/// What stands before a tile.
const TILE: &str = "tile:";

/// A tile as a subject.
pub(crate) fn tile(board: &str, area: &str, index: usize, unit: UnitId, title: String) -> Subject {
    Subject { source: format!("{TILE}{board}/{area}/{index}/{unit}"), title, unit }
}

#[derive(Template)]
#[template(path = "tile_menu.html")]
struct Menu {
    name: String,
    links: Vec<Link>,
}

/// The menu of a subject; nothing when the reader may do nothing about it.
pub(crate) fn menu(cx: &Context, subject: &Subject) -> Result<String> {
    let links = cx.acts(subject);
    if links.is_empty() {
        return Ok(String::new());
    }
    let name = cx.words.say(cx.lang, "board-tile-acts", &[("title", subject.title.clone().into())]);
    let menu = Menu { name, links };
    menu.render().map_err(|e| internal("template", "Không dựng được trình đơn của ô").because(e))
}

/// Where tiles are found: on their board.
#[derive(Debug, Clone, Copy, Default)]
pub struct Tiles;

impl Offers for Tiles {
    fn found(&self, cx: &Context, source: &str) -> Option<Link> {
        let mut parts = source.strip_prefix(TILE)?.rsplitn(4, '/');
        let (unit, _, _, board) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let board = cx.house.get::<Boards>().ok()?.get(board)?;
        let atlas = cx.house.get::<Atlas>().ok()?;
        let (map, root, today) = (atlas.map(), atlas.root()?, Date::of(cx.clock.now()));
        let unit: UnitId = unit.parse().ok().filter(|unit| map.is_within(*unit, root, today))?;
        let page = match board.def.kind {
            Kind::Field => format!("/fields/{}", board.pack),
            Kind::Overview | Kind::Wall => "/".to_owned(),
        };
        Some(Link {
            label: format!("{} · {}", board.def.name.get(cx.lang), map.name(unit, today)),
            href: format!("{page}?unit={unit}"),
        })
    }
}
