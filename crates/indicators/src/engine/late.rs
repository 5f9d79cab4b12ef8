//! Who has not reported: the units that owe a figure whose day has passed.
//!
//! Nobody owes what was due before the indicator was applied here, unless somebody told that very period: a
//! fresh installation asks for nothing of the past, and one that loads its past asks the others for theirs.

use std::collections::BTreeMap;

use foundation::{Calendar, Date, Period, Result};
use kit::{Scope, UnitId};

use super::figure::last_due;
use super::{Asked, Engine, Span, reach};
use crate::check::expects_everyone;
use crate::definition::Indicator;

/// A figure that is owed.
#[derive(Debug, Clone, PartialEq)]
pub struct Owed {
    /// Who owes it.
    pub unit: UnitId,
    /// Which figure.
    pub indicator: i64,
    /// Of when.
    pub period: Period,
    /// The last day on which it was in time.
    pub due: Date,
}

/// What one unit owes.
#[derive(Debug, Clone, PartialEq)]
pub struct LateUnit {
    /// Who.
    pub unit: UnitId,
    /// What, the longest overdue first.
    pub owed: Vec<Owed>,
}

/// Whether a figure that was due on `due` is owed, of an indicator that was first applied here on `since`.
/// Where `told`, somebody told the same figure of the same period. That a figure was told before its
/// indicator was applied happens only in a demo, whose past is written in the past; there every period that
/// counts was told.
fn is_owed(due: Date, since: Date, told: bool) -> bool {
    told || due >= since
}

/// The periods that are last due, by calendar: the days of grace differ, so there may be several.
fn spans(expected: &[&Indicator], today: Date) -> BTreeMap<i32, Span> {
    let mut spans: BTreeMap<i32, Span> = BTreeMap::new();
    for indicator in expected {
        let due = Span::of(last_due(indicator, today));
        let span = spans.entry(due.calendar.code()).or_insert(due);
        (span.from, span.to) = (span.from.min(due.from), span.to.max(due.to));
    }
    spans
}

impl Engine {
    /// What the units below `asked.unit` owe for the last period that is due, as far as `scope` may see;
    /// those that owe longest first.
    pub async fn late(&self, scope: &Scope, asked: &Asked) -> Result<Vec<LateUnit>> {
        let catalogue = self.catalogue();
        let map = self.atlas.map();
        let mut owed: BTreeMap<UnitId, Vec<Owed>> = BTreeMap::new();
        let sees = |i: &&Indicator| i.is_public() || scope.reads(asked.unit, &i.pack);
        let expected: Vec<&Indicator> =
            catalogue.all().filter(|i| expects_everyone(i)).filter(sees).collect();
        // What is held in memory is known now; who asks about another day reads for themselves.
        if asked.as_known.is_none() {
            let spans = spans(&expected, asked.today);
            let of = |calendar: Calendar| spans.get(&calendar.code()).copied().into_iter().collect();
            self.read_ahead(&expected, of).await?;
        }
        for indicator in expected {
            let period = last_due(indicator, asked.today);
            let day = period.last_day();
            let due = day.add_days(indicator.def.due.days);
            let told = self.leaves(indicator, Span::of(period), asked).await?;
            let told = told.first();
            if !is_owed(due, indicator.since, told.is_some_and(|t| !t.is_empty())) {
                continue;
            }
            let reach = reach::reach(&map, indicator, asked.unit, day, asked.today);
            for unit in reach.units.iter().map(|u| u.0).filter(|u| reach.asks(*u)) {
                let silent = told.is_none_or(|t| t.binary_search_by_key(&unit, |l| l.unit).is_err());
                if silent {
                    owed.entry(unit).or_default().push(Owed { unit, indicator: indicator.id, period, due });
                }
            }
        }
        let mut all: Vec<LateUnit> = owed
            .into_iter()
            .map(|(unit, mut owed)| {
                owed.sort_by_key(|o| (o.due, o.indicator));
                LateUnit { unit, owed }
            })
            .collect();
        all.sort_by_key(|l| (std::cmp::Reverse(l.owed.len()), l.owed.first().map(|o| o.due), l.unit));
        Ok(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_due_before_the_beginning_is_owed_only_where_somebody_told_it() {
        let day = |d| Date::from_ymd(2026, 11, d).unwrap();
        assert!(!is_owed(day(10), day(22), false), "a fresh place asks for nothing of the past");
        assert!(is_owed(day(10), day(22), true), "somebody has loaded it: the others owe theirs");
        assert!(is_owed(day(22), day(22), false), "the day of the beginning counts");
        assert!(is_owed(day(23), day(22), false));
    }

    #[test]
    fn one_span_of_a_calendar_holds_every_period_that_is_last_due() {
        let indicator = |id, calendar: &str, days| Indicator {
            id,
            code: format!("admin.i{id}"),
            pack: "admin".into(),
            version: 1,
            since: Date(0),
            def: serde_json::from_value(serde_json::json!({
                "id": format!("i{id}"), "name": {"vi": "A"}, "unit": {"vi": "x"}, "calendar": calendar,
                "reported_by": "commune", "over_places": "sum", "due": {"days": days},
            }))
            .unwrap(),
        };
        let all = [indicator(1, "month", 1), indicator(2, "month", 40), indicator(3, "quarter", 10)];
        let found = spans(&all.iter().collect::<Vec<_>>(), Date::from_ymd(2026, 11, 3).unwrap());
        let codes =
            |calendar: Calendar| found[&calendar.code()].periods().map(|p| p.code()).collect::<Vec<String>>();
        assert_eq!(codes(Calendar::Month), ["2026-08", "2026-09", "2026-10"]);
        assert_eq!(codes(Calendar::Quarter), ["2026-Q3"]);
        assert_eq!(found.len(), 2);
    }
}
