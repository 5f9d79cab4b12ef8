//! The reporter answers what they were asked; the clocks run on.
//!
//! Who: whoever holds the receipt.

use foundation::{Result, error::conflict, error::invalid};
use kit::Context;

use super::open_any;
use crate::case::{Case, CaseId, Entry, Given};
use crate::workflow::Deed;

/// The action.
#[derive(Debug, Clone)]
pub struct Reply {
    /// The words.
    pub text: String,
}

impl Reply {
    /// Answers. The caller has shown the receipt.
    pub async fn run(self, cx: &Context, id: CaseId) -> Result<Case> {
        if self.text.trim().is_empty() {
            return Err(invalid("case_text", "Hãy ghi câu trả lời."));
        }
        let mut acting = open_any(cx, id, None).await?;
        let kind = acting.kind.clone();
        let step = kind
            .flow
            .step_doing(&acting.case.state, Deed::Reply)
            .ok_or_else(|| conflict("case_not_asked", "Vụ việc này không đang chờ bạn bổ sung."))?;
        let given = Given { text: self.text, ..Given::default() };
        let taken = acting.case.take(&kind, step, &given, &acting.calendars, acting.now)?;
        let entry = Entry { action: "case.reply", ..taken };
        acting.close_by_reporter(cx, &entry).await
    }
}
