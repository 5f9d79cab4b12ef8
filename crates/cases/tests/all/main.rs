//! Cases over HTTP and in the database, on every database that tests run on.

#![allow(clippy::unwrap_used, reason = "a test may fall over")]

mod keep;
mod openness;
mod place;
mod privacy;
mod search;
mod story;
mod together;
