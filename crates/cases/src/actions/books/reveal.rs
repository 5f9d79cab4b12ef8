//! Read who made a denunciation.
//!
//! Who: whoever may read reporters at the unit of the book. Each reading is written into the log, before it
//! is shown.

use foundation::{Result, error::forbidden};
use kit::{Context, Permission, audit};
use serde_json::json;

use super::{allowed, seen, store};
use crate::books::register::Person;

/// Reads who it was.
pub async fn run(cx: &Context, id: i64) -> Result<Person> {
    let entry = seen(cx, id).await?;
    if !allowed(cx, Permission::ReadReporter, entry.unit)? {
        return Err(forbidden("book_person", "Bộ phận tiếp nhận mới được xem người gửi."));
    }
    let mut tx = cx.db.begin().await?;
    audit(&mut tx, cx, "book.reveal", &format!("book:{id}"), &json!({"n": entry.n})).await?;
    tx.commit().await?;
    Ok(store::persons(&cx.db, vec![id]).await?.remove(&id).unwrap_or_default())
}
