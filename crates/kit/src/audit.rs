//! The audit log's pen. Rows are appended in the transaction of the change; identity seals them into a chain.
//! They hold ids and codes, never personal values.

use foundation::Result;
use serde_json::Value as Json;
use storage::{Tx, args};

use crate::house::Context;

/// Writes that `cx`'s actor did `action` to `subject` (`unit:92`, `import:018f…`), with details that hold no
/// personal value.
pub async fn audit(tx: &mut Tx, cx: &Context, action: &str, subject: &str, detail: &Json) -> Result<()> {
    tx.put(
        "INSERT INTO audit (id, at, actor, action, subject, detail) VALUES ($1, $2, $3, $4, $5, $6)",
        args![foundation::new_id(), cx.clock.now(), cx.actor.audit_name(), action, subject, detail],
    )
    .await
}
