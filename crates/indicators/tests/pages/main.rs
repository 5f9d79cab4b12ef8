//! Stories over HTTP: what people and programs are shown, on every database.

mod api;
mod figures;
mod lists;
mod place;
mod words;
