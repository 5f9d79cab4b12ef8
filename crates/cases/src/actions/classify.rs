//! Classify a case anew: category, severity, place.
//!
//! Who: the intake desk at its place, or a handler of the agency in charge. A promise that was made is only
//! ever moved forward by it (`clock::Clocks::reclassified`).

use foundation::{Result, error::forbidden, error::invalid};
use kit::Context;
use serde_json::json;

use super::open;
use crate::case::{Case, CaseId, Entry, Shown, may};
use crate::service::calendar;
use crate::workflow::Who;

/// The action; what is `None` stays.
#[derive(Debug, Clone, Default)]
pub struct Classify {
    /// The category.
    pub category: Option<String>,
    /// The severity.
    pub severity: Option<String>,
    /// The commune.
    pub place: Option<i64>,
    /// Why, for the history.
    pub text: String,
    /// The version of the case on the page.
    pub seen: Option<i64>,
}

impl Classify {
    /// Classifies it.
    pub async fn run(self, cx: &Context, id: CaseId) -> Result<Case> {
        let mut acting = open(cx, id, self.seen).await?;
        let kind = acting.kind.clone();
        if !may(cx, &acting.case, &kind.pack, &[Who::Intake, Who::Handler]) {
            return Err(forbidden("case_step_not_yours", "Bạn chưa được giao phân loại vụ việc này."));
        }
        if !acting.case.stage().is_open() {
            return Err(invalid("case_ended", "Vụ việc đã kết thúc nên không phân loại lại được."));
        }
        let mut detail = json!({});
        if let Some(category) = self.category.filter(|c| *c != acting.case.category) {
            if kind.flow.category(&category).is_none() {
                return Err(invalid("case_category", "Không có loại này. Hãy chọn trong danh sách."));
            }
            detail["category"] = json!(category);
            acting.case.category = category;
        }
        if let Some(place) = self.place {
            detail["place"] = json!(place);
            acting.case.place = place;
            acting.case.place_sure = true;
        }
        if let Some(id) = self.severity.filter(|s| *s != acting.case.severity) {
            let severity = kind
                .flow
                .severity(&id)
                .ok_or_else(|| invalid("case_severity", "Không có mức này. Hãy chọn trong danh sách."))?;
            let mut clocks = acting.case.clocks()?;
            let (before, after) = (calendar(cx, &clocks.calendar)?, calendar(cx, &severity.calendar)?);
            clocks.reclassified(&severity.calendar, severity.limits(), acting.now, &before, &after)?;
            acting.case.set_clocks(&clocks)?;
            detail["severity"] = json!(id);
            acting.case.severity = id;
        }
        let entry = Entry {
            action: "case.classify",
            deed: "classify",
            step: String::new(),
            shown: Shown::Inside,
            text: self.text,
            detail,
        };
        acting.close(cx, &entry).await
    }
}
