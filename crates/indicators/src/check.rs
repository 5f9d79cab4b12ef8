//! The door of figures: every value that comes in, by file, request or grid, is checked here and nowhere
//! else. Pure.
//!
//! A fault names the row and the field, says why in a sentence, and offers a remedy; a machine reads its
//! stable code.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use foundation::number::{self, NumberStyle};
use foundation::text::SearchKey;
use foundation::{Calendar, Date, Period};
use kit::{Scope, UnitId};
use serde::{Deserialize, Serialize};
use units::{Level, Map, Resolution};

use crate::catalogue::Catalogue;
use crate::definition::Indicator;
use crate::engine::reach::levels_of;
use crate::observations::Told;

/// A value as it came: everything still text.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Incoming {
    /// Full id or name of the indicator.
    pub indicator: String,
    /// Code or name of the unit.
    pub unit: String,
    /// The period as typed.
    pub period: String,
    /// The value as typed; empty takes the figure back.
    pub value: String,
    /// The value where it is a number already, as in a cell of a workbook: it goes before the text.
    #[serde(skip)]
    pub number: Option<f64>,
    /// Extra keys.
    #[serde(default)]
    pub dims: BTreeMap<String, String>,
    /// Whether it is an estimate.
    #[serde(default)]
    pub estimated: bool,
}

/// Which part of a row is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// The indicator.
    Indicator,
    /// The unit.
    Unit,
    /// The period.
    Period,
    /// The value.
    Value,
    /// The extra keys.
    Dims,
    /// The row as a whole.
    Row,
}

/// What is wrong with a row.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RowFault {
    /// Which row, from 0.
    pub row: usize,
    /// Which field.
    pub field: Field,
    /// The stable code.
    pub code: &'static str,
    /// Why, in a sentence.
    pub message: String,
    /// What to do.
    pub remedy: String,
    /// What may have been meant.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub candidates: Vec<String>,
}

/// Checks rows against the definitions, the places, the sender's scope and each other.
pub struct Checker<'a> {
    catalogue: &'a Catalogue,
    map: &'a Map,
    root: UnitId,
    scope: &'a Scope,
    today: Date,
    style: NumberStyle,
    units: HashMap<(Vec<Level>, usize), HashMap<String, Resolution>>,
    periods: HashMap<(String, Calendar), Result<Period, foundation::Error>>,
    names: Vec<(SearchKey, String)>,
    seen: HashMap<(i64, Period, UnitId, String), usize>,
}

type Checked<T> = Result<T, RowFault>;

impl<'a> Checker<'a> {
    /// A checker for one delivery.
    pub fn new(
        catalogue: &'a Catalogue,
        map: &'a Map,
        root: UnitId,
        scope: &'a Scope,
        today: Date,
        style: NumberStyle,
    ) -> Self {
        let names = catalogue.all().map(|i| (SearchKey::new(&i.def.name.vi), i.code.clone())).collect();
        Checker {
            catalogue,
            map,
            root,
            scope,
            today,
            style,
            units: HashMap::new(),
            periods: HashMap::new(),
            names,
            seen: HashMap::new(),
        }
    }

    /// Checks one row. Rows must come in order: the second of two with one key is the fault.
    pub fn check(&mut self, row: usize, incoming: &Incoming) -> Checked<Told> {
        let indicator = self.indicator(row, &incoming.indicator)?;
        let period = self.period(row, indicator, &incoming.period)?;
        let unit = self.unit(row, indicator, period, &incoming.unit)?;
        let dims = dims_of(row, indicator, &incoming.dims)?;
        let value = self.value(row, indicator, incoming)?;
        let key = (indicator.id, period, unit, dims.clone());
        if let Some(first) = self.seen.insert(key, row) {
            return Err(RowFault {
                row,
                field: Field::Row,
                code: "duplicate_key",
                message: format!(
                    "Trùng với dòng {}: cùng chỉ tiêu «{}», cùng đơn vị, cùng kỳ {}.",
                    first + 1,
                    indicator.def.name.vi,
                    period.label_vi()
                ),
                remedy: "Giữ lại một dòng.".into(),
                candidates: Vec::new(),
            });
        }
        Ok(Told { indicator: indicator.id, period, unit, dims, value, estimated: incoming.estimated })
    }

    fn indicator(&self, row: usize, text: &str) -> Checked<&'a Indicator> {
        let text = text.trim();
        let found = self.catalogue.code(text).or_else(|| {
            let asked = SearchKey::new(text);
            let mut exact = self.names.iter().filter(|(name, _)| asked.score(name) >= Some(90));
            match (exact.next(), exact.next()) {
                (Some((_, code)), None) => self.catalogue.code(code),
                _ => None,
            }
        });
        let Some(indicator) = found else {
            let asked = SearchKey::new(text);
            let mut near: Vec<(u32, String)> = self
                .names
                .iter()
                .filter_map(|(name, code)| {
                    let spelt = &self.catalogue.code(code)?.def.name.vi;
                    Some((asked.score(name)?, format!("{spelt} ({code})")))
                })
                .collect();
            near.sort_by(|a, b| b.cmp(a));
            near.truncate(5);
            return Err(RowFault {
                row,
                field: Field::Indicator,
                code: "indicator_unknown",
                message: format!("Không có chỉ tiêu «{text}»."),
                remedy: "Ghi đúng mã hoặc tên chỉ tiêu trong danh mục.".into(),
                candidates: near.into_iter().map(|n| n.1).collect(),
            });
        };
        if !indicator.is_reported() {
            let parts: Vec<String> = self
                .catalogue
                .parts(indicator)
                .iter()
                .filter_map(|id| self.catalogue.get(*id))
                .map(|i| format!("{} ({})", i.def.name.vi, i.code))
                .collect();
            return Err(RowFault {
                row,
                field: Field::Indicator,
                code: "indicator_computed",
                message: format!(
                    "«{}» được tính từ các chỉ tiêu khác nên không nhập trực tiếp.",
                    indicator.def.name.vi
                ),
                remedy: "Nhập các chỉ tiêu thành phần.".into(),
                candidates: parts,
            });
        }
        Ok(indicator)
    }

    fn period(&mut self, row: usize, indicator: &Indicator, text: &str) -> Checked<Period> {
        let calendar = indicator.def.calendar;
        let key = (text.trim().to_owned(), calendar);
        let read =
            self.periods.entry(key).or_insert_with_key(|(text, calendar)| match Period::from_code(text) {
                Ok(period) if period.calendar == *calendar => Ok(period),
                _ => Period::parse(text, *calendar),
            });
        let period = match read {
            Ok(period) => *period,
            Err(e) => {
                return Err(RowFault {
                    row,
                    field: Field::Period,
                    code: e.code(),
                    message: e.message().to_owned(),
                    remedy: format!(
                        "Ghi kỳ theo mẫu «{}».",
                        Period::containing(calendar, self.today).previous().code()
                    ),
                    candidates: Vec::new(),
                });
            }
        };
        if period.first_day() > self.today {
            return Err(RowFault {
                row,
                field: Field::Period,
                code: "period_future",
                message: format!("{} chưa bắt đầu (hôm nay {}).", period.label_vi(), self.today.vi()),
                remedy: "Kiểm tra lại tháng, năm. Số dự kiến nhập ở phần kế hoạch.".into(),
                candidates: Vec::new(),
            });
        }
        if period.year() < 1990 {
            return Err(RowFault {
                row,
                field: Field::Period,
                code: "period_too_old",
                message: format!("{}: hệ thống nhận số liệu từ năm 1990.", period.label_vi()),
                remedy: "Kiểm tra lại năm.".into(),
                candidates: Vec::new(),
            });
        }
        Ok(period)
    }

    fn unit(&mut self, row: usize, indicator: &Indicator, period: Period, text: &str) -> Checked<UnitId> {
        let levels = levels_of(&indicator.def.reported_by);
        let day = period.last_day().min(self.today);
        // Between two changes of the map one answer holds.
        let era = self.map.days_of_change().partition_point(|d| *d <= day);
        let key = (levels, era);
        let text = text.trim();
        if let Some(Resolution::One(unit)) = self.units.get(&key).and_then(|known| known.get(text))
            && self.scope.writes(*unit, &indicator.pack)
        {
            return Ok(*unit);
        }
        let resolution = match self.units.get(&key).and_then(|known| known.get(text)) {
            Some(known) => known.clone(),
            None => {
                let found = self.resolve(text, &key.0, day);
                self.units.entry(key).or_default().insert(text.to_owned(), found.clone());
                found
            }
        };
        let fault = |code, message: String, remedy: &str, candidates: Vec<String>| RowFault {
            row,
            field: Field::Unit,
            code,
            message,
            remedy: remedy.into(),
            candidates,
        };
        let names = |found: &[units::Found]| -> Vec<String> {
            found
                .iter()
                .map(|f| match &f.above {
                    Some(above) => format!("{} – {above} ({})", f.name, f.code),
                    None => format!("{} ({})", f.name, f.code),
                })
                .collect()
        };
        let unit = match resolution {
            Resolution::One(unit) => unit,
            Resolution::Many(found) => {
                return Err(fault(
                    "unit_ambiguous",
                    format!("«{text}» có thể là {} đơn vị.", found.len()),
                    "Ghi mã đơn vị, hoặc ghi thêm cấp trên sau dấu phẩy.",
                    names(&found),
                ));
            }
            Resolution::Closed(found) => {
                let ended = found.ended.map(Date::vi).unwrap_or_default();
                let today = self.today;
                let heirs = found.successors.iter().map(|u| self.map.name(*u, today)).collect();
                return Err(fault(
                    "unit_closed",
                    format!("{} đã kết thúc từ {ended}, trước kỳ {}.", found.name, period.label_vi()),
                    "Ghi đơn vị kế thừa.",
                    heirs,
                ));
            }
            Resolution::Unknown(found) => {
                return Err(fault(
                    "unit_unknown",
                    format!("Không có đơn vị «{text}» ở cấp báo cáo của chỉ tiêu này."),
                    "Kiểm tra lại tên hoặc mã đơn vị.",
                    names(&found),
                ));
            }
        };
        if !self.scope.writes(unit, &indicator.pack) {
            return Err(fault(
                "outside_scope",
                format!("Bạn chưa được giao nhập số lĩnh vực này cho {}.", self.map.name(unit, self.today)),
                "Chỉ nhập đơn vị và lĩnh vực được giao, hoặc nhờ người quản trị giao quyền.",
                Vec::new(),
            ));
        }
        Ok(unit)
    }

    /// Asks level by level; the first that knows the unit decides.
    fn resolve(&self, text: &str, levels: &[Level], day: Date) -> Resolution {
        let mut last = Resolution::Unknown(Vec::new());
        for level in levels {
            let found = self.resolve_at(text, *level, day);
            match found {
                Resolution::One(_) => return found,
                Resolution::Unknown(ref near) if near.is_empty() => {}
                _ => last = found,
            }
        }
        last
    }

    fn resolve_at(&self, text: &str, level: Level, day: Date) -> Resolution {
        // Before the root was made, its reporting units were those it was made of.
        let mut olds: BTreeSet<UnitId> = BTreeSet::new();
        if self.map.on(self.root, day).is_none() {
            self.add_predecessors(self.root, &mut olds);
            if let Some(unit) = olds.iter().find_map(|old| self.map.coded(text, *old, Some(level), day)) {
                return Resolution::One(unit);
            }
        }
        let found = self.map.resolve(text, self.root, Some(level), day);
        if !matches!(found, Resolution::One(_)) {
            for old in olds {
                if let Resolution::One(unit) = self.map.resolve(text, old, Some(level), day) {
                    return Resolution::One(unit);
                }
            }
        }
        found
    }

    fn add_predecessors(&self, unit: UnitId, into: &mut BTreeSet<UnitId>) {
        for step in self.map.predecessors(unit) {
            if into.insert(step.old) {
                self.add_predecessors(step.old, into);
            }
        }
    }

    fn value(&self, row: usize, indicator: &Indicator, incoming: &Incoming) -> Checked<Option<f64>> {
        let text = incoming.value.trim();
        if text.is_empty() && incoming.number.is_none() {
            return Ok(None);
        }
        let fault = |code, message: String, remedy: &str| RowFault {
            row,
            field: Field::Value,
            code,
            message,
            remedy: remedy.into(),
            candidates: Vec::new(),
        };
        let unreadable =
            |e: foundation::Error| fault(e.code(), e.message().to_owned(), "Ghi lại giá trị bằng chữ số.");
        let value = match incoming.number {
            Some(number) if number.is_finite() => number,
            Some(number) => number::parse_number(&number.to_string(), self.style).map_err(unreadable)?,
            None => number::parse_number(text, self.style).map_err(unreadable)?,
        };
        let value = indicator.rounded(value);
        let measure = &indicator.def.unit.vi;
        let decimals = usize::from(indicator.def.decimals);
        let shown = || number::show_vi(value, decimals);
        if let Some(min) = indicator.def.range.min
            && value < min
        {
            let least = number::show_vi(min, decimals);
            return Err(fault(
                "value_too_small",
                format!("{} {measure} nhỏ hơn mức thấp nhất có thể ({least} {measure}).", shown()),
                "Kiểm tra lại số và đơn vị tính.",
            ));
        }
        if let Some(max) = indicator.def.range.max
            && value > max
        {
            let most = number::show_vi(max, decimals);
            return Err(fault(
                "value_too_large",
                format!("{} {measure} lớn hơn mức cao nhất có thể ({most} {measure}).", shown()),
                "Kiểm tra lại số và đơn vị tính.",
            ));
        }
        Ok(Some(value))
    }
}

/// The extra keys in their one spelling, `level=1;sex=f`.
fn dims_of(row: usize, indicator: &Indicator, dims: &BTreeMap<String, String>) -> Checked<String> {
    let mut parts = Vec::with_capacity(dims.len());
    for (id, value) in dims {
        let known = indicator.def.dims.iter().find(|d| d.id == *id);
        let allowed: Vec<String> = match known {
            Some(dim) => dim.values.iter().map(|v| v.id.clone()).collect(),
            None => indicator.def.dims.iter().map(|d| d.id.clone()).collect(),
        };
        if known.is_none() || !allowed.contains(value) {
            return Err(RowFault {
                row,
                field: Field::Dims,
                code: "dims_unknown",
                message: format!("«{}» không có phân tổ {id} = {value}.", indicator.def.name.vi),
                remedy: "Chọn một giá trị trong danh sách.".into(),
                candidates: allowed,
            });
        }
        parts.push(format!("{id}={value}"));
    }
    Ok(parts.join(";"))
}

/// Whether every unit that reports it must do so, so that a silent one is late.
pub fn expects_everyone(indicator: &Indicator) -> bool {
    indicator.is_reported() && !indicator.def.optional
}
