//! Write an internal note: officers alone read it, no clock moves.
//!
//! Who: whoever sees the case and handles, takes in, approves or directs.

use foundation::{Result, error::forbidden, error::invalid};
use kit::Context;
use serde_json::json;

use super::open;
use crate::case::{Case, CaseId, Entry, Shown, may};
use crate::workflow::Who;

/// Everybody who works on cases.
pub const WORKERS: [Who; 4] = [Who::Intake, Who::Handler, Who::Leader, Who::Director];

/// The action.
#[derive(Debug, Clone)]
pub struct Note {
    /// The words.
    pub text: String,
}

impl Note {
    /// Writes it.
    pub async fn run(self, cx: &Context, id: CaseId) -> Result<Case> {
        if self.text.trim().is_empty() {
            return Err(invalid("case_text", "Hãy ghi nội dung ghi chú."));
        }
        let acting = open(cx, id, None).await?;
        if !may(cx, &acting.case, &acting.kind.pack, &WORKERS) {
            return Err(forbidden("case_step_not_yours", "Bạn chưa được giao xử lý vụ việc này."));
        }
        let entry = Entry {
            action: "case.note",
            deed: "note",
            step: String::new(),
            shown: Shown::Inside,
            text: self.text,
            detail: json!({}),
        };
        acting.close(cx, &entry).await
    }
}
