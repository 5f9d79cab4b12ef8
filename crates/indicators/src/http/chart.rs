//! The line of an indicator through time, with what was planned, the bands, the gaps and the days on which
//! boundaries changed.

use askama::Template;
use foundation::{Calendar, Period, Result};
use kit::{Context, State};
use web::Words;
use web::svg::line::{self, Dot, Zone};

use super::Desk;
use crate::definition::Indicator;
use crate::engine::roll::Point;
use crate::engine::{Asked, Span, reach};
use crate::show;

/// In which boundaries times before the unit was made are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Boundaries {
    /// Restated in those of today.
    #[default]
    Now,
    /// Those of the time: before the unit was made it has no value.
    Then,
}

impl Boundaries {
    pub(super) fn parse(text: Option<&str>) -> Boundaries {
        match text {
            Some("then") => Boundaries::Then,
            _ => Boundaries::Now,
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Boundaries::Now => "now",
            Boundaries::Then => "then",
        }
    }
}

/// How many periods a line shows: two to three years, or the last weeks.
pub(super) fn length(calendar: Calendar) -> i32 {
    match calendar {
        Calendar::Day => 60,
        Calendar::Week => 52,
        Calendar::Month | Calendar::ReportMonth => 24,
        Calendar::Quarter | Calendar::ReportQuarter => 12,
        _ => 10,
    }
}

/// A step of the legend: the bands that have a meaning.
struct Mark {
    state: &'static str,
    label: String,
}

/// A drawn line, ready for a page.
#[derive(Template)]
#[template(path = "chart.html")]
pub(super) struct Line<'a> {
    id: &'static str,
    svg: String,
    title: String,
    summary: String,
    pub(super) aside: String,
    marks: Vec<Mark>,
    has_estimates: bool,
    has_gaps: bool,
    has_target: bool,
    words: &'a Words,
    lang: foundation::Lang,
}

impl Line<'_> {
    fn t(&self, key: &str) -> String {
        self.words.say(self.lang, key, &[])
    }

    pub(super) fn html(&self) -> Result<String> {
        self.render()
            .map_err(|e| foundation::error::internal("template", "Không dựng được biểu đồ").because(e))
    }
}

/// Whether `period` lies before the unit of `asked` was made.
pub(super) fn is_before_unit(desk: &Desk, asked: &Asked, period: Period) -> bool {
    desk.map.history(asked.unit).first().is_some_and(|v| period.last_day() < v.valid_from)
}

/// The points of a run of periods, in the boundaries that were asked for.
pub(super) async fn points(
    desk: &Desk,
    indicator: &Indicator,
    span: Span,
    asked: &Asked,
    boundaries: Boundaries,
) -> Result<Vec<Point>> {
    let mut points = desk.engine.points(indicator, span, asked).await?;
    if boundaries == Boundaries::Then {
        for (period, point) in span.periods().zip(&mut points) {
            if is_before_unit(desk, asked, period) {
                *point = Point::default();
            }
        }
    }
    Ok(points)
}

/// The periods before which the units that make the value changed.
fn breaks(desk: &Desk, indicator: &Indicator, span: Span, asked: &Asked, word: &str) -> Vec<(usize, String)> {
    let units = |p: Period| -> Vec<i64> {
        let reach = reach::reach(&desk.map, indicator, asked.unit, p.last_day(), asked.today);
        reach.units.into_iter().map(|u| u.0).collect()
    };
    let days = desk.map.days_of_change();
    let mut found = Vec::new();
    for (i, period) in span.periods().enumerate().skip(1) {
        let (from, to) = (period.previous().last_day(), period.last_day());
        if days.iter().any(|d| *d > from && *d <= to) && units(period.previous()) != units(period) {
            found.push((i, word.to_owned()));
        }
    }
    found
}

/// The line that ends with `last`; nothing when no period has a value.
pub(super) async fn draw<'a>(
    cx: &'a Context,
    desk: &Desk,
    indicator: &Indicator,
    asked: &Asked,
    last: Period,
    boundaries: Boundaries,
) -> Result<Option<Line<'a>>> {
    let lang = cx.lang;
    let span = Span::ending(last, length(last.calendar));
    let points = points(desk, indicator, span, asked, boundaries).await?;
    let measure = indicator.def.unit.get(lang);
    let d = indicator.def.decimals;
    let mut dots = Vec::with_capacity(points.len());
    for (period, point) in span.periods().zip(&points) {
        let value = point.value.map(|v| indicator.rounded(v));
        let target = desk.engine.target(indicator, asked.unit, period, asked.as_known).await?;
        let mut note = match point.coverage.expected {
            0 | 1 => String::new(),
            n => format!("{}/{n} {}", point.coverage.reported, cx.t("coverage-units")),
        };
        if is_before_unit(desk, asked, period) && value.is_some() {
            note = cx.t("chart-restated");
        } else if point.estimated {
            note = [cx.t("badge-estimated"), note]
                .into_iter()
                .filter(|n| !n.is_empty())
                .collect::<Vec<_>>()
                .join(", ");
        }
        dots.push(Dot {
            label: show::period_short(period, lang),
            value,
            text: match value {
                Some(v) => format!("{} {measure}", show::number(v, d, lang)),
                None => cx.t("figure-missing"),
            },
            note,
            estimated: point.estimated,
            state: indicator.state(value, target).name(),
            target,
        });
    }
    let plain = |v: f64| {
        let step = [0_u8, 1, 2, 3].into_iter().find(|n| (v - round(v, *n)).abs() < 1e-9).unwrap_or(d);
        show::number(v, step, lang)
    };
    let target_label = match dots.last().and_then(|dot| dot.target) {
        Some(target) => format!("{} {}", cx.t("target-short"), plain(target)),
        None => String::new(),
    };
    let (zones, marks) = zones(cx, indicator, &plain);
    let svg = line::draw(&line::Chart {
        id: "chart",
        dots: &dots,
        zones: &zones,
        target_label,
        breaks: breaks(desk, indicator, span, asked, &cx.t("chart-break")),
        number: &plain,
    });
    if svg.is_empty() {
        return Ok(None);
    }
    let first = dots.first().map(|d| d.label.clone()).unwrap_or_default();
    let end = dots.last().map(|d| d.label.clone()).unwrap_or_default();
    Ok(Some(Line {
        id: "chart",
        svg,
        title: format!("{}, {}", indicator.def.name.get(lang), desk.name(asked.unit)),
        summary: summary(cx, &dots),
        aside: format!("{first} – {end}, {measure}"),
        marks,
        has_estimates: dots.iter().any(|d| d.estimated),
        has_gaps: dots.iter().any(|d| d.value.is_none()),
        has_target: dots.iter().any(|d| d.target.is_some()),
        words: &cx.words,
        lang,
    }))
}

fn round(value: f64, decimals: u8) -> f64 {
    let scale = 10_f64.powi(i32::from(decimals));
    (value * scale).round() / scale
}

/// The bands behind the line and their legend.
fn zones(cx: &Context, indicator: &Indicator, plain: &dyn Fn(f64) -> String) -> (Vec<Zone>, Vec<Mark>) {
    let mut zones = Vec::new();
    let mut marks = Vec::new();
    let mut from = None;
    for band in &indicator.def.bands {
        zones.push(Zone { from, to: band.to, state: band.state.name() });
        if band.state != State::None {
            let word = match &band.name {
                Some(name) => name.get(cx.lang).to_owned(),
                None => show::state(band.state, &cx.words, cx.lang),
            };
            let range = match (from, band.to) {
                (None, Some(to)) => format!("< {}", plain(to)),
                (Some(from), Some(to)) => format!("{}–{}", plain(from), plain(to)),
                (Some(from), None) => format!("≥ {}", plain(from)),
                (None, None) => String::new(),
            };
            marks.push(Mark { state: band.state.name(), label: format!("{word} {range}") });
        }
        from = band.to;
    }
    (zones, marks)
}

/// What a listener hears of the line: the highest, the lowest, how many are missing.
fn summary(cx: &Context, dots: &[Dot]) -> String {
    let known = || dots.iter().filter_map(|d| d.value.map(|v| (v, d)));
    let (Some(high), Some(low)) =
        (known().max_by(|a, b| a.0.total_cmp(&b.0)), known().min_by(|a, b| a.0.total_cmp(&b.0)))
    else {
        return String::new();
    };
    let missing = dots.iter().filter(|d| d.value.is_none()).count() as i64;
    cx.words.say(
        cx.lang,
        "chart-summary",
        &[
            ("high", high.1.text.as_str().into()),
            ("high_at", high.1.label.as_str().into()),
            ("low", low.1.text.as_str().into()),
            ("low_at", low.1.label.as_str().into()),
            ("missing", missing.into()),
        ],
    )
}
