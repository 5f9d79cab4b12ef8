//! The rules, a file for each subject.

use crate::{Fault, Tree};

pub mod audited;
pub mod docs;
pub mod drivers;
pub mod events;
pub mod floors;
pub mod fuzz;
pub mod lengths;
pub mod migrations;
pub mod packs;
pub mod pages;
pub mod routes;
pub mod sources;
pub mod words;

/// A rule of the house.
pub struct Rule {
    /// Its name, which stands in every fault.
    pub name: &'static str,
    /// What it says.
    pub says: &'static str,
    /// Finds every place where it is broken.
    pub check: fn(&Tree) -> Vec<Fault>,
}

/// Every rule.
pub const ALL: &[Rule] = &[
    Rule {
        name: floors::NAME,
        says: "a crate imports only lower floors, boards no engine; versions stand in the root Cargo.toml",
        check: floors::check,
    },
    Rule { name: drivers::NAME, says: "only storage knows a database driver", check: drivers::check },
    Rule {
        name: lengths::NAME,
        says: "a file of ours has fewer than 500 lines, a line of Rust at most 110 characters",
        check: lengths::check,
    },
    Rule {
        name: sources::NAME,
        says: "no include! of code, no unwrap outside tests, no numbered files",
        check: sources::check,
    },
    Rule {
        name: migrations::NAME,
        says: "both databases have the same migrations, numbered without gaps, and the crate lists them all",
        check: migrations::check,
    },
    Rule {
        name: events::NAME,
        says: "every event that is published is handled in wiring.rs",
        check: events::check,
    },
    Rule {
        name: audited::NAME,
        says: "every action that the audit log is told has words",
        check: audited::check,
    },
    Rule {
        name: words::NAME,
        says: "every word is there in Vietnamese and English, and every word that is used exists",
        check: words::check,
    },
    Rule {
        name: pages::NAME,
        says: "no inline script, no style attribute: the content policy allows none; icons exist",
        check: pages::check,
    },
    Rule {
        name: routes::NAME,
        says: "every address that a page leads to is answered by a route",
        check: routes::check,
    },
    Rule {
        name: packs::NAME,
        says: "ids of packs, indicators and boards are well made",
        check: packs::check,
    },
    Rule {
        name: fuzz::NAME,
        says: "every parser of foreign bytes has a fuzz target with seeds, and every target a parser",
        check: fuzz::check,
    },
    Rule {
        name: docs::NAME,
        says: "links in documents lead somewhere; decisions are numbered and listed",
        check: docs::check,
    },
];
