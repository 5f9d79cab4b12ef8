//! Finding a unit by what people type: a code, a name with or without marks, an old name, «TP.», «P.», «X.».
//!
//! [`Map::search`] offers; [`Map::resolve`] decides, and decides only when there is one answer: an import
//! must never guess which of two communes of one name is meant.

use foundation::Date;
use foundation::text::{PlaceKind, SearchKey, parse_place_parts, parse_place_query, same_spelling};
use kit::UnitId;

use crate::atlas::Map;
use crate::version::{Level, Version};

/// Something that fits a query.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The unit.
    pub unit: UnitId,
    /// Its full name, as the query met it: an old name for an old unit.
    pub name: String,
    /// The unit above it.
    pub above: Option<String>,
    /// Its code at that time.
    pub code: String,
    /// How well it fits, 0–100.
    pub score: u32,
    /// Since when it is no more, for units and names of the past.
    pub ended: Option<Date>,
    /// What became of it, for units that ended.
    pub successors: Vec<UnitId>,
}

/// What one cell of a table means.
#[derive(Debug, Clone, PartialEq)]
pub enum Resolution {
    /// This unit.
    One(UnitId),
    /// One of these: somebody must say which.
    Many(Vec<Found>),
    /// A unit that is no more, with what became of it.
    Closed(Box<Found>),
    /// Nothing; these come near.
    Unknown(Vec<Found>),
}

fn kind_fits(kind: Option<PlaceKind>, version: &Version) -> bool {
    kind.is_none_or(|k| same_spelling(k.vi(), &version.kind))
}

impl Map {
    fn found(&self, version: &Version, score: u32, day: Date) -> Found {
        let seen = version.valid_to.map_or(day, |end| end.add_days(-1).min(day));
        Found {
            unit: version.unit,
            name: version.full_name(),
            above: version.parent.and_then(|p| self.nearest(p, seen)).map(Version::full_name),
            code: version.code.clone(),
            score,
            ended: version.valid_to.filter(|end| *end <= day),
            successors: self.successors(version.unit).iter().map(|s| s.new).collect(),
        }
    }

    /// Units whose name, code or former name fits `query`, the best first; today's before those of the past.
    pub fn search(&self, query: &str, root: Option<UnitId>, day: Date, limit: usize) -> Vec<Found> {
        let asked = parse_place_query(query);
        let rest = SearchKey::new(&asked.rest);
        let whole = SearchKey::new(&asked.whole);
        let digits = !asked.rest.is_empty() && asked.rest.bytes().all(|b| b.is_ascii_digit());
        let mut best: Vec<Found> = Vec::new();
        for (version, name) in self.versions().iter().zip(self.search_keys()) {
            let mut score = whole.score(name);
            if kind_fits(asked.kind, version) {
                score = score.max(rest.score(name));
            }
            if digits && version.code == query.trim() {
                score = Some(100);
            }
            let Some(score) = score else { continue };
            if let Some(root) = root
                && !self.touches(version, root, day)
            {
                continue;
            }
            best.push(self.found(version, score, day));
        }
        for (unit, name) in self.other_names() {
            if let Some(score) = whole.score(&SearchKey::new(name))
                && let Some(version) = self.on(*unit, day)
            {
                best.push(self.found(version, score.saturating_sub(1), day));
            }
        }
        best.sort_by(|a, b| {
            (b.score, a.ended.is_some(), &a.code).cmp(&(a.score, b.ended.is_some(), &b.code))
        });
        let mut seen = std::collections::HashSet::new();
        best.retain(|f| seen.insert(f.unit));
        best.truncate(limit);
        best
    }

    /// Whether a version lies below `root`, or became something that does.
    fn touches(&self, version: &Version, root: UnitId, day: Date) -> bool {
        self.is_within(version.unit, root, day)
            || self.successors(version.unit).iter().any(|s| self.is_within(s.new, root, day))
    }

    /// The one unit of `level` below `root` that bore this code on `day`; Excel may have eaten its first
    /// zeros.
    pub fn coded(&self, text: &str, root: UnitId, level: Option<Level>, day: Date) -> Option<UnitId> {
        let text = text.trim();
        let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let padded = match text.len() {
            // The code of an agency is whatever people chose.
            _ if !digits => text.to_owned(),
            1 => format!("0{text}"),
            3 | 4 => format!("{text:0>5}"),
            _ => text.to_owned(),
        };
        let fits = |v: &&Version| {
            level.is_none_or(|l| v.level == l) && v.holds_on(day) && self.is_within(v.unit, root, day)
        };
        let mut bearers: Vec<&Version> = self.with_code(&padded).filter(fits).collect();
        bearers.dedup_by_key(|v| v.unit);
        match bearers.as_slice() {
            [one] => Some(one.unit),
            _ => None,
        }
    }

    /// What `text` in a table means, among the units of `level` below `root` that existed on `day`. A code
    /// decides; a name decides when it is the only one; «Xã A, tỉnh B» narrows by what is above.
    pub fn resolve(&self, text: &str, root: UnitId, level: Option<Level>, day: Date) -> Resolution {
        if let Some(unit) = self.coded(text, root, level, day) {
            return Resolution::One(unit);
        }
        let text = text.trim();
        let level_fits = |v: &Version| level.is_none_or(|l| v.level == l);
        let parts = parse_place_parts(text);
        let Some(first) = parts.first() else { return Resolution::Unknown(Vec::new()) };
        let name_fits = |v: &Version| {
            (kind_fits(first.kind, v) && same_spelling(&v.name, &first.rest))
                || same_spelling(&v.name, &first.whole)
        };
        let here = |v: &Version| {
            let mut above = self.ancestors(v.unit, day);
            above.retain(|a| {
                parts[1..].iter().any(|p| SearchKey::new(&p.rest).score(&SearchKey::new(&a.name)) >= Some(90))
            });
            self.is_within(v.unit, root, day) && (parts.len() == 1 || !above.is_empty())
        };
        let spelt = self.spelt(&[&first.rest, &first.whole]);
        let exact: Vec<&Version> = spelt
            .iter()
            .copied()
            .filter(|v| level_fits(v) && v.holds_on(day) && name_fits(v) && here(v))
            .collect();
        match exact.as_slice() {
            [one] => return Resolution::One(one.unit),
            [] => {}
            several => {
                return Resolution::Many(several.iter().map(|v| self.found(v, 100, day)).collect());
            }
        }
        let past = spelt
            .iter()
            .rev()
            .copied()
            .find(|v| level_fits(v) && !v.holds_on(day) && name_fits(v) && self.touches(v, root, day));
        let mut near = self.search(text, Some(root), day, 6);
        near.retain(|f| f.ended.is_none() && self.on(f.unit, day).is_some_and(level_fits));
        // Without its marks a name still decides, when nothing else of that sound is there.
        let same_sound: Vec<&Found> = near.iter().filter(|f| f.score >= 90).collect();
        match (same_sound.as_slice(), past) {
            ([one], _) => Resolution::One(one.unit),
            ([_, _, ..], _) => Resolution::Many(near.into_iter().filter(|f| f.score >= 90).collect()),
            ([], Some(v)) => {
                // The same unit under another name is still that unit.
                match self.on(v.unit, day) {
                    Some(_) => Resolution::One(v.unit),
                    None => Resolution::Closed(Box::new(self.found(v, 100, day))),
                }
            }
            ([], None) => Resolution::Unknown(near),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed;

    fn map() -> Map {
        let mut versions = seed::shipped_versions().unwrap();
        versions.sort_by_key(|v| (v.unit, v.valid_from));
        Map::new(versions, seed::shipped_successions().unwrap(), Vec::new())
    }

    fn today() -> Date {
        Date::parse("2026-11-22").unwrap()
    }

    #[test]
    fn a_name_without_marks_is_found() {
        let map = map();
        let found = map.search("tran de", Some(92), today(), 5);
        assert_eq!(found[0].name, "Xã Trần Đề");
    }

    #[test]
    fn both_placements_of_the_tone_mean_the_same_unit() {
        let map = map();
        let a = map.resolve("Vị Thuỷ", 92, Some(Level::Commune), today());
        let b = map.resolve("Xã Vị Thủy", 92, Some(Level::Commune), today());
        assert_eq!(a, b);
        assert!(matches!(a, Resolution::One(_)), "{a:?}");
    }

    #[test]
    fn a_code_decides_even_when_excel_ate_its_zero() {
        let map = map();
        let hoan_kiem = map.resolve("70", 1, Some(Level::Commune), today());
        assert!(!matches!(hoan_kiem, Resolution::Many(_)));
        let cua_nam = map.resolve("00082", 1, Some(Level::Commune), today());
        assert_eq!(cua_nam, map.resolve("Cửa Nam", 1, Some(Level::Commune), today()));
    }

    #[test]
    fn a_closed_unit_offers_its_successors() {
        let map = map();
        match map.resolve("Thị trấn Lịch Hội Thượng", 92, Some(Level::Commune), today()) {
            Resolution::Closed(found) => assert!(!found.successors.is_empty()),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn nonsense_is_unknown() {
        assert!(matches!(map().resolve("Xyzzy", 92, Some(Level::Commune), today()), Resolution::Unknown(_)));
    }
}
