//! Chance that repeats: numbers drawn from a seed (SplitMix64), so that the same place always gets the same
//! demo.

/// A stream of numbers that its seed fixes.
#[derive(Debug, Clone)]
pub struct Chance(u64);

/// The number of a name (FNV-1a), for seeds.
pub fn name(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |h, b| (h ^ u64::from(b)).wrapping_mul(0x100_0000_01b3))
}

fn mix(mut x: u64) -> u64 {
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

impl Chance {
    /// The stream of a seed in parts, such as (indicator, unit, period, what is drawn).
    pub fn of(seed: [u64; 4]) -> Chance {
        Chance(seed.iter().fold(0x9e37_79b9_7f4a_7c15, |h, part| mix(h ^ mix(part.wrapping_add(h)))))
    }

    /// The next number.
    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0)
    }

    /// A number in 0..1.
    pub fn fraction(&mut self) -> f64 {
        (self.draw() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A number of the normal distribution, mean 0, deviation 1, within ±2.5 (Box and Muller).
    pub fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.fraction()).ln()).sqrt();
        let angle = std::f64::consts::TAU * self.fraction();
        (radius * angle.cos()).clamp(-2.5, 2.5)
    }

    /// A count of events of which `mean` are expected (Poisson; above thirty, its normal neighbour).
    pub fn count(&mut self, mean: f64) -> f64 {
        if mean <= 0.0 {
            return 0.0;
        }
        if mean > 30.0 {
            return (mean + mean.sqrt() * self.normal()).round().max(0.0);
        }
        let bound = (-mean).exp();
        let (mut product, mut n) = (self.fraction(), 0.0);
        while product > bound {
            product *= self.fraction();
            n += 1.0;
        }
        n
    }
}

/// A positive number with this mean and this deviation, from a number of the normal distribution (lognormal).
pub fn skewed(mean: f64, deviation: f64, z: f64) -> f64 {
    let variance = (1.0 + (deviation / mean).powi(2)).ln();
    mean * (variance.sqrt() * z - variance / 2.0).exp()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_numbers_and_another_gives_others() {
        let draw = |seed| {
            let mut chance = Chance::of(seed);
            [chance.draw(), chance.draw(), chance.draw()]
        };
        assert_eq!(draw([1, 2, 3, 4]), draw([1, 2, 3, 4]));
        assert_ne!(draw([1, 2, 3, 4]), draw([1, 2, 4, 3]));
        assert_ne!(draw([0, 0, 0, 0]), draw([0, 0, 0, 1]));
    }

    #[test]
    fn means_and_deviations_are_those_asked_for() {
        let n = 20_000;
        let all = |f: &dyn Fn(&mut Chance) -> f64| {
            let drawn: Vec<f64> = (0..n).map(|i| f(&mut Chance::of([i, 0, 0, 7]))).collect();
            let mean = drawn.iter().sum::<f64>() / n as f64;
            let variance = drawn.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n as f64;
            (mean, variance.sqrt())
        };
        let near = |(mean, deviation): (f64, f64), m: f64, d: f64| {
            assert!(
                (mean - m).abs() < 0.05 * d.max(m) && (deviation - d).abs() < 0.08 * d,
                "{mean} {deviation}"
            );
        };
        near(all(&Chance::normal), 0.0, 1.0);
        near(all(&|c| c.count(0.3)), 0.3, 0.3_f64.sqrt());
        near(all(&|c| c.count(80.0)), 80.0, 80.0_f64.sqrt());
        near(all(&|c| skewed(9.0, 7.0, c.normal())), 9.0, 7.0);
    }
}
