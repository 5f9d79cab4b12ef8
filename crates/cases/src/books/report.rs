//! The report of a month: numbers of this month and of the one before, put into a form. Pure.

use std::collections::BTreeMap;

use foundation::{Lang, LocalText, number};

use super::form::{Form, Head, NUMBERS, Number, filled};
use crate::store::league::{By, Totals};

/// A row: its name, this month, the month before.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Row {
    /// Its name.
    pub name: String,
    /// This month.
    pub now: Totals,
    /// The month before.
    pub before: Totals,
}

/// What a report is made from.
#[derive(Debug, Clone)]
pub struct Facts {
    /// Whose report it is.
    pub unit: String,
    /// «tháng 11/2026».
    pub month: String,
    /// The month before.
    pub month_before: String,
    /// «ngày 26 tháng 11 năm 2026», the day on which it is written.
    pub day: String,
    /// «tăng 5», «giảm 5», against the month before.
    pub change: String,
    /// All together.
    pub total: Row,
    /// The rows of each kind that the form asks for, in the order they are shown.
    pub rows: BTreeMap<By, Vec<Row>>,
}

/// A report, ready to be shown, printed or taken away.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Report {
    /// At the top left and right.
    pub head: (Vec<String>, Vec<String>),
    /// The title.
    pub title: String,
    /// Whose, of which month.
    pub subtitle: String,
    /// Its parts.
    pub parts: Vec<Part>,
    /// Below, left and right.
    pub foot: (Vec<String>, Vec<String>),
}

/// A part.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Part {
    /// Its id in the form.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its sentences.
    pub lines: Vec<String>,
    /// Its table.
    pub table: Option<Table>,
}

/// A table.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Table {
    /// The words over its columns, the first over the names.
    pub heads: Vec<String>,
    /// Its rows.
    pub rows: Vec<Line>,
}

/// A row of a table.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Line {
    /// Its name.
    pub name: String,
    /// Its numbers with their decimals.
    pub cells: Vec<(Option<f64>, u8)>,
    /// Whether it is the sum of the others.
    pub total: bool,
}

/// A number in words of a language; what is not known is a dash.
pub fn shown(lang: Lang, value: Option<f64>, decimals: u8) -> String {
    let decimals = usize::from(decimals);
    match (value, lang) {
        (None, _) => "–".into(),
        (Some(v), Lang::Vi) => number::show_vi(v, decimals),
        (Some(v), Lang::En) => number::show_en(v, decimals),
    }
}

impl Facts {
    fn word(&self, lang: Lang, name: &str) -> Option<String> {
        Some(match name {
            "unit" => self.unit.clone(),
            "month" => self.month.clone(),
            "month_before" => self.month_before.clone(),
            "day" => self.day.clone(),
            "change_words" => self.change.clone(),
            name => {
                let number = NUMBERS.iter().find(|n| n.0 == name)?.1;
                shown(lang, number.of(&self.total.now, &self.total.before), number.decimals())
            }
        })
    }

    fn columns(&self, lang: Lang, head: &Head) -> (Vec<String>, Vec<String>) {
        let lines = |all: &[packs::yaml::Located<LocalText>]| {
            all.iter().map(|l| filled(l.get(lang), |name| self.word(lang, name))).collect()
        };
        (lines(&head.left), lines(&head.right))
    }
}

fn line(row: &Row, numbers: &[Number], total: bool) -> Line {
    let cells = numbers.iter().map(|n| (n.of(&row.now, &row.before), n.decimals())).collect();
    Line { name: row.name.clone(), cells, total }
}

/// The sum of rows.
pub fn sum<'a>(name: String, rows: impl IntoIterator<Item = &'a Row>) -> Row {
    rows.into_iter().fold(Row { name, ..Row::default() }, |mut sum, row| {
        sum.now.add(&row.now);
        sum.before.add(&row.before);
        sum
    })
}

/// Puts numbers into a form.
pub fn compose(form: &Form, facts: &Facts, lang: Lang) -> Report {
    let parts = form.sections.iter().map(|section| {
        let table = section.rows.map(|by| {
            let numbers: Vec<Number> = section.columns.iter().map(|c| c.number).collect();
            let rows = facts.rows.get(&by).map(Vec::as_slice).unwrap_or_default();
            // A row may be there for another column alone.
            let says = |row: &&Row| {
                let some = |n: &Number| n.of(&row.now, &row.before).is_some_and(|v| v != 0.0);
                numbers.iter().any(some)
            };
            let mut lines: Vec<Line> = rows.iter().filter(says).map(|r| line(r, &numbers, false)).collect();
            if let Some(together) = &section.total {
                lines.push(line(&sum(together.get(lang).to_owned(), rows), &numbers, true));
            }
            let first = section.first.as_ref().map_or("", |f| f.get(lang)).to_owned();
            let heads = section.columns.iter().map(|c| c.name.get(lang).to_owned());
            Table { heads: [first].into_iter().chain(heads).collect(), rows: lines }
        });
        Part {
            id: section.id.value.clone(),
            title: section.title.get(lang).to_owned(),
            lines: section.lines.iter().map(|l| filled(l.get(lang), |name| facts.word(lang, name))).collect(),
            table,
        }
    });
    Report {
        head: facts.columns(lang, &form.head),
        title: form.title.get(lang).to_owned(),
        subtitle: format!("{} – {}", facts.unit, facts.month),
        parts: parts.collect(),
        foot: facts.columns(lang, &form.foot),
    }
}
