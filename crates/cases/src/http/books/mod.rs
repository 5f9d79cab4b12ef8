//! Pages of the books.

pub(in crate::http) mod report;
