//! Pages and the machine's door.

pub mod grid_pages;
pub mod import_pages;
mod import_shown;
