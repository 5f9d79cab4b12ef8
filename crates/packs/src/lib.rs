//! Floor 4: fields of government as data. Reads, checks and applies packs; finds its parts through
//! [`kit::PackPart`] and imports no engine. One part is its own, because every engine needs it: working
//! calendars ([`calendars`]), with the page «Tính hạn» and its API. `docs/packs.md` is the schema.
//!
//! Invariants: run time reads rows, never files; an apply is one transaction, all packs or none, and the same
//! thing twice changes nothing; a pack that is gone is closed with a date, not deleted; what a place changed
//! lies beside the shipped files, never in them, and survives every upgrade; a fault has its file, line,
//! column and a suggestion.
//!
//! Deliberately absent: knowledge of indicators, boards or any other part; anchors, merge keys and tags of
//! YAML.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test may fall over"))]

pub mod actions;
pub mod calendars;
mod check;
mod http;
mod nearest;
mod overlay;
mod pack;
mod service;
mod source;
mod store;
mod told;
pub mod yaml;

use std::sync::Arc;

use foundation::Lang;
use kit::Module;
use storage::migrations;

pub use actions::apply::{When, apply, apply_when};
pub use actions::diff::{Diff, Difference, diff};
pub use actions::{Change, EVENT, Report, refresh};
pub use calendars::{CalendarPart, Calendars};
pub use check::{check, line, refusal};
pub use nearest::{did_you_mean, nearest};
pub use overlay::{Overlay, Standing};
pub use pack::{Owner, full_id, is_id};
pub use service::{Pack, Packs};
pub use source::Source;
pub use store::{OverlayRow, PackRow, packs as list};

/// The module.
pub fn module() -> Module {
    Module {
        name: "packs",
        migrations: migrations!["0001_packs", "0002_calendars"],
        routes: http::routes(),
        jobs: Vec::new(),
        pack_parts: vec![Arc::new(CalendarPart)],
        words: &[(Lang::Vi, include_str!("../i18n/vi.ftl")), (Lang::En, include_str!("../i18n/en.ftl"))],
        openapi: include_str!("../openapi.json"),
    }
}
