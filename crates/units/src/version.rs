//! A unit as it was for some time.

use foundation::Date;
use kit::UnitId;
use serde::{Deserialize, Serialize};

/// The first day of what began before our records.
pub const BEFORE_RECORDS: Date = Date(i32::MIN);

/// The tier of a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// The country.
    Country,
    /// Tỉnh, thành phố trực thuộc trung ương.
    Province,
    /// Quận, huyện, thị xã, thành phố thuộc tỉnh: until 2025-06-30.
    District,
    /// Xã, phường, đặc khu (thị trấn until 2025-06-30).
    Commune,
    /// An agency of the province: sở, ban, ngành.
    Department,
    /// An agency of the commune: phòng, trung tâm.
    Office,
}

impl Level {
    /// Every level.
    pub const ALL: [Level; 6] =
        [Level::Country, Level::Province, Level::District, Level::Commune, Level::Department, Level::Office];

    /// Its name in tables and files.
    pub fn name(self) -> &'static str {
        match self {
            Level::Country => "country",
            Level::Province => "province",
            Level::District => "district",
            Level::Commune => "commune",
            Level::Department => "department",
            Level::Office => "office",
        }
    }

    /// Reads a name.
    pub fn parse(name: &str) -> Option<Level> {
        Level::ALL.into_iter().find(|l| l.name() == name)
    }

    /// Whether it is a place (else an agency).
    pub fn is_place(self) -> bool {
        !matches!(self, Level::Department | Level::Office)
    }
}

/// One version of a unit: what it was from `valid_from` until the day before `valid_to`.
#[derive(Debug, Clone, PartialEq)]
pub struct Version {
    /// Whose.
    pub unit: UnitId,
    /// Its first day.
    pub valid_from: Date,
    /// The first day on which it no longer was so.
    pub valid_to: Option<Date>,
    /// Its tier.
    pub level: Level,
    /// «Xã», «Phường», «Thành phố», …
    pub kind: String,
    /// The official code of the time (QĐ 124/2004, from 2025-07-01 QĐ 19/2025).
    pub code: String,
    /// Its name without the kind.
    pub name: String,
    /// The unit above it.
    pub parent: Option<UnitId>,
    /// For an agency: the place it serves.
    pub place: Option<UnitId>,
    /// A point inside it, degrees.
    pub point: Option<(f64, f64)>,
    /// Its area.
    pub area_km2: Option<f64>,
    /// Its people.
    pub population: Option<i64>,
    /// The act that made it so.
    pub legal_ref: Option<String>,
    /// Whether that act was read.
    pub verified: bool,
}

impl Version {
    /// A unit that was so before there were records and still is, of which nothing more is known. Whoever
    /// makes one by hand names what differs: `Version { parent, ..Version::plain(…) }`.
    pub fn plain(unit: UnitId, level: Level, kind: &str, code: &str, name: &str) -> Version {
        Version {
            unit,
            valid_from: BEFORE_RECORDS,
            valid_to: None,
            level,
            kind: kind.into(),
            code: code.into(),
            name: name.into(),
            parent: None,
            place: None,
            point: None,
            area_km2: None,
            population: None,
            legal_ref: None,
            verified: false,
        }
    }

    /// Whether it was so on `day`.
    pub fn holds_on(&self, day: Date) -> bool {
        self.valid_from <= day && self.valid_to.is_none_or(|end| day < end)
    }

    /// «Xã Trần Đề», «Phường 1»; an agency's name stands alone.
    pub fn full_name(&self) -> String {
        match (self.level, self.kind.as_str()) {
            (Level::Country | Level::Department | Level::Office, _) | (_, "") => self.name.clone(),
            (_, kind) => format!("{kind} {}", self.name),
        }
    }

    /// The kind as abbreviated before a name, `TP.`, `X.`, `P.`.
    pub fn short_kind(&self) -> &str {
        match self.kind.as_str() {
            "Thành phố" => "TP.",
            "Phường" => "P.",
            "Xã" => "X.",
            "Đặc khu" => "ĐK.",
            "Thị trấn" => "TT.",
            other => other,
        }
    }
}

/// What became of a unit that ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Succession {
    /// The unit that ended.
    pub old: UnitId,
    /// A unit that took over.
    pub new: UnitId,
    /// The first day of the new one.
    pub effective: Date,
    /// Whether the old unit went over whole.
    pub whole: bool,
    /// The part of the old unit that went to `new`, 0–1; the shares of one old unit sum to 1.
    pub share: f64,
    /// How the share is known, `whole` or `estimated:…`.
    pub basis: String,
    /// The act.
    pub legal_ref: Option<String>,
    /// Whether the act was read.
    pub verified: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(kind: &str, name: &str) -> Version {
        let valid = (Date(0), Some(Date(10)));
        let plain = Version::plain(1, Level::Commune, kind, "00001", name);
        Version { valid_from: valid.0, valid_to: valid.1, ..plain }
    }

    #[test]
    fn a_version_ends_on_the_day_before_valid_to() {
        let v = version("Xã", "Trần Đề");
        assert!(v.holds_on(Date(9)));
        assert!(!v.holds_on(Date(10)));
    }

    #[test]
    fn a_ward_that_is_a_number_is_called_by_its_kind_and_number() {
        assert_eq!(version("Phường", "1").full_name(), "Phường 1");
    }
}
