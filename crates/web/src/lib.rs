//! Floor 1: how pages look and stay alive. Knows no module and no database.

pub mod assets;
pub mod fault;
pub mod headers;
pub mod live;
pub mod page;
pub mod peer;
pub mod sse;
pub mod svg;
pub mod words;

pub use fault::{Answer, Fault};
pub use page::{NavEntry, NavGroup, Page, Theme};
pub use words::Words;
