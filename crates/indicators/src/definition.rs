//! What is measured, and how: the definition of an indicator, as a pack writes it and as rows keep it.

use foundation::{Calendar, Date, LocalText, Period};
use kit::State;
use serde::{Deserialize, Serialize};
use units::agencies::template::is_called;

/// Who delivers the values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportedBy {
    /// Every commune.
    Commune,
    /// The province (or its department) for the whole.
    Province,
    /// Every agency of the province.
    Agency,
    /// Nobody: it follows from other indicators.
    Computed,
}

/// Who delivers the values: one kind, or several that report each for themselves.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Reporters(pub Vec<ReportedBy>);

impl Reporters {
    /// Whether this kind delivers.
    pub fn has(&self, by: ReportedBy) -> bool {
        self.0.contains(&by)
    }
}

impl Serialize for Reporters {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self.0.as_slice() {
            [one] => one.serialize(to),
            all => all.serialize(to),
        }
    }
}

impl<'de> Deserialize<'de> for Reporters {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Either {
            One(ReportedBy),
            Several(Vec<ReportedBy>),
        }
        match Either::deserialize(from)? {
            Either::One(one) => Ok(Reporters(vec![one])),
            Either::Several(all) if all.len() > 1 && !all.contains(&ReportedBy::Computed) => {
                Ok(Reporters(all))
            }
            Either::Several(_) => Err(serde::de::Error::custom(
                "reported_by: a list names two or more of commune, province, agency",
            )),
        }
    }
}

/// How units' values make the value of the place above them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum OverPlaces {
    /// They add up.
    Sum,
    /// Their plain mean.
    Mean,
    /// The highest of them.
    Max,
    /// It is not rolled up: only the unit that reports has a value.
    None,
    /// Their mean, weighted by another indicator.
    #[serde(untagged)]
    Weighted {
        /// The weights.
        mean: Weight,
    },
    /// How many units fulfil a condition.
    #[serde(untagged)]
    Count {
        /// The condition.
        count: CountWhen,
    },
    /// `of / to × times`, from the sums of both at every level.
    #[serde(untagged)]
    Ratio {
        /// The two parts.
        ratio: Ratio,
    },
    /// An expression over other indicators of the same unit and period.
    #[serde(untagged)]
    Formula {
        /// The expression.
        formula: String,
    },
}

/// See [`OverPlaces::Weighted`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Weight {
    /// The indicator that weighs.
    pub weight: String,
}

/// See [`OverPlaces::Count`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CountWhen {
    /// A condition on `value`.
    pub when: String,
}

/// See [`OverPlaces::Ratio`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ratio {
    /// The numerator's indicator.
    pub of: String,
    /// The denominator's.
    pub to: String,
    /// A factor, 100 for percent.
    #[serde(default = "one")]
    pub times: f64,
}

fn one() -> f64 {
    1.0
}

/// How values of the reported calendar make the value of a longer period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum OverTime {
    /// They add up.
    Sum,
    /// Their mean.
    Mean,
    /// The highest of them.
    Max,
    /// The last one holds.
    #[default]
    Last,
    /// They make none.
    None,
}

/// How a value is divided when its unit's boundaries changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum Apportion {
    /// By the share of the area.
    Area,
    /// By the share of the people; by area while people are unknown.
    Population,
    /// It cannot be divided: restated figures show it as missing.
    #[default]
    None,
}

/// Which way is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// More is better.
    Up,
    /// Less is better.
    Down,
    /// Inside the good band is better.
    InRange,
    /// Neither.
    #[default]
    Neutral,
}

/// A band of values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Band {
    /// The band ends below this value; the last has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<f64>,
    /// What it means.
    pub state: State,
    /// Its name where a law gives one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<LocalText>,
    /// Its colour where a law gives one, `#rrggbb`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub color: Option<String>,
}

/// The values that can be true.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub struct Bounds {
    /// The least.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<f64>,
    /// The most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<f64>,
}

/// The target of every unit that has no target of its own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DefaultTarget {
    /// The value to reach.
    pub value: f64,
    /// The act it was read in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub legal_ref: Option<String>,
    /// Whether it was read in a source.
    #[serde(default)]
    pub verified: bool,
}

/// A value that is counted from the start of the year («lũy kế»), and how much of the year's target is to be
/// reached by when.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub struct Course {
    /// Percent of the year's target to be reached at the end of each of so many equal parts of the year:
    /// `[10, 30, 60, 100]` by quarters. Between them the way is straight; without any it is straight all
    /// year.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reached: Vec<f64>,
}

impl Course {
    /// The share of the year's target to be reached by the last day of `period`, which lies in `year`.
    pub fn share(&self, period: Period, year: Period) -> f64 {
        let days = f64::from(year.days());
        let gone = (f64::from(period.last_day().days_since(year.first_day())) + 1.0).clamp(0.0, days) / days;
        if self.reached.is_empty() {
            return gone;
        }
        let at = gone * self.reached.len() as f64;
        let done = (at.floor() as usize).min(self.reached.len());
        let reached = |n: usize| n.checked_sub(1).and_then(|i| self.reached.get(i)).copied().unwrap_or(0.0);
        let next = reached((done + 1).min(self.reached.len()));
        (reached(done) + (next - reached(done)) * (at - done as f64)) / 100.0
    }
}

/// When the source must have reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Due {
    /// So many days after the period's last day.
    pub days: i32,
}

impl Default for Due {
    fn default() -> Self {
        Due { days: 10 }
    }
}

/// Who may read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    /// Everybody.
    Public,
    /// Who is granted.
    #[default]
    Internal,
}

/// A dimension: an extra key of observations.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dim {
    /// Its id, `sex`.
    pub id: String,
    /// Its name.
    #[serde(default)]
    pub name: Option<LocalText>,
    /// Its values.
    pub values: Vec<DimValue>,
}

/// A value of a dimension.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DimValue {
    /// Its id, `f`.
    pub id: String,
    /// Its name.
    pub name: LocalText,
}

/// An indicator as a pack writes it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Definition {
    /// Its id inside the pack.
    pub id: String,
    /// Its group.
    #[serde(default)]
    pub group: Option<String>,
    /// Its name.
    pub name: LocalText,
    /// Its short name, for tiles.
    #[serde(default)]
    pub short: Option<LocalText>,
    /// The unit of measure.
    pub unit: LocalText,
    /// Decimals that are kept and shown.
    #[serde(default)]
    pub decimals: u8,
    /// The calendar it is reported in.
    pub calendar: Calendar,
    /// Who delivers.
    pub reported_by: Reporters,
    /// The departments that are asked, by the codes of the template of agencies; empty for all of the place.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub agencies: Vec<String>,
    /// Roll-up over places.
    pub over_places: OverPlaces,
    /// Roll-up over time.
    #[serde(default)]
    pub over_time: OverTime,
    /// A unit that has no such thing stays silent and is not late.
    #[serde(default)]
    pub optional: bool,
    /// Whether it is one of the few by which its field is judged: those come first where only a few are
    /// shown.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub key: bool,
    /// Restating.
    #[serde(default)]
    pub apportion: Apportion,
    /// Which way is better.
    #[serde(default)]
    pub direction: Direction,
    /// The bands, ascending.
    #[serde(default)]
    pub bands: Vec<Band>,
    /// A statutory set of bands, `vn_aqi`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub palette: Option<String>,
    /// The values that can be true.
    #[serde(default)]
    pub range: Bounds,
    /// The default target.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<DefaultTarget>,
    /// Set when values are counted from the start of the year, so that early in the year only a part of the
    /// year's target is asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cumulative: Option<Course>,
    /// When it is due.
    #[serde(default)]
    pub due: Due,
    /// Who may read it.
    #[serde(default)]
    pub visibility: Visibility,
    /// Where the values come from.
    #[serde(default)]
    pub source: Option<LocalText>,
    /// How it is counted.
    #[serde(default)]
    pub explain: Option<LocalText>,
    /// Extra keys.
    #[serde(default)]
    pub dims: Vec<Dim>,
    /// The act that prescribes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub legal_ref: Option<String>,
    /// Whether that act was read.
    #[serde(default)]
    pub verified: bool,
}

/// An applied indicator: its number, its full id and its definition.
#[derive(Debug, Clone, PartialEq)]
pub struct Indicator {
    /// Our number for it.
    pub id: i64,
    /// Its full id, `admin.on_time`.
    pub code: String,
    /// Its pack.
    pub pack: String,
    /// The version of the definition.
    pub version: i64,
    /// The day on which its first version was applied here.
    pub since: Date,
    /// The definition, with full ids inside.
    pub def: Definition,
}

impl Indicator {
    /// Whether the department with this code is asked for its values.
    pub fn asks_agency(&self, code: &str) -> bool {
        let named = &self.def.agencies;
        named.is_empty() || named.iter().any(|key| is_called(code, key))
    }

    /// Its short name, or its name.
    pub fn short(&self) -> &LocalText {
        self.def.short.as_ref().unwrap_or(&self.def.name)
    }

    /// Whether the public may read it.
    pub fn is_public(&self) -> bool {
        self.def.visibility == Visibility::Public
    }

    /// Whether values are delivered for it.
    pub fn is_reported(&self) -> bool {
        !self.def.reported_by.has(ReportedBy::Computed)
    }

    /// Whether its values are in percent.
    pub fn is_percent(&self) -> bool {
        self.def.unit.vi.trim_start().starts_with('%')
    }

    /// The band of a value.
    pub fn band(&self, value: f64) -> Option<&Band> {
        self.def.bands.iter().find(|b| b.to.is_none_or(|to| value < to))
    }

    /// How a value stands: by its bands, or else by its target.
    pub fn state(&self, value: Option<f64>, target: Option<f64>) -> State {
        let Some(value) = value else { return State::None };
        if let Some(band) = self.band(value) {
            return band.state;
        }
        let Some(target) = target else { return State::None };
        let met = match self.def.direction {
            Direction::Up => value >= target,
            Direction::Down => value <= target,
            Direction::InRange | Direction::Neutral => return State::None,
        };
        let near = (value - target).abs() <= target.abs() * 0.1;
        match (met, near) {
            (true, _) => State::Good,
            (false, true) => State::Watch,
            (false, false) => State::Bad,
        }
    }

    /// Whether a change by `change` is for the better.
    pub fn better(&self, before: f64, change: f64) -> Option<bool> {
        match self.def.direction {
            _ if change == 0.0 => None,
            Direction::Up => Some(change > 0.0),
            Direction::Down => Some(change < 0.0),
            Direction::InRange => {
                let rank = |v: f64| match self.state(Some(v), None) {
                    State::Good => 2,
                    State::Watch => 1,
                    State::Bad | State::None => 0,
                };
                let (a, b) = (rank(before), rank(before + change));
                (a != b).then_some(b > a)
            }
            Direction::Neutral => None,
        }
    }

    /// `value` as it is kept: rounded half away from zero to the definition's decimals.
    pub fn rounded(&self, value: f64) -> f64 {
        let scale = 10_f64.powi(i32::from(self.def.decimals));
        (value * scale).round() / scale
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_year_s_target_is_due_in_parts() {
        let at = |course: &Course, code: &str| {
            let period = Period::from_code(code).unwrap();
            (course.share(period, period.coarser(Calendar::Year).unwrap()) * 1000.0).round() / 1000.0
        };
        let straight = Course::default();
        assert_eq!(at(&straight, "2026-01"), 0.085, "31 of 365 days");
        assert_eq!((at(&straight, "2026-12"), at(&straight, "2026")), (1.0, 1.0));
        let slow = Course { reached: vec![10.0, 30.0, 60.0, 100.0] };
        assert_eq!(at(&slow, "2026-12"), 1.0);
        let (march, may, june) = (at(&slow, "2026-03"), at(&slow, "2026-05"), at(&slow, "2026-06"));
        assert!((0.095..0.105).contains(&march), "{march}");
        assert!((0.29..0.31).contains(&june) && march < may && may < june, "{may} {june}");
    }
}
