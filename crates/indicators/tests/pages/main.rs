//! Stories over HTTP: what people and programs are shown, on every database.

#![allow(clippy::unwrap_used, reason = "a test may fall over")]

mod api;
mod figures;
mod lists;
mod map;
mod place;
mod targets;
mod targets_pages;
mod words;
