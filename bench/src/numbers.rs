//! Latencies and what is said of them.

/// Measured times, in milliseconds.
#[derive(Debug, Clone, Default)]
pub struct Times(pub Vec<f64>);

impl Times {
    /// The value that a share of the times stays below, by the nearest rank.
    pub fn at(&self, share: f64) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        let rank = (share * sorted.len() as f64).ceil() as usize;
        sorted.get(rank.clamp(1, sorted.len().max(1)) - 1).copied().unwrap_or(f64::NAN)
    }

    /// The largest.
    pub fn max(&self) -> f64 {
        self.0.iter().copied().fold(f64::NAN, f64::max)
    }
}

/// The middle of some figures.
pub fn median(figures: &[f64]) -> f64 {
    Times(figures.to_vec()).at(0.5)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_rank_is_a_value_that_was_measured() {
        let times = Times((1..=100).map(f64::from).collect());
        assert_eq!((times.at(0.5), times.at(0.95), times.at(1.0), times.max()), (50.0, 95.0, 100.0, 100.0));
        assert!(Times::default().at(0.5).is_nan());
    }
}
