//! Make a new invitation: the first was lost, or the person forgot the password or lost the phone.
//!
//! Who: an administrator of all that the person holds. The old password works until the link is taken.

use foundation::{Result, error::conflict};
use kit::{Context, audit};
use serde_json::json;
use uuid::Uuid;

use crate::actions::{commanded, subject};
use crate::store::links::{self, Purpose};
use crate::token;

/// A new invitation for this account.
pub struct Invite(pub Uuid);

impl Invite {
    /// Makes it. Answers its token, which is shown once.
    pub async fn run(self, cx: &Context) -> Result<String> {
        let (account, _) = commanded(cx, self.0).await?;
        if account.disabled_at.is_some() {
            return Err(conflict("account_disabled", "Tài khoản đang khóa. Hãy mở khóa trước."));
        }
        let link = token::fresh()?;
        let mut tx = cx.db.begin().await?;
        links::insert(&mut tx, cx.clock.now(), Purpose::Invitation, Some(self.0), &link.hash).await?;
        audit(&mut tx, cx, "account.invite", &subject(self.0), &json!({})).await?;
        tx.commit().await?;
        Ok(link.text)
    }
}
