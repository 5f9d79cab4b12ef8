//! Close an answered case whose days of rating are over.
//!
//! Who: the program. A case that was rated or opened again meanwhile is left as it is.

use foundation::{Instant, Result};
use kit::Context;

use super::open_any;
use crate::case::{Case, CaseId, Given};
use crate::service::CaseType;
use crate::workflow::{Deed, Stage};

/// The action.
#[derive(Debug, Clone, Copy)]
pub struct CloseUnrated;

/// Until when the reporter may rate; `None` where nobody rates or nothing was answered.
pub fn rated_until(kind: &CaseType, case: &Case) -> Option<Instant> {
    let rule = kind.flow.rating.as_ref()?;
    let at = case.solved_at.filter(|_| case.stage() == Stage::Answered)?;
    Some(at.plus_seconds(rule.days * 86_400))
}

impl CloseUnrated {
    /// Closes it; says whether it did.
    pub async fn run(self, cx: &Context, id: CaseId) -> Result<bool> {
        let mut acting = open_any(cx, id, None).await?;
        let kind = acting.kind.clone();
        if rated_until(&kind, &acting.case).is_none_or(|until| acting.now <= until) {
            return Ok(false);
        }
        let Some(step) = kind.flow.step_doing(&acting.case.state, Deed::Close) else { return Ok(false) };
        let given = Given::default();
        let entry = acting.case.take(&kind, step, &given, &acting.calendars, acting.now)?;
        acting.close(cx, &entry).await?;
        Ok(true)
    }
}
