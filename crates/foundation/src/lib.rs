//! Floor 0 of the house: words that every room uses, with no input or output of its own.
//!
//! Time: [`clock`] (instants, the only clock), [`civil`] and [`time_of_day`] (dates and hours in Việt Nam),
//! [`period`] (the calendars figures belong to), [`working`] (when a deadline's clock runs), [`lunar`]. Words
//! and numbers: [`text`] (folding, search, names of places), [`number`] (1.234,5), [`legacy`] (old
//! encodings). Reckoning: [`expr`]. And the one [`error`].
//!
//! Every reader here is a pure function of `&str` or `&[u8]` that returns a `Result` and never panics.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test may fall over"))]

pub mod civil;
pub mod clock;
pub mod error;
pub mod expr;
pub mod geo;
pub mod legacy;
pub mod local;
pub mod lunar;
pub mod moment;
pub mod number;
pub mod period;
pub mod phone;
pub mod text;
pub mod time_of_day;
pub mod working;

pub use civil::{Date, ExcelEpoch, Weekday};
pub use clock::{Clock, Instant, Stopwatch, SystemClock, TestClock, new_id, random_bytes};
pub use error::{Error, Kind, Result};
pub use expr::{Expr, Symbols, Value, ValueKind};
pub use local::{Lang, LocalText};
pub use lunar::LunarDate;
pub use period::{Calendar, Period};
pub use time_of_day::TimeOfDay;
pub use working::{Hours, WorkingCalendar};
