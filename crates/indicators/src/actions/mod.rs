//! What can be done to figures, one file per action.

pub mod import_apply;
pub mod import_preview;
pub mod import_undo;
pub mod record;
pub mod set_targets;
