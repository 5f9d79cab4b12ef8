//! Floor 5: what must be dealt with by a deadline: field reports, petitions, hotline calls, tasks, incidents.
//!
//! Invariants: a type of cases is pack data, what its states mean and its steps do is a fixed vocabulary
//! ([`workflow`]); a promised moment is kept, never reckoned anew ([`clock`]); who reported stands in a table
//! of its own that the intake desk alone reads ([`store::people`]); what everybody reads is what the desk
//! published; figures follow each change, and each promise is reminded of once ([`figures`],
//! [`keeper`]); two officers never overwrite each other: the second is told what changed; the same report
//! sent twice is one case.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test may fall over"))]

pub mod actions;
pub mod books;
pub mod browsers;
pub mod case;
pub mod clock;
pub mod demo;
pub mod events;
pub mod figures;
mod http;
mod index;
mod jobs;
pub mod keeper;
pub mod offers;
pub mod part;
pub mod receipt;
pub mod route;
pub mod service;
pub mod store;
pub mod tiles;
pub mod workflow;

use std::sync::Arc;

use foundation::Lang;
use kit::Module;
use storage::migrations;

pub use case::{Case, CaseId};
pub use http::open311;
pub use part::WorkflowPart;
pub use service::{CaseType, Types};

/// The module.
pub fn module() -> Module {
    Module {
        name: "cases",
        migrations: migrations![
            "0001_cases",
            "0002_figures",
            "0003_desk",
            "0004_hands",
            "0005_desk_more",
            "0006_books",
            "0007_door",
            "0008_lists",
            "0009_browsers",
            "0010_severity"
        ],
        routes: http::routes(),
        jobs: jobs::all(),
        pack_parts: vec![Arc::new(WorkflowPart), Arc::new(books::part::ReportPart)],
        words: &[(Lang::Vi, include_str!("../i18n/vi.ftl")), (Lang::En, include_str!("../i18n/en.ftl"))],
        openapi: include_str!("../openapi.json"),
    }
}
