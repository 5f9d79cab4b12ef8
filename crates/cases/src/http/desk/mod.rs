//! The console of those who deal with cases.

pub(super) mod acts;
pub(super) mod bulk;
pub(super) mod case;
pub(super) mod hands;
pub(super) mod list;
pub(super) mod map;
mod near;
pub(super) mod new;
mod offered;
mod photo_forms;
pub(super) mod photos;
pub(super) mod sheet;
pub(super) mod shift;
mod snippets;
pub(super) mod steps;
