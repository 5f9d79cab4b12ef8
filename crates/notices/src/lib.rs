//! Floor 5: messages to people, by every channel.
//!
//! Another room writes a [`Notice`] with [`post`] in its own transaction; that is all it does. What follows
//! is ours: the desk ([`desk`]) chooses the ways (what the person wants, what the kind allows, which
//! addresses the registry has), waits for the end of quiet hours or for the daily letter, sends, tries again,
//! and keeps a log of it.
//!
//! Invariants: the same key is told once to one person; nothing is sent inside a transaction; before a
//! message leaves, its row says «sending», so that after a crash it is *uncertain* and never sent again by
//! itself, unless the channel drops doubles; an address is asked of the [`AddressBook`] when it is needed and
//! kept here only masked; what a person turned off is not sent, even if it waited already; events, audit and
//! log hold ids, never a person's values.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test may fall over"))]

pub mod actions;
pub mod book;
pub mod channel;
pub mod desk;
pub mod gateway;
pub mod habits;
mod http;
pub mod jobs;
pub mod kinds;
pub mod notice;
pub mod offers;
pub mod office;
pub mod outside;
pub mod push;
pub mod sms;
pub mod smtp;
pub mod store;
pub mod text;
pub mod token;

use std::sync::Arc;

use foundation::Lang;
use kit::Module;
use storage::migrations;

pub use book::{AddressBook, Addressee, Person, Tongue};
pub use channel::{Channel, Message, Outcome, To, Via};
pub use desk::keep;
pub use notice::{Notice, forget, post};
pub use office::Office;

/// The module.
pub fn module() -> Module {
    Module {
        name: "notices",
        migrations: migrations!["0001_notices", "0002_mailings", "0003_browsers"],
        routes: http::routes(),
        jobs: vec![Arc::new(jobs::Mailings)],
        pack_parts: Vec::new(),
        words: &[(Lang::Vi, include_str!("../i18n/vi.ftl")), (Lang::En, include_str!("../i18n/en.ftl"))],
        openapi: "",
    }
}
