//! Let a browser take one's messages, or no more.
//!
//! Who: everybody for their own browsers; the page of a citizen calls it for whom it knows.

use foundation::{Result, error::invalid, error::not_found};
use kit::{Context, audit};
use serde_json::json;

use crate::book::Person;
use crate::office::Office;
use crate::push::subscription;
use crate::store::subscriptions;

/// Keeps what the browser said of itself (`PushSubscription.toJSON()`).
///
/// Errors: `push_off` where web push is not configured, `push_subscription`, `push_service` for an address
/// that is none of a push service.
pub async fn subscribe(cx: &Context, person: Person, body: &[u8]) -> Result<()> {
    let office = cx.house.get::<Office>()?;
    let push =
        office.push().ok_or_else(|| not_found("push_off", "Nơi này chưa bật tin trên trình duyệt."))?;
    let browser = subscription::read(body)?;
    if !push.believes(&browser.endpoint) {
        return Err(invalid("push_service", "Dịch vụ gửi tin của trình duyệt này chưa được chấp nhận."));
    }
    let mut tx = cx.db.begin().await?;
    subscriptions::save(&mut tx, cx.clock.now(), person, &browser).await?;
    audit(&mut tx, cx, "notice.subscribe", &person.subject(), &json!({})).await?;
    tx.commit().await
}

/// Forgets the browser with this address. What is not there is forgotten already.
pub async fn unsubscribe(cx: &Context, person: Person, endpoint: &str) -> Result<()> {
    let mut tx = cx.db.begin().await?;
    if subscriptions::remove(&mut tx, person, endpoint).await? > 0 {
        audit(&mut tx, cx, "notice.unsubscribe", &person.subject(), &json!({})).await?;
    }
    tx.commit().await
}
