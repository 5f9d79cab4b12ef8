//! The table: what, the target, what was measured, whether it holds.

use std::fmt::Write as _;

/// Whether a figure has to be small or large.
#[derive(Debug, Clone, Copy)]
pub enum Must {
    /// At most so much.
    Below(f64),
    /// At least so much.
    Above(f64),
    /// Only told.
    Told,
}

/// One line.
#[derive(Debug)]
struct Line {
    what: String,
    must: Must,
    got: f64,
    unit: &'static str,
    more: String,
}

/// All lines, under their headings.
#[derive(Debug, Default)]
pub struct Report {
    parts: Vec<(String, Vec<Line>)>,
}

impl Report {
    /// Begins a part.
    pub fn part(&mut self, name: impl Into<String>) {
        let name = name.into();
        println!("\n== {name}");
        self.parts.push((name, Vec::new()));
    }

    /// Adds a line, and prints it at once.
    pub fn add(
        &mut self,
        what: impl Into<String>,
        must: Must,
        got: f64,
        unit: &'static str,
        more: impl Into<String>,
    ) {
        let line = Line { what: what.into(), must, got, unit, more: more.into() };
        println!("{}", line.row());
        if let Some((_, lines)) = self.parts.last_mut() {
            lines.push(line);
        }
    }

    /// The whole in Markdown.
    pub fn markdown(&self) -> String {
        let mut text = String::new();
        for (name, lines) in &self.parts {
            let _ = write!(
                text,
                "\n## {name}\n\n| what | asked | measured | holds | more |\n|---|---|---|---|---|\n"
            );
            for line in lines {
                text.push_str(&line.row());
                text.push('\n');
            }
        }
        text
    }
}

impl Line {
    fn row(&self) -> String {
        let (asked, holds) = match self.must {
            Must::Below(most) => (format!("≤ {} {}", number(most), self.unit), mark(self.got <= most)),
            Must::Above(least) => (format!("≥ {} {}", number(least), self.unit), mark(self.got >= least)),
            Must::Told => (String::new(), ""),
        };
        let row = format!(
            "| {} | {asked} | {} {} | {holds} | {} |",
            self.what,
            number(self.got),
            self.unit,
            self.more
        );
        row.trim_end().to_owned()
    }
}

fn mark(holds: bool) -> &'static str {
    if holds { "yes" } else { "**no**" }
}

/// A figure with as many digits as it deserves.
pub fn number(n: f64) -> String {
    match n.abs() {
        _ if !n.is_finite() => "–".into(),
        a if a >= 1000.0 => {
            let whole = format!("{n:.0}");
            let mut out = String::new();
            for (i, c) in whole.chars().enumerate() {
                if i > 0 && (whole.len() - i) % 3 == 0 && !out.ends_with('-') {
                    out.push(' ');
                }
                out.push(c);
            }
            out
        }
        a if a >= 100.0 => format!("{n:.0}"),
        a if a >= 10.0 => format!("{n:.1}"),
        _ => format!("{n:.2}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_stand_apart() {
        let told = [40_000.0, 512.4, 24.96, 0.456, f64::NAN].map(number);
        assert_eq!(told, ["40 000", "512", "25.0", "0.46", "–"]);
    }

    #[test]
    fn a_target_that_is_missed_is_said() {
        let mut report = Report::default();
        report.part("p");
        report.add("a", Must::Below(25.0), 30.0, "ms", "");
        report.add("b", Must::Above(40_000.0), 52_000.0, "rows/s", "");
        let text = report.markdown();
        assert!(text.contains("| a | ≤ 25.0 ms | 30.0 ms | **no** |"), "{text}");
        assert!(text.contains("| b | ≥ 40 000 rows/s | 52 000 rows/s | yes |"), "{text}");
    }
}
