//! «Người gọi cũng gặp»: a caller met what another has reported; they are counted with that case instead of
//! making a second one.
//!
//! Who: the intake desk at the case's place, while it is open. Who agreed to be told is kept as one more
//! reporter, once for each phone; of who did not, nothing but the count is, not even a hash of the phone.
//! What they said is a note that officers read. No clock moves.

use foundation::{Result, error::conflict, error::forbidden};
use kit::{Context, audit};
use serde_json::json;
use uuid::Uuid;

use super::receive::{clean, reachable};
use super::{no_case, open};
use crate::case::{Case, CaseId, Entry, Shown, may};
use crate::store::people::Reporter;
use crate::workflow::Who;
use crate::{receipt, store};

/// The action.
#[derive(Debug, Clone, Default)]
pub struct Join {
    /// The key of the desk's form: the same form counts once.
    pub key: String,
    /// Who called.
    pub caller: Reporter,
    /// What they said.
    pub text: String,
}

impl Join {
    /// Counts them.
    pub async fn run(self, cx: &Context, id: CaseId) -> Result<Case> {
        let caller = reachable(&self.caller)?;
        let text = clean(&self.text, 5_000, "Nội dung")?;
        let mut acting = open(cx, id, None).await?;
        if !may(cx, &acting.case, &acting.kind.pack, &[Who::Intake]) {
            let why = "Gắn người gọi vào vụ việc dành cho bộ phận tiếp nhận ở địa bàn của vụ việc.";
            return Err(forbidden("case_step_not_yours", why));
        }
        if !acting.case.stage().is_open() {
            let why = "Vụ việc đã xử lý xong. Nếu còn xảy ra, hãy lập vụ việc mới.";
            return Err(conflict("case_ended", why));
        }
        let who = receipt::fingerprint("desk", &self.key);
        let known = store::also::has_phone(&mut acting.tx, id, &caller.phone).await?;
        if known || !store::people::support(&mut acting.tx, id, &who, acting.now).await? {
            // Counted before: the form came twice, or they call again.
            acting.tx.commit().await?;
            return Ok(acting.case);
        }
        acting.case.supporters += 1;
        if caller.consent {
            store::also::keep(&mut acting.tx, id, &caller, acting.now).await?;
        }
        let entry = Entry {
            action: "case.also",
            deed: "also",
            step: String::new(),
            shown: Shown::Inside,
            text,
            detail: json!({}),
        };
        acting.close(cx, &entry).await
    }
}

/// Takes back who one of those joined to a case is; the count stays.
///
/// Who: the intake desk at the case's place, when the person asks for it.
#[derive(Debug, Clone, Copy)]
pub struct Forget {
    /// Which of them.
    pub citizen: Uuid,
}

impl Forget {
    /// Erases.
    pub async fn run(self, cx: &Context, id: CaseId) -> Result<Case> {
        let mut acting = open(cx, id, None).await?;
        let reads = cx.scope.allows(kit::Permission::ReadReporter, acting.case.place, &acting.kind.pack);
        if !reads || !may(cx, &acting.case, &acting.kind.pack, &[Who::Intake]) {
            let why = "Thông tin người gọi chỉ bộ phận tiếp nhận được xem và xóa.";
            return Err(forbidden("case_step_not_yours", why));
        }
        if !store::also::erase(&mut acting.tx, id, self.citizen).await? {
            return Err(no_case());
        }
        audit(&mut acting.tx, cx, "case.erase", &format!("case:{id}"), &json!({})).await?;
        acting.tx.commit().await?;
        Ok(acting.case)
    }
}
