//! Phối hợp: ask several agencies at once for their part, and hear them.
//!
//! Who: a handler of the agency in charge (or the intake desk) asks; a handler of an asked agency answers and
//! says whether it agrees. Their answers stand together on the case, and one answer goes out. Where one does
//! not agree, a dispute is open: whoever directs all of them is told, and no answer can be proposed until
//! they decided (`direct.rs`), or until nobody is against it any more.

use foundation::{Result, error::conflict, error::forbidden, error::invalid};
use kit::{Context, Permission, UnitId};
use serde_json::json;

use super::{Acting, no_case, open, open_any};
use crate::case::{Case, CaseId, Entry, Shown, may};
use crate::service::calendar;
use crate::store;
use crate::workflow::Who;

/// Asks.
#[derive(Debug, Clone)]
pub struct AskAgencies {
    /// Which.
    pub agencies: Vec<UnitId>,
    /// What.
    pub question: String,
    /// Within how many working hours.
    pub hours: i64,
    /// The version of the case on the page.
    pub seen: Option<i64>,
}

/// Answers for an agency.
#[derive(Debug, Clone)]
pub struct AnswerAsked {
    /// Which.
    pub agency: UnitId,
    /// What.
    pub text: String,
    /// Whether it agrees.
    pub agrees: bool,
}

/// Settles the dispute where nobody is against it any more: they agree now, or are asked anew.
async fn at_one(acting: &mut Acting, actor: &str) -> Result<()> {
    let (id, now) = (acting.case.seq, acting.now);
    if store::entries::against(&mut acting.tx, id).await?.is_empty() {
        store::disputes::settle(&mut acting.tx, id, actor, now).await?;
    }
    Ok(())
}

impl AskAgencies {
    /// Asks.
    pub async fn run(self, cx: &Context, id: CaseId) -> Result<Case> {
        let mut acting = open(cx, id, self.seen).await?;
        if !may(cx, &acting.case, &acting.kind.pack, &[Who::Handler, Who::Intake]) {
            return Err(forbidden("case_step_not_yours", "Đơn vị đang xử lý mới được hỏi phối hợp."));
        }
        if !acting.case.stage().is_open() {
            return Err(invalid("case_ended", "Vụ việc đã kết thúc nên không hỏi phối hợp được."));
        }
        if self.agencies.is_empty() || self.question.trim().is_empty() || !(1..=400).contains(&self.hours) {
            let why = "Hãy chọn đơn vị, ghi điều cần hỏi và số giờ làm việc (1–400).";
            return Err(invalid("case_ask", why));
        }
        if self.agencies.contains(&acting.case.agency) {
            return Err(invalid("case_ask_self", "Đơn vị đang xử lý không hỏi chính mình."));
        }
        let clocks = acting.case.clocks()?;
        let due = calendar(cx, &clocks.calendar)?.add_working_minutes(acting.now, self.hours * 60)?;
        let actor = cx.actor.audit_name();
        for agency in &self.agencies {
            let (tx, now) = (&mut acting.tx, acting.now);
            store::entries::ask_agency(tx, id, *agency, &actor, now, &self.question, due).await?;
        }
        at_one(&mut acting, &actor).await?;
        let entry = Entry {
            action: "case.ask_agencies",
            deed: "ask_agencies",
            step: String::new(),
            shown: Shown::Inside,
            text: self.question,
            detail: json!({"agencies": self.agencies, "due": due}),
        };
        acting.close(cx, &entry).await
    }
}

impl AnswerAsked {
    /// Answers. An asked agency sees the case through what it was asked, even outside its own place.
    pub async fn run(self, cx: &Context, id: CaseId) -> Result<Case> {
        let mut acting = open_any(cx, id, None).await?;
        if !cx.scope.allows(Permission::HandleCases, self.agency, &acting.kind.pack) {
            return Err(no_case());
        }
        if self.text.trim().is_empty() {
            return Err(invalid("case_text", "Hãy ghi phần trả lời của đơn vị."));
        }
        let (now, actor) = (acting.now, cx.actor.audit_name());
        let (tx, text) = (&mut acting.tx, &self.text);
        if !store::entries::agency_answers(tx, id, self.agency, &actor, now, text, self.agrees).await? {
            return Err(conflict("case_not_asked", "Đơn vị này không được hỏi phối hợp ở vụ việc này."));
        }
        match self.agrees {
            true => at_one(&mut acting, &actor).await?,
            false => {
                store::disputes::begin(&mut acting.tx, id, now).await?;
            }
        }
        let entry = Entry {
            action: "case.answer_asked",
            deed: if self.agrees { "asked_agrees" } else { "asked_disagrees" },
            step: String::new(),
            shown: Shown::Inside,
            text: self.text,
            detail: json!({"agency": self.agency}),
        };
        acting.close(cx, &entry).await
    }
}
