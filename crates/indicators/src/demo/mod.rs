//! The demo: synthetic figures, so that a place can see the whole before its own figures come. Everything it
//! writes is marked «Số liệu mẫu» and one command takes it away.
//!
//! - [`series`]: how a pack says what its figures look like, and the table that keeps it;
//! - [`generate`]: the values, pure: the same unit, indicator and period give the same value for ever;
//! - [`stories`]: what is planted so that the lists have something to tell: late units, one weak unit a
//!   field, corrections;
//! - [`places`]: who reports, with how many people, also before the reform;
//! - [`targets`]: made-up plans of the year;
//! - [`feed`]: making it; [`live`]: the living feed; [`remove`]: taking it away.

pub mod chance;
pub mod feed;
pub mod generate;
pub mod live;
pub mod places;
pub mod remove;
pub mod series;
mod shape;
pub mod stories;
pub mod targets;

pub use feed::{DemoReport, Depth, create, create_with};
pub use live::tick;
pub use remove::{is_demo, remove};
pub use series::{Spec, check, load, save};

/// The code of the demo's source.
pub const SOURCE: &str = "demo";

/// The setting that says since when (µs UTC) the figures are those of the demo.
pub const SETTING: &str = "demo";

/// The note of the living feed's deliveries.
pub(crate) const TICK_NOTE: &str = "tick";

/// The source of made-up figures: whatever else is there is shown instead.
pub(crate) fn source() -> crate::actions::record::SourceSpec {
    crate::actions::record::SourceSpec {
        code: SOURCE.into(),
        name: "Số liệu mẫu".into(),
        owner: "Chương trình (không phải số liệu thật)".into(),
        precedence: 900,
    }
}
