//! See who reported a case, to put it on paper: whoever asks says why, and the log keeps it.
//!
//! Who: the intake desk at the case's place that reads reporters.

use foundation::{Result, error::forbidden, error::invalid};
use kit::{Context, Permission, audit};
use serde_json::json;

use super::open;
use super::receive::clean;
use crate::case::{CaseId, may};
use crate::store;
use crate::store::people::Reporter;
use crate::workflow::Who;

/// A reason is not shorter.
const SHORTEST: usize = 5;

/// The action.
#[derive(Debug, Clone)]
pub struct Reveal {
    /// What it is needed for.
    pub reason: String,
}

impl Reveal {
    /// Who reported; `None` where they said nothing of themselves.
    pub async fn run(self, cx: &Context, id: CaseId) -> Result<Option<Reporter>> {
        let reason = clean(&self.reason, 300, "Lý do")?;
        let mut acting = open(cx, id, None).await?;
        let reads = cx.scope.allows(Permission::ReadReporter, acting.case.place, &acting.kind.pack);
        if !reads || !may(cx, &acting.case, &acting.kind.pack, &[Who::Intake]) {
            let why = "Thông tin người gửi chỉ bộ phận tiếp nhận ở địa bàn của vụ việc được xem.";
            return Err(forbidden("case_reporter_secret", why));
        }
        if reason.chars().count() < SHORTEST {
            let why = "Hãy ghi lý do cần in thông tin người gửi; lý do được lưu trong nhật ký.";
            return Err(invalid("case_reason", why));
        }
        audit(&mut acting.tx, cx, "case.reveal", &format!("case:{id}"), &json!({"reason": reason})).await?;
        acting.tx.commit().await?;
        store::people::reporter(&cx.db, id).await
    }
}
