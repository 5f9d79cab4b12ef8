//! Toàn Cảnh: the operations centre of a province, a city or a commune.
//!
//! This crate knows everybody: it reads the command line and the configuration, opens the doors, lists the
//! modules and wires their events ([`wiring`]). It holds no rule of its own.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test may fall over"))]

pub mod citizens;
pub mod cli;
pub mod commands;
pub mod config;
mod errors;
pub mod lease;
pub mod measure;
pub mod of_cases;
pub mod open;
pub mod openapi;
pub mod outbox;
pub mod outward;
mod pages;
pub mod serve;
mod shell;
mod squeeze;
mod tend;
mod tls;
pub mod told;
pub mod wiring;
pub mod worker;
