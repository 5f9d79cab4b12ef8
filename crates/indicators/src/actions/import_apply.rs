//! Write a file that was looked at.
//!
//! Who: its sender. Everything is checked again, in the sender's scope of that moment. With
//! `Mode::AllOrNothing` one fault writes nothing. A large file is written by a job that tells how far it is
//! and stops when it is cancelled; figures and history change in one transaction, at its end. The same file
//! again changes nothing.

use std::collections::BTreeSet;
use std::sync::Arc;

use foundation::{Result, error::conflict, error::internal, error::invalid};
use futures_util::future::BoxFuture;
use kit::{
    Actor, Context, Fields, Granted, JobHandler, Permission, Permissions, Reach, Role, Scope, UnitId, audit,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use storage::jobs::{self, Terms};
use uuid::Uuid;

use super::import_preview::{allowed, reopen};
use super::record::{self, Mode};
use crate::engine::Engine;
use crate::import::drafts::{self, Draft};
use crate::import::file::{self, examine};
use crate::import::rows::Delivery;

/// A file with more good values than this is written by a job.
pub const LARGE: u64 = 20_000;
/// The kind of that job.
pub const JOB: &str = "indicators.import";

/// See the file's own text.
#[derive(Debug, Clone, Default)]
pub struct ImportApply {
    /// What to do with faults.
    pub mode: Mode,
    /// Why figures are corrected, for the history.
    pub note: String,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq)]
pub enum Applied {
    /// Written.
    Done(Box<Draft>),
    /// A job writes it.
    Queued(Uuid),
}

impl ImportApply {
    /// Writes, or has it written.
    pub async fn run(self, cx: &Context, root: UnitId, id: Uuid) -> Result<Applied> {
        allowed(cx)?;
        let draft = drafts::get(cx, id).await?;
        match draft.state.as_str() {
            "ready" => {}
            "done" => return Ok(Applied::Done(Box::new(draft))),
            "queued" => return Ok(Applied::Queued(draft.job.unwrap_or_default())),
            _ => return Err(conflict("draft_closed", "Tệp này chưa ghép xong cột, hoặc đã bỏ.")),
        }
        if draft.summary.good() > LARGE {
            return self.enqueue(cx, &draft).await.map(Applied::Queued);
        }
        let workbook = reopen(cx, &draft).await?;
        let plan = draft.plan.iter().filter(|m| m.missing().is_none()).cloned().collect();
        let delivery = file::examined(cx, root, workbook.clone(), plan, draft.pack.clone()).await?;
        self.write(cx, draft, workbook.kind.delivery(), delivery).await.map(|d| Applied::Done(Box::new(d)))
    }

    async fn enqueue(self, cx: &Context, draft: &Draft) -> Result<Uuid> {
        let order = Order { draft: draft.id, mode: self.mode, note: self.note, sender: Sender::of(cx) };
        let order = serde_json::to_value(&order)
            .map_err(|e| internal("import_order", "Không ghi được việc nền").because(e))?;
        let mut tx = cx.db.begin().await?;
        let terms = Terms { timeout_s: 1800, ..Terms::now(cx.clock.as_ref()) };
        let job = jobs::enqueue(&mut tx, cx.clock.as_ref(), JOB, &order, terms).await?;
        drafts::mark(&mut tx, draft.id, "queued", None, Some(job)).await?;
        tx.commit().await?;
        Ok(job)
    }

    async fn write(
        &self,
        cx: &Context,
        draft: Draft,
        kind: &'static str,
        delivery: Delivery,
    ) -> Result<Draft> {
        let faults = delivery.faults.len();
        if faults > 0 && self.mode == Mode::AllOrNothing {
            let why =
                format!("Tệp còn {faults} ô sai nên chưa ghi gì. Hãy sửa tệp, hoặc chọn «ghi phần đúng».");
            return Err(invalid("import_faults", why));
        }
        if delivery.told.is_empty() {
            return Err(invalid("import_empty", "Tệp không có số liệu đúng nào để ghi."));
        }
        let note =
            if self.note.is_empty() { draft.name.clone() } else { format!("{}: {}", draft.name, self.note) };
        let record = record::Record {
            kind,
            source: file::reports(),
            rows: Vec::new(),
            style: foundation::number::NumberStyle::Vi,
            mode: self.mode,
            file: Some(draft.file),
            note,
            idempotency: None,
        };
        let outcome = record::write(cx, &record, delivery.told, Vec::new()).await?;
        let mut tx = cx.db.begin().await?;
        drafts::mark(&mut tx, draft.id, "done", outcome.batch, None).await?;
        let detail = json!({ "refused": delivery.refused, "faults": faults, "file": draft.file });
        audit(&mut tx, cx, "figures.import", &format!("import:{}", draft.id), &detail).await?;
        tx.commit().await?;
        Ok(Draft { state: "done".into(), batch: outcome.batch, ..draft })
    }
}

/// What a job is told.
#[derive(Debug, Serialize, Deserialize)]
struct Order {
    draft: Uuid,
    mode: Mode,
    note: String,
    sender: Sender,
}

/// Units, packs (all when missing), whether figures may be written.
type Grant = (BTreeSet<UnitId>, Option<BTreeSet<String>>, bool);

/// The sender, without names: the job acts with their rights to read and write figures of the moment they
/// asked, and with no others.
#[derive(Debug, Serialize, Deserialize)]
struct Sender {
    person: Option<(Uuid, Role)>,
    key: Option<Uuid>,
    /// Missing for the program itself.
    grants: Option<Vec<Grant>>,
}

impl Sender {
    fn of(cx: &Context) -> Sender {
        let (person, key) = match &cx.actor {
            Actor::Person { id, role, .. } => (Some((*id, *role)), None),
            Actor::Key { id, .. } => (None, Some(*id)),
            Actor::Public | Actor::System(_) => (None, None),
        };
        let packs = |fields: &Fields| match fields {
            Fields::All => None,
            Fields::Some(packs) => Some(packs.clone()),
        };
        let grants = match &cx.scope {
            Scope::Granted(g) => {
                let write = |r: &Reach| r.may.contains(Permission::WriteFigures);
                Some(g.grants.iter().map(|r| (r.units.clone(), packs(&r.packs), write(r))).collect())
            }
            Scope::Public => Some(Vec::new()),
            Scope::System(_) => None,
        };
        Sender { person, key, grants }
    }

    fn context(self, cx: &Context) -> Context {
        let name: Arc<str> = Arc::from("");
        let granted = self.grants.map(|grants| {
            let reach = |(units, packs, write): Grant| {
                let reads = Permissions::default().with(Permission::ReadInternal);
                let may = if write { reads.with(Permission::WriteFigures) } else { reads };
                Reach { units, packs: packs.map_or(Fields::All, Fields::Some), may }
            };
            Granted { grants: grants.into_iter().map(reach).collect() }
        });
        let actor = match (self.person, self.key) {
            (Some((id, role)), _) => {
                let may = granted.as_ref().map(Granted::may).unwrap_or_default();
                Actor::Person { id, name, role, may }
            }
            (None, Some(id)) => Actor::Key { id, name },
            (None, None) => Actor::System("import"),
        };
        let scope = match granted {
            None => Scope::System("import"),
            Some(granted) => Scope::Granted(Arc::new(granted)),
        };
        Context { actor, scope, ..cx.clone() }
    }
}

/// Writes large files.
#[derive(Debug, Clone, Copy, Default)]
pub struct ImportJob;

impl JobHandler for ImportJob {
    fn kind(&self) -> &'static str {
        JOB
    }

    fn run<'a>(&'a self, cx: &'a Context, id: Uuid, payload: &'a Json) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            let order: Order = serde_json::from_value(payload.clone())
                .map_err(|e| internal("import_order", "Việc nền hỏng").because(e))?;
            let cx = order.sender.context(cx);
            let draft = drafts::get(&cx, order.draft).await?;
            if draft.state == "done" {
                return Ok(());
            }
            let root = cx.house.get::<Engine>()?.atlas().require_root()?;
            let workbook = reopen(&cx, &draft).await?;
            let plan: Vec<_> = draft.plan.iter().filter(|m| m.missing().is_none()).cloned().collect();
            let (book, pack, task) = (workbook.clone(), draft.pack.clone(), cx.clone());
            let here = tokio::runtime::Handle::current();
            let total = draft.summary.rows;
            let checked = tokio::task::spawn_blocking(move || {
                let mut next = 0;
                let mut tell = |rows: u64| {
                    if rows < next {
                        return true;
                    }
                    next = rows + 10_000;
                    let words = format!("{rows}/{total} dòng");
                    here.block_on(jobs::progress(&task.db, task.clock.as_ref(), id, &words)).unwrap_or(true)
                };
                examine(&task, root, &book, &plan, &pack, &mut tell)
            });
            let checked = checked.await.map_err(|e| internal("import", "Kiểm tra tệp bị ngắt").because(e))?;
            let delivery = match checked {
                Err(e) if e.code() == "import_stopped" => return close(&cx, draft.id).await,
                other => other?,
            };
            if !jobs::progress(&cx.db, cx.clock.as_ref(), id, "đang ghi").await? {
                return close(&cx, draft.id).await;
            }
            let apply = ImportApply { mode: order.mode, note: order.note };
            match apply.write(&cx, draft, workbook.kind.delivery(), delivery).await {
                // What the file lacks, another try does not bring.
                Err(e) if matches!(e.code(), "import_faults" | "import_empty") => {
                    reopen_draft(&cx, order.draft).await
                }
                other => other.map(|_| ()),
            }
        })
    }
}

async fn close(cx: &Context, draft: Uuid) -> Result<()> {
    let mut tx = cx.db.begin().await?;
    drafts::mark(&mut tx, draft, "cancelled", None, None).await?;
    tx.commit().await
}

async fn reopen_draft(cx: &Context, draft: Uuid) -> Result<()> {
    let mut tx = cx.db.begin().await?;
    drafts::mark(&mut tx, draft, "ready", None, None).await?;
    tx.commit().await
}
