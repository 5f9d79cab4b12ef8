//! Take a step of the case's type: take in, assign, tell, ask, pause, propose, approve, refuse, close …
//!
//! Who: whoever the step names, within their scope: the intake desk at the case's place, a handler, leader or
//! director at the agency in charge. What the step asks for must be there. Where several agencies were asked,
//! an answer is proposed only when all have answered and no dispute between them is open.

use foundation::{Result, error::conflict};
use kit::Context;
use serde_json::json;

use super::officer_photos::{Ready, Role, attach};
use super::{demand_agency, no_case, open};
use crate::case::{Case, CaseId, Given, demand_may};
use crate::service::CaseType;
use crate::store;
use crate::workflow::{Deed, Need, Step};

/// The action.
#[derive(Debug, Clone)]
pub struct TakeStep {
    /// The step's id in the type.
    pub step: String,
    /// What it is given.
    pub given: Given,
    /// The version of the case on the page.
    pub seen: Option<i64>,
}

impl TakeStep {
    /// Takes it.
    pub async fn run(self, cx: &Context, id: CaseId) -> Result<Case> {
        self.with(cx, id, &[], Role::After).await
    }

    /// The step, where the actor may take it on this case.
    pub(super) fn demand<'a>(&self, cx: &Context, case: &Case, kind: &'a CaseType) -> Result<&'a Step> {
        let step = kind.flow.step(&self.step).ok_or_else(no_case)?;
        demand_may(cx, case, &kind.pack, step)?;
        Ok(step)
    }

    /// Takes it with photos that are ready. What the step demands of photos is met by those, or by what was
    /// added of the solution since the case was last opened again.
    pub(super) async fn with(
        mut self,
        cx: &Context,
        id: CaseId,
        ready: &[Ready],
        role: Role,
    ) -> Result<Case> {
        let mut acting = open(cx, id, self.seen).await?;
        let kind = acting.kind.clone();
        let step = self.demand(cx, &acting.case, &kind)?;
        if step.does == Deed::Propose {
            let waiting = store::entries::unanswered(&mut acting.tx, id).await?;
            if waiting > 0 {
                let why = format!("Còn {waiting} đơn vị phối hợp chưa trả lời: chờ hoặc bỏ phần đã hỏi.");
                return Err(conflict("case_asked_waiting", why));
            }
            if store::disputes::is_open(&mut acting.tx, id).await? {
                let why =
                    "Các đơn vị phối hợp chưa thống nhất: chờ bút phê của lãnh đạo phụ trách các đơn vị.";
                return Err(conflict("case_asked_disagree", why));
            }
        }
        let place = self.given.place.unwrap_or(acting.case.place);
        if let Some(agency) = self.given.agency.filter(|a| *a != acting.case.agency) {
            demand_agency(cx, place, agency)?;
        }
        let added = attach(cx, &mut acting, ready, role).await?;
        if step.needs.contains(&Need::Photo) {
            let before = store::photos::of_solution(&mut acting.tx, id).await?;
            self.given.photos = usize::try_from(before).unwrap_or_default();
        }
        let mut entry = acting.case.take(&kind, step, &self.given, &acting.calendars, acting.now)?;
        if !added.is_empty() {
            entry.detail["photos"] = json!(added);
            entry.detail["role"] = json!(role.name());
        }
        if step.does == Deed::Approve {
            store::photos::publish(&mut acting.tx, id, self.given.publish_photos.as_deref()).await?;
        }
        acting.close(cx, &entry).await
    }
}
