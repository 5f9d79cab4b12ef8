//! The SQL of identity, a file per noun.

pub mod accounts;
pub mod citizens;
pub mod contacts;
pub mod grants;
pub mod keys;
pub mod links;
pub mod log;
pub mod sessions;
