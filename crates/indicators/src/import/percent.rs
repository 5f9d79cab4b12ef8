//! Percentages that were written as parts of one. Only `.xlsx` tells how a cell is shown; in every other file
//! 98,5 % comes as 0,985, which is a good percentage too. So nothing is changed by itself: a column that
//! looks so is told, and a person says what it is.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::mapping::Mapping;
use super::workbook::Sheet;
use crate::catalogue::Catalogue;

/// A column whose figures are in percent and all lie between 0 and 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fraction {
    /// The sheet.
    pub sheet: String,
    /// The column, from 0.
    pub column: usize,
    /// One of its indicators, by full id.
    pub indicator: String,
    /// How many figures there are.
    pub values: u64,
    /// The greatest of them.
    pub most: f64,
}

/// What the figures in percent of one column have been so far.
#[derive(Default)]
struct Seen {
    indicator: i64,
    values: u64,
    most: f64,
    parted: bool,
    beyond: bool,
}

/// The columns of a sheet that is being read.
#[derive(Default)]
pub(super) struct Percents(BTreeMap<usize, Seen>);

impl Percents {
    /// Keeps in mind a figure that came out of `column`, as it was written.
    pub(super) fn note(&mut self, catalogue: &Catalogue, column: usize, indicator: i64, value: f64) {
        if !catalogue.get(indicator).is_some_and(|i| i.is_percent()) {
            return;
        }
        let seen = self.0.entry(column).or_default();
        seen.indicator = indicator;
        seen.values += 1;
        seen.most = seen.most.max(value);
        seen.parted |= value > 0.0 && value < 1.0;
        seen.beyond |= !(0.0..=1.0).contains(&value);
    }

    /// The columns that look like parts of one and were not said to be; begins anew.
    pub(super) fn take(&mut self, catalogue: &Catalogue, sheet: &Sheet, mapping: &Mapping) -> Vec<Fraction> {
        let looks = |(column, seen): (usize, Seen)| {
            if seen.beyond || !seen.parted || mapping.hundredfold.contains(&column) {
                return None;
            }
            Some(Fraction {
                sheet: sheet.name.clone(),
                column,
                indicator: catalogue.get(seen.indicator)?.code.clone(),
                values: seen.values,
                most: seen.most,
            })
        };
        std::mem::take(&mut self.0).into_iter().filter_map(looks).collect()
    }
}

/// Times a hundred, without the noise that this makes in binary: 0.07 × 100 is 7.
pub(super) fn hundredfold(share: f64) -> f64 {
    foundation::number::round(share * 100.0, 9)
}
