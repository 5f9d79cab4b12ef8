//! Stories of identity over HTTP, on SQLite and PostgreSQL.

#![allow(clippy::unwrap_used, reason = "a test may fall over")]

mod accounts;
mod door;
mod log;
mod matrix;
mod provider;
mod support;
mod vault;
mod words;
