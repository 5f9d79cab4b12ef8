//! A line chart with an axis: what was told, what was planned, the bands of good and bad, the gaps. Drawn
//! twice, wide for desks and paper, narrow for phones; the style sheet shows one of the two.

use std::fmt::Write;

use super::escape;

/// One period of a line.
#[derive(Debug, Clone, Default)]
pub struct Dot {
    /// What stands under it, «T10/26».
    pub label: String,
    /// The value; missing ones are drawn as gaps.
    pub value: Option<f64>,
    /// The value in words, or the word for missing.
    pub text: String,
    /// What is read beside it, «103/103 báo số».
    pub note: String,
    /// Whether it is an estimate: drawn dashed.
    pub estimated: bool,
    /// `watch`, `bad` or anything else.
    pub state: &'static str,
    /// What was planned for it.
    pub target: Option<f64>,
}

/// A band of values behind the line.
#[derive(Debug, Clone)]
pub struct Zone {
    /// From this value on; from below everything when there is none.
    pub from: Option<f64>,
    /// Up to this value; above everything when there is none.
    pub to: Option<f64>,
    /// `good`, `watch`, `bad` or `none`.
    pub state: &'static str,
}

/// A chart to be drawn.
pub struct Chart<'a> {
    /// Prefix of the ids of its title (`-t`) and description (`-d`), which the page writes.
    pub id: &'a str,
    /// The periods, in order.
    pub dots: &'a [Dot],
    /// The bands, ascending.
    pub zones: &'a [Zone],
    /// What stands beside the line of targets.
    pub target_label: String,
    /// Periods before which something changed, with the word for it.
    pub breaks: Vec<(usize, String)>,
    /// How a number is written on the axis.
    pub number: &'a dyn Fn(f64) -> String,
}

/// Room around the plot and its size.
struct Frame {
    class: &'static str,
    width: f64,
    height: f64,
    left: f64,
    right: f64,
    labels: usize,
    radius: f64,
}

const TOP: f64 = 14.0;
const BOTTOM: f64 = 24.0;

/// The wide and the narrow drawing; empty when there is no value at all.
pub fn draw(chart: &Chart<'_>) -> String {
    if chart.dots.iter().all(|d| d.value.is_none()) {
        return String::new();
    }
    let beside = if chart.target_label.is_empty() { 12.0 } else { 76.0 };
    let radius = if chart.dots.len() > 40 { 2.0 } else { 3.5 };
    let wide =
        Frame { class: "wide", width: 760.0, height: 270.0, left: 48.0, right: beside, labels: 6, radius };
    let narrow = Frame {
        class: "narrow",
        width: 340.0,
        height: 210.0,
        left: 42.0,
        right: 8.0,
        labels: 3,
        radius: radius.min(2.5),
    };
    format!("{}\n{}", one(chart, &wide), one(chart, &narrow))
}

/// The lowest and highest value of the axis and the steps between: 1, 2 or 5 times a power of ten.
fn scale(chart: &Chart<'_>) -> (f64, f64, f64) {
    let values = chart.dots.iter().flat_map(|d| [d.value, d.target]).flatten();
    let (mut low, mut high) =
        values.fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), v| (a.min(v), b.max(v)));
    if high - low < 1e-9 {
        let room = if high == 0.0 { 1.0 } else { high.abs() * 0.1 };
        (low, high) = (low - room, high + room);
    }
    // A line near zero starts at zero, so that small values do not look like nothing.
    if low > 0.0 && low < high * 0.4 {
        low = 0.0;
    }
    let raw = (high - low) / 4.0;
    let power = 10_f64.powf(raw.log10().floor());
    let step =
        [1.0, 2.0, 5.0, 10.0].into_iter().map(|n| n * power).find(|s| *s >= raw * 0.999).unwrap_or(raw);
    ((low / step).floor() * step, (high / step).ceil() * step, step)
}

fn one(chart: &Chart<'_>, frame: &Frame) -> String {
    let (low, high, step) = scale(chart);
    let Frame { width, height, left, right, .. } = *frame;
    let count = chart.dots.len();
    let inner = width - left - right;
    let x = |i: usize| left + if count > 1 { inner * i as f64 / (count - 1) as f64 } else { inner / 2.0 };
    let y = |v: f64| TOP + (height - TOP - BOTTOM) * (1.0 - (v - low) / (high - low));
    let floor = height - BOTTOM;
    let mut out = format!(
        "<svg class=\"{}\" viewBox=\"0 0 {width:.0} {height:.0}\" role=\"img\" aria-labelledby=\"{id}-t\" \
         aria-describedby=\"{id}-d\">",
        frame.class,
        id = escape(chart.id)
    );
    for zone in chart.zones {
        let from = zone.from.unwrap_or(low).clamp(low, high);
        let to = zone.to.unwrap_or(high).clamp(low, high);
        if to > from {
            let _ = write!(
                out,
                "<rect class=\"band is-{}\" x=\"{left:.1}\" y=\"{:.1}\" width=\"{inner:.1}\" \
                 height=\"{:.1}\"/>",
                zone.state,
                y(to),
                y(from) - y(to)
            );
        }
    }
    let steps = ((high - low) / step).round() as usize;
    for n in 0..=steps.min(12) {
        let v = low + step * n as f64;
        let _ = write!(
            out,
            "<line class=\"rule\" x1=\"{left:.1}\" x2=\"{:.1}\" y1=\"{y:.1}\" y2=\"{y:.1}\"/>\
             <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
            width - right,
            left - 6.0,
            y(v) + 4.0,
            escape(&(chart.number)(v)),
            y = y(v)
        );
    }
    let _ = write!(
        out,
        "<line class=\"axis\" x1=\"{left:.1}\" x2=\"{:.1}\" y1=\"{floor:.1}\" y2=\"{floor:.1}\"/>",
        width - right
    );
    let every = count.div_ceil(frame.labels).max(1);
    for (i, dot) in chart.dots.iter().enumerate() {
        // The last period is always named, from its end; one that would touch its name is not.
        let last = i + 1 == count;
        let end = x(i) + if i == 0 { wide(&dot.label) } else { wide(&dot.label) / 2.0 };
        let before = chart.dots.last().map_or(0.0, |d| x(count - 1) - wide(&d.label));
        if last || (i % every == 0 && end + 8.0 <= before) {
            let anchor = if last && count > 1 {
                "end"
            } else if i == 0 && count > 1 {
                "start"
            } else {
                "middle"
            };
            let _ = write!(
                out,
                "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"{anchor}\">{}</text>",
                x(i),
                height - 6.0,
                escape(&dot.label)
            );
        }
    }
    for (i, word) in &chart.breaks {
        let at = x(*i);
        let _ = write!(
            out,
            "<line class=\"break\" x1=\"{at:.1}\" x2=\"{at:.1}\" y1=\"{TOP:.1}\" y2=\"{floor:.1}\"/>"
        );
        // Where the right edge is near, the word stands before its line.
        let (from, to, anchor) = match at + 5.0 + wide(word) <= width - right {
            true => (at + 5.0, at + 5.0 + wide(word), "start"),
            false => (at - 5.0 - wide(word), at - 5.0, "end"),
        };
        let text = if anchor == "start" { from } else { to };
        let height = clear(chart, &x, &y, (from, to), [TOP + 10.0, floor - 6.0, (TOP + floor) / 2.0]);
        let _ = write!(
            out,
            "<text class=\"break-label\" x=\"{text:.1}\" y=\"{height:.1}\" \
             text-anchor=\"{anchor}\">{}</text>",
            escape(word)
        );
    }
    targets(&mut out, chart, &x, &y, (frame, width - right));
    lines(&mut out, chart, &x, &y);
    for (i, dot) in chart.dots.iter().enumerate() {
        let (label, text) = (escape(&dot.label), escape(&dot.text));
        let _ = match dot.value {
            None => write!(
                out,
                "<line class=\"gap\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{TOP:.1}\" y2=\"{floor:.1}\" \
                 data-label=\"{label}\" data-value=\"{text}\"><title>{label}: {text}</title></line>",
                x = x(i)
            ),
            Some(v) => write!(
                out,
                "<circle class=\"point{}{}\" cx=\"{:.1}\" cy=\"{:.1}\" r=\"{:.1}\" data-label=\"{label}\" \
                 data-value=\"{text}\" data-note=\"{}\"><title>{label}: {text}</title></circle>",
                match dot.state {
                    "watch" => " is-watch",
                    "bad" => " is-bad",
                    _ => "",
                },
                if dot.estimated { " est" } else { "" },
                x(i),
                y(v),
                frame.radius,
                escape(&dot.note)
            ),
        };
    }
    out.push_str("</svg>");
    out
}

/// About how wide a text is on the axis.
fn wide(text: &str) -> f64 {
    text.chars().count() as f64 * 6.2
}

/// The first of the heights at which a text between `from` and `to` lies over fewest values and targets.
fn clear(
    chart: &Chart<'_>,
    x: Place<'_, usize>,
    y: Place<'_, f64>,
    (from, to): (f64, f64),
    heights: [f64; 3],
) -> f64 {
    let step = if chart.dots.len() > 1 { x(1) - x(0) } else { 0.0 };
    // A line goes on to the next period, so its ends count where it only crosses.
    let near = |i: usize| x(i) >= from - step && x(i) <= to + step;
    let over = |height: f64| {
        let hit = |v: Option<f64>| v.is_some_and(|v| (y(v) - (height - 4.0)).abs() < 10.0);
        let dots = chart.dots.iter().enumerate().filter(|(i, _)| near(*i));
        dots.map(|(_, d)| usize::from(hit(d.value)) + usize::from(hit(d.target))).sum::<usize>()
    };
    let least = heights.into_iter().map(over).min().unwrap_or(0);
    heights.into_iter().find(|h| over(*h) == least).unwrap_or(heights[0])
}

type Place<'a, T> = &'a dyn Fn(T) -> f64;

/// The steps of what was planned, with the newest named beside it.
fn targets(out: &mut String, chart: &Chart<'_>, x: Place<'_, usize>, y: Place<'_, f64>, edge: (&Frame, f64)) {
    let mut path = String::new();
    let mut before: Option<f64> = None;
    for (i, dot) in chart.dots.iter().enumerate() {
        if let Some(v) = dot.target {
            let _ = match before {
                None => write!(path, "M{:.1} {:.1}", x(i), y(v)),
                Some(old) if old == v => write!(path, "H{:.1}", x(i)),
                Some(_) => write!(path, "H{:.1}V{:.1}", x(i), y(v)),
            };
        }
        before = dot.target;
    }
    if path.is_empty() {
        return;
    }
    let _ = write!(out, "<path class=\"target\" d=\"{path}\"/>");
    let (frame, right) = edge;
    if let (Some(v), "wide", false) = (before, frame.class, chart.target_label.is_empty()) {
        let _ = write!(
            out,
            "<text class=\"target-label\" x=\"{:.1}\" y=\"{:.1}\">{}</text>",
            right + 6.0,
            y(v) + 4.0,
            escape(&chart.target_label)
        );
    }
}

/// The line itself: whole between told values, dashed where one end is an estimate, broken at gaps.
fn lines(out: &mut String, chart: &Chart<'_>, x: Place<'_, usize>, y: Place<'_, f64>) {
    let (mut solid, mut dashed) = (String::new(), String::new());
    for (i, pair) in chart.dots.windows(2).enumerate() {
        let [a, b] = pair else { continue };
        if let (Some(from), Some(to)) = (a.value, b.value) {
            let path = if a.estimated || b.estimated { &mut dashed } else { &mut solid };
            let start = format!("{:.1} {:.1}", x(i), y(from));
            if !path.ends_with(&start) {
                let _ = write!(path, "M{start}");
            }
            let _ = write!(path, "L{:.1} {:.1}", x(i + 1), y(to));
        }
    }
    for (class, path) in [("line", solid), ("line est", dashed)] {
        if !path.is_empty() {
            let _ = write!(out, "<path class=\"{class}\" d=\"{path}\"/>");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dot(value: Option<f64>, estimated: bool) -> Dot {
        Dot { label: "T1".into(), value, text: "x".into(), estimated, ..Dot::default() }
    }

    fn chart(dots: &[Dot]) -> String {
        let number = |v: f64| format!("{v}");
        draw(&Chart {
            id: "c",
            dots,
            zones: &[],
            target_label: String::new(),
            breaks: Vec::new(),
            number: &number,
        })
    }

    #[test]
    fn a_missing_value_breaks_the_line_and_is_drawn_as_a_gap() {
        let svg = chart(&[dot(Some(1.0), false), dot(None, false), dot(Some(2.0), false)]);
        assert!(svg.contains("class=\"gap\""));
        assert!(!svg.contains("class=\"line\""), "no line across the gap");
    }

    #[test]
    fn an_estimate_is_dashed() {
        let svg = chart(&[dot(Some(1.0), false), dot(Some(2.0), false), dot(Some(3.0), true)]);
        assert!(svg.contains("class=\"line\"") && svg.contains("class=\"line est\""));
    }

    /// Where texts of the axis begin and end, as drawn.
    fn labels(svg: &str, height: f64) -> Vec<(f64, f64)> {
        let row = format!("y=\"{:.1}\" text-anchor=\"", height - 6.0);
        let texts = svg.split("<text x=\"").skip(1).filter(|t| t.contains(&row));
        texts
            .map(|t| {
                let x: f64 = t.split('"').next().unwrap().parse().unwrap();
                let anchor = t.split("text-anchor=\"").nth(1).unwrap().split('"').next().unwrap();
                let w = wide(t.split('>').nth(1).unwrap().split('<').next().unwrap());
                match anchor {
                    "start" => (x, x + w),
                    "end" => (x - w, x),
                    _ => (x - w / 2.0, x + w / 2.0),
                }
            })
            .collect()
    }

    #[test]
    fn names_of_periods_never_touch_however_many_there_are() {
        for count in 2..70 {
            let dots: Vec<Dot> = (0..count)
                .map(|i| Dot { label: "T10/26".into(), ..dot(Some(f64::from(i)), false) })
                .collect();
            let svg = chart(&dots);
            for (half, height) in svg.split('\n').zip([270.0, 210.0]) {
                let found = labels(half, height);
                assert!(!found.is_empty(), "{count}");
                let touch = found.windows(2).any(|p| p[0].1 + 4.0 > p[1].0);
                assert!(!touch, "{count} periods: {found:?}");
            }
        }
    }

    #[test]
    fn the_word_of_a_break_stands_clear_of_the_target() {
        let dots: Vec<Dot> =
            (0..12).map(|i| Dot { target: Some(10.0), ..dot(Some(f64::from(i) / 4.0), false) }).collect();
        let number = |v: f64| format!("{v}");
        let broken = |at: usize| {
            let breaks = vec![(at, "ranh giới mới".to_owned())];
            let svg = draw(&Chart {
                id: "c",
                dots: &dots,
                zones: &[],
                target_label: String::new(),
                breaks,
                number: &number,
            });
            let text = svg.split("break-label\" x=\"").nth(1).unwrap().to_owned();
            let y: f64 = text.split("y=\"").nth(1).unwrap().split('"').next().unwrap().parse().unwrap();
            (y, text.contains("text-anchor=\"end\""))
        };
        // The target runs along the top, the line along the floor at first.
        assert!(broken(5).0 > TOP + 20.0);
        assert!(broken(11).1, "at the right edge the word stands before its line");
    }

    #[test]
    fn nothing_is_drawn_when_nothing_was_told() {
        assert!(chart(&[dot(None, false)]).is_empty());
    }

    #[test]
    fn one_value_and_equal_values_have_an_axis_too() {
        assert!(!chart(&[dot(Some(0.0), false)]).contains("NaN"));
        assert!(!chart(&[dot(Some(7.0), false), dot(Some(7.0), false)]).contains("NaN"));
    }
}
