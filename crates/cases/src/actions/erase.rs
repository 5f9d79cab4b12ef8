//! The reporter takes back who they are: name, phone and address go, the matter stays.
//!
//! Who: whoever holds the receipt, or proved the number it was sent with. The receipt itself stays, so that
//! they can still follow the matter; that somebody keeps it among theirs would tell who they are, so that
//! goes too.

use foundation::Result;
use kit::{Context, audit};
use serde_json::json;

use super::open_any;
use crate::case::CaseId;
use crate::store;

/// The action.
#[derive(Debug, Clone, Copy)]
pub struct Erase;

impl Erase {
    /// Erases. The caller has shown that they are the reporter.
    pub async fn run(self, cx: &Context, id: CaseId) -> Result<()> {
        let mut acting = open_any(cx, id, None).await?;
        store::people::erase(&mut acting.tx, id).await?;
        audit(&mut acting.tx, cx, "case.erase", &format!("case:{id}"), &json!({})).await?;
        acting.tx.commit().await
    }
}
