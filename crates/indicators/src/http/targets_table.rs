//! What stands in the table of targets: one indicator with a row for each unit, or one unit with a row for
//! each indicator of a field, as far as somebody may set their targets.

use std::collections::HashMap;

use foundation::{Period, Result, error::forbidden, error::invalid};
use kit::{Context, UnitId};
use packs::Packs;
use serde::Deserialize;
use units::Level;

use super::{Desk, Pager, calendars, query};
use crate::actions::set_targets::{YEARS, year_calendar};
use crate::definition::{Indicator, ReportedBy};
use crate::engine::Span;
use crate::engine::targets::{ToldTarget, Whose, history, newest};

/// Rows on one page: all communes of a province.
pub(super) const SIZE: usize = 200;

/// What is asked for.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Asking {
    #[serde(default)]
    pub(super) pack: String,
    /// `unit`: the indicators of one unit. Else: the units of one indicator.
    #[serde(default)]
    pub(super) by: String,
    #[serde(default)]
    pub(super) indicator: String,
    #[serde(default)]
    pub(super) unit: String,
    #[serde(default)]
    pub(super) year: String,
    #[serde(default)]
    pub(super) page: String,
}

/// What an indicator was in the year before, and how much of it was reported.
#[derive(Clone, Copy)]
pub(super) struct Last {
    pub(super) value: f64,
    pub(super) reported: u32,
    pub(super) expected: u32,
}

/// A target that can be set.
pub(super) struct Row<'a> {
    pub(super) indicator: &'a Indicator,
    pub(super) unit: UnitId,
    /// The year of the kind in which the indicator has its targets.
    pub(super) year: Period,
    /// What it was in the year before.
    pub(super) last: Option<Last>,
    /// The newest telling.
    pub(super) told: Option<ToldTarget>,
}

impl Row<'_> {
    /// The name of its box.
    pub(super) fn key(&self) -> String {
        format!("v.{}.{}", self.indicator.id, self.unit)
    }

    /// The telling that holds; one that took the target back does not.
    pub(super) fn holds(&self) -> Option<(&ToldTarget, f64)> {
        self.told.as_ref().and_then(|told| Some((told, told.value?)))
    }
}

/// The table with the choices above it.
pub(super) struct Table<'a> {
    /// The fields, by id and name.
    pub(super) packs: Vec<(String, String)>,
    pub(super) pack: String,
    pub(super) by_unit: bool,
    pub(super) indicators: Vec<&'a Indicator>,
    pub(super) indicator: Option<&'a Indicator>,
    pub(super) units: Vec<UnitId>,
    pub(super) unit: Option<UnitId>,
    pub(super) year: i32,
    pub(super) number: usize,
    pub(super) pager: Pager,
    pub(super) rows: Vec<Row<'a>>,
}

impl Table<'_> {
    /// The query that shows this table again.
    pub(super) fn link(&self, page: usize) -> String {
        let (year, page) = (self.year.to_string(), page.to_string());
        let unit = self.unit.filter(|_| self.by_unit).map(|u| u.to_string()).unwrap_or_default();
        let code = self.indicator.filter(|_| !self.by_unit).map_or("", |i| i.code.as_str());
        let by = if self.by_unit { "unit" } else { "indicator" };
        let page = if page == "1" { "" } else { &page };
        query(&[
            ("pack", &self.pack),
            ("by", by),
            ("indicator", code),
            ("unit", &unit),
            ("year", &year),
            ("page", page),
        ])
    }
}

/// The year that is asked for; this year when none is.
pub(super) fn year_of(desk: &Desk, text: &str) -> Result<i32> {
    let wrong = || invalid("year_unreadable", "Năm là một năm từ 1990 đến 2100.");
    match text.trim() {
        "" => Ok(desk.today.year()),
        text => text.parse().ok().filter(|y| (1990..=2100).contains(y)).ok_or_else(wrong),
    }
}

/// The place, its communes and the agencies of the province.
fn places(desk: &Desk) -> Vec<(UnitId, Level)> {
    let map = &desk.map;
    let level = |unit| map.nearest(unit, desk.today).map_or(Level::Commune, |v| v.level);
    let mut all = vec![(desk.root, level(desk.root))];
    let below = map.below(desk.root, Level::Commune, desk.today);
    all.extend(below.iter().filter(|v| v.unit != desk.root).map(|v| (v.unit, v.level)));
    let ours = |v: &&units::Version| {
        v.level == Level::Department
            && v.holds_on(desk.today)
            && v.place.is_some_and(|place| map.is_within(place, desk.root, desk.today))
    };
    all.extend(map.agencies().filter(ours).map(|v| (v.unit, v.level)));
    all
}

/// Whether units of a level have a value of the indicator, so that a target for them can be compared.
fn suits(indicator: &Indicator, level: Level) -> bool {
    let by = &indicator.def.reported_by;
    match level {
        Level::Department | Level::Office => by.has(ReportedBy::Agency),
        Level::Commune => by.has(ReportedBy::Commune) || by.has(ReportedBy::Computed),
        _ => true,
    }
}

/// The year of this number in which the indicator has its targets.
pub(super) fn year_for(indicator: &Indicator, year: i32) -> Result<Option<Period>> {
    year_calendar(indicator).map(|calendar| Period::numbered(calendar, year, 1)).transpose()
}

/// The fields in which somebody may set a target, in the order of the menu.
fn pack_names(cx: &Context, desk: &Desk, open: &dyn Fn(&Indicator) -> bool) -> Result<Vec<(String, String)>> {
    let packs = cx.house.get::<Packs>()?.all();
    let mut ids: Vec<&str> = Vec::new();
    for indicator in desk.catalogue.all().filter(|i| open(i)) {
        if !ids.contains(&indicator.pack.as_str()) {
            ids.push(&indicator.pack);
        }
    }
    ids.sort_by_key(|id| packs.iter().position(|p| p.id == *id).unwrap_or(usize::MAX));
    let name = |id: &str| packs.iter().find(|p| p.id == id).map(|p| p.name.get(cx.lang).to_owned());
    Ok(ids.into_iter().map(|id| (id.to_owned(), name(id).unwrap_or_else(|| id.to_owned()))).collect())
}

/// Reads the table that is asked for. What cannot be had is replaced by the first that can, except a unit
/// for which somebody may set nothing: that is said.
pub(super) async fn read<'a>(cx: &Context, desk: &'a Desk, asking: &Asking) -> Result<Table<'a>> {
    let year = year_of(desk, &asking.year)?;
    let all = places(desk);
    let may = |i: &Indicator, unit: UnitId| cx.scope.sets_targets(unit, &i.pack);
    let open = |i: &Indicator| {
        year_calendar(i).is_some() && all.iter().any(|(unit, level)| suits(i, *level) && may(i, *unit))
    };
    let packs = pack_names(cx, desk, &open)?;
    let asked = desk.catalogue.code(asking.indicator.trim()).filter(|i| open(i));
    let wanted = if asking.pack.is_empty() { asked.map_or("", |i| &i.pack) } else { asking.pack.trim() };
    let pack = packs.iter().find(|p| p.0 == wanted).or(packs.first()).map(|p| p.0.clone());
    let pack = pack.unwrap_or_default();
    let indicators: Vec<&Indicator> = desk.catalogue.all().filter(|i| i.pack == pack && open(i)).collect();
    let settable =
        |(unit, level): &(UnitId, Level)| indicators.iter().any(|i| suits(i, *level) && may(i, *unit));
    let units: Vec<UnitId> = all.iter().filter(|u| settable(u)).map(|u| u.0).collect();
    let unit = chosen_unit(cx, desk, asking, &units)?;
    let indicator = asked.filter(|i| i.pack == pack).or(indicators.first().copied());
    let by_unit = match asking.by.as_str() {
        "unit" => true,
        "indicator" => false,
        _ => (asking.indicator.is_empty() && !asking.unit.is_empty()) || units.len() <= 1,
    };
    let mut table = Table {
        packs,
        pack,
        by_unit,
        indicators,
        indicator,
        units,
        unit,
        year,
        number: asking.page.trim().parse().unwrap_or(1),
        pager: Pager::new(0, SIZE, 1, &|_| String::new()),
        rows: Vec::new(),
    };
    let rows = match (by_unit, table.unit, table.indicator) {
        (true, Some(unit), _) => of_unit(desk, &table, unit, &all).await?,
        (false, _, Some(indicator)) => of_indicator(cx, desk, &table, indicator, &all).await?,
        _ => Vec::new(),
    };
    table.pager = Pager::new(rows.len(), SIZE, table.number, &|n| table.link(n));
    let range = table.pager.range();
    table.number = table.pager.from.saturating_sub(1) / SIZE + 1;
    table.rows = rows.into_iter().skip(range.start).take(range.len()).collect();
    fill_last(desk, &mut table.rows).await?;
    Ok(table)
}

fn chosen_unit(cx: &Context, desk: &Desk, asking: &Asking, units: &[UnitId]) -> Result<Option<UnitId>> {
    if asking.unit.trim().is_empty() {
        return Ok(units.first().copied());
    }
    let unit = desk.unit(Some(&asking.unit))?;
    if units.contains(&unit) {
        return Ok(Some(unit));
    }
    if !desk.catalogue.all().any(|i| cx.scope.sets_targets(unit, &i.pack)) {
        let why = format!("Bạn chưa được quyền giao chỉ tiêu cho {}.", desk.name(unit));
        return Err(forbidden("outside_scope", why));
    }
    Ok(units.first().copied())
}

async fn of_unit<'a>(
    desk: &Desk,
    table: &Table<'a>,
    unit: UnitId,
    all: &[(UnitId, Level)],
) -> Result<Vec<Row<'a>>> {
    let level = all.iter().find(|u| u.0 == unit).map_or(Level::Commune, |u| u.1);
    let years: Vec<Span> = YEARS
        .into_iter()
        .map(|calendar| Period::numbered(calendar, table.year, 1).map(Span::of))
        .collect::<Result<_>>()?;
    let told = newest(history(desk.engine.db(), Whose::Unit(unit), &years).await?);
    let mut told: HashMap<(i64, i32), ToldTarget> =
        told.into_iter().map(|t| ((t.indicator, t.calendar), t)).collect();
    let mut rows = Vec::new();
    for indicator in &table.indicators {
        let Some(year) = year_for(indicator, table.year)? else { continue };
        let told = told.remove(&(indicator.id, year.calendar.code()));
        if suits(indicator, level) || told.is_some() {
            rows.push(Row { indicator, unit, year, last: None, told });
        }
    }
    Ok(rows)
}

async fn of_indicator<'a>(
    cx: &Context,
    desk: &Desk,
    table: &Table<'_>,
    indicator: &'a Indicator,
    all: &[(UnitId, Level)],
) -> Result<Vec<Row<'a>>> {
    let Some(year) = year_for(indicator, table.year)? else { return Ok(Vec::new()) };
    let told = history(desk.engine.db(), Whose::Indicator(indicator.id), &[Span::of(year)]).await?;
    let mut told: HashMap<UnitId, ToldTarget> = newest(told).into_iter().map(|t| (t.unit, t)).collect();
    let mut rows = Vec::new();
    for (unit, level) in all {
        if !cx.scope.sets_targets(*unit, &indicator.pack) {
            continue;
        }
        let told = told.remove(unit);
        if suits(indicator, *level) || told.is_some() {
            rows.push(Row { indicator, unit: *unit, year, last: None, told });
        }
    }
    Ok(rows)
}

/// What the values were in the year before: the year's, or the last of it where years have none.
async fn fill_last(desk: &Desk, rows: &mut [Row<'_>]) -> Result<()> {
    let commune = |unit: UnitId| desk.map.on(unit, desk.today).is_some_and(|v| v.level == Level::Commune);
    let asked = desk.asked(desk.root, None);
    let mut found: HashMap<(i64, UnitId), Last> = HashMap::new();
    let mut at = 0;
    while at < rows.len() {
        let (indicator, first) = (rows[at].indicator, rows[at].unit);
        // Communes that follow each other are read at once.
        let same = |r: &&Row<'_>| r.indicator.id == indicator.id && commune(r.unit) == commune(first);
        let units: Vec<UnitId> = rows[at..].iter().take_while(same).map(|r| r.unit).collect();
        let before = rows[at].year.previous();
        let period = match calendars(indicator).contains(&before.calendar) {
            true => Some(before),
            false => before.parts(indicator.def.calendar).and_then(|mut parts| parts.next_back()),
        };
        at += units.len();
        let Some(period) = period else { continue };
        for (unit, point) in desk.engine.each(indicator, &units, period, &asked).await? {
            if let Some(value) = point.value {
                let (reported, expected) = (point.coverage.reported, point.coverage.expected);
                let last = Last { value: indicator.rounded(value), reported, expected };
                found.insert((indicator.id, unit), last);
            }
        }
    }
    for row in rows {
        row.last = found.get(&(row.indicator.id, row.unit)).copied();
    }
    Ok(())
}
