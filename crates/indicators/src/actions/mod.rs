//! What can be done to figures, one file per action.

pub mod record;
