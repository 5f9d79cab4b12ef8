//! Agencies as rows again: each as it is today, was last, or first will be.

use std::collections::BTreeSet;

use foundation::Date;

use super::Row;
use super::plan::shorts;
use crate::atlas::Map;
use crate::version::Version;

/// The rows, departments first, then by code.
pub fn export(map: &Map, today: Date) -> Vec<Row> {
    let short = shorts(map);
    let units: BTreeSet<_> = map.agencies().map(|v| v.unit).collect();
    // A file says the newest version of each, so that reading it again changes nothing.
    let mut all: Vec<&Version> = units.iter().filter_map(|u| map.history(*u).last()).collect();
    all.sort_by(|a, b| (a.level, &a.code).cmp(&(b.level, &b.code)));
    let code = |unit: Option<_>, day| {
        unit.and_then(|u| map.nearest(u, day)).map(|v| v.code.clone()).unwrap_or_default()
    };
    all.iter()
        .enumerate()
        .map(|(i, v)| {
            let day = v.valid_from.max(today);
            Row {
                line: i as u64 + 2,
                code: v.code.clone(),
                name: v.name.clone(),
                short: short.get(&v.unit).copied().unwrap_or_default().to_owned(),
                level: v.level,
                parent: code(v.parent, day),
                place: code(v.place, day),
                from: Some(v.valid_from),
                last: v.valid_to.map(|end| end.add_days(-1)),
                legal_ref: v.legal_ref.clone(),
                verified: v.verified,
            }
        })
        .collect()
}
