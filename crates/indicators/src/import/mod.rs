//! Ways in: files of figures. Bytes → [`workbook`] → [`mapping`] (guessed by [`guess`], confirmed,
//! remembered) → [`rows`] → the door of figures. Nothing is written before a person, or a command, has said
//! so.

mod cells;
mod compound;
mod delimited;
mod encoding;
mod excel;
mod guard;
mod percent;
mod title;

pub mod compare;
pub mod drafts;
pub mod file;
pub mod form;
pub mod guess;
pub mod mapping;
pub mod rows;
pub mod template;
pub mod workbook;

pub use file::{ImportOptions, ImportReport, import_file};
pub use mapping::{Mapping, Role};
pub use percent::Fraction;
pub use rows::CellFault;
pub use workbook::Workbook;
