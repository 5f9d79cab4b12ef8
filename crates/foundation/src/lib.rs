//! Floor 0 of the house: words that every room uses, with no input or output of its own.

pub mod clock;
pub mod error;
pub mod local;

pub use clock::{Clock, Instant, SystemClock, TestClock, new_id};
pub use error::{Error, Kind, Result};
pub use local::{Lang, LocalText};
