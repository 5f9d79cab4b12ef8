//! A form to fill in: which units owe which figures of a field for a period, as far as somebody may write
//! them. The entry grid and the template file are both drawn from it.

use std::collections::{BTreeSet, HashSet};

use foundation::{Calendar, Date, Period, Result, error::invalid};
use kit::{Permission, Scope, UnitId};
use units::Map;

use crate::catalogue::Catalogue;
use crate::definition::Indicator;
use crate::engine::reach::reach;

/// The most cells of a form.
const MOST: usize = 6000;

/// A unit of a form.
#[derive(Debug, Clone, PartialEq)]
pub struct FormUnit {
    /// Which.
    pub unit: UnitId,
    /// Its code at the time.
    pub code: String,
    /// Its full name at the time.
    pub name: String,
}

/// A form.
#[derive(Debug, Clone, PartialEq)]
pub struct Form {
    /// The period, in the plain calendar of the first indicator.
    pub period: Period,
    /// The indicators, in the order of the pack.
    pub indicators: Vec<Indicator>,
    /// The units, places by code, agencies last.
    pub units: Vec<FormUnit>,
    fits: HashSet<(i64, UnitId)>,
}

impl Form {
    /// Whether a unit delivers an indicator, and the writer may write it.
    pub fn takes(&self, indicator: i64, unit: UnitId) -> bool {
        self.fits.contains(&(indicator, unit))
    }
}

/// The calendars of a pack's reported indicators, the most used first.
pub fn calendars(catalogue: &Catalogue, pack: &str, group: Option<&str>) -> Vec<Calendar> {
    let mut counts: Vec<(usize, Calendar)> = Vec::new();
    for indicator in of_group(catalogue, pack, group) {
        match counts.iter_mut().find(|c| c.1 == indicator.def.calendar) {
            Some(count) => count.0 += 1,
            None => counts.push((1, indicator.def.calendar)),
        }
    }
    counts.sort_by_key(|c| std::cmp::Reverse(c.0));
    counts.into_iter().map(|c| c.1).collect()
}

fn of_group<'a>(
    catalogue: &'a Catalogue,
    pack: &'a str,
    group: Option<&'a str>,
) -> impl Iterator<Item = &'a Indicator> {
    catalogue
        .of_pack(pack)
        .filter(move |i| i.is_reported() && group.is_none_or(|g| i.def.group.as_deref() == Some(g)))
}

/// Reads the period that somebody asked for in the first calendar of the pack that fits, or takes the last
/// one that ended.
pub fn period_of(text: &str, calendars: &[Calendar], today: Date) -> Result<Period> {
    let first = calendars.first().copied().unwrap_or(Calendar::Month);
    if text.trim().is_empty() {
        return Ok(Period::containing(first, today).previous());
    }
    let mut wrong = None;
    for calendar in calendars {
        match Period::parse(text, *calendar) {
            Ok(period) => return Ok(period),
            Err(e) => wrong = wrong.or(Some(e)),
        }
    }
    Err(wrong.unwrap_or_else(|| invalid("period_unreadable", "Ghi kỳ như «Tháng 11/2026».")))
}

/// Draws up a form. Empty when nobody reports in that calendar, or nothing may be written.
#[allow(clippy::too_many_arguments, reason = "what a form depends on")]
pub fn form(
    catalogue: &Catalogue,
    map: &Map,
    root: UnitId,
    scope: &Scope,
    today: Date,
    pack: &str,
    group: Option<&str>,
    period: Period,
) -> Form {
    let day = period.last_day();
    let writable = scope.units_where(Permission::WriteFigures, pack);
    let may = |unit: &UnitId| writable.as_ref().is_none_or(|w| w.contains(unit));
    let mut form = Form { period, indicators: Vec::new(), units: Vec::new(), fits: HashSet::new() };
    let mut units: BTreeSet<(bool, String, UnitId)> = BTreeSet::new();
    for indicator in of_group(catalogue, pack, group) {
        if indicator.def.calendar != period.calendar {
            continue;
        }
        let below: Vec<UnitId> =
            reach(map, indicator, root, day, today).units.into_iter().map(|u| u.0).filter(may).collect();
        if below.is_empty() || form.fits.len() + below.len() > MOST {
            continue;
        }
        for unit in below {
            let Some(v) = map.nearest(unit, day) else { continue };
            units.insert((!v.level.is_place(), v.code.clone(), unit));
            form.fits.insert((indicator.id, unit));
        }
        form.indicators.push(indicator.clone());
    }
    form.units = units
        .into_iter()
        .map(|(_, code, unit)| FormUnit {
            unit,
            code,
            name: map.nearest(unit, day).map_or_else(|| format!("#{unit}"), units::Version::full_name),
        })
        .collect();
    form
}
