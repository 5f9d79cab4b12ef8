//! A figure: a value ready to show, with everything that says how far it can be trusted.

use foundation::{Instant, LocalText, Period};
use serde::{Deserialize, Serialize};

use crate::scope::UnitId;

/// How a value stands against its bands. Always shown with a word or mark, never by colour alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Đạt.
    Good,
    /// Cần chú ý.
    Watch,
    /// Không đạt.
    Bad,
    /// Has no bands, or no value.
    #[default]
    None,
}

impl State {
    /// Its class and its message key.
    pub fn name(self) -> &'static str {
        match self {
            State::Good => "good",
            State::Watch => "watch",
            State::Bad => "bad",
            State::None => "none",
        }
    }
}

/// How many of the units that should report have done so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Default)]
pub struct Coverage {
    /// Units with a value.
    pub reported: u32,
    /// Units that should have one.
    pub expected: u32,
}

/// The change from an earlier period.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Trend {
    /// The earlier value.
    pub before: f64,
    /// Value minus `before`, in the figure's own unit.
    pub change: f64,
    /// Whether the change is for the better, when the indicator says which way that is.
    pub better: Option<bool>,
}

/// A value ready to show.
#[derive(Debug, Clone, Serialize)]
pub struct Figure {
    /// The indicator's full id, `admin.on_time`.
    pub indicator: String,
    /// Its name.
    pub name: LocalText,
    /// Its short name, for tiles.
    pub short: LocalText,
    /// Whose figure.
    pub unit: UnitId,
    /// The value; `None` is shown as missing, never as zero.
    pub value: Option<f64>,
    /// The unit of measure.
    pub measure: LocalText,
    /// Decimals to show.
    pub decimals: u8,
    /// When it was true.
    #[serde(serialize_with = "as_code")]
    pub period: Period,
    /// When we learnt it.
    pub known_at: Option<Instant>,
    /// What was planned for the period.
    pub target: Option<f64>,
    /// How it stands.
    pub state: State,
    /// Against the previous period.
    pub previous: Option<Trend>,
    /// Against the same period last year.
    pub last_year: Option<Trend>,
    /// How complete it is.
    pub coverage: Coverage,
    /// Where it comes from.
    pub source: String,
    /// Who answers for it.
    pub owner: String,
    /// Part of it was estimated (restated boundaries, «ước»).
    pub estimated: bool,
    /// A later period is due already.
    pub stale: bool,
    /// Made by the demo.
    pub demo: bool,
    /// Not for the public.
    pub internal: bool,
}

fn as_code<S: serde::Serializer>(period: &Period, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&period.code())
}
