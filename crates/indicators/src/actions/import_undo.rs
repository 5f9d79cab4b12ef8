//! Take a delivery back.
//!
//! Who: whoever may write every figure in it. Nothing is erased: what each figure was before is told again,
//! as a new revision. A figure that somebody corrected since stays as they left it. Taking the same delivery
//! back twice changes nothing.

use foundation::number::NumberStyle;
use foundation::{Calendar, Period, Result, error::forbidden, error::not_found};
use kit::Context;
use storage::args;
use uuid::Uuid;

use super::import_preview::allowed;
use super::record::{self, Mode, Record, SourceSpec};
use crate::engine::Engine;
use crate::observations::Told;

/// See the file's own text.
#[derive(Debug, Clone, Copy)]
pub struct UndoImport {
    /// The delivery.
    pub batch: Uuid,
}

/// What was taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Undone {
    /// Figures that are again what they were.
    pub restored: u64,
    /// Figures that were corrected since and stay.
    pub kept: u64,
}

/// The note by which a delivery's undoing is found.
pub fn note_of(batch: Uuid) -> String {
    format!("undo:{batch}")
}

storage::row! {
    struct Back {
        indicator: i64,
        calendar: i32,
        period: i32,
        unit: i64,
        dims: String,
        value: Option<f64>,
        estimated: Option<bool>,
        revision: i64,
        newest: i64,
    }
}

impl UndoImport {
    /// Takes it back.
    pub async fn run(self, cx: &Context) -> Result<Undone> {
        allowed(cx)?;
        let absent = || not_found("batch_not_found", "Không có lần nhập này.");
        let source: Option<(String, String, String, i64)> = cx
            .db
            .one(
                "SELECT s.code, s.name, s.owner, s.precedence FROM batch b JOIN source s ON s.id = b.source
                 WHERE b.id = $1 AND b.kind <> 'demo'",
                args![self.batch],
            )
            .await?;
        let (code, name, owner, precedence) = source.ok_or_else(absent)?;
        let rows: Vec<Back> = cx
            .db
            .all(
                "SELECT o.indicator AS indicator, o.calendar AS calendar, o.period AS period, o.unit AS unit,
                    o.dims AS dims, b.value AS value, b.estimated AS estimated, o.revision AS revision,
                    (SELECT MAX(m.revision) FROM observation m WHERE m.indicator = o.indicator
                        AND m.calendar = o.calendar AND m.period = o.period AND m.unit = o.unit
                        AND m.dims = o.dims AND m.source = o.source) AS newest
                 FROM observation o LEFT JOIN observation b ON b.indicator = o.indicator
                    AND b.calendar = o.calendar AND b.period = o.period AND b.unit = o.unit
                    AND b.dims = o.dims AND b.source = o.source AND b.revision = o.revision - 1
                 WHERE o.batch = $1",
                args![self.batch],
            )
            .await?;
        let catalogue = cx.house.get::<Engine>()?.catalogue();
        let mut told = Vec::with_capacity(rows.len());
        let mut kept = 0;
        for row in rows {
            let pack = catalogue.get(row.indicator).map_or("", |i| i.pack.as_str());
            if !cx.scope.writes(row.unit, pack) {
                return Err(forbidden(
                    "outside_scope",
                    "Lần nhập này có số liệu ngoài phạm vi của bạn. Hãy nhờ người quản trị thu hồi.",
                ));
            }
            if row.newest != row.revision {
                kept += 1;
                continue;
            }
            told.push(Told {
                indicator: row.indicator,
                period: Period { calendar: Calendar::from_code(row.calendar)?, index: row.period },
                unit: row.unit,
                dims: row.dims,
                value: row.value,
                estimated: row.estimated.unwrap_or(false),
            });
        }
        if told.is_empty() {
            return Ok(Undone { restored: 0, kept });
        }
        let record = Record {
            kind: "undo",
            source: SourceSpec { code, name, owner, precedence },
            rows: Vec::new(),
            style: NumberStyle::Vi,
            mode: Mode::AllOrNothing,
            file: None,
            note: note_of(self.batch),
            idempotency: None,
        };
        let outcome = record::write(cx, &record, told, Vec::new()).await?;
        Ok(Undone { restored: outcome.changed, kept })
    }
}
