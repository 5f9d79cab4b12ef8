//! The form of a monthly report: data of a pack (`reports/*.yaml`), so that a province changes its title,
//! sections, rows and columns without a new program. What a number means is code: [`Number`].

use foundation::LocalText;
use packs::yaml::Located;
use serde::{Deserialize, Serialize};

use crate::store::league::{By, Totals};

/// A form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Form {
    /// Unique in the pack.
    pub id: String,
    /// Its name in the list of forms.
    pub name: LocalText,
    /// Its place in that list.
    #[serde(default)]
    pub order: i64,
    /// The types of cases it counts: ids of the same pack; none: all.
    #[serde(default)]
    pub types: Vec<Located<String>>,
    /// What stands at the top left and right of the paper.
    #[serde(default)]
    pub head: Head,
    /// The title.
    pub title: LocalText,
    /// The parts, in order.
    pub sections: Vec<Section>,
    /// What stands below, left (who receives it) and right (who signs).
    #[serde(default)]
    pub foot: Head,
    /// Whether it was compared with the regulation it comes from.
    #[serde(default)]
    pub verified: bool,
    /// That regulation; only with `verified`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub legal_ref: Option<String>,
}

/// Two columns of lines.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// On the left.
    #[serde(default)]
    pub left: Vec<Located<LocalText>>,
    /// On the right.
    #[serde(default)]
    pub right: Vec<Located<LocalText>>,
}

/// A part: sentences, a table, or both.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Section {
    /// Unique in the form.
    pub id: Located<String>,
    /// Its title.
    pub title: LocalText,
    /// Sentences with names of numbers in braces: «{received}».
    #[serde(default)]
    pub lines: Vec<Located<LocalText>>,
    /// What the rows of its table are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<By>,
    /// The words over the names of rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first: Option<LocalText>,
    /// The columns.
    #[serde(default)]
    pub columns: Vec<Column>,
    /// The name of a last row with the sum.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<LocalText>,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// Its number.
    pub number: Number,
    /// The words over it.
    pub name: LocalText,
}

/// What a column shows and a sentence may name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Number {
    /// Received in the month.
    Received,
    /// Received in the month before.
    ReceivedBefore,
    /// Received, more or less than in the month before.
    Change,
    /// Received, more or less than in the month before, in per cent.
    ChangeShare,
    /// Refused, of those received.
    Refused,
    /// The same in per cent.
    RefusedShare,
    /// Passed elsewhere.
    PassedOut,
    /// Answered in the month.
    Resolved,
    /// Answered in the month before.
    ResolvedBefore,
    /// Of those answered, in time.
    InTime,
    /// Of those answered, late.
    Late,
    /// In time, in per cent.
    OnTime,
    /// The same in the month before.
    OnTimeBefore,
    /// Open at the end of the month.
    Waiting,
    /// Of those, later than promised.
    Overdue,
    /// Of those answered, rated.
    Rated,
    /// Stars on average.
    Rating,
}

/// The numbers with the names that files use.
pub const NUMBERS: [(&str, Number); 17] = [
    ("received", Number::Received),
    ("received_before", Number::ReceivedBefore),
    ("change", Number::Change),
    ("change_share", Number::ChangeShare),
    ("refused", Number::Refused),
    ("refused_share", Number::RefusedShare),
    ("passed_out", Number::PassedOut),
    ("resolved", Number::Resolved),
    ("resolved_before", Number::ResolvedBefore),
    ("in_time", Number::InTime),
    ("late", Number::Late),
    ("on_time", Number::OnTime),
    ("on_time_before", Number::OnTimeBefore),
    ("waiting", Number::Waiting),
    ("overdue", Number::Overdue),
    ("rated", Number::Rated),
    ("rating", Number::Rating),
];

/// What else a sentence may name: the unit, the months, the day, «tăng 5» or «giảm 5».
pub const WORDS: [&str; 5] = ["unit", "month", "month_before", "day", "change_words"];

impl Number {
    /// Its value, from a row of this month and of the one before.
    pub fn of(self, now: &Totals, before: &Totals) -> Option<f64> {
        let change = now.received - before.received;
        Some(match self {
            Number::Received => now.received as f64,
            Number::ReceivedBefore => before.received as f64,
            Number::Change => change as f64,
            Number::ChangeShare => {
                return (before.received > 0).then(|| change as f64 * 100.0 / before.received as f64);
            }
            Number::Refused => now.refused as f64,
            Number::RefusedShare => return now.refused_share(),
            Number::PassedOut => now.passed_out as f64,
            Number::Resolved => now.resolved as f64,
            Number::ResolvedBefore => before.resolved as f64,
            Number::InTime => now.in_time as f64,
            Number::Late => (now.resolved - now.in_time) as f64,
            Number::OnTime => return now.on_time(),
            Number::OnTimeBefore => return before.on_time(),
            Number::Waiting => now.waiting as f64,
            Number::Overdue => now.overdue as f64,
            Number::Rated => now.rated as f64,
            Number::Rating => return now.rating(),
        })
    }

    /// How many decimals it is shown with.
    pub fn decimals(self) -> u8 {
        match self {
            Number::ChangeShare
            | Number::RefusedShare
            | Number::OnTime
            | Number::OnTimeBefore
            | Number::Rating => 1,
            _ => 0,
        }
    }

    /// Whether a row of reasons has it: those know how many were refused and passed elsewhere, no more.
    pub fn has_reasons(self) -> bool {
        matches!(self, Number::Refused | Number::PassedOut)
    }
}

/// The names in braces of a sentence, in order.
pub fn names(text: &str) -> impl Iterator<Item = &str> {
    text.split('{').skip(1).filter_map(|rest| rest.split_once('}').map(|(name, _)| name))
}

/// A sentence with its names filled in; a name that is not known stays as it is.
pub fn filled(text: &str, value: impl Fn(&str) -> Option<String>) -> String {
    let mut parts = text.split('{');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.split_once('}').and_then(|(name, rest)| Some((value(name)?, rest))) {
            Some((value, rest)) => {
                out.push_str(&value);
                out.push_str(rest);
            }
            None => {
                out.push('{');
                out.push_str(part);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_is_filled_and_an_unknown_name_stays() {
        let value = |name: &str| (name == "received").then(|| "12".to_owned());
        assert_eq!(filled("Nhận {received}, {odd} và {", value), "Nhận 12, {odd} và {");
        assert_eq!(names("{a} {b").collect::<Vec<_>>(), ["a"]);
    }

    #[test]
    fn every_number_of_the_list_has_the_name_that_files_use() {
        for (name, number) in NUMBERS {
            assert_eq!(serde_json::to_value(number).unwrap(), name);
        }
    }

    #[test]
    fn what_has_no_whole_has_no_share() {
        let (now, before) =
            (Totals { received: 3, resolved: 2, in_time: 1, ..Totals::default() }, Totals::default());
        assert_eq!(Number::ChangeShare.of(&now, &before), None);
        assert_eq!(Number::OnTime.of(&now, &before), Some(50.0));
        assert_eq!(Number::Late.of(&now, &before), Some(1.0));
        assert_eq!(Number::Rating.of(&now, &before), None);
    }
}
