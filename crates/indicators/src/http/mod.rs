//! The pages and the API of figures. One file per page, handler and template; nothing here is computed, it
//! is asked of the engine.
//!
//! Whatever lies outside the reader's scope is answered like what does not exist.

mod api;
mod chart;
mod compare;
pub mod follow;
mod grid_columns;
pub mod grid_pages;
pub mod head;
pub mod import_pages;
mod import_shown;
mod indicator;
mod late;
mod list;
mod map;
mod matrix;
mod morning;

mod table;
mod targets_file;
mod targets_history;
mod targets_page;
mod targets_table;
mod trust;
mod unit;
mod units_list;

pub use api::delivery_rows;
pub use targets_file::target_rows;

use std::sync::Arc;

use foundation::{Calendar, Date, Error, Instant, Lang, Period, Result};
use foundation::{TimeOfDay, error::invalid, error::not_found};
use kit::http::url_encode;
use kit::{Context, Route, UnitId};
use units::{Atlas, Level, Map};

use crate::catalogue::Catalogue;
use crate::definition::{Indicator, OverPlaces, OverTime};
use crate::engine::{Asked, Engine};

/// Every route of the module.
pub fn routes() -> Vec<Route> {
    [
        list::routes(),
        indicator::routes(),
        units_list::routes(),
        unit::routes(),
        compare::routes(),
        matrix::routes(),
        morning::routes(),
        late::routes(),
        api::routes(),
        map::routes(),
        import_pages::routes(),
        grid_pages::routes(),
        targets_page::routes(),
    ]
    .concat()
}

/// What every page starts from: the engine, the places and today.
struct Desk {
    engine: Arc<Engine>,
    catalogue: Arc<Catalogue>,
    map: Arc<Map>,
    root: UnitId,
    today: Date,
    lang: Lang,
}

impl Desk {
    fn open(cx: &Context) -> Result<Desk> {
        let engine = cx.house.get::<Engine>()?;
        let atlas = cx.house.get::<Atlas>()?;
        Ok(Desk {
            catalogue: engine.catalogue(),
            map: atlas.map(),
            root: atlas.require_root()?,
            today: Date::of(cx.clock.now()),
            lang: cx.lang,
            engine,
        })
    }

    /// How the root is asked for.
    fn asked(&self, unit: UnitId, as_known: Option<Instant>) -> Asked {
        Asked { unit, today: self.today, as_known }
    }

    /// A unit's name on pages.
    fn name(&self, unit: UnitId) -> String {
        self.map.name(unit, self.today)
    }

    /// Whether a unit lies below the root, serves a place that does, or became something that does.
    fn holds(&self, unit: UnitId) -> bool {
        let within = |u: UnitId| self.map.is_within(u, self.root, self.today);
        let Some(last) = self.map.history(unit).last() else { return false };
        within(unit)
            || last.place.is_some_and(within)
            || self.map.successors(unit).iter().any(|s| within(s.new))
    }

    /// The unit that an address names: our number, or an official code (two digits a province, five a
    /// commune). The root when none.
    fn unit(&self, text: Option<&str>) -> Result<UnitId> {
        let Some(text) = text.map(str::trim).filter(|t| !t.is_empty()) else { return Ok(self.root) };
        let by_code = [Level::Province, Level::Commune]
            .into_iter()
            .find_map(|level| self.map.by_code(level, text, self.today))
            .map(|v| v.unit);
        // Numbers of ours have six digits or more, or are the code of a province of today.
        let found = if text.len() <= 5 { by_code.or_else(|| text.parse().ok()) } else { text.parse().ok() };
        found.filter(|unit| self.holds(*unit)).ok_or_else(no_unit)
    }

    /// The indicator of this code, if the reader may see it at `unit`.
    fn indicator(&self, cx: &Context, code: &str, unit: UnitId) -> Result<&Indicator> {
        self.catalogue
            .code(code)
            .filter(|i| sees(cx, i, unit))
            .ok_or_else(|| not_found("indicator_not_found", "Không có chỉ tiêu này, hoặc bạn chưa được xem."))
    }
}

/// Whether the reader may see an indicator at a unit.
fn sees(cx: &Context, indicator: &Indicator, unit: UnitId) -> bool {
    indicator.is_public() || cx.scope.reads(unit, &indicator.pack)
}

fn no_unit() -> Error {
    not_found("unit_not_found", "Không có đơn vị này trong địa phương mà hệ thống phục vụ.")
}

/// The calendars in which an indicator has values: its own first.
fn calendars(indicator: &Indicator) -> Vec<Calendar> {
    let own = indicator.def.calendar;
    let computed = matches!(indicator.def.over_places, OverPlaces::Ratio { .. } | OverPlaces::Formula { .. });
    let mut all = vec![own];
    if computed || indicator.def.over_time != OverTime::None {
        all.extend(Calendar::ALL.into_iter().filter(|c| *c != own && own.nests_in(*c)));
    }
    all
}

/// A period of a query, by its code.
fn period_of(text: Option<&str>) -> Result<Option<Period>> {
    text.map(str::trim).filter(|t| !t.is_empty()).map(Period::from_code).transpose()
}

/// A moment of a query: a day means its end, a day with a time that minute in Vietnam. `2026-11-24`,
/// `24/11/2026`, `2026-11-24T07:30`, with an offset if one is written.
fn moment_of(text: &str) -> Result<Instant> {
    let text = text.trim();
    let wrong = || {
        let why = "Thời điểm ghi như 2026-11-24, 24/11/2026 hoặc 2026-11-24T07:30.";
        invalid("moment_unreadable", why)
    };
    let Some((day, time)) = text.split_once(['T', ' ']) else {
        return Ok(Date::parse(text)?.add_days(1).start().plus_seconds(-1));
    };
    let day = Date::parse(day)?;
    let (clock, offset) = match time.find(['Z', '+', '-']) {
        Some(at) => (&time[..at], Some(&time[at..])),
        None => (time, None),
    };
    let hm = clock.get(..5).ok_or_else(wrong)?;
    let at = day.at(TimeOfDay::parse(hm)?);
    let here = 7 * 3600;
    let east = match offset {
        None => here,
        Some("Z") => 0,
        Some(text) => {
            let sign = if text.starts_with('-') { -1 } else { 1 };
            let digits: String = text.chars().filter(char::is_ascii_digit).collect();
            let part = |range: std::ops::Range<usize>| digits.get(range).and_then(|d| d.parse::<i64>().ok());
            sign * (part(0..2).ok_or_else(wrong)? * 3600 + part(2..4).unwrap_or(0) * 60)
        }
    };
    Ok(at.plus_seconds(here - east))
}

/// A query string of the pairs that say something, `?a=1&b=2`, or nothing.
fn query(pairs: &[(&str, &str)]) -> String {
    let said: Vec<String> = pairs
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!("{name}={}", url_encode(value)))
        .collect();
    if said.is_empty() { String::new() } else { format!("?{}", said.join("&")) }
}

/// One choice of a `<select>`.
struct Choice {
    value: String,
    label: String,
    chosen: bool,
}

impl Choice {
    fn new(value: impl Into<String>, label: impl Into<String>, now: &str) -> Choice {
        let value = value.into();
        Choice { chosen: value == now, value, label: label.into() }
    }
}

/// Where one is in a long list.
struct Pager {
    from: usize,
    to: usize,
    total: usize,
    before: Option<String>,
    after: Option<String>,
}

impl Pager {
    /// The part of `total` that `page` (from 1) shows, with the addresses of its neighbours.
    fn new(total: usize, size: usize, page: usize, link: &dyn Fn(usize) -> String) -> Pager {
        let pages = total.div_ceil(size).max(1);
        let page = page.clamp(1, pages);
        Pager {
            from: ((page - 1) * size + 1).min(total),
            to: (page * size).min(total),
            total,
            before: (page > 1).then(|| link(page - 1)),
            after: (page < pages).then(|| link(page + 1)),
        }
    }

    /// The shown rows.
    fn range(&self) -> std::ops::Range<usize> {
        self.from.saturating_sub(1)..self.to
    }

    /// Whether there is more than one page.
    fn needed(&self) -> bool {
        self.before.is_some() || self.after.is_some()
    }
}

/// The noun of a calendar, «tháng», with a capital.
fn calendar_name(calendar: Calendar, lang: Lang) -> String {
    let noun = match lang {
        Lang::Vi => calendar.noun_vi(),
        Lang::En => calendar.noun_en(),
    };
    let mut chars = noun.chars();
    chars.next().map(|c| c.to_uppercase().collect::<String>() + chars.as_str()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_read_in_vietnam_unless_it_says_otherwise() {
        let here = moment_of("2026-11-24T07:30").unwrap();
        assert_eq!(here, moment_of("2026-11-24T00:30Z").unwrap());
        assert_eq!(here, moment_of("2026-11-24T07:30:00+07:00").unwrap());
        assert_eq!(moment_of("24/11/2026").unwrap(), moment_of("2026-11-24T23:59").unwrap().plus_seconds(59));
        assert!(moment_of("2026-11-24Tx").is_err());
    }

    #[test]
    fn pages_of_a_list_begin_at_one_and_end_where_it_ends() {
        let pager = Pager::new(103, 25, 5, &|n| n.to_string());
        assert_eq!((pager.range(), pager.before.as_deref(), pager.after), (100..103, Some("4"), None));
        assert_eq!(Pager::new(0, 25, 9, &|n| n.to_string()).range(), 0..0);
    }

    #[test]
    fn a_query_leaves_out_what_is_empty() {
        assert_eq!(query(&[("q", "tran de"), ("pack", "")]), "?q=tran%20de");
        assert_eq!(query(&[("q", "")]), "");
    }
}
