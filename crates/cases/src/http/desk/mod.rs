//! The console of those who deal with cases.

pub(super) mod case;
pub(super) mod list;
pub(super) mod steps;
