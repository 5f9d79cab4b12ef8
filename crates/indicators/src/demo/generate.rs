//! The made-up value of an indicator for a unit and a period. Pure: nothing but the definition, the series,
//! the unit and the period decides, so that the same place always gets the same demo.
//!
//! Promised: every value lies in the indicator's range and has its decimals; a part is never more than its
//! whole, and missing when the whole is; the values of a split add up to the figure; a figure that runs from
//! the start of the year never falls within the year. A small whole number is rounded by chance, so that sums
//! over many units stay true.

use std::collections::HashMap;

use foundation::{Calendar, Date, Period};

use super::chance::{Chance, name, skewed};
use super::places::Place;
use super::series::{Spec, full_id};
use super::shape;
use super::stories::{Stories, period_number};
use crate::catalogue::Catalogue;
use crate::definition::{Direction, Indicator, OverPlaces, ReportedBy};

/// The day on which `base` and `share` hold: 2026-07-01. Trends run from it.
const ANCHOR: Date = Date(20_635);

/// Of a period longer than so many days nobody's figure is left out for good.
const A_SEASON: i32 = 100;

/// The longest chain of parts of parts.
const DEEPEST: u8 = 16;

/// What is drawn, the last part of every seed.
#[derive(Clone, Copy)]
enum Draw {
    Level = 1,
    Noise,
    Missing,
    Rounding,
    Events,
    Wobble,
    Pace,
    Split,
}

/// The series of one indicator, ready to be asked.
#[derive(Debug, Clone)]
pub struct Series {
    /// The indicator.
    pub indicator: Indicator,
    spec: Spec,
    seed: u64,
    /// Where the figure stands that it is taken from.
    from: Option<usize>,
    /// Whether another figure is taken from it.
    is_whole: bool,
    /// Whether it, or what it is taken from, runs from the start of the year.
    climbs: bool,
    /// A plan: it changes from year to year, not within the year.
    by_year: bool,
    /// Whether a unit that is part of another has a part of the value.
    extensive: bool,
    /// 1 when more is better, -1 when less is.
    lean: f64,
}

impl Series {
    /// Whether nothing else is taken from it and it is not divided, so that a wrong value stands alone.
    pub fn stands_alone(&self) -> bool {
        !self.is_whole && self.spec.split.is_empty() && !self.climbs && !self.spec.rare
    }

    /// Whether it has values by dimensions.
    pub fn is_split(&self) -> bool {
        !self.spec.split.is_empty()
    }
}

/// All series, with what is planted.
#[derive(Debug, Clone, Default)]
pub struct Generator {
    all: Vec<Series>,
    /// What is planted.
    pub stories: Stories,
}

impl Generator {
    /// The series of the reported indicators of `catalogue`, by our number; one whose series cannot be made
    /// is left out.
    pub fn new(catalogue: &Catalogue, specs: &[(String, Spec)], stories: Stories) -> Generator {
        let specs: HashMap<&str, &Spec> = specs.iter().map(|(c, s)| (c.as_str(), s)).collect();
        let mut known: Vec<&Indicator> =
            catalogue.all().filter(|i| i.is_reported() && specs.contains_key(i.code.as_str())).collect();
        known.sort_by_key(|i| i.id);
        let at: HashMap<&str, usize> = known.iter().enumerate().map(|(n, i)| (i.code.as_str(), n)).collect();
        let leans = leans(catalogue);
        let mut all: Vec<Series> = known
            .iter()
            .map(|indicator| {
                let spec = specs[indicator.code.as_str()];
                Series {
                    indicator: (*indicator).clone(),
                    seed: name(&indicator.code),
                    from: spec
                        .taken_from()
                        .and_then(|id| at.get(full_id(&indicator.code, id).as_str()).copied()),
                    is_whole: false,
                    climbs: false,
                    by_year: false,
                    extensive: matches!(indicator.def.over_places, OverPlaces::Sum),
                    lean: leans.get(indicator.code.as_str()).copied().unwrap_or(0.0),
                    spec: spec.clone(),
                }
            })
            .collect();
        for n in 0..all.len() {
            let chain = chain(&all, n);
            all[n].climbs = chain.iter().any(|i| all[*i].spec.ramp.is_some());
            for whole in chain.iter().skip(1) {
                all[*whole].is_whole = true;
            }
            if all[n].climbs {
                for i in chain {
                    all[i].by_year = true;
                }
            }
        }
        Generator { all, stories }
    }

    /// The series, by our number of the indicator.
    pub fn series(&self) -> &[Series] {
        &self.all
    }

    /// The value of series `at`. `wobble` moves an estimate a little: another number, another estimate.
    pub fn value(&self, at: usize, place: &Place, period: Period, wobble: Option<u64>) -> Option<f64> {
        self.value_within(at, place, period, wobble, 0)
    }

    fn value_within(
        &self,
        at: usize,
        place: &Place,
        period: Period,
        wobble: Option<u64>,
        depth: u8,
    ) -> Option<f64> {
        let series = self.all.get(at).filter(|_| depth < DEEPEST)?;
        let spec = &series.spec;
        if series.is_silent(place, period) {
            return None;
        }
        let years = series.years(period);
        let drawn = |what: Draw, grain: u64| series.drawn(place.unit, what, grain);
        let own = || Chance::of([series.seed, place.kin as u64, 0, Draw::Level as u64]).normal();
        let grain = series.grain(period);
        let sway = match wobble {
            Some(n) => {
                (Chance::of([n, place.unit as u64, period_number(period), Draw::Wobble as u64]).fraction()
                    - 0.5)
                    * 0.02
            }
            None => 0.0,
        };
        let (mut value, noise, whole) = match (&spec.share_of, &spec.times_of) {
            (Some(of), _) => {
                let whole = self.value_within(series.from?, place, period, wobble, depth + 1)?;
                let mut share = (of.share + of.spread * own() + of.trend * years).max(of.share * 0.1);
                if self.is_weak(series, place, period) {
                    share = (of.share - series.lean * 3.0 * of.spread).max(of.share * 0.1);
                }
                share += of.noise * drawn(Draw::Noise, grain).normal();
                (whole * (share * (1.0 + sway * 0.3)).clamp(0.0, 1.0), of.noise, Some(whole))
            }
            (None, Some(of)) => {
                let other = self.value_within(series.from?, place, period, wobble, depth + 1)?;
                let times = (of.times + of.spread * own() + of.trend * years).max(of.times * 0.1);
                let times = times + of.noise * drawn(Draw::Noise, grain).normal();
                (other * (times * (1.0 + sway * 0.3)).max(0.0), of.noise, None)
            }
            (None, None) => {
                let noise = spec.noise.unwrap_or(0.0);
                let level = series.level(spec.base?, own(), place, years, period);
                let jitter = shape::jitter(noise, drawn(Draw::Noise, grain).normal());
                (level * jitter * (1.0 + sway), noise, None)
            }
        };
        if spec.ramp.is_some() {
            value *= shape::climbed(period, drawn(Draw::Pace, 0).fraction());
        }
        let def = &series.indicator.def;
        if spec.rare {
            value = drawn(Draw::Events, period_number(period)).count(value);
        }
        value = value.max(def.range.min.unwrap_or(f64::MIN)).min(def.range.max.unwrap_or(f64::MAX));
        let small = def.decimals == 0 && noise > 0.0 && !spec.rare && value.abs() < 20.0;
        let mut kept = match small {
            true => (value + drawn(Draw::Rounding, grain).fraction()).floor(),
            false => series.indicator.rounded(value),
        };
        if let Some(whole) = whole
            && kept > whole
        {
            kept = shape::floored(whole, def.decimals);
        }
        let (min, max) = (def.range.min.unwrap_or(f64::MIN), def.range.max.unwrap_or(f64::MAX));
        // A bound with more decimals than the figure is met from inside.
        if kept < min {
            kept = -shape::floored(-min, def.decimals);
        }
        if kept > max {
            kept = shape::floored(max, def.decimals);
        }
        // Never a zero with a sign.
        Some(kept + 0.0)
    }

    fn is_weak(&self, series: &Series, place: &Place, period: Period) -> bool {
        let pack = &series.indicator.pack;
        // What runs from the start of the year is weak from there, so that it does not fall within the year.
        let until = match series.climbs {
            true => Period::numbered(Calendar::Year, period.year(), 1).unwrap_or(period),
            false => period,
        };
        series.lean != 0.0 && self.stories.is_weak(place.unit, pack, until)
    }

    /// The values by dimension of a figure, `sex=f` → value, in the order of the keys; empty when it is not
    /// split.
    pub fn parts(&self, at: usize, value: f64, place: &Place, period: Period) -> Vec<(String, f64)> {
        let Some(series) = self.all.get(at).filter(|s| s.is_split() && value >= 0.0) else {
            return Vec::new();
        };
        let noise = match (&series.spec.share_of, &series.spec.times_of) {
            (Some(of), _) => of.noise,
            (None, Some(of)) => of.noise,
            (None, None) => series.spec.noise.unwrap_or(0.0),
        };
        let by_chance = (noise > 0.0 || series.spec.rare) && !series.climbs;
        let mut parts = Vec::new();
        for (dim, shares) in &series.spec.split {
            let mut chance = series.drawn(place.unit, Draw::Split, period_number(period));
            let weights: Vec<f64> = shares.values().copied().collect();
            let values = shape::divided(
                value,
                &weights,
                series.indicator.def.decimals,
                by_chance.then_some(&mut chance),
            );
            parts.extend(shares.keys().zip(values).map(|(id, v)| (format!("{dim}={id}"), v)));
        }
        parts
    }
}

impl Series {
    fn drawn(&self, unit: i64, what: Draw, grain: u64) -> Chance {
        Chance::of([self.seed, unit as u64, grain, what as u64])
    }

    /// What the jitter changes with: the period, or the year where a figure must not fall within it.
    fn grain(&self, period: Period) -> u64 {
        match self.climbs {
            true => period.year() as u64,
            false => period_number(period),
        }
    }

    fn years(&self, period: Period) -> f64 {
        if self.by_year {
            return f64::from(period.year() - ANCHOR.year());
        }
        let middle = period.first_day().add_days(period.days() / 2);
        f64::from(middle.days_since(ANCHOR)) / 365.25
    }

    fn is_silent(&self, place: &Place, period: Period) -> bool {
        // A rank or a growth of its own is not what its former parts had.
        if matches!(self.indicator.def.over_places, OverPlaces::None) && place.kin != place.unit {
            return true;
        }
        let Some(missing) = self.spec.missing else { return false };
        // A figure of a year that never came would stand on the list of the late for a whole year: in a demo
        // everybody is asked for it until it is there.
        if !self.indicator.def.optional && period.days() > A_SEASON {
            return false;
        }
        // Whoever has no such thing never has it.
        let (unit, grain) = match self.indicator.def.optional {
            true => (place.kin, 0),
            false => (place.unit, period_number(period)),
        };
        self.drawn(unit, Draw::Missing, grain).fraction() < missing
    }

    fn level(&self, base: f64, z: f64, place: &Place, years: f64, period: Period) -> f64 {
        let spread = self.spec.spread.unwrap_or(0.0);
        let mut level = match base > 0.0 {
            true if spread > base * 0.5 => skewed(base, spread, z),
            true => (base + spread * z).max(base * 0.05),
            false => base + spread * z,
        };
        match self.spec.per {
            Some(per) => level *= place.people / per,
            None if self.extensive => level *= place.weight,
            None => {}
        }
        level *= (1.0 + self.spec.trend.unwrap_or(0.0)).powf(years);
        if let Some(season) = self.spec.season
            && !matches!(period.calendar, Calendar::Year | Calendar::ReportYear | Calendar::SchoolYear)
        {
            level += level.abs() * season * shape::wave(period, self.spec.peak.unwrap_or(7));
        }
        level
    }
}

/// A series and what it is taken from, step by step.
fn chain(all: &[Series], from: usize) -> Vec<usize> {
    let mut found = vec![from];
    let mut at = from;
    while let Some(next) = all[at].from
        && !found.contains(&next)
    {
        found.push(next);
        at = next;
    }
    found
}

/// For every figure whether more of it is better (1) or worse (-1): its own direction, or that of the rate it
/// is counted in.
fn leans(catalogue: &Catalogue) -> HashMap<&str, f64> {
    let sign = |direction| match direction {
        Direction::Up => 1.0,
        Direction::Down => -1.0,
        Direction::InRange | Direction::Neutral => 0.0,
    };
    let mut leans: HashMap<&str, f64> = HashMap::new();
    for indicator in catalogue.all().filter(|i| i.def.reported_by.has(ReportedBy::Computed)) {
        if let OverPlaces::Ratio { ratio } = &indicator.def.over_places
            && let Some(of) = catalogue.code(&ratio.of)
        {
            leans.insert(of.code.as_str(), sign(indicator.def.direction));
        }
    }
    for indicator in catalogue.all().filter(|i| sign(i.def.direction) != 0.0) {
        leans.insert(indicator.code.as_str(), sign(indicator.def.direction));
    }
    leans
}
