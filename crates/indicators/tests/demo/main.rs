//! The demo: its series, its values, and its life in a database.

#![allow(clippy::unwrap_used, reason = "a test may fall over")]

mod place;
mod stored;

use foundation::{Calendar, Date, Period};
use indicators::demo::generate::Generator;
use indicators::demo::places::Place;
use indicators::demo::series::full_id;
use indicators::demo::stories::Stories;
use indicators::demo::{Spec, check};
use place::{catalogue, packs};

fn today() -> Date {
    Date::from_ymd(2026, 11, 22).unwrap()
}

fn commune(unit: i64) -> Place {
    Place { unit, kin: unit, people: 25_000.0 + (unit % 7) as f64 * 6_000.0, weight: 1.0 }
}

fn generator() -> Generator {
    let packs = packs();
    let communes: Vec<i64> = (31_000..31_040).collect();
    let fields = ["admin", "economy", "education", "environment", "finance", "health", "petitions"];
    let fields: Vec<String> = fields.map(str::to_owned).to_vec();
    let stories = Stories::plant(&communes, &fields, today().add_days(-100));
    Generator::new(&catalogue(&packs), &packs.specs, stories)
}

fn periods(calendar: Calendar) -> Vec<Period> {
    let now = Period::containing(calendar, today());
    (now.index - 14..=now.index).map(|index| Period { calendar, index }).collect()
}

/// Every value of fifteen periods of forty communes.
fn every(generator: &Generator, mut told: impl FnMut(usize, &Place, Period, Option<f64>)) {
    for (at, one) in generator.series().iter().enumerate() {
        for period in periods(one.indicator.def.calendar) {
            for unit in 31_000..31_040 {
                let place = commune(unit);
                told(at, &place, period, generator.value(at, &place, period, None));
            }
        }
    }
}

#[test]
fn the_series_of_the_shipped_packs_are_sound_and_complete() {
    let packs = packs();
    assert_eq!(check(&packs.specs, &packs.definitions), []);
    let catalogue = catalogue(&packs);
    let silent: Vec<&str> = catalogue
        .all()
        .filter(|i| i.is_reported() && !packs.specs.iter().any(|(c, _)| *c == i.code))
        .map(|i| i.code.as_str())
        .collect();
    assert_eq!(silent, Vec::<&str>::new());
}

#[test]
fn faults_of_series_are_told() {
    let packs = packs();
    let told = |code: &str, yaml: &str| {
        let mut specs = packs.specs.clone();
        specs.retain(|(c, _)| c != code);
        specs.push((code.to_owned(), serde_saphyr::from_str::<Spec>(yaml).unwrap()));
        let faults = check(&specs, &packs.definitions);
        faults.into_iter().find(|f| f.0 == code).map(|f| f.1).unwrap_or_default()
    };
    assert!(told("health.nothing", "{base: 1}").contains("không có chỉ tiêu"));
    assert!(told("admin.on_time", "{base: 1}").contains("được tính"));
    assert!(told("admin.resolved", "{share_of: {id: nothing, share: 1}}").contains("admin.nothing"));
    assert!(told("admin.resolved", "{share_of: {id: on_time, share: 1}}").contains("được tính"));
    assert!(told("admin.resolved", "{share_of: {id: resolved_early, share: 1}}").contains("vòng"));
    assert!(told("admin.resolved", "{share_of: {id: economy.grdp, share: 1}}").contains("economy.grdp"));
    assert!(told("admin.refused", "{base: 1, share_of: {id: received, share: 1}}").contains("đúng một"));
    assert!(told("admin.refused", "{share_of: {id: received, share: 0.1}, noise: 1}").contains("noise"));
    let split = "{base: 1, split: {applicant: {person: 0.5, organisation: 0.4}}}";
    assert!(told("admin.received", split).contains("0.900"));
    assert!(told("admin.received", "{base: 1, split: {sex: {m: 1}}}").contains("«sex»"));
    assert!(told("admin.received", "{base: 1, split: {applicant: {person: 1}}}").contains("organisation"));
    assert!(serde_saphyr::from_str::<Spec>("{base: 1, bases: 2}").is_err());
}

#[test]
fn the_same_place_gets_the_same_demo() {
    let (a, b) = (generator(), generator());
    let mut told = 0;
    every(&a, |at, place, period, value| {
        assert_eq!(value, b.value(at, place, period, None));
        told += usize::from(value.is_some());
    });
    assert!(told > 100_000, "{told}");
}

#[test]
fn every_value_lies_in_its_range_and_has_its_decimals() {
    let generator = generator();
    every(&generator, |at, _, period, value| {
        let Some(value) = value else { return };
        let one = &generator.series()[at].indicator;
        let range = one.def.range;
        let inside = range.min.is_none_or(|m| value >= m) && range.max.is_none_or(|m| value <= m);
        assert!(inside && value.is_finite(), "{} {} {value}", one.code, period.code());
        assert!((one.rounded(value) - value).abs() < 1e-9, "{} {value}", one.code);
    });
}

#[test]
fn no_part_is_more_than_its_whole() {
    let generator = generator();
    let packs = packs();
    let at = |code: &str| generator.series().iter().position(|s| s.indicator.code == code).unwrap();
    let wholes: Vec<Option<usize>> = generator
        .series()
        .iter()
        .map(|s| {
            let spec = &packs.specs.iter().find(|(c, _)| *c == s.indicator.code).unwrap().1;
            spec.share_of.as_ref().map(|of| at(&full_id(&s.indicator.code, &of.id)))
        })
        .collect();
    for wobble in [None, Some(3)] {
        every(&generator, |part, place, period, _| {
            let Some(whole) = wholes[part] else { return };
            let code = &generator.series()[part].indicator.code;
            let value = generator.value(part, place, period, wobble);
            match (value, generator.value(whole, place, period, wobble)) {
                (Some(part), Some(whole)) => assert!(part <= whole, "{code} {part} > {whole}"),
                (Some(_), None) => panic!("{code} has a value without its whole"),
                (None, _) => {}
            }
        });
    }
}

#[test]
fn the_values_of_a_split_add_up_to_the_figure() {
    let generator = generator();
    let mut seen = 0;
    every(&generator, |at, place, period, value| {
        let one = &generator.series()[at];
        let Some(value) = value.filter(|_| one.is_split()) else { return };
        let mut sums: std::collections::BTreeMap<String, f64> = Default::default();
        for (dims, part) in generator.parts(at, value, place, period) {
            *sums.entry(dims.split_once('=').unwrap().0.to_owned()).or_default() += part;
            seen += 1;
        }
        assert!(sums.values().all(|s| (s - value).abs() < 1e-6), "{} {value} {sums:?}", one.indicator.code);
    });
    assert!(seen > 1000);
}

#[test]
fn a_cumulative_figure_never_falls_within_the_year() {
    let generator = generator();
    let packs = packs();
    for (at, one) in generator.series().iter().enumerate() {
        let spec = &packs.specs.iter().find(|(c, _)| *c == one.indicator.code).unwrap().1;
        if spec.ramp.is_none() {
            continue;
        }
        for unit in 31_000..31_040 {
            let mut before: Option<f64> = None;
            for period in periods(one.indicator.def.calendar).into_iter().filter(|p| p.year() == 2026) {
                let Some(value) = generator.value(at, &commune(unit), period, None) else { continue };
                assert!(
                    before.is_none_or(|b| value >= b - 1e-9),
                    "{} {unit} {before:?} {value}",
                    one.indicator.code
                );
                before = Some(value);
            }
        }
    }
}

#[test]
fn a_middling_commune_looks_as_the_pack_says() {
    let generator = generator();
    let at = generator.series().iter().position(|s| s.indicator.code == "admin.received").unwrap();
    let now = Period::from_code("2026-07").unwrap();
    let place = |unit| Place { people: 40_000.0, ..commune(unit) };
    let all: Vec<f64> = (1..2000).filter_map(|u| generator.value(at, &place(u), now, None)).collect();
    let mean = all.iter().sum::<f64>() / all.len() as f64;
    // 230 for ten thousand people; the wave of April is past by July.
    assert!((860.0..980.0).contains(&mean), "{mean}");
    assert!((1960..1999).contains(&all.len()), "{}", all.len());
}

#[test]
fn one_commune_of_each_field_does_badly() {
    let generator = generator();
    let series = |code: &str| generator.series().iter().position(|s| s.indicator.code == code).unwrap();
    let (part, whole) = (series("admin.resolved_in_time"), series("admin.resolved"));
    let period = Period::from_code("2026-10").unwrap();
    let rate = |unit| {
        let value = |at| generator.value(at, &commune(unit), period, None);
        Some(value(part)? / value(whole)?)
    };
    let weak = generator.stories.weak("admin").unwrap();
    let worst = (31_000..31_040).filter(|u| *u != weak).filter_map(rate).fold(1.0, f64::min);
    assert!(rate(weak).unwrap() < worst, "{:?} {worst}", rate(weak));
}
