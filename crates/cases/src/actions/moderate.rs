//! Decide what everybody reads of a case: its words, its photos, whether it is shown at all.
//!
//! Who: the intake desk at its place. What the reporter wrote stays as it is for those who deal with it.

use foundation::{Result, error::forbidden, error::invalid};
use kit::Context;
use serde_json::json;

use super::open;
use crate::case::{Case, CaseId, Entry, Shown, may};
use crate::store;
use crate::workflow::Who;

/// The action.
#[derive(Debug, Clone)]
pub struct Moderate {
    /// Whether everybody sees it.
    pub published: bool,
    /// The words they read.
    pub text: String,
    /// The photos they see, by number.
    pub photos: Vec<i64>,
    /// The version of the case on the page.
    pub seen: Option<i64>,
}

impl Moderate {
    /// Decides.
    pub async fn run(self, cx: &Context, id: CaseId) -> Result<Case> {
        let mut acting = open(cx, id, self.seen).await?;
        if !may(cx, &acting.case, &acting.kind.pack, &[Who::Intake]) {
            return Err(forbidden(
                "case_step_not_yours",
                "Bộ phận tiếp nhận mới được kiểm duyệt nội dung công khai.",
            ));
        }
        if self.published && !acting.kind.flow.open {
            return Err(invalid("case_not_open", "Loại vụ việc này không công khai."));
        }
        if self.published && self.text.trim().is_empty() {
            return Err(invalid("case_text", "Hãy ghi nội dung công khai."));
        }
        acting.case.published = self.published;
        acting.case.public_text = self.text;
        for n in 1..=acting.case.photos {
            store::photos::show(&mut acting.tx, id, n, self.photos.contains(&n)).await?;
        }
        let entry = Entry {
            action: "case.moderate",
            deed: "moderate",
            step: String::new(),
            shown: Shown::Inside,
            text: String::new(),
            detail: json!({"published": self.published, "photos": self.photos}),
        };
        acting.close(cx, &entry).await
    }
}
