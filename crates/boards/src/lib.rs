//! Floor 7: the wall, the overview and the pages of fields.
//!
//! Invariants: a board is pack data; a tile is drawn by the module that owns its subject; a tile without a
//! subject is left out, never mocked; what a page shows is the fragment that the live hub keeps, so a page
//! and its updates can never differ.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test may fall over"))]

pub mod board;
pub mod offers;
mod pages;
mod part;
pub mod renderer;

use std::sync::Arc;

use foundation::Lang;
use kit::Module;
use storage::migrations;

pub use board::{Board, Boards, Kind};
pub use part::BoardPart;

/// The module.
pub fn module() -> Module {
    Module {
        name: "boards",
        migrations: migrations!["0001_boards"],
        routes: pages::routes(),
        jobs: Vec::new(),
        pack_parts: vec![Arc::new(BoardPart)],
        words: &[(Lang::Vi, include_str!("../i18n/vi.ftl")), (Lang::En, include_str!("../i18n/en.ftl"))],
        openapi: "",
    }
}
