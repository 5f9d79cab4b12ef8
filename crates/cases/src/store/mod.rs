//! The module's SQL.

pub mod also;
pub mod books;
pub mod browsers;
pub mod cases;
pub mod claims;
pub mod desk;
pub mod disputes;
pub mod entries;
pub mod figures;
pub mod keeping;
pub mod league;
pub mod lists;
pub mod people;
pub mod photos;
pub mod public;
pub mod types;
