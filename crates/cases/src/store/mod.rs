//! The module's SQL.

pub mod cases;
pub mod desk;
pub mod entries;
pub mod figures;
pub mod lists;
pub mod keeping;
pub mod league;
pub mod people;
pub mod photos;
pub mod public;
pub mod types;
