//! Grades: values that are not rated, parted by size for a map. Each grade holds about as many units as the
//! next (quantiles), so that one large city does not make all others look alike.

/// The classes of the style sheet, from the lowest to the highest.
const CLASSES: [&str; 5] = ["told-1", "told-2", "told-3", "told-4", "told-5"];

/// Up to five grades, each with the lowest and the highest value in it.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Grades(Vec<(f64, f64)>);

impl Grades {
    /// Parts these values. Equal values are never parted.
    pub(crate) fn of(values: impl Iterator<Item = f64>) -> Grades {
        let mut sorted: Vec<f64> = values.filter(|v| v.is_finite()).collect();
        sorted.sort_by(f64::total_cmp);
        let mut starts: Vec<f64> = (0..CLASSES.len())
            .filter_map(|k| sorted.get(k * sorted.len() / CLASSES.len()))
            .copied()
            .collect();
        starts.dedup();
        let ends = starts.iter().skip(1).map(Some).chain([None]);
        let highest = |end: Option<&f64>| match end {
            Some(end) => sorted[..sorted.partition_point(|v| v < end)].last(),
            None => sorted.last(),
        };
        let grades = starts.iter().zip(ends).filter_map(|(low, end)| Some((*low, *highest(end)?)));
        Grades(grades.collect())
    }

    /// The number of a value's class, 1–5: few grades are spread over all shades, one alone is the middle.
    /// A value of another period than the grades were made of falls into the nearest.
    pub(crate) fn number(&self, value: f64) -> usize {
        let at = self.0.partition_point(|(low, _)| *low <= value).saturating_sub(1);
        self.spread(at)
    }

    fn spread(&self, at: usize) -> usize {
        match self.0.len() {
            0 | 1 => 3,
            many => 1 + at * (CLASSES.len() - 1) / (many - 1),
        }
    }

    /// A value's class.
    pub(crate) fn class(&self, value: f64) -> &'static str {
        CLASSES[self.number(value) - 1]
    }

    /// For a legend: class, lowest and highest value.
    pub(crate) fn steps(&self) -> impl Iterator<Item = (&'static str, f64, f64)> {
        self.0.iter().enumerate().map(|(at, (low, high))| (CLASSES[self.spread(at) - 1], *low, *high))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(values: &[f64]) -> Vec<(&'static str, f64, f64)> {
        Grades::of(values.iter().copied()).steps().collect()
    }

    #[test]
    fn a_fifth_of_the_units_is_in_each_grade() {
        let values: Vec<f64> = (1..=10).map(f64::from).collect();
        let found = steps(&values);
        assert_eq!(found[0], ("told-1", 1.0, 2.0));
        assert_eq!(found[4], ("told-5", 9.0, 10.0));
        let grades = Grades::of(values.iter().copied());
        assert_eq!([0.5, 2.0, 3.0, 6.5, 99.0].map(|v| grades.number(v)), [1, 1, 2, 3, 5]);
    }

    #[test]
    fn equal_values_stand_in_one_grade_and_few_are_spread_over_all_shades() {
        assert_eq!(steps(&[7.0; 9]), [("told-3", 7.0, 7.0)]);
        assert_eq!(steps(&[0.0, 0.0, 0.0, 0.0, 0.0, 4.0]), [("told-3", 0.0, 4.0)]);
        assert_eq!(steps(&[1.0, 1.0, 1.0, 5.0, 5.0]), [("told-1", 1.0, 1.0), ("told-5", 5.0, 5.0)]);
        assert_eq!(steps(&[]), []);
        assert_eq!(Grades::default().class(3.0), "told-3");
    }
}
