//! Send again what was given up, or what nobody knows to have left.
//!
//! Who: who manages notices. A message that in truth had left comes twice; that is why it is a person who
//! says so.

use foundation::{Result, error::conflict, error::not_found};
use kit::{Context, audit};
use serde_json::json;
use uuid::Uuid;

use crate::store::deliveries;

/// Puts the delivery back among those that wait.
pub async fn retry(cx: &Context, delivery: Uuid) -> Result<()> {
    if deliveries::get(&cx.db, delivery).await?.is_none() {
        return Err(not_found("notice_delivery_not_found", "Không có lần gửi này."));
    }
    let mut tx = cx.db.begin().await?;
    if !deliveries::retry(&mut tx, delivery, cx.clock.now()).await? {
        let why = "Chỉ gửi lại được tin đã bỏ hoặc chưa rõ. Hãy tải lại trang để xem tình trạng mới.";
        return Err(conflict("notice_not_ended", why));
    }
    audit(&mut tx, cx, "notice.retry", &format!("delivery:{delivery}"), &json!({})).await?;
    tx.commit().await
}
