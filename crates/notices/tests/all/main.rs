//! Notices, told as stories on both databases: with a real server of e-mail, a real receiver of HTTP.

#![allow(clippy::unwrap_used, reason = "a test may fall over")]

mod crash;
mod email;
mod mailings;
mod outside;
mod pages;
mod place;
mod rules;
