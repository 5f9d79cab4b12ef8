//! The reporter rates the answer; a bad rating opens the case again.
//!
//! Who: whoever holds the receipt, within the type's days after the answer. So often as the type says a bad
//! rating reopens; after that it is counted and the case is closed.

use foundation::{Result, error::conflict, error::invalid};
use kit::Context;
use serde_json::json;

use super::open_any;
use crate::case::{Case, CaseId, Entry, Given, Shown};
use crate::workflow::{Deed, Stage};

/// The action.
#[derive(Debug, Clone)]
pub struct Rate {
    /// 1–5.
    pub stars: i64,
    /// A word to it.
    pub text: String,
}

impl Rate {
    /// Rates. The caller has shown the receipt.
    pub async fn run(self, cx: &Context, id: CaseId) -> Result<Case> {
        if !(1..=5).contains(&self.stars) {
            return Err(invalid("case_stars", "Hãy chọn từ 1 đến 5 sao."));
        }
        let mut acting = open_any(cx, id, None).await?;
        let kind = acting.kind.clone();
        let rule = kind
            .flow
            .rating
            .as_ref()
            .ok_or_else(|| conflict("case_not_rated", "Loại vụ việc này không có đánh giá."))?;
        if acting.case.stage() != Stage::Answered {
            return Err(conflict(
                "case_not_answered",
                "Chỉ đánh giá được khi đã có trả lời và còn hạn đánh giá.",
            ));
        }
        let until = acting.case.solved_at.map(|at| at.plus_seconds(rule.days * 86_400));
        if until.is_none_or(|until| acting.now > until) {
            let why = format!("Đã quá {} ngày kể từ khi trả lời nên không đánh giá được nữa.", rule.days);
            return Err(conflict("case_rating_late", why));
        }
        let again = self.stars <= rule.reopens_until && acting.case.reopened < rule.most_reopenings;
        let does = if again { Deed::Reopen } else { Deed::Close };
        let step = kind
            .flow
            .step_doing(&acting.case.state, does)
            .ok_or_else(|| conflict("case_not_rated", "Vụ việc này không nhận đánh giá."))?;
        let given = Given { text: self.text, ..Given::default() };
        let taken = acting.case.take(&kind, step, &given, &acting.calendars, acting.now)?;
        acting.case.rating = Some(self.stars);
        let entry = Entry {
            action: "case.rate",
            deed: if again { "reopen" } else { "rate" },
            shown: Shown::Reporter,
            detail: json!({"stars": self.stars}),
            ..taken
        };
        acting.close_by_reporter(cx, &entry).await
    }
}
