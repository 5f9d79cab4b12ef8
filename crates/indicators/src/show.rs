//! Figures in words: how numbers, changes, states and periods are written on pages, in both languages.

use foundation::Date;
use foundation::{Instant, Lang, Period, number, time_of_day::TimeOfDay};
use kit::{Figure, State, Trend};
use web::Words;

/// A number with its decimals, «1.234,5» or "1,234.5".
pub fn number(value: f64, decimals: u8, lang: Lang) -> String {
    match lang {
        Lang::Vi => number::show_vi(value, usize::from(decimals)),
        Lang::En => number::show_en(value, usize::from(decimals)),
    }
}

/// A change with its sign, «+0,6», «−2,3», «0,0».
pub fn change(value: f64, decimals: u8, lang: Lang) -> String {
    match value > 0.0 {
        true => format!("+{}", number(value, decimals, lang)),
        false => number(value, decimals, lang),
    }
}

/// A period in short, «T10/26».
pub fn period_short(period: Period, lang: Lang) -> String {
    match lang {
        Lang::Vi => period.short_vi(),
        Lang::En => period.short_en(),
    }
}

/// A period in full, «Tháng 10/2026».
pub fn period(period: Period, lang: Lang) -> String {
    match lang {
        Lang::Vi => period.label_vi(),
        Lang::En => period.label_en(),
    }
}

/// A moment, «14:30, 24/11/2026».
pub fn moment(at: Instant, lang: Lang) -> String {
    format!("{}, {}", TimeOfDay::of(at).show(), day(Date::of(at), lang))
}

/// A day, «24/11/2026».
pub fn day(day: Date, lang: Lang) -> String {
    match lang {
        Lang::Vi => day.vi(),
        Lang::En => day.en(),
    }
}

/// The word of a state, «Đạt».
pub fn state(state: State, words: &Words, lang: Lang) -> String {
    words.say(lang, &format!("state-{}", state.name()), &[])
}

/// A figure ready for a template.
#[derive(Debug, Clone)]
pub struct Shown {
    /// The full id.
    pub code: String,
    /// The unit's id.
    pub unit: i64,
    /// The short name.
    pub name: String,
    /// The full name.
    pub full_name: String,
    /// The value, or nothing when it is missing.
    pub value: Option<String>,
    /// The unit of measure.
    pub measure: String,
    /// `good`, `watch`, `bad`, `none`.
    pub state: &'static str,
    /// Its word.
    pub state_word: String,
    /// The period in short.
    pub period_short: String,
    /// The period in full.
    pub period: String,
    /// The target.
    pub target: Option<String>,
    /// Against the previous period.
    pub previous: Option<Change>,
    /// Against the same period last year.
    pub last_year: Option<Change>,
    /// Units that reported.
    pub reported: u32,
    /// Units that should.
    pub expected: u32,
    /// From whom.
    pub source: String,
    /// Who answers for it.
    pub owner: String,
    /// When we learnt it.
    pub known_at: Option<String>,
    /// Part of it is an estimate.
    pub estimated: bool,
    /// A later period is due.
    pub stale: bool,
    /// Made by the demo.
    pub demo: bool,
    /// Not for the public.
    pub internal: bool,
    /// The raw value, for meters.
    pub raw: Option<f64>,
    /// The raw target.
    pub raw_target: Option<f64>,
}

/// A change ready for a template.
#[derive(Debug, Clone)]
pub struct Change {
    /// «+0,6».
    pub text: String,
    /// `good`, `bad` or nothing.
    pub class: &'static str,
}

fn changed(trend: &Option<Trend>, decimals: u8, lang: Lang) -> Option<Change> {
    trend.as_ref().map(|t| Change {
        text: change(t.change, decimals, lang),
        class: match t.better {
            Some(true) => "good",
            Some(false) => "bad",
            None => "",
        },
    })
}

impl Shown {
    /// Writes a figure out.
    pub fn of(figure: &Figure, words: &Words, lang: Lang) -> Shown {
        let d = figure.decimals;
        Shown {
            code: figure.indicator.clone(),
            unit: figure.unit,
            name: figure.short.get(lang).to_owned(),
            full_name: figure.name.get(lang).to_owned(),
            value: figure.value.map(|v| number(v, d, lang)),
            measure: figure.measure.get(lang).to_owned(),
            state: figure.state.name(),
            state_word: state(figure.state, words, lang),
            period_short: period_short(figure.period, lang),
            period: period(figure.period, lang),
            target: figure.target.map(|v| number(v, d, lang)),
            previous: changed(&figure.previous, d, lang),
            last_year: changed(&figure.last_year, d, lang),
            reported: figure.coverage.reported,
            expected: figure.coverage.expected,
            source: figure.source.clone(),
            owner: figure.owner.clone(),
            known_at: figure.known_at.map(|at| moment(at, lang)),
            estimated: figure.estimated,
            stale: figure.stale,
            demo: figure.demo,
            internal: figure.internal,
            raw: figure.value,
            raw_target: figure.target,
        }
    }

    /// The value and the top of a meter, when there is a target to measure against.
    pub fn meter(&self) -> Option<(f64, f64)> {
        let (value, target) = (self.raw?, self.raw_target?);
        (target > 0.0 && value >= 0.0).then(|| (value, target.max(value)))
    }

    /// Whether fewer units reported than should have.
    pub fn partial(&self) -> bool {
        self.reported < self.expected
    }
}
