//! Charts drawn by the server as SVG: a page needs no script to show them, and they print. Colours are
//! classes of the style sheet (`state-good`, `chart-line`), never values, except where a law prescribes one.

pub mod line;

use std::fmt::Write;

/// A small line without axes, for tiles. Missing points break the line. `None` when there is nothing to draw.
pub fn sparkline(points: &[Option<f64>], width: f64, height: f64, class: &str) -> Option<String> {
    let known: Vec<f64> = points.iter().flatten().copied().collect();
    if known.len() < 2 {
        return None;
    }
    let low = known.iter().copied().fold(f64::INFINITY, f64::min);
    let high = known.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let span = if high > low { high - low } else { 1.0 };
    let step = width / (points.len() - 1) as f64;
    let mut path = String::new();
    let mut pen_down = false;
    let mut last = (0.0_f64, 0.0_f64);
    for (i, point) in points.iter().enumerate() {
        match point {
            Some(v) => {
                let x = step * i as f64;
                let y = height - 2.0 - (v - low) / span * (height - 4.0);
                let _ = write!(path, "{}{x:.1} {y:.1}", if pen_down { "L" } else { "M" });
                pen_down = true;
                last = (x, y);
            }
            None => pen_down = false,
        }
    }
    let (x, y) = last;
    let class = if class.is_empty() { String::new() } else { format!(" {class}") };
    Some(format!(
        "<svg class=\"spark{class}\" viewBox=\"-2 -2 {:.0} {:.0}\" preserveAspectRatio=\"none\" \
        aria-hidden=\"true\" \
         focusable=\"false\"><path class=\"spark-line\" d=\"{path}\"/>\
         <path class=\"spark-line spark-end\" d=\"M{x:.1} {y:.1}h.01\"/></svg>",
        width + 4.0,
        height + 4.0
    ))
}

/// A bar of a [`bars`] chart.
#[derive(Debug, Clone)]
pub struct Bar {
    /// What stands under it.
    pub label: String,
    /// Its height; missing bars leave a gap.
    pub value: Option<f64>,
    /// What is read out for it.
    pub title: String,
    /// Its class, `here` for the present period.
    pub class: &'static str,
}

/// Bars from zero, with a title each.
pub fn bars(bars: &[Bar], width: f64, height: f64, label: &str) -> String {
    let high = bars.iter().filter_map(|b| b.value).fold(0.0_f64, f64::max);
    let low = bars.iter().filter_map(|b| b.value).fold(0.0_f64, f64::min);
    let span = if high > low { high - low } else { 1.0 };
    let step = width / bars.len().max(1) as f64;
    let zero = height - (0.0 - low) / span * height;
    let mut out = format!(
        "<svg class=\"bars\" viewBox=\"0 0 {width:.0} {height:.0}\" preserveAspectRatio=\"none\" \
        role=\"img\" \
         aria-label=\"{}\">",
        escape(label)
    );
    for (i, bar) in bars.iter().enumerate() {
        if let Some(value) = bar.value {
            let h = (value.abs() / span * height).max(1.0);
            let y = if value >= 0.0 { zero - h } else { zero };
            let _ = write!(
                out,
                "<rect class=\"bar {}\" x=\"{:.1}\" y=\"{y:.1}\" width=\"{:.1}\" height=\"{h:.1}\" rx=\"2\">\
                 <title>{}</title></rect>",
                bar.class,
                step * i as f64 + step * 0.1,
                step * 0.8,
                escape(&bar.title)
            );
        }
    }
    out.push_str("</svg>");
    out
}

/// Text safe inside HTML and attributes.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}
