//! Who has not reported: the units that owe a figure whose day has passed.

use std::collections::BTreeMap;

use foundation::{Date, Period, Result};
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
        // The days of grace differ a little; the last period that may be due is the one before today's.
        let due = |calendar| vec![Span::of(Period::containing(calendar, asked.today).previous())];
        self.read_ahead(&expected, due).await?;
        for indicator in expected {
            let period = last_due(indicator, asked.today);
            let day = period.last_day();
            let due = day.add_days(indicator.def.due.days);
            let told = self.leaves(indicator, Span::of(period), asked).await?;
            let told = told.first();
            for (unit, _) in reach::reach(&map, indicator, asked.unit, day, asked.today).units {
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
