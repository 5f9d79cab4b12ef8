//! What a leader asks in the morning: which targets are missed, and what has moved since yesterday evening.

use foundation::{Calendar, Date, Instant, Period, Result};
use kit::{Figure, Scope, State};

use super::figure::NEAR;
use super::{Asked, Engine, Span};
use crate::definition::Indicator;

/// A figure that moved.
#[derive(Debug, Clone)]
pub struct Moved {
    /// As it is now.
    pub now: Figure,
    /// What it was then.
    pub before: Option<f64>,
}

/// What the newest figure of a calendar is mostly made of: the last periods, and those of a year before.
fn near(calendar: Calendar, today: Date) -> Vec<Span> {
    let now = Span::ending(Period::containing(calendar, today), NEAR);
    let then = calendar.per_year().map(|n| Span { from: now.from - n, to: now.to - n, ..now });
    [Some(now), then].into_iter().flatten().collect()
}

impl Engine {
    /// The indicators that `scope` may see at `asked.unit`, in order.
    fn seen<'a>(
        &self,
        catalogue: &'a crate::catalogue::Catalogue,
        scope: &Scope,
        asked: &Asked,
    ) -> Vec<&'a Indicator> {
        catalogue.all().filter(|i| i.is_public() || scope.reads(asked.unit, &i.pack)).collect()
    }

    /// Every figure that has a target, with whether it is on track: those that are not come first, the worst
    /// first.
    pub async fn against_targets(&self, scope: &Scope, asked: &Asked) -> Result<Vec<Figure>> {
        let catalogue = self.catalogue();
        let mut all = Vec::new();
        let mut seen = Vec::new();
        for indicator in self.seen(&catalogue, scope, asked) {
            if self.has_targets(indicator).await? {
                seen.push(indicator);
            }
        }
        // What is held in memory is known now; who asks about another day reads for themselves.
        if asked.as_known.is_none() {
            self.read_ahead(&seen, |calendar| near(calendar, asked.today)).await?;
        }
        for indicator in seen {
            let figure = self.figure(indicator, None, asked).await?;
            if figure.target.is_some() && figure.value.is_some() && figure.state != State::None {
                all.push(figure);
            }
        }
        let rank = |f: &Figure| match f.state {
            State::Bad => 0,
            State::Watch => 1,
            State::Good => 2,
            State::None => 3,
        };
        let gap = |f: &Figure| match (f.value, f.target) {
            (Some(v), Some(t)) if t != 0.0 => ((v - t) / t).abs(),
            _ => 0.0,
        };
        all.sort_by(|a, b| rank(a).cmp(&rank(b)).then(gap(b).total_cmp(&gap(a))));
        Ok(all)
    }

    /// The figures of `asked.unit` that are not what they were at `since`, the largest relative change first.
    pub async fn moved(&self, scope: &Scope, asked: &Asked, since: Instant) -> Result<Vec<Moved>> {
        let catalogue = self.catalogue();
        let changed: Vec<(i64,)> = self
            .db
            .all(
                "SELECT DISTINCT CAST(o.indicator AS BIGINT) FROM observation o
                 JOIN batch b ON b.id = o.batch WHERE b.at > $1",
                storage::args![since],
            )
            .await?;
        let ids: Vec<i64> = changed.into_iter().map(|r| r.0).collect();
        let ids = catalogue.with_users(&ids);
        let mut moved = Vec::new();
        for indicator in self.seen(&catalogue, scope, asked) {
            if !ids.contains(&indicator.id) {
                continue;
            }
            let now = self.figure(indicator, None, asked).await?;
            let then = Asked { as_known: Some(since), ..*asked };
            let before = self.points(indicator, Span::of(now.period), &then).await?;
            let before = before.first().and_then(|p| p.value).map(|v| indicator.rounded(v));
            if before != now.value {
                moved.push(Moved { now, before });
            }
        }
        let size = |m: &Moved| match (m.now.value, m.before) {
            (Some(now), Some(before)) if before != 0.0 => ((now - before) / before).abs(),
            (Some(_), Some(_)) => 1.0,
            _ => 0.5,
        };
        moved.sort_by(|a, b| size(b).total_cmp(&size(a)));
        Ok(moved)
    }
}
