//! Roll-up: from what units told to the value of the place above them. Pure.

use foundation::Instant;
use kit::{Coverage, UnitId};

use super::leaves::Leaf;
use super::reach::Reach;

/// A rolled-up value with what it stands on.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Point {
    /// The value; `None` when nothing was told.
    pub value: Option<f64>,
    /// How many units told theirs.
    pub coverage: Coverage,
    /// The newest moment at which a part was learnt.
    pub known_at: Option<Instant>,
    /// From whom the newest part came.
    pub source: i32,
    /// Whether a part is an estimate.
    pub estimated: bool,
}

/// How leaves combine.
pub enum Rule<'a> {
    /// They add up.
    Sum,
    /// Their plain mean.
    Mean,
    /// The highest of them.
    Max,
    /// Their mean, weighted by the leaves of another indicator.
    Weighted(&'a [Leaf]),
    /// How many fulfil a condition.
    Count(&'a dyn Fn(f64) -> bool),
    /// The one unit's own value.
    Own,
}

fn find(leaves: &[Leaf], unit: UnitId) -> Option<&Leaf> {
    leaves.binary_search_by_key(&unit, |l| l.unit).ok().and_then(|i| leaves.get(i))
}

/// Combines the leaves of the units in reach.
pub fn roll(leaves: &[Leaf], reach: &Reach, rule: &Rule<'_>) -> Point {
    let mut point = Point::default();
    let mut sum = 0.0_f64;
    let mut weights = 0.0;
    for (unit, share) in &reach.units {
        let leaf = find(leaves, *unit);
        point.coverage.expected += u32::from(leaf.is_some() || reach.asks(*unit));
        let Some(leaf) = leaf else { continue };
        let (add, weight) = match rule {
            Rule::Sum => (leaf.value * share, 1.0),
            Rule::Own | Rule::Max => (leaf.value, 1.0),
            Rule::Mean => (leaf.value * share, *share),
            Rule::Count(holds) => (if holds(leaf.value) { *share } else { 0.0 }, 1.0),
            Rule::Weighted(by) => match find(by, *unit) {
                Some(w) => (leaf.value * w.value * share, w.value * share),
                // Told, but it cannot be weighed: it does not count as reported.
                None => continue,
            },
        };
        match rule {
            Rule::Max if point.coverage.reported > 0 => sum = sum.max(add),
            _ => sum += add,
        }
        weights += weight;
        point.coverage.reported += 1;
        point.estimated |= leaf.estimated || *share < 0.999;
        if point.known_at.is_none_or(|at| leaf.known_at >= at) {
            point.known_at = Some(leaf.known_at);
            point.source = leaf.source;
        }
    }
    point.value = match rule {
        _ if point.coverage.reported == 0 => None,
        Rule::Sum | Rule::Count(_) | Rule::Own | Rule::Max => Some(sum),
        Rule::Mean | Rule::Weighted(_) => (weights > 0.0).then(|| sum / weights),
    };
    point
}

/// `of / to × times`; missing when a part is missing or nothing is to be divided by.
pub fn ratio(of: &Point, to: &Point, times: f64) -> Point {
    let value = match (of.value, to.value) {
        (Some(of), Some(to)) if to != 0.0 => Some(of / to * times),
        _ => None,
    };
    both(of, to, value)
}

/// A point made of two: covered as far as both are, as new as the newer.
pub fn both(a: &Point, b: &Point, value: Option<f64>) -> Point {
    let newer = if a.known_at >= b.known_at { a } else { b };
    Point {
        value,
        coverage: Coverage {
            reported: a.coverage.reported.min(b.coverage.reported),
            expected: a.coverage.expected.max(b.coverage.expected),
        },
        known_at: newer.known_at,
        source: newer.source,
        estimated: a.estimated || b.estimated,
    }
}

/// Points of shorter periods as one of a longer; `missing` parts make the coverage smaller.
pub fn over_time(parts: &[Point], how: crate::definition::OverTime) -> Point {
    use crate::definition::OverTime;
    let known: Vec<&Point> = parts.iter().filter(|p| p.value.is_some()).collect();
    let Some(last) = known.last() else {
        let expected = parts.iter().map(|p| p.coverage.expected).sum();
        return Point { coverage: Coverage { reported: 0, expected }, ..Point::default() };
    };
    let sum: f64 = known.iter().filter_map(|p| p.value).sum();
    let mut point = **last;
    point.value = match how {
        OverTime::Sum => Some(sum),
        OverTime::Mean => Some(sum / known.len() as f64),
        OverTime::Max => known.iter().filter_map(|p| p.value).reduce(f64::max),
        OverTime::Last => last.value,
        OverTime::None => None,
    };
    if matches!(how, OverTime::Sum | OverTime::Mean | OverTime::Max) {
        point.coverage = Coverage {
            reported: parts.iter().map(|p| p.coverage.reported).sum(),
            expected: parts.iter().map(|p| p.coverage.expected).sum(),
        };
        point.estimated = known.iter().any(|p| p.estimated);
        point.known_at = known.iter().filter_map(|p| p.known_at).max();
    }
    point
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::definition::OverTime;

    fn leaf(unit: UnitId, value: f64) -> Leaf {
        Leaf { unit, value, known_at: Instant(unit), source: 1, estimated: false }
    }

    fn whole(units: &[UnitId]) -> Reach {
        Reach { units: units.iter().map(|u| (*u, 1.0)).collect(), ..Reach::default() }
    }

    #[test]
    fn a_parent_shows_how_many_of_its_units_reported() {
        let point = roll(&[leaf(1, 2.0), leaf(3, 5.0)], &whole(&[1, 2, 3]), &Rule::Sum);
        assert_eq!(point.value, Some(7.0));
        assert_eq!((point.coverage.reported, point.coverage.expected), (2, 3));
    }

    #[test]
    fn nothing_told_is_missing_and_not_zero() {
        assert_eq!(roll(&[], &whole(&[1]), &Rule::Sum).value, None);
    }

    #[test]
    fn a_weighted_mean_leaves_out_what_cannot_be_weighed() {
        let by = [leaf(1, 1.0), leaf(2, 3.0)];
        let point =
            roll(&[leaf(1, 10.0), leaf(2, 20.0), leaf(3, 99.0)], &whole(&[1, 2, 3]), &Rule::Weighted(&by));
        assert_eq!(point.value, Some(17.5));
        assert_eq!(point.coverage.reported, 2);
    }

    #[test]
    fn a_divided_unit_brings_its_share_and_marks_an_estimate() {
        let reach = Reach { units: vec![(1, 1.0), (2, 0.25)], restated: true, ..Reach::default() };
        let point = roll(&[leaf(1, 8.0), leaf(2, 4.0)], &reach, &Rule::Sum);
        assert_eq!(point.value, Some(9.0));
        assert!(point.estimated);
    }

    #[test]
    fn a_ratio_divides_sums_and_never_by_zero() {
        let point = |v| Point { value: Some(v), ..Point::default() };
        assert_eq!(ratio(&point(98.0), &point(100.0), 100.0).value, Some(98.0));
        assert_eq!(ratio(&point(98.0), &point(0.0), 100.0).value, None);
    }

    #[test]
    fn a_year_of_a_sum_adds_its_months_and_counts_their_coverage() {
        let month = |v: Option<f64>| Point {
            value: v,
            coverage: Coverage { reported: u32::from(v.is_some()), expected: 1 },
            ..Point::default()
        };
        let year = over_time(&[month(Some(1.0)), month(None), month(Some(2.0))], OverTime::Sum);
        assert_eq!(year.value, Some(3.0));
        assert_eq!((year.coverage.reported, year.coverage.expected), (2, 3));
        assert_eq!(
            over_time(&[month(Some(1.0)), month(Some(2.0)), month(None)], OverTime::Last).value,
            Some(2.0)
        );
    }
}
