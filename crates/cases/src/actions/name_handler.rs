//! Name who handles a case in the unit in charge, or that nobody does.
//!
//! Who: a leader of the unit in charge, or whoever takes in cases there (the duty officer, the desk), names
//! anybody who handles cases there. Whoever handles cases there takes one that is nobody's, and lays down
//! their own. No clock moves; the public is told nothing of persons.

use foundation::{Result, error::conflict, error::forbidden, error::invalid};
use kit::{Actor, Context, Permission};
use serde_json::json;
use uuid::Uuid;

use super::{no_case, open};
use crate::case::{Case, CaseId, Entry, Shown, may};
use crate::service::Types;
use crate::store;
use crate::workflow::Who;

/// The action.
#[derive(Debug, Clone)]
pub struct NameHandler {
    /// The account; `None`: nobody.
    pub handler: Option<Uuid>,
    /// A word to it, for the history.
    pub text: String,
    /// The version of the case on the page.
    pub seen: Option<i64>,
}

/// Whether the actor names others on this case.
pub fn names(cx: &Context, case: &Case, pack: &str) -> bool {
    may(cx, case, pack, &[Who::Leader, Who::Director])
        || cx.scope.allows(Permission::TakeInCases, case.agency, pack)
}

/// The account of the actor, where it is one of a person who handles cases at the unit in charge.
pub fn own(cx: &Context, case: &Case, pack: &str) -> Option<Uuid> {
    match &cx.actor {
        Actor::Person { id, .. } if may(cx, case, pack, &[Who::Handler]) => Some(*id),
        _ => None,
    }
}

impl NameHandler {
    fn demand(&self, cx: &Context, case: &Case, pack: &str) -> Result<()> {
        if !case.stage().is_open() {
            return Err(invalid("case_ended", "Vụ việc đã kết thúc nên không giao lại được."));
        }
        let me = own(cx, case, pack);
        let takes = me.is_some() && self.handler == me && case.handler.is_none();
        let lays_down = me.is_some() && self.handler.is_none() && case.handler == me;
        if !takes && !lays_down && !names(cx, case, pack) {
            let why = "Lãnh đạo hoặc trực ban của đơn vị đang xử lý mới được giao người xử lý.";
            return Err(forbidden("case_step_not_yours", why));
        }
        if self.handler == case.handler {
            return Err(conflict("case_handler_same", "Vụ việc đang do chính người này xử lý."));
        }
        Ok(())
    }

    /// Names them.
    pub async fn run(self, cx: &Context, id: CaseId) -> Result<Case> {
        // Who works where is another room's to say, so it is asked before the case is locked.
        let case = store::cases::get(&cx.db, id).await?.ok_or_else(no_case)?;
        let kind = cx.house.get::<Types>()?.get(&case.kind)?;
        if let Some(handler) = self.handler.filter(|h| own(cx, &case, &kind.pack) != Some(*h))
            && case.is_read_by(&cx.scope, &kind.pack)
            && names(cx, &case, &kind.pack)
        {
            let people = cx.house.holders(Permission::HandleCases, case.agency, &kind.pack).await?;
            if people.iter().all(|p| p.id != handler) {
                let why = "Người này không xử lý vụ việc ở đơn vị đang được giao. Hãy chọn trong danh sách.";
                return Err(invalid("case_handler", why));
            }
        }
        let mut acting = open(cx, id, self.seen).await?;
        if acting.case.agency != case.agency {
            return Err(conflict("case_changed", "Vụ việc vừa được chuyển đơn vị. Hãy xem lại rồi giao."));
        }
        self.demand(cx, &acting.case, &kind.pack)?;
        let before = acting.case.handler;
        acting.case.handler = self.handler;
        let entry = Entry {
            action: "case.name_handler",
            deed: "handler",
            step: String::new(),
            shown: Shown::Inside,
            text: self.text,
            detail: json!({"handler": self.handler, "before": before}),
        };
        acting.close(cx, &entry).await
    }
}
