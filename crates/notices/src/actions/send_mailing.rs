//! Send a document to the households of units.
//!
//! Who: who may send notices and writes in these units. It goes to everybody whom the registry knows there,
//! in a job; a unit stands for all below it.

use foundation::{Date, Result, error::forbidden, error::invalid};
use kit::{Context, UnitId, audit};
use serde_json::json;
use storage::jobs::{self, Terms};
use units::Atlas;
use uuid::Uuid;

use crate::jobs::MAILING;
use crate::store::mailings::{self, Mailing};

/// The largest file.
pub const MOST_BYTES: usize = 10 * 1024 * 1024;

/// A document.
pub struct SendMailing {
    /// Its title.
    pub title: String,
    /// Its text; may be empty when there is a file.
    pub body: String,
    /// Who sends it.
    pub sender: String,
    /// The units.
    pub units: Vec<UnitId>,
    /// A PDF: its name and content.
    pub file: Option<(String, Vec<u8>)>,
}

impl SendMailing {
    /// Sends it off.
    ///
    /// Errors: `mailing_empty`, `mailing_long`, `mailing_file`, `mailing_no_unit`; `mailing_unit` for a unit
    /// in which the sender does not write.
    pub async fn run(self, cx: &Context) -> Result<Uuid> {
        let (title, body) = (self.title.trim(), self.body.trim());
        let sender = self.sender.trim();
        if title.is_empty() || sender.is_empty() || (body.is_empty() && self.file.is_none()) {
            let why = "Hãy ghi tiêu đề, cơ quan gửi, và nội dung hoặc tệp PDF.";
            return Err(invalid("mailing_empty", why));
        }
        if title.chars().count() > 200 || sender.chars().count() > 200 || body.chars().count() > 20_000 {
            let why = "Quá dài: tiêu đề và cơ quan gửi đến 200 ký tự, nội dung đến 20.000 ký tự.";
            return Err(invalid("mailing_long", why));
        }
        if self
            .file
            .as_ref()
            .is_some_and(|(_, bytes)| !bytes.starts_with(b"%PDF-") || bytes.len() > MOST_BYTES)
        {
            return Err(invalid("mailing_file", "Tệp phải là PDF, đến 10 MB."));
        }
        let units = self.allowed(cx)?;
        let now = cx.clock.now();
        // A file without a document, after a crash, is collected by the housekeeping of files.
        let file = match &self.file {
            Some((name, bytes)) => {
                let clock = cx.clock.as_ref();
                Some(cx.files.keep(&cx.db, clock, name, "application/pdf", bytes).await?.id)
            }
            None => None,
        };
        let id = foundation::new_id();
        let mailing = Mailing {
            id,
            title: title.to_owned(),
            body: body.to_owned(),
            sender: sender.to_owned(),
            file,
            created_at: now,
            created_by: cx.actor.audit_name(),
            cursor: None,
            finished_at: None,
            receivers: 0,
            delivered: 0,
            opened: 0,
        };
        let mut tx = cx.db.begin().await?;
        mailings::insert(&mut tx, &mailing, &units).await?;
        let terms = Terms { max_attempts: 20, timeout_s: 3600, ..Terms::now(cx.clock.as_ref()) };
        jobs::enqueue(&mut tx, cx.clock.as_ref(), MAILING, &json!({ "mailing": id }), terms).await?;
        audit(&mut tx, cx, "notice.mailing", &format!("mailing:{id}"), &json!({ "units": self.units }))
            .await?;
        tx.commit().await?;
        Ok(id)
    }

    /// The units and all below them, if the sender writes in each.
    fn allowed(&self, cx: &Context) -> Result<Vec<UnitId>> {
        if self.units.is_empty() {
            return Err(invalid("mailing_no_unit", "Hãy chọn ít nhất một nơi nhận."));
        }
        let map = cx.house.get::<Atlas>()?.map();
        let today = Date::of(cx.clock.now());
        let mut all: Vec<UnitId> = self.units.iter().flat_map(|u| map.subtree(*u, today)).collect();
        all.sort_unstable();
        all.dedup();
        let may = mailings::writable(&cx.scope);
        if all.is_empty() || may.is_some_and(|may| all.iter().any(|unit| !may.contains(unit))) {
            let why = "Chỉ gửi được đến nơi mà bạn được giao. Hãy chọn lại nơi nhận.";
            return Err(forbidden("mailing_unit", why));
        }
        Ok(all)
    }
}
