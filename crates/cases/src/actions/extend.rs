//! Extend a deadline: somebody asks, somebody else decides.
//!
//! Who: a handler of the agency in charge asks, with a reason and a moment; a leader decides, and never the
//! one who asked. What was promised before stays in the list of promises; the public page shows both.

use foundation::{Instant, Result, error::conflict, error::forbidden, error::invalid};
use kit::Context;
use serde_json::json;

use super::open;
use crate::case::{Case, CaseId, Entry, Shown, may};
use crate::clock::{ClockKind, Hand};
use crate::store;
use crate::workflow::Who;

/// Asks.
#[derive(Debug, Clone)]
pub struct AskExtension {
    /// Until when.
    pub due: Instant,
    /// Why.
    pub reason: String,
    /// The version of the case on the page.
    pub seen: Option<i64>,
}

/// Decides.
#[derive(Debug, Clone)]
pub struct DecideExtension {
    /// How.
    pub granted: bool,
    /// A word to it.
    pub text: String,
}

impl AskExtension {
    /// Asks.
    pub async fn run(self, cx: &Context, id: CaseId) -> Result<Case> {
        let mut acting = open(cx, id, self.seen).await?;
        if !may(cx, &acting.case, &acting.kind.pack, &[Who::Handler]) {
            return Err(forbidden("case_step_not_yours", "Đơn vị đang xử lý mới được xin gia hạn."));
        }
        if self.reason.trim().is_empty() {
            return Err(invalid("case_text", "Hãy ghi lý do gia hạn."));
        }
        let Hand::Running { due } = acting.case.clocks()?.hand(ClockKind::Solution) else {
            return Err(invalid("case_clock_stands", "Hạn xử lý không đang chạy nên không gia hạn được."));
        };
        if acting.now > due {
            return Err(invalid("case_overdue", "Đã quá hạn: gia hạn phải xin và duyệt trước hạn."));
        }
        if self.due <= due {
            return Err(invalid("case_extension_sooner", "Hạn xin phải muộn hơn hạn đang có."));
        }
        if store::entries::open_extension(&mut acting.tx, id).await?.is_some() {
            return Err(conflict("case_extension_waits", "Đã có một đề nghị gia hạn đang chờ duyệt."));
        }
        let (now, actor) = (acting.now, cx.actor.audit_name());
        let case = acting.case.clone();
        store::entries::ask_extension(&mut acting.tx, &case, &actor, now, &self.reason, self.due).await?;
        let entry = Entry {
            action: "case.ask_extension",
            deed: "ask_extension",
            step: String::new(),
            shown: Shown::Inside,
            text: self.reason,
            detail: json!({"due": self.due}),
        };
        acting.close(cx, &entry).await
    }
}

impl DecideExtension {
    /// Decides.
    pub async fn run(self, cx: &Context, id: CaseId) -> Result<Case> {
        let mut acting = open(cx, id, None).await?;
        if !may(cx, &acting.case, &acting.kind.pack, &[Who::Leader, Who::Director]) {
            return Err(forbidden("case_step_not_yours", "Lãnh đạo mới được duyệt gia hạn."));
        }
        let Some(asked) = store::entries::open_extension(&mut acting.tx, id).await? else {
            return Err(conflict("case_extension_none", "Không có đề nghị gia hạn nào đang chờ duyệt."));
        };
        let (now, actor) = (acting.now, cx.actor.audit_name());
        if asked.asked_by == actor {
            return Err(forbidden("case_extension_own", "Người xin gia hạn không được tự duyệt."));
        }
        if self.granted {
            let mut clocks = acting.case.clocks()?;
            if !clocks.extended(asked.due, now) {
                return Err(conflict(
                    "case_clock_stands",
                    "Hạn xử lý không đang chạy nên không gia hạn được.",
                ));
            }
            acting.case.set_clocks(&clocks)?;
            acting.case.extended += 1;
        }
        store::entries::decide_extension(&mut acting.tx, id, asked.n, &actor, now, self.granted).await?;
        let entry = Entry {
            action: "case.decide_extension",
            deed: if self.granted { "extended" } else { "extension_refused" },
            step: String::new(),
            shown: if self.granted { Shown::Everybody } else { Shown::Inside },
            text: self.text,
            detail: json!({"due": asked.due}),
        };
        acting.close(cx, &entry).await
    }
}
