//! What the columns of a sheet mean, as a person confirmed it and as it is remembered for the next file.

use foundation::Period;
use foundation::number::NumberStyle;
use foundation::text::fold;
use serde::{Deserialize, Serialize};

use super::workbook::Sheet;

/// What a column is.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Role {
    /// Left out.
    #[default]
    Skip,
    /// Whose figure: a code or a name.
    Unit,
    /// Which indicator: a full id or a name.
    Indicator,
    /// Which period.
    Period,
    /// Whether it is an estimate.
    Estimated,
    /// An extra key.
    Dim {
        /// The dimension's id.
        id: String,
    },
    /// Values; what the heading already says is kept here, the rest stands in the row or holds for the sheet.
    Value {
        /// The indicator's full id.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        indicator: Option<String>,
        /// The period, as its code.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        period: Option<String>,
        /// The unit's code.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        unit: Option<String>,
        /// «Ước»: the whole column is an estimate.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        estimated: bool,
    },
}

impl Role {
    /// A column of plain values.
    pub fn value() -> Role {
        Role::Value { indicator: None, period: None, unit: None, estimated: false }
    }

    /// A column of one indicator.
    pub fn of(indicator: &str) -> Role {
        Role::Value { indicator: Some(indicator.into()), period: None, unit: None, estimated: false }
    }

    /// As a form sends it: `unit`, `dim:sex`, `value:health.beds|2026-11||`.
    pub fn code(&self) -> String {
        match self {
            Role::Skip => String::new(),
            Role::Unit => "unit".into(),
            Role::Indicator => "indicator".into(),
            Role::Period => "period".into(),
            Role::Estimated => "estimated".into(),
            Role::Dim { id } => format!("dim:{id}"),
            Role::Value { indicator, period, unit, estimated } => {
                let text = |o: &Option<String>| o.clone().unwrap_or_default();
                let (indicator, period, unit) = (text(indicator), text(period), text(unit));
                format!("value:{indicator}|{period}|{unit}|{}", if *estimated { "e" } else { "" })
            }
        }
    }

    /// Reads [`Role::code`]; what is not known is left out.
    pub fn parse(code: &str) -> Role {
        match code.split_once(':') {
            Some(("dim", id)) => Role::Dim { id: id.into() },
            Some(("value", rest)) => {
                let mut parts = rest.split('|').map(|p| Some(p.to_owned()).filter(|p| !p.is_empty()));
                let mut next = || parts.next().flatten();
                Role::Value { indicator: next(), period: next(), unit: next(), estimated: next().is_some() }
            }
            _ => match code {
                "unit" => Role::Unit,
                "indicator" => Role::Indicator,
                "period" => Role::Period,
                "estimated" => Role::Estimated,
                _ => Role::Skip,
            },
        }
    }
}

/// How one sheet is read. Rows and columns count from 0.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Mapping {
    /// The sheet's name.
    pub sheet: String,
    /// The row of the headings, the lowest of them when there are several.
    pub header: usize,
    /// How many rows the headings take.
    #[serde(default = "one")]
    pub levels: usize,
    /// The first row of figures.
    pub first: usize,
    /// The columns, from the first.
    pub columns: Vec<Role>,
    /// The unit of the whole sheet, when no column says it.
    #[serde(default)]
    pub unit: Option<String>,
    /// The indicator of the whole sheet.
    #[serde(default)]
    pub indicator: Option<String>,
    /// The period of the whole sheet, as typed.
    #[serde(default)]
    pub period: Option<String>,
    /// How typed numbers are read.
    #[serde(with = "style")]
    pub style: NumberStyle,
    /// Columns whose figures in percent are written as parts of one (0,985 for 98,5 %): they are multiplied
    /// by a hundred.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hundredfold: Vec<usize>,
}

fn one() -> usize {
    1
}

mod style {
    use foundation::number::NumberStyle;
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(style: &NumberStyle, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(super::style_name(*style))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<NumberStyle, D::Error> {
        Ok(super::style_of(&String::deserialize(from)?))
    }
}

/// The name of a style of numbers in forms and rows.
pub fn style_name(style: NumberStyle) -> &'static str {
    match style {
        NumberStyle::Vi => "vi",
        NumberStyle::En => "en",
        NumberStyle::Unknown => "unknown",
    }
}

/// The style of a name.
pub fn style_of(name: &str) -> NumberStyle {
    match name {
        "vi" => NumberStyle::Vi,
        "en" => NumberStyle::En,
        _ => NumberStyle::Unknown,
    }
}

impl Mapping {
    /// Whether a column, or the sheet, says each of what a value needs. Otherwise the first that is missing:
    /// `unit`, `indicator`, `period`, `value`.
    pub fn missing(&self) -> Option<&'static str> {
        let has = |role: &Role| self.columns.contains(role);
        let values: Vec<&Role> = self.columns.iter().filter(|c| matches!(c, Role::Value { .. })).collect();
        let every = |told: fn(&Role) -> bool| values.iter().all(|v| told(v));
        if values.is_empty() {
            return Some("value");
        }
        let unit = |r: &Role| matches!(r, Role::Value { unit: Some(_), .. });
        let indicator = |r: &Role| matches!(r, Role::Value { indicator: Some(_), .. });
        let period = |r: &Role| matches!(r, Role::Value { period: Some(_), .. });
        if !has(&Role::Unit) && self.unit.is_none() && !every(unit) {
            Some("unit")
        } else if !has(&Role::Indicator) && self.indicator.is_none() && !every(indicator) {
            Some("indicator")
        } else if !has(&Role::Period) && self.period.is_none() && !every(period) {
            Some("period")
        } else {
            None
        }
    }

    /// The mapping for this sheet, given one that was remembered for the same headings and a fresh guess:
    /// what a person said holds, but periods are read anew, because the next file is about another month.
    pub fn refit(mut self, sheet: &Sheet, guess: Option<&Mapping>) -> Mapping {
        self.sheet = sheet.name.clone();
        self.period = guess.and_then(|g| g.period.clone());
        let Some(guess) = guess else { return self };
        (self.header, self.levels, self.first) = (guess.header, guess.levels, guess.first);
        for (kept, fresh) in self.columns.iter_mut().zip(&guess.columns) {
            if let (Role::Value { period: old @ Some(_), .. }, Role::Value { period: new @ Some(_), .. }) =
                (kept, fresh)
            {
                old.clone_from(new);
            }
        }
        self
    }
}

/// The heading of a column: its rows from the top, each text once.
pub fn heading(sheet: &Sheet, header: usize, levels: usize, column: usize) -> Vec<String> {
    let mut parts: Vec<String> = Vec::with_capacity(levels);
    for row in (header + 1).saturating_sub(levels)..=header {
        let text = sheet.words(row, column);
        if !text.is_empty() && parts.last() != Some(&text) {
            parts.push(text);
        }
    }
    parts
}

/// A number that is the same for sheets with the same headings, whatever period stands in them (FNV-1a of the
/// folded text).
pub fn fingerprint(sheet: &Sheet, header: usize, levels: usize) -> String {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for column in 0..sheet.width() {
        for text in heading(sheet, header, levels, column) {
            let kept = if super::title::period_in(&text).is_some() { "@".into() } else { fold(&text) };
            for byte in kept.bytes().chain([0x1f]) {
                hash = (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
            }
        }
        hash = (hash ^ 0x1e).wrapping_mul(0x100_0000_01b3);
    }
    format!("{hash:016x}")
}

/// A period as headings keep it.
pub(super) fn period_code(period: Period) -> String {
    period.code()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_goes_through_a_form_and_back() {
        for role in [
            Role::Skip,
            Role::Unit,
            Role::Dim { id: "sex".into() },
            Role::value(),
            Role::of("health.beds"),
            Role::Value {
                indicator: Some("a.b".into()),
                period: Some("2026-11".into()),
                unit: Some("31507".into()),
                estimated: true,
            },
        ] {
            assert_eq!(Role::parse(&role.code()), role);
        }
        assert_eq!(Role::parse("nonsense"), Role::Skip);
    }
}
