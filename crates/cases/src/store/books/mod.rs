//! SQL of the books: forms of reports, the registers, the days of reception.

pub mod forms;
pub mod reception;
pub mod register;
