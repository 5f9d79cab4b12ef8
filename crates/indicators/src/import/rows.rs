//! A sheet and its mapping → checked values, each fault named by its cell.

use std::collections::{BTreeMap, HashMap, HashSet};

use foundation::number;
use foundation::text::fold;
use serde::{Deserialize, Serialize};

use super::cells::{is_blank, is_total, is_true, period_text, plain, remedy_of, row_says_total, wordy};
use super::guess::{Fit, Known};
use super::mapping::{Mapping, Role};
use super::percent::{Fraction, Percents, hundredfold};
use super::workbook::{Cell, Sheet, address};
use crate::catalogue::Catalogue;
use crate::check::{Checker, Field, Incoming, RowFault};
use crate::observations::Told;

/// A fault and the cell where it stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CellFault {
    /// The sheet.
    pub sheet: String,
    /// The cell, «D17».
    pub cell: String,
    /// What stands in it.
    pub text: String,
    /// Which part of a figure is wrong: `indicator`, `unit`, `period`, `value`, `dims`, `row`.
    pub field: String,
    /// The stable code.
    pub code: String,
    /// Why, in a sentence.
    pub message: String,
    /// What to do.
    pub remedy: String,
    /// What may have been meant.
    #[serde(default)]
    pub candidates: Vec<String>,
}

/// What came out of a file: the good values, the faults, and what was left aside.
#[derive(Debug, Clone, Default)]
pub struct Delivery {
    /// The good values.
    pub told: Vec<Told>,
    /// What is wrong.
    pub faults: Vec<CellFault>,
    /// How many values are refused; one wrong unit refuses its whole row.
    pub refused: u64,
    /// How many cells are empty, or say that there is no figure («…»).
    pub blank: u64,
    /// How many rows are sums of others.
    pub totals: u64,
    /// How many rows hold figures.
    pub rows: u64,
    /// Columns of percentages that look like parts of one.
    pub fractions: Vec<Fraction>,
}

/// Called now and then with the rows done; `false` stops the work.
pub type Progress<'a> = dyn FnMut(u64) -> bool + Send + 'a;

/// So many names of rows are remembered at once.
const REMEMBERED: usize = 20_000;

/// What the name of a row says.
#[derive(Debug, Clone, Copy)]
struct Name {
    /// That it sums up others.
    total: bool,
    /// That it is the whole place.
    whole: bool,
    /// That it is a unit's, be it several's.
    unit: bool,
}

/// Reads sheets one after another into one delivery, so that a figure given twice is found across them.
pub struct Reading<'a> {
    catalogue: &'a Catalogue,
    known: &'a Known<'a>,
    checker: Checker<'a>,
    root_names: Vec<String>,
    codes: HashMap<String, Option<String>>,
    names: HashMap<String, Name>,
    named: HashSet<(usize, usize, usize, &'static str)>,
    sheets: usize,
    percents: Percents,
    /// What has come out so far.
    pub delivery: Delivery,
}

impl<'a> Reading<'a> {
    /// Begins a delivery. `root_names` are the names of the whole place: in a table of its parts such a row
    /// is a sum.
    pub fn new(
        catalogue: &'a Catalogue,
        known: &'a Known<'a>,
        checker: Checker<'a>,
        root_names: Vec<String>,
    ) -> Reading<'a> {
        let root_names = root_names.iter().map(|n| fold(n)).collect();
        Reading {
            catalogue,
            known,
            checker,
            root_names,
            codes: HashMap::new(),
            names: HashMap::new(),
            named: HashSet::new(),
            sheets: 0,
            percents: Percents::default(),
            delivery: Delivery::default(),
        }
    }

    /// Reads one sheet. Says `false` when `progress` stopped it.
    pub fn sheet(&mut self, sheet: &Sheet, mapping: &Mapping, progress: &mut Progress<'_>) -> bool {
        self.sheets += 1;
        self.percents = Percents::default();
        let columns = Columns::of(mapping, self.known);
        let mut incoming = Incoming::default();
        for row in mapping.first..sheet.rows.len() {
            if row % 2048 == 0 && !progress(self.delivery.rows) {
                return false;
            }
            let line = &sheet.rows[row];
            let any = columns.values.iter().any(|v| line.get(v.column).is_some_and(|c| !c.is_empty()));
            if !any {
                continue;
            }
            if self.begin(sheet, mapping, &columns, row, &mut incoming) {
                self.delivery.rows += 1;
                for value in &columns.values {
                    self.value(sheet, mapping, &columns, row, value, &mut incoming);
                }
            }
        }
        self.delivery.fractions.extend(self.percents.take(self.catalogue, sheet, mapping));
        true
    }

    /// Fills in what holds for a whole row; `false` leaves the row out.
    fn begin(
        &mut self,
        sheet: &Sheet,
        mapping: &Mapping,
        columns: &Columns,
        row: usize,
        incoming: &mut Incoming,
    ) -> bool {
        let fixed = |to: &mut String, from: &Option<String>| {
            to.clear();
            to.push_str(from.as_deref().unwrap_or_default());
        };
        fixed(&mut incoming.unit, &mapping.unit);
        fixed(&mut incoming.indicator, &mapping.indicator);
        fixed(&mut incoming.period, &mapping.period);
        incoming.estimated = columns.estimated.is_some_and(|c| is_true(sheet.seen(row, c)));
        if let Some(c) = columns.unit {
            plain(sheet.seen(row, c), sheet.epoch, &mut incoming.unit);
            let name = self.name(&incoming.unit);
            let total = name.total || (incoming.unit.is_empty() && row_says_total(sheet, row, c));
            if total || (columns.parts_only && name.whole) {
                self.delivery.totals += 1;
                return false;
            }
            if !name.unit && columns.values.iter().all(|v| wordy(sheet.at(row, v.column))) {
                // A signature or a remark below the table.
                return false;
            }
            if incoming.unit.is_empty() && columns.values.iter().all(|v| v.unit.is_none()) {
                self.delivery.rows += 1;
                let fault = RowFault {
                    row,
                    field: Field::Unit,
                    code: "unit_missing",
                    message: "Dòng có số liệu nhưng không ghi đơn vị.".into(),
                    remedy: "Ghi tên hoặc mã đơn vị, hoặc xóa số ở dòng này.".into(),
                    candidates: Vec::new(),
                };
                let refused = columns.values.iter().filter(|v| !sheet.at(row, v.column).is_empty()).count();
                self.delivery.refused += (refused as u64).saturating_sub(1);
                self.fault(sheet, (row, c), fault);
                return false;
            }
        }
        if let Some(c) = columns.indicator {
            incoming.indicator.clear();
            if let Cell::Text(text) = sheet.seen(row, c) {
                if !self.codes.contains_key(text) {
                    let found = match self.known.indicator(text) {
                        (Some(i), Fit::Exact) => Some(i.code.clone()),
                        _ => None,
                    };
                    self.codes.insert(text.clone(), found);
                }
                let code = self.codes.get(text).and_then(Option::as_deref);
                incoming.indicator.push_str(code.unwrap_or(text));
            }
        }
        if let Some(c) = columns.period {
            period_text(sheet.seen(row, c), sheet.epoch, &mut incoming.period);
        }
        if !columns.dims.is_empty() {
            incoming.dims = self.dims(sheet, row, columns, &incoming.indicator);
        }
        true
    }

    /// What the name of a row says. A long file names the same hundred units again and again.
    fn name(&mut self, text: &str) -> Name {
        if let Some(name) = self.names.get(text) {
            return *name;
        }
        let name = Name {
            total: is_total(text),
            whole: !text.is_empty() && self.root_names.contains(&fold(text)),
            unit: self.known.is_unit(text),
        };
        if self.names.len() >= REMEMBERED {
            self.names.clear();
        }
        self.names.insert(text.to_owned(), name);
        name
    }

    fn dims(
        &self,
        sheet: &Sheet,
        row: usize,
        columns: &Columns,
        indicator: &str,
    ) -> BTreeMap<String, String> {
        let mut dims = BTreeMap::new();
        for (column, id) in &columns.dims {
            let mut text = String::new();
            plain(sheet.seen(row, *column), sheet.epoch, &mut text);
            if text.is_empty() || fold(&text) == "chung" || fold(&text) == "tong so" {
                continue;
            }
            let known = self.catalogue.code(indicator).and_then(|i| i.def.dims.iter().find(|d| d.id == *id));
            let value = known.and_then(|d| {
                let folded = fold(&text);
                d.values.iter().find(|v| v.id == text || fold(&v.name.vi) == folded)
            });
            dims.insert(id.clone(), value.map_or(text, |v| v.id.clone()));
        }
        dims
    }

    fn value(
        &mut self,
        sheet: &Sheet,
        mapping: &Mapping,
        columns: &Columns,
        row: usize,
        value: &ValueColumn,
        incoming: &mut Incoming,
    ) {
        let cell = sheet.at(row, value.column);
        let fault = |code: &'static str, message: String, remedy: String| RowFault {
            row,
            field: Field::Value,
            code,
            message,
            remedy,
            candidates: Vec::new(),
        };
        incoming.number = None;
        let wrong = match cell {
            Cell::Empty => {
                self.delivery.blank += 1;
                return;
            }
            Cell::Text(text) if is_blank(text) => {
                self.delivery.blank += 1;
                return;
            }
            Cell::Number(n) => {
                let n = if self.is_hundredfold(mapping, value, incoming) { hundredfold(*n) } else { *n };
                incoming.number = Some(n);
                None
            }
            Cell::Text(text) => match number::parse_number(text, mapping.style) {
                Ok(n) => {
                    // «98,5 %» says itself what it is.
                    let parts = !text.contains('%') && self.is_hundredfold(mapping, value, incoming);
                    let n = if parts { hundredfold(n) } else { n };
                    incoming.number = Some(n);
                    None
                }
                Err(e) => Some(fault(e.code(), e.message().to_owned(), remedy_of(text, mapping.style))),
            },
            Cell::Error(error) => Some(fault(
                "formula_error",
                format!("Công thức của ô báo lỗi {error}."),
                "Sửa công thức, hoặc dán giá trị thay cho công thức.".into(),
            )),
            Cell::Date(_) => Some(fault(
                "value_is_date",
                format!("Ô đang là ngày ({}), không phải số.", cell.shown(sheet.epoch)),
                "Định dạng lại ô thành số (General) rồi gõ lại giá trị.".into(),
            )),
            Cell::Bool(_) => Some(fault(
                "number_unreadable",
                "Ô ghi đúng/sai, không phải số.".into(),
                "Ghi lại giá trị bằng chữ số.".into(),
            )),
        };
        if let Some(wrong) = wrong {
            return self.fault(sheet, (row, value.column), wrong);
        }
        let row_says = (incoming.estimated, incoming.indicator.len());
        let kept = value.override_in(incoming);
        let checked = self.checker.check(row, incoming);
        value.restore(incoming, kept);
        incoming.estimated = row_says.0;
        match checked {
            Ok(told) => {
                // What was written, before it is rounded: 0,985 would be a whole 1.
                if let Some(written) = incoming.number {
                    self.percents.note(self.catalogue, value.column, told.indicator, written);
                }
                self.delivery.told.push(told);
            }
            Err(wrong) => {
                let at = columns.cell_of(wrong.field, mapping, row, value);
                self.fault(sheet, at, wrong);
            }
        }
    }

    /// Whether a person said that the percentages of this column are written as parts of one.
    fn is_hundredfold(&self, mapping: &Mapping, value: &ValueColumn, incoming: &Incoming) -> bool {
        let code = value.indicator.as_deref().unwrap_or(&incoming.indicator);
        mapping.hundredfold.contains(&value.column)
            && self.catalogue.code(code).is_some_and(|i| i.is_percent())
    }

    /// Names a fault by its cell. A cell that is wrong for a whole row is told once.
    fn fault(&mut self, sheet: &Sheet, at: (usize, usize), wrong: RowFault) {
        self.delivery.refused += 1;
        let once = matches!(wrong.field, Field::Unit | Field::Period | Field::Indicator);
        if once && !self.named.insert((self.sheets, at.0, at.1, wrong.code)) {
            return;
        }
        self.delivery.faults.push(CellFault {
            sheet: sheet.name.clone(),
            cell: address(at.0, at.1),
            text: sheet.words(at.0, at.1),
            field: field_name(wrong.field).into(),
            code: wrong.code.into(),
            message: wrong.message,
            remedy: wrong.remedy,
            candidates: wrong.candidates,
        });
    }
}

/// The name of a field, as machines read it.
pub fn field_name(field: Field) -> &'static str {
    match field {
        Field::Indicator => "indicator",
        Field::Unit => "unit",
        Field::Period => "period",
        Field::Value => "value",
        Field::Dims => "dims",
        Field::Row => "row",
    }
}

/// A column of values and what its heading says.
struct ValueColumn {
    column: usize,
    indicator: Option<String>,
    period: Option<String>,
    unit: Option<String>,
    estimated: bool,
}

impl ValueColumn {
    /// Puts what the heading says over what the row says, and gives back what stood there.
    fn override_in(&self, incoming: &mut Incoming) -> [Option<String>; 3] {
        let swap = |to: &mut String, from: &Option<String>| {
            from.as_ref().map(|text| std::mem::replace(to, text.clone()))
        };
        incoming.estimated |= self.estimated;
        [
            swap(&mut incoming.indicator, &self.indicator),
            swap(&mut incoming.period, &self.period),
            swap(&mut incoming.unit, &self.unit),
        ]
    }

    fn restore(&self, incoming: &mut Incoming, kept: [Option<String>; 3]) {
        let [indicator, period, unit] = kept;
        let back = |to: &mut String, from: Option<String>| {
            if let Some(from) = from {
                *to = from;
            }
        };
        back(&mut incoming.indicator, indicator);
        back(&mut incoming.period, period);
        back(&mut incoming.unit, unit);
    }
}

/// Where each part of a figure stands.
#[derive(Default)]
struct Columns {
    unit: Option<usize>,
    indicator: Option<usize>,
    period: Option<usize>,
    estimated: Option<usize>,
    dims: Vec<(usize, String)>,
    values: Vec<ValueColumn>,
    /// Whether the rows are parts of the place, so that a row of the whole is a sum.
    parts_only: bool,
}

impl Columns {
    fn of(mapping: &Mapping, known: &Known<'_>) -> Columns {
        let mut all = Columns::default();
        for (column, role) in mapping.columns.iter().enumerate() {
            match role {
                Role::Skip => {}
                Role::Unit => all.unit = all.unit.or(Some(column)),
                Role::Indicator => all.indicator = all.indicator.or(Some(column)),
                Role::Period => all.period = all.period.or(Some(column)),
                Role::Estimated => all.estimated = all.estimated.or(Some(column)),
                Role::Dim { id } => all.dims.push((column, id.clone())),
                Role::Value { indicator, period, unit, estimated } => all.values.push(ValueColumn {
                    column,
                    indicator: indicator.clone(),
                    period: period.clone(),
                    unit: unit.clone(),
                    estimated: *estimated,
                }),
            }
        }
        // Where rows name the indicator, the whole place may be one of those that report.
        let whole = |code: &Option<String>| {
            code.as_deref().or(mapping.indicator.as_deref()).is_some_and(|c| known.whole_reports(c))
        };
        all.parts_only = all.indicator.is_none() && !all.values.iter().any(|v| whole(&v.indicator));
        all
    }

    /// The cell that says a field of a value.
    fn cell_of(&self, field: Field, mapping: &Mapping, row: usize, value: &ValueColumn) -> (usize, usize) {
        let heading = (mapping.header, value.column);
        let (told, column) = match field {
            Field::Unit => (&value.unit, self.unit),
            Field::Indicator => (&value.indicator, self.indicator),
            Field::Period => (&value.period, self.period),
            Field::Dims => (&None, self.dims.first().map(|d| d.0)),
            Field::Value | Field::Row => (&None, Some(value.column)),
        };
        match (told, column) {
            (Some(_), _) => heading,
            (None, Some(column)) => (row, column),
            (None, None) => (row, value.column),
        }
    }
}
