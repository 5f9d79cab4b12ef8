//! SQL of the books.

pub mod forms;
