//! Floor 4: people and programs, sign-in, sessions, grants, what somebody sees, and the audit log.
//!
//! Invariants: no secret is kept, only its hash (the secrets of codes excepted, which must be read to
//! count: they lie sealed under the installation key); nobody gives others more than they hold; whoever is
//! barred is out at once; the last administrator stays; a row of the audit log is never changed, and its
//! chain shows when it was. Events and audit hold ids, never names.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test may fall over"))]

pub mod actions;
pub mod auth;
pub mod citizen;
pub mod grant;
mod holders;
mod http;
pub mod oidc;
pub mod password;
pub mod pause;
mod place;
pub mod reach;
pub mod seal;
pub mod sheet;
pub mod store;
pub mod token;
pub mod totp;
pub mod vault;

use foundation::Lang;
use kit::Module;
use storage::migrations;

pub use actions::first_run::{ROOT_CHOSEN, first_run_link};
pub use auth::Auth;
pub use citizen::{Citizen, Citizens, Code, CodeSender};
pub use grant::{ROOT_UNIT, root_unit};
pub use http::sentence;
pub use seal::{Broken, Report, keep, seal, verify};

/// The module.
pub fn module() -> Module {
    Module {
        name: "identity",
        migrations: migrations!["0001_identity", "0002_sealed_codes", "0003_contacts", "0004_citizens"],
        routes: http::routes(),
        jobs: Vec::new(),
        pack_parts: Vec::new(),
        words: &[(Lang::Vi, include_str!("../i18n/vi.ftl")), (Lang::En, include_str!("../i18n/en.ftl"))],
        openapi: "",
    }
}
