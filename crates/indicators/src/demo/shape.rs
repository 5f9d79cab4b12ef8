//! The shapes of series: the year's wave, the climb of a cumulative figure, jitter, and dividing without a
//! remainder.

use foundation::Period;

use super::chance::{Chance, skewed};

/// The wave of the year at the middle of a period, 1 in the middle of the month `peak`.
pub fn wave(period: Period, peak: u8) -> f64 {
    let (_, month, day) = period.first_day().add_days(period.days() / 2).ymd();
    let at = f64::from(month) + (f64::from(day) - 15.5) / 30.5;
    (std::f64::consts::TAU * (at - f64::from(peak)) / 12.0).cos()
}

/// How far a cumulative figure has come at the end of a period, 1 in the last of the year; `pace` (0..1) says
/// how late in the year it hurries.
pub fn climbed(period: Period, pace: f64) -> f64 {
    let count = match period.calendar.per_year() {
        Some(count) => f64::from(count),
        None => (366.0 / f64::from(period.days())).ceil(),
    };
    (f64::from(period.number()) / count).min(1.0).powf(1.0 + 0.3 * pace)
}

/// A factor around 1 with the deviation `noise`, never negative.
pub fn jitter(noise: f64, z: f64) -> f64 {
    match noise {
        n if n <= 0.0 => 1.0,
        n if n <= 0.3 => 1.0 + n * z,
        n => skewed(1.0, n, z),
    }
}

/// `value` with so many decimals, never above it.
pub fn floored(value: f64, decimals: u8) -> f64 {
    let scale = 10_f64.powi(i32::from(decimals));
    (value * scale + 1e-9).floor() / scale
}

/// Divides `value` (not negative) by `weights`, which sum to 1, into parts of so many decimals that add up to
/// it. A handful of events is dealt out by chance, if there is one; else the largest remainders are rounded
/// up.
pub fn divided(value: f64, weights: &[f64], decimals: u8, chance: Option<&mut Chance>) -> Vec<f64> {
    let scale = 10_f64.powi(i32::from(decimals));
    let total = (value * scale).round();
    let mut parts = vec![0.0; weights.len()];
    if let Some(chance) = chance.filter(|_| decimals == 0 && total <= 12.0) {
        for _ in 0..total as u64 {
            let mut drawn = chance.fraction();
            let at = weights.iter().position(|w| {
                drawn -= w;
                drawn < 0.0
            });
            if let Some(part) = parts.get_mut(at.unwrap_or(0)) {
                *part += 1.0;
            }
        }
        return parts;
    }
    let mut rest: Vec<(usize, f64)> = Vec::with_capacity(weights.len());
    for (i, weight) in weights.iter().enumerate() {
        let exact = total * weight;
        parts[i] = exact.floor();
        rest.push((i, exact - exact.floor()));
    }
    rest.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    let missing = (total - parts.iter().sum::<f64>()).max(0.0) as usize;
    for (i, _) in rest.into_iter().cycle().take(missing) {
        parts[i] += 1.0;
    }
    parts.iter().map(|p| p / scale).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_wave_is_highest_in_its_month() {
        let at = |code: &str| wave(Period::from_code(code).unwrap(), 9);
        assert!(at("2026-09") > 0.99 && at("2026-03") < -0.99);
        assert!(at("2026-09") > at("2026-08") && at("2026-09") > at("2026-10"));
    }

    #[test]
    fn a_cumulative_figure_climbs_to_the_whole() {
        let months: Vec<f64> =
            (1..=12).map(|m| climbed(Period::from_code(&format!("2026-{m:02}")).unwrap(), 0.5)).collect();
        assert!(months.windows(2).all(|w| w[0] < w[1]));
        assert!((months[11] - 1.0).abs() < 1e-12 && months[0] < 0.1);
    }

    proptest! {
        #[test]
        fn parts_add_up(
            total in 0..200_000_u32, decimals in 0..4_u8, cut in 0.0..1.0_f64, seed: u64, chance: bool
        ) {
            let value = f64::from(total) / 10_f64.powi(decimals.into());
            let weights = [cut * 0.5, cut * 0.5, 1.0 - cut];
            let mut drawn = Chance::of([seed, 0, 0, 0]);
            let parts = divided(value, &weights, decimals, chance.then_some(&mut drawn));
            prop_assert!((parts.iter().sum::<f64>() - value).abs() < 1e-6);
            prop_assert!(parts.iter().all(|p| *p >= 0.0));
        }
    }
}
