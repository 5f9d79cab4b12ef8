//! The console of those who deal with cases.

pub(super) mod acts;
pub(super) mod case;
pub(super) mod list;
mod offered;
pub(super) mod steps;
