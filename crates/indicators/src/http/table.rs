//! The units below a place with their values in one period: sorted, in pages, each with its last twelve
//! periods.

use foundation::{Lang, Period, Result};
use kit::{State, UnitId};
use web::svg;

use super::{Desk, Pager};
use crate::definition::{Direction, Indicator};
use crate::engine::roll::Point;
use crate::engine::{Asked, Span};
use crate::show;

/// How many units stand on one page.
pub(super) const SIZE: usize = 25;

/// A unit with its value, the one before and its target.
pub(super) struct Standing {
    pub(super) unit: UnitId,
    pub(super) name: String,
    pub(super) value: Option<f64>,
    pub(super) before: Option<f64>,
    pub(super) target: Option<f64>,
    pub(super) state: State,
    pub(super) estimated: bool,
}

impl Standing {
    pub(super) fn change(&self) -> Option<f64> {
        Some(self.value? - self.before?)
    }
}

/// By what rows are sorted; a minus turns the order round. Missing values always stand last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    Name,
    Value,
    Before,
    Change,
}

/// An order of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Order {
    pub(super) by: By,
    pub(super) down: bool,
}

impl Order {
    /// Reads `value`, `-value`, `name`, …; the worst first when nothing is said.
    pub(super) fn parse(text: Option<&str>, indicator: &Indicator) -> Order {
        let text = text.unwrap_or("");
        let (name, down) = match text.strip_prefix('-') {
            Some(name) => (name, true),
            None => (text, false),
        };
        let by = match name {
            "name" => By::Name,
            "before" => By::Before,
            "change" => By::Change,
            "value" => By::Value,
            _ => return Order { by: By::Value, down: indicator.def.direction == Direction::Down },
        };
        Order { by, down }
    }

    /// How the order is written in an address.
    pub(super) fn code(self) -> String {
        let name = match self.by {
            By::Name => "name",
            By::Value => "value",
            By::Before => "before",
            By::Change => "change",
        };
        format!("{}{name}", if self.down { "-" } else { "" })
    }

    pub(super) fn sort(self, rows: &mut [Standing]) {
        let number = |s: &Standing| match self.by {
            By::Before => s.before,
            By::Change => s.change(),
            By::Name | By::Value => s.value,
        };
        rows.sort_by(|a, b| {
            let (x, y) = if self.down { (b, a) } else { (a, b) };
            let order = match self.by {
                By::Name => foundation::text::sort_key(&x.name).cmp(&foundation::text::sort_key(&y.name)),
                _ => match (number(a), number(b)) {
                    (Some(_), None) => std::cmp::Ordering::Less,
                    (None, Some(_)) => std::cmp::Ordering::Greater,
                    (None, None) => std::cmp::Ordering::Equal,
                    (Some(_), Some(_)) => {
                        number(x).unwrap_or_default().total_cmp(&number(y).unwrap_or_default())
                    }
                },
            };
            order.then(a.unit.cmp(&b.unit))
        });
    }
}

/// Every unit below `asked.unit` as it stands in `period`.
pub(super) async fn standings(
    desk: &Desk,
    indicator: &Indicator,
    period: Period,
    asked: &Asked,
) -> Result<Vec<Standing>> {
    let units = desk.engine.parts_of(indicator, asked.unit, period.last_day().min(asked.today));
    of_units(desk, indicator, &units, period, asked).await
}

/// These units as they stand in `period`.
pub(super) async fn of_units(
    desk: &Desk,
    indicator: &Indicator,
    units: &[UnitId],
    period: Period,
    asked: &Asked,
) -> Result<Vec<Standing>> {
    let now = desk.engine.each(indicator, units, period, asked).await?;
    let before = desk.engine.each(indicator, units, period.previous(), asked).await?;
    let mut all = Vec::with_capacity(units.len());
    for ((unit, now), (_, before)) in now.into_iter().zip(before) {
        let rounded = |p: &Point| p.value.map(|v| indicator.rounded(v));
        let target = desk.engine.target(indicator, unit, period, asked.as_known).await?;
        let value = rounded(&now);
        all.push(Standing {
            unit,
            name: desk.name(unit),
            value,
            before: rounded(&before),
            target,
            state: indicator.state(value, target),
            estimated: now.estimated,
        });
    }
    Ok(all)
}

/// A row ready for a template.
pub(super) struct Row {
    pub(super) unit: UnitId,
    pub(super) name: String,
    pub(super) value: Option<String>,
    pub(super) before: Option<String>,
    pub(super) change: Option<show::Change>,
    pub(super) target: Option<String>,
    pub(super) state: &'static str,
    pub(super) state_word: String,
    pub(super) estimated: bool,
    pub(super) spark: Option<String>,
}

/// A change with whether it is for the better.
pub(super) fn change_of(indicator: &Indicator, s: &Standing, lang: Lang) -> Option<show::Change> {
    let change = indicator.rounded(s.change()?);
    Some(show::Change {
        text: show::change(change, indicator.def.decimals, lang),
        class: match indicator.better(s.before?, change) {
            Some(true) => "good",
            Some(false) => "bad",
            None => "",
        },
    })
}

/// The rows that `pager` shows, with the line of their last twelve periods.
pub(super) async fn rows(
    desk: &Desk,
    words: &web::Words,
    indicator: &Indicator,
    all: &[Standing],
    pager: &Pager,
    period: Period,
    asked: &Asked,
) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    let d = indicator.def.decimals;
    for s in &all[pager.range()] {
        let of = Asked { unit: s.unit, ..*asked };
        let points = desk.engine.points(indicator, Span::ending(period, 12), &of).await?;
        let values: Vec<Option<f64>> = points.iter().map(|p| p.value).collect();
        let number = |v: Option<f64>| v.map(|v| show::number(v, d, desk.lang));
        rows.push(Row {
            unit: s.unit,
            name: s.name.clone(),
            value: number(s.value),
            before: number(s.before),
            change: change_of(indicator, s, desk.lang),
            target: number(s.target),
            state: s.state.name(),
            state_word: show::state(s.state, words, desk.lang),
            estimated: s.estimated,
            spark: svg::sparkline(&values, 96.0, 24.0, &format!("is-{}", s.state.name())),
        });
    }
    Ok(rows)
}
