//! Record figures: the one way in, for files, requests and grids.
//!
//! Who: whoever may write figures, each row inside their scope. All rows are checked before one is written.
//! With `Mode::AllOrNothing` a single fault writes nothing; with `Mode::GoodRows` the good rows are written
//! and the faults are told. The same delivery twice changes nothing; a delivery with an idempotency key that
//! was seen before answers what it answered then.

use foundation::number::NumberStyle;
use foundation::{Date, Result, error::conflict, error::forbidden};
use kit::{Context, Permission, UnitId, audit};
use serde::{Deserialize, Serialize};
use serde_json::json;
use storage::args;
use uuid::Uuid;

use crate::check::{Checker, Incoming, RowFault};
use crate::engine::Engine;
use crate::observations::{self, Told};
use crate::store;

/// What to do when some rows are wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Nothing is written.
    #[default]
    AllOrNothing,
    /// The good rows are written.
    GoodRows,
}

/// From whom the figures are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceSpec {
    /// Its stable name, `excel:vp-ubnd`.
    pub code: String,
    /// Its name on pages.
    pub name: String,
    /// Who answers for it.
    pub owner: String,
    /// Which source is shown where two give one figure: the lower.
    pub precedence: i64,
}

/// A delivery of figures.
#[derive(Debug, Clone)]
pub struct Record {
    /// By which way: `excel`, `csv`, `api`, `grid`, `demo`.
    pub kind: &'static str,
    /// From whom.
    pub source: SourceSpec,
    /// The values.
    pub rows: Vec<Incoming>,
    /// How typed numbers are read.
    pub style: NumberStyle,
    /// What to do with faults.
    pub mode: Mode,
    /// The file it came in.
    pub file: Option<Uuid>,
    /// A remark for the history.
    pub note: String,
    /// The sender's own key of this delivery.
    pub idempotency: Option<String>,
}

/// What became of a delivery.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Outcome {
    /// The delivery, when something was written.
    pub batch: Option<Uuid>,
    /// New or different values.
    pub changed: u64,
    /// Those of them that their source told for the first time. Not told to machines: a repeated
    /// idempotency key could not say it.
    #[serde(skip)]
    pub first: u64,
    /// Values that were there already.
    pub unchanged: u64,
    /// What is wrong.
    pub faults: Vec<RowFault>,
}

/// A checked delivery: what would be written, and what is wrong.
#[derive(Debug, Clone, Default)]
pub struct Checked {
    /// The good rows.
    pub told: Vec<Told>,
    /// The others.
    pub faults: Vec<RowFault>,
}

/// Checks rows without writing anything; the preview of an import.
pub fn check(cx: &Context, root: UnitId, rows: &[Incoming], style: NumberStyle) -> Result<Checked> {
    let engine = cx.house.get::<Engine>()?;
    let catalogue = engine.catalogue();
    let map = engine.atlas().map();
    let today = Date::of(cx.clock.now());
    let mut checker = Checker::new(&catalogue, &map, root, &cx.scope, today, style);
    let mut checked = Checked { told: Vec::with_capacity(rows.len()), faults: Vec::new() };
    for (row, incoming) in rows.iter().enumerate() {
        match checker.check(row, incoming) {
            Ok(told) => checked.told.push(told),
            Err(fault) => checked.faults.push(fault),
        }
    }
    Ok(checked)
}

impl Record {
    /// Checks and writes.
    pub async fn run(self, cx: &Context, root: UnitId) -> Result<Outcome> {
        if !cx.may(Permission::WriteFigures) {
            return Err(forbidden("not_permitted", "Tài khoản của bạn chưa được giao nhập số liệu."));
        }
        if let Some(key) = &self.idempotency
            && let Some(outcome) = seen(cx, key).await?
        {
            return Ok(outcome);
        }
        let checked = check(cx, root, &self.rows, self.style)?;
        let refuse = !checked.faults.is_empty() && self.mode == Mode::AllOrNothing;
        if refuse || checked.told.is_empty() {
            return Ok(Outcome { batch: None, changed: 0, first: 0, unchanged: 0, faults: checked.faults });
        }
        write(cx, &self, checked.told, checked.faults).await
    }
}

async fn seen(cx: &Context, key: &str) -> Result<Option<Outcome>> {
    let row: Option<(Uuid, i64, i64, String)> = cx
        .db
        .one("SELECT id, changed, unchanged, actor FROM batch WHERE idempotency = $1", args![key])
        .await?;
    match row {
        None => Ok(None),
        Some((_, _, _, actor)) if actor != cx.actor.audit_name() => Err(conflict(
            "idempotency_key_used",
            "Idempotency-Key này đã được bên khác dùng. Hãy tạo khóa mới.",
        )),
        Some((id, changed, unchanged, _)) => Ok(Some(Outcome {
            batch: Some(id),
            changed: changed as u64,
            first: 0,
            unchanged: unchanged as u64,
            faults: Vec::new(),
        })),
    }
}

/// Writes checked values: open, save, publish, audit, commit.
pub async fn write(cx: &Context, record: &Record, told: Vec<Told>, faults: Vec<RowFault>) -> Result<Outcome> {
    let now = cx.clock.now();
    let batch = foundation::new_id();
    let mut tx = cx.db.begin().await?;
    let spec = &record.source;
    let demo = record.kind == "demo";
    let source =
        store::ensure_source(&mut tx, &spec.code, &spec.name, &spec.owner, spec.precedence, demo).await?;
    tx.run(
        "INSERT INTO batch (id, kind, source, actor, at, file, changed, unchanged, note, idempotency)
         VALUES ($1, $2, $3, $4, $5, $6, 0, 0, $7, $8)",
        args![
            batch,
            record.kind,
            source.id,
            cx.actor.audit_name(),
            now,
            record.file,
            record.note.as_str(),
            record.idempotency.clone()
        ],
    )
    .await?;
    let written = observations::write(&mut tx, &source, batch, now, told).await?;
    tx.run(
        "UPDATE batch SET changed = $2, unchanged = $3 WHERE id = $1",
        args![batch, written.changed as i64, written.unchanged as i64],
    )
    .await?;
    if written.changed > 0 {
        let touched = written.touched;
        let event = crate::events::Changed { batch: Some(batch), source: Some(source.id), touched };
        tx.publish(now, crate::events::CHANGED, &event.to_json()).await?;
    }
    let detail = json!({
        "kind": record.kind, "source": source.code, "changed": written.changed,
        "unchanged": written.unchanged, "refused": faults.len(),
    });
    audit(&mut tx, cx, "figures.record", &format!("batch:{batch}"), &detail).await?;
    tx.commit().await?;
    let (changed, first, unchanged) = (written.changed, written.first, written.unchanged);
    Ok(Outcome { batch: Some(batch), changed, first, unchanged, faults })
}
