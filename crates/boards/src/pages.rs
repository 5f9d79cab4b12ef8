//! The pages of boards: the wall, the overview, a field.

use askama::Template;
use axum::extract::{Path, Query};
use axum::response::{IntoResponse, Redirect};
use foundation::{Date, Result, error::not_found};
use kit::http::page;
use kit::{Access, Context, Route, UnitId};
use packs::Packs;
use serde::Deserialize;
use units::Atlas;
use web::live::Key;
use web::{Answer, Page};

use crate::board::{Board, Boards, Kind};
use crate::renderer::topic;

/// The routes.
pub fn routes() -> Vec<Route> {
    use axum::routing::get;
    vec![
        Route::get("/", Access::Public, get(overview)),
        Route::get("/wall", Access::Public, get(wall)),
        Route::get("/fields/{pack}", Access::Public, get(field)),
    ]
}

/// A rendered tile and its live topic.
struct Slot {
    kind: String,
    topic: String,
    html: String,
    label: String,
}

/// Slots that stand together: figures in a grid, maps as layers of one, panels side by side, a table alone.
enum Part {
    Figures(Vec<Slot>),
    Map { layers: Vec<Slot>, shown: usize },
    Panels(Vec<Slot>),
    Wide(Slot),
}

async fn slots(cx: &Context, board: &Board, area: &str, unit: UnitId, wall: bool) -> Result<Vec<Slot>> {
    let audience = cx.scope.audience();
    cx.house.remember_audience(audience, &cx.scope);
    let mut slots = Vec::new();
    for (index, spec) in board.tiles(area).iter().enumerate() {
        let topic = topic(&board.id, area, index, unit, wall);
        let key = Key { topic: topic.clone(), audience, lang: cx.lang };
        let (_, html) = cx.live.get(&key).await?;
        if html.is_empty() {
            continue;
        }
        let html = String::from_utf8_lossy(&html).into_owned();
        let label = heading(&html).unwrap_or_else(|| spec.kind.clone());
        slots.push(Slot { kind: spec.kind.clone(), topic: topic.to_string(), html, label });
    }
    Ok(slots)
}

/// The text of the first heading of a fragment, for the tabs of layers.
fn heading(html: &str) -> Option<String> {
    let start = html.find("<h2")?;
    let open = start + html[start..].find('>')? + 1;
    let close = html[open..].find("</h2>")?;
    // What stands beside the name (a period) is not part of it.
    let end = open + html[open..open + close].find("<small").unwrap_or(close);
    let mut text = String::new();
    let mut inside = false;
    for c in html[open..end].chars() {
        match c {
            '<' => inside = true,
            '>' => inside = false,
            c if !inside => text.push(c),
            _ => {}
        }
    }
    Some(text.trim().to_owned())
}

fn parts(slots: Vec<Slot>, shown: usize) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    for slot in slots {
        match (slot.kind.as_str(), parts.last_mut()) {
            ("figure", Some(Part::Figures(figures))) => figures.push(slot),
            ("figure", _) => parts.push(Part::Figures(vec![slot])),
            ("map", Some(Part::Map { layers, .. })) => layers.push(slot),
            ("map", _) => parts.push(Part::Map { layers: vec![slot], shown }),
            ("table", _) => parts.push(Part::Wide(slot)),
            (_, Some(Part::Panels(panels))) => panels.push(slot),
            _ => parts.push(Part::Panels(vec![slot])),
        }
    }
    for part in &mut parts {
        if let Part::Map { layers, shown } = part {
            *shown = (*shown).min(layers.len().saturating_sub(1));
        }
    }
    parts
}

#[derive(Template)]
#[template(path = "wall.html")]
struct WallPage {
    page: Page,
    rotate: u32,
    left: Vec<Slot>,
    map: Vec<Slot>,
    right: Vec<Slot>,
    bottom: Vec<Slot>,
}

#[derive(Deserialize)]
struct WallQuery {
    unit: Option<UnitId>,
}

async fn wall(mut cx: Context, Query(query): Query<WallQuery>) -> Answer {
    let boards = cx.house.get::<Boards>()?;
    let board = boards.find(Kind::Wall, None).ok_or_else(no_board)?;
    let unit = unit_of(&cx, query.unit)?;
    // The wall is dark unless somebody chose otherwise for this screen.
    if !cx.theme_chosen {
        cx.theme = web::Theme::Lacquer;
    }
    let page_shell = cx.page(board.def.name.get(cx.lang))?;
    let content = WallPage {
        page: page_shell,
        rotate: board.def.rotate_seconds,
        left: slots(&cx, &board, "left", unit, true).await?,
        map: slots(&cx, &board, "map", unit, true).await?,
        right: slots(&cx, &board, "right", unit, true).await?,
        bottom: slots(&cx, &board, "bottom", unit, true).await?,
    };
    page(&content)
}

#[derive(Template)]
#[template(path = "board.html")]
struct BoardPage {
    page: Page,
    about: String,
    owner: String,
    owner_unverified: bool,
    chips: Vec<String>,
    tabs: Vec<(String, String, bool)>,
    parts: Vec<Part>,
}

#[derive(Deserialize)]
struct BoardQuery {
    unit: Option<UnitId>,
    #[serde(default)]
    layer: usize,
}

async fn overview(cx: Context, Query(query): Query<BoardQuery>) -> Answer {
    if cx.house.get::<Atlas>()?.root().is_none() && !cx.actor.is_signed_in() {
        // No place was chosen yet: the door says what to do first.
        return Ok(Redirect::to("/sign-in").into_response());
    }
    let boards = cx.house.get::<Boards>()?;
    let board = boards.find(Kind::Overview, None).ok_or_else(no_board)?;
    show(cx, board, query, None).await
}

async fn field(cx: Context, Path(pack): Path<String>, Query(query): Query<BoardQuery>) -> Answer {
    let boards = cx.house.get::<Boards>()?;
    let board = boards.find(Kind::Field, Some(&pack)).ok_or_else(no_board)?;
    show(cx, board, query, Some(pack)).await
}

async fn show(cx: Context, board: Board, query: BoardQuery, pack: Option<String>) -> Answer {
    let unit = unit_of(&cx, query.unit)?;
    let atlas = cx.house.get::<Atlas>()?;
    let packs = cx.house.get::<Packs>()?;
    let today = Date::of(cx.clock.now());
    let title = match &pack {
        Some(_) => board.def.name.get(cx.lang).to_owned(),
        None => cx.t("board-overview"),
    };
    let page_shell = cx.page(title)?;
    let mut tabs = vec![("/".to_owned(), cx.t("board-all"), pack.is_none())];
    for other in cx.house.get::<Boards>()?.all().iter().filter(|b| b.def.kind == Kind::Field) {
        let here = pack.as_deref() == Some(other.pack.as_str());
        tabs.push((format!("/fields/{}", other.pack), other.def.name.get(cx.lang).to_owned(), here));
    }
    let applied = pack.as_deref().and_then(|id| packs.get(id));
    let owner = pack.as_deref().and_then(|id| packs.owner(id, today));
    let content = BoardPage {
        about: applied.as_ref().map(|p| p.about.get(cx.lang).to_owned()).unwrap_or_default(),
        owner: owner.as_ref().map(|o| o.name.get(cx.lang).to_owned()).unwrap_or_default(),
        owner_unverified: owner.is_some_and(|o| !o.verified),
        chips: vec![atlas.map().name(unit, today)],
        tabs,
        parts: parts(slots(&cx, &board, "main", unit, false).await?, query.layer),
        page: page_shell,
    };
    page(&content)
}

fn no_board() -> foundation::Error {
    not_found(
        "board_not_found",
        "Chưa có bảng này. Người quản trị áp dụng các gói lĩnh vực bằng lệnh «toancanh packs apply».",
    )
}

fn unit_of(cx: &Context, asked: Option<UnitId>) -> Result<UnitId> {
    let atlas = cx.house.get::<Atlas>()?;
    let root = atlas.require_root()?;
    let today = Date::of(cx.clock.now());
    match asked {
        None => Ok(root),
        Some(unit) if atlas.map().is_within(unit, root, today) => Ok(unit),
        Some(_) => Err(not_found("unit_not_found", "Đơn vị này không thuộc địa phương của hệ thống.")),
    }
}
