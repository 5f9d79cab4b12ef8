//! The program's own pages.

pub mod api;
pub mod jobs;
