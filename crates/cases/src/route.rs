//! Who gets a case: the first route of its type that fits its category, its place and its facts.

use foundation::{Date, Instant, TimeOfDay};
use kit::UnitId;
use units::Map;

use crate::case::Case;
use crate::service::{CaseType, Types};

/// The unit in charge of `case`, as its type routes it; its place where nothing fits, or where the agency
/// that should have it does not exist there.
pub fn route(types: &Types, kind: &CaseType, case: &Case, map: &Map, root: UnitId, now: Instant) -> UnitId {
    let day = Date::of(now);
    let category = kind.flow.category(&case.category);
    let place = map.on(case.place, day);
    let fits_category = |wanted: &[String]| {
        wanted.is_empty() || category.is_some_and(|c| wanted.iter().any(|w| *w == c.id || *w == c.group))
    };
    let fits_place = |wanted: &[String]| {
        wanted.is_empty() || place.is_some_and(|p| wanted.iter().any(|w| *w == p.kind || *w == p.code))
    };
    let facts = |name: &str| match name {
        "severity" => Some(kind.rank(&case.severity) as f64),
        "supporters" => Some(case.supporters as f64),
        "photos" => Some(case.photos as f64),
        "hour" => Some(f64::from(TimeOfDay::of(now).hm().0)),
        _ => None,
    };
    for (at, rule) in kind.flow.routes.iter().enumerate() {
        if !fits_category(&rule.categories) || !fits_place(&rule.places) || !types.fits(&kind.id, at, &facts)
        {
            continue;
        }
        let found = match rule.to.as_str() {
            "place" => Some(case.place),
            "province" => Some(root),
            code => agency(map, case.place, code, day).or_else(|| agency(map, root, code, day)),
        };
        if let Some(unit) = found {
            return unit;
        }
    }
    case.place
}

/// The agency of a place whose code is `code`, or ends in it.
pub fn agency(map: &Map, place: UnitId, code: &str, day: Date) -> Option<UnitId> {
    let ends = |own: &str| own == code || own.strip_suffix(code).is_some_and(|rest| rest.ends_with('.'));
    map.agencies().find(|v| v.place == Some(place) && v.holds_on(day) && ends(&v.code)).map(|v| v.unit)
}

/// The agencies of a place, for the lists of who may be given a case: those of the place, then those of the
/// root.
pub fn choices(map: &Map, place: UnitId, root: UnitId, day: Date) -> Vec<UnitId> {
    let of = |at: UnitId| {
        let mut own: Vec<(String, UnitId)> = map
            .agencies()
            .filter(|v| v.place == Some(at) && v.holds_on(day))
            .map(|v| (v.code.clone(), v.unit))
            .collect();
        own.sort();
        own.into_iter().map(|o| o.1)
    };
    let mut all = vec![place];
    all.extend(of(place));
    if place != root {
        all.push(root);
        all.extend(of(root));
    }
    all
}
