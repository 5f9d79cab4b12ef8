//! The console of those who deal with cases.

pub(super) mod acts;
pub(super) mod bulk;
pub(super) mod case;
pub(super) mod list;
pub(super) mod map;
mod near;
pub(super) mod new;
mod offered;
pub(super) mod sheet;
pub(super) mod shift;
pub(super) mod steps;
