//! The program as it is wired, on every database that tests run on: its modules together, its worker, its
//! copies. One program of tests, because each one more would be linked whole.

#![allow(clippy::unwrap_used, reason = "a test may fall over")]

mod agencies;
mod backup;
mod cases;
mod citizens;
mod jobs;
mod mixed_roles;
mod offers;
mod open311;
mod outbox;
mod outward;
mod place;
mod roles;
mod schema;
