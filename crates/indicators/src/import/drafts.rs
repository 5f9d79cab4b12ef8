//! The SQL of files on their way in, and of remembered mappings.

use foundation::{Instant, Result, error::internal, error::not_found};
use kit::{Context, Scope};
use serde::{Deserialize, Serialize};
use storage::{Db, Tx, args, row};
use uuid::Uuid;

use super::mapping::Mapping;
use super::percent::Fraction;
use super::rows::CellFault;

/// How many faults a draft keeps; their number is told in full.
pub const KEPT_FAULTS: usize = 5000;

row! {
    struct DraftRow {
        id: Uuid,
        file: Uuid,
        name: String,
        actor: String,
        at: Instant,
        state: String,
        pack: String,
        period: String,
        plan: String,
        summary: String,
        batch: Option<Uuid>,
        job: Option<Uuid>,
    }
}

/// What a file would write, in numbers.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Summary {
    /// Values told for the first time.
    pub new: u64,
    /// Values that differ from what was told.
    pub changed: u64,
    /// Values told already.
    pub unchanged: u64,
    /// Values that are refused.
    pub refused: u64,
    /// Faults, each with its cell.
    pub faults: u64,
    /// Cells without a figure.
    pub blank: u64,
    /// Rows that are sums of others.
    pub totals: u64,
    /// Rows with figures.
    pub rows: u64,
    /// The encoding, when it was an old one.
    #[serde(default)]
    pub encoding: Option<String>,
    /// Whether the encoding is beyond doubt.
    #[serde(default)]
    pub sure: bool,
    /// Columns of percentages that look like parts of one.
    #[serde(default)]
    pub fractions: Vec<Fraction>,
}

impl Summary {
    /// The values that can be written.
    pub fn good(&self) -> u64 {
        self.new + self.changed + self.unchanged
    }
}

/// A file on its way in.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// Its identity.
    pub id: Uuid,
    /// The file in the store.
    pub file: Uuid,
    /// The file's name.
    pub name: String,
    /// Who sent it.
    pub actor: String,
    /// When.
    pub at: Instant,
    /// `mapping`, `ready`, `queued`, `done` or `cancelled`.
    pub state: String,
    /// The pack it is about, or empty.
    pub pack: String,
    /// The period given with it, or empty.
    pub period: String,
    /// How each sheet is read.
    pub plan: Vec<Mapping>,
    /// What would be written.
    pub summary: Summary,
    /// What was written.
    pub batch: Option<Uuid>,
    /// The job that writes it.
    pub job: Option<Uuid>,
}

fn json<T: Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|e| internal("draft", "Không ghi được bản nháp").because(e))
}

fn read<T: for<'a> Deserialize<'a>>(text: &str) -> Result<T> {
    serde_json::from_str(text)
        .map_err(|e| internal("draft", "Bản nháp trong cơ sở dữ liệu bị hỏng").because(e))
}

const SELECT: &str =
    "SELECT id, file, name, actor, at, state, pack, period, plan, summary, batch, job FROM import_draft";

impl DraftRow {
    fn draft(self) -> Result<Draft> {
        Ok(Draft {
            plan: read(&self.plan)?,
            summary: read(&self.summary)?,
            id: self.id,
            file: self.file,
            name: self.name,
            actor: self.actor,
            at: self.at,
            state: self.state,
            pack: self.pack,
            period: self.period,
            batch: self.batch,
            job: self.job,
        })
    }
}

/// A draft, for who sent it.
pub async fn get(cx: &Context, id: Uuid) -> Result<Draft> {
    let row: Option<DraftRow> = cx.db.one(&format!("{SELECT} WHERE id = $1"), args![id]).await?;
    let mine = |r: &DraftRow| r.actor == cx.actor.audit_name() || matches!(cx.scope, Scope::System(_));
    row.filter(mine)
        .ok_or_else(|| not_found("draft_not_found", "Không có tệp này, hoặc tệp do người khác gửi."))?
        .draft()
}

/// The newest drafts of the actor that wait to be written.
pub async fn waiting(cx: &Context, limit: i64) -> Result<Vec<Draft>> {
    let rows: Vec<DraftRow> = cx
        .db
        .all(
            &format!(
                "{SELECT} WHERE actor = $1 AND state IN ('mapping', 'ready', 'queued')
                 ORDER BY at DESC LIMIT $2"
            ),
            args![cx.actor.audit_name(), limit],
        )
        .await?;
    rows.into_iter().map(DraftRow::draft).collect()
}

/// Writes a draft, new or again, with its first faults.
pub async fn save(tx: &mut Tx, draft: &Draft, faults: &[CellFault]) -> Result<()> {
    let kept = &faults[..faults.len().min(KEPT_FAULTS)];
    tx.run(
        "INSERT INTO import_draft (id, file, name, actor, at, state, pack, period, plan, summary, faults,
            batch, job)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
         ON CONFLICT (id) DO UPDATE SET state = excluded.state, pack = excluded.pack,
            period = excluded.period, plan = excluded.plan, summary = excluded.summary,
            faults = excluded.faults, batch = excluded.batch, job = excluded.job",
        args![
            draft.id,
            draft.file,
            draft.name.as_str(),
            draft.actor.as_str(),
            draft.at,
            draft.state.as_str(),
            draft.pack.as_str(),
            draft.period.as_str(),
            json(&draft.plan)?,
            json(&draft.summary)?,
            json(&kept)?,
            draft.batch,
            draft.job
        ],
    )
    .await
    .map(|_| ())
}

/// Says how far a draft is; its faults stay.
pub async fn mark(tx: &mut Tx, id: Uuid, state: &str, batch: Option<Uuid>, job: Option<Uuid>) -> Result<()> {
    tx.run(
        "UPDATE import_draft SET state = $2, batch = COALESCE($3, batch), job = COALESCE($4, job)
         WHERE id = $1",
        args![id, state, batch, job],
    )
    .await
    .map(|_| ())
}

/// The kept faults of a draft.
pub async fn faults(db: &Db, id: Uuid) -> Result<Vec<CellFault>> {
    let row: Option<(String,)> = db.one("SELECT faults FROM import_draft WHERE id = $1", args![id]).await?;
    row.map_or(Ok(Vec::new()), |r| read(&r.0))
}

/// The remembered mappings of these fingerprints.
pub async fn remembered(db: &Db, fingerprints: Vec<String>) -> Result<Vec<(String, Mapping)>> {
    let rows: Vec<(String, String)> = db
        .all(
            "SELECT fingerprint, mapping FROM import_mapping
             WHERE fingerprint IN (SELECT value FROM text_list($1))",
            args![fingerprints],
        )
        .await?;
    rows.into_iter().map(|(print, mapping)| Ok((print, read(&mapping)?))).collect()
}

/// Remembers a mapping under the fingerprint of its headings.
pub async fn remember(tx: &mut Tx, now: Instant, actor: &str, print: &str, mapping: &Mapping) -> Result<()> {
    tx.run(
        "INSERT INTO import_mapping (fingerprint, mapping, actor, saved_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (fingerprint) DO UPDATE SET mapping = excluded.mapping, actor = excluded.actor,
            saved_at = excluded.saved_at",
        args![print, json(mapping)?, actor, now],
    )
    .await
    .map(|_| ())
}
