//! Prove a telephone by the code that came to it.
//!
//! Who: the browser that asked for the code, within five minutes, with at most five tries. A code works once.
//! A wrong code, one that is over and one that never was look the same.

use foundation::{Error, Kind, Result};
use kit::{Context, audit};
use serde_json::json;

use crate::citizen::{self, Citizens};
use crate::store::citizens as store;
use crate::token;

/// The action.
pub struct ProveCode {
    /// What [`super::ask_code::AskCode`] gave.
    pub asked: String,
    /// The digits, as they were typed.
    pub code: String,
}

fn wrong() -> Error {
    let why = "Mã chưa đúng hoặc đã hết hạn. Mã có 6 chữ số, dùng trong 5 phút, nhập sai tối đa 5 lần.";
    Error::new(Kind::Unauthenticated, "code_wrong", why)
}

impl ProveCode {
    /// Proves, and begins a session: its text goes into the cookie.
    pub async fn run(self, cx: &Context) -> Result<String> {
        let door = cx.house.get::<Citizens>()?;
        let now = cx.clock.now();
        let mut tx = cx.db.begin().await?;
        let charged = store::charge(&mut tx, &token::hash(&self.asked), now).await?;
        tx.commit().await?;
        let sent = charged.ok_or_else(wrong)?;
        let digits: String = self.code.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
        if !door.is_code(sent.id, &digits, &sent.code) {
            return Err(wrong());
        }
        let mut tx = cx.db.begin().await?;
        if !store::use_code(&mut tx, sent.id, now).await? {
            return Err(wrong());
        }
        let (session, subject) = citizen::enter(&mut tx, now, Some(&sent.phone), None).await?;
        audit(&mut tx, cx, "citizen.enter", &subject, &json!({"by": "phone"})).await?;
        tx.commit().await?;
        Ok(session)
    }
}
