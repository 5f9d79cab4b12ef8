//! Set targets: what was planned for a unit and a period, by which act.
//!
//! Who: whoever may set targets, each row where their grant says so. All rows are checked before one is
//! written, and a single fault writes nothing. The same again changes nothing; a row without a value takes
//! the target back. The act is needed, so that every target can be traced to a paper.

use std::collections::HashMap;

use foundation::{Calendar, Date, Period, Result, error::forbidden, error::invalid, number};
use kit::{Context, Permission, Scope, UnitId, audit};
use serde::Serialize;
use serde_json::json;
use units::Map;

use crate::catalogue::Catalogue;
use crate::check::{Field, RowFault};
use crate::definition::Indicator;
use crate::engine::Engine;
use crate::engine::targets::{self, NewTarget};
use crate::events::{TARGETS_CHANGED, TargetsChanged};

/// The longest name of an act, in characters.
pub const LONGEST_ACT: usize = 200;
/// The most targets of one delivery or file.
pub const MOST_ROWS: usize = 5_000;
/// The calendars in which a year is counted.
pub const YEARS: [Calendar; 3] = [Calendar::Year, Calendar::SchoolYear, Calendar::ReportYear];

/// A target as it came.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Full id of the indicator.
    pub indicator: String,
    /// Code of the unit, or our number for it.
    pub unit: String,
    /// The code of the period.
    pub period: String,
    /// The value; `None` takes the target back.
    pub value: Option<f64>,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Outcome {
    /// How many targets are new or different.
    pub changed: u64,
    /// How many were so already.
    pub unchanged: u64,
    /// What is wrong; then nothing was written.
    pub faults: Vec<RowFault>,
}

/// Targets to be set by one act.
#[derive(Debug, Clone)]
pub struct SetTargets {
    /// The act, as typed.
    pub decision: String,
    /// The targets.
    pub rows: Vec<Row>,
}

impl SetTargets {
    /// Checks and writes.
    pub async fn run(self, cx: &Context, root: UnitId) -> Result<Outcome> {
        if !cx.may(Permission::SetTargets) {
            return Err(forbidden("not_permitted", "Tài khoản của bạn chưa được quyền giao chỉ tiêu."));
        }
        let decision = act(&self.decision)?;
        let engine = cx.house.get::<Engine>()?;
        let (catalogue, map) = (engine.catalogue(), engine.atlas().map());
        let today = Date::of(cx.clock.now());
        let checker = Checker { catalogue: &catalogue, map: &map, root, scope: &cx.scope, today };
        let (told, faults) = checker.check(&self.rows);
        if !faults.is_empty() || told.is_empty() {
            return Ok(Outcome { changed: 0, unchanged: 0, faults });
        }
        let now = cx.clock.now();
        let mut tx = cx.db.begin().await?;
        let changed = targets::write(&mut tx, &told, decision, &cx.actor.audit_name(), now, false).await?;
        if changed > 0 {
            let event = TargetsChanged::of(told.iter().map(|t| t.indicator));
            tx.publish(now, TARGETS_CHANGED, &event.to_json()).await?;
            let detail = json!({ "decision": decision, "rows": told.len(), "changed": changed });
            audit(&mut tx, cx, "targets.set", "target", &detail).await?;
        }
        tx.commit().await?;
        Ok(Outcome { changed, unchanged: told.len() as u64 - changed, faults })
    }
}

/// The act without spaces around it.
fn act(text: &str) -> Result<&str> {
    let text = text.trim();
    match (1..=LONGEST_ACT).contains(&text.chars().count()) {
        true => Ok(text),
        false => Err(invalid(
            "decision_unfit",
            format!("Ghi văn bản giao chỉ tiêu, từ 1 đến {LONGEST_ACT} ký tự, như «Nghị quyết 12/NQ-HĐND»."),
        )),
    }
}

/// Whether an indicator may have a target in a period: a year it nests in, or a period of its own calendar.
pub fn fits(indicator: &Indicator, period: Period) -> bool {
    let own = indicator.def.calendar;
    period.calendar == own || (YEARS.contains(&period.calendar) && own.nests_in(period.calendar))
}

/// The kind of year in which an indicator has a target: the first that its own periods nest in; none where
/// they nest in no year, as weeks.
pub fn year_calendar(indicator: &Indicator) -> Option<Calendar> {
    let own = indicator.def.calendar;
    YEARS.into_iter().find(|year| own.nests_in(*year))
}

/// Checks rows against definitions, places, the scope and each other. Pure.
struct Checker<'a> {
    catalogue: &'a Catalogue,
    map: &'a Map,
    root: UnitId,
    scope: &'a Scope,
    today: Date,
}

impl Checker<'_> {
    fn check(&self, rows: &[Row]) -> (Vec<NewTarget>, Vec<RowFault>) {
        let (mut told, mut faults) = (Vec::with_capacity(rows.len()), Vec::new());
        let mut seen = HashMap::new();
        for (at, row) in rows.iter().enumerate() {
            match self.row(at, row) {
                Err(fault) => faults.push(fault),
                Ok(new) => match seen.insert((new.indicator, new.unit, new.period), at) {
                    None => told.push(new),
                    Some(first) => faults.push(fault(
                        at,
                        Field::Row,
                        "duplicate_key",
                        format!("Trùng với dòng {}: cùng chỉ tiêu, đơn vị và kỳ.", first + 1),
                        "Giữ lại một dòng.",
                    )),
                },
            }
        }
        (told, faults)
    }

    fn row(&self, at: usize, row: &Row) -> std::result::Result<NewTarget, RowFault> {
        let code = row.indicator.trim();
        let indicator = self.catalogue.code(code).ok_or_else(|| {
            let why = format!("Không có chỉ tiêu «{code}».");
            fault(at, Field::Indicator, "indicator_unknown", why, "Ghi đúng mã chỉ tiêu trong danh mục.")
        })?;
        let unit = self.unit(row.unit.trim()).ok_or_else(|| {
            let why = format!("Không có đơn vị «{}» trong địa phương này.", row.unit.trim());
            fault(at, Field::Unit, "unit_unknown", why, "Kiểm tra lại mã đơn vị.")
        })?;
        if !self.scope.sets_targets(unit, &indicator.pack) {
            let name = self.map.name(unit, self.today);
            let why = format!("Bạn chưa được quyền giao chỉ tiêu lĩnh vực này cho {name}.");
            return Err(fault(at, Field::Unit, "outside_scope", why, "Nhờ người quản trị giao quyền."));
        }
        let period = Period::from_code(row.period.trim()).map_err(|e| {
            fault(at, Field::Period, e.code(), e.message().to_owned(), "Ghi mã kỳ, như 2026 hoặc 2026-11.")
        })?;
        if !fits(indicator, period) {
            let why = format!("«{}» không có kế hoạch theo {}.", indicator.def.name.vi, period.label_vi());
            let remedy = "Ghi một năm, hoặc một kỳ đúng loại kỳ của chỉ tiêu.";
            return Err(fault(at, Field::Period, "calendar_unfit", why, remedy));
        }
        let value = row.value.map(|v| in_range(at, indicator, v)).transpose()?;
        Ok(NewTarget { indicator: indicator.id, unit, period, value })
    }

    /// A unit of the place by its official code, whose first zeros Excel may have eaten, by the code of an
    /// agency, or by our number.
    fn unit(&self, text: &str) -> Option<UnitId> {
        let coded = |level| self.map.coded(text, self.root, level, self.today);
        let levels = [Some(units::Level::Province), Some(units::Level::Commune), None];
        levels.into_iter().find_map(coded).or_else(|| {
            let unit: UnitId = text.parse().ok()?;
            let here = self.map.on(unit, self.today).is_some();
            (here && self.map.is_within(unit, self.root, self.today)).then_some(unit)
        })
    }
}

/// A value as it is kept, if it can be true.
fn in_range(at: usize, indicator: &Indicator, value: f64) -> std::result::Result<f64, RowFault> {
    let value = indicator.rounded(value);
    let (decimals, range) = (usize::from(indicator.def.decimals), indicator.def.range);
    let wrong = |code, word: &str, bound: f64| {
        let (shown, bound) = (number::show_vi(value, decimals), number::show_vi(bound, decimals));
        let why = format!("{shown} {} {word} có thể ({bound}).", indicator.def.unit.vi);
        Err(fault(at, Field::Value, code, why, "Kiểm tra lại số và đơn vị tính."))
    };
    match (range.min, range.max) {
        _ if !value.is_finite() => {
            let why = "Giá trị không phải một số.".to_owned();
            Err(fault(at, Field::Value, "number_unreadable", why, "Ghi lại giá trị bằng chữ số."))
        }
        (Some(min), _) if value < min => wrong("value_too_small", "nhỏ hơn mức thấp nhất", min),
        (_, Some(max)) if value > max => wrong("value_too_large", "lớn hơn mức cao nhất", max),
        _ => Ok(value),
    }
}

fn fault(row: usize, field: Field, code: &'static str, message: String, remedy: &str) -> RowFault {
    RowFault { row, field, code, message, remedy: remedy.into(), candidates: Vec::new() }
}
