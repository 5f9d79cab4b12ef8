//! Floor 3: administrative places and agencies through time.
//!
//! Invariants: a unit's identity never changes, its codes, names, kinds and parents are dated; a change of
//! name or kind is a new version of the same unit, a merger or a split makes a new one; the shares of what a
//! unit became sum to 1; a code without a date names nothing. Places and agencies are two trees.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test may fall over"))]

pub mod actions;
pub mod agencies;
pub mod areas;
pub mod atlas;
pub mod boundaries;
mod http;
pub mod search;
pub mod seed;
pub mod store;
pub mod version;

use foundation::Lang;
use kit::Module;
use storage::migrations;

pub use actions::import_agencies::AGENCIES_CHANGED;
pub use atlas::{Atlas, Map};
pub use boundaries::Maps;
pub use search::{Found, Resolution};
pub use version::{Level, Succession, Version};

/// The module.
pub fn module() -> Module {
    Module {
        name: "units",
        migrations: migrations!["0001_units"],
        routes: http::routes(),
        jobs: Vec::new(),
        pack_parts: Vec::new(),
        words: &[(Lang::Vi, include_str!("../i18n/vi.ftl")), (Lang::En, include_str!("../i18n/en.ftl"))],
        openapi: "",
    }
}
