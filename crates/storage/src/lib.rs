//! Floor 1: the only room that knows a database.
//!
//! Invariants: no other crate imports a driver (`clippy.toml` and a test say so); every change runs in a
//! [`Tx`]; a change and its events, jobs and audit rows commit together or not at all; one SQL text serves
//! both databases, and what cannot is a named function of [`dialect`].

pub mod db;
pub mod dialect;
mod faults;
pub mod files;
pub mod folder;
pub mod jobs;
pub mod key;
pub mod migrate;
pub mod outbox;
mod postgres;
pub mod settings;
mod sqlite;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod upkeep;
pub mod value;
pub mod words;

pub use db::{Db, Tx};
pub use dialect::Dialect;
pub use key::InstallationKey;
pub use migrate::{Migration, migrate};
pub use value::{FromRow, FromValue, Value};
