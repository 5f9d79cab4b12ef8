//! «Tôi cũng gặp»: one more who met the same, instead of one more case.
//!
//! Who: everybody, once per device and case, while it is open and published.

use foundation::{Result, error::conflict};
use kit::{Context, audit};
use serde_json::json;

use super::{no_case, open_any};
use crate::case::{Case, CaseId};
use crate::store;

/// The action.
#[derive(Debug, Clone)]
pub struct Support {
    /// What is kept of the device's key.
    pub who: Vec<u8>,
}

impl Support {
    /// Counts it.
    pub async fn run(self, cx: &Context, id: CaseId) -> Result<Case> {
        let mut acting = open_any(cx, id, None).await?;
        if !acting.case.published {
            return Err(no_case());
        }
        if !acting.case.stage().is_open() {
            return Err(conflict(
                "case_ended",
                "Vụ việc đã xử lý xong. Nếu còn xảy ra, hãy gửi phản ánh mới.",
            ));
        }
        if store::people::support(&mut acting.tx, id, &self.who, acting.now).await? {
            acting.case.supporters += 1;
            acting.case.changed_at = acting.now;
            acting.save().await?;
            audit(&mut acting.tx, cx, "case.support", &format!("case:{id}"), &json!({})).await?;
        }
        acting.tx.commit().await?;
        Ok(acting.case)
    }
}
