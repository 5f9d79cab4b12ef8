//! Floor 5: figures.
//!
//! Invariants: an observation is never overwritten; what is shown is kept in the transaction of its
//! observation; nothing computed is stored; a figure without values is missing, never zero; every value comes
//! in through [`check`]; every query that lists takes the reader's scope or the units it allows.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test may fall over"))]

pub mod actions;
pub mod agree;
pub mod catalogue;
pub mod check;
mod choropleth;
pub mod definition;
pub mod demo;
mod demo_part;
pub mod engine;
pub mod events;
pub mod formula;
mod grades;
pub mod http;
pub mod import;
pub mod observations;
pub mod offers;
pub mod part;
pub mod show;
pub mod store;
pub mod tiles;

pub use catalogue::{Catalogue, Group};
pub use definition::Indicator;
pub use engine::Engine;
pub use part::IndicatorPart;

use std::sync::Arc;

use foundation::Lang;
use kit::Module;
use storage::migrations;

/// The module.
pub fn module() -> Module {
    Module {
        name: "indicators",
        migrations: migrations!["0001_indicators", "0002_import", "0003_demo"],
        routes: http::routes(),
        jobs: vec![Arc::new(actions::import_apply::ImportJob)],
        pack_parts: vec![Arc::new(IndicatorPart), Arc::new(demo_part::DemoPart)],
        words: &[(Lang::Vi, include_str!("../i18n/vi.ftl")), (Lang::En, include_str!("../i18n/en.ftl"))],
        openapi: include_str!("../openapi.json"),
    }
}
