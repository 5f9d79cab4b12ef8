//! Bút phê: a director gives the case to another agency or person, with a word that is kept.
//!
//! Who: whoever holds `DirectCases` at the agency in charge or at the case's place. No clock moves: whoever
//! gets the case gets its deadline too. Where asked agencies do not agree, the word of whoever directs all of
//! them settles it; that of a leader of one side gives the case to others and leaves the dispute open.

use foundation::{Result, error::forbidden, error::invalid};
use kit::{Context, Permission, UnitId};
use serde_json::json;
use uuid::Uuid;

use super::{demand_agency, open};
use crate::case::{Case, CaseId, Entry, Shown};
use crate::store;

/// The action.
#[derive(Debug, Clone)]
pub struct Direct {
    /// The agency.
    pub agency: UnitId,
    /// The person there.
    pub handler: Option<Uuid>,
    /// The word.
    pub text: String,
    /// The version of the case on the page.
    pub seen: Option<i64>,
}

impl Direct {
    /// Gives it.
    pub async fn run(self, cx: &Context, id: CaseId) -> Result<Case> {
        let mut acting = open(cx, id, self.seen).await?;
        let pack = acting.kind.pack.clone();
        let at = |unit| cx.scope.allows(Permission::DirectCases, unit, &pack);
        if !at(acting.case.agency) && !at(acting.case.place) {
            return Err(forbidden("case_step_not_yours", "Bút phê dành cho lãnh đạo của đơn vị đang xử lý."));
        }
        if !acting.case.stage().is_open() {
            return Err(invalid("case_ended", "Vụ việc đã kết thúc nên không giao lại được."));
        }
        if self.text.trim().is_empty() {
            return Err(invalid("case_text", "Hãy ghi ý kiến bút phê."));
        }
        demand_agency(cx, acting.case.place, self.agency)?;
        let before = acting.case.agency;
        let against = store::entries::against(&mut acting.tx, id).await?;
        let over_all = against.iter().copied().chain([before]).all(at);
        let (now, actor) = (acting.now, cx.actor.audit_name());
        let settled = over_all && store::disputes::settle(&mut acting.tx, id, &actor, now).await?;
        acting.case.agency = self.agency;
        acting.case.handler = self.handler;
        let entry = Entry {
            action: "case.direct",
            deed: if settled { "settle" } else { "direct" },
            step: String::new(),
            shown: Shown::Inside,
            text: self.text,
            detail: json!({"agency": self.agency, "before": before, "handler": self.handler}),
        };
        acting.close(cx, &entry).await
    }
}
