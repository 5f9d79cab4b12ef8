//! What can be done to units, one file per action.

pub mod choose_root;
pub mod import_agencies;
