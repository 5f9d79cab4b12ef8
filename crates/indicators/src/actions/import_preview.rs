//! Send a file and see what it would change.
//!
//! Who: whoever may write figures. The file is kept, its columns are remembered or guessed, every value is
//! checked in the sender's scope and compared with what is there. No figure is written.

use std::sync::Arc;

use foundation::{Result, error::conflict, error::forbidden};
use kit::{Context, Permission, UnitId};
use uuid::Uuid;

use crate::import::compare::{Compared, Correction};
use crate::import::drafts::{self, Draft, Summary};
use crate::import::file::{self, examined};
use crate::import::mapping::{Mapping, fingerprint};
use crate::import::rows::Delivery;
use crate::import::workbook::Workbook;

/// A file that was sent.
#[derive(Debug, Clone)]
pub struct ImportPreview {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Its name.
    pub name: String,
    /// The pack it is about, or empty.
    pub pack: String,
    /// Its period as typed, or empty when the file says it.
    pub period: String,
}

/// How a file is read, as a person says it.
#[derive(Debug, Clone)]
pub struct Remap {
    /// How each sheet is read.
    pub plan: Vec<Mapping>,
    /// Whether to remember it for the next file with the same headings.
    pub remember: bool,
}

/// Whether the actor may import at all.
pub fn allowed(cx: &Context) -> Result<()> {
    match cx.may(Permission::WriteFigures) {
        true => Ok(()),
        false => Err(forbidden("not_permitted", "Tài khoản của bạn chưa được giao nhập số liệu.")),
    }
}

impl ImportPreview {
    /// Keeps the file and looks into it. The draft's state is `ready`, or `mapping` when its columns could
    /// not be told.
    pub async fn run(self, cx: &Context, root: UnitId) -> Result<Draft> {
        allowed(cx)?;
        let bytes = Arc::new(self.bytes);
        let workbook = file::open(bytes.clone(), &self.name).await?;
        let plan = file::plan(cx, root, &workbook, &self.pack, &self.period).await?;
        let kept =
            cx.files.keep(&cx.db, cx.clock.as_ref(), &self.name, "application/octet-stream", &bytes).await?;
        let draft = Draft {
            id: foundation::new_id(),
            file: kept.id,
            name: self.name,
            actor: cx.actor.audit_name(),
            at: cx.clock.now(),
            state: "mapping".into(),
            pack: self.pack,
            period: self.period,
            plan,
            summary: Summary::default(),
            batch: None,
            job: None,
        };
        look(cx, root, draft, &workbook).await
    }
}

impl Remap {
    /// Looks into the file anew, read another way.
    pub async fn run(self, cx: &Context, root: UnitId, id: Uuid) -> Result<Draft> {
        allowed(cx)?;
        let draft = drafts::get(cx, id).await?;
        if !matches!(draft.state.as_str(), "mapping" | "ready") {
            return Err(conflict("draft_closed", "Tệp này đã được ghi hoặc đã bỏ. Hãy gửi lại tệp."));
        }
        let workbook = reopen(cx, &draft).await?;
        if self.remember {
            let mut tx = cx.db.begin().await?;
            for mapping in self.plan.iter().filter(|m| m.missing().is_none()) {
                if let Some(sheet) = workbook.sheet(&mapping.sheet) {
                    let print = fingerprint(sheet, mapping.header, mapping.levels);
                    drafts::remember(&mut tx, cx.clock.now(), &cx.actor.audit_name(), &print, mapping)
                        .await?;
                }
            }
            tx.commit().await?;
        }
        look(cx, root, Draft { plan: self.plan, ..draft }, &workbook).await
    }
}

/// The workbook of a draft.
pub async fn reopen(cx: &Context, draft: &Draft) -> Result<Arc<Workbook>> {
    let (_, bytes) = cx.files.read(&cx.db, draft.file).await?;
    file::open(Arc::new(bytes), &draft.name).await
}

/// Checks and compares what a draft would write.
pub async fn delivery_of(
    cx: &Context,
    root: UnitId,
    draft: &Draft,
    workbook: &Arc<Workbook>,
) -> Result<(Delivery, Compared, Vec<Correction>)> {
    let whole = draft.plan.iter().filter(|m| m.missing().is_none()).cloned().collect();
    let delivery = examined(cx, root, workbook.clone(), whole, draft.pack.clone()).await?;
    let (compared, corrections) = file::compared(cx, &delivery).await?;
    Ok((delivery, compared, corrections))
}

async fn look(cx: &Context, root: UnitId, mut draft: Draft, workbook: &Arc<Workbook>) -> Result<Draft> {
    let whole = draft.plan.iter().any(|m| m.missing().is_none());
    draft.state = if whole { "ready".into() } else { "mapping".into() };
    let (delivery, compared, _) = delivery_of(cx, root, &draft, workbook).await?;
    draft.summary = file::summary(workbook, &delivery, compared);
    let mut tx = cx.db.begin().await?;
    drafts::save(&mut tx, &draft, &delivery.faults).await?;
    tx.commit().await?;
    Ok(draft)
}
